"""Corrections of a broadcast that was sent: each is a broadcast of its own, which names the one that it corrects."""

from dataclasses import replace

from sqlalchemy import select

from db.broadcasts import broadcasts
from db.broadcasts.broadcasts import RECALL, Broadcast, StoredBroadcast
from db.engine import Transaction


async def corrected(tx: Transaction, one: Broadcast) -> Broadcast | None:
    """What this one corrects, as it reads now; None for one that corrects nothing."""
    wrong = await broadcasts.load(tx, one.corrects_id) if one.corrects_id else None
    return await as_it_reads(tx, wrong) if wrong else None


async def as_it_reads(tx: Transaction, one: Broadcast) -> Broadcast:
    """With the texts that people have now: those of the last correction that has begun."""
    changed = [each for each in await _begun(tx, one.id) if each.audience.get("mode") != RECALL]
    return replace(one, texts=one.texts | changed[0].texts) if changed else one


async def is_recalled(tx: Transaction, broadcast: int) -> bool:
    """Whether it is, or is being, taken back."""
    return any(each.audience.get("mode") == RECALL for each in await _begun(tx, broadcast) if each.state != "cancelled")


async def unsent(tx: Transaction, broadcast: int) -> list[int]:
    """Those that have not begun and still may."""
    of_it = (StoredBroadcast.corrects_id == broadcast, StoredBroadcast.state.in_(("draft", "waiting")))
    return list((await tx.execute(select(StoredBroadcast.id).where(*of_it))).scalars())


async def _begun(tx: Transaction, broadcast: int) -> list[Broadcast]:
    """The newest first."""
    of_it = (StoredBroadcast.corrects_id == broadcast, StoredBroadcast.started_at.is_not(None))
    newest = (StoredBroadcast.started_at.desc(), StoredBroadcast.id.desc())
    ids = list((await tx.execute(select(StoredBroadcast.id).where(*of_it).order_by(*newest))).scalars())
    return [each for id_ in ids if (each := await broadcasts.load(tx, id_))]
