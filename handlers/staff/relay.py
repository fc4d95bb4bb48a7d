"""While a member is in a case, what they write goes to the person of it, or to nobody, and never unnoticed."""

from datetime import datetime, timedelta

from bot.cases.cases import ANSWERING, asker, called, load, number, pass_on, recipient, typed
from bot.cases.forwarded import Forwarded, content
from bot.cases.page import OfCase, back, choices_for, state
from bot.errors import Refusal
from bot.language.i18n import _, speaking
from bot.reply import Choice
from bot.turn import Turn
from db.cases import case_messages, cases, relays
from db.cases.cases import Case
from db.conversation import jobs
from db.deliveries import deliveries
from handlers.staff.desk import Desk, record

desk = Desk("relay", "officer")

_SPOKEN = ("text", "photo", "file", "voice", "video", "location", "contact", "sticker", "other")
#: how long what was passed on may be under way before it is looked after, and again
_FIRST_LOOK, _NEXT_LOOK = timedelta(seconds=20), timedelta(minutes=2)
#: what was written before is no longer looked after
_LOOKED_AFTER = timedelta(hours=20)


def _in_case(turn: Turn) -> bool:
    """Whether what is written is for the person: not where it answers what the assistant has just asked."""
    return bool(turn.memory.case) and turn.person.role in ANSWERING and not (turn.choice or turn.asks)


@desk.when(lambda turn: turn.inbound.kind == "command" and turn.inbound.name in ("catatan", "note") and _works(turn))
async def note(turn: Turn) -> None:
    """Keep `/catatan words` among staff, and say so."""
    if not turn.memory.case:
        raise Refusal(_("You are in no case now."), [back()])
    if not turn.text.strip():
        raise Refusal(_("Write the note behind it, for example: /catatan ask about the old stock"))
    await _note(turn, turn.text)


@desk.when(lambda turn: _in_case(turn) and turn.inbound.kind == "edit")
async def edited(turn: Turn) -> None:
    """Say that an edited message reaches nobody."""
    name = number(turn.memory.case)
    turn.say(_("The person of {case} does not see edits. Write the correction as a new message.", case=name))


@desk.when(lambda turn: _in_case(turn) and turn.inbound.kind in _SPOKEN and turn.text.startswith("/"))
async def slashed(turn: Turn) -> None:
    """Keep a caption that is a note among staff; say of anything else like a command that it reaches nobody."""
    command, *words = turn.text.split(maxsplit=1)
    if command.lower() in ("/catatan", "/note"):
        await _note(turn, "".join(words))
    else:
        turn.say(_("Not passed on: it begins with a slash. Commands stand alone, without a file."))


@desk.when(lambda turn: _in_case(turn) and turn.inbound.kind in _SPOKEN)
async def to_person(turn: Turn) -> None:
    """Pass it on under the writer's name, on whichever channel the person uses."""
    case, me = await load(turn, turn.memory.case), turn.person
    sent = await content(turn)
    if not isinstance(sent, Forwarded):
        turn.say(_("Not passed on to {case}.", case=number(case.id)))
        turn.say(sent)
        return
    since = datetime.fromisoformat(turn.memory.case_since)
    if not await cases.answer(turn.db, case.id, me.staff_id, since, turn.now):
        await _not_theirs(turn, await load(turn, case.id))
        return
    message = await case_messages.add(
        turn.db, case.id, sent.words, turn.id, turn.now, file=sent.file, staff=me.staff_id
    )
    await record(turn, "case.write", f"case:{case.id}", message=message)
    person = await asker(turn, case)
    with speaking(person.language):
        await pass_on(turn, person, message, called(me), sent.words, sent.file)
    await jobs.cancel(turn.db, "case-relayed", me.address_id)
    await turn.later(_FIRST_LOOK, "case-relayed", case=case.id)
    turn.silent = True


async def _not_theirs(turn: Turn, case: Case) -> None:
    """Say that it reached nobody, as the case was ended, handed on or given back meanwhile."""
    turn.memory.case, turn.memory.case_since = 0, ""
    turn.say(_("Your message was not passed on."))
    turn.say(state(turn, case), choices_for(turn, case))


async def _note(turn: Turn, words: str) -> None:
    case = await load(turn, turn.memory.case)
    sent = Forwarded(words) if turn.inbound.kind == "command" else await content(turn)
    if not isinstance(sent, Forwarded):
        raise Refusal(sent)
    await case_messages.add(
        turn.db, case.id, words, turn.id, turn.now, file=sent.file, staff=turn.person.staff_id, is_note=True
    )
    await record(turn, "case.note", f"case:{case.id}")
    turn.say(_("A note for staff only, kept with {case}.", case=number(case.id)))


@desk.when(lambda turn: turn.inbound.kind == "job" and turn.inbound.name == "case-relayed" and _works(turn))
async def looked_after(turn: Turn) -> None:
    """Tell the writer of a message that did not arrive, once for each."""
    case = int(turn.inbound.args["case"])
    since = turn.now - _LOOKED_AFTER
    under_way = False
    for message in await relays.not_arrived(turn.db, case, turn.person.staff_id, since):
        if message.state in ("pending", "sending"):
            under_way = True
            continue
        again = Choice(_("Send again"), "case-resend", {"delivery": message.delivery, "case": case}, kind="deciding")
        words, name = typed(message.text, 100), number(case)
        choices = [again]
        if message.state == "blocked":
            choices = []
            text = _("{case}: “{words}” did not arrive: the person stopped this chat.", case=name, words=words)
        elif message.state == "unsure":
            text = _(
                "{case}: “{words}” may have arrived or not; sent again, it may come twice.", case=name, words=words
            )
        else:
            text = _("{case}: “{words}” did not arrive.", case=name, words=words)
        source = f"case-message:{message.id}:trouble:{message.attempts}"
        await turn.tell(recipient(turn.person), source, text, choices, at_night=True)
    if under_way:
        await turn.later(_NEXT_LOOK, "case-relayed", case=case)


@desk.choice("case-resend")
async def resend(turn: Turn) -> None:
    """Send it once more, as a member decided."""
    of = turn.chosen(OfCase)
    await deliveries.send_again(turn.db, [of.delivery])
    await record(turn, "case.send-again", f"case:{of.case}", delivery=of.delivery)
    await turn.later(_FIRST_LOOK, "case-relayed", case=of.case)
    turn.say(_("It is sent once more."))


def _works(turn: Turn) -> bool:
    return turn.person.role in ANSWERING
