"""The embeddings of the ways of asking, kept between builds so that only new ones are computed."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.knowledge.meaning import open_model

#: embeddings have length 1; eight bits hold numbers up to this size
LARGEST = 0.2


def embedded(texts: Sequence[str], kept: Path) -> NDArray[np.float32]:
    """Load one row for each text from `kept`, or compute it (20 ms each) and keep it there, to 8 bits."""
    vectors: dict[bytes, NDArray[np.int8]] = {}
    if kept.exists():
        with np.load(kept, allow_pickle=False) as stored:
            keys = stored["keys"]
            vectors = {keys[row].tobytes(): vector for row, vector in enumerate(stored["vectors"])}
    names = [hashlib.blake2b(text.encode(), digest_size=8).digest() for text in texts]
    new = {name: text for name, text in zip(names, texts, strict=True) if name not in vectors}
    if new:
        embed = open_model()
        vectors |= {name: _packed(embed(text)) for name, text in new.items()}
    used = sorted(set(names))
    np.savez_compressed(
        kept,
        keys=np.array([list(name) for name in used], dtype=np.uint8),
        vectors=np.array([vectors[name] for name in used], dtype=np.int8),
    )
    return np.array([vectors[name] for name in names], dtype=np.float32) * np.float32(LARGEST / 127)


def _packed(vector: NDArray[np.float32]) -> NDArray[np.int8]:
    return np.asarray(np.rint(vector * (127 / LARGEST)).clip(-127, 127), dtype=np.int8)
