"use strict";
document.documentElement.classList.add("js");
for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.querySelector(button.dataset.copy).value);
    button.querySelector("span").textContent = button.dataset.copied;
  });
}
// The height a tool asks for, as Canvas and others take it (lti.frameResize).
window.addEventListener("message", (event) => {
  const frame = document.querySelector("iframe.launch-frame");
  if (!frame || event.source !== frame.contentWindow) return;
  let data = event.data;
  try { if (typeof data === "string") data = JSON.parse(data); } catch { return; }
  if (data && data.subject === "org.imsglobal.lti.close" && frame.dataset.closesTo) location.assign(frame.dataset.closesTo);
  if (data && data.subject === "lti.scrollToTop") frame.scrollIntoView({ block: "start" });
  if (data && data.subject === "lti.frameResize" && Number(data.height) > 0) frame.height = Math.min(Number(data.height), 20000);
});
// Grades as they come in: the part is fetched anew, so that neither focus nor scroll is lost while nothing changes.
const live = document.querySelector("[data-live]");
if (live) {
  setInterval(async () => {
    if (document.hidden) return;
    try {
      const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
      const now = page.querySelector("[data-live]");
      if (now && now.innerHTML !== live.innerHTML) live.innerHTML = now.innerHTML;
    } catch { /* the next round tries again */ }
  }, 4000);
}
