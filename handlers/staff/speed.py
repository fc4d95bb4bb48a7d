"""Choose how fast an announcement leaves: slower than the channels take, or faster where an administrator pays."""

from bot.broadcasts.sending import page
from bot.broadcasts.sending.paying import price, stars
from bot.errors import Refusal
from bot.language.i18n import _, number
from bot.turn import Turn
from db import office
from db.broadcasts import audiences, broadcasts
from db.broadcasts.broadcasts import Broadcast
from handlers.staff.desk import Desk, record

desk = Desk("speed", "officer")
paying = Desk("paying", "admin")

#: messages a second that are offered
_SLOWER = (20, 10, 5, 1)


@desk.choice("broadcast-speed")
async def speeds(turn: Turn) -> None:
    """Say how fast it leaves now, and offer other speeds."""
    found = await page.chosen(turn)
    text = _("It leaves as fast as the channels take it. Slower, answers and other notices have more room.")
    if found.is_paid:
        text = _("It leaves at {number} a second, paid. Any other speed ends the paying.", number=number(found.speed))
    elif found.speed:
        text = _("It leaves at {number} a second at most.", number=number(found.speed))
    choices = [
        page.about(found, _("{number} a second", number=number(speed)), "at-speed", speed=speed)
        for speed in _SLOWER
        if speed != found.speed
    ]
    if found.speed:
        choices.insert(0, page.about(found, _("Full speed"), "at-speed", speed=0))
    turn.say(text, [*choices, page.see_back(found)])


@desk.choice("broadcast-at-speed")
async def at_speed(turn: Turn) -> None:
    """Change the speed from now on; what is not paid for any more leaves at the channel's pace."""
    found, speed = await page.chosen(turn), turn.chosen(page.OfBroadcast).speed
    await broadcasts.stop_paying(turn.db, found.id, turn.now)
    if await broadcasts.set_speed(turn.db, found.id, speed, turn.now):
        await record(turn, "broadcast.speed", found.source, speed=speed)
    await page.show(turn, await page.chosen(turn))


@paying.choice("broadcast-pay")
async def ask(turn: Turn) -> None:
    """Say what it costs at most, and how long it takes then; or stop paying."""
    found = await page.open_one(turn)
    counts = await audiences.count(turn.db, found, turn.now)
    speed = (await office.load(turn.db)).paid_speed
    if found.is_paid:
        await _set(turn, found, is_paid=False)
        return
    if not stars(counts):
        raise Refusal(_("There is nothing to pay for: nobody gets it on Telegram."), [page.see(found)])
    pay = page.decides(found, _("Pay for it"), "paid")
    turn.say(price(counts, speed), [page.see_back(found), pay])


@paying.choice("broadcast-paid")
async def pay(turn: Turn) -> None:
    """Pay for it to leave faster; what the office decides now holds when it starts."""
    found = await page.open_one(turn)
    if not (await office.load(turn.db)).paid_speed:
        raise Refusal(_("The office does not pay for announcements any more."), [page.see(found)])
    await _set(turn, found, is_paid=True)


async def _set(turn: Turn, found: Broadcast, *, is_paid: bool) -> None:
    await broadcasts.change(turn.db, found.id, turn.now, is_paid=is_paid)
    await record(turn, "broadcast.paid", found.source, paid=is_paid)
    await page.check(turn, await page.known(turn, found.id))
