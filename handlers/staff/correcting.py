"""Correcting what was sent: the difference first, then to exactly those who got it; or taking it back."""

from bot.broadcasts import page
from bot.broadcasts.draft import differences, formed
from bot.broadcasts.steps import start
from bot.broadcasts.wording import people
from bot.content import Content, content
from bot.errors import Refusal
from bot.i18n import LANGUAGE_NAMES, LANGUAGES, _, number
from bot.markdown import Markdown
from bot.reply import Choice
from bot.router import bare_word
from bot.turn import Turn
from db import audiences, audit, broadcasts
from db.broadcasts import CORRECTION, LINE, RECALL, SILENT, Broadcast
from handlers.staff.desk import CANCEL, Desk, answers

desk = Desk("correcting", "officer")

_RIGHT = "broadcast-right:"
#: differences that are shown, and characters of each side
_SHOWN, _LONGEST = 5, 60


@desk.choice("broadcast-correct")
async def begin(turn: Turn) -> None:
    """The complete text as it is right, in each language that was written."""
    found = await page.chosen(turn)
    right = await broadcasts.add(
        turn.db,
        turn.person.staff_id,
        turn.now,
        kind=CORRECTION,
        topic=found.topic,
        corrects_id=found.id,
        audience={"mode": LINE},
    )
    await _ask(turn, right, _written(found)[0])


def _written(found: Broadcast) -> list[str]:
    return [code for code in LANGUAGES if found.texts.get(code)]


async def _ask(turn: Turn, right: int, code: str) -> None:
    turn.ask(f"{_RIGHT}{right}:{code}")
    text = _("What was wrong? Write the complete, correct text.")
    if code != LANGUAGES[0]:
        text = _("Write the whole text in {language}.", language=LANGUAGE_NAMES[code])
    turn.say(text, [Choice(_("Cancel"), "broadcasts", rank="quiet")])


@desk.when(lambda turn: answers(turn, _RIGHT))
async def written(turn: Turn) -> None:
    """The next language, or what is different and how it may be told."""
    _asks, id_, code = turn.asks.split(":")
    right = await page.known(turn, int(id_))
    wrong = await page.known(turn, right.corrects_id or 0)
    sent = await content(turn)
    if not isinstance(sent, Content) or sent.file or not sent.words.strip():
        await _ask(turn, right.id, code)
        return
    texts = right.texts | {code: str(formed(sent.words))}
    await broadcasts.change(turn.db, right.id, turn.now, texts=texts)
    left = [other for other in _written(wrong) if other not in texts]
    if left:
        await _ask(turn, right.id, left[0])
    else:
        await _show(turn, await page.known(turn, right.id), wrong)


@desk.when(lambda turn: turn.asks.startswith(_RIGHT) and bare_word(turn.text) in CANCEL)
async def cancel(turn: Turn) -> None:
    """What was sent stays as it is."""
    turn.say(_("All right, nothing is changed."), [page.to_list()])


async def _show(turn: Turn, right: Broadcast, wrong: Broadcast) -> None:
    different = [each for code in _written(wrong) for each in differences(wrong.texts[code], right.texts[code])]
    if not different:
        raise Refusal(_("Nothing is different from what was sent."), [page.see(wrong)])
    lines = [_("What is different:")]
    for each in different[:_SHOWN]:
        lines.append(_("“{before}” → “{after}”", before=each.before[:_LONGEST], after=each.after[:_LONGEST]))
    total = page.total_of(await audiences.count(turn.db, right, turn.now))
    lines.append(
        _(
            "{people} got it. Where it can be, what they have is changed in place; as that makes no sound, one line"
            " goes with it.",
            people=people(total),
        )
    )
    choices = [
        page.decides(right, _("Change it silently"), "corrected", mode=SILENT),
        page.decides(right, _("Correct for {number}", number=number(total)), "corrected", mode=LINE),
        Choice(_("Cancel"), "broadcast", {"id": wrong.id}),
    ]
    turn.say(Markdown("\n".join(lines)), choices)


@desk.choice("broadcast-corrected")
async def correct(turn: Turn) -> None:
    """To everybody who got it, and nobody else."""
    assert turn.choice is not None
    right = await page.open_one(turn)
    await _go(turn, right, str(turn.choice.args["mode"]))


@desk.choice("broadcast-recall")
async def ask_to_recall(turn: Turn) -> None:
    """Where that is possible, and from how many."""
    found = await page.chosen(turn)
    back = await broadcasts.add(
        turn.db,
        turn.person.staff_id,
        turn.now,
        kind=CORRECTION,
        topic=found.topic,
        corrects_id=found.id,
        texts=found.texts,
        audience={"mode": RECALL},
    )
    counts = await audiences.count(turn.db, await page.known(turn, back), turn.now)
    total = sum(count for channel, count in counts.items() if channel != "web")
    if not total:
        raise Refusal(_("It is longer than 48 hours ago, or nobody got it on Telegram."), [page.see(found)])
    text = _(
        "{people} on Telegram got it within 48 hours: it is deleted there. Others keep it. Take it back?",
        people=people(total),
    )
    delete = page.about(await page.known(turn, back), _("Delete for {number}", number=number(total)), "recalled")
    turn.say(text, [Choice(_("Cancel"), "broadcast", {"id": found.id}), delete])


@desk.choice("broadcast-recalled")
async def recall(turn: Turn) -> None:
    """It is gone from their phones."""
    await _go(turn, await page.open_one(turn), RECALL)


async def _go(turn: Turn, right: Broadcast, mode: str) -> None:
    await broadcasts.change(turn.db, right.id, turn.now, audience={"mode": mode})
    now = await page.known(turn, right.id)
    if await start(turn.db, now, turn.now):
        await audit.note(turn.db, turn.person.staff_id, f"broadcast.{mode}", f"broadcast:{now.corrects_id}", turn.now)
    await page.show(turn, await page.known(turn, right.id))
