// Links and searches of a session without cookies are posted; see lms_ext.web.carrying.
const { carry, home, page } = document.documentElement.dataset;

// What is reloaded or gone back to.
if (page) history.replaceState(null, "", page + location.hash);

function go(url) {
  const form = document.createElement("form");
  form.method = "post";
  form.action = `${home}/carry${url.hash}`;
  for (const [name, value] of [["csrf", carry], ["next", url.pathname + url.search]]) {
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  }
  document.body.append(form);
  form.submit();
}

function takes(event, url) {
  const { pathname: path } = url;
  const ours = url.origin === location.origin && (path === home || path.startsWith(`${home}/`) || /^\/(language|theme)\//.test(path));
  if (!ours || event.defaultPrevented) return;
  event.preventDefault();
  go(url);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || (link.target && link.target !== "_self")) return;
  const url = new URL(link.href);
  if (!url.hash || url.pathname + url.search !== location.pathname + location.search) takes(event, url);
});

document.addEventListener("submit", (event) => {
  const { target: form, submitter: button } = event;
  const say = (name) => button?.getAttribute(`form${name}`) || form.getAttribute(name) || "";
  if (/post/i.test(say("method"))) return;
  const url = new URL(say("action") || location.href, location.href);
  url.search = new URLSearchParams(new FormData(form, button));
  takes(event, url);
});

document.addEventListener("go", (event) => takes(event, event.detail));
