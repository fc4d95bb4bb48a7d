"""Messages that ask nothing: greetings, thanks, stickers, and what cannot be read yet."""

from datetime import timedelta

from bot.cases.forwarded import Forwarded, content
from bot.cases.opening_hours import deadline
from bot.cases.promises import promise
from bot.enrolling.form.resuming import greet, is_it_this
from bot.fields.trouble import file_trouble
from bot.language.courtesy import greeting, is_thanks, opens_only
from bot.language.i18n import _
from bot.reply import Choice
from bot.router import Router
from bot.turn import Turn

router = Router("courtesy")

#: how long a fragment such as "kak" waits for the rest of the message
PATIENCE = timedelta(seconds=3)


@router.when(lambda turn: turn.inbound.kind == "text" and not turn.choice and opens_only(turn.text))
async def wait(turn: Turn) -> None:
    """Let a fragment wait: what comes next answers it, or the job below does."""
    await turn.wait_for_more(PATIENCE, "fragment")


@router.job("fragment")
async def nothing_followed(turn: Turn) -> None:
    """Answer a fragment after which nothing came."""
    if not turn.fragments:
        return
    given_back = {"salam": _("Waalaikumsalam. "), "sampurasun": _("Rampes. ")}
    if await greet(turn):
        return
    hello = next((given_back[kind] for kind in map(greeting, turn.fragments) if kind), "")
    turn.say(_("{hello}Yes? What would you like to ask about?", hello=hello))


@router.when(lambda turn: turn.inbound.kind == "text" and is_thanks(turn.text))
async def thanks(turn: Turn) -> None:
    """Answer thanks in one short line."""
    turn.say(_("You are welcome."))


@router.kind("sticker")
async def nod(turn: Turn) -> None:
    """Take a sticker after an answer as a nod."""
    turn.say(_("All right."))


@router.when(lambda turn: turn.file is not None)
async def pass_on(turn: Turn) -> None:
    """Keep a photo, a document or a voice message that no question asked for, and offer to pass it on to staff."""
    sent = await content(turn)
    assert isinstance(sent, Forwarded)
    if turn.inbound.kind in ("photo", "file") and await is_it_this(turn, sent):
        return
    await _offer(turn, sent)


@router.choice("file-not")
async def not_this(turn: Turn) -> None:
    """Put aside a photo that is not what was asked for some time ago."""
    await _offer(turn, turn.chosen(Forwarded))


async def _offer(turn: Turn, sent: Forwarded) -> None:
    promised = await promise(turn)
    if promised is None:
        await (not_heard if turn.inbound.kind == "voice" else not_read)(turn)
        return
    by = deadline(promised.at, turn.now) if promised.at else ""
    if turn.inbound.kind == "voice" and by:
        text = _("I cannot listen to voice messages yet. Shall I pass it on to staff? Answer: {deadline}.", deadline=by)
    elif turn.inbound.kind == "voice":
        text = _("I cannot listen to voice messages yet. Shall I pass it on to staff?")
    elif by:
        text = _("I cannot look at photos and files. Shall I pass it on to staff? Answer: {deadline}.", deadline=by)
    else:
        text = _("I cannot look at photos and files. Shall I pass it on to staff?")
    forward = {"text": sent.words, "file": sent.file}
    turn.say(text, [Choice(_("Pass it on"), "person", forward), Choice(_("I will write it"), "write")])


@router.choice("write")
async def write(turn: Turn) -> None:
    """Let them write instead of passing the file on."""
    turn.say(_("All right. What would you like to know?"))


@router.kind("voice", "video")
async def not_heard(turn: Turn) -> None:
    """Say that nobody can hear a voice note here yet; it is many owners' natural way to write."""
    turn.say(_("I cannot listen to voice messages or videos yet. Please write your question in one sentence."), _menu())


@router.kind("photo", "file", "contact", "location", "other")
async def not_read(turn: Turn) -> None:
    """Answer something that no open question asked for."""
    text = _("I can only read text here. Please write your question in one sentence.")
    turn.say(file_trouble(turn) or text, _menu())


def _menu() -> list[Choice]:
    return [Choice(_("Menu"), "menu")]
