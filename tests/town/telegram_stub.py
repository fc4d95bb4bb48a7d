"""A local stand-in for the Telegram Bot API, for tests and benchmarks.

In-process: ``async with TelegramStub() as stub``. On its own: ``python -m tests.town.telegram_stub``.
"""

import argparse
import asyncio
import base64
import json
import re
import signal
import time
from bisect import bisect_left, insort
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Self, TypedDict, Unpack

import aiohttp
from aiohttp import web

Json = dict[str, Any]

TOKEN = "123456:STUB-TOKEN"
TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
MESSAGES = {
    "sendMessage",
    "editMessageText",
    "editMessageCaption",
    "editMessageReplyMarkup",
    "sendDocument",
    "sendPhoto",
    "sendVoice",
}
ACCEPTED = {
    "sendChatAction",
    "answerCallbackQuery",
    "deleteMessage",
    "setMyCommands",
    "setMyDescription",
    "setMyShortDescription",
    "setMyName",
}
JSON_FIELDS = {
    "reply_markup",
    "entities",
    "caption_entities",
    "allowed_updates",
    "commands",
    "link_preview_options",
    "reply_parameters",
}
CONFLICT = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
WEBHOOK_ACTIVE = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)


class ApiError(Exception):
    """A call refused, with the answer the Bot API gives."""

    def __init__(self, status: int, description: str, retry_after: int | None = None) -> None:
        super().__init__(description)
        self.status = status
        self.body: Json = {"ok": False, "error_code": status, "description": description}
        if retry_after is not None:
            self.body["parameters"] = {"retry_after": retry_after}


@dataclass(frozen=True)
class Call:
    """One call of a bot; `at` is time.monotonic(), the same clock in every process."""

    method: str
    params: Json
    at: float
    ok: bool
    result: Any = None
    token: str = TOKEN
    status: int = 200


@dataclass(frozen=True)
class Script:
    """What befalls one call: a refusal, a late answer, or an answer lost after the deed."""

    method: str
    chat_id: int | None = None
    retry_after: int | None = None
    status: int = 0
    description: str = ""
    drop: bool = False
    delay: float = 0.0
    #: what is answered in place of the Bot API's own JSON, such as half of it
    body: str | None = None
    kind: str = "application/json"

    def matches(self, method: str, params: Json) -> bool:
        return self.method == method and self.chat_id in (None, params.get("chat_id"))

    def refuse(self) -> None:
        if self.retry_after is not None:
            text = f"Too Many Requests: retry after {self.retry_after}"
            raise ApiError(429, text, self.retry_after)
        if self.status:
            raise ApiError(self.status, self.description or HTTPStatus(self.status).phrase)


class Limits:
    """What is taken in a sliding second, in all and to one chat; whatever is tried counts."""

    def __init__(self, overall: int, to_one: int) -> None:
        self._overall = overall
        self._to_one = to_one
        self._taken: deque[tuple[float, Any]] = deque()

    def take(self, chat_id: Any, at: float) -> None:
        while self._taken and self._taken[0][0] <= at - 1:
            self._taken.popleft()
        to_it = sum(chat == chat_id for _, chat in self._taken)
        if len(self._taken) >= self._overall or to_it >= self._to_one:
            raise ApiError(429, "Too Many Requests: retry after 1", 1)
        self._taken.append((at, chat_id))


class Where(TypedDict, total=False):
    """Where a person's update comes from, and whether it is queued (it is unless told)."""

    in_group: int | None
    #: the topic of the group, by its number
    topic: int
    #: the album that a photo is of
    album: str
    queue: bool


def bot_tokens(count: int, first: str = TOKEN) -> list[str]:
    """The tokens of a stub that serves several bots."""
    number, secret = first.split(":")
    return [f"{int(number) + index}:{secret}" for index in range(count)]


def utf16_length(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def check_text(text: str, entities: list[Json], limit: int) -> None:
    length = utf16_length(text)
    if length > limit:
        kind = "message" if limit == TEXT_LIMIT else "message caption"
        raise ApiError(400, f"Bad Request: {kind} is too long")
    for entity in entities:
        if not 0 <= entity["offset"] <= entity["offset"] + entity["length"] <= length:
            raise ApiError(400, "Bad Request: can't parse entities")


def check_keyboard(markup: Json) -> None:
    buttons = [button for row in markup.get("inline_keyboard", ()) for button in row]
    for button in buttons:
        if "callback_data" in button and not 1 <= len(button["callback_data"].encode()) <= 64:
            raise ApiError(400, "Bad Request: BUTTON_DATA_INVALID")
        if not {"callback_data", "url"} & button.keys():
            raise ApiError(400, "Bad Request: Text buttons are unallowed in the inline keyboard")
        if "url" in button and not re.match(r"(?:https?|tg)://[^\s/@]+\.[^\s/@]+", button["url"]):
            url = button["url"]
            raise ApiError(400, f"Bad Request: inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")


def command_entities(text: str) -> list[Json]:
    return [
        {"type": "bot_command", "offset": utf16_length(text[: found.start()]), "length": utf16_length(found[0])}
        for found in re.finditer(r"(?<!\S)/[A-Za-z0-9_]{1,32}(@\w+)?\b", text)
    ]


def text_of(params: Json, text_key: str, entities_key: str, limit: int) -> Json:
    """The text (or caption) of a message to send, checked as the Bot API checks it."""
    text, entities = params.get(text_key, ""), params.get(entities_key, [])
    if text_key == "text" and not text.strip():
        raise ApiError(400, "Bad Request: message text is empty")
    check_text(text, entities, limit)
    fields = {text_key: text, entities_key: entities}
    return {key: value for key, value in fields.items() if value}


def as_base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


to_json = json.JSONEncoder(default=as_base64).encode


def answer(body: Any, status: int = 200) -> web.Response:
    content = to_json(body).encode()
    return web.Response(body=content, status=status, content_type="application/json")


def chat_of(chat_id: Any, name: str = "Someone") -> Json:
    if isinstance(chat_id, int) and chat_id > 0:
        return {"id": chat_id, "type": "private", "first_name": name}
    return {"id": chat_id, "type": "supergroup", "title": "A group"}


def read_upload(field: web.FileField) -> Json:
    with field.file as file:
        content = file.read()
    return {"file_name": field.filename, "mime_type": field.content_type, "content": content}


def decoded(key: str, value: Any) -> Any:
    """A parameter as recorded: files as dicts, nested JSON as objects, ids of chats as numbers."""
    if isinstance(value, web.FileField):
        return read_upload(value)
    if key in ("chat_id", "message_id") and re.fullmatch(r"-?\d+", str(value)):
        return int(value)
    if key not in JSON_FIELDS or not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise ApiError(400, f"Bad Request: can't parse {key} JSON object") from None


async def read_params(request: web.Request) -> Json:
    params: Json = dict(request.query)
    if request.content_type == "application/json":
        params |= await request.json()
    elif request.can_read_body:
        params |= await request.post()
    return {key: decoded(key, value) for key, value in params.items()}


def update_id(update: Json) -> int:
    return int(update["update_id"])


class Inbox:
    """The updates and the webhook of one bot."""

    def __init__(self, token: str) -> None:
        self.me: Json = {"id": int(token.split(":")[0]), "is_bot": True, "first_name": "Stub", "username": "stub_bot"}
        self.pending: list[Json] = []
        self.confirmed: list[int] = []
        self.url = ""
        self.secret = ""
        self._offset = 0
        self._repeated: set[int] = set()
        self._waiter: asyncio.Future[None] | None = None

    def add(self, update: Json) -> None:
        """Queues an update; one confirmed before is given out once more."""
        if update_id(update) < self._offset:
            self._repeated.add(update_id(update))
        insort(self.pending, update, key=update_id)
        self.end_poll()

    def end_poll(self, conflict: str = "") -> None:
        if self._waiter is None or self._waiter.done():
            return
        if conflict:
            self._waiter.set_exception(ApiError(409, conflict))
        else:
            self._waiter.set_result(None)

    def set_webhook(self, params: Json) -> bool:
        self.url, self.secret = params.get("url", ""), params.get("secret_token", "")
        if str(params.get("drop_pending_updates")).lower() == "true":
            self.pending.clear()
        if self.url:
            self.end_poll("Conflict: terminated by setWebhook request")
        return True

    def webhook_info(self) -> Json:
        count = len(self.pending)
        return {"url": self.url, "has_custom_certificate": False, "pending_update_count": count}

    async def poll(self, params: Json) -> list[Json]:
        if self.url:
            raise ApiError(409, WEBHOOK_ACTIVE)
        self.end_poll(CONFLICT)
        self._confirm(int(params.get("offset", 0)))
        timeout = float(params.get("timeout", 0))
        if not self.pending and timeout > 0:
            self._waiter = asyncio.get_running_loop().create_future()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._waiter, timeout)
        batch = self.pending[: int(params.get("limit", 100))]
        self._repeated.difference_update(map(update_id, batch))
        return batch

    def _confirm(self, offset: int) -> None:
        """Forgets the updates below `offset`; a negative one counts from the end."""
        if offset < 0:
            offset = update_id(self.pending[max(offset, -len(self.pending))]) if self.pending else 0
        self._offset = max(self._offset, offset)
        below = bisect_left(self.pending, offset, key=update_id)
        kept = [one for one in self.pending[:below] if update_id(one) in self._repeated]
        gone = [update_id(one) for one in self.pending[:below]]
        self.confirmed += [one for one in gone if one not in self._repeated]
        self.pending[:below] = kept


class TelegramStub:
    """The Bot API at `url`, what the bots called, and the updates that wait for them."""

    def __init__(self, token: str = TOKEN, port: int = 0, tokens: int = 1) -> None:
        self.token = token
        self.url = ""
        self.sent: list[Call] = []
        self.blocked: set[int] = set()
        #: groups that became supergroups, with their new ids
        self.moved: dict[int, int] = {}
        #: topics of groups that take no messages, by their numbers
        self.closed: set[int] = set()
        #: none are enforced unless told
        self.limits: Limits | None = None
        #: whether the bot can pay for messages beside the limits
        self.has_stars = True
        self._port = port
        self._inboxes = {one: Inbox(one) for one in bot_tokens(tokens, token)}
        self._scripts: list[Script] = []
        self._files: dict[str, bytes] = {}
        self._last_update_id = 0
        self._last_message_id = 0

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=64 * 2**20)
        app.router.add_route("*", "/bot{token}/{method}", self._call)
        app.router.add_get("/file/bot{token}/{path:.*}", self._download)
        app.router.add_route("*", "/control/{what}", self._control)
        self._runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        for inbox in self._inboxes.values():
            inbox.end_poll()
        await self._runner.cleanup()

    def script(
        self,
        method: str,
        chat_id: int | None = None,
        times: int = 1,
        *,
        retry_after: int | None = None,
        status: int = 0,
        description: str = "",
        drop: bool = False,
        delay: float = 0.0,
        body: str | None = None,
        kind: str = "application/json",
    ) -> None:
        """Says what befalls the next `times` calls of `method` (for `chat_id`, or for any chat).

        `drop` closes the connection once the call is done; `delay` holds back the answer, not
        the deed; `body`, with `status` and of `kind`, is answered as it is, and nothing done.
        """
        if retry_after is None and body is None and not (status or drop or delay):
            raise ValueError("a script needs retry_after, status, drop, delay or body")
        one = Script(method, chat_id, retry_after, status, description, drop, delay, body, kind)
        self._scripts += [one] * times

    def queue(self, update: Json, token: str = "") -> Json:
        """Queues an update for a bot (the first one unless told), numbering it if need be."""
        if "update_id" not in update:
            update = {"update_id": self.next_update_id()} | update
        self._last_update_id = max(self._last_update_id, update_id(update))
        self._inboxes[token or self.token].add(update)
        return update

    def again(self, update: Json) -> Json:
        """Queues the same update once more, even if it was confirmed."""
        return self.queue(update)

    def next_update_id(self) -> int:
        self._last_update_id += 1
        return self._last_update_id

    def next_message_id(self) -> int:
        self._last_message_id += 1
        return self._last_message_id

    @property
    def me(self) -> Json:
        return self._inboxes[self.token].me

    @property
    def confirmed(self) -> list[int]:
        """The ids of the updates the first bot has confirmed, in order."""
        return self._inboxes[self.token].confirmed

    def add_file(self, file_id: str, content: bytes) -> Json:
        """Makes a file downloadable; returns the fields common to all files."""
        self._files[file_id] = content
        return {"file_id": file_id, "file_unique_id": f"u-{file_id}", "file_size": len(content)}

    def new_file(self, kind: str, content: bytes) -> Json:
        return self.add_file(f"{kind}-{len(self._files) + 1}", content)

    def messages(self, chat_id: int | None = None) -> list[Json]:
        """The parameters of the successful sendMessage calls."""
        return [
            call.params
            for call in self.sent
            if call.ok and call.method == "sendMessage" and chat_id in (None, call.params["chat_id"])
        ]

    async def wait_for(self, n_messages: int, chat_id: int | None = None, timeout: float = 10) -> list[Json]:
        """Waits until at least `n_messages` were sent; returns all of them."""
        deadline = time.monotonic() + timeout
        while len(found := self.messages(chat_id)) < n_messages:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{len(found)} of {n_messages} messages came: {found[-5:]}")
            await asyncio.sleep(0.005)
        return found

    async def deliver(self, update: Json, token: str = "") -> int:
        """Posts an update to the bot's webhook; returns the HTTP status of its answer."""
        inbox = self._inboxes[token or self.token]
        if not inbox.url:
            raise RuntimeError("the bot has set no webhook")
        headers = {"X-Telegram-Bot-Api-Secret-Token": inbox.secret} if inbox.secret else {}
        async with (
            aiohttp.ClientSession() as session,
            session.post(inbox.url, json=update, headers=headers) as response,
        ):
            return response.status

    async def _call(self, request: web.Request) -> web.Response:
        at = time.monotonic()
        token, method = request.match_info["token"], request.match_info["method"]
        inbox = self._inboxes.get(token)
        if inbox is None:
            return answer(ApiError(401, "Unauthorized").body, 401)
        params: Json = {}
        script = None
        try:
            params = await read_params(request)
            script = self._take_script(method, params)
            if script and script.body is not None:
                self.sent.append(Call(method, params, at, False, None, token, script.status or 200))
                return web.Response(status=script.status or 200, content_type=script.kind, text=script.body)
            if script:
                script.refuse()
            if str(params.get("allow_paid_broadcast")).lower() == "true":
                if not self.has_stars:
                    raise ApiError(400, "Bad Request: not enough Stars")
            elif self.limits and method.startswith("send") and method in MESSAGES:
                self.limits.take(params.get("chat_id"), at)
            result = await self._perform(method, params, inbox)
        except ApiError as error:
            self.sent.append(Call(method, params, at, False, None, token, error.status))
            response = answer(error.body, error.status)
        else:
            self.sent.append(Call(method, params, at, True, result, token))
            response = answer({"ok": True, "result": result})
        if script:
            await asyncio.sleep(script.delay)
            if script.drop and request.transport:
                request.transport.close()
        return response

    def _take_script(self, method: str, params: Json) -> Script | None:
        for index, script in enumerate(self._scripts):
            if script.matches(method, params):
                return self._scripts.pop(index)
        return None

    async def _perform(self, method: str, params: Json, inbox: Inbox) -> Any:
        if method in MESSAGES:
            return self._message(method, params, inbox.me)
        if method in ACCEPTED:
            return True
        match method:
            case "getMe":
                return inbox.me
            case "getUpdates":
                return await inbox.poll(params)
            case "setWebhook":
                return inbox.set_webhook(params)
            case "deleteWebhook":
                return inbox.set_webhook(params | {"url": "", "secret_token": ""})
            case "getWebhookInfo":
                return inbox.webhook_info()
            case "getFile":
                return self._file(params.get("file_id", ""))
        raise ApiError(404, "Not Found")

    def _message(self, method: str, params: Json, sender: Json) -> Json:
        self._check_chat(params.get("chat_id", ""))
        topic = int(params.get("message_thread_id", 0))
        if topic in self.closed:
            raise ApiError(400, "Bad Request: TOPIC_CLOSED")
        keyboard = params.get("reply_markup", {})
        check_keyboard(keyboard)
        message = {"date": int(time.time()), "chat": chat_of(params["chat_id"]), "from": sender}
        if method in ("sendMessage", "editMessageText"):
            message |= text_of(params, "text", "entities", TEXT_LIMIT)
        elif method == "editMessageCaption":
            message |= text_of(params, "caption", "caption_entities", CAPTION_LIMIT)
        elif method in ("sendDocument", "sendPhoto", "sendVoice"):
            message |= text_of(params, "caption", "caption_entities", CAPTION_LIMIT)
            message |= self._attachment(method.removeprefix("send").lower(), params)
        if method.startswith("edit"):
            if "message_id" not in params:
                raise ApiError(400, "Bad Request: message identifier is not specified")
            message |= {"message_id": params["message_id"], "edit_date": message["date"]}
        else:
            message["message_id"] = self.next_message_id()
        if topic:
            message |= {"message_thread_id": topic, "is_topic_message": True}
        if "inline_keyboard" in keyboard:
            message["reply_markup"] = keyboard
        return message

    def _check_chat(self, chat_id: Any) -> None:
        if chat_id == "":
            raise ApiError(400, "Bad Request: chat_id is empty")
        if chat_id in self.moved:
            refused = ApiError(400, "Bad Request: group chat was upgraded to a supergroup chat")
            refused.body["parameters"] = {"migrate_to_chat_id": self.moved[chat_id]}
            raise refused
        if chat_id in self.blocked:
            by = "blocked by the user" if chat_id > 0 else "kicked from the supergroup chat"
            raise ApiError(403, f"Forbidden: bot was {by}")

    def _attachment(self, kind: str, params: Json) -> Json:
        """The media of a message; an uploaded file can be downloaded under its new id."""
        upload = params.get(kind)
        if not upload:
            raise ApiError(400, f"Bad Request: there is no {kind} in the request")
        if isinstance(upload, str):
            media = self.add_file(upload, self._files.get(upload, b""))
        else:
            names = {"file_name": upload["file_name"], "mime_type": upload["mime_type"]}
            media = self.new_file(kind, upload["content"]) | names
        return {kind: [media | {"width": 90, "height": 90}] if kind == "photo" else media}

    def _file(self, file_id: str) -> Json:
        if file_id not in self._files:
            text = "Bad Request: wrong file_id or the file is temporarily unavailable"
            raise ApiError(400, text)
        return self.add_file(file_id, self._files[file_id]) | {"file_path": f"files/{file_id}"}

    async def _download(self, request: web.Request) -> web.Response:
        content = self._files.get(request.match_info["path"].removeprefix("files/"))
        if content is None or request.match_info["token"] not in self._inboxes:
            return answer(ApiError(404, "Not Found").body, 404)
        return web.Response(body=content, content_type="application/octet-stream")

    async def _control(self, request: web.Request) -> web.Response:
        """Serves tests in other processes; `?token=` names a bot other than the first."""
        token = request.query.get("token", self.token)
        match request.method, request.match_info["what"]:
            case "POST", "updates":
                updates = [self.queue(update, token) for update in await request.json()]
                return answer([update_id(update) for update in updates])
            case "POST", "script":
                scripts = await request.json()
                for script in scripts if isinstance(scripts, list) else [scripts]:
                    self.script(**script)
                return answer(True)
            case "POST", "blocked":
                self.blocked |= set(await request.json())
                return answer(True)
            case "POST", "limits":
                self.limits = Limits(**await request.json())
                return answer(True)
            case "GET", "sent":
                since = int(request.query.get("since", 0))
                return answer([vars(call) for call in self.sent[since:]])
            case "GET", "confirmed":
                return answer(self._inboxes[token].confirmed)
        return answer(ApiError(404, "Not Found").body, 404)


class User:
    """A person; every deed returns its update, queued for the stub's first bot unless told."""

    def __init__(self, stub: TelegramStub, id: int, name: str, language: str = "id") -> None:  # noqa: A002
        self.stub = stub
        self.id = id
        self.name = name
        self.language = language

    def says(self, text: str, **where: Unpack[Where]) -> Json:
        return self._sends(self._text(text), **where)

    def starts(self, payload: str = "", **where: Unpack[Where]) -> Json:
        return self.says(f"/start {payload}".rstrip(), **where)

    def edits(self, text: str, message_id: int, **where: Unpack[Where]) -> Json:
        content = self._text(text) | {"message_id": message_id, "edit_date": int(time.time())}
        return self._sends(content, kind="edited_message", **where)

    def taps(self, source: Json, label: str, queue: bool = True) -> Json:
        """Taps an inline button of a message sent: its parameters, its result or its markup."""
        markup = source.get("reply_markup", source)
        rows = markup.get("inline_keyboard", ())
        buttons = {button["text"]: button for row in rows for button in row}
        if "callback_data" not in buttons.get(label, {}):
            raise LookupError(f"no button {label!r} to tap among {list(buttons)}")
        query = {
            "id": str(self.stub.next_message_id()),
            "from": self._as_json(),
            "message": self._message_with(source),
            "chat_instance": str(self.id),
            "data": buttons[label]["callback_data"],
        }
        return self._update("callback_query", query, queue)

    def sends_sticker(self, **where: Unpack[Where]) -> Json:
        shape = {"type": "regular", "width": 512, "height": 512, "emoji": "\N{GRINNING FACE}"}
        flags = {"is_animated": False, "is_video": False}
        return self._sends({"sticker": self._file("sticker") | shape | flags}, **where)

    def sends_voice(self, seconds: int, content: bytes = b"bytes", **where: Unpack[Where]) -> Json:
        shape = {"duration": seconds, "mime_type": "audio/ogg"}
        return self._sends({"voice": self._file("voice", content) | shape}, **where)

    def sends_photo(self, content: bytes, caption: str = "", **where: Unpack[Where]) -> Json:
        """In two sizes, as Telegram keeps it: a thumbnail that is no picture here, and the photo itself."""
        small = self._file("thumbnail", b"thumbnail") | {"width": 90, "height": 68}
        photo = self._file("photo", content) | {"width": 1280, "height": 960}
        return self._sends({"photo": [small, photo]} | ({"caption": caption} if caption else {}), **where)

    def sends_document(self, content: bytes, name: str, mime: str, **where: Unpack[Where]) -> Json:
        shape = {"file_name": name, "mime_type": mime}
        return self._sends({"document": self._file("document", content) | shape}, **where)

    def shares_contact(self, number: str, **where: Unpack[Where]) -> Json:
        contact = {"phone_number": number, "first_name": self.name, "user_id": self.id}
        return self._sends({"contact": contact}, **where)

    def sends_location(self, lat: float, lon: float, **where: Unpack[Where]) -> Json:
        return self._sends({"location": {"latitude": lat, "longitude": lon}}, **where)

    def blocks(self, **where: Unpack[Where]) -> Json:
        """Blocks the bot (or throws it out of the group): sending there fails from now on."""
        self.stub.blocked.add(where.get("in_group") or self.id)
        return self._changes_bot("member", "kicked", where.get("in_group"), where.get("queue", True))

    def unblocks(self, **where: Unpack[Where]) -> Json:
        self.stub.blocked.discard(where.get("in_group") or self.id)
        return self._changes_bot("kicked", "member", where.get("in_group"), where.get("queue", True))

    def _changes_bot(self, old: str, new: str, in_group: int | None = None, queue: bool = True) -> Json:
        change = {
            "chat": chat_of(in_group or self.id, self.name),
            "from": self._as_json(),
            "date": int(time.time()),
            "old_chat_member": self._membership(old),
            "new_chat_member": self._membership(new),
        }
        return self._update("my_chat_member", change, queue)

    def _membership(self, status: str) -> Json:
        until = {"until_date": 0} if status == "kicked" else {}
        return {"status": status, "user": self.stub.me} | until

    def migrates(self, old: int, new: int) -> list[Json]:
        """Makes a supergroup of a group: both say so, and sending to the old one fails from now on."""
        self.stub.moved[old] = new
        told = {"migrate_to_chat_id": new}, {"migrate_from_chat_id": old}
        return [self._sends(one, in_group=chat) for one, chat in zip(told, (old, new), strict=True)]

    def _sends(
        self,
        content: Json,
        in_group: int | None = None,
        topic: int = 0,
        album: str = "",
        queue: bool = True,
        kind: str = "message",
    ) -> Json:
        message = {
            "message_id": self.stub.next_message_id(),
            "date": int(time.time()),
            "chat": chat_of(in_group or self.id, self.name),
            "from": self._as_json(),
        }
        if topic:
            message |= {"message_thread_id": topic, "is_topic_message": True}
        if album:
            message["media_group_id"] = album
        return self._update(kind, message | content, queue)

    def _update(self, kind: str, content: Json, queue: bool) -> Json:
        update = {"update_id": self.stub.next_update_id(), kind: content}
        return self.stub.queue(update) if queue else update

    def _as_json(self) -> Json:
        return {"id": self.id, "is_bot": False, "first_name": self.name, "language_code": self.language}

    def _text(self, text: str) -> Json:
        entities = command_entities(text)
        return {"text": text} | ({"entities": entities} if entities else {})

    def _file(self, kind: str, content: bytes = b"bytes") -> Json:
        return self.stub.new_file(kind, content)

    def _message_with(self, source: Json) -> Json:
        """The message the bot sent last with these parameters or this markup."""
        if "chat" in source:
            return source
        for call in reversed(self.stub.sent):
            if call.ok and source in (call.params, call.params.get("reply_markup")):
                return dict(call.result)
        raise LookupError("the bot sent no message like that")


async def serve(port: int, tokens: int) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with TelegramStub(port=port, tokens=tokens) as stub:
        print(stub.url, flush=True)
        await stopped.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description="Serve a stub of the Telegram Bot API.")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free port")
    parser.add_argument("--tokens", type=int, default=1, help="how many bots: see bot_tokens()")
    arguments = parser.parse_args()
    asyncio.run(serve(arguments.port, arguments.tokens))


if __name__ == "__main__":
    main()
