"use strict";
// Keeps small texts for the tool in the frame: LTI Client Side postMessages, the platform's side. Each tool has its own drawer, by the
// origin that the browser says; limits are those of Canvas. The mode is ordered in the room of faults.
const rules = JSON.parse(document.currentScript.dataset.rules);
const drawer = (origin) => JSON.parse(localStorage.getItem(`lti ${origin}`) || "{}");
const MOST_KEYS = 500;
const MOST_LETTERS = 4096;

function keep(origin, { key, value }) {
  const all = drawer(origin);
  if (value === null || value === undefined) delete all[key];
  else all[key] = String(value);
  const letters = Object.entries(all).reduce((sum, pair) => sum + pair.join("").length, 0);
  if (rules.mode === "full" || Object.keys(all).length > MOST_KEYS || letters > MOST_LETTERS) {
    return { error: { code: "storage_exhaustion", message: "This tool keeps too much." } };
  }
  localStorage.setItem(`lti ${origin}`, JSON.stringify(all));
  return { key, value };
}

function look(origin, { key }) {
  const value = drawer(origin)[key];
  return value === undefined ? { key, value: null } : { key, value };
}

function answer(what, origin, data) {
  if (what === "capabilities") {
    const able = rules.mode === "refused" ? [] : ["put_data", "get_data"];
    const known = rules.names.flatMap((name) => ["capabilities", ...able].map((one) => ({ subject: name + one, frame: rules.frame })));
    return rules.tells ? { supported_messages: known } : null;
  }
  if (!rules.keeps) return null;
  if (origin !== rules.tool) return { error: { code: "wrong_origin", message: "No tool of this course." } };
  if (!data.message_id || !data.key) return { error: { code: "bad_request", message: "message_id and key are needed." } };
  return what === "put_data" ? keep(origin, data) : look(origin, data);
}

addEventListener("message", ({ data, origin, source }) => {
  const name = rules.names.find((one) => typeof data?.subject === "string" && data.subject.startsWith(one));
  const what = name && data.subject.slice(name.length);
  if (rules.mode === "silent" || !["capabilities", "put_data", "get_data"].includes(what)) return;
  const told = answer(what, origin, data);
  const id = rules.mode === "wrong-id" && what !== "capabilities" ? "another" : data.message_id;
  if (told) source.postMessage({ subject: `${data.subject}.response`, message_id: id, ...told }, origin);
});
