"""What is said where a fault of ours kept a message from being answered."""

from bot.inbound import Inbound
from bot.language.i18n import _
from bot.reply import Choice, Reply

#: characters of a message that go on to a person where it could not be answered
_KEPT = 1000


def apology(number: int, inbound: Inbound, choice: Choice | None) -> Reply:
    """Name the turn, which the log names too, and offer to try again, once, or to ask a person."""
    text = _(
        "Sorry, something broke on our side. Your message is kept, but not answered yet.\nFault number {number}.",
        number=number,
    )
    retried = choice is not None and choice.name == "retry"
    words = str(choice.args.get("text", "")) if choice else inbound.text[:_KEPT]
    person = Choice(_("Ask a person"), "person", {"turn": number, "text": words})
    if retried or inbound.kind == "job":
        return Reply(text, (person,))
    return Reply(text, (Choice(_("Try again"), "retry", {"turn": number, "text": words}), person))
