"""Erase everything after a day in which the person may change their mind, or a part of it at once."""

from dataclasses import dataclass
from typing import Literal

from bot.answers.unanswered import Unanswered
from bot.cases.opening_hours import deadline
from bot.enrolling.seats import fill
from bot.errors import Refusal
from bot.language.i18n import _
from bot.privacy import erasing
from bot.privacy.my_data import back
from bot.reply import Choice
from bot.router import Router
from bot.turn import Turn
from db.conversation import jobs
from db.people import staff
from db.privacy import erasure, erasures
from db.privacy.erasures import Erasure

router = Router("erasing", private=True)

#: enrolments that are named
_NAMED = 3


@router.choice("erase")
async def ask(turn: Turn) -> None:
    """Say what is erased, before anything is decided."""
    person = turn.person.person_id
    if planned := await erasures.of(turn.db, person):
        _say_when(turn, planned)
        return
    if await staff.is_active(turn.db, person):
        text = _("You belong to the staff. Leave the staff first; then your data can be erased here.")
        raise Refusal(text, [Choice(_("Open"), "staff"), back()])
    own = await erasure.under_way(turn.db, person, turn.now)
    text = _("This erases everything: name, phone, messages and files. After that it cannot be brought back.")
    if own:
        text = _(
            "This erases everything: name, phone, messages, files, and enrolment {numbers} (your place is given up)."
            " After that it cannot be brought back.",
            numbers=", ".join(one.number for one in own[:_NAMED]) + (", …" if len(own) > _NAMED else ""),
        )
    choices = [
        Choice(_("Erase everything"), "erase-all", kind="deciding"),
        Choice(_("Only a part"), "erase-some"),
        Choice(_("No, thanks"), "my-data"),
    ]
    turn.say(text, choices)


@router.choice("erase-all")
async def everything(turn: Turn) -> None:
    """Plan the erasure for tomorrow at this time; until then it can be taken back."""
    if await staff.is_active(turn.db, turn.person.person_id):
        await ask(turn)
        return
    person, address = turn.person.person_id, turn.person.address_id
    known = await erasures.of(turn.db, person)
    planned = known or await erasures.plan(turn.db, person, address, turn.now + erasing.DELAY, turn.now)
    if known is None:
        await jobs.later(turn.db, erasing.JOB, planned.due_at, address, {"erasure": planned.id})
    _say_when(turn, planned)


def _say_when(turn: Turn, planned: Erasure) -> None:
    text = _(
        "Your data will be erased {when}. Until then you can take that back.", when=deadline(planned.due_at, turn.now)
    )
    turn.say(text, [Choice(_("Do not erase"), "erase-cancel"), Choice(_("Download everything"), "my-data-file")])


@router.choice("erase-cancel")
async def cancel(turn: Turn) -> None:
    """Keep everything."""
    if await erasures.cancel(turn.db, turn.person.person_id):
        turn.say(_("All right, nothing is erased."), [back()])
    else:
        turn.say(_("Nothing is about to be erased."), [back()])


@router.job(erasing.JOB)
async def due(turn: Turn) -> None:
    """Erase the person after the day has passed; this is the last message they get."""
    planned = await erasures.load(turn.db, int(turn.inbound.args["erasure"]))
    if planned is None:
        return
    erased = await erasing.carry_out(turn.db, planned, turn.now)
    if erased is None:
        turn.say(_("Your data were not erased: you belong to the staff. Leave the staff first."), [back()])
        return
    turn.memory.forget()
    for programme in erased.freed:
        await fill(turn, programme)
    text = _(
        "✅ Your data are erased. Proof: **{proof}**. Write anything if you want to begin again some day.",
        proof=erased.proof,
    )
    turn.say(text)


@dataclass(frozen=True, slots=True)
class ErasePart:
    part: Literal["messages", "enrolments", "news"]


@router.choice("erase-some")
async def which(turn: Turn) -> None:
    """Ask which part to erase."""
    parts = {"messages": _("Messages"), "enrolments": _("Enrolments"), "news": _("News I chose")}
    choices = [Choice(label, "erase-part", {"part": part}, kind="deciding") for part, label in parts.items()]
    turn.say(_("Which part? It is erased at once and cannot be brought back."), [*choices, back()])


@router.choice("erase-part")
async def part(turn: Turn) -> None:
    """Erase a part at once."""
    person = turn.person.person_id
    match turn.chosen(ErasePart).part:
        case "messages":
            await erasure.forget_messages(turn.db, person)
            turn.memory[Unanswered].unsure = ""
            text = _(
                "✅ Your messages and my answers are erased. What waits for a person of the staff stays until it is"
                " answered."
            )
        case "enrolments":
            turn.memory.form = 0
            for programme in await erasure.forget_enrolments(turn.db, [person], turn.now):
                await fill(turn, programme)
            text = _("✅ Your enrolments are erased, with all answers and files; your places are given up.")
        case "news":
            await erasure.forget_news(turn.db, person, turn.now)
            text = _("✅ What you wanted to hear of is erased. I tell you nothing by myself any more.")
    turn.say(text, [back()])
