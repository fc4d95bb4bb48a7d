// The web chat: history at first, then news as it happens; what is written leaves as soon as it can.

import { Composer } from "./composer.js";
import { Conversation } from "./conversation.js";
import { newId, Outbox } from "./outbox.js";
import { Stream } from "./stream.js";

const SLOW = 4000; // milliseconds without an answer after which the server is asked

const page = JSON.parse(document.getElementById("page").textContent);
const log = document.getElementById("log");
const status = document.getElementById("status");
const earlier = document.getElementById("earlier");
let place = "0.0";
let before = "";
let stranger = false;
let slow;
let note;

const conversation = new Conversation(page, (entry, choice) =>
  say({ tap: { reply: entry.reply, index: choice.index } }, choice.label),
);
const outbox = new Outbox({
  arrived(message) {
    conversation.arrived(message.id);
    expect();
  },
  refused(message, code) {
    conversation.remove(message.id);
    tell(code === 413 || code === 415 ? "refused" : "unsent");
  },
  slower: (seconds) => tell("slower", { seconds }, seconds * 1000),
  lost: () => stream.open || tell("lost", {}, 0),
  unknown,
});
const stream = new Stream(() => ({ place, language: page.language }), {
  news,
  typing: () => conversation.showTyping(true),
  up() {
    if (note === "lost") tell("");
    outbox.flush();
  },
  down: () => tell("lost", {}, 0),
  unknown,
});
new Composer(page, {
  text: (text) => say({ text }, text),
  file: sendFile,
  refused: () => tell("refused"),
});

/** Show what the visitor says and let it leave. */
function say(what, label) {
  const message = { id: newId(), ...what, at: new Date().toISOString(), label };
  conversation.toEnd();
  conversation.add([shown(message)]);
  outbox.add(message);
}

function sendFile(blob, name) {
  const message = { id: newId(), name, at: new Date().toISOString() };
  const kind = { image: "photo", audio: "voice" }[blob.type.split("/")[0]] ?? "document";
  const preview = kind === "document" ? null : URL.createObjectURL(blob);
  conversation.toEnd();
  conversation.add([{ ...shown(message), file: { kind, name, size: blob.size }, preview }]);
  outbox.add(message, blob);
}

function shown({ id, at, label }) {
  return { id, at, from: "visitor", text: label, unsent: true };
}

/** Somebody is preparing an answer; if none comes soon, ask for it. */
function expect() {
  conversation.showTyping(true);
  clearTimeout(slow);
  slow = setTimeout(async () => {
    await stream.ask();
    if (!conversation.typing.hidden) expect();
  }, SLOW);
}

function news(said) {
  if (said.reset) return begin();
  place = said.place;
  if (said.texts) translate(said);
  conversation.add(said.entries);
  const answered = said.entries.some(({ from }) => from === "assistant");
  if (said.waiting) expect();
  else if (answered || conversation.typing.hidden || !said.entries.length) quiet();
}

function quiet() {
  clearTimeout(slow);
  conversation.showTyping(false);
}

/** A line above the conversation, for a while (milliseconds), or until another takes its place (0). */
function tell(name, values = {}, milliseconds = 8000) {
  note = name;
  status.textContent = name && page.texts[name].replace(/{(\w+)}/g, (_all, key) => values[key]);
  if (name && milliseconds) setTimeout(() => note === name && tell(""), milliseconds);
}

function translate({ language, texts }) {
  Object.assign(page, { language, texts });
  document.documentElement.lang = language;
  document.title = `${page.name} · ${texts.about}`;
  for (const one of document.querySelectorAll("[data-text]")) one.textContent = texts[one.dataset.text];
  for (const one of document.querySelectorAll("[data-label]")) {
    for (const attribute of ["aria-label", "title", "placeholder"]) {
      if (one.hasAttribute(attribute)) one.setAttribute(attribute, texts[one.dataset.label]);
    }
  }
  conversation.rewrite();
}

/** The server does not know this browser: once the page itself brings a new cookie, or else cookies are off. */
function unknown() {
  stranger = true;
  if (location.hash === "#again") return tell("cookies", {}, 0);
  location.hash = "#again";
  location.reload();
}

async function history(older = "") {
  const response = await fetch(`/chat/history?before=${older}&language=${page.language}`);
  if (response.status === 401) unknown();
  if (!response.ok) throw new Error(response.status);
  const said = await response.json();
  before = said.before;
  earlier.hidden = !said.more;
  return said;
}

/** Show the newest of the history, then listen; somebody new is greeted. */
async function begin(pause = 1000) {
  log.setAttribute("aria-busy", "true");
  let said;
  try {
    said = await history();
  } catch {
    if (stranger) return;
    tell("lost", {}, 0);
    setTimeout(() => begin(Math.min(pause * 2, 15000)), pause);
    return;
  }
  if (location.hash) window.history.replaceState(null, "", location.pathname + location.search);
  tell("");
  conversation.clear();
  news(said);
  conversation.add(outbox.queue.filter(({ label }) => label).map(shown));
  conversation.toEnd();
  log.removeAttribute("aria-busy");
  greet(said);
  stream.start();
  outbox.flush();
}

/** A visitor who comes by a link of ours is answered what it says; one who was never here is greeted. */
function greet(said) {
  const payload = new URLSearchParams(location.search).get("start");
  if (payload !== null) window.history.replaceState(null, "", location.pathname);
  if (payload) outbox.add({ id: newId(), start: payload });
  else if (!said.entries.length && !said.more && !outbox.queue.length) outbox.add({ id: "hello", start: "" });
}

earlier.addEventListener("click", async () => {
  earlier.disabled = true;
  try {
    const said = await history(before);
    conversation.addBefore(said.entries);
    if (earlier.hidden) document.getElementById("scroller").focus({ preventScroll: true });
  } catch {
    tell("lost");
  }
  earlier.disabled = false;
});
outbox.restore();
begin();
