// A page that works without network: the households of one team and the visits that wait to be sent. Everything is
// kept encrypted in this browser, under a key that scripts cannot read, and deleted once it is sent, on signing out, or
// by hand; households also after two days.
const cacheName = "field", shell = "/field/", keeps = 48 * 3600 * 1000;

type Taken = { path: string; until: number; html: string };
type Visit = { path: string; number: string; body: string; failed?: string };

const part = (id: string) => document.getElementById(id) as HTMLElement;
const asked = <T>(request: IDBRequest<T>) => new Promise<T>((done, fail) => {
  request.onsuccess = () => done(request.result);
  request.onerror = () => fail(request.error);
});

async function box<T>(mode: IDBTransactionMode, act: (box: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const opening = indexedDB.open("field", 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore("box");
  const db = await asked(opening);
  try {
    return await asked(act(db.transaction("box", mode).objectStore("box")));
  } finally {
    db.close();
  }
}

async function key(): Promise<CryptoKey> {
  const known = await box("readonly", (b) => b.get("key"));
  if (known) return known;
  const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  await box("readwrite", (b) => b.put(made, "key"));
  return made;
}

async function keep(name: string, value: Taken | Visit) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await key(), new TextEncoder().encode(JSON.stringify(value)));
  await box("readwrite", (b) => b.put({ iv, sealed }, name));
}

async function kept<T>(name: string): Promise<T | undefined> {
  const found = await box("readonly", (b) => b.get(name));
  if (!found) return undefined;
  return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt({ name: "AES-GCM", iv: found.iv }, await key(), found.sealed)));
}

const drop = (name: string) => box("readwrite", (b) => b.delete(name));
const waiting = async () => (await box("readonly", (b) => b.getAllKeys())).map(String).filter((name) => name.startsWith("visit/"));

// take fetches the households of a team; those of before are forgotten.
async function take(path: string) {
  const answer = await fetch(path);
  if (!answer.ok || answer.redirected) return say("field-signin");
  await keep("list", { path, until: Date.now() + keeps, html: await answer.text() });
  history.replaceState(null, "", shell);
}

function say(id: string) {
  for (const one of ["field-signin", "field-offline", "field-sent"]) part(one).hidden = one !== id;
}

// show draws what is kept.
async function show() {
  let list = await kept<Taken>("list");
  if (list && list.until < Date.now()) {
    await drop("list");
    list = undefined;
  }
  part("field-list").innerHTML = list?.html ?? "";
  part("field-empty").hidden = list !== undefined;
  const failures = part("field-failed"), names = await waiting();
  part("field-count").textContent = String(names.length);
  failures.replaceChildren();
  for (const name of names) {
    const visit = await kept<Visit>(name);
    if (visit?.failed === undefined) continue;
    const line = (part("field-failure") as HTMLTemplateElement).content.firstElementChild!.cloneNode(true) as HTMLElement;
    line.querySelector("b")!.textContent = visit.number;
    line.querySelector("span")!.textContent = visit.failed;
    line.querySelector("button")!.onclick = () => void drop(name).then(show);
    failures.append(line);
  }
}

// send sends what waits, one after the other. A visit that came in already is taken as the same by its key.
let sending = false;
async function send() {
  if (sending) return;
  sending = true;
  try {
    let any = false;
    for (const name of await waiting()) {
      const visit = await kept<Visit>(name);
      if (!visit || visit.failed !== undefined) continue;
      const answer = await fetch(visit.path, { method: "POST", body: new URLSearchParams(visit.body) });
      if (answer.status === 401 || new URL(answer.url).pathname.startsWith("/login")) return say("field-signin");
      if (answer.ok) {
        await drop(name);
        any = true;
      } else if (answer.status >= 500 || answer.status === 429) {
        return say("field-offline");
      } else {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const said = [".error-summary", ".field-error", ".notice bdi", "main p"].map((part) => page.querySelector(part)).find((part) => part);
        visit.failed = (said ?? page.body).textContent!.trim();
        await keep(name, visit);
      }
    }
    say(any ? "field-sent" : "");
  } catch {
    say("field-offline");
  } finally {
    sending = false;
    await show();
  }
}

// store keeps the visit of the form and takes the household off the list.
async function store(form: HTMLFormElement) {
  const list = await kept<Taken>("list"), number = form.dataset.number;
  if (!list || !number) return;
  const fields = new URLSearchParams(new FormData(form) as unknown as Record<string, string>), id = crypto.randomUUID();
  fields.set("key", id);
  await keep("visit/" + id, { path: form.dataset.path + number, number, body: fields.toString() });
  const left = new DOMParser().parseFromString(list.html, "text/html");
  left.querySelector(`li[data-number="${CSS.escape(number)}"]`)?.remove();
  await keep("list", { ...list, html: left.body.innerHTML });
  await show();
  await send();
}

document.addEventListener("click", (event) => {
  const chosen = (event.target as Element).closest<HTMLElement>("li[data-number]");
  if (!chosen) return;
  const form = document.querySelector<HTMLFormElement>("#field-list form")!;
  form.reset();
  form.hidden = false;
  form.dataset.number = chosen.dataset.number;
  form.querySelector("h2")!.textContent = chosen.textContent!.trim();
  form.scrollIntoView();
  form.querySelector("input")!.focus();
});

document.addEventListener("submit", (event) => {
  event.preventDefault();
  void store(event.target as HTMLFormElement);
});

async function begin() {
  if (!window.isSecureContext || !navigator.serviceWorker) {
    part("field-insecure").hidden = false;
    return;
  }
  part("field-send").onclick = () => void send();
  part("field-wipe").onclick = async () => {
    for (const name of await box("readonly", (b) => b.getAllKeys())) await drop(String(name));
    await show();
  };
  const from = new URLSearchParams(location.search).get("take");
  if (from && /^[0-9]+$/.test(from)) {
    await navigator.serviceWorker.register("/field/worker.js");
    await (await caches.open(cacheName)).addAll([shell, ...Array.from(document.querySelectorAll<HTMLElement>("[data-keep]"), (e) => e.getAttribute("href") ?? e.getAttribute("src")!)]);
    await navigator.serviceWorker.ready;
    await take(`/visits/${from}/phone`).catch(() => say("field-offline"));
  }
  await show();
  part("field-ready").hidden = false;
  window.addEventListener("online", () => void send());
  setInterval(() => void send(), 60000);
  await send();
}

void begin();

export {};
