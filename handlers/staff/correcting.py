"""Correct what was sent: the difference first, then to exactly the people who got it; or take it back."""

from dataclasses import dataclass
from typing import ClassVar

from bot.asking import Question
from bot.broadcasts.sending import page
from bot.broadcasts.writing import corrections, difference
from bot.broadcasts.writing.draft import formed, is_spelling
from bot.cases.forwarded import Forwarded, content
from bot.errors import Refusal
from bot.language.i18n import LANGUAGE_NAMES, LANGUAGES, _, number
from bot.reply import Choice
from bot.turn import Turn
from db import office
from db.broadcasts import audiences, broadcasts
from db.broadcasts.broadcasts import CORRECTION, LINE, RECALL, SILENT, Broadcast, corrected, is_recalled
from handlers.staff.desk import Desk, cancels

desk = Desk("correcting", "officer")


@dataclass(frozen=True)
class WriteRightText(Question):
    """The complete right text, in one language."""

    name: ClassVar[str] = "broadcast-right"
    id: int
    language: str


@desk.choice("broadcast-correct")
async def begin(turn: Turn) -> None:
    """Ask for the complete right text, in each language that was written."""
    found = await page.chosen(turn)
    if found.kind == CORRECTION:
        await page.show(turn, found)
        return
    right = await _add(turn, found, LINE)
    await _ask(turn, right, difference.written(found)[0])


async def _add(turn: Turn, wrong: Broadcast, mode: str) -> int:
    said = {"kind": CORRECTION, "topic": wrong.topic, "corrects_id": wrong.id, "audience": {"mode": mode}}
    return await broadcasts.add(turn.db, turn.person.staff_id, turn.now, **said)


async def _ask(turn: Turn, right: int, code: str) -> None:
    turn.ask(WriteRightText(right, code))
    text = _("What was wrong? Write the complete, correct text.")
    if code != LANGUAGES[0]:
        text = _("Write the whole text in {language}.", language=LANGUAGE_NAMES[code])
    turn.say(text, [Choice(_("Cancel"), "broadcast-keep", {"id": right}, "quiet")])


@desk.answer(WriteRightText)
async def written(turn: Turn, asked: WriteRightText) -> None:
    """Ask for the next language, or show what is different and how it may be told."""
    right = await page.known(turn, asked.id)
    sent = await content(turn)
    if right.state == "draft" and (not isinstance(sent, Forwarded) or sent.file or not sent.words.strip()):
        await _ask(turn, right.id, asked.language)
        return
    if right.state == "draft" and isinstance(sent, Forwarded):
        texts = right.texts | {asked.language: str(formed(sent.words))}
        await broadcasts.change(turn.db, right.id, turn.now, texts=texts)
    await _go_on(turn, await page.known(turn, right.id))


async def _go_on(turn: Turn, right: Broadcast) -> None:
    """Ask for the next language, where one is left."""
    wrong = await corrected(turn.db, right)
    left = difference.missing(right, wrong) if wrong and right.state == "draft" else []
    if left:
        await _ask(turn, right.id, left[0])
    else:
        await page.show(turn, right)


@desk.choice("broadcast-right")
async def write_on(turn: Turn) -> None:
    """Ask for the language that is not written yet, or for all of it anew."""
    right = await page.open_one(turn)
    wrong = await corrected(turn.db, right)
    left = difference.missing(right, wrong) if wrong else []
    await _ask(turn, right.id, (left or difference.written(right) or list(LANGUAGES))[0])


@desk.choice("broadcast-keep")
async def keep(turn: Turn) -> None:
    """Leave what was sent as it is."""
    await _drop(turn, await page.chosen(turn))


@desk.answer(WriteRightText, cancels)
async def cancel(turn: Turn, asked: WriteRightText) -> None:
    """Leave what was sent as it is, by a typed word."""
    await _drop(turn, await page.known(turn, asked.id))


async def _drop(turn: Turn, right: Broadcast) -> None:
    if right.state not in ("draft", "cancelled"):
        await page.show(turn, right)
        return
    await broadcasts.move(turn.db, right.id, ["draft"], "cancelled", turn.now)
    wrong = await page.known(turn, right.corrects_id or right.id)
    turn.say(_("All right, nothing is changed."), [page.see(wrong), page.to_list()])


@desk.choice("broadcast-corrected")
async def correct(turn: Turn) -> None:
    """Correct it for everybody who got it; more than spelling needs more than one tap."""
    right, how = await page.as_seen(turn, ("draft",)), turn.chosen(page.OfBroadcast)
    wrong = await corrected(turn.db, right)
    if wrong and how.mode == SILENT and not how.sure and not _is_spelling(right, wrong):
        await _ask_whether_silent(turn, right)
        return
    await _go(turn, right, how.mode)


def _is_spelling(right: Broadcast, wrong: Broadcast) -> bool:
    return all(is_spelling(wrong.texts[code], right.texts[code]) for code in difference.written(wrong))


async def _ask_whether_silent(turn: Turn, right: Broadcast) -> None:
    total = page.total_of(await audiences.count(turn.db, right, turn.now))
    text = _(
        "This is more than spelling. An edit makes no sound: whoever has read it already would not notice. Send one"
        " line with it?"
    )
    choices = [
        page.decides(right, _("Correct for {number}", number=number(total)), "corrected", mode=LINE),
        page.decides(right, _("Silently after all"), "corrected", mode=SILENT, sure=True),
        page.about(right, _("Cancel"), "keep"),
    ]
    turn.say(text, choices)


@desk.choice("broadcast-recall")
async def ask_to_recall(turn: Turn) -> None:
    """Say from how many it can be taken back, and ask once more."""
    found = await page.chosen(turn)
    if found.kind == CORRECTION:
        await page.show(turn, found)
        return
    back = await page.known(turn, await _add(turn, found, RECALL))
    if not await audiences.count(turn.db, back, turn.now):
        raise Refusal(_("It is longer than 48 hours ago, or nobody got it on Telegram."), [page.see(found)])
    if await is_recalled(turn.db, found.id):
        raise Refusal(_("It was taken back already."), [page.see(found)])
    await page.show(turn, back)


@desk.choice("broadcast-recalled")
async def recall(turn: Turn) -> None:
    """Delete it from their phones."""
    back = await page.as_seen(turn, ("draft",))
    if await is_recalled(turn.db, back.corrects_id or 0):
        raise Refusal(_("It was taken back already."), [page.to_list()])
    await _go(turn, back, RECALL)


async def _go(turn: Turn, right: Broadcast, mode: str) -> None:
    """Begin the correction at once, or above the office's number once a second administrator agrees."""
    total = page.total_of(await audiences.count(turn.db, right, turn.now))
    limit = (await office.load(turn.db)).second_from
    await broadcasts.change(turn.db, right.id, turn.now, audience={"mode": mode})
    now = await page.known(turn, right.id)
    if total > limit:
        text = _("Above {number} people one more agreement is needed.", number=number(limit))
        ask = page.decides(now, _("Ask for agreement"), "ask")
        turn.say(text, [ask, page.about(now, _("Cancel"), "keep")])
        return
    await corrections.begin(turn, now, total)
    await page.show(turn, await page.known(turn, right.id))
