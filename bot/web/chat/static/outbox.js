// What the visitor sends: kept until the server has stored it, in order, sent again under the same id after a failure.

const KEPT = "unsent-"; // and the message's id: pages of one browser do not overwrite each other's
const LONGEST_PAUSE = 15000;

export function newId() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export class Outbox {
  /** `on` has: arrived(message), refused(message, status), slower(seconds), lost(), unknown(). */
  constructor(on) {
    this.on = on;
    this.queue = []; // messages; of files, which only this page has, also the blob
    this.sending = false;
    this.failures = 0;
    addEventListener("online", () => this.flush());
  }

  /** Take up what an earlier page left. Another page may still be sending it as well: its id makes it one message. */
  restore() {
    try {
      const kept = Object.keys(localStorage).filter((key) => key.startsWith(KEPT));
      this.queue = kept.map((key) => JSON.parse(localStorage.getItem(key))).sort((a, b) => (a.at < b.at ? -1 : 1));
    } catch {
      // a browser that keeps nothing
    }
  }

  add(message, blob = null) {
    this.queue.push(blob ? { ...message, blob } : message);
    if (!blob) keep(message);
    this.flush();
  }

  async flush() {
    if (this.sending) return;
    clearTimeout(this.retry);
    this.sending = true;
    while (this.queue.length && (await this.#send(this.queue[0])));
    this.sending = false;
  }

  /** Send one; returns whether to go on with the next. */
  async #send(message) {
    let response;
    try {
      response = await post(message);
    } catch {
      this.on.lost();
      return this.#again(Math.min(1000 * 2 ** this.failures++, LONGEST_PAUSE) * (0.7 + Math.random() * 0.6));
    }
    if (response.ok) {
      this.failures = 0;
      this.#done(message);
      this.on.arrived(message);
      return true;
    }
    if (response.status === 401) {
      this.on.unknown();
      return false;
    }
    const seconds = Number(response.headers.get("Retry-After")) || 5;
    if (response.status === 429) this.on.slower(seconds);
    if (response.status === 429 || response.status >= 500) return this.#again(seconds * 1000);
    this.#done(message);
    this.on.refused(message, response.status);
    return true;
  }

  #again(milliseconds) {
    this.retry = setTimeout(() => this.flush(), milliseconds);
    return false;
  }

  #done(message) {
    this.queue.shift();
    try {
      localStorage.removeItem(KEPT + message.id);
    } catch {
      // it was not kept either
    }
  }
}

function keep(message) {
  try {
    localStorage.setItem(KEPT + message.id, JSON.stringify(message));
  } catch {
    // a browser that keeps nothing: the page does, for as long as it is open
  }
}

function post({ blob, at, label, ...message }) {
  if (!blob) {
    const headers = { "Content-Type": "application/json" };
    return fetch("/chat/messages", { method: "POST", headers, body: JSON.stringify(message), signal: timeout(20000) });
  }
  const given = new URLSearchParams({ id: message.id, name: message.name });
  return fetch(`/chat/files?${given}`, { method: "POST", body: blob, signal: timeout(120000) });
}

function timeout(milliseconds) {
  const controller = new AbortController();
  setTimeout(() => controller.abort(), milliseconds);
  return controller.signal;
}
