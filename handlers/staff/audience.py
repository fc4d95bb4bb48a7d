"""Whom an announcement reaches: by a button, a sentence, or a list of numbers; always said back with the count."""

from dataclasses import replace

from bot.broadcasts import page
from bot.broadcasts.reading import numbers, read
from bot.broadcasts.wording import channel, described, people, reached
from bot.exhibitions import local, today
from bot.i18n import LANGUAGE_NAMES, _
from bot.markdown import Markdown, escape
from bot.router import bare_word
from bot.turn import Turn
from db import audiences, broadcasts, programmes
from db.audiences import Audience
from db.broadcasts import CORRECTION, Broadcast
from db.programmes import Programme
from handlers.staff.desk import CANCEL, Desk, answers

desk = Desk("audience", "officer")

#: people on one page, programmes that are offered, and lines of a list that are shown as not understood
_PAGE, _OFFERED, _SHOWN = 10, 8, 5


@desk.choice("broadcast-people")
async def again(turn: Turn) -> None:
    """Other people."""
    found = await page.open_one(turn)
    if found.kind == CORRECTION:
        await page.check(turn, found)
    else:
        page.ask_audience(turn, found)


@desk.choice("broadcast-to")
async def everybody(turn: Turn) -> None:
    """All who agreed, or those who want to hear of exhibitions."""
    assert turn.choice is not None
    found = await page.open_one(turn)
    await _take(turn, found, Audience(interested=bool(turn.choice.args.get("interested"))))


@desk.choice("broadcast-participants")
async def participants(turn: Turn) -> None:
    """Of which programme?"""
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
    """The newest first; drafts have no participants."""
    every = [one for one in await programmes.all_of(turn.db) if one.state != "draft"]
    return sorted(every, key=lambda one: (one.is_over(today(turn)), -one.id))


@desk.choice("broadcast-of")
async def of_programme(turn: Turn) -> None:
    """Those enrolled in it, or not, as was said."""
    assert turn.choice is not None
    kept = Audience.from_json(turn.choice.args["audience"])
    await _take(turn, await page.open_one(turn), replace(kept, programme=int(turn.choice.args["programme"])))


@desk.when(lambda turn: answers(turn, page.AUDIENCE))
async def written(turn: Turn) -> None:
    """A sentence or a list, read back."""
    found = await page.known(turn, int(turn.asks.removeprefix(page.AUDIENCE)))
    phones, registered, neither = numbers(turn.text)
    if phones or registered:
        await _take_list(turn, found, phones, registered, neither)
        return
    understood = read(turn.text, [one for one in await _programmes(turn) if not one.is_over(today(turn))])
    if understood.unknown:
        words = ", ".join(understood.unknown[:_SHOWN])
        turn.ask(turn.asks)
        text = _("I did not understand “{words}”. Nothing is decided yet; write it another way.", words=words)
        turn.say(text, page.audience_choices(found))
    elif understood.asks:
        await _which(turn, found, understood.audience)
    else:
        await _take(turn, found, understood.audience)


async def _take_list(
    turn: Turn, found: Broadcast, phones: list[str], registered: list[tuple[str, int]], neither: list[str]
) -> None:
    known = await audiences.find(turn.db, phones, registered)
    await broadcasts.list_people(turn.db, found.id, known)
    wrong = ", ".join(neither[:_SHOWN])
    line = _(
        "On the list: {numbers} numbers, {people} of them known here.",
        numbers=len(phones) + len(registered),
        people=people(len(known)),
    )
    turn.say(line)
    if neither:
        turn.say(_("Not a number: {words}", words=wrong))
    await _take(turn, found, Audience(listed=True))


@desk.when(lambda turn: turn.asks.startswith(page.AUDIENCE) and bare_word(turn.text) in CANCEL)
async def cancel(turn: Turn) -> None:
    """The audience stays as it was."""
    turn.say(_("All right, nothing is changed."), [page.to_list()])


async def _take(turn: Turn, found: Broadcast, audience: Audience) -> None:
    """Keep it, and say it back with the count."""
    kept = replace(audience, terminal=turn.person.channel == "terminal")
    if not await broadcasts.change(turn.db, found.id, turn.now, audience={**kept.to_json(), "chosen": True}):
        await page.show(turn, await page.known(turn, found.id))
        return
    now = await page.known(turn, found.id)
    counts = await audiences.count(turn.db, now, turn.now)
    text = _("I read: {audience}.", audience=await described(turn.db, now))
    choices = [page.about(now, _("Use it"), "check"), page.about(now, _("See the people"), "who")]
    turn.say(Markdown(f"{text}\n{reached(counts)}"), [*choices, page.about(now, _("Change"), "people")])


@desk.choice("broadcast-check")
async def use(turn: Turn) -> None:
    """On to what has to be looked at."""
    await page.check(turn, await page.open_one(turn))


@desk.choice("broadcast-who")
async def who(turn: Turn) -> None:
    """The people in it, a page at a time."""
    assert turn.choice is not None
    found, skip = await page.open_one(turn), int(turn.choice.args.get("skip", 0))
    listed = await audiences.listed(turn.db, found, turn.now, skip, _PAGE + 1)
    lines = [_line(place, one) for place, one in enumerate(listed[:_PAGE], start=skip + 1)]
    more = [page.about(found, _("More"), "who", skip=skip + _PAGE)] if len(listed) > _PAGE else []
    use_it = page.about(found, _("Use it"), "check")
    turn.say(Markdown("\n".join(lines)) if lines else _("Nobody is left."), [use_it, *more, page.see_back(found)])


def _line(place: int, one: audiences.Reached) -> Markdown:
    name = escape(one.name[:40]) if one.name else _("without a name")
    where, language = channel(one.channel), LANGUAGE_NAMES[one.language]
    return _("{number}. {name} · {channel} · {language}", number=place, name=name, channel=where, language=language)
