// Builds what is seen of one entry of the history. Only text nodes and elements are made: nothing said can be markup.

const ZONE = "Asia/Jakarta";
const TREMBLING = 700; // milliseconds in which a second tap is none, also on what has moved under the finger
const SVG = "http://www.w3.org/2000/svg";
const ICONS = {
  sent: "M4 12.5l5 5L20 6.500",
  waiting: "M12 6.500V12l3.500 2M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0",
  file: "M14 3H7a2 2 0 0 0-2 2v14a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2V8zM14 3v5h5",
};

let tapped = -TREMBLING; // when a choice was last tapped

export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function icon(name) {
  const drawn = document.createElementNS(SVG, "svg");
  drawn.setAttribute("viewBox", "0 0 24 24");
  drawn.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  drawn.append(path);
  return drawn;
}

/** The bubble of an entry with its choices below; `tap(entry, choice)` is called for a choice. */
export function row(entry, page, tap) {
  const own = entry.from === "visitor";
  const bubble = element("div", { class: "bubble" });
  bubble.append(element("span", { class: "unseen" }, `${own ? page.texts.you : page.name}: `));
  if (entry.file) bubble.append(file(entry));
  if (entry.blocks) bubble.append(...entry.blocks.flatMap(block));
  else if (!entry.file) bubble.append(element("p", {}, entry.text));
  bubble.append(meta(entry, page));
  const made = element("div", { class: `row ${own ? "visitor" : "assistant"}`, "data-id": entry.id }, bubble);
  if (own) made.setAttribute("aria-live", "off"); // nobody needs to be read what they just wrote
  if (entry.choices?.length) made.append(choices(entry, page, tap));
  return made;
}

/** Time, and for what the visitor said whether it has arrived. */
function meta(entry, page) {
  const shown = element("div", { class: "meta" });
  shown.append(element("time", { datetime: entry.at }, time(entry.at, page.language)));
  if (entry.from === "visitor") {
    const state = entry.unsent ? "waiting" : "sent";
    shown.append(icon(state), element("span", { class: "unseen" }, page.texts[state]));
  }
  return shown;
}

function block({ kind, lines, start }) {
  if (kind === "p") return lines.map(paragraph);
  const made = element(kind, start ? { start } : {});
  made.append(...lines.map((line) => element("li", {}, ...line.map(segment))));
  return [made];
}

/** A line; one in italics says where an answer comes from, quietly. */
function paragraph(line, index) {
  const source = line.every(({ text, italic }) => italic || !/\w/.test(text));
  return element("p", { class: source ? "source" : index ? "line" : "first" }, ...line.map(segment));
}

function segment({ text, bold, italic, code, url }) {
  let made = document.createTextNode(text);
  if (code) made = element("code", {}, made);
  if (italic) made = element("em", {}, made);
  if (bold) made = element("strong", {}, made);
  if (url?.startsWith("https://")) made = element("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, made);
  return made;
}

/** A photo to be looked at, a recording to be played, or a document to be saved; `preview` is what this page has of it. */
function file({ file: { id, kind, name, size }, preview }) {
  const address = id && `/chat/files/${id}`;
  if (kind === "voice" && (preview ?? address)) {
    return element("audio", { class: "recording", controls: "", preload: "none", src: preview ?? address, "aria-label": name });
  }
  const kilobytes = Math.max(1, Math.round(size / 1000));
  const measure = kilobytes < 1000 ? `${kilobytes} kB` : `${(kilobytes / 1000).toFixed(1)} MB`;
  const named = element("div", { class: "file" }, icon("file"), element("span", {}, `${name} · ${measure}`));
  if (kind !== "photo" || !(preview ?? address)) return address ? element("a", { href: address, download: name }, named) : named;
  const picture = element("img", { class: "picture", src: preview ?? address, alt: name, loading: "lazy" });
  const shown = address ? element("a", { href: address, target: "_blank", rel: "noopener" }, picture) : picture;
  picture.addEventListener("error", () => shown.replaceWith(named));
  return shown;
}

function choices(entry, page, tap) {
  const made = element("div", { class: "choices", role: "group", "aria-label": page.texts.choices });
  const rows = { main: element("div"), quiet: element("div") };
  for (const choice of entry.choices) {
    if (choice.url?.startsWith("https://")) {
      const elsewhere = { class: choice.rank, href: choice.url, target: "_blank", rel: "noopener noreferrer" };
      rows[choice.rank].append(element("a", elsewhere, choice.label));
      continue;
    }
    const button = element("button", { type: "button", class: choice.rank }, choice.label);
    button.addEventListener("click", ({ timeStamp }) => {
      if (timeStamp - tapped < TREMBLING) return;
      tapped = timeStamp;
      tap(entry, choice);
    });
    rows[choice.rank].append(button);
  }
  made.append(...Object.values(rows).filter((one) => one.childElementCount));
  return made;
}

function time(at, language) {
  return new Intl.DateTimeFormat([language, "id"], { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: ZONE }).format(new Date(at));
}

/** The day of a time on Bandung's clock, such as 2026-11-24. */
export function day(at) {
  return new Intl.DateTimeFormat("en-CA", { year: "numeric", month: "2-digit", day: "2-digit", timeZone: ZONE }).format(new Date(at));
}

/** A line between two days. */
export function separator(at, page) {
  const now = Date.now();
  const named = { [day(now)]: page.texts.today, [day(now - 864e5)]: page.texts.yesterday }[day(at)];
  const written = new Intl.DateTimeFormat([page.language, "id"], { weekday: "long", day: "numeric", month: "long", year: "numeric", timeZone: ZONE });
  return element("div", { class: "day", "data-day": day(at) }, element("span", {}, named ?? written.format(new Date(at))));
}
