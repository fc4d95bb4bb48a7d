"""See who tapped what below an announcement: how many of those who got it, and each button's list."""

from bot.broadcasts.sending import page
from bot.broadcasts.writing import buttons
from bot.clock import BANDUNG
from bot.language.i18n import _, day, hour, number
from bot.language.markdown import Markdown, escape
from bot.reply import Choice
from bot.turn import Turn
from db.broadcasts import recipients, taps
from db.broadcasts.broadcasts import Broadcast
from handlers.staff.desk import Desk, ShowPage

desk = Desk("taps", "officer")

#: people on one page
_PAGE = 10
#: characters of a name
_NAME = 40


@desk.choice("broadcast-taps")
async def overview(turn: Turn) -> None:
    """List each button, with how many of those who got it tapped on it."""
    found = await page.chosen(turn)
    counts = await taps.counts(turn.db, found.id)
    names = [*dict.fromkeys([*buttons.tappable(found), *counts])]
    got = number(await _got(turn, found, counts))
    lines = [_("**Who tapped what** (announcement {number})", number=str(found.id))]
    for name in names:
        count = number(counts.get(name, 0))
        lines.append(_("{button}: {number} of {total}", button=buttons.label(name), number=count, total=got))
    if any(map(buttons.is_link, names)):
        lines.append(
            _(
                "Telegram and the web chat open links by themselves and tell nobody: only those are counted who wrote"
                " its number or name."
            )
        )
    choices = [_list(found, _called(name), name) for name in names if counts.get(name)]
    turn.say(Markdown("\n".join(lines)), [*choices, page.see_back(found)])


async def _got(turn: Turn, found: Broadcast, counts: dict[str, int]) -> int:
    """Count the people whom it reached for sure; whoever tapped is one, even where its arrival is unsure."""
    sent = (await recipients.counts(turn.db, found.id)).get("sent", 0)
    return max(sent, *counts.values(), 0)


def _called(name: str) -> str:
    """Name a button on this page, where the one that stops announcements would be taken for a real one."""
    return _("Who stopped") if name == buttons.STOP else buttons.label(name)


def _list(found: Broadcast, label: str, button: str, skip: int = 0) -> Choice:
    return Choice(label, "broadcast-tapped", {"id": found.id, "button": button, "skip": skip})


@desk.choice("broadcast-tapped")
async def people(turn: Turn) -> None:
    """List the people who tapped on one button, the first tap first."""
    found, button, skip = await page.chosen(turn), turn.chosen(page.OfBroadcast).button, turn.chosen(ShowPage).skip
    tapped = await taps.listed(turn.db, found.id, button, skip, _PAGE + 1)
    lines = [_("Tapped “{button}”:", button=buttons.label(button)) if tapped else _("Nobody is on this list any more.")]
    for place, one in enumerate(tapped[:_PAGE], start=skip + 1):
        name = escape(one.name[:_NAME]) if one.name else _("without a name")
        at = one.at.astimezone(BANDUNG)
        lines.append(_("{number}. {name} · {date}, {time}", number=str(place), name=name, date=day(at), time=hour(at)))
    further = [_list(found, _("More"), button, skip + _PAGE)] if len(tapped) > _PAGE else []
    back = Choice(_("Back"), "broadcast-taps", {"id": found.id}, "quiet")
    turn.say(Markdown("\n".join(lines)), [*further, back])
