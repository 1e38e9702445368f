// The picker: counts what is ticked, sends filters at once, and keeps addresses short. All of it works without this file.
const form = document.querySelector("form[data-pick]");
const count = document.querySelector("[data-pick-count]");
const sum = document.querySelector("[data-pick-sum]");
const send = document.querySelector("[data-pick-send]");

const fill = (text, n) => text.replace("{n}", n);
const chosen = () => [...form.querySelectorAll('[name="pick"]:checked')];
const points = (box) => box.closest("li").querySelector("[data-pick-points]");

function tell() {
  const boxes = chosen();
  const total = boxes.reduce((all, box) => all + (Number(points(box)?.value) || 0), 0);
  count.textContent = boxes.length ? fill(count.dataset.pickCount, boxes.length) : count.dataset.none;
  if (sum) sum.textContent = boxes.length ? fill(sum.dataset.pickSum, total) : "";
  const label = boxes.length > 1 ? send.dataset.many : boxes.length ? send.dataset.one : send.dataset.pickSend;
  send.textContent = fill(label, boxes.length);
}

form.addEventListener("input", tell);
form.addEventListener("change", (event) => {
  if (event.target.matches("select")) form.requestSubmit(form.querySelector("[data-pick-search]"));
});
form.addEventListener("formdata", (event) => {
  const kept = new Set(event.formData.getAll("pick"));
  for (const name of [...event.formData.keys()]) {
    const idle = name.startsWith("p.") ? !kept.has(name.slice(2)) : event.formData.getAll(name).every((value) => value === "");
    if (idle) event.formData.delete(name);
  }
});
addEventListener("pageshow", tell);
