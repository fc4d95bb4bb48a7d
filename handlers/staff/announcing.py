"""Write an announcement: the text in one language or more, and what it is about."""

from dataclasses import dataclass
from typing import ClassVar

from bot.asking import Question
from bot.broadcasts.audience import question
from bot.broadcasts.sending import page
from bot.broadcasts.writing.draft import formed
from bot.broadcasts.writing.topics import topics
from bot.cases.forwarded import Forwarded, content
from bot.dates import When, read
from bot.errors import Refusal
from bot.language.i18n import LANGUAGE_NAMES, LANGUAGES, _, day
from bot.language.markdown import Markdown
from bot.reply import Choice
from bot.turn import Turn
from db.broadcasts import broadcasts
from db.broadcasts.broadcasts import ANNOUNCEMENT, CORRECTION, WARNING, Broadcast
from handlers.staff.desk import Desk, record

desk = Desk("announcing", "officer")

#: days for which a warning may hold
_LONGEST = 92


@dataclass(frozen=True)
class WriteText(Question):
    """The text of a broadcast, 0 for a new one, in one language, and for a warning the topic."""

    name: ClassVar[str] = "broadcast-text"
    id: int = 0
    language: str = LANGUAGES[0]
    topic: str = ""


@desk.choice("broadcast-new")
async def new(turn: Turn) -> None:
    """Ask for the text; nothing is stored before it."""
    text = _("Write the text in Indonesian. A photo or a PDF may come in the same message.")
    _ask(turn, WriteText(), text)


@desk.choice("broadcast-warn")
async def warn(turn: Turn) -> None:
    """Begin a warning from a person's report, in staff's own words and without a name."""
    text = _(
        "Write the warning in Indonesian: what happened, what to do now, who says so. No names of those who"
        " reported it."
    )
    _ask(turn, WriteText(topic="warnings"), text)


def _ask(turn: Turn, asked: WriteText, text: Markdown) -> None:
    turn.ask(asked)
    turn.say(text, [_cancel()])


def _cancel() -> Choice:
    return Choice(_("Cancel"), "broadcasts", rank="quiet")


@desk.choice("broadcast-text")
async def rewrite(turn: Turn) -> None:
    """Ask for the whole text anew, in the language it was first written in or another."""
    found = await page.open_one(turn)
    first = next((code for code in LANGUAGES if found.texts.get(code)), LANGUAGES[0])
    code = turn.chosen(page.OfBroadcast).language or first
    text = _(
        "Write the whole text in {language}. A photo or a PDF may come in the same message.",
        language=LANGUAGE_NAMES[code],
    )
    _ask(turn, WriteText(found.id, code), text)


@desk.answer(WriteText, onward=lambda _asked: page.to_list())
async def written(turn: Turn, asked: WriteText) -> None:
    """Keep the text as a draft; for a new one, ask what it is about."""
    sent = await content(turn)
    if not isinstance(sent, Forwarded) or (turn.file and turn.file.kind == "voice") or not sent.words.strip():
        what = sent if isinstance(sent, Markdown) else _("Write it as a text; a photo or a PDF may come with it.")
        raise Refusal(what, [_cancel()])
    text = formed(sent.words)
    if not asked.id:
        said = {"texts": {asked.language: text}, "file_id": sent.file or None, "audience": _reach(turn)}
        new_one = await broadcasts.add(turn.db, turn.person.staff_id, turn.now, **said)
        await record(turn, "broadcast.write", f"broadcast:{new_one}")
        if asked.topic:
            await _take_topic(turn, await page.known(turn, new_one), asked.topic)
        else:
            await _ask_topic(turn, await page.known(turn, new_one), _("Saved as a draft."))
        return
    found = await page.known(turn, asked.id)
    changed: dict[str, object] = {"texts": found.texts | {asked.language: text}}
    if sent.file:
        changed["file_id"] = sent.file
    await page.change(turn, found, **changed)


def _reach(turn: Turn) -> dict[str, object]:
    """Reach people at a terminal only from a terminal."""
    return {"terminal": True} if turn.person.channel == "terminal" else {}


async def _ask_topic(turn: Turn, found: Broadcast, noted: Markdown | None = None) -> None:
    ask = _("What is it about? Those who chose topics get only theirs.")
    choices = [page.about(found, label, "topic", topic=topic) for topic, label in topics().items()]
    choices.append(page.about(found, _("Something else"), "topic", topic=""))
    turn.say(Markdown(f"{noted} {ask}") if noted else ask, choices)


@desk.choice("broadcast-topics")
async def topic_again(turn: Turn) -> None:
    """Ask for another topic."""
    await _ask_topic(turn, await page.open_one(turn))


@desk.choice("broadcast-topic")
async def topic(turn: Turn) -> None:
    """Set the topic; a warning is asked until when it holds, then for whom it is."""
    found = await page.open_one(turn)
    if found.kind == CORRECTION:
        await page.check(turn, found)
    else:
        await _take_topic(turn, found, turn.chosen(page.OfBroadcast).topic)


@dataclass(frozen=True)
class HoldUntil(Question):
    """The last day of a warning."""

    name: ClassVar[str] = "broadcast-until"
    id: int


async def _take_topic(turn: Turn, found: Broadcast, about: str) -> None:
    kind = WARNING if about == "warnings" else ANNOUNCEMENT
    until = found.valid_until if kind == WARNING else None
    await broadcasts.change(turn.db, found.id, turn.now, topic=about, kind=kind, valid_until=until)
    if kind == WARNING and until is None:
        turn.ask(HoldUntil(found.id))
        turn.say(_("Until which day does the warning hold? For example: 23 December 2026"))
        return
    await _on(turn, found.id)


async def _on(turn: Turn, id: int) -> None:  # noqa: A002
    """Ask for whom it is, where nobody said; else show what to look at again."""
    found = await page.known(turn, id)
    if found.audience.get("chosen"):
        await page.check(turn, found)
    else:
        question.ask(turn, found)


@desk.answer(HoldUntil, onward=lambda _asked: page.to_list())
async def until(turn: Turn, asked: HoldUntil) -> None:
    """Set the last day; it must be ahead, and not too far."""
    found = await page.known(turn, asked.id)
    when = read(turn.text, turn.now, turn.person.language)
    last = when.last or when.first if isinstance(when, When) and not when.period else None
    if last is None or not 0 <= (last - turn.today).days <= _LONGEST:
        raise Refusal(_("Write one day within the next three months, for example: 23 December 2026"))
    await broadcasts.change(turn.db, found.id, turn.now, valid_until=last)
    turn.say(_("It holds until {date}.", date=day(last)))
    await _on(turn, found.id)


@desk.choice("broadcast-more")
async def more(turn: Turn) -> None:
    """Offer everything else that can be changed."""
    found = await page.open_one(turn)
    choices = [
        page.about(found, _("Other people"), "people"),
        page.about(found, _("Topic"), "topics"),
        page.about(found, _("Add a language"), "languages"),
        page.about(found, _("Buttons"), "buttons"),
        page.about(found, _("See the people"), "who"),
    ]
    if found.file_id:
        choices.append(page.about(found, _("Without the file"), "no-file"))
    choices.append(page.decides(found, _("Discard it"), "drop"))
    turn.say(_("What shall be different?"), [*choices, page.see_back(found)])


@desk.choice("broadcast-no-file")
async def no_file(turn: Turn) -> None:
    """Remove the file."""
    await page.change(turn, await page.open_one(turn), file_id=None)


@desk.choice("broadcast-languages")
async def languages(turn: Turn) -> None:
    """Ask in which language."""
    found = await page.open_one(turn)
    others = [page.about(found, Markdown(LANGUAGE_NAMES[code]), "text", language=code) for code in LANGUAGES]
    turn.say(_("In which language?"), [*others, page.see_back(found)])


@desk.choice("broadcast-drop")
async def drop(turn: Turn) -> None:
    """Drop the draft."""
    found = await page.open_one(turn)
    await broadcasts.move(turn.db, found.id, page.OPEN, "cancelled", turn.now)
    await record(turn, "broadcast.drop", found.source)
    turn.say(_("Announcement {number} is not sent.", number=str(found.id)), [page.to_list()])


@desk.choice("broadcast-change")
async def change(turn: Turn) -> None:
    """Make it a draft again: whoever agreed must agree anew."""
    found = await page.open_one(turn)
    await broadcasts.change(turn.db, found.id, turn.now)
    await page.check(turn, await page.known(turn, found.id))
