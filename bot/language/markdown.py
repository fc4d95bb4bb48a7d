"""Light Markdown: parsed once by markdown-it, flattened to a text with spans, and painted by each channel.

What a person typed is a plain `str`; what may be said is `Markdown`. The only way from one to the other is
`escape`, so nothing a person typed can become markup.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

_RULES = ["emphasis", "list", "link", "escape", "newline", "backticks"]
_parser = MarkdownIt("zero").enable(_RULES)
_strict_parser = MarkdownIt("zero").enable(_RULES).disable("text_join")

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_SPACES = re.compile(r"\s+")
_STRAY_MARK = re.compile(r"\*|`|(?<!\w)_|_(?!\w)|\]\(")
_KINDS = {"strong_open": "bold", "em_open": "italic", "link_open": "link"}


class Markdown(str):
    """Text that may carry marks: **bold**, _italic_, `code`, [links](https://...), numbered and bulleted lists."""

    __slots__ = ()


def escape(typed: str) -> Markdown:
    """Turn what somebody typed into Markdown that shows exactly that, on one line."""
    return typed if isinstance(typed, Markdown) else Markdown(_PUNCTUATION.sub(r"\\\1", _SPACES.sub(" ", typed)))


@dataclass(frozen=True, slots=True)
class Span:
    """A styled stretch of a text: `kind` is bold, italic, code or link; offsets count code points."""

    kind: str
    start: int
    end: int
    url: str = ""


@dataclass(frozen=True, slots=True)
class Painted:
    """A text without marks, and where it is styled."""

    text: str
    spans: tuple[Span, ...] = ()

    def cut(self, start: int, end: int) -> "Painted":
        """Cut the part between two offsets, without the white space around it."""
        part = self.text[start:end]
        start += len(part) - len(part.lstrip())
        part = part.strip()
        end = start + len(part)
        inside = (
            Span(span.kind, max(span.start, start) - start, min(span.end, end) - start, span.url) for span in self.spans
        )
        return Painted(part, tuple(span for span in inside if span.start < span.end))


@lru_cache(maxsize=1024)
def paint(text: str) -> Painted:
    """Flatten Markdown: paragraphs a blank line apart, list items on lines of their own."""
    painter = _Painter()
    for token in _parser.parse(text):
        painter.take(token)
    return Painted("".join(painter.parts), tuple(sorted(painter.spans, key=lambda span: (span.start, -span.end))))


def plain(text: str) -> str:
    """Strip the marks from a text."""
    return paint(text).text


def faults(text: str) -> list[str]:
    """List what is wrong with a Markdown text: marks that do not pair show as stray characters."""
    stray = []
    for token in _strict_parser.parse(text):
        stray += [child.content for child in token.children or [] if child.type == "text"]
    return [f"stray mark in {part!r}" for part in stray if _STRAY_MARK.search(part)]


def with_marks(painted: Painted, marks: dict[str, tuple[str, str]]) -> str:
    """Wrap each span in a pair of marks, such as `{"bold": ("*", "*")}`; styles without a pair are left bare."""
    edges: list[tuple[int, int, str]] = []
    for order, span in enumerate(painted.spans):
        opening, closing = marks.get(span.kind, ("", ""))
        edges += [(span.start, 1 + order, opening), (span.end, -order, closing)]
    pieces, last = [], 0
    for offset, _, mark in sorted(edges, key=lambda edge: edge[:2]):
        pieces += [painted.text[last:offset], mark]
        last = offset
    return "".join([*pieces, painted.text[last:]])


class _Painter:
    """Walks the tokens once, keeping the text so far, the open spans and the open lists."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.spans: list[Span] = []
        self.length = 0
        self._open: list[tuple[str, int, str]] = []
        self._lists: list[str] = []
        self._item = False

    def take(self, token: Token) -> None:
        if token.type in ("bullet_list_open", "ordered_list_open"):
            self._lists.append("•" if token.type.startswith("bullet") else "1")
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            self._lists.pop()
        elif token.type == "list_item_open":
            self._begin_item(token)
        elif token.type == "paragraph_open":
            self._begin_paragraph()
        elif token.type == "inline":
            for child in token.children or []:
                self._inline(child)

    def _begin_item(self, token: Token) -> None:
        if self.parts:
            self._write("\n")
        bullet = f"{token.info}." if self._lists[-1] == "1" else "•"
        self._write("   " * (len(self._lists) - 1) + bullet + " ")
        self._item = True

    def _begin_paragraph(self) -> None:
        if self._item and self._lists:
            self._item = False
        elif self.parts:
            self._write("\n\n")

    def _inline(self, token: Token) -> None:
        if token.type in ("text", "text_special"):
            self._write(token.content)
        elif token.type in ("softbreak", "hardbreak"):
            self._write("\n")
        elif token.type == "code_inline":
            self.spans.append(Span("code", self.length, self.length + len(token.content)))
            self._write(token.content)
        elif token.type in _KINDS:
            self._open.append((_KINDS[token.type], self.length, str(token.attrGet("href") or "")))
        elif token.type.endswith("_close"):
            kind, start, url = self._open.pop()
            self.spans.append(Span(kind, start, self.length, url))

    def _write(self, text: str) -> None:
        self.parts.append(text)
        self.length += len(text)
