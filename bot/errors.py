"""An expected no, with the sentence that the person will read; and what a log may say of any other error."""

import traceback
from collections.abc import Sequence

from bot.language.markdown import Markdown
from bot.reply import Choice


class Refusal(Exception):
    """Raised to refuse: what the handler wrote is undone, and the sentence becomes the reply."""

    def __init__(self, sentence: Markdown, choices: Sequence[Choice] = ()) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.choices = tuple(choices)


class Gone(Refusal):
    """Raised where what was asked about is no longer there: unlike after another refusal, its question ends."""


def where(error: BaseException) -> str:
    """Where an error happened, for the log; its message is left out, as it may hold a person's words."""
    return "".join(traceback.format_tb(error.__traceback__))
