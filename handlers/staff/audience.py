"""Whom an announcement reaches: by a button, a sentence or a list of numbers; always said back with the count."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.broadcasts.audience import list_report, question
from bot.broadcasts.audience.lists import pasted
from bot.broadcasts.audience.numbers import NumberList
from bot.broadcasts.audience.question import ForWhom
from bot.broadcasts.audience.reading import read
from bot.broadcasts.audience.wording import channel, described, people, reached
from bot.broadcasts.sending import checks, page
from bot.errors import Refusal
from bot.fairs.exhibitions import local
from bot.language.i18n import LANGUAGE_NAMES, _
from bot.language.markdown import Markdown, escape
from bot.reply import Choice
from bot.turn import Turn
from db import files
from db.broadcasts import audiences, broadcasts, recipients
from db.broadcasts.audiences import Audience
from db.broadcasts.broadcasts import CORRECTION, Broadcast
from db.fairs import programmes
from db.fairs.programmes import Programme
from handlers.staff.desk import Desk, ShowPage, record

desk = Desk("audience", "officer")

#: people on one page
_PAGE = 10
#: programmes that are offered
_OFFERED = 8
#: words that are shown as not understood
_SHOWN = 5


@desk.choice("broadcast-people")
async def again(turn: Turn) -> None:
    """Ask for whom it is once more."""
    found = await page.open_one(turn)
    if found.kind == CORRECTION:
        await page.check(turn, found)
    else:
        question.ask(turn, found)


@desk.choice("broadcast-to")
async def everybody(turn: Turn) -> None:
    """Take all who agreed, or those who want to hear of exhibitions."""
    await _take(turn, await page.open_one(turn), turn.chosen(Audience))


@desk.choice("broadcast-participants")
async def participants(turn: Turn) -> None:
    """Ask of which programme."""
    await _which(turn, await page.open_one(turn), Audience())


async def _which(turn: Turn, found: Broadcast, audience: Audience) -> None:
    known = (await _programmes(turn))[:_OFFERED]
    if not known:
        turn.say(_("There are no programmes yet."), [page.see_back(found)])
        return
    kept = audience.to_json()
    choices = [
        page.about(found, Markdown(local(one.short_name)), "of", programme=one.id, audience=kept) for one in known
    ]
    turn.say(_("Which programme?"), [*{one.shown: one for one in choices}.values(), page.see_back(found)])


async def _programmes(turn: Turn) -> list[Programme]:
    """List programmes, newest first, without drafts, which have no participants."""
    every = [one for one in await programmes.all_of(turn.db) if one.state != "draft"]
    return sorted(every, key=lambda one: (one.is_over(turn.today), -one.id))


@dataclass(frozen=True, slots=True)
class ToParticipants:
    """In which programme people are or are not enrolled, and how the audience is narrowed down beside it."""

    programme: int
    audience: Audience


@desk.choice("broadcast-of")
async def of_programme(turn: Turn) -> None:
    """Take people enrolled in it, or not, as was said."""
    to = turn.chosen(ToParticipants)
    await _take(turn, await page.open_one(turn), replace(to.audience, programme=to.programme))


@desk.answer(ForWhom, lambda turn: turn.inbound.kind != "text")
async def sent(turn: Turn, asked: ForWhom) -> None:
    """Take a file with a list; refuse anything else."""
    found = await page.known(turn, asked.id)
    brought = turn.taken_in if isinstance(turn.taken_in, NumberList) else None
    if brought:
        await list_report.drop(turn)
    if brought and brought.entries:
        await _take_list(turn, found, brought)
        return
    turn.ask(asked)
    turn.say(_lacking(turn, brought), question.choices(found))


def _lacking(turn: Turn, brought: NumberList | None) -> Markdown:
    """Say why what was sent is no list, and what to do."""
    trouble = brought.fault if brought else turn.file_trouble
    if brought and not trouble:
        none = _("There is no phone and no registration number in that file. It may have any columns and headings.")
        return Markdown("\n".join([none, *list_report.without(brought)]))
    match trouble:
        case "too-large":
            return _("That file is too large. Save only the column with the numbers, as CSV, and send that.")
        case "broken":
            return _("That file cannot be opened. Save it anew as Excel (.xlsx), CSV or text, and send it once more.")
        case "not-fetched":
            return _("That file did not reach me. Please send it once more.")
    return _("A list comes as Excel (.xlsx), CSV or text, 5 MB at most. Or write the numbers here, one a line.")


@desk.answer(ForWhom, onward=lambda _asked: page.to_list())
async def written(turn: Turn, asked: ForWhom) -> None:
    """Take a sentence or a list, and read it back."""
    found = await page.known(turn, asked.id)
    brought = pasted(turn.text)
    if brought.entries:
        await _take_list(turn, found, brought)
        return
    if brought.is_meant:
        raise Refusal(Markdown("\n".join(list_report.without(brought))), question.choices(found))
    understood = read(turn.text, [one for one in await _programmes(turn) if not one.is_over(turn.today)])
    if understood.unknown:
        words = ", ".join(understood.unknown[:_SHOWN])
        text = _("I did not understand “{words}”. Nothing is decided yet; write it another way.", words=words)
        raise Refusal(text, question.choices(found))
    if understood.asks:
        await _which(turn, found, understood.audience)
    else:
        await _take(turn, found, understood.audience)


async def _take_list(turn: Turn, found: Broadcast, brought: NumberList) -> None:
    """Take a list in place of an earlier one; the audience of a broadcast that has begun stays."""
    if found.state not in page.OPEN:
        await page.show(turn, found)
        return
    judged = await list_report.judge(turn.db, brought)
    await recipients.list_people(turn.db, found.id, judged.people)
    await record(turn, "broadcast.list", found.source, people=len(judged.people))
    turn.say(judged.said())
    kept = await list_report.keep(turn, judged, found.id)
    left_out_ = [Choice(_("Left-out lines"), "broadcast-left-out", {"id": found.id, "file": kept}, "quiet")]
    await _take(turn, found, Audience(listed=True), len(judged.people), left_out_ if kept else [])


@desk.choice("broadcast-left-out")
async def left_out(turn: Turn) -> None:
    """Send the lines of the list that reach nobody, each with the reason; that somebody took them is noted."""
    found, file = await page.chosen(turn), turn.chosen(page.OfBroadcast).file
    if not await files.describe(turn.db, [file]):
        gone = _("That file is deleted after a day. Send the list once more, and it is made anew.")
        raise Refusal(gone, [page.see_back(found)])
    await record(turn, "broadcast.left-out", found.source)
    text = _(
        "📎 The lines of your list that were not taken, each with the reason. It is people's data: keep it safe. The "
        "file is deleted here after a day."
    )
    turn.say(text, [page.see_back(found)], file=file)


async def _take(
    turn: Turn, found: Broadcast, audience: Audience, known: int = 0, further: Sequence[Choice] = ()
) -> None:
    """Keep the audience and say it back with the count; of a list, also how many that are `known` do not get it."""
    kept = replace(audience, terminal=turn.person.channel == "terminal")
    if not await broadcasts.change(turn.db, found.id, turn.now, audience={**kept.to_json(), "chosen": True}):
        await page.show(turn, await page.known(turn, found.id))
        return
    now = await page.known(turn, found.id)
    counts = await audiences.count(turn.db, now, turn.now)
    lines = [_("I read: {audience}.", audience=await described(turn.db, now)), reached(counts)]
    lines += [*await checks.skipped(turn.db, now, turn.now), *await checks.left_out(turn.db, now, turn.now)]
    if (missed := known - page.total_of(counts)) > 0:
        text = _(
            "On your list, {people} do not get it: not agreed, other topics, or not reachable.", people=people(missed)
        )
        lines.append(text)
    choices = [page.about(now, _("Use it"), "check"), page.about(now, _("See the people"), "who")]
    turn.say(Markdown("\n".join(lines)), [*choices, page.about(now, _("Change"), "people"), *further])


@desk.choice("broadcast-check")
async def use(turn: Turn) -> None:
    """Go on to what must be looked at."""
    await page.check(turn, await page.open_one(turn))


@desk.choice("broadcast-who")
async def who(turn: Turn) -> None:
    """List the people in it, a page at a time."""
    found, skip = await page.open_one(turn), turn.chosen(ShowPage).skip
    listed = await audiences.listed(turn.db, found, turn.now, skip, _PAGE + 1)
    lines = [_line(place, one) for place, one in enumerate(listed[:_PAGE], start=skip + 1)]
    more = [page.about(found, _("More"), "who", skip=skip + _PAGE)] if len(listed) > _PAGE else []
    use_it = page.about(found, _("Use it"), "check")
    turn.say(Markdown("\n".join(lines)) if lines else _("Nobody is left."), [use_it, *more, page.see_back(found)])


def _line(place: int, one: audiences.Reached) -> Markdown:
    name = escape(one.name[:40]) if one.name else _("without a name")
    where, language = channel(one.channel), LANGUAGE_NAMES[one.language]
    return _("{number}. {name} · {channel} · {language}", number=place, name=name, channel=where, language=language)
