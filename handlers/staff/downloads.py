"""The enrolments of a programme as a file that a spreadsheet opens."""

from bot.enrolling import file as enrolment_file
from bot.enrolling import page
from bot.enrolling.file import MOST
from bot.errors import Refusal
from bot.fairs.exhibitions import title
from bot.language.i18n import _, ngettext, number
from bot.turn import Turn
from handlers.staff.desk import Desk, record

desk = Desk("downloads", "officer")


@desk.choice("enrolments-file")
async def enrolments(turn: Turn) -> None:
    """Send every enrolment that was sent, in Indonesian; that somebody took it is noted."""
    one = await page.programme(turn)
    back = page.back(one.id)
    kept = await enrolment_file.keep(turn, one)
    if kept is None:
        raise Refusal(
            _(
                "That is too much for a file in the chat, which holds {most} enrolments at most. On the server, this "
                "writes all of them: **jembatan export enrolments {code}.xlsx --programme {code}**",
                most=number(MOST),
                code=one.code,
            ),
            [back],
        )
    count, file = kept
    if not count:
        raise Refusal(_("Nobody has sent an enrolment for {title} yet.", title=title(one)), [back])
    text = ngettext(
        "📎 {number} enrolment for {title}. It is people's data: keep it safe. The file is deleted here after a day.",
        "📎 {number} enrolments for {title}. It is people's data: keep it safe. The file is deleted here after a day.",
        count,
        number=number(count),
        title=title(one),
    )
    await record(turn, "enrolments.export", f"programme:{one.code}", number=count)
    turn.say(text, [back], file=file)
