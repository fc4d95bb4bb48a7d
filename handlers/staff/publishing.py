"""Save and publish what was entered, cancel it, and tell people: each decided by a member."""

from dataclasses import dataclass
from typing import Any, ClassVar

from bot.asking import Question
from bot.entries import telling
from bot.entries.draft import Draft, Entering, OfEntry
from bot.entries.noun import AnyNoun, Entered, free_code, to_json
from bot.entries.page import NOUNS, current, go_on, load, preview, to_list, values_of
from bot.errors import Refusal
from bot.fairs.exhibitions import title
from bot.fields import Values, words
from bot.language.i18n import _, ngettext
from bot.language.markdown import Markdown
from bot.media.qr import png
from bot.reply import Choice
from bot.turn import Turn
from db import files
from db.fairs.exhibitions import SHOWN, Outdated
from db.files import File
from handlers.staff.desk import Desk

desk = Desk("publishing", "officer")

#: characters of a reason
_LONGEST = 200


@desk.choice("entry-publish")
async def publish(turn: Turn) -> None:
    """Save what was entered, let people see it, and offer to tell those whom it concerns."""
    await _save(turn, publish=True)


@desk.choice("entry-save")
async def save(turn: Turn) -> None:
    """Save what was entered; where people see it already, offer to tell those whom it concerns."""
    await _save(turn, publish=False)


async def _save(turn: Turn, *, publish: bool) -> None:
    draft = current(turn)
    if turn.chosen(OfEntry).mark != draft.mark or draft.step:
        await go_on(turn, draft, _("That was an earlier question."))
        return
    noun = NOUNS[draft.of]
    values = await values_of(turn, noun, draft)
    if publish and not values.get("source"):
        raise Refusal(_("It can be published once a source is named."))
    stored = await load(turn, noun, draft.id) if draft.id else None
    state = "announced" if publish else stored.state if stored else "draft"
    try:
        one = await _kept(turn, noun, draft, stored, values | {"state": state})
    except Outdated:
        await _outdated(turn, draft)
        return
    turn.memory[Entering].draft = {}
    await _noted(turn, noun, stored, one)
    await noun.changed(turn, one)
    await _say_saved(turn, noun, one, publish)


async def _kept(turn: Turn, noun: AnyNoun, draft: Draft, stored: Entered | None, values: Values) -> Entered:
    if stored is None:
        first = values.get("first_day") or values.get("enrolment_closes") or turn.today.isoformat()
        code = await free_code(turn, noun, values["title"]["id"], turn.today.fromisoformat(first))
        await noun.stored.add(turn.db, [noun.plan(values | {"code": code}, turn.today)], turn.now)
        added: Entered = next(one for one in await noun.stored.all_of(turn.db) if one.code == code)
        return added
    if stored.sequence != draft.sequence:
        raise Outdated
    changed: Entered = await noun.stored.change(turn.db, stored, noun.plan(values, turn.today), turn.now)
    return changed


async def _outdated(turn: Turn, draft: Draft) -> None:
    """Say that a colleague was faster, and show again what would be different now."""
    draft.sequence = (await load(turn, NOUNS[draft.of], draft.id)).sequence
    draft.ask(turn)
    turn.say(_("A colleague changed it meanwhile. Nothing of yours is lost, and nothing is saved yet."))
    await preview(turn, draft)


async def _noted(turn: Turn, noun: AnyNoun, before: Entered | None, one: Entered) -> None:
    if one.state not in SHOWN:
        await telling.note(turn, noun, one.code, "draft")
    elif before is None or before.state not in SHOWN:
        await telling.note(turn, noun, one.code, "publish")
    else:
        was, now = to_json(before.plan()), to_json(one.plan())
        different = {key: old for key, old in was.items() if old != now[key] and key != "state"}
        await telling.note(turn, noun, one.code, "change", before=different)


async def _say_saved(turn: Turn, noun: AnyNoun, one: Entered, publish: bool) -> None:
    if one.state == "draft":
        turn.say(_("Saved as a draft, code {code}. Nobody sees it yet.", code=one.code), [to_list(noun)])
        return
    done = _("✅ Published, code {code}.", code=one.code) if publish else _("✅ Saved.")
    news, number = await telling.offer(turn, noun, one)
    choices = telling.choice(noun, one, news, number)
    if publish and noun.name == "exhibition":
        further = {"of": "programme", "exhibition": one.id}
        choices.append(Choice(_("Add a programme"), "entry-add", further))
    poster = await _poster(turn, one.code) if publish and noun.name == "exhibition" else 0
    text = Markdown(f"{done} {_concerns(news, number)}".strip())
    turn.say(text, [*choices, Choice(_("Later"), "staff", {"later": True})], file=poster)


async def _poster(turn: Turn, code: str) -> int:
    """Keep the picture for a poster that leads here; returns its file's id, 0 where no link does."""
    link = turn.link(f"pameran_{code}")
    if link is None:
        return 0
    return await files.add(turn.db, None, File("photo", "image/png", f"poster-qr-{code}.png", png(link)), turn.now)


def _concerns(news: str, number: int) -> Markdown:
    """Say whom it concerns; empty where it is no news."""
    if not news:
        return Markdown("")
    if not number:
        return _("Nobody waits for news of it.")
    if news == "announced":
        return ngettext(
            "{number} person waits for news like this.",
            "{number} people wait for news like this.",
            number,
            number=number,
        )
    return ngettext("It concerns {number} person.", "It concerns {number} people.", number, number=number)


@desk.choice("entry-tell")
async def tell(turn: Turn) -> None:
    """Tell everybody whom it concerns, by day."""
    wanted = turn.chosen(OfEntry)
    noun, one = await _load(turn, wanted)
    number = await telling.tell(turn, noun, one, wanted.news)
    text = ngettext(
        "✅ {number} person is told, not before 7 in the morning.",
        "✅ {number} people are told, not before 7 in the morning.",
        number,
        number=number,
    )
    turn.say(text, [to_list(noun)])


@dataclass(frozen=True)
class WhyCancelled(Question):
    """Why an exhibition or a programme is cancelled; empty without a reason."""

    name: ClassVar[str] = "entry-reason"
    of: str
    id: int
    reason: str = ""


@desk.choice("entry-cancel")
async def ask_to_cancel(turn: Turn) -> None:
    """Say what cancelling means, ask why, and ask once more."""
    noun, one = await _load(turn, turn.chosen(OfEntry))
    turn.ask(WhyCancelled(noun.name, one.id))
    text = _(
        "Cancel {title}? It stays on the list as cancelled, and nobody is reminded of it. Write the reason in one"
        " sentence, as people will read it, or go on without.",
        title=title(one),
    )
    turn.say(text, [_cancels(_("Cancel, no reason"), noun, one), telling.look(noun, one, _("No, thanks"))])


def _cancels(label: Markdown, noun: AnyNoun, one: Entered, reason: str = "") -> Choice:
    about = {"of": noun.name, "id": one.id, "sequence": one.sequence, "reason": reason}
    return Choice(label, "entry-cancelled", about, kind="deciding")


@desk.answer(WhyCancelled, onward=lambda asked: to_list(NOUNS[asked.of]))
async def reason(turn: Turn, asked: WhyCancelled) -> None:
    """Read the reason back before anything is cancelled."""
    noun, one = await _load(turn, asked)
    why = words(turn.text, _LONGEST)
    text = _("Cancel {title}? People will read: “{reason}”", title=title(one), reason=why)
    turn.say(text, [_cancels(_("Yes, cancel it"), noun, one, why), telling.look(noun, one, _("No, thanks"))])


@desk.choice("entry-cancelled")
async def cancel(turn: Turn) -> None:
    """Cancel it, and offer to tell those whom it concerns."""
    await _set_state(turn, "cancelled", "cancel", reason=turn.chosen(WhyCancelled).reason)


@desk.choice("entry-restored")
async def restore(turn: Turn) -> None:
    """Let it take place after all."""
    await _set_state(turn, "announced", "restore", before={"state": "cancelled"})


@desk.choice("entry-remove")
async def ask_to_discard(turn: Turn) -> None:
    """Say that a draft is deleted for good, and ask once more."""
    noun, one = await _load(turn, turn.chosen(OfEntry))
    about = {"of": noun.name, "id": one.id, "sequence": one.sequence}
    discard = Choice(_("Yes, discard it"), "entry-removed", about, kind="deciding")
    text = _("Discard the draft {title} for good? Nobody has seen it yet.", title=title(one))
    turn.say(text, [discard, telling.look(noun, one, _("No, thanks"))])


@desk.choice("entry-removed")
async def discard(turn: Turn) -> None:
    """Delete a draft; what was published, changed or has something that belongs to it stays."""
    noun, one = await _load(turn, turn.chosen(OfEntry))
    if one.sequence != turn.chosen(OfEntry).sequence or not await noun.stored.discard(turn.db, one):
        text = _("It stays: it was changed or published since, or a programme belongs to it.")
        raise Refusal(text, [telling.look(noun, one)])
    await telling.note(turn, noun, one.code, "discard")
    turn.say(_("The draft {title} is gone.", title=title(one)), [to_list(noun)])


async def _set_state(turn: Turn, state: str, act: str, **details: Any) -> None:
    noun, one = await _load(turn, turn.chosen(OfEntry))
    try:
        if one.sequence != turn.chosen(OfEntry).sequence or one.is_over(turn.today):
            raise Outdated
        plan = noun.plan(to_json(one.plan()) | {"state": state}, turn.today)
        now = await noun.stored.change(turn.db, one, plan, turn.now)
    except Outdated:
        again = _("It was changed since. Please look at it again.")
        raise Refusal(again, [telling.look(noun, one)]) from None
    await telling.note(turn, noun, one.code, act, **details)
    news, number = await telling.offer(turn, noun, now)
    done = _("{title} is cancelled.", title=title(now))
    if act == "restore":
        done = _("{title} takes place after all.", title=title(now))
    choices = [*telling.choice(noun, now, news, number), to_list(noun)]
    turn.say(Markdown(f"{done} {_concerns(news, number)}".strip()), choices)


async def _load(turn: Turn, wanted: OfEntry | WhyCancelled) -> tuple[AnyNoun, Entered]:
    noun = NOUNS[wanted.of]
    return noun, await load(turn, noun, wanted.id)
