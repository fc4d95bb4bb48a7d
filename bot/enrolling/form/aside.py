"""A question in the middle of a form: answer it, and ask the form's question again below, in one message."""

import re
from dataclasses import replace

from bot.answers import lookups
from bot.answers.card_page import say_card
from bot.cases.cases import open_case
from bot.cases.promises import asks_for_person, confirm, nobody, promise
from bot.enrolling.form.form import Form
from bot.enrolling.form.page import go_on
from bot.fields import Field
from bot.knowledge import Understanding
from bot.knowledge.words import words
from bot.language.i18n import _, speaking
from bot.language.listening import any_of, listed
from bot.reply import Choice
from bot.turn import Turn

#: a text of so many words, where few answers fit, may be a question without its mark
_FEWEST = 3
#: `bisa tanya orang?`, `talk to a person`, beside whatever else they wonder
_PERSON = re.compile(rf"\b{any_of('questions.talk')} (?:\w+ ){{0,2}}{any_of('questions.person')}\b")


async def aside(turn: Turn, form: Form, field: Field | None) -> bool:
    """Answer what was asked in between; False where the text is no question, or was not understood as one."""
    if turn.found is None:
        return False
    found, said = turn.knowledge.judge(turn.found, turn.memory.recent_topic(turn.now)), words(turn.text)
    wants_person = asks_for_person(turn) or bool(_PERSON.search(" ".join(said)))
    asks = wants_person or "?" in turn.text or not listed("questions.words").isdisjoint(said)
    free = field is not None and field.is_free
    if found.outcome != "sure" and not wants_person and not (asks and not free and not found.nonsense):
        return False
    if not asks and (free or len(turn.text.split()) < _FEWEST):
        return False
    if wants_person:
        await _to_a_person(turn, form)
    elif found.outcome != "sure":
        person = Choice(_("Ask a person"), "person", {"text": turn.text}, "quiet")
        await go_on(
            turn, form, _("I am not sure about that one. Staff can answer it; you can go on meanwhile."), [person]
        )
    else:
        await _answer(turn, found)
        await go_on(turn, form, more=my_answer(turn) if free else ())
    return True


def my_answer(turn: Turn) -> list[Choice]:
    """Offer to take these words as the answer to an open question, whatever else they may be."""
    return [Choice(_("This is my answer"), "form-mine", {"text": turn.text}, "quiet", "step")]


async def _answer(turn: Turn, found: Understanding) -> None:
    """Say the card without its choices: those of the form stand below."""
    topic = found.matches[0].topic
    with speaking(found.language or turn.person.language):
        card = turn.knowledge.card(topic, found.language or turn.person.language)
        if card and await lookups.answer(turn, topic, turn.text) is not None:
            say_card(turn, card)
    turn.replies[:] = [replace(said, choices=()) for said in turn.replies]


async def _to_a_person(turn: Turn, form: Form) -> None:
    """Put the form aside until the member has answered, or the person goes on by themselves."""
    promised = await promise(turn)
    if promised is None:
        await nobody(turn)
        turn.replies[:] = [replace(said, choices=()) for said in turn.replies]
        await go_on(turn, form)
        return
    at, _total = form.place(form.asked)
    turn.memory.form = form.one.id
    case = await open_case(turn, "question", turn.text, promised.at)
    turn.say(_("Yes, you can. I keep your form at step {at}.", at=str(at)))
    confirm(turn, case, promised)
