"""Telegram's updates of every kind, known and unknown, and the same gone wrong on the way."""

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from tests.town.fuzz_text import pieces, text

Json = dict[str, Any]
PERSON, GROUP = 5000, -1009000
PEOPLE = 12


@dataclass(frozen=True)
class Sent:
    """The body of one call of the webhook; `update_id` is None where it may have been lost."""

    body: bytes
    update_id: int | None = None
    person: int = 0
    #: whether a person wrote words in private and must hear something
    asks: bool = False


class Updates:
    """Draws updates; `taps` are the data of buttons that were really shown, by person."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.taps: dict[int, list[str]] = {}
        self._numbers = count(1)

    def draw(self) -> Sent:
        """Half are texts, the rest of every kind, each of these as likely mutated as not."""
        person = PERSON + self.random.randrange(PEOPLE)
        if self.random.random() < 0.5:
            return self._sent(person, "message", self._message(person) | {"text": text(self.random)}, asks=True)
        kind = self.random.choice(_KINDS)
        update = {"update_id": next(self._numbers), kind: self._content(kind, person)}
        if self.random.random() < 0.5:
            return Sent(_encoded(update), update["update_id"], person)
        return Sent(self._mutated(update))

    def question(self, person: int) -> Sent:
        """What anybody might ask."""
        return self.saying(person, "biaya sertifikat halal berapa ya kak")

    def saying(self, person: int, words: str) -> Sent:
        return self._sent(person, "message", self._message(person, odd=False) | {"text": words}, asks=True)

    def people(self) -> Sequence[int]:
        return range(PERSON, PERSON + PEOPLE)

    def _sent(self, person: int, kind: str, content: Json, asks: bool) -> Sent:
        number = next(self._numbers)
        # Telegram never sends an empty text: it leaves the field out
        return Sent(_encoded({"update_id": number, kind: content}), number, person, asks and bool(content["text"]))

    def _content(self, kind: str, person: int) -> Any:
        if kind in ("message", "edited_message", "business_message", "channel_post", "edited_channel_post"):
            content = self._message(person) | self._medium()
            if kind.startswith("edited"):
                content["edit_date"] = 1_700_000_001
            if "channel" in kind:
                content["chat"] = {"id": GROUP, "type": "channel", "title": "C"}
            elif self.random.random() < 0.2:
                content["chat"] = {"id": GROUP, "type": self.random.choice(("group", "supergroup")), "title": "G"}
            return content
        if kind == "callback_query":
            return self._tap(person)
        if kind == "my_chat_member":
            return self._membership(person)
        return self._event(kind, person)

    def _message(self, person: int, odd: bool = True) -> Json:
        sender = {"id": person, "is_bot": False, "first_name": text(self.random)[:64] if odd else "P"}
        sender["language_code"] = self.random.choice(("id", "en", "ms", "su", "zh-hans", "", "x" * 99, "jv"))
        chat = {"id": person, "type": "private", "first_name": sender["first_name"]}
        return {"message_id": next(self._numbers), "date": 1_700_000_000, "chat": chat, "from": sender}

    def _medium(self) -> Json:
        """What a message holds, with a caption or an answer to another message now and then."""
        name = self.random.choice(tuple(_MEDIA))
        content: Json = {name: _MEDIA[name]}
        if name == "text" or self.random.random() < 0.3:
            content["text" if name == "text" else "caption"] = text(self.random)[:4096]
        if self.random.random() < 0.2:
            content["reply_to_message"] = self._message(PERSON, odd=False) | {"text": "x"}
        if self.random.random() < 0.2:
            content["entities"] = [
                {"type": "bot_command", "offset": 0, "length": 10**6},
                {"type": "no such", "offset": -1},
            ]
        return content

    def _tap(self, person: int) -> Json:
        shown = self.taps.get(person) or ["r:1:0"]
        broken = [
            "",
            "r:0:0",
            "r:1:9999",
            "r:999999999999999999:0",
            "r:1",
            "x",
            "r:-1:0",
            "r:1:0:0",
            "r:1:٣",
            text(self.random),
        ]
        data = self.random.choice(shown) if self.random.random() < 0.6 else self.random.choice(broken)
        query = {
            "id": str(next(self._numbers)),
            "from": self._message(person)["from"],
            "chat_instance": "1",
            "data": data,
        }
        query["message"] = self.random.choice(
            (
                {**self._message(person), "text": "x"},
                {"chat": {"id": person, "type": "private"}, "message_id": 1, "date": 0},
            )
        )
        for left_out in self.random.choice(((), (), ("message",), ("data",), ("id",))):
            del query[left_out]
        return query

    def _membership(self, person: int) -> Json:
        user = {"id": 123456, "is_bot": True, "first_name": "Stub"}
        states = ("member", "kicked", "left", "administrator", "restricted", "no such")
        new = {"status": self.random.choice(states), "user": user, "until_date": 0}
        return self._message(person) | {"old_chat_member": {"status": "member", "user": user}, "new_chat_member": new}

    def _event(self, kind: str, person: int) -> Json:
        """The other kinds share most of their fields; what they leave out makes them malformed, which is as good."""
        user = {"id": person, "is_bot": False, "first_name": "P"}
        return self._message(person, odd=False) | {
            "id": str(next(self._numbers)), "query": text(self.random)[:256], "offset": "", "user": user,
            "question": "?", "options": [{"text": "a", "voter_count": 1}], "option_ids": [0], "poll_id": "1",
            "old_reaction": [], "new_reaction": [{"type": "emoji", "emoji": "👍"}], "reactions": [],
            "user_chat_id": person, "invite_payload": "x", "currency": "XTR", "total_amount": 1, "kind": kind,
        }  # fmt: skip

    def _mutated(self, update: Json) -> bytes:
        """Keys dropped, types swapped, nested deep, huge numbers, and at last the bytes themselves."""
        for _ in range(self.random.randint(1, 4)):
            places = list(_places(update))
            if places:
                holder, key = self.random.choice(places)
                self.random.choice((self._swap, self._swap, _drop, _wrap, _nest))(holder, key)
        body = bytearray(_encoded(update))
        if self.random.random() < 0.1:
            body[self.random.randrange(len(body))] = self.random.randrange(256)
        if self.random.random() < 0.05:
            del body[self.random.randrange(len(body)) :]
        if self.random.random() < 0.03:
            depth = self.random.choice((50, 200, 500, 900, 990, 1000, 5000, 100_000))
            body[-1:] = b',"deep":' + b"[" * depth + b"]" * depth + b"}"
        return bytes(body)

    def _swap(self, holder: Any, key: Any) -> None:
        holder[key] = self.random.choice((*_VALUES, text(self.random), self.random.choice(pieces())))


def _encoded(update: Any) -> bytes:
    """As Telegram writes it; what UTF-8 cannot hold is escaped."""
    try:
        return json.dumps(update, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return json.dumps(update).encode()


def _places(content: Any) -> Iterator[tuple[Any, Any]]:
    """Everywhere in it, as (what holds it, its key)."""
    for key in list(content) if isinstance(content, dict) else range(len(content)) if isinstance(content, list) else ():
        yield content, key
        yield from _places(content[key])


def _drop(holder: Any, key: Any) -> None:
    del holder[key]


def _wrap(holder: Any, key: Any) -> None:
    holder[key] = [holder[key]]


def _nest(holder: Any, key: Any) -> None:
    for _ in range(60):
        holder[key] = {"message": holder[key]}


_BROKEN_DATA = ("", "r:0:0", "r:1:9999", "r:999999999999999999:0", "r:1", "x", "r:-1:0", "r:1:0:0", "r:1:٣")
_VALUES: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2**31, 2**53, 2**63 - 1, 2**63, -(2**63), 10**30, 10**400, 1.5, 1e308, float("nan"),
    float("inf"), -float("inf"), "", "0", "\0", "\ud800", [], {}, [[]], {"id": 1}, [None], "x" * 9999,
)  # fmt: skip
_FILE = {
    "file_id": "f",
    "file_unique_id": "u",
    "file_size": 10**12,
    "duration": 3,
    "width": 1,
    "height": 1,
    "length": 1,
}
_NOTE = {**_FILE, "length": 1}
_TOLD = {"chat": {"id": 1, "type": "private"}, "id": 1, "message_id": 1, "date": 0}
_MEDIA: dict[str, Any] = {
    "text": "", "photo": [_FILE], "animation": _FILE, "document": _FILE, "audio": _FILE, "video": _FILE, "voice": _FILE,
    "video_note": _NOTE, "sticker": {**_FILE, "type": "regular", "is_animated": False, "is_video": False},
    "contact": {"phone_number": "+62", "first_name": "A", "user_id": PERSON},
    "location": {"latitude": -6.9, "longitude": 107.6}, "dice": {"emoji": "🎲", "value": 6},
    "venue": {"location": {"latitude": 91.0, "longitude": 999.0}, "title": "t", "address": "a"},
    "poll": {"id": "1", "question": "?", "options": [], "total_voter_count": 0, "is_closed": False,
             "is_anonymous": True, "type": "regular", "allows_multiple_answers": False},
    "game": {"title": "t", "description": "d", "photo": [_FILE]}, "story": _TOLD,
    "new_chat_members": [{"id": 1, "is_bot": False, "first_name": "A"}], "left_chat_member": {"id": 1},
    "new_chat_title": "t", "pinned_message": _TOLD,
    "migrate_to_chat_id": -1, "group_chat_created": True, "delete_chat_photo": True,
    "successful_payment": {"currency": "XTR"},
    "web_app_data": {"data": "{", "button_text": "b"}, "users_shared": {"request_id": 1, "users": []},
    "passport_data": {"data": [], "credentials": {}}, "giveaway": {"chats": []}, "paid_media": {"star_count": 1},
    "checklist": {"title": "t", "tasks": []}, "no_such_medium": {"a": [1]}, "invoice": {"title": "t"},
}  # fmt: skip
_KINDS = (
    *("message",) * 8, *("callback_query",) * 6, *("edited_message",) * 3, *("my_chat_member",) * 2, "channel_post",
    "edited_channel_post", "business_connection", "business_message", "edited_business_message",
    "deleted_business_messages", "message_reaction", "message_reaction_count", "inline_query", "chosen_inline_result",
    "shipping_query", "pre_checkout_query", "purchased_paid_media", "poll", "poll_answer", "chat_member",
    "chat_join_request", "chat_boost", "removed_chat_boost", "managed_bot", "no_such_kind", "",
)  # fmt: skip
