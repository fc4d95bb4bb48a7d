"""A reply as Telegram's messages: texts with entities, at most 4,096 UTF-16 units each, a file, and the keyboard.

They are in the Bot API's own JSON: making and reading the library's objects would cost two thirds of a send.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from telegram import InputFile

from bot.language.i18n import _
from bot.language.markdown import Painted, paint
from bot.reply import TELEGRAM, Choice, Reply, utf16_length
from db.base import JsonObject
from db.files import File

Json = JsonObject

#: spelt so that the library takes them for methods it does not have, or it would warn of each raw call
_SEND_MESSAGE, _SEND_FILE = "send_Message", {"photo": "send_Photo", "document": "send_Document", "voice": "send_Voice"}
_NO_PREVIEW = {"is_disabled": True}
#: UTF-16 units of the text that goes with a file; a longer one follows it
_CAPTION = 1024
#: longer labels get a row to themselves
_HALF_A_ROW = 20
#: where a text may be cut, best first
_BREAKS = ("\n\n", "\n", ". ", " ")


@dataclass(frozen=True, slots=True)
class MessagePart:
    """One message: a text, or a file with or without one."""

    text: str
    entities: list[Json]
    markup: Json | None
    file: File | None = None
    is_paid: bool = False

    def forms(self) -> Iterator[tuple[str, Json]]:
        """List methods of the Bot API with what they are given, ever plainer: for what Telegram will not take.

        What it refuses as a photo or a voice message (odd measures; voice messages forbidden) goes as a document.
        """
        markup = {"reply_markup": self.markup} if self.markup else {}
        paid = {"allow_paid_broadcast": True} if self.is_paid else {}
        if self.file is None:
            whole: Json = {"text": self.text, "link_preview_options": _NO_PREVIEW, **paid}
            entities = {"entities": self.entities} if self.entities else {}
            methods = [(_SEND_MESSAGE, whole)]
        else:
            caption = {"caption": self.text, **paid} if self.text else paid
            entities = {"caption_entities": self.entities} if self.entities else {}
            content = InputFile(self.file.content, self.file.name)
            kinds = dict.fromkeys((self.file.kind, "document"))
            methods = [(_SEND_FILE[kind], {kind: content, **caption}) for kind in kinds]
        yield from ((method, {**whole, **entities, **markup}) for method, whole in methods)
        method, whole = methods[-1]
        yield method, {**whole, **markup}
        yield method, whole


def parts(reply: Reply, number: int, private: bool) -> list[MessagePart]:
    """Split a reply into messages; the last one carries the keyboard, whose taps name the reply's row `number`."""
    painted, keyboard, file = paint(reply.text), _keyboard(reply, number, private), reply.attachment
    if file and utf16_length(painted.text) <= _CAPTION:
        return [MessagePart(painted.text, _entities(painted), keyboard, file, reply.is_paid)]
    first = [MessagePart("", [], None, file, reply.is_paid)] if file else []
    pieces = split(painted, TELEGRAM.text)
    ends = [None] * (len(pieces) - 1) + [keyboard]
    last = [
        MessagePart(piece.text, _entities(piece), markup, is_paid=reply.is_paid)
        for piece, markup in zip(pieces, ends, strict=True)
    ]
    return first + last


def changes(reply: Reply | None, number: int, messages: Sequence[str]) -> Iterator[tuple[str, Json]]:
    """List methods of the Bot API, with what they are given, that change a reply's messages, or with None delete
    them."""
    if reply is None:
        yield from (("delete_Message", {"message_id": int(message)}) for message in messages)
        return
    painted = paint(reply.text)
    markup = {"reply_markup": _keyboard(reply, number, private=False)} if reply.choices else {}
    at = {"message_id": int(messages[-1]), **markup}
    if reply.file and utf16_length(painted.text) <= _CAPTION:
        yield "edit_Message_Caption", {"caption": painted.text, "caption_entities": _entities(painted), **at}
    else:
        whole = {"text": painted.text, "entities": _entities(painted), "link_preview_options": _NO_PREVIEW}
        yield "edit_Message_Text", {**whole, **at}


def split(painted: Painted, limit: int) -> list[Painted]:
    """Split a text into pieces of at most `limit` UTF-16 units, between paragraphs where that can be."""
    pieces, rest = [], painted
    while utf16_length(rest.text) > limit:
        end = _end_of_piece(rest.text, limit)
        pieces.append(rest.cut(0, end))
        rest = rest.cut(end, len(rest.text))
    return [*pieces, rest]


def _end_of_piece(text: str, limit: int) -> int:
    head = text.encode("utf-16-le")[: 2 * limit].decode("utf-16-le", errors="ignore")
    for mark in _BREAKS:
        end = head.rfind(mark)
        if end > len(head) // 4:  # a first message of one line would only look broken
            return end + len(mark)
    return len(head)


def _entities(painted: Painted) -> list[Json]:
    return [
        {
            "type": "text_link" if span.kind == "link" else span.kind,
            "offset": utf16_length(painted.text[: span.start]),
            "length": utf16_length(painted.text[span.start : span.end]),
        }
        | ({"url": span.url} if span.kind == "link" else {})
        for span in painted.spans
    ]


def _keyboard(reply: Reply, number: int, private: bool) -> Json | None:
    """Make inline buttons; or one keyboard with the platform's own button and all choices, to be typed back.

    A message has one keyboard, and only a message without buttons can take such a keyboard away: every one does, as
    nobody remembers whether there is one. Groups never get one: Telegram hands over numbers and places in private.
    """
    if reply.wants and private:
        return _wishing(reply)
    if reply.choices:
        indexed = list(enumerate(reply.numbered()))
        main, quiet = indexed[: len(reply.main())], indexed[len(reply.main()) :]
        rows = [*_rows(main), *_rows(quiet)]
        return {
            "inline_keyboard": [
                [{"text": one.shown, **_does(one, f"r:{number}:{index}")} for index, one in row] for row in rows
            ]
        }
    return {"remove_keyboard": True} if private else None


def _does(choice: Choice, data: str) -> Json:
    return {"url": choice.url} if choice.url else {"callback_data": data}


def _wishing(reply: Reply) -> Json:
    if reply.wants == "contact":
        button = {"text": _("Share my number"), "request_contact": True}
    else:
        button = {"text": _("Share my location"), "request_location": True}
    rows = [*_rows(enumerate(reply.main())), *_rows(enumerate(reply.quiet()))]
    typed = [[{"text": choice.shown} for _index, choice in row] for row in rows]
    return {"keyboard": [[button], *typed], "resize_keyboard": True, "one_time_keyboard": True}


def _rows(choices: Iterable[tuple[int, Choice]]) -> Sequence[list[tuple[int, Choice]]]:
    """Arrange choices at most two in a row, a long label alone."""
    rows: list[list[tuple[int, Choice]]] = []
    for index, choice in choices:
        beside = rows[-1][-1][1].shown if rows and len(rows[-1]) == 1 else None
        if beside is not None and max(len(beside), len(choice.shown)) <= _HALF_A_ROW:
            rows[-1].append((index, choice))
        else:
            rows.append([(index, choice)])
    return rows
