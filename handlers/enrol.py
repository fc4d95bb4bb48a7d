"""Enrol: check whether it is possible, ask for consent, begin the form; and send it."""

from dataclasses import asdict, dataclass

from bot.answers import lookups
from bot.answers.card_page import privacy
from bot.enrolling.enrolments import status_line
from bot.enrolling.form import known
from bot.enrolling.form.enrolment import fields
from bot.enrolling.form.form import Form
from bot.enrolling.form.page import go_on
from bot.enrolling.form.resuming import closed, resume
from bot.enrolling.form.sending import send
from bot.errors import Refusal
from bot.fairs.exhibitions import local, numbered, title
from bot.fairs.listing import keep_posted
from bot.fairs.programmes import row
from bot.language.i18n import _, day, language, ngettext
from bot.language.markdown import Markdown
from bot.reply import Choice
from bot.router import Router
from bot.turn import Turn
from db import office
from db.enrolling import enrolments, seats
from db.enrolling.enrolments import Enrolment
from db.fairs import interests, programmes
from db.fairs.interests import PROGRAMME, Wish
from db.fairs.programmes import Programme
from db.people import consents
from db.people.consents import ANNOUNCEMENTS, ENROLMENT, Consent

router = Router("enrol", private=True)

TOPIC = "program.enrol"
#: the date of the words that people agree to: new words get a new one
VERSION = "2026-11-25"
#: answers in a minute, by which the time it takes is told
_PACE = 2
#: programmes in one bubble
_PAGE = 5


@dataclass(frozen=True, slots=True)
class Enrol:
    programme: int
    anew: bool = False
    other: bool = False


@lookups.answers(TOPIC)
async def ask(turn: Turn, asked: str, hello: str) -> list[Choice] | None:
    """Answer how to enrol with the programmes that are open; where there is none, with the card."""
    found = [one for one in await programmes.upcoming(turn.db, turn.today) if one.takes_on(turn.today)]
    if not found:
        return [keep_posted(Wish(PROGRAMME), asked)]
    shown = found[:_PAGE]
    lines = [f"{at}. {row(one, turn.today)}" for at, one in enumerate(shown, start=1)]
    text = _("{hello}You can enrol here in:", hello=hello)
    short = [local(one.short_name) for one in shown]
    choices = numbered("programme", short, [one.id for one in shown], 1)
    turn.say(Markdown("\n".join([text, *lines])), [*choices, _all()])
    return None


@router.choice("enrol")
async def begin(turn: Turn) -> None:
    """Open the enrolment that was begun or sent already; else ask for consent first."""
    programme = await _programme(turn)
    own = [one for one in await enrolments.of(turn.db, turn.person.person_id) if one.programme_id == programme.id]
    drafts = [one for one in own if one.state == "draft"]
    sent = [one for one in own if one.state not in ("draft", "withdrawn")]
    if drafts:
        await resume(turn, drafts[0])
    elif sent and not turn.chosen(Enrol).anew:
        _say_known(turn, programme, sent)
    else:
        await _possible(turn, programme)
        await _consent(turn, programme)


async def _programme(turn: Turn) -> Programme:
    one = await programmes.load(turn.db, turn.chosen(Enrol).programme)
    if one is None or one.state == "draft":
        raise Refusal(_("That programme is no longer listed."), [_all()])
    return one


def _say_known(turn: Turn, programme: Programme, sent: list[Enrolment]) -> None:
    lines = [status_line(one, programme) for one in sent]
    choices = [Choice(_("See status"), "status"), _all()]
    if programme.takes_on(turn.today):
        choices.insert(1, Choice(_("Enrol another one"), "enrol", {"programme": programme.id, "anew": True}))
    first = _("You are enrolled in **{title}** already:", title=title(programme))
    turn.say(Markdown("\n".join([first, *lines])), choices)


async def _possible(turn: Turn, programme: Programme) -> None:
    """Refuse, with what can be done instead, where nobody can enrol now."""
    posted = [keep_posted(Wish(PROGRAMME, topic=programme.kind), ""), _all()]
    name, now = title(programme), turn.today
    if programme.state == "cancelled":
        raise Refusal(_("{title} is cancelled.", title=name), posted)
    if programme.enrolment_opens and programme.enrolment_opens > now:
        opens = day(programme.enrolment_opens)
        raise Refusal(_("Enrolment for {title} opens on {date}.", title=name, date=opens), posted)
    if not programme.takes_on(now):
        raise Refusal(closed(programme), posted)


async def _consent(turn: Turn, programme: Programme, for_other: bool = False) -> None:
    """Say, before the first question, what is asked and why, who sees it, how long it is kept, and how to undo it."""
    total = len(fields(programme))
    minutes = max(1, total // _PACE)
    first = ngettext(
        "Enrolment for **{title}**: {total} questions, about {minutes} minute. You can stop in between; answers stay.",
        "Enrolment for **{title}**: {total} questions, about {minutes} minutes. You can stop in between; answers stay.",
        minutes,
        title=title(programme),
        total=str(total),
        minutes=str(minutes),
    )
    lines = [first, await _what_is_kept(turn)]
    about = asdict(Enrol(programme.id, other=for_other))
    choices = [
        Choice(_("I agree"), "enrol-agree", about, kind="step"),
        Choice(_("Read in full"), "enrol-read", about),
        Choice(_("No, thanks"), "enrol-not"),
    ]
    free = await seats.free(turn.db, programme)
    if free is not None and free <= 0:
        lines.insert(1, _("⚠️ All {quota} places are taken now; you would wait in line.", quota=str(programme.quota)))
    if for_other:
        lines.append(_("You enrol somebody else: agree only if they know it and agree too."))
    else:
        choices.append(Choice(_("For somebody else"), "enrol-other", {"programme": programme.id}, "quiet"))
    turn.say(Markdown("\n".join(lines)), choices)


async def _what_is_kept(turn: Turn) -> Markdown:
    decided = await office.load(turn.db)
    keeper = decided.name or str(_("the city"))
    return _(
        "We keep the name, phone number and business data to choose who takes part. Staff of {office} see them. "
        "They are kept for {days} days after the programme; **my data** shows and erases them.",
        office=keeper,
        days=str(decided.enrolment_days),
    )


@router.choice("enrol-read")
async def read(turn: Turn) -> None:
    """Show the whole text of the consent."""
    await _programme(turn)
    text = _(
        "What we keep: your answers in this form and the files you send. What for: to choose who takes part in this "
        "programme, to reach you, and to count how many businesses were helped. Law: UU 27/2022 on personal data.\n"
        "Who sees it: staff of the office; each look at your record is written down. Nobody else gets it unless you "
        "agree.\nYour rights: to see it, to correct it, to take back your consent, to have it erased. No KTP number, "
        "password or OTP is ever asked for."
    )
    agree = Choice(_("I agree"), "enrol-agree", asdict(turn.chosen(Enrol)), kind="step")
    turn.say(Markdown(f"{text}\n{await privacy(turn)}"), [agree, Choice(_("No, thanks"), "enrol-not")])


@router.choice("enrol-other")
async def for_other(turn: Turn) -> None:
    """Let somebody enrol another person."""
    await _consent(turn, await _programme(turn), for_other=True)


@router.choice("enrol-not")
async def not_now(turn: Turn) -> None:
    """Say that nothing was kept."""
    turn.say(_("All right, nothing is kept."), [_all(), Choice(_("Menu"), "menu")])


@router.choice("enrol-agree")
async def agree(turn: Turn) -> None:
    """Keep the consent with its words and begin the form; a second tap goes on with it."""
    programme = await _programme(turn)
    own = await enrolments.of(turn.db, turn.person.person_id)
    draft = next((one for one in own if one.programme_id == programme.id and one.state == "draft"), None)
    if draft:
        await resume(turn, draft)
        return
    await _possible(turn, programme)
    person, other = turn.person, turn.chosen(Enrol).other
    await consents.give(turn.db, person.person_id, Consent(ENROLMENT, programme.code, VERSION, language(), turn.now))
    shown = {} if other else await known.of(turn)
    id = await enrolments.begin(turn.db, programme.id, person.person_id, person.address_id, shown, turn.now, other)  # noqa: A001
    await go_on(turn, await Form.load(turn, id))


@router.choice("form-send")
async def hand_in(turn: Turn) -> None:
    """Send the enrolment, once: a second tap says what became of it."""
    form = await Form.chosen(turn)
    if not form.is_open:
        turn.say(status_line(form.one, form.programme), [Choice(_("See status"), "status")])
    elif form.pending() or form.confirms:
        await go_on(turn, form, _("One answer is still missing."))
    elif not form.takes_on(turn):
        await resume(turn, form.one)
    else:
        await _sent(turn, form, await send(turn, form))


async def _sent(turn: Turn, form: Form, text: Markdown) -> None:
    """Say the number and ask whether to send news of other programmes; in line, ask whether to stay in it."""
    if form.one.state == "waiting":
        stay = Choice(_("Stay in line"), "enrol-stay")
        turn.say(text, [stay, Choice(_("Withdraw"), "withdraw", {"id": form.one.id})])
        return
    status = Choice(_("See status"), "status")
    agreed = [one.kind for one in await consents.of(turn.db, turn.person.person_id)]
    if ANNOUNCEMENTS in agreed:
        turn.say(text, [status, _all()])
        return
    ask = _("Shall I also tell you of other programmes?")
    choices = [Choice(_("Yes, please"), "enrol-news"), Choice(_("No need"), "enrol-no-news"), status]
    turn.say(Markdown(f"{text}\n{ask}"), choices)


@router.choice("enrol-stay")
async def stay(turn: Turn) -> None:
    """Keep their place in line."""
    turn.say(_("All right. I tell you here as soon as a place is free."), [Choice(_("See status"), "status")])


@router.choice("enrol-news")
async def news(turn: Turn) -> None:
    """Let them have news of other programmes: a consent of its own."""
    person = turn.person
    await consents.give(turn.db, person.person_id, Consent(ANNOUNCEMENTS, "", VERSION, language(), turn.now))
    await interests.add(turn.db, person.person_id, person.address_id, Wish(PROGRAMME), "", turn.now)
    turn.say(_("✅ Noted. Write **stop** at any time."), [Choice(_("See status"), "status"), Choice(_("Menu"), "menu")])


@router.choice("enrol-no-news")
async def no_news(turn: Turn) -> None:
    """Take no consent to news."""
    turn.say(_("All right. You hear from me about this enrolment only."), [Choice(_("See status"), "status")])


def _all() -> Choice:
    return Choice(_("All programmes"), "programmes")
