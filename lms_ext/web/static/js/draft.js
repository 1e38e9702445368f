// Autosave. The form names its address, attempt, token and the revisions this page has seen; see lms_ext.web.activities.autosave.
// Every change reaches the server within 2 s. One request at a time; what a request could not deliver stays unsent and is told.
const form = document.querySelector("form[data-draft]");
const state = document.querySelector("[data-save-state]");
const words = state.querySelector("span");
const english = document.documentElement.lang === "en";
const say = (kind, id, en) => { state.dataset.state = kind; words.textContent = english ? en : id; };

const { draft, attempt, csrf, tab } = form.dataset;
const revs = JSON.parse(form.dataset.revs || "{}");
const unsent = new Map();
const own = new Set(["csrf", "attempt", "client_key", "tab", "revs"]);
let counter = Date.now();
let timer = 0;
let busy = false;
let wait = 1000;

function value(name) {
  return [...form.elements].filter((one) => one.name === name && (!/radio|checkbox/.test(one.type) || one.checked)).map((one) => one.value);
}

function changed(event) {
  const name = event.target.name;
  if (!name || own.has(name) || event.target.tagName === "BUTTON") return;
  unsent.set(name, { value: value(name), n: ++counter, base: revs[name] || 0 });
  say("unsent", `Belum terkirim (${unsent.size})`, `Not sent yet (${unsent.size})`);
  if (!timer) timer = setTimeout(send, wait);
}

async function send() {
  clearTimeout(timer);
  timer = 0;
  if (busy || !unsent.size) return;
  busy = true;
  const fields = Object.fromEntries(unsent);
  try {
    const answer = await fetch(draft, {
      method: "PUT", keepalive: true,
      headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf, Accept: "application/json" },
      body: JSON.stringify({ attempt, tab, fields }),
    });
    if (answer.status === 401 || answer.status === 403) return say("refused", "Belum tersimpan. Salin tulisan Anda, lalu buka lagi dari LMS.", "Not saved. Copy your text, then open this again from the LMS.");
    const told = await answer.json();
    if (told.closed) return say("refused", "Sudah dikumpulkan; perubahan ini tidak disimpan.", "Already handed in; this change was not saved.");
    if (!answer.ok) throw new Error(answer.status);
    settle(fields, told);
    wait = 1000;
  } catch {
    wait = Math.min(wait * 2, 30000);
    say("unsent", `Belum terkirim (${unsent.size}). Akan dicoba lagi.`, `Not sent yet (${unsent.size}). Will try again.`);
    timer = setTimeout(send, wait);
  } finally {
    busy = false;
    if (unsent.size && !timer && state.dataset.state !== "refused") timer = setTimeout(send, wait);
  }
}

function settle(fields, told) {
  for (const [name, { rev }] of Object.entries(told.saved)) {
    revs[name] = rev;
    if (unsent.get(name)?.n === fields[name].n) unsent.delete(name);
    else if (unsent.has(name)) unsent.get(name).base = rev;
  }
  form.elements.revs.value = JSON.stringify(revs);
  const clashes = Object.entries(told.conflicts);
  clashes.forEach(([name, there]) => clash(name, there));
  if (!clashes.length && !unsent.size) say("saved", `Tersimpan di server, ${told.at}`, `Saved on the server, ${told.at}`);
}

// Another tab or device changed a field: show its text beside ours and let the person choose.
function clash(name, there) {
  unsent.delete(name);
  const control = [...form.elements].find((one) => one.name === name);
  const box = document.createElement("div");
  box.className = "msg msg-warn";
  box.role = "alert";
  const inner = box.appendChild(document.createElement("div"));
  inner.append(english ? "Changed in another tab or device:" : "Diubah di tab atau perangkat lain:");
  inner.appendChild(Object.assign(document.createElement("p"), { className: "msg-quote", textContent: there.value.join(", ") }));
  const acts = inner.appendChild(Object.assign(document.createElement("div"), { className: "msg-acts" }));
  const button = (id, en, act) => {
    const one = acts.appendChild(Object.assign(document.createElement("button"), { type: "button", className: "btn btn-secondary", textContent: english ? en : id }));
    one.addEventListener("click", () => { revs[name] = there.rev; act(); box.remove(); });
  };
  button("Pakai yang ini", "Use this one", () => {
    for (const one of [...form.elements].filter((each) => each.name === name)) {
      if (/radio|checkbox/.test(one.type)) one.checked = there.value.includes(one.value);
      else one.value = there.value[0] || "";
    }
    form.elements.revs.value = JSON.stringify(revs);
    say("saved", "Tersimpan di server", "Saved on the server");
  });
  button("Pakai tulisan saya", "Keep mine", () => changed({ target: control }));
  control.closest("fieldset, .field, .prompt, p, form").prepend(box);
  say("refused", "Pilih tulisan yang dipakai.", "Choose which text to keep.");
}

form.addEventListener("input", changed);
form.addEventListener("change", (event) => { changed(event); send(); });
addEventListener("online", send);
addEventListener("pagehide", send);
document.addEventListener("visibilitychange", () => { if (document.hidden) send(); });
form.addEventListener("submit", () => say("sending", "Mengirim …", "Sending …"));
