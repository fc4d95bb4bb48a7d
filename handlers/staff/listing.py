"""Exhibitions and programmes as staff see them: drafts, what is coming, what was cancelled; and one of them."""

from typing import Any

from bot.asking import About
from bot.entries import telling
from bot.entries.draft import Draft
from bot.entries.exhibition import EXHIBITION
from bot.entries.noun import AnyNoun, to_json
from bot.entries.page import load, to_list
from bot.entries.programme import PROGRAMME
from bot.fairs.exhibitions import local, numbered
from bot.language.i18n import _
from bot.language.markdown import Markdown
from bot.reply import Choice
from bot.turn import Turn
from handlers.staff.desk import Desk, ShowPage

desk = Desk("listing", "officer")

#: how many are on one page of the list
_PAGE = 5


@desk.choice("staff-exhibitions")
async def exhibitions(turn: Turn) -> None:
    """List exhibitions, with the drafts."""
    await _list(turn, EXHIBITION)


@desk.choice("staff-programmes")
async def programmes(turn: Turn) -> None:
    """List programmes, with the drafts."""
    await _list(turn, PROGRAMME)


async def _list(turn: Turn, noun: AnyNoun) -> None:
    """List drafts and everything that is not over, in the order of their days."""
    skip = turn.chosen(ShowPage).skip
    every = await noun.stored.all_of(turn.db)
    found = [one for one in every if one.state == "draft" or not one.is_over(turn.today)]
    page = found[skip : skip + _PAGE]
    lines = [noun.heading(len(found))]
    lines += [Markdown(f"{number}. {_line(turn, noun, one)}") for number, one in enumerate(page, start=1)]
    further = [Choice(noun.add(), "entry-add", {"of": noun.name})]
    if Draft.kept(turn):
        lines.append(_("Something is not finished yet."))
        further.append(Choice(_("Continue"), "entry-continue"))
    if len(found) > skip + _PAGE:
        further.append(Choice(_("More"), f"staff-{noun.name}s", {"skip": skip + _PAGE}))
    short = [local(one.short_name) for one in page]
    rows = numbered(f"staff-{noun.name}", short, [one.id for one in page], len(further)) if page else []
    turn.say(Markdown("\n".join(lines)), [*rows, *further, Choice(_("Back"), "staff", rank="quiet")])


def _line(turn: Turn, noun: AnyNoun, one: Any) -> Markdown:
    row = noun.row(one, turn.today)
    if one.state == "draft":
        return _("draft: {name} · {code}", name=row, code=one.code)
    return _("{name} · {code}", name=row, code=one.code)


@desk.choice("staff-exhibition")
async def exhibition(turn: Turn) -> None:
    """Show an exhibition, and what can be done with it."""
    await _show(turn, EXHIBITION)


@desk.choice("staff-programme")
async def programme(turn: Turn) -> None:
    """Show a programme, and what can be done with it."""
    await _show(turn, PROGRAMME)


async def _show(turn: Turn, noun: AnyNoun) -> None:
    """Show one as people see it, and what can be done with it."""
    found = await load(turn, noun, turn.chosen(About).id)
    news, number = await telling.offer(turn, noun, found)
    about = {"of": noun.name, "id": found.id}
    change = Choice(_("Change"), "entry-change", about)
    turn.say(noun.card(turn, found.plan()))
    if found.is_over(turn.today) and found.state != "draft":
        turn.say(_("{code} is over.", code=found.code), [to_list(noun)])
    elif found.state == "draft":
        warnings = "\n".join([_("{code} is a draft.", code=found.code), *noun.warnings(turn, to_json(found.plan()))])
        discard = Choice(_("Discard it"), "entry-remove", about)
        turn.say(Markdown(warnings), [Choice(_("Continue"), "entry-ready", about), discard, to_list(noun)])
    elif found.state == "cancelled":
        again = Choice(_("It takes place"), "entry-restored", about | {"sequence": found.sequence}, kind="deciding")
        text = _("{code} is cancelled.", code=found.code)
        turn.say(text, [*telling.choice(noun, found, news, number), again, to_list(noun)])
    else:
        cancel = Choice(_("Cancel it"), "entry-cancel", about)
        text = _("{code} is published.", code=found.code)
        turn.say(text, [*telling.choice(noun, found, news, number), change, cancel, to_list(noun)])
