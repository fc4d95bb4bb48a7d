"""Programmes: list what is open or coming, and show one."""

from bot.answers import lookups
from bot.answers.card_page import say_card
from bot.answers.unanswered import Unanswered
from bot.asking import About
from bot.errors import Refusal
from bot.fairs import filters, listing
from bot.fairs import programmes as say
from bot.fairs.exhibitions import local, numbered, title
from bot.fairs.listing import ListPage, keep_posted
from bot.language.i18n import _, day, language
from bot.language.markdown import Markdown
from bot.reply import Choice
from bot.router import Router
from bot.turn import Turn
from db.fairs import exhibitions, programmes
from db.fairs.interests import PROGRAMME, Wish

router = Router("programmes")

TOPIC = "program.list"
#: programmes in one bubble
_PAGE = 5


@lookups.answers(TOPIC)
async def ask(turn: Turn, asked: str, hello: str) -> list[Choice] | None:
    """Answer a question about what is open, narrowed down to the kind that it names."""
    kind = filters.kind(asked)
    if not await programmes.upcoming(turn.db, turn.today):
        return [keep_posted(Wish(PROGRAMME, topic=kind), asked)]
    await _list(turn, kind, asked, hello)
    return None


@router.choice("programmes")
async def coming_up(turn: Turn) -> None:
    """List what is open or coming, by kind where a button says so, or the next page of a list."""
    if await programmes.upcoming(turn.db, turn.today):
        page = turn.chosen(ListPage)
        await _list(turn, page.kind, page.words, skip=page.skip)
        return
    card = turn.knowledge.card(TOPIC, language())
    assert card is not None
    say_card(turn, card, ahead=[keep_posted(Wish(PROGRAMME), "")])


@router.choice("programme")
async def show(turn: Turn) -> None:
    """Show everything about one programme."""
    one = await programmes.load(turn.db, turn.chosen(About).id)
    onward = [Choice(_("All programmes"), "programmes"), Choice(_("Menu"), "menu")]
    if one is None or one.state == "draft":
        raise Refusal(_("That programme is no longer listed."), onward)
    if one.state == "cancelled":
        raise Refusal(_("{title} is cancelled.", title=title(one)), onward)
    if one.is_over(turn.today):
        raise Refusal(_("{title} is over.", title=title(one)), onward)
    at = await exhibitions.load(turn.db, one.exhibition_id) if one.exhibition_id else None
    if at and at.state != "draft":
        onward.insert(0, Choice(_("See exhibition"), "exhibition", {"id": at.id}))
    if one.takes_on(turn.today):
        onward.insert(0, say.join(one))
    turn.say(say.details(one, turn.today), onward)


async def _list(turn: Turn, kind: str, asked: str, hello: str = "", skip: int = 0) -> None:
    """List five at most, soonest first; a number typed means that line."""
    turn.memory.topic, turn.memory.topic_at = TOPIC, turn.now.isoformat()
    turn.memory[Unanswered].misses, turn.memory[Unanswered].unsure = 0, ""
    found = await programmes.upcoming(turn.db, turn.today, kind)
    posted = keep_posted(Wish(PROGRAMME, topic=kind), asked)
    if not found:
        values = {"kind": listing.kinds()[kind], "today": day(turn.today)}
        text = _("None yet. As of today, {today}, we know of no programme of this kind: {kind}.", **values)
        turn.say(Markdown(f"{hello}{text}"), [posted, Choice(_("All programmes"), "programmes")])
        return
    page = found[skip : skip + _PAGE]
    rows = "\n".join(f"{number}. {say.row(one, turn.today)}" for number, one in enumerate(page, start=1))
    last = _("_From the staff's list · checked {date}_", date=day(min(one.checked for one in page)))
    text = Markdown(f"{hello}{_heading(kind, len(found))}\n{rows}\n\n{last}")
    more = found[skip + _PAGE :]
    after = [Choice(_("More"), "programmes", {"kind": kind, "skip": skip + _PAGE})] if more else []
    short = [local(one.short_name) for one in page]
    buttons = numbered("programme", short, [one.id for one in page], len(after) + 1)
    turn.say(text, [*buttons, *after, posted])


def _heading(kind: str, number: int) -> Markdown:
    if kind:
        return _("Programmes of this kind, {kind} ({number}):", kind=listing.kinds()[kind], number=number)
    return _("Programmes that are open or coming ({number}):", number=number)
