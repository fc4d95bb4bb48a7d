"""The buttons below an announcement: an exhibition, a programme, an answer of the assistant's, or a page elsewhere."""

from dataclasses import dataclass
from typing import ClassVar

from bot.asking import Question
from bot.broadcasts.sending import page
from bot.broadcasts.writing import buttons, link
from bot.errors import Refusal
from bot.fairs.exhibitions import local
from bot.language.i18n import _
from bot.language.markdown import Markdown
from bot.reply import Choice
from bot.turn import Turn
from db.broadcasts.broadcasts import Broadcast
from db.fairs import exhibitions, programmes
from handlers.staff.desk import Desk

desk = Desk("buttons", "officer")

#: exhibitions, and programmes, that are offered
_OFFERED = 3


@desk.choice("broadcast-buttons")
async def offered(turn: Turn) -> None:
    """Offer what can stand below it, beside the button that stops announcements."""
    found = await page.open_one(turn)
    coming = (await exhibitions.upcoming(turn.db, turn.today))[:_OFFERED]
    open_ones = (await programmes.upcoming(turn.db, turn.today))[:_OFFERED]
    choices = [_button(found, local(one.short_name), f"exhibition:{one.id}") for one in coming]
    choices += [_button(found, local(one.short_name), f"enrol:{one.id}") for one in open_ones]
    choices += [page.about(found, _("An answer of mine"), "card"), page.about(found, _("A link"), "link")]
    if found.buttons:
        choices.append(_button(found, _("No buttons"), ""))
    text = _("What shall one tap on below it? At most {number}; “Stop” is always there.", number=buttons.MOST)
    turn.say(text, [*_apart(choices), page.see_back(found)])


def _button(found: Broadcast, label: str, button: str) -> Choice:
    return page.about(found, Markdown(label), "button", button=button)


def _apart(choices: list[Choice]) -> list[Choice]:
    """Keep the first of choices with the same label."""
    return list({choice.shown: choice for choice in reversed(choices)}.values())[::-1]


@desk.choice("broadcast-button")
async def chosen(turn: Turn) -> None:
    """Add a button, or remove all."""
    found, button = await page.open_one(turn), turn.chosen(page.OfBroadcast).button
    if button:
        await _add(turn, found, button)
    else:
        await page.change(turn, found, buttons=[])


async def _add(turn: Turn, found: Broadcast, button: str) -> None:
    """Add a button; the newest stay, and one with the same words goes, as nobody could tell them apart."""
    others = [one for one in found.buttons if buttons.label(one) != buttons.label(button)]
    await page.change(turn, found, buttons=[*others, button][-buttons.MOST :])


@dataclass(frozen=True)
class AddCard(Question):
    """The question that a button answers."""

    name: ClassVar[str] = "broadcast-card"
    id: int


@desk.choice("broadcast-card")
async def card(turn: Turn) -> None:
    """Ask for a question whose answer the button shows."""
    found = await page.open_one(turn)
    turn.ask(AddCard(found.id))
    turn.say(_("Write the question that the button answers, for example: halal cost"), [page.see_back(found)])


@desk.answer(AddCard, onward=lambda _asked: page.to_list())
async def add_card(turn: Turn, asked: AddCard) -> None:
    """Show the answer that people would get, if there is one for sure."""
    found = await page.known(turn, asked.id)
    judged = turn.knowledge.judge(turn.found) if turn.found else None
    if judged is None or judged.outcome != "sure":
        raise Refusal(_("I have no sure answer to that. Write it another way."), [page.see_back(found)])
    await _add(turn, found, f"card:{judged.matches[0].topic}")


@dataclass(frozen=True)
class AddLink(Question):
    """The address of a page, with a label before it or without."""

    name: ClassVar[str] = "broadcast-link"
    id: int


@desk.choice("broadcast-link")
async def elsewhere(turn: Turn) -> None:
    """Ask for the address of a page, and the words on the button."""
    found = await page.open_one(turn)
    turn.ask(AddLink(found.id))
    turn.say(_how_to_write(), [page.see_back(found)])


def _how_to_write() -> Markdown:
    return _(
        "Write the address of the page, with the label before it if you want one, for example: Daftar di sini"
        " https://disdagin.bandung.go.id/daftar"
    )


@desk.answer(AddLink, onward=lambda _asked: page.to_list())
async def add_link(turn: Turn, asked: AddLink) -> None:
    """Add the address as a button; what cannot be on one is asked for again, with the reason."""
    found = await page.known(turn, asked.id)
    written = link.read(turn.text)
    if written.fault:
        raise Refusal(Markdown(f"{written.fault} {_how_to_write()}"), [page.see_back(found)])
    await _add(turn, found, str(written))
