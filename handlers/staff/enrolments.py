"""Enrolments: see how many wait in which programme, go through them one by one, and find one."""

from dataclasses import dataclass
from typing import ClassVar

from bot.asking import Question
from bot.cases.cases import recipient
from bot.enrolling import page
from bot.enrolling.enrolments import NEW, brief, later, parse_number, state_name
from bot.errors import Refusal
from bot.fairs.exhibitions import local, numbered, title
from bot.fields.phone import sent
from bot.language.i18n import _, ngettext
from bot.language.markdown import Markdown
from bot.reply import Choice
from bot.turn import Turn
from db.enrolling import enrolments
from db.enrolling.enrolments import Enrolment
from db.fairs import programmes
from db.fairs.programmes import Programme
from handlers.staff.desk import Desk, ShowPage, may

counting = Desk("enrolment-counts", "viewer")
desk = Desk("enrolments", "officer")

_SEARCH = "enrolments-search"
#: enrolments on one page of a list
_PAGE = 6
#: characters of what is looked for
_LONGEST = 80
#: characters of a title
_TITLE = 70
#: UTF-16 units of a name in a list
_NAME = 40
#: characters of a button in a list
_LABEL = 24
#: the lists of a programme, by the state that names them, and which states are in them
_LISTS = {
    "submitted": ("submitted",),
    "correction": ("correction",),
    "accepted": ("accepted",),
    "waiting": ("waiting", "offered"),
    "declined": ("declined",),
    "withdrawn": ("withdrawn", "skipped"),
}


@counting.command("enrolments")
@counting.choice("enrolments")
async def listed(turn: Turn) -> None:
    """List programmes with enrolments, or open ones, waiting ones first; `/pendaftaran dpj27 42` finds one."""
    asked = turn.text.strip() if turn.inbound.kind == "command" and not turn.choice else ""
    if asked and may(turn.person, "officer"):
        await _look_for(turn, asked)
        return
    skip = turn.chosen(ShowPage).skip
    counts = await enrolments.counts(turn.db)
    every = await programmes.all_of(turn.db)
    found = [one for one in every if one.id in counts or one.takes_on(turn.today)]
    if not found:
        turn.say(_("Nobody has enrolled, and no programme takes enrolments now."), [_to_staff()])
        return
    found.sort(key=lambda one: (not counts.get(one.id, {}).get("submitted"), one.is_over(turn.today)))
    shown = found[skip : skip + _PAGE]
    lines = [_row(at, one, counts.get(one.id, {})) for at, one in enumerate(shown, start=1)]
    further = [Choice(_("Search"), _SEARCH)] if may(turn.person, "officer") else []
    if len(found) > skip + _PAGE:
        further.append(Choice(_("More"), "enrolments", {"skip": skip + _PAGE}))
    rows = numbered("enrolments-of", [local(one.short_name) for one in shown], [one.id for one in shown], len(further))
    rows = [Choice(row.label, row.name, {"programme": row.args["id"]}) for row in rows]
    turn.say(Markdown("\n".join(lines)), [*rows, *further, _to_staff()])


def _row(at: int, one: Programme, counts: dict[str, int]) -> Markdown:
    waiting, accepted = counts.get("submitted", 0), counts.get("accepted", 0)
    name = brief(f"{one.code} {title(one)}", _TITLE)
    return _("{at}. {title}: {waiting} wait, {accepted} accepted", at=at, title=name, waiting=waiting,
             accepted=accepted)  # fmt: skip


def _to_staff() -> Choice:
    return Choice(_("Back"), "staff", {"later": True}, "quiet")


@counting.choice("enrolments-of")
async def overview(turn: Turn) -> None:
    """Say how many there are in each state, with the ways to them."""
    one = await page.programme(turn)
    counts = (await enrolments.counts(turn.db)).get(one.id, {})
    states = {state: sum(counts.get(each, 0) for each in _LISTS.get(state, (state,))) for state in enrolments.STATES}
    lines = [
        _(
            "**{title}**: {submitted} wait, {accepted} accepted, {correction} to be corrected, {declined} declined.",
            title=title(one),
            **states,
        ),
        _("Not sent yet: {draft}. Withdrawn: {withdrawn}.", **states),
    ]
    if states["waiting"]:
        lines.append(_("In line for a place: {waiting}.", **states))
    if one.quota:
        lines.append(ngettext("{number} place.", "{number} places.", one.quota, number=one.quota))
    choices = _ways(one, counts) if may(turn.person, "officer") else []
    turn.say(Markdown("\n".join(lines)), [*choices, Choice(_("Back"), "enrolments", rank="quiet")])


def _ways(one: Programme, counts: dict[str, int]) -> list[Choice]:
    about = {"programme": one.id}
    waiting = counts.get("submitted", 0)
    found = [Choice(_("Review {number}", number=waiting), "enrolments-review", about)] if waiting else []
    for state in _LISTS:
        if count := sum(counts.get(each, 0) for each in _LISTS[state]):
            found.append(Choice(_label(state, count), "enrolments-in", about | {"state": state}))
    if counts.get("accepted"):
        found.append(Choice(_("Attendance"), "attendance", about))
    if found:
        found.append(Choice(_("Download XLSX"), "enrolments-file", about))
    return [*found, Choice(_("Search"), _SEARCH)]


def _label(state: str, count: int) -> Markdown:
    return {
        "submitted": _("Waiting: {number}", number=count),
        "correction": _("To correct: {number}", number=count),
        "accepted": _("Accepted: {number}", number=count),
        "waiting": _("In line: {number}", number=count),
        "declined": _("Declined: {number}", number=count),
        "withdrawn": _("Withdrawn: {number}", number=count),
    }[state]


@desk.choice("enrolments-in")
async def in_state(turn: Turn) -> None:
    """List those in one state, in order of arrival; of those that wait, several can be decided at once."""
    one, state, skip = await page.programme(turn), turn.chosen(page.OfProgramme).state, turn.chosen(ShowPage).skip
    found = await enrolments.listed(turn.db, one.id, _LISTS[state], skip, _PAGE + 1)
    count = await enrolments.count(turn.db, one.id, _LISTS[state])
    shown = found[:_PAGE]
    lines = [_("{title}, {state}: {number}", title=title(one), state=state_name(state), number=count)]
    lines += [_entry(at, enrolled) for at, enrolled in enumerate(shown, start=1)]
    about = {"programme": one.id, "state": state}
    further = [Choice(_("More"), "enrolments-in", about | {"skip": skip + _PAGE})] if len(found) > _PAGE else []
    if state == "submitted" and count > 1:
        further.append(Choice(_("Accept several"), "enrolments-several", {"programme": one.id, "to": "accepted"}))
        further.append(Choice(_("Decline several"), "enrolments-several", {"programme": one.id, "to": "declined"}))
    turn.say(Markdown("\n".join(lines)), [*_rows(shown), *further, page.back(one.id)])


def _entry(at: int, one: Enrolment) -> Markdown:
    name = brief(" · ".join(part for part in (one.name, one.business) if part), 2 * _NAME)
    return _("{at}. {number} · {name}", at=at, number=one.number, name=name)


def _rows(found: list[Enrolment]) -> list[Choice]:
    return [
        Choice(f"{at}. {one.number}"[:_LABEL], "enrolment", {"id": one.id}) for at, one in enumerate(found, start=1)
    ]


@desk.choice("enrolments-review")
async def review(turn: Turn) -> None:
    """Show the one that waits longest, or the next after another."""
    one = await page.programme(turn)
    if after := turn.chosen(page.OfProgramme).after:
        await page.go_on(turn, (await page.load(turn, after))[0])
        return
    first = await enrolments.listed(turn.db, one.id, ["submitted"], limit=1)
    if not first:
        turn.say(_("No enrolment waits here now."), [page.back(one.id), Choice(_("Enrolments"), "enrolments")])
        return
    await page.show(turn, first[0], one)


@desk.choice("enrolment")
async def opened(turn: Turn) -> None:
    """Show what decides about one."""
    await page.show(turn, *await page.chosen(turn))


@desk.choice("enrolment-all")
async def whole(turn: Turn) -> None:
    """Show every answer and document of one, and what became of it."""
    await page.show_whole(turn, *await page.chosen(turn))


@dataclass(frozen=True)
class FindEnrolment(Question):
    """What to look for among enrolments."""

    name: ClassVar[str] = _SEARCH
    takes_number: ClassVar[bool] = True


@desk.choice(_SEARCH)
async def search(turn: Turn) -> None:
    """Ask what to look for."""
    turn.ask(FindEnrolment())
    text = _("Write a name, a business, a registration number or a phone number.")
    turn.say(text, [Choice(_("Cancel"), "enrolments", rank="quiet")])


@desk.answer(FindEnrolment, onward=lambda _asked: Choice(_("Enrolments"), "enrolments"))
async def searched(turn: Turn, _asked: FindEnrolment) -> None:
    """Show what was found; the next message can look for something else."""
    await _look_for(turn, turn.text or turn.inbound.phone)


async def _look_for(turn: Turn, written: str) -> None:
    asked = " ".join(written.split())[:_LONGEST]
    if not any(map(str.isalnum, asked)):
        raise Refusal(_("Write a name, a business, a registration number or a phone number."))
    found = await _found(turn, asked)
    if len(found) == 1:
        await page.show(turn, *await page.load(turn, found[0].id))
        return
    again = [Choice(_("Search"), _SEARCH), Choice(_("Enrolments"), "enrolments")]
    if not found:
        turn.ask(FindEnrolment())
        text = _("Nothing found for “{words}”. Write it differently, for example a part of the name.", words=asked)
        turn.say(text, again)
        return
    shown = found[:_PAGE]
    lines = [_("Found for “{words}”:", words=asked), *(_entry(at, one) for at, one in enumerate(shown, start=1))]
    if len(found) > _PAGE:
        lines.append(_("There are more. Write more of the name."))
    turn.say(Markdown("\n".join(lines)), [*_rows(shown), *again])


async def _found(turn: Turn, asked: str) -> list[Enrolment]:
    """Find enrolments by number, phone or name."""
    if (parsed := parse_number(asked)) and (one := await enrolments.numbered(turn.db, *parsed)):
        return [one]
    return await enrolments.search(turn.db, asked, sent(turn), _PAGE + 1)


@desk.when(lambda turn: turn.inbound.kind == "job" and turn.inbound.name == NEW and may(turn.person, "officer"))
async def came_in(turn: Turn) -> None:
    """Tell officers, once a day, what came in and waits in a programme."""
    turn.silent = True
    one = await programmes.load(turn.db, int(turn.inbound.args["programme"]))
    waiting = await enrolments.count(turn.db, one.id, ["submitted"]) if one else 0
    if one is None or not waiting:
        return
    text = ngettext(
        "{number} enrolment waits for a decision: {title}",
        "{number} enrolments wait for a decision: {title}",
        waiting,
        number=waiting,
        title=title(one),
    )
    choices = [Choice(_("Review"), "enrolments-review", {"programme": one.id}), later()]
    await turn.tell(recipient(turn.person), f"enrolments:{one.id}:{turn.today}", text, choices)
