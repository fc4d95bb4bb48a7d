// The conversation on the screen: entries in their order, each once; what is kept in view; the dots of one who writes.

import { day, row, separator } from "./bubbles.js";

const NEAR = 120; // pixels from the end within which one reads the newest

export class Conversation {
  constructor(page, tap) {
    this.page = page;
    this.tap = tap;
    this.entries = new Map(); // what is shown, by id
    this.log = document.getElementById("log");
    this.scroller = document.getElementById("scroller");
    this.typing = document.getElementById("typing");
    this.newest = document.getElementById("newest");
    this.newest.addEventListener("click", () => this.toEnd());
    this.scroller.addEventListener("scroll", () => this.#offerEnd(), { passive: true });
    new ResizeObserver(() => this.stays && this.toEnd()).observe(this.scroller);
  }

  get stays() {
    return this.atEnd ?? true;
  }

  /** Put entries below what is shown. One that is shown already, as not yet sent, has now arrived; its file has a place. */
  add(entries) {
    const stayed = this.stays;
    let first = null;
    for (const entry of entries) {
      const known = this.entries.get(entry.id);
      if (known && !known.unsent && known.file?.id === entry.file?.id) continue;
      const made = this.#made(known ? { ...entry, preview: known.preview } : entry);
      if (known) this.#rowOf(entry.id).replaceWith(made);
      else this.#append(entry, made);
      if (entry.from === "assistant") first ??= made;
      if (!known && entry.from === "visitor") first = null;
    }
    if (stayed) this.#follow(first);
    else if (first) this.newest.classList.add("new");
    this.#offerEnd();
  }

  /** Put older entries above what is shown, without moving what is being read. */
  addBefore(entries) {
    const height = this.scroller.scrollHeight;
    const made = document.createDocumentFragment();
    let last = "";
    for (const entry of entries.filter(({ id }) => !this.entries.has(id))) {
      if (day(entry.at) !== last) made.append(separator(entry.at, this.page));
      last = day(entry.at);
      made.append(this.#made(entry));
    }
    const top = this.log.firstElementChild;
    if (top?.dataset.day === last) top.remove();
    this.log.prepend(made);
    this.scroller.scrollTop += this.scroller.scrollHeight - height;
  }

  /** Say of an entry that it has left, or take it away. */
  arrived(id) {
    const entry = this.entries.get(id);
    if (!entry?.unsent) return;
    delete entry.unsent;
    this.#rowOf(id).replaceWith(this.#made(entry));
  }

  remove(id) {
    this.entries.delete(id);
    this.#rowOf(id)?.remove();
  }

  clear() {
    this.entries.clear();
    this.log.replaceChildren();
  }

  /** Write everything anew, in another language. */
  rewrite() {
    const entries = [...this.log.querySelectorAll("[data-id]")].map(({ dataset }) => this.entries.get(dataset.id));
    this.log.setAttribute("aria-busy", "true");
    this.clear();
    this.add(entries);
    setTimeout(() => this.log.removeAttribute("aria-busy"), 50);
  }

  showTyping(shown) {
    if (this.typing.hidden !== shown) return;
    const stayed = this.stays;
    this.typing.hidden = !shown;
    if (shown && stayed) this.toEnd();
  }

  toEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.#offerEnd();
  }

  #made(entry) {
    this.entries.set(entry.id, entry);
    const made = row(entry, this.page, this.tap);
    made.querySelector("img")?.addEventListener("load", () => this.stays && this.toEnd());
    return made;
  }

  #append(entry, made) {
    const days = this.log.querySelectorAll(".day");
    if (days[days.length - 1]?.dataset.day !== day(entry.at)) this.log.append(separator(entry.at, this.page));
    if (!this.log.getAttribute("aria-busy")) made.classList.add("fresh");
    this.log.append(made);
  }

  /** Show the end, but of a long answer its beginning. */
  #follow(first) {
    this.toEnd();
    if (first) this.scroller.scrollTop = Math.min(this.scroller.scrollTop, first.offsetTop - 12);
  }

  #offerEnd() {
    const left = this.scroller.scrollHeight - this.scroller.scrollTop - this.scroller.clientHeight;
    this.atEnd = left < NEAR;
    this.newest.hidden = this.atEnd;
    if (this.atEnd) this.newest.classList.remove("new");
  }

  #rowOf(id) {
    return this.log.querySelector(`[data-id="${CSS.escape(id)}"]`);
  }
}
