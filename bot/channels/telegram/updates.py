"""Read Telegram's updates: for the edge, which must be able to keep anything, and for a turn."""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from telegram import Chat, ChatMember, Message, PhotoSize
from telegram import Update as TelegramUpdate

from bot.channel import Update
from bot.inbound import Inbound, InboundKind
from bot.media.attachments import LARGEST

#: the kinds asked for; a list replaces Telegram's default, which leaves out `my_chat_member`
ALLOWED = ("message", "edited_message", "callback_query", "my_chat_member")
_GROUPS = (Chat.GROUP, Chat.SUPERGROUP)
_GONE = (ChatMember.BANNED, ChatMember.LEFT)
_TAP = re.compile(r"r:(\d{1,18}):(\d{1,4})")
#: where the message of an update lies
_MESSAGES = (("callback_query", "message"), ("message",), ("edited_message",))
_INT64 = range(-(2**63), 2**63)
#: the first of these that a message has says what it is; an animation is sent the way a sticker is
_CONTENTS: tuple[tuple[str, InboundKind], ...] = (
    ("photo", "photo"),
    ("animation", "sticker"),
    ("sticker", "sticker"),
    ("document", "file"),
    ("voice", "voice"),
    ("audio", "voice"),
    ("video", "video"),
    ("video_note", "video"),
    ("effective_attachment", "other"),
    ("checklist", "other"),
)


@dataclass(frozen=True, slots=True)
class Myself:
    """The bot as Telegram knows it; the username is unknown until Telegram was reached."""

    id: int
    username: str = ""

    def mention(self) -> re.Pattern[str]:
        return re.compile(rf"(?<!\w)@{re.escape(self.username)}(?!\w)", re.IGNORECASE)


def as_update(raw: object, me: Myself) -> Update:
    """Make the update for the edge, whatever it is; a malformed one gets an id made of its content.

    Of what is said in a group and not to us only the number is kept.
    """
    given, between = _at(raw, "update_id"), moved(raw)
    address, language = _named(raw, me)
    if address is None and _is_group_talk(raw):
        raw = {"update_id": given}
    content = json.dumps(raw)
    known = type(given) is int and given in _INT64
    name = str(given) if known else "?" + hashlib.blake2b(content.encode(), digest_size=16).hexdigest()
    return Update(name, content, address, language, between)


def number_of(raw: object) -> int | None:
    """Read the update's number, from which the polling offset is made."""
    given = _at(raw, "update_id")
    return given if type(given) is int and given in _INT64 else None


def tapped(raw: object) -> str | None:
    """Read the id by which a tap is answered."""
    query = _at(raw, "callback_query", "id")
    return query if isinstance(query, str) else None


def read(raw: str, me: Myself) -> Inbound | None:
    """Read a stored update; raises on what cannot be read."""
    content = json.loads(raw)
    try:
        update = TelegramUpdate.de_json(content, None)
    except Exception:
        inbound: Inbound | None = _barely(content)
    else:
        inbound = _act(update)
    if inbound is None:
        return None
    message = next(filter(None, (_at(content, *path) for path in _MESSAGES)), None)
    in_group = _at(message, "chat", "type") in _GROUPS
    words = _without_name(inbound.text, me) if in_group and inbound.kind != "command" else inbound.text
    thread = _at(message, "message_thread_id") if _at(message, "is_topic_message") else 0
    return replace(
        inbound, text=words, in_group=in_group, thread=thread or 0, album=str(_at(message, "media_group_id") or "")
    )


def _act(update: TelegramUpdate) -> Inbound | None:
    if update.callback_query:
        return _tap(update.callback_query.data)
    if update.my_chat_member:
        gone = update.my_chat_member.new_chat_member.status in _GONE
        return Inbound("blocked" if gone else "unblocked", sent_at=update.my_chat_member.date)
    if update.message:
        return _message(update.message)
    if update.edited_message and update.edited_message.text:
        edited = update.edited_message
        return Inbound("edit", edited.text or "", sent_at=edited.edit_date or edited.date)
    return None


def _tap(data: object) -> Inbound:
    found = _TAP.fullmatch(data) if isinstance(data, str) else None
    return Inbound("tap", reply=int(found[1]), index=int(found[2])) if found else Inbound("tap")


def _barely(content: object) -> Inbound:
    """What the library refuses for one of its parts, a poll for example: its words, or that it is something else.

    Raises ValueError where not even who sent it can be read: whoever did is not to be met with silence.
    """
    kind = next((kind for kind in ALLOWED[:3] if type(_at(content, kind, "from", "id")) is int), "")
    if kind == "callback_query":
        return _tap(_at(content, kind, "data"))
    sent = _at(content, kind, "date")
    if not kind or type(sent) is not int:
        raise ValueError("nobody's, or of no time")
    words, at = _at(content, kind, "text") or _at(content, kind, "caption"), datetime.fromtimestamp(sent, UTC)
    if not isinstance(words, str):
        return Inbound("other", sent_at=at)
    return Inbound("edit", words, sent_at=at) if kind == "edited_message" else Inbound.typed(words, at)


def _message(message: Message) -> Inbound | None:
    """None for what only reports something, such as a pinned message."""
    text, sent = (message.text or message.caption or "").strip(), message.date
    if message.text:
        return Inbound.typed(text, sent)
    if message.contact:
        own = message.from_user is not None and message.contact.user_id == message.from_user.id
        return Inbound("contact" if own else "other", phone=message.contact.phone_number if own else "", sent_at=sent)
    if message.location:
        return Inbound("location", place=(message.location.latitude, message.location.longitude), sent_at=sent)
    kind = next((kind for content, kind in _CONTENTS if getattr(message, content, None)), None)
    if kind not in ("photo", "file", "voice"):
        return Inbound(kind, text, sent_at=sent) if kind else None
    file = _best(message.photo) if kind == "photo" else message.document or message.voice or message.audio
    assert file is not None
    name, size = str(getattr(file, "file_name", None) or ""), int(file.file_size or 0)
    return Inbound(kind, text, file=str(file.file_id), file_name=name, file_size=size, sent_at=sent)


def _best(photo: Sequence[PhotoSize]) -> PhotoSize:
    """Choose the largest size that may be fetched."""
    fitting = [size for size in photo if (size.file_size or 0) <= LARGEST]
    return max(fitting or photo, key=lambda size: size.width * size.height)


def _without_name(words: str, me: Myself) -> str:
    """What was said to us, without our own name."""
    return me.mention().sub("", words).strip().lstrip(" ,:") if me.username else words


def moved(raw: object) -> tuple[str, str] | None:
    """The old and the new address of a group that became a supergroup, where an update says so."""
    chat = _at(raw, "message", "chat", "id")
    old, new = _at(raw, "message", "migrate_from_chat_id"), _at(raw, "message", "migrate_to_chat_id")
    found = (old or chat, new or chat)
    if not (old or new) or any(type(one) is not int or one not in _INT64 for one in found):
        return None
    return str(found[0]), str(found[1])


def _named(raw: object, me: Myself) -> tuple[str | None, str | None]:
    """Find the address an update belongs to, and its sender's language; none where nobody is to be answered."""
    kind = next((kind for kind in ALLOWED if _at(raw, kind) is not None), "")
    content = _at(raw, kind)
    chat = _at(raw, kind, "message", "chat") if kind == "callback_query" else _at(content, "chat")
    sender, place = _at(content, "from"), _at(chat, "type")
    # in a private chat a tap is its sender's, whatever message it claims to belong to
    number = _at(sender, "id") if place == Chat.PRIVATE and kind == "callback_query" else _at(chat, "id")
    if type(number) is not int or number not in _INT64 or place not in (Chat.PRIVATE, *_GROUPS):
        return None, None
    if place in _GROUPS and "message" in kind and not _is_for(content, me):
        return None, None
    language = _at(sender, "language_code")
    return str(number), language if isinstance(language, str) else None


def _is_group_talk(raw: object) -> bool:
    return any(_at(raw, kind, "chat", "type") in _GROUPS for kind in ("message", "edited_message"))


def _is_for(message: object, me: Myself) -> bool:
    """Whether a message in a group is for us: by `/command@us`, by our name, or as an answer to what we said."""
    text = _at(message, "text") or _at(message, "caption")
    text = text if isinstance(text, str) else ""
    command = re.match(r"/\w+@(\w+)", text)
    if command:
        return command[1].lower() == me.username.lower()
    if _at(message, "reply_to_message", "from", "id") == me.id:
        return True
    return bool(me.username and me.mention().search(text))


def _at(content: object, *path: str) -> Any:
    """Find what lies at a path, None where the content has another shape."""
    for key in path:
        content = content.get(key) if isinstance(content, dict) else None
    return content
