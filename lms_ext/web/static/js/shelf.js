// What was typed and has not reached the server yet, kept on this device, sealed.
//
// School computers are shared: the next person must not be able to read it. Each record is encrypted with a key that only the page of
// that person's own attempt carries (the server derives it from person and attempt), so without their launch it is noise. Records are
// per attempt and tab, because two tabs of one attempt must not overwrite each other's. IndexedDB rather than localStorage: a strict
// transaction is on the disk when it says so, even when the phone kills the browser a moment later.
const STORE = "drafts";
const KEEP_DAYS = 45;

function opened() {
  return new Promise((yes, no) => {
    const request = indexedDB.open("lx", 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onsuccess = () => yes(request.result);
    request.onerror = () => no(request.error);
  });
}

// The page carries the key under a mask that is new in each answer: half mask, half masked key.
function unmasked(seal) {
  const raw = Uint8Array.from(atob(seal.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
  const half = raw.length / 2;
  return raw.slice(half).map((one, n) => one ^ raw[n]);
}

export class Shelf {
  constructor(attempt, tab, seal) {
    this.prefix = `${attempt}:`;
    this.id = this.prefix + tab;
    this.db = opened();
    this.key = crypto.subtle.importKey("raw", unmasked(seal), "AES-GCM", false, ["encrypt", "decrypt"]);
    this.db.catch(() => {});
    this.key.catch(() => {});
    this.line = Promise.resolve(); // writes one after the other
    // held while this tab lives; a frame that may not store anything may not lock either
    navigator.locks?.request(this.id, () => new Promise(() => {})).catch(() => {});
  }

  async run(mode, act) {
    const db = await this.db;
    return new Promise((yes, no) => {
      const deal = db.transaction(STORE, mode, { durability: "strict" });
      const request = act(deal.objectStore(STORE));
      deal.oncomplete = () => yes(request.result);
      deal.onabort = deal.onerror = () => no(deal.error);
    });
  }

  // Keeps `fields` (an object; null removes the record); resolves when it is on the disk.
  put(fields) {
    this.line = this.line.catch(() => {}).then(async () => {
      if (!fields) return this.run("readwrite", (store) => store.delete(this.id));
      const iv = crypto.getRandomValues(new Uint8Array(12));
      const text = new TextEncoder().encode(JSON.stringify(fields));
      const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await this.key, text);
      return this.run("readwrite", (store) => store.put({ iv, sealed, at: Date.now() }, this.id));
    });
    return this.line;
  }

  // Gives what tabs of this attempt that are no more left behind, oldest first: [{ id, fields }].
  async left() {
    const locks = await navigator.locks?.query().catch(() => null);
    const held = new Set((locks?.held || []).map((one) => one.name));
    const range = IDBKeyRange.bound(this.prefix, `${this.prefix}\uffff`);
    const ids = (await this.run("readonly", (store) => store.getAllKeys(range))).filter((id) => id !== this.id && !held.has(id));
    const found = [];
    for (const id of ids) {
      const record = await this.run("readonly", (store) => store.get(id));
      try {
        const text = await crypto.subtle.decrypt({ name: "AES-GCM", iv: record.iv }, await this.key, record.sealed);
        found.push({ id, at: record.at, fields: JSON.parse(new TextDecoder().decode(text)) });
      } catch { /* sealed for somebody else: leave it to them */ }
    }
    return found.sort((one, other) => one.at - other.at);
  }

  drop(id) {
    return this.run("readwrite", (store) => store.delete(id));
  }

  // Records that nobody came back for.
  async tidy() {
    const old = Date.now() - KEEP_DAYS * 86400000;
    for (const id of await this.run("readonly", (store) => store.getAllKeys())) {
      const record = await this.run("readonly", (store) => store.get(id));
      if (record && record.at < old) await this.drop(id);
    }
  }
}
