"""Enrolments as a table: who, of which business, what they answered, what was decided. In Indonesian, as an office
works with it; or raw, for programs."""

from collections.abc import AsyncIterator, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.clock import BANDUNG
from bot.enrolling.enrolments import state_name
from bot.enrolling.form import enrolment
from bot.fairs.exhibitions import title
from bot.fields import Field
from bot.language.i18n import _, speaking
from bot.language.markdown import Markdown, plain
from db.base import JsonObject
from db.engine import Transaction
from db.enrolling import changes, enrolments
from db.enrolling.changes import Change
from db.enrolling.enrolments import Enrolment
from db.fairs import programmes
from db.fairs.programmes import Programme

#: names of the fields that everybody is asked
_ASKED = (*enrolment.PERSON, *enrolment.BUSINESS)
#: enrolments whose decisions are read at a time
_SLICE = 500


@dataclass(frozen=True, slots=True)
class _Form:
    """A programme with the fields of its form by their names, and what only this programme asks, by the question."""

    programme: Programme
    fields: Mapping[str, Field]
    own: Mapping[str, Field]

    @classmethod
    def of(cls, programme: Programme) -> "_Form":
        fields, own = enrolment.fields(programme), dict[str, Field]()
        for one in fields:
            if one.name not in _ASKED and not one.is_document:
                own[_free(plain(one.question({})), own)] = one
        return cls(programme, {one.name: one for one in fields}, own)


@dataclass(frozen=True, slots=True)
class _Entry:
    """An enrolment, the form it answers, and whether it was accepted or declined."""

    one: Enrolment
    form: _Form
    decision: Change | None

    def kept(self, name: str) -> str:
        return str(self.one.answers.get(name) or "")

    def said(self, name: str) -> str:
        """The answer as people read it; empty where it was skipped."""
        if self.one.answers.get(name) in (None, "", []):
            return ""
        said = self.form.fields[name].said(self.one.answers)
        return plain(said) if isinstance(said, Markdown) else said

    def documents(self) -> int:
        return sum(len(self.one.answers.get(one.name) or ()) for one in self.form.fields.values() if one.is_document)

    def earlier(self) -> JsonObject:
        """Answers to questions that the programme has worded anew since."""
        return {
            name: value
            for name, value in self.one.answers.items()
            if name.startswith("q-") and name not in self.form.fields and value not in (None, "", [])
        }


#: what a cell says, by its heading
_Columns = dict[str, Callable[[_Entry], str]]


class EnrolmentSheet:
    """The table of everything that was sent, or of one programme, with a column for each of its own questions."""

    def __init__(self, programme: Programme | None = None) -> None:
        self._programme = programme
        with speaking("id"):
            self._columns = _columns(programme)

    @property
    def headings(self) -> list[str]:
        return list(self._columns)

    async def rows(self, tx: Transaction) -> AsyncIterator[dict[str, str]]:
        """Any number of rows, as the headings name their columns."""
        async for entry in self._entries(tx):
            with speaking("id"):
                row = {heading: say(entry) for heading, say in self._columns.items()}
            yield row

    async def raw_rows(self, tx: Transaction) -> AsyncIterator[JsonObject]:
        """The rows with names and codes that stay the same in every language, and times in UTC."""
        async for entry in self._entries(tx):
            yield _raw(entry)

    async def _entries(self, tx: Transaction) -> AsyncIterator[_Entry]:
        forms = {one.id: _Form.of(one) for one in await programmes.all_of(tx)}
        waiting: list[Enrolment] = []
        async for one in enrolments.every(tx, self._programme.id if self._programme else None):
            waiting.append(one)
            if len(waiting) == _SLICE:
                for entry in await _decided(tx, forms, waiting):
                    yield entry
                waiting = []
        for entry in await _decided(tx, forms, waiting):
            yield entry


async def _decided(tx: Transaction, forms: Mapping[int, _Form], found: list[Enrolment]) -> list[_Entry]:
    decided = await changes.last(tx, [one.id for one in found])
    return [_Entry(one, forms[one.programme_id], decided.get(one.id)) for one in found]


def _columns(programme: Programme | None) -> _Columns:
    found: _Columns = {
        _("Number"): lambda entry: entry.one.number,
        _("Programme"): lambda entry: title(entry.form.programme),
        _("State"): lambda entry: plain(state_name(entry.one.state)),
        _("Name"): lambda entry: entry.kept("name"),
        _("Phone"): lambda entry: entry.kept("phone"),
        _("Business"): lambda entry: entry.kept("business"),
        _("NIB"): lambda entry: entry.said("nib"),
        _("District"): lambda entry: entry.kept("district"),
        _("City"): lambda entry: entry.kept("city"),
        _("Sector"): lambda entry: entry.said("sector"),
        _("Products"): lambda entry: entry.kept("products"),
        _("Sales of a year"): lambda entry: entry.said("scale"),
        _("Halal"): lambda entry: entry.said("halal"),
        _("HKI"): lambda entry: entry.said("hki"),
    }
    own = _Form.of(programme).own if programme else {}
    for question, one in own.items():
        found[_free(question, found)] = lambda entry, name=one.name: entry.said(name)  # type: ignore[misc]
    shown = {one.name for one in own.values()}
    last: _Columns = {
        _("Other answers"): lambda entry: _others(entry, shown),
        _("Documents"): lambda entry: str(entry.documents()),
        _("Enrolled by somebody else"): lambda entry: plain(_("Yes") if entry.one.for_other else _("No")),
        _("Sent (WIB)"): lambda entry: _time(entry.one.submitted_at),
        _("Decided (WIB)"): lambda entry: _time(entry.decision.at if entry.decision else None),
        _("Decided by"): _decider,
        _("Reason"): lambda entry: entry.one.reason,
    }
    return found | {_free(heading, found): say for heading, say in last.items()}


def _free(heading: str, taken: Collection[str]) -> str:
    """Make a heading that no other column has."""
    number, free = 1, plain(heading)
    while free in taken:
        number += 1
        free = f"{plain(heading)} ({number})"
    return free


def _others(entry: _Entry, shown: set[str]) -> str:
    """Join the answers that have no column of their own: `question: answer; …`"""
    own = {question: entry.said(one.name) for question, one in entry.form.own.items() if one.name not in shown}
    answers = [f"{question}: {said}" for question, said in own.items() if said]
    earlier = plain(_("Earlier question"))
    for value in entry.earlier().values():
        answers.append(f"{earlier}: {', '.join(map(str, value)) if isinstance(value, list) else value}")
    return "; ".join(answers)


def _decider(entry: _Entry) -> str:
    if entry.decision is None:
        return ""
    return plain(_("by order of arrival")) if entry.decision.staff_id is None else entry.decision.by


def _time(at: datetime | None) -> str:
    """Format a time on Bandung's clock, so that a spreadsheet sorts by it: `2026-11-23 09:41`."""
    return f"{at.astimezone(BANDUNG):%Y-%m-%d %H:%M}" if at else ""


def _raw(entry: _Entry) -> JsonObject:
    one, decision = entry.one, entry.decision
    own = {question: one.answers.get(field.name) for question, field in entry.form.own.items()}
    return {
        "number": one.number,
        "programme": entry.form.programme.code,
        "state": one.state,
        **{name: one.answers.get(name) for name in _ASKED},
        "answers": own | entry.earlier(),
        "documents": entry.documents(),
        "for_other": one.for_other,
        "submitted_at": one.submitted_at.isoformat() if one.submitted_at else None,
        "decided_at": decision.at.isoformat() if decision else None,
        "decided_by": decision.by if decision else None,
        "reason": one.reason,
    }
