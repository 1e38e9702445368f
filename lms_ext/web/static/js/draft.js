// Autosave. The form names its address, attempt, token, seal and the revisions this page has seen; see lms_ext.web.activities.
// Every change is kept on the device first, then sent within 2 s, one request at a time; what could not be sent stays and is told.
// The save state never says more than is true: "saved" only when the server answered, "on this device" only when the disk did.
import { Shelf } from "./shelf.js";

const form = document.querySelector("form[data-draft]");
const state = document.querySelector("[data-save-state]");
const words = state.querySelector("span");
const english = document.documentElement.lang === "en";
const pick = (id, en) => (english ? en : id);
const device = matchMedia("(pointer: coarse), (max-width: 767px)").matches ? pick("HP", "this phone") : pick("perangkat ini", "this device");
const say = (kind, id, en) => { state.dataset.state = kind; words.textContent = pick(id, en); };

const { draft, attempt, csrf, tab, seal } = form.dataset;
const revs = JSON.parse(form.dataset.revs || "{}");
const unsent = new Map(); // name -> { value, n, base, sent: the value under way }
const clashes = new Map(); // name -> the box that asks
const chosen = new Set(); // ids of texts that the server set aside and that need not be offered again
const own = new Set(["csrf", "attempt", "client_key", "tab", "revs", "action", "switch"]);
const shelf = seal && globalThis.crypto?.subtle && globalThis.indexedDB ? new Shelf(attempt, tab, seal) : null;
const stored = new Map(); // name -> the value that the server has, as this page knows
let counter = Date.now();
let timer = 0;
let wait = 1000;
let kept = false; // what is unsent is on the disk
let sending = null;
let stopped = ""; // why nothing more is sent
let leaving = false;

const controls = (name) => [...form.elements].filter((one) => one.name === name && one.tagName !== "BUTTON");
const ticks = (one) => /radio|checkbox/.test(one.type);
const value = (name) => controls(name).filter((one) => !ticks(one) || one.checked).map((one) => one.value).filter(Boolean);
const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

function fill(name, values) {
  for (const one of controls(name)) {
    if (ticks(one)) one.checked = values.includes(one.value);
    else one.value = values[0] || "";
  }
  controls(name)[0]?.dispatchEvent(new CustomEvent("refilled", { bubbles: true }));
}

function tell() {
  const n = unsent.size;
  if (leaving) return;
  if (stopped) say("refused", stopped, stopped);
  else if (clashes.size) say("refused", "Pilih tulisan yang dipakai.", "Choose which text to keep.");
  else if (!n) return;
  else if (wait > 1000 && kept) say("unsent", `Belum terkirim (${n}). Tersimpan di ${device}.`, `Not sent yet (${n}). Saved on ${device}.`);
  else if (kept) say("local", `Tersimpan di ${device}`, `Saved on ${device}`);
  else if (onlyHere()) say("unsent", "Belum terkirim; jangan tutup halaman ini.", "Not sent yet; do not close this page.");
  else say("unsent", `Belum terkirim (${n})`, `Not sent yet (${n})`);
}

// No disk, no signal: the text lives in this page alone.
const onlyHere = () => unsent.size && !kept && !leaving && (wait > 1000 || !navigator.onLine);

async function keep() {
  if (!shelf) return;
  try {
    await shelf.put(unsent.size ? Object.fromEntries(unsent) : null);
    kept = true;
  } catch {
    kept = false; // private mode, or a full disk: the state says "not sent" until the server has it
  }
  tell();
}

function note(name) {
  if (!name || own.has(name) || !controls(name).length || controls(name)[0].type === "hidden") return;
  const before = unsent.get(name);
  if (!before && same(value(name), stored.get(name))) return;
  unsent.set(name, { value: value(name), n: ++counter, base: before ? before.base : revs[name] || 0, sent: before?.sent });
  kept = false;
  if (!shelf) tell();
  keep();
  if (!timer && !stopped) timer = setTimeout(send, wait);
}

function send() {
  clearTimeout(timer);
  timer = 0;
  if (!sending && (unsent.size || chosen.size) && !stopped && !leaving) sending = deliver().finally(() => { sending = null; next(); });
  return sending;
}

// A clashing text is sent whenever it changed: the server refuses it again, and keeps it until the person chose.
const open = (name, { n }) => !clashes.has(name) || n > Number(clashes.get(name).dataset.n);

function next() {
  const due = chosen.size || [...unsent].some(([name, one]) => open(name, one));
  if (due && !timer && !stopped && !leaving) timer = setTimeout(send, wait);
}

async function deliver() {
  const fields = Object.fromEntries([...unsent].filter(([name, one]) => open(name, one)).map(([name, { value: now, n, base }]) => [name, { value: now, n, base }]));
  const settled = [...chosen];
  if (!Object.keys(fields).length && !settled.length) return;
  for (const name of Object.keys(fields)) unsent.get(name).sent = fields[name].value;
  const body = JSON.stringify({ attempt, tab, fields, chosen: settled });
  try {
    const answer = await fetch(draft, {
      method: "PUT", body, keepalive: body.length < 15000, // browsers refuse to keep larger ones alive
      headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf, Accept: "application/json" },
    });
    if (answer.status >= 500 || answer.status === 429) throw new Error(String(answer.status));
    const told = await answer.json();
    if (told.closed) stop(pick("Sudah dikumpulkan. Perubahan ini tidak disimpan.", "Already handed in. This change was not saved."));
    else if (answer.status === 401 || answer.status === 403) stop(over());
    else if (!answer.ok) refuse(told);
    else {
      for (const id of settled) chosen.delete(id);
      settle(fields, told);
    }
  } catch {
    wait = Math.min(wait * 2, 30000);
    tell();
  }
}

function over() {
  const safe = kept ? pick(`Tulisan Anda tersimpan di ${device}. `, `Your text is saved on ${device}. `) : pick("Salin tulisan Anda. ", "Copy your text. ");
  return pick("Sesi berakhir. ", "The session is over. ") + safe + pick("Buka lagi dari LMS; lalu tulisan itu dikirim.", "Open this again from the LMS; it is sent then.");
}

function stop(why) {
  stopped = why;
  tell();
}

// The server will not have these fields as they are: say why; another change tries again.
function refuse(told) {
  for (const name of told.fields || [...unsent.keys()]) unsent.delete(name);
  keep();
  say("refused", told.message?.id || "Tidak dapat disimpan.", told.message?.en || "Cannot be saved.");
}

function settle(fields, told) {
  wait = 1000;
  for (const [name, { rev }] of Object.entries(told.saved)) {
    revs[name] = rev;
    if (!fields[name]) continue; // written by a button, not in the form
    stored.set(name, fields[name].value);
    if (clashes.has(name) && !clashes.get(name).dataset.left) { // both say the same by now
      clashes.get(name).remove();
      clashes.delete(name);
    }
    const now = unsent.get(name);
    if (now?.n === fields[name].n) unsent.delete(name);
    else if (now) Object.assign(now, { base: rev, sent: undefined });
  }
  form.elements.revs.value = JSON.stringify(revs);
  if (told.echo) for (const name of Object.keys(fields)) echo(name, told.echo[name]);
  for (const [name, there] of Object.entries(told.conflicts)) {
    const box = clashes.get(name);
    if (box && Number(box.dataset.rev) === there.rev) box.dataset.n = fields[name]?.n ?? counter;
    else if (box || (revs[name] || 0) < there.rev) clash(name, there.value, there.rev); // else: chosen while this was under way
  }
  keep();
  if (unsent.size || clashes.size) tell();
  else say("saved", `Tersimpan di server, ${told.at}`, `Saved on the server, ${told.at}`);
}

// How the server understands what was typed, e.g. a number.
function echo(name, said) {
  const place = document.getElementById(`${name}.echo`);
  if (place) place.textContent = said || "";
}

// Two texts for one field: both are shown and the person chooses; nothing is overwritten silently.
// `left`: the text that an earlier tab left behind; without it, ours is what stands in the field, also when more is typed.
function clash(name, theirs, rev, left, id) {
  const control = controls(name)[0];
  if (!control) return;
  clashes.get(name)?.remove();
  const shown = (values) => (values.length ? values.map((one) => {
    const option = controls(name).find((each) => ticks(each) && each.value === one);
    return option ? option.closest("label")?.innerText || one : one;
  }).join("\n") : pick("(kosong)", "(empty)"));
  const make = (tag, className, text = "") => Object.assign(document.createElement(tag), { className, textContent: text });
  const box = make("div", "msg msg-warn");
  box.setAttribute("role", "alert");
  Object.assign(box.dataset, { rev, n: unsent.get(name)?.n ?? counter, left: left ? "yes" : "" });
  const inner = box.appendChild(document.createElement("div"));
  inner.append(make("strong", "", pick("Isian ini juga diubah di tab atau perangkat lain.", "This was also changed in another tab or on another device.")));
  const acts = make("div", "msg-acts");
  const ids = id ? [id] : [`!${name}!${tab}`, `!${name}!${tab}/form`];
  const offer = (title, values, label, act) => {
    inner.append(make("p", "small", title), make("p", "msg-quote", shown(values)));
    const button = make("button", "btn btn-secondary", label);
    button.type = "button";
    button.addEventListener("click", () => { box.remove(); clashes.delete(name); revs[name] = rev; stored.set(name, theirs); form.elements.revs.value = JSON.stringify(revs); for (const one of ids) chosen.add(one); act(); send(); control.focus(); });
    acts.append(button);
  };
  offer(pick("Di sana:", "There:"), theirs, pick("Pakai yang di sana", "Use that one"), () => { fill(name, theirs); unsent.delete(name); keep(); say("saved", "Tersimpan di server", "Saved on the server"); });
  offer(left ? pick("Belum terkirim dari sini:", "Not sent from here:") : pick("Tulisan Anda di sini:", "Yours here:"), left || value(name), pick("Pakai tulisan ini", "Use this one"), () => { if (left) fill(name, left); unsent.delete(name); note(name); });
  inner.append(acts);
  clashes.set(name, box);
  control.closest("fieldset, .field, .prompt, p, form").before(box);
  tell();
}

function announce(kind, title, text) {
  document.querySelector("[data-notice]")?.remove();
  const box = document.createElement("div");
  box.className = `msg msg-${kind}`;
  box.dataset.notice = "";
  box.setAttribute("role", "alert");
  const inner = box.appendChild(document.createElement("div"));
  inner.append(Object.assign(document.createElement("strong"), { textContent: title }), ` ${text}`);
  form.prepend(box);
  return box;
}

// What an earlier tab typed and could not send: back into the fields, or offered beside what changed since.
async function restore() {
  let back = 0;
  for (const { id, fields } of await shelf.left()) {
    for (const [name, was] of Object.entries(fields)) {
      if (!controls(name).length || unsent.has(name) || same(was.value, value(name))) continue;
      if ((revs[name] || 0) === was.base || (was.sent && same(was.sent, value(name)))) {
        fill(name, was.value);
        unsent.set(name, { value: was.value, n: ++counter, base: revs[name] || 0 });
        back += 1;
      } else {
        unsent.set(name, { value: was.value, n: ++counter, base: was.base });
        clash(name, value(name), revs[name], was.value);
      }
    }
    await shelf.put(Object.fromEntries(unsent)); // ours first, then theirs goes
    await shelf.drop(id);
  }
  if (back) {
    announce("", pick("Tulisan yang belum terkirim dikembalikan.", "Unsent text is back."), pick("Periksa, lalu lanjutkan.", "Check it, then go on."));
    kept = true;
    tell();
    send();
  }
  await shelf.tidy();
}

// What lost a conflict before, as the server kept it: a frame on another site may not store anything on the device.
function reoffer() {
  for (const [name, texts] of Object.entries(JSON.parse(form.dataset.aside || "{}"))) {
    for (const [id, text] of Object.entries(texts)) {
      if (same(text, stored.get(name))) chosen.add(id);
      else if (!clashes.has(name) && !unsent.has(name) && controls(name).length) clash(name, stored.get(name), revs[name] || 0, text, id);
    }
  }
  send();
}

// Handing in by fetch: without a signal the page stays, and so does the text.
async function submit(event) {
  event.preventDefault();
  const button = event.submitter;
  const body = () => {
    const sent = new URLSearchParams(new FormData(form));
    if (button?.name) sent.append(button.name, button.value);
    return sent;
  };
  if (button) button.disabled = true;
  say("sending", "Mengirim …", "Sending …");
  await sending; // so that revisions are those of the last save
  const held = Object.fromEntries([...stored.keys()].map((name) => [name, { value: value(name), n: unsent.get(name)?.n }]));
  try {
    const answer = await fetch(form.getAttribute("action"), { // form.action is the button of that name
      method: "POST", body: body(), headers: { Accept: "application/json" } });
    if (answer.status >= 500) throw new Error(String(answer.status));
    const told = await answer.json();
    if (told.url) {
      leaving = true; // the server has everything this form held
      clearTimeout(timer);
      await shelf?.put(null).catch(() => {});
    }
    if (told.url) go(told.url, button?.value === "submit" || button?.name === "sure");
    else if (told.conflicts) settle(held, told);
    else if (answer.status === 401 || answer.status === 403) stop(over());
    else say("refused", told.message.id, told.message.en);
  } catch {
    wait = Math.max(wait, 2000);
    tell();
    if (!unsent.size) say("unsent", "Belum terkumpul.", "Not handed in yet.");
    const where = kept || !unsent.size ? pick("Tulisan Anda tetap ada di sini. ", "Your text stays here. ") : pick("Jangan tutup halaman ini. ", "Do not close this page. ");
    announce("warn", pick("Sinyal terputus, belum terkumpul.", "No signal, not handed in yet."), where + pick("Tekan tombolnya lagi setelah tersambung.", "Press the button again once connected.")).scrollIntoView({ block: "nearest" });
    next();
  } finally {
    if (button) button.disabled = false;
  }
}

// After a hand-in what was said of it stands on top: the LMS may have a tall frame, scrolled to its end.
function go(url, top) {
  const here = new URL(url, location.href);
  if (top && !here.hash) here.hash = "terkirim";
  if (top && parent !== window) parent.postMessage(JSON.stringify({ subject: "lti.scrollToTop" }), "*");
  if (!document.dispatchEvent(new CustomEvent("go", { detail: here, cancelable: true }))) return;
  const reload = here.pathname === location.pathname && here.search === location.search;
  location.assign(here);
  if (reload && here.hash) location.reload();
}

// What the page brought, not what stands there by now: on a slow phone people type before this script has come.
const chosenOf = (one) => ([...one.options].find((each) => each.defaultSelected) || one.options[0])?.value;
const brought = (name) => controls(name).filter((one) => !ticks(one) || one.defaultChecked).map((one) => (one.options ? chosenOf(one) : one.defaultValue)).filter(Boolean);
for (const { name } of form.elements) if (name && !own.has(name)) stored.set(name, brought(name));
form.addEventListener("input", (event) => note(event.target.name));
form.addEventListener("change", (event) => { note(event.target.name); send(); });
form.addEventListener("submit", submit);
const retry = () => { if (!unsent.size && !chosen.size) return; wait = 1000; send(); };
addEventListener("online", retry);
addEventListener("focus", retry);
addEventListener("beforeunload", (event) => { if (onlyHere()) event.preventDefault(); });
addEventListener("offline", () => { if (unsent.size) { wait = Math.max(wait, 2000); tell(); } });
addEventListener("pagehide", send);
addEventListener("pageshow", (event) => { if (event.persisted) { leaving = false; location.reload(); } });
document.addEventListener("visibilitychange", () => (document.hidden ? send() : retry()));
for (const name of stored.keys()) note(name);
(shelf ? restore().catch(() => {}) : Promise.resolve()).then(reoffer);
