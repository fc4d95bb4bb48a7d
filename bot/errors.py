"""An expected no, as an exception that carries the sentence the person will read."""

from collections.abc import Sequence

from bot.markdown import Markdown
from bot.reply import Choice


class Refusal(Exception):
    """Undoes what the handler wrote; its sentence becomes the reply."""

    def __init__(self, sentence: Markdown, choices: Sequence[Choice] = ()) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.choices = tuple(choices)
