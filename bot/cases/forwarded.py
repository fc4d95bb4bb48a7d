"""Read what a person sent so that it can be passed on: words, a file, or why it cannot be."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from bot.fields.trouble import file_trouble
from bot.language.i18n import _
from bot.language.markdown import Markdown
from bot.turn import Turn
from db import files


@dataclass(frozen=True, slots=True)
class Forwarded:
    """Words, the id of a kept file (0 for none), or both; choices carry it too, the words as `text`."""

    words: Annotated[str, Field(validation_alias="text")] = ""
    file: int = 0
    #: of a choice: the turn in which it was said, where no list of open questions has it
    turn: int = 0


async def content(turn: Turn) -> Forwarded | Markdown:
    """What was sent in this turn, with the pieces before it and its file kept; or the sentence that says why not."""
    inbound = turn.inbound
    if inbound.kind in ("text", "edit", "job") or inbound.place or inbound.phone or turn.file:
        place = "📍 {:.5f}, {:.5f}".format(*inbound.place) if inbound.place else ""
        words = "\n".join(piece for piece in (*turn.fragments, turn.text, place, inbound.phone) if piece)
        return Forwarded(words, await _kept(turn))
    return file_trouble(turn) or _(
        "I can pass on words, photos (JPG, PNG), PDF files and voice messages. Please write it."
    )


async def _kept(turn: Turn) -> int:
    return await files.add(turn.db, turn.person.person_id, turn.file, turn.now) if turn.file else 0
