// Small comforts; every page works without them. Attributes are listed in assets/CLASSES.md.
const root = document.documentElement;
root.classList.add("js");
const english = root.lang === "en";
const all = (selector, within = document) => within.querySelectorAll(selector);
const number = (value) => value.toLocaleString(english ? "en" : "id", { maximumFractionDigits: 1 });

// In a frame: say so to the stylesheet, and tell the LMS how tall the page is (platforms that do not listen lose nothing).
if (window.parent !== window) {
  root.dataset.frame = "";
  let told = 0;
  new ResizeObserver(() => {
    const height = Math.ceil(document.body.getBoundingClientRect().height);
    if (Math.abs(height - told) > 2) parent.postMessage(JSON.stringify({ subject: "lti.frameResize", height: (told = height) }), "*");
  }).observe(document.body);
}

// On a phone the tabs are wider than the screen: the current one is in view.
const tab = document.querySelector(".tabs [aria-current]");
if (tab) tab.closest("ul").scrollLeft = tab.offsetLeft - 64;

// After a hand-in the heading says what became of it: screen readers begin there.
// No element has that id: going to one would take the focus away again.
if (location.hash === "#terkirim") {
  history.replaceState(null, "", location.pathname + location.search);
  const heading = document.querySelector("main h1");
  heading?.setAttribute("tabindex", "-1");
  heading?.focus({ preventScroll: true });
  history.scrollRestoration = "manual";
  scrollTo(0, 0);
}

// Words: counted over every textarea inside; the goal informs and never blocks.
for (const box of all("[data-words]")) {
  const out = document.querySelector("[data-words-out]");
  const bar = document.querySelector("[data-words-bar]");
  const fields = box.matches("textarea") ? [box] : all("textarea", box);
  const count = () => {
    const words = [...fields].reduce((sum, one) => sum + (one.value.match(/\S+/g) || []).length, 0);
    if (out) out.textContent = words;
    if (bar) bar.value = Math.min(words, bar.max);
  };
  box.addEventListener("input", count);
  count();
}

// A rubric: the level of each aspect and their mean, as the server will count them.
for (const card of all("[data-rubric]")) {
  const names = JSON.parse(card.dataset.rubric || "{}");
  const show = () => {
    const levels = [...all("[data-aspect]", card)].map((aspect) => {
      const max = Number(aspect.dataset.aspect);
      const ticked = [...all("input:checked", aspect)];
      const radio = aspect.querySelector("input[type=radio]");
      const level = radio ? Number(ticked[0]?.value || 0) : ticked.length;
      all(".pita > i", aspect).forEach((cell, n) => cell.classList.toggle("done", n < level));
      const place = aspect.querySelector("[data-level]");
      if (place) place.textContent = level;
      const word = aspect.querySelector("[data-level-name]");
      if (word) word.textContent = names[level] || (ticked.length ? "" : english ? "Not marked" : "Belum dinilai");
      return { level, max, looked: !radio || ticked.length > 0 };
    });
    const mean = card.querySelector("[data-mean]");
    const score = levels.reduce((sum, one) => sum + one.level / one.max, 0) / (levels.length || 1);
    if (mean) mean.textContent = levels.every((one) => one.looked) ? number(score * Number(mean.dataset.mean)) : "–";
  };
  card.addEventListener("change", show);
  show();
}

// The map of questions: each cell follows its question while answers are given.
for (const map of all("[data-map]")) {
  const form = map.closest("form") ?? map.closest("main"); // the picker's preview has no form around it
  const [done, open, doubt] = map.dataset.map.split("|");
  const count = form.querySelector("[data-map-count]");
  const answered = (question) => {
    const texts = [...all("select, input:not([type=checkbox], [type=radio])", question)];
    return question.querySelector("input:checked:not([data-doubt])") !== null || (texts.length > 0 && texts.every((one) => one.value.trim()));
  };
  const show = () => {
    for (const cell of all("[data-cell]", map)) {
      const question = document.getElementById(cell.dataset.cell);
      const [full, unsure] = [answered(question), question.querySelector("[data-doubt]").checked];
      cell.classList.toggle("is-done", full && !unsure);
      cell.classList.toggle("is-doubt", unsure);
      cell.lastElementChild.textContent = ` ${full ? done : open}${unsure ? `, ${doubt}` : ""}`;
    }
    const questions = [...all("[data-question]", form)];
    const ready = questions.filter((one) => one.matches("[data-closed]") || answered(one)).length;
    count.textContent = count.dataset.mapCount.replace("{done}", ready).replace("{count}", questions.length);
  };
  for (const kind of ["input", "refilled"]) form.addEventListener(kind, show);
  show();
}

// A form without drafts: leaving with unsent words asks first.
for (const form of all("form[data-guard]")) {
  let typed = false;
  for (const one of form.elements) one.addEventListener("input", () => { typed = true; });
  form.addEventListener("submit", () => { typed = false; });
  addEventListener("beforeunload", (event) => { if (typed) event.preventDefault(); });
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy], [data-copy-text], [data-insert]");
  if (!button) return;
  if (button.dataset.insert) {
    const field = document.querySelector(button.dataset.insert);
    field.setRangeText((field.value && !/\s$/.test(field.value) ? " " : "") + button.dataset.text, field.selectionEnd, field.selectionEnd, "end");
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
    return;
  }
  const text = button.dataset.copyText ?? document.querySelector(button.dataset.copy).innerText;
  const label = button.querySelector("span") || button;
  const before = label.textContent;
  try {
    await navigator.clipboard.writeText(text);
    label.textContent = english ? "Copied" : "Disalin";
  } catch { // a frame may not write to the clipboard: select, so that the person can
    const source = button.dataset.copy && document.querySelector(button.dataset.copy);
    if (source) getSelection().selectAllChildren(source);
    label.textContent = english ? "Selected, copy it" : "Dipilih, salin sendiri";
  }
  setTimeout(() => { label.textContent = before; }, 2500);
});

document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (form?.matches("[data-submit-on-change]")) form.requestSubmit();
});

// A form that must not be sent twice: the button says so while it waits.
document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-once]")) return;
  const button = event.submitter || event.target.querySelector("button:not([type=button])");
  setTimeout(() => { button.disabled = true; button.textContent = english ? "Sending …" : "Mengirim …"; });
});
addEventListener("pageshow", (event) => { if (event.persisted && document.querySelector("[data-once]")) location.reload(); });
