"""Decide an enrolment once, tell everybody whom it concerns, and say how it stands."""

import re
import unicodedata
from collections.abc import Collection, Sequence

from bot.cases.cases import called, officers, recipient, typed
from bot.cases.opening_hours import OfficeHours
from bot.enrolling.form.enrolment import fields as form_of
from bot.enrolling.seats import announce
from bot.fairs import programmes as say
from bot.fairs.exhibitions import SAMPLE, title
from bot.fairs.listing import keep_posted
from bot.language.dates_said import weekday_span
from bot.language.i18n import _, ngettext, speaking
from bot.language.markdown import Markdown, plain
from bot.reply import Choice, Reply
from bot.turn import Turn
from db import office
from db.conversation import jobs
from db.deliveries import deliveries
from db.enrolling import changes, enrolments
from db.enrolling.enrolments import Enrolment
from db.fairs import programmes
from db.fairs.interests import PROGRAMME, Wish
from db.fairs.programmes import Programme
from db.people import people
from db.privacy import audit

#: states that staff still decide about
OPEN = ("submitted", "correction", "waiting")
#: the job that tells staff what came in
NEW = "enrolments-new"
#: characters of a reason
LONGEST_REASON = 300
#: UTF-16 units of a name in a sentence
_NAME = 60
#: UTF-16 units of the names of fields
_FIELDS = 300
#: signs that turn the direction of what follows
_TURNS = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)))
_ACTS = {"accepted": "accept", "correction": "correct", "declined": "decline"}
_SERIAL = re.compile(r"[0-9OIL]{1,9}")
_GLUED = re.compile(r"(?P<prefix>[0-9A-Z]*[A-Z][0-9A-Z]*)(?P<serial>[0-9OIL]{4})")


def state_name(state: str) -> Markdown:
    """The name of a state in the middle of a sentence."""
    return {
        "draft": _("not sent yet"),
        "submitted": _("waiting for a decision"),
        "correction": _("to be corrected"),
        "accepted": _("accepted"),
        "declined": _("not accepted"),
        "withdrawn": _("withdrawn"),
        "waiting": _("in line for a place"),
        "offered": _("a place is held, waiting for an answer"),
        "skipped": _("let the place go"),
    }[state]


def status_line(one: Enrolment, programme: Programme) -> Markdown:
    """Say for whom it is, in what, and how it stands."""
    state = state_name(one.state)
    if not one.number:
        return _("{title}: {state}", title=title(programme), state=state)
    if one.for_other:
        name = brief(one.name)
        return _("**{number}** · {name} · {title}: {state}", number=one.number, name=name, title=title(programme),
                 state=state)  # fmt: skip
    return _("**{number}** · {title}: {state}", number=one.number, title=title(programme), state=state)


def number(one: Enrolment, programme: Programme) -> str:
    """The number `DPJ27-0042`, of a sample with the word for it."""
    return f"{one.number} ({SAMPLE})" if programme.is_sample else one.number


def brief(text: str, limit: int = _NAME) -> Markdown:
    """Show what a person typed on one line of at most so many UTF-16 units, without signs that turn text around."""
    return typed(" ".join(text.translate(_TURNS).split()), limit)


def labels(programme: Programme, names: Collection[str], limit: int = _FIELDS) -> Markdown:
    """Name these fields in at most so many UTF-16 units; those that the form no longer has are left out."""
    found = [plain(field.label()) for field in form_of(programme) if field.name in names]
    return brief(", ".join(found), limit)


def parse_number(text: str) -> tuple[str, int] | None:
    """Read the prefix and serial of a registration number as people say it: `dpj27 42`, `DPJ27-OO42`, `no dpj270042`.

    A prefix has no I and no O, so these are always figures.
    """
    written = re.findall(r"[0-9A-Z]+", unicodedata.normalize("NFKC", text).upper())
    if not written:
        return None
    *before, last = written
    if glued := _GLUED.fullmatch(last):
        return _figures(glued["prefix"]), _serial(glued["serial"])
    if not (before and _SERIAL.fullmatch(last)):
        return None
    prefix = before[-1]
    if not re.search("[A-Z]", prefix) and len(before) > 1:
        prefix = before[-2] + prefix
    return (_figures(prefix), _serial(last)) if re.search("[A-Z]", _figures(prefix)) else None


def _figures(prefix: str) -> str:
    return prefix.replace("O", "0").replace("I", "1")


def _serial(figures: str) -> int:
    return int(_figures(figures).replace("L", "1"))


async def decide(
    turn: Turn, one: Enrolment, programme: Programme, state: str, fields: Sequence[str] = (), reason: str = ""
) -> bool:
    """Decide an enrolment as a member, and tell the person by day; False where somebody else was faster."""
    me = turn.person.staff_id
    if not await enrolments.move(turn.db, one, state, turn.now, staff=me, fields=fields, reason=reason):
        return False
    await audit.note(turn.db, me, f"enrolment.{_ACTS[state]}", f"enrolment:{one.id}", turn.now)
    await deliveries.cancel(turn.db, one.person_id, [f"enrolment:{one.id}:"])
    if state == "accepted":
        await announce(turn, one)
        return True
    person = (await people.load(turn.db, [one.address_id]))[one.address_id]
    with speaking(person.language):
        if state == "correction":
            told = _to_correct(turn, one, programme, fields, reason)
        else:
            told = _declined(turn, one, programme, reason)
        await turn.tell(recipient(person), f"enrolment:{one.id}:{state}:{turn.id}", told.text, told.choices)
    return True


def accepted(one: Enrolment, programme: Programme) -> Reply:
    """Say that they may come: what stands under the ticket, and is enough at the door without it."""
    if one.for_other:
        lines = [_("✅ {name} is accepted in **{title}**.", name=brief(one.name), title=title(programme))]
    else:
        lines = [_("✅ You are accepted in **{title}**.", title=title(programme))]
    who = " · ".join(brief(part) for part in (one.name, one.business) if part)
    lines.append(_("**{number}** · {who}", number=number(one, programme), who=Markdown(who)))
    if programme.first_day:
        lines.append(_("📅 {when}", when=say.when(programme)))
    if programme.place:
        lines.append(_("📍 {place}", place=programme.place))
    lines.append(_("Show this QR at the door. Phone off? Just say the number."))
    choices = [
        Choice(_("What to bring"), "programme", {"id": programme.id}),
        Choice(_("Withdraw"), "withdraw", {"id": one.id}),
    ]
    if programme.first_day:
        choices.insert(0, Choice(_("Add to calendar"), "programme-calendar", {"id": programme.id}))
    return Reply(Markdown("\n".join(lines)), tuple(choices))


def _to_correct(turn: Turn, one: Enrolment, programme: Programme, fields: Sequence[str], reason: str) -> Reply:
    first = ngettext(
        "There is one thing to correct in enrolment {number} ({name}, {title}): **{fields}**.",
        "There is something to correct in enrolment {number} ({name}, {title}): **{fields}**.",
        len(fields),
        **_whose(one, programme),
        fields=labels(programme, fields),
    )
    note = _("Note of {name}: “{reason}”", name=called(turn.person), reason=typed(reason))
    last = _("Send it here. Nothing else has to be repeated.")
    if (closes := programme.enrolment_closes) and closes >= turn.today:
        until = weekday_span(closes, closes)
        last = _("Send it here, until {date}. Nothing else has to be repeated.", date=until)
    choices = (
        Choice(_("Send it now"), "enrol-correct", {"id": one.id}),
        Choice(_("Later"), "enrol-later"),
        Choice(_("Ask a person"), "person", rank="quiet"),
    )
    return Reply(Markdown("\n".join((first, note, last))), choices)


def _declined(turn: Turn, one: Enrolment, programme: Programme, reason: str) -> Reply:
    lines = (
        _("Enrolment {number} ({name}, {title}) was not accepted.", **_whose(one, programme)),
        _("Reason from {name}: “{reason}”", name=called(turn.person), reason=typed(reason)),
        _("You can look at other programmes, or be told of new ones."),
    )
    choices = (
        Choice(_("All programmes"), "programmes"),
        keep_posted(Wish(PROGRAMME), ""),
        Choice(_("Ask a person"), "person", rank="quiet"),
    )
    return Reply(Markdown("\n".join(lines)), choices)


def _whose(one: Enrolment, programme: Programme) -> dict[str, object]:
    return {"number": one.number, "name": brief(one.name), "title": title(programme)}


async def tell_corrected(turn: Turn, one: Enrolment, fields: Collection[str]) -> None:
    """Tell, by day, whoever asked for it that these fields were corrected; if they are gone, all officers."""
    programme = await programmes.load(turn.db, one.programme_id)
    assert programme is not None
    asked = [change for change in await changes.history(turn.db, one.id) if change.state == "correction"]
    able = await officers(turn, turn.person.address_id)
    for officer in [member for member in able if asked and member.staff_id == asked[-1].staff_id] or able:
        with speaking(officer.language):
            text = _("{number} was corrected.", number=number(one, programme))
            if named := labels(programme, fields):
                text = _("{number} was corrected: {fields}.", number=number(one, programme), fields=named)
            choices = [Choice(_("Review it"), "enrolment", {"id": one.id}), later()]
            await turn.tell(recipient(officer), f"enrolment:{one.id}:corrected:{turn.id}", text, choices)


def later() -> Choice:
    """Make the way to "not now": what there is to do stands on the first page."""
    return Choice(_("Later"), "staff", {"later": True})


async def tell_new(turn: Turn, programme: Programme) -> None:
    """Tell officers what came in, at the next opening of the office, once a day for each programme."""
    decided = await office.load(turn.db)
    at = OfficeHours(decided.hours, decided.holidays).next_opening(turn.now) or turn.now
    for officer in await officers(turn, turn.person.address_id):
        key = f"{NEW}:{programme.id}:{officer.staff_id}"
        await jobs.once(turn.db, NEW, key, at, officer.address_id, {"programme": programme.id})
