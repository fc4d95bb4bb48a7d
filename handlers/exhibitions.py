"""Exhibitions: list what is coming, show one, its place on the map and its calendar file."""

from dataclasses import replace

from bot.answers import lookups
from bot.answers.card_page import introduce, say_card
from bot.answers.unanswered import Unanswered
from bot.asking import About
from bot.errors import Refusal
from bot.fairs import exhibitions as say
from bot.fairs import filters, listing
from bot.fairs.exhibitions import local, title
from bot.fairs.filters import Filter
from bot.fairs.listing import ListPage, keep_posted, of_exhibitions
from bot.fairs.programmes import join
from bot.language.dates_said import hours, period
from bot.language.i18n import _, day, language
from bot.language.markdown import Markdown, plain
from bot.reply import Choice, utf16_length
from bot.router import Router, is_command, words_for
from bot.turn import Turn
from db.fairs import exhibitions, programmes
from db.fairs.exhibitions import Exhibition

router = Router("exhibitions")

TOPIC = "exhibition.upcoming"
#: what a poster's link carries before the exhibition's code; behind it may stand where the poster hangs
LINK = "pameran_"
#: exhibitions in one bubble
_PAGE = 5
#: months or sectors in one bubble, so that `Back` is the tenth row
_ROWS = 9
#: UTF-16 units of a list, so that its first and last line still fit
_ROOM = 800


@lookups.answers(TOPIC)
async def ask(turn: Turn, asked: str, hello: str) -> list[Choice] | None:
    """Answer a question about what is coming, narrowed down to the month, sector and city that it names."""
    cities = await exhibitions.cities(turn.db, turn.today)
    sought = filters.sought(asked, cities, turn.today)
    if not cities:
        return [keep_posted(of_exhibitions(sought), asked)]
    await _list(turn, sought, asked, hello)
    return None


@router.when(lambda turn: _is_named(turn))
async def named(turn: Turn) -> None:
    """Answer the word "exhibitions" alone with what there is."""
    await coming_up(turn)
    await introduce(turn)


@router.choice("exhibitions")
async def coming_up(turn: Turn) -> None:
    """List what is coming, as far as a button narrows it down, or the next page of a list."""
    if await exhibitions.cities(turn.db, turn.today):
        page = turn.chosen(ListPage)
        await _list(turn, turn.chosen(Filter), page.words, skip=page.skip)
        return
    card = turn.knowledge.card(TOPIC, language())
    assert card is not None
    say_card(turn, card, ahead=[keep_posted(of_exhibitions(Filter()), "")])


def _is_named(turn: Turn) -> bool:
    """Whether they say "exhibitions" and no more, which no question before it explains; or `/pameran`."""
    if turn.inbound.kind == "command":
        return turn.inbound.name in words_for("exhibitions")
    explains = turn.choice or turn.asks or turn.memory[Unanswered].unsure
    if explains or turn.found is None or not is_command(turn.text, "exhibitions"):
        return False
    return turn.understood.outcome != "sure"


@router.when(lambda turn: turn.inbound.name == "start" and turn.text.lower().startswith(LINK))
async def poster(turn: Turn) -> None:
    """Show the exhibition of a scanned poster first, then say who answers here. An old poster leads on."""
    await exhibitions.arrived(turn.db, turn.text, turn.person.person_id, turn.now)
    one = await exhibitions.find(turn.db, turn.text.removeprefix(turn.text[: len(LINK)]).partition("_")[0])
    if one is None or one.state == "draft":
        turn.say(_("I do not know the exhibition on that poster."), _onward())
    elif one.is_over(turn.today):
        turn.say(_("The exhibition on that poster is over, it ended on {date}.", date=day(one.last_day)), _onward())
    else:
        await _show(turn, one, new_here=not turn.person.introduced_at)
    await introduce(turn)


@router.choice("exhibition")
async def show(turn: Turn) -> None:
    """Show everything about one exhibition."""
    await _show(turn, await _chosen(turn))


@router.choice("exhibition-map")
async def show_map(turn: Turn) -> None:
    """Show where it is, as a link that the phone's map opens."""
    one = await _chosen(turn)
    link = f"https://maps.google.com/?q={one.latitude},{one.longitude}"
    place = ", ".join(part for part in (one.venue, one.address, one.city) if part)
    turn.say(_("📍 {place}\n{link}", place=place, link=link), [say.details_choice(one)])


@router.choice("exhibition-calendar")
async def calendar(turn: Turn) -> None:
    """Send a file that the phone's calendar opens."""
    one = await _chosen(turn)
    text = _("📎 Open this file to save it in your phone's calendar.")
    if one.opens:
        begins = hours(one.first_day, one.opens, None, one.timezone)
        text = _("📎 Open this file to save it in your phone's calendar. It begins at {time}.", time=begins)
    if one.sequence:
        again = _("If your calendar then shows it twice, delete the older one.")
        text = Markdown(f"{text}\n{again}")
    remind = Choice(_("Remind me"), "remind", {"id": one.id})
    turn.say(text, [remind, say.details_choice(one)], file=await say.calendar(turn, one))


@router.choice("exhibition-months")
async def months(turn: Turn) -> None:
    """List the months in which something is coming."""
    sought = turn.chosen(Filter)
    found = await _found(turn, Filter(sought.city, sought.sector))
    spans = sorted({filters.month(max(one.first_day, turn.today)) for one in found})
    choices = [
        Choice(period(first, last), "exhibitions", Filter(sought.city, sought.sector, first, last).to_json())
        for first, last in spans[:_ROWS]
    ]
    turn.say(_("Which month?"), [*choices, _all()])


@router.choice("exhibition-sectors")
async def sectors(turn: Turn) -> None:
    """List the sectors for which something is coming."""
    sought = turn.chosen(Filter)
    found = await _found(turn, Filter(sought.city, "", sought.first, sought.last))
    there = {sector for one in found for sector in one.sectors}
    choices = [
        Choice(name, "exhibitions", Filter(sought.city, sector, sought.first, sought.last).to_json())
        for sector, name in listing.sectors().items()
        if sector in there
    ]
    turn.say(_("Which sector?"), [*choices[:_ROWS], _all()])


async def _found(turn: Turn, sought: Filter) -> list[Exhibition]:
    return await exhibitions.upcoming(
        turn.db, turn.today, city=sought.city, sector=sought.sector, first=sought.first, last=sought.last
    )


async def _list(turn: Turn, sought: Filter, asked: str, hello: str = "", skip: int = 0) -> None:
    """List five at most, soonest first; a number typed means that line."""
    turn.memory.topic, turn.memory.topic_at = TOPIC, turn.now.isoformat()
    turn.memory[Unanswered].misses, turn.memory[Unanswered].unsure = 0, ""
    found = await _found(turn, sought)
    posted = keep_posted(of_exhibitions(sought), asked)
    if not found:
        text = listing.none_yet(sought, turn.today)
        offer = _("Shall I tell you as soon as there is one?")
        turn.say(Markdown(f"{hello}{text}\n{offer}"), [posted, *_elsewhere(turn, sought)])
        return
    page = found[skip : skip + _PAGE]
    checked = min(one.checked for one in page)
    last = _("_From the staff's list · checked {date}_", date=day(checked))
    text = Markdown(f"{hello}{listing.heading(sought, len(found))}\n{_rows(page)}\n\n{last}")
    more = found[skip + _PAGE :]
    after = [Choice(_("More"), "exhibitions", {**sought.to_json(), "skip": skip + _PAGE})] if more else []
    short = [local(one.short_name) for one in page]
    buttons = say.numbered("exhibition", short, [one.id for one in page], len(after) + 1)
    turn.say(text, [*buttons, *after, posted, *_narrower(sought)])


def _rows(page: list[Exhibition]) -> str:
    whole = "\n".join(f"{number}. {say.row(one)}" for number, one in enumerate(page, start=1))
    if utf16_length(plain(whole)) <= _ROOM:
        return whole
    return "\n".join(f"{number}. {say.row(one, short=True)}" for number, one in enumerate(page, start=1))


def _narrower(sought: Filter) -> list[Choice]:
    """Offer other months and sectors, where one was asked for."""
    found = []
    if sought.first:
        found.append(Choice(_("Another month"), "exhibition-months", sought.to_json(), "quiet"))
    if sought.sector:
        found.append(Choice(_("Another sector"), "exhibition-sectors", sought.to_json(), "quiet"))
    return found


def _elsewhere(turn: Turn, sought: Filter) -> list[Choice]:
    """Offer where to look, if nothing was found."""
    card = turn.knowledge.card(TOPIC, language())
    at_kl = card.section("kuala-lumpur") if card else None
    *quiet, first = _narrower(sought) or [_all()]
    found = [replace(first, rank="main"), *quiet]
    if at_kl:
        found.append(Choice(_("Exhibitions in KL"), "section", {"topic": TOPIC, "section": at_kl.id}))
    return found


async def _show(turn: Turn, one: Exhibition, new_here: bool = False) -> None:
    if one.state == "cancelled":
        text = _("{title}, {days}, is cancelled.", title=title(one), days=say.days(one))
        turn.say(text, _onward())
        return
    programme = await programmes.at(turn.db, one.id, turn.today)
    choices = [*([join(programme)] if programme else ()), *say.choices(one)]
    if new_here:
        choices.append(Choice(_("Bahasa / Language"), "language", rank="quiet"))
    turn.say(say.details(one, turn.today, programme), choices)


async def _chosen(turn: Turn) -> Exhibition:
    """Load the exhibition of the choice; refuses one that people no longer see."""
    one = await exhibitions.load(turn.db, turn.chosen(About).id)
    if one is None or one.state == "draft":
        raise Refusal(_("That exhibition is no longer listed."), _onward())
    if one.is_over(turn.today):
        raise Refusal(_("{title} is over, it ended on {date}.", title=title(one), date=day(one.last_day)), _onward())
    return one


def _all() -> Choice:
    return Choice(_("All exhibitions"), "exhibitions")


def _onward() -> list[Choice]:
    """Make the way on from what is over."""
    following = Choice(_("Coming exhibitions"), "exhibitions")
    return [following, keep_posted(of_exhibitions(Filter()), ""), Choice(_("Menu"), "menu")]
