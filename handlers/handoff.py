"""While staff have a person's case, what that person writes goes to them, and the assistant is quiet."""

from datetime import datetime, timedelta

from bot.cases.cases import called, load, number, owner, pass_on, recipient
from bot.cases.forwarded import Forwarded, content
from bot.cases.promises import after, wait_again
from bot.enrolling.form.resuming import back_to
from bot.language.i18n import _, speaking
from bot.reply import Choice
from bot.router import Router, is_command, words_for
from bot.turn import Turn
from db import office
from db.cases import case_messages, cases
from db.cases.cases import Case
from db.people.staff import ROLES

router = Router("handoff", private=True)

#: words that always mean the assistant
_ALWAYS = ("menu", "language", "stop", "my-data")
_SPOKEN = ("text", "edit", "photo", "file", "voice", "video", "location", "contact", "other")


@router.when(lambda turn: bool(turn.memory.case) and not _works_here(turn) and turn.inbound.kind in _SPOKEN)
async def no_longer_staff(turn: Turn) -> None:
    """Tell a former member who writes in a case that it reaches nobody."""
    case, turn.memory.case = turn.memory.case, 0
    turn.say(_("Not passed on: you no longer answer {case}.", case=number(case)), [Choice(_("Menu"), "menu")])


def _works_here(turn: Turn) -> bool:
    return turn.person.role in ROLES[: ROLES.index("officer") + 1]


@router.when(lambda turn: bool(turn.person.case_id) and _ends(turn))
async def ended(turn: Turn) -> None:
    """Close the case at the person's word: the assistant answers again."""
    case = await load(turn, turn.person.case_id)
    closed = await cases.close(turn.db, case.id, "ended", turn.now, case.owner_id)
    had = await owner(turn, case)
    if had and closed:
        with speaking(had.language):
            text = _("{case} was ended by the person. What you write now is not passed on.", case=number(case.id))
            await turn.tell(recipient(had), f"case:{case.id}:ended:{turn.id}", text, at_night=True)
    text = _("All right, {case} is closed. I answer here again.", case=number(case.id))
    if not await back_to(turn, text):
        turn.say(text, [Choice(_("Menu"), "menu")])


def _ends(turn: Turn) -> bool:
    if turn.inbound.kind == "command":
        return turn.inbound.name in words_for("done")
    return turn.inbound.kind == "text" and not turn.choice and is_command(turn.text, "done")


@router.when(lambda turn: bool(turn.person.case_id) and _is_for_staff(turn))
async def to_staff(turn: Turn) -> None:
    """Pass words, photos, documents and voice messages on to whoever has the case."""
    case = await load(turn, turn.person.case_id)
    had = await owner(turn, case)
    if had is None:
        await _lost_owner(turn, case)
        return
    if turn.inbound.kind == "sticker":
        turn.silent = True
        return
    sent = await content(turn)
    if not isinstance(sent, Forwarded):
        turn.say(sent)
    elif not await cases.hear(turn.db, case.id, turn.now):
        again = Choice(_("Answer it"), "retry", {"turn": turn.id, "text": sent.words})
        turn.say(_("{name} has just finished. Shall I answer that?", name=called(had)), [again])
    else:
        turn.silent = True
        message = await case_messages.add(turn.db, case.id, sent.words, turn.id, turn.now, file=sent.file)
        with speaking(had.language):
            heading = number(case.id)
            if turn.inbound.kind == "edit":
                heading = _("{case}, changed", case=heading)
            elsewhere = had.memory.get("case") != case.id
            enter = [Choice(_("Answer here"), "case-enter", {"case": case.id})] if elsewhere else []
            await pass_on(turn, had, message, heading, sent.words, sent.file, enter)


def _is_for_staff(turn: Turn) -> bool:
    inbound = turn.inbound
    if inbound.kind == "job":
        return inbound.name == "fragment" and bool(turn.fragments)
    if turn.choice or inbound.kind not in (*_SPOKEN, "sticker"):
        return False
    return inbound.kind != "text" or not is_command(turn.text, *_ALWAYS)


async def _lost_owner(turn: Turn, case: Case) -> None:
    """Let a case wait again, with what was just written, as its owner works here no more."""
    sent = await content(turn)
    if isinstance(sent, Forwarded):
        await case_messages.add(turn.db, case.id, sent.words, turn.id, turn.now, file=sent.file)
    await wait_again(turn, case, at_night=True)
    turn.silent = True


@router.job("case-idle")
async def idle(turn: Turn) -> None:
    """End a hand-off in which nobody wrote for a while, and tell both."""
    case = await load(turn, int(turn.inbound.args["case"]))
    if case.state != "taken" or case.taken_at is None or case.last_at is None:
        return
    if case.taken_at != datetime.fromisoformat(turn.inbound.args["taken_at"]):
        return
    patience = timedelta(minutes=(await office.load(turn.db)).idle_minutes)
    if case.last_at + patience > turn.now:
        await turn.later(case.last_at + patience - turn.now, "case-idle", **turn.inbound.args)
        return
    await _hand_back(turn, case, turn.now - patience)


async def _hand_back(turn: Turn, case: Case, quiet_since: datetime) -> None:
    """Close a case that staff answered; one that they only took waits again."""
    had, name = await owner(turn, case), number(case.id)
    source = f"case:{case.id}:idle:{turn.id}"
    if case.answered_at is None:
        if not await wait_again(turn, case, at_night=False, quiet_since=quiet_since):
            return
    elif await cases.close(turn.db, case.id, "idle", turn.now, case.owner_id, quiet_since):
        called_ = called(had) if had else _("An officer")
        text = _("{name} has handed back {case}. I answer here again.", name=called_, case=name)
        if not await back_to(turn, text):
            await turn.tell(recipient(turn.person), source, text, after(case.id))
    else:
        return
    if had:
        with speaking(had.language):
            text = _("{case} was handed back: nobody wrote for a while. What you write is not passed on.", case=name)
            await turn.tell(
                recipient(had), f"{source}:staff", text, [Choice(_("Look first"), "case", {"case": case.id})]
            )
