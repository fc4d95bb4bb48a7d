"""Warnings that hold today stand above the menu of the people they concern, and vanish by themselves."""

from dataclasses import replace

from bot.broadcasts.writing.body import spoken
from bot.language.markdown import Markdown, escape, plain
from bot.turn import Turn
from db.broadcasts import broadcasts, recipients
from db.broadcasts.audiences import Audience
from db.broadcasts.broadcasts import Broadcast, as_it_reads, is_recalled
from db.people import businesses

#: characters of a first line
_LONGEST = 120


async def warnings(turn: Turn) -> list[Broadcast]:
    """Load the warnings for this person: those for everybody, for their sector, or that they got; newest first."""
    return [one for one in await holding(turn) if await _concerns(turn, one)]


async def holding(turn: Turn) -> list[Broadcast]:
    """Load all warnings that hold, as they read now, without those that were taken back."""
    valid = await broadcasts.warnings(turn.db, turn.today)
    return [await as_it_reads(turn.db, one) for one in valid if not await is_recalled(turn.db, one.id)]


async def _concerns(turn: Turn, one: Broadcast) -> bool:
    audience = replace(Audience.from_json(one.audience), terminal=False)
    if audience == Audience() or await recipients.got(turn.db, turn.person.person_id, one.id):
        return True
    own = await businesses.of(turn.db, turn.person.person_id)
    by_sector = replace(audience, sectors=()) == Audience()
    return by_sector and any(business.sector in audience.sectors for business in own.values())


def heading(one: Broadcast) -> Markdown:
    """The first line of a warning, with the sign."""
    first = plain(spoken(one.texts)).partition("\n")[0]
    short = first if len(first) <= _LONGEST else first[: _LONGEST - 1] + "…"
    return Markdown(f"⚠️ **{escape(short.removeprefix('⚠️').strip())}**")
