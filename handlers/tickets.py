"""Tickets: sent with the acceptance and again at any time; and whether a certificate is genuine."""

from bot.answers.card_page import introduce
from bot.asking import About
from bot.cases.cases import recipient
from bot.codes import Codes
from bot.door import certificates, tickets
from bot.door.codes import CERTIFICATE, TICKET
from bot.enrolling.enrolments import accepted, brief, number, status_line
from bot.enrolling.form.form import Form
from bot.enrolling.seats import TICKET as JOB
from bot.errors import Refusal
from bot.fairs import programmes as programme_page
from bot.fairs.exhibitions import title
from bot.language.i18n import _
from bot.language.markdown import Markdown
from bot.reply import Choice
from bot.router import Router
from bot.turn import Turn
from db.enrolling import attendance, changes, enrolments
from db.enrolling.enrolments import Enrolment
from db.fairs import programmes
from db.fairs.programmes import Programme

router = Router("tickets", private=True)

#: tickets in one bubble
_PAGE = 6


@router.job(JOB)
async def made(turn: Turn) -> None:
    """Send the ticket of an acceptance: at any hour to whoever just took the place, else by day."""
    turn.silent = True
    one = await enrolments.load(turn.db, int(turn.inbound.args["id"]))
    programme = await programmes.load(turn.db, one.programme_id) if one else None
    if one is None or programme is None or one.state != "accepted":
        return
    own_doing = (await changes.history(turn.db, one.id))[-1].staff_id is None
    told, file = accepted(one, programme), await tickets.keep(turn, one, programme)
    source = f"enrolment:{one.id}:ticket:{turn.id}"
    await turn.tell(recipient(turn.person), source, told.text, told.choices, file=file, at_night=own_doing)


@router.command("ticket")
async def asked_for(turn: Turn) -> None:
    """Send their next ticket; of several, ask which."""
    found = []
    for one in await enrolments.of(turn.db, turn.person.person_id):
        programme = await programmes.load(turn.db, one.programme_id)
        if programme and one.state == "accepted" and not programme.is_over(turn.today):
            found.append((one, programme))
    if len(found) == 1:
        await _show(turn, *found[0])
    elif found:
        lines = [status_line(*each) for each in found[:_PAGE]]
        rows = [Choice(one.number, "ticket", {"id": one.id}) for one, _programme in found[:_PAGE]]
        turn.say(Markdown("\n".join(lines)), rows)
    else:
        turn.say(_("You have no ticket now."), [Choice(_("My enrolments"), "status")])


@router.choice("ticket")
async def again(turn: Turn) -> None:
    """Send the same ticket once more."""
    form = await Form.chosen(turn)
    await _show(turn, form.one, form.programme)


async def _show(turn: Turn, one: Enrolment, programme: Programme) -> None:
    if one.state != "accepted":
        raise Refusal(status_line(one, programme), [Choice(_("My enrolments"), "status")])
    told = accepted(one, programme)
    turn.say(told.text, told.choices, file=await tickets.keep(turn, one, programme))


@router.choice("programme-calendar")
async def calendar(turn: Turn) -> None:
    """Send a file that the phone's calendar opens."""
    one = await programmes.load(turn.db, turn.chosen(About).id)
    if one is None or one.first_day is None:
        raise Refusal(_("No day is set for it yet."), [Choice(_("My enrolments"), "status")])
    text = _("📎 Open this file to save it in your phone's calendar.")
    turn.say(text, [Choice(_("My enrolments"), "status")], file=await programme_page.calendar(turn, one))


def _starts(turn: Turn, payload: str) -> bool:
    return turn.inbound.name == "start" and turn.text.lower().startswith(payload)


@router.when(lambda turn: _starts(turn, TICKET.payload))
async def scanned(turn: Turn) -> None:
    """Show one's own ticket; whoever is no member learns nothing of anybody else's."""
    parsed = turn.tools[Codes].read(TICKET, turn.text[len(TICKET.payload) :])
    one = await enrolments.numbered(turn.db, *parsed) if parsed else None
    programme = await programmes.load(turn.db, one.programme_id) if one else None
    if one is None or programme is None:
        turn.say(_("⚠️ This is not a ticket of ours."), [Choice(_("Menu"), "menu")])
    elif one.person_id == turn.person.person_id:
        await _show(turn, one, programme)
        return
    else:
        turn.say(_("This is somebody's ticket. Only staff at the door can scan it."), [Choice(_("Menu"), "menu")])
    await introduce(turn)


@router.choice("certificate")
async def certificate(turn: Turn) -> None:
    """Send the certificate to a person who was there, once it is over."""
    form = await Form.chosen(turn)
    there = await attendance.of(turn.db, form.one.id)
    mine = [Choice(_("My enrolments"), "status")]
    if not there:
        raise Refusal(_("Your attendance in {title} is not recorded.", title=title(form.programme)), mine)
    if not form.programme.is_over(turn.today):
        when = _("The certificate comes when {title} is over.", title=title(form.programme))
        raise Refusal(when, mine)
    file = await certificates.keep(turn, form.one, form.programme, there)
    text = _("📎 Your certificate. Whoever scans its code sees whether it is genuine, with your name and the days.")
    turn.say(text, mine, file=file)


@router.when(lambda turn: _starts(turn, CERTIFICATE.payload))
async def checked(turn: Turn) -> None:
    """Show whose a certificate is, to anybody who was shown it."""
    parsed = turn.tools[Codes].read(CERTIFICATE, turn.text[len(CERTIFICATE.payload) :])
    one = await enrolments.numbered(turn.db, *parsed) if parsed else None
    programme = await programmes.load(turn.db, one.programme_id) if one else None
    there = await attendance.of(turn.db, one.id) if one else []
    if one is None or programme is None or not (there and one.name):
        turn.say(_("⚠️ This certificate is not one of ours."), [Choice(_("Menu"), "menu")])
    else:
        lines = [
            _("✅ This certificate is genuine."),
            _("**{number}** · {who}", number=number(one, programme), who=brief(one.name)),
            _("**{title}**", title=title(programme)),
            _("📅 {when}", when=certificates.when(programme, there)),
        ]
        turn.say(Markdown("\n".join(lines)), [Choice(_("Menu"), "menu")])
    await introduce(turn)
