"""What is kept of a person, as they read it in the chat and as a file of their own; both from the same rows."""

import json
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from bot.broadcasts.writing import buttons
from bot.broadcasts.writing.topics import within
from bot.cases.opening_hours import deadline
from bot.clock import BANDUNG, bandung_day
from bot.enrolling.enrolments import brief, state_name
from bot.enrolling.form.enrolment import fields as form_of
from bot.fairs import listing
from bot.fairs.exhibitions import title
from bot.fields.phone import shown
from bot.language.i18n import _, day, number
from bot.language.markdown import Markdown, plain
from bot.reply import Choice, Reply
from bot.turn import Turn
from db import files, office
from db.base import JsonObject
from db.broadcasts import subscriptions, taps
from db.engine import Transaction
from db.enrolling import attendance, changes, enrolments, feedback
from db.enrolling.enrolments import Enrolment
from db.fairs import interests, programmes
from db.files import File
from db.people import addresses, businesses, consents, people
from db.people.consents import ANNOUNCEMENTS, Consent
from db.privacy import erasures, holdings

#: kind of the file with everything
MIME = "application/json"
#: how long that file is kept
_LASTS = timedelta(days=1)
#: enrolments, consents and wishes that are named on the page
_NAMED = 3
#: UTF-16 units of a name on the page
_NAME = 60
#: UTF-16 units of a line with several names
_LINE = 160


async def page(turn: Turn) -> Markdown:
    """Show the inventory, with true numbers."""
    person = turn.person.person_id
    kept = await holdings.counts(turn.db, person)
    decided = await office.load(turn.db)
    lines = [
        await _who(turn),
        await _enrolments(turn),
        _("Files: {count}", count=number(kept.files)),
        await _news(turn),
        *await _taps(turn),
        _(
            "Messages and answers of the last {days} days: {count}",
            days=str(decided.retention_days),
            count=number(kept.messages),
        ),
        _("Questions to staff: {count}", count=number(kept.cases)),
        await _consents(turn),
        _("You write here from: {channels}", channels=channels(kept.channels)),
    ]
    first = _("This is what we keep about you:")
    text = "\n".join([first, *(f"- {line}" for line in lines)])
    if planned := await erasures.of(turn.db, person):
        when = deadline(planned.due_at, turn.now)
        text += "\n" + _("⚠️ All of it is erased {when}. Until then you can take that back.", when=when)
    return Markdown(text)


def back() -> Choice:
    """Make the way to what is kept about them."""
    return Choice(_("My data"), "my-data", rank="quiet")


def channels(names: Collection[str]) -> str:
    """Name the apps in which a person writes."""
    known = {"telegram": "Telegram", "web": str(_("web chat"))}
    return ", ".join(known.get(name, name) for name in names)


async def _who(turn: Turn) -> Markdown:
    name, phone = await people.profile(turn.db, turn.person.person_id)
    theirs = await businesses.of(turn.db, turn.person.person_id)
    known = [name, shown(phone), *[one.name for one in theirs.values()][:_NAMED]]
    said = ", ".join(plain(brief(one, _NAME)) for one in known if one)
    if not said:
        return _("Name, phone, business: nothing")
    return _("Name, phone, business: {known}", known=brief(said, _LINE))


async def _enrolments(turn: Turn) -> Markdown:
    own = await enrolments.of(turn.db, turn.person.person_id)
    if not own:
        return _("Enrolments: none")
    named = [f"{one.number}, {state_name(one.state)}" for one in own if one.number][:_NAMED]
    which = "; ".join(named) or state_name("draft")
    if any(one.state == "draft" for one in own):
        return _(
            "Enrolments: {count} ({which}). Drafts stay until you delete them.", count=number(len(own)), which=which
        )
    return _("Enrolments: {count} ({which})", count=number(len(own)), which=which)


async def _news(turn: Turn) -> Markdown:
    person = turn.person.person_id
    wishes = [plain(listing.wished(wish)) for wish in await interests.of(turn.db, person)][:_NAMED]
    if await _agrees(turn, ANNOUNCEMENTS):
        topics = [plain(within(topic)) for topic in await subscriptions.of(turn.db, person)]
        wishes += topics or [plain(_("announcements of all topics"))]
    if not wishes:
        return _("News you chose: none")
    return _("News you chose: {news}", news=brief(", ".join(wishes), _LINE))


async def _taps(turn: Turn) -> list[Markdown]:
    tapped = len(await taps.of(turn.db, turn.person.person_id))
    return [_("Buttons below announcements that you tapped: {count}", count=number(tapped))] if tapped else []


async def _agrees(turn: Turn, kind: str) -> bool:
    return any(one.kind == kind for one in await consents.of(turn.db, turn.person.person_id))


async def _consents(turn: Turn) -> Markdown:
    agreed = (await consents.of(turn.db, turn.person.person_id))[-_NAMED:]
    if not agreed:
        return _("Consents: none")
    return _("Consents: {consents}", consents=", ".join(plain(_consent(one)) for one in agreed))


def _consent(one: Consent) -> Markdown:
    since = day(bandung_day(one.since))
    if one.kind == ANNOUNCEMENTS:
        return _("announcements {date}", date=since)
    return _("enrolment {date}", date=since)


async def download(turn: Turn) -> int:
    """Make the JSON file with everything; returns its id."""
    content = json.dumps(await _everything(turn), ensure_ascii=False, indent=1).encode()
    name = f"data-saya-{turn.today}.json"
    return await files.add(turn.db, None, File("document", MIME, name, content), turn.now)


async def forget(tx: Transaction, now: datetime) -> None:
    """Delete the files that are older than a day."""
    await files.remove_made(tx, MIME, now - _LASTS)


async def _everything(turn: Turn) -> JsonObject:
    person = turn.person.person_id
    name, phone = await people.profile(turn.db, person)
    names = await holdings.file_names(turn.db, person)
    own = await enrolments.of(turn.db, person)
    return {
        "made": turn.now.astimezone(BANDUNG).isoformat(timespec="seconds"),
        "name": name,
        "phone": phone,
        "language": turn.person.language,
        "addresses": (await addresses.of(turn.db, [person])).get(person, []),
        "businesses": [_known(one) for one in (await businesses.of(turn.db, person)).values()],
        "consents": [
            {
                "kind": one.kind,
                "about": one.object,
                "words_of": one.version,
                "language": one.language,
                "since": _at(one.since),
            }
            for one in await consents.of(turn.db, person)
        ],
        "announcement_topics": await subscriptions.of(turn.db, person),
        "announcement_taps": [
            {"at": _at(one.at), "announcement": one.broadcast, "button": plain(buttons.label(one.button))}
            for one in await taps.of(turn.db, person)
        ],
        "reminders": await holdings.reminders(turn.db, person),
        "interests": [_known(one) for one in await interests.of(turn.db, person)],
        "enrolments": [await _enrolment(turn, one, names) for one in own],
        "cases": [
            {"case": f"K-{one.case}", "at": _at(one.at), "by": one.by or "me", "text": one.text}
            for one in await holdings.case_messages(turn.db, person)
        ],
        "files": list(names.values()),
        "messages": await _messages(turn),
    }


async def _enrolment(turn: Turn, one: Enrolment, names: dict[int, str]) -> JsonObject:
    """Write an enrolment by the labels of the form; a document by the names of its files."""
    programme = await programmes.load(turn.db, one.programme_id)
    assert programme is not None, "a programme with enrolments is never removed"
    answers: dict[str, str | list[str]] = {}
    for field in form_of(programme):
        if field.is_document:
            answers[plain(field.label())] = [names.get(file, "") for file in one.answers.get(field.name) or ()]
        elif said := field.said(one.answers):
            answers[plain(field.label())] = said
    history = await changes.history(turn.db, one.id)
    return {
        "number": one.number,
        "programme": title(programme),
        "state": one.state,
        "began": _at(one.created_at),
        "answers": answers,
        "changes": [{"at": _at(change.at), "state": change.state, "reason": change.reason} for change in history],
        "present": [one_day.day.isoformat() for one_day in await attendance.of(turn.db, one.id)],
        "feedback": _known(words) if (words := await feedback.of(turn.db, one.id)) else None,
    }


async def _messages(turn: Turn) -> list[JsonObject]:
    """List what they wrote and were told, in the order of time."""
    told = await holdings.told(turn.db, turn.person.person_id)
    replies = {one.id: Reply.from_json(one.body) for one in told}
    found = [
        (one.at, {"at": _at(one.at), "from": "Jembatan", "text": plain(reply.text), "choices": _labels(reply)})
        for one, reply in zip(told, replies.values(), strict=True)
    ]
    for received in await holdings.written(turn.db, turn.person.person_id):
        inbound = turn.read(received)
        if inbound is None:
            continue
        tapped = replies[inbound.reply].numbered() if inbound.reply in replies else []
        text = tapped[inbound.index].shown if inbound.index < len(tapped) and inbound.kind == "tap" else inbound.text
        said = {"kind": inbound.kind, "text": text or inbound.name, "phone": inbound.phone, "file": inbound.file_name}
        known = {name: value for name, value in said.items() if value}
        found.append((received.received_at, {"at": _at(received.received_at), "from": "me", **known}))
    return [message for _time, message in sorted(found, key=lambda one: one[0])]


def _labels(reply: Reply) -> list[str]:
    return [choice.shown for choice in reply.numbered()]


def _known(row: Any) -> JsonObject:
    return {name: value for name in row.__dataclass_fields__ if (value := getattr(row, name))}


def _at(at: datetime) -> str:
    return at.astimezone(BANDUNG).isoformat(timespec="seconds")
