"""A waiting case for its owner: add to it, cancel it, open it again; and the apology for a missed promise."""

from datetime import datetime

from bot.cases.cases import AddToCase, alert, load, number, officers, owner, recipient, watch
from bot.cases.forwarded import Forwarded, content
from bot.cases.opening_hours import deadline
from bot.cases.promises import confirm, give_up, is_answer, known, menu, nobody, own_choices, promise
from bot.language.i18n import _, speaking
from bot.reply import Choice
from bot.router import Router
from bot.turn import Turn
from db.cases import case_messages, cases
from db.cases.cases import Case
from db.deliveries import deliveries

router = Router("waiting", private=True)


@router.choice("case-add")
async def add(turn: Turn) -> None:
    """Ask for more about a case that waits."""
    case = await _own(turn)
    if case is None or case.state == "closed":
        await _too_late(turn, case)
        return
    turn.ask(AddToCase(case.id))
    turn.say(_("What should be added to {case}? Write it, or send a photo.", case=number(case.id)), [give_up()])


@router.answer(AddToCase, is_answer)
async def added(turn: Turn, asked: AddToCase) -> None:
    """Keep it with the case, and tell whoever has the case."""
    case = await load(turn, asked.case)
    taken = await content(turn)
    if not isinstance(taken, Forwarded):
        turn.ask(asked)
        turn.say(taken, [give_up()])
    elif case.state == "closed":
        await _too_late(turn, case)
    else:
        await case_messages.add(turn.db, case.id, taken.words, turn.id, turn.now, file=taken.file)
        turn.say(_("Added to {case}.", case=number(case.id)), own_choices(case.id))


@router.choice("case-cancel")
async def cancel(turn: Turn) -> None:
    """Cancel the case; whoever has taken it is told."""
    case = await _own(turn)
    had = case.owner_id if case and case.state == "taken" else None
    if case is None or not await cases.close(turn.db, case.id, "cancelled", turn.now, had):
        await _too_late(turn, case)
        return
    for one in await officers(turn):
        await deliveries.cancel(turn.db, one.person_id, [f"case:{case.id}:new"])
    taker = await owner(turn, case) if had else None
    if taker:
        with speaking(taker.language):
            text = _("{case} was cancelled by the person.", case=number(case.id))
            await turn.tell(recipient(taker), f"case:{case.id}:cancelled:{turn.id}", text, at_night=True)
    turn.say(_("{case} is cancelled; nobody answers it any more.", case=number(case.id)), [menu()])


@router.choice("case-fine")
async def fine(turn: Turn) -> None:
    """Note that the answer was what they needed."""
    turn.say(_("All right."))


@router.choice("case-again")
async def again(turn: Turn) -> None:
    """Let the case wait again for whoever had it, as the answer was not clear."""
    case = await _own(turn)
    promised = await promise(turn)
    if case is None or promised is None:
        await nobody(turn)
    elif await cases.reopen(turn.db, case.id, promised.at, turn.now):
        await watch(turn, case.id, case.address_id, promised.at)
        had = await owner(turn, case)
        await alert(
            turn,
            await load(turn, case.id),
            f"case:{case.id}:again:{turn.id}",
            lambda: _("The answer was not clear yet:"),
            to=[had] if had else None,
        )
        confirm(turn, case.id, promised)
    else:
        known(turn, case)


@router.job("case-late")
async def late(turn: Turn) -> None:
    """Tell both sides, once, that the promise passed without an answer, with a new one."""
    case = await load(turn, int(turn.inbound.args["case"]))
    missed = datetime.fromisoformat(turn.inbound.args["promised_at"])
    promised = await promise(turn, missed)
    until = promised.at if promised else None
    if not await cases.promise_again(turn.db, case.id, missed, until, turn.now):
        return
    name = number(case.id)
    source = f"case:{case.id}:late:{turn.id}"
    if promised is None:
        text = _("Sorry, {case} was not answered in time, and nobody of the staff is here now.", case=name)
    elif until is None:
        text = _("Sorry, {case} was not answered in time. Staff have been reminded.", case=name)
    else:
        text = _(
            "Sorry, {case} was not answered in time. Staff have been reminded; {deadline} at the latest.",
            case=name,
            deadline=deadline(until, turn.now),
        )
    await turn.tell(recipient(turn.person), source, text, own_choices(case.id))
    had = await owner(turn, case) if case.state == "taken" else None
    await alert(turn, await load(turn, case.id), source, lambda: _("Not answered in time:"), to=[had] if had else None)


async def _too_late(turn: Turn, case: Case | None) -> None:
    if case is None:
        turn.say(_("I no longer have that question."), [menu()])
    elif case.state == "closed":
        ask = Choice(_("Ask a person"), "person")
        turn.say(_("{case} is already closed. If there is more, write it here.", case=number(case.id)), [ask, menu()])
    else:
        known(turn, case)


async def _own(turn: Turn) -> Case | None:
    """Load the case that the choice names, if it is theirs."""
    case = await cases.load(turn.db, turn.chosen(AddToCase).case)
    return case if case and case.address_id == turn.person.address_id else None
