"""Start the assistant for a command: put it together, migrate its database, appoint its administrators."""

from collections.abc import Sequence

from bot import settings
from bot.assistant import Assistant
from bot.cases.roles import Appointed
from bot.channel import Channel
from bot.clock import Clock
from bot.codes import Codes
from bot.commands import Stop, database_said, known, opened, staff
from bot.composition import product
from db.migrations import upgrade


def assemble(url: str, channels: Sequence[Channel], clock: Clock | None = None) -> Assistant:
    """Put the product together on this database, with these channels; nothing runs yet."""
    chosen = settings.load()
    codes = Codes(chosen.secret, chosen.public_url)
    appointed = Appointed(frozenset(chosen.administrators()))
    return Assistant(opened(url), known(), product(codes, chosen.folder, appointed), channels, clock)


async def begin(assistant: Assistant, background: bool = True) -> None:
    """Start it, with the administrators of the settings; a database that cannot be opened is said in one sentence."""
    try:
        with database_said():
            await upgrade(assistant.database.engine)
            await staff.appoint(assistant.database, settings.load().administrators(), assistant.clock.now())
    except BaseException:
        await assistant.database.close()
        raise
    await assistant.start(background)


def insist_on_release(assistant: Assistant) -> None:
    """Stop the command on a restored copy that is not released, as it answers nobody."""
    if not assistant.released.is_set():
        raise Stop("This database was restored from a backup and answers nobody yet: `jembatan restore --release`.")
