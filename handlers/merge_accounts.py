"""Join two addresses of one person by a code that is given on the one and written on the other."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from bot.asking import Question
from bot.clock import BANDUNG
from bot.errors import Refusal
from bot.language.courtesy import bare_word
from bot.language.i18n import LANGUAGE_NAMES, _, day, number, speaking
from bot.language.markdown import Markdown
from bot.privacy import my_data
from bot.privacy.wrong_codes import WrongCodes
from bot.reply import Choice
from bot.router import Router
from bot.turn import Turn
from db.deliveries.deliveries import Recipient
from db.enrolling import enrolments
from db.people import joinings, people
from db.people.joinings import LASTS, UNDONE_FOR, JoiningCode
from db.privacy import audit, erasures, holdings

router = Router("joining", private=True)

#: a code with its dash, which nobody writes by chance
_CODE = re.compile(r"\s*[2-9A-HJ-NP-Z]{4}\s*-\s*[2-9A-HJ-NP-Z]{4}\s*", re.IGNORECASE)
#: wrong ones in a row, after which one waits
_TRIES = 5


@dataclass(frozen=True)
class WriteCode(Question):
    name: ClassVar[str] = "joining"


@dataclass(frozen=True, slots=True)
class Join:
    code: int


@router.command("merge")
@router.choice("joining")
async def explain(turn: Turn) -> None:
    """Say what joining is good for, and how it goes."""
    text = _(
        "If you also write to me from another phone or app, both can become one: one enrolment, one conversation with"
        " staff, one list of news. Get a code on the one and write it on the other."
    )
    choices = [Choice(_("Give me a code"), "joining-code"), Choice(_("I have a code"), "joining-enter"), my_data.back()]
    turn.say(text, choices)


@router.when(lambda turn: turn.inbound.kind == "text" and turn.text.strip(" .").lower() == "join accounts")
async def by_words(turn: Turn) -> None:
    """Explain it to a person who asks in words."""
    await explain(turn)


@router.choice("joining-code")
async def give(turn: Turn) -> None:
    """Give a code, and say what to keep in mind about it."""
    code = await joinings.give_code(turn.db, turn.person.person_id, turn.now)
    text = _(
        "Your code is **{code}**. Within {minutes} minutes, write it to me on the other phone or app. Give it to nobody"
        " else: whoever has it can read your data.",
        code=code,
        minutes=str(LASTS // timedelta(minutes=1)),
    )
    turn.say(text, [my_data.back()])


@router.choice("joining-enter")
async def enter(turn: Turn) -> None:
    """Ask for the code."""
    turn.ask(WriteCode())
    turn.say(_("Write the code, for example: K7QM-2XPD"), [Choice(_("Cancel"), "my-data", rank="quiet")])


@router.when(lambda turn: turn.inbound.kind == "text" and not turn.choice and _is_code(turn))
async def entered(turn: Turn) -> None:
    """Show who would become one, before anything is done."""
    if turn.memory[WrongCodes].are_too_many(_TRIES, LASTS, turn.now):
        raise Refusal(_("Too many wrong codes. Please try again in 15 minutes."), [my_data.back()])
    code = await joinings.code(turn.db, turn.text)
    if code is None:
        turn.memory[WrongCodes].count(turn.now)
        turn.say(_("I know no such code. Check it, or get a new one there."), [_again(), my_data.back()])
        return
    await _insist_on(turn, code)
    text = _(
        "These two become one:\n- here: {here}\n- there: {there}\nNothing is lost, and it can be undone for 7 days.",
        here=await _whose(turn, turn.person.person_id),
        there=await _whose(turn, code.person_id),
    )
    choices = [
        Choice(_("Join them"), "joining-do", {"code": code.id}, kind="deciding"),
        Choice(_("No, thanks"), "my-data"),
    ]
    turn.say(text, choices)


def _is_code(turn: Turn) -> bool:
    return bool(_CODE.fullmatch(turn.text)) or (turn.asked(WriteCode) is not None and bool(bare_word(turn.text)))


async def _whose(turn: Turn, person: int) -> Markdown:
    """Describe the other side: the apps, how many enrolments, and the language."""
    kept = await holdings.counts(turn.db, person)
    [profile] = await people.profiles(turn.db, [person])
    return _(
        "{channels}; enrolments: {count}; {language}",
        channels=my_data.channels(kept.channels),
        count=number(len(await enrolments.of(turn.db, person))),
        language=LANGUAGE_NAMES[profile.language],
    )


async def _insist_on(turn: Turn, code: JoiningCode | None) -> JoiningCode:
    """Refuse a code that is not good, is their own, or is of a person about to be erased."""
    if code is None or not code.is_good(turn.now):
        raise Refusal(_("That code was used or is too old. Get a new one there."), [_again(), my_data.back()])
    if code.person_id == turn.person.person_id:
        raise Refusal(_("That is your own code. Write it on the other phone or app."), [my_data.back()])
    for person in (code.person_id, turn.person.person_id):
        if await erasures.of(turn.db, person):
            text = _("One of the two is about to be erased. Take that back first, then join them.")
            raise Refusal(text, [my_data.back()])
    return code


@router.choice("joining-do")
async def join(turn: Turn) -> None:
    """Join the two, and tell the other side."""
    code = await _insist_on(turn, await joinings.code_of(turn.db, turn.chosen(Join).code))
    [there] = await people.profiles(turn.db, [code.person_id])
    address = await joinings.last_address(turn.db, code.person_id)
    kept, gone = await joinings.join(turn.db, code.id, turn.person.person_id, code.person_id, turn.now)
    await audit.note(turn.db, None, "people.join", f"person:{kept}", turn.now, gone=gone)
    until = day((turn.now + UNDONE_FOR).astimezone(BANDUNG).date())
    with speaking(there.language):
        told = _("This address and another one of yours are one now. If that was not you, undo it at once.")
        choices = [Choice(_("Undo the joining"), "joining-undo"), Choice(_("My data"), "my-data")]
        await turn.tell(Recipient(kept, address), f"joining:{code.id}", told, choices, at_night=True)
    text = _("✅ Both are one now. Until {date} that can be undone under **my data**.", date=until)
    turn.say(text, [Choice(_("Undo the joining"), "joining-undo"), Choice(_("My data"), "my-data")])


@router.choice("joining-undo")
async def undo(turn: Turn) -> None:
    """Make them two people again."""
    one = await joinings.of(turn.db, turn.person.person_id, turn.now)
    if one is None:
        raise Refusal(_("There is nothing that can still be undone."), [my_data.back()])
    await joinings.undo(turn.db, one, turn.now)
    await audit.note(turn.db, None, "people.part", f"person:{one.kept_id}", turn.now, gone=one.gone_id)
    turn.say(_("✅ Undone: they are two again. What came since then stays with the older one."), [my_data.back()])


def _again() -> Choice:
    return Choice(_("I have a code"), "joining-enter")
