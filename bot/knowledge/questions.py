"""Ways of asking: `locales/<lang>/questions/<area>.toml`, a list of texts for each topic."""

import re
import tomllib
from pathlib import Path

from bot.knowledge.facts import Faulty

#: the topic of what is not ours to answer
OUT_OF_SCOPE = "out-of-scope"


def load_questions(locales: Path) -> list[tuple[str, str, Path]]:
    """Every known way of asking, as (topic, text, file); the language is the file's second folder from above."""
    found = []
    for path in sorted(locales.glob("*/questions/*.toml")):
        try:
            tables = tomllib.loads(path.read_text("utf-8"))
        except tomllib.TOMLDecodeError as error:
            line = re.search(r"at line (\d+)", str(error))
            raise Faulty(path, int(line[1]) if line else 1, str(error)) from None
        found += [(topic, text, path) for topic, texts in tables.items() for text in texts]
    return found


def same_question(text: str) -> str:
    """What two texts share when they ask the same: letters, digits and emoji, without case and punctuation."""
    return re.sub(r"[\s!-/:-@\[-`{-~]+", " ", text.lower()).strip()
