"""Ways of asking: `locales/<lang>/questions/<area>.toml`, a list of texts for each topic, and beside them
`unclear.toml`, a list for each few topics that may be meant."""

import re
import tomllib
from pathlib import Path

from bot.knowledge.facts import Faulty

#: the topic of questions that are not ours to answer
OUT_OF_SCOPE = "out-of-scope"


def load_questions(locales: Path) -> list[tuple[str, str, Path]]:
    """Load every known way of asking, as (topic, text, file); the language is the file's second folder from above."""
    return [
        (topic, text, path)
        for path in sorted(locales.glob("*/questions/*.toml"))
        for topic, texts in _tables(path).items()
        for text in texts
    ]


def load_unclear(locales: Path) -> list[tuple[tuple[str, ...], str, Path]]:
    """Load what may mean several things, as (topics, text, file); after `OUT_OF_SCOPE` comes what is nearest."""
    return [
        (tuple(re.split(r",\s*", topics)), text, path)
        for path in sorted(locales.glob("*/unclear.toml"))
        for topics, texts in _tables(path).items()
        for text in texts
    ]


def _tables(path: Path) -> dict[str, list[str]]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        raise Faulty(path, int(line[1]) if line else 1, str(error)) from None


def same_question(text: str) -> str:
    """Reduce a text to what is equal in texts that ask the same: letters, digits and emoji, without case."""
    return re.sub(r"[\s!-/:-@\[-`{-~]+", " ", text.lower()).strip()
