"""The history as the page shows it: entries of plain data, out of which it builds the bubbles. No HTML anywhere."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from itertools import pairwise

from bot.language.markdown import Painted, paint
from bot.reply import Reply
from db.base import JsonObject
from db.conversation.history import Answered, HistoryEntry
from db.files import Description

#: bodies of replies by number, with the address that each belongs to: what a tap refers to
Bodies = Mapping[int, tuple[int, JsonObject]]
#: files by id, those that are gone left out
Files = Mapping[int, Description]
Segment = JsonObject

_ITEM = re.compile(r"(?P<indent> *)(?:(?P<bullet>•)|(?P<number>\d+)\.) ")
#: addresses of pages as cards write them: with https, or bare with a lower-case domain
_ADDRESS = re.compile(
    r"https://[^\s<>\"']+[^\s<>\"'.,;:!?)\]]"
    r"|(?<![\w@./-])(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+(?:id|com|org|net|my)(?![\w.-]*\w)"
    r"(?:/[^\s<>\"']*[^\s<>\"'.,;:!?)\]])?"
)


def said_entry(said: HistoryEntry, address: int, offered: Bodies, kept: Files) -> JsonObject | None:
    """Make the entry of what the visitor did; None for what shows nothing, such as the page's own hello."""
    sent = json.loads(said.raw)
    entry = {"id": sent["id"], "from": "visitor", "at": said.at.isoformat(timespec="milliseconds")}
    match sent:
        case {"text": str(text)}:
            return entry | {"text": text}
        case {"tap": {"reply": int(reply), "index": int(index)}}:
            label = _label(offered.get(reply), address, index)
            return entry | {"text": label} if label else None
        case {"file": {"name": str(name), "size": int(size), "kind": str(kind)} as file}:
            where = {"id": file["id"]} if file.get("id") in kept else {}
            return entry | {"file": {"name": name, "size": size, "kind": kind, **where}}
    return None


def file_of(entry: HistoryEntry | Answered) -> int:
    """Read the id of the file in an entry, 0 where there is none."""
    match json.loads(entry.raw) if isinstance(entry, HistoryEntry) else entry.body:
        case {"file": {"id": int(file)}} | {"file": int(file)}:
            return file
    return 0


def tapped(said: HistoryEntry) -> int:
    """Read the number of the reply whose choice was tapped, 0 where none was."""
    match json.loads(said.raw):
        case {"tap": {"reply": int(reply)}}:
            return reply
    return 0


def answer_entry(answered: Answered, kept: Files) -> JsonObject:
    """Make the entry of what the visitor was told: blocks of text, a file, and choices with their index."""
    reply = Reply.from_json(answered.body)
    main, file = len(reply.main()), kept.get(reply.file)
    return {
        "id": f"r{answered.id}",
        "from": "assistant",
        "at": answered.at.isoformat(timespec="milliseconds"),
        "reply": answered.id,
        "blocks": list(_blocks(paint(reply.text))),
        "choices": [
            {"label": choice.shown, "index": index, "rank": "main" if index < main else "quiet"}
            | ({"url": choice.url} if choice.url else {})
            for index, choice in enumerate(reply.numbered())
        ],
    } | ({"file": {**asdict(file), "id": reply.file}} if file else {})


def _label(offered: tuple[int, JsonObject] | None, address: int, index: int) -> str | None:
    """The label of the tapped button, if it was this visitor's."""
    if offered is None or offered[0] != address:
        return None
    choices = Reply.from_json(offered[1]).numbered()
    return choices[index].shown if index < len(choices) else None


def _blocks(painted: Painted) -> Iterator[JsonObject]:
    """Split a text into paragraphs and lists: lines that begin with a bullet or a number."""
    block: JsonObject | None = None
    for start, end in _lines(painted.text):
        line = painted.text[start:end]
        item = _ITEM.match(line)
        kind = "p" if item is None else "ul" if item["bullet"] else "ol"
        if block and (not line or (kind != block["kind"] and not (item and item["indent"]))):
            yield block
            block = None
        if not line:
            continue
        if block is None:
            block = {"kind": kind, "lines": []}
            if item and item["number"] and item["number"] != "1":
                block["start"] = int(item["number"])
        block["lines"].append(_segments(painted, start + (item.end() if item else 0), end))
    if block:
        yield block


def _lines(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for line in text.split("\n"):
        yield start, start + len(line)
        start += len(line) + 1


def _segments(painted: Painted, start: int, end: int) -> list[Segment]:
    """Cut a line where a style begins or ends; each piece has its text and its styles."""
    links = [(span.start, span.end, span.url) for span in painted.spans if span.kind == "link"]
    if not links:
        links = [
            (start + found.start(), start + found.end(), _https(found[0]))
            for found in _ADDRESS.finditer(painted.text[start:end])
        ]
    styles = [(span.start, span.end, span.kind) for span in painted.spans if span.kind != "link"]
    edges = {edge for first, last, _ in [*links, *styles] for edge in (first, last) if start < edge < end}
    cuts = sorted({start, *edges, end})
    pieces = []
    for first, last in pairwise(cuts):
        piece: Segment = {"text": painted.text[first:last]}
        piece |= {kind: True for begun, ended, kind in styles if begun <= first and last <= ended}
        url = next((url for begun, ended, url in links if begun <= first and last <= ended), "")
        pieces.append(piece | {"url": url} if url.startswith("https://") else piece)
    return pieces


def _https(address: str) -> str:
    return address if address.startswith("https://") else f"https://{address}"
