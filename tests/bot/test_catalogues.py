"""What the assistant says, in every language it speaks."""

import ast
import io
import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from bot.language.i18n import LANGUAGES, LOCALES
from bot.language.markdown import faults
from bot.reply import WHATSAPP

HOUSE = Path(__file__).parents[2]
TRANSLATED = [language for language in LANGUAGES if language != "en"]
#: sentences that stand on a button: those given to `Choice(_(...))`
LABEL = re.compile(r'Choice\(_\("([^"]+)"')


def said() -> set[str]:
    """Every sentence in the code."""
    found = set()
    for room in ("bot", "handlers"):
        for _file, _line, message, _comments, _context in extract_from_dir(HOUSE / room):
            found.add(message if isinstance(message, str) else message[0])
    return found


def catalogue(language: str) -> Catalog:
    return read_po(io.BytesIO((LOCALES / language / "LC_MESSAGES" / "messages.po").read_bytes()), locale=language)


def pairs(language: str) -> dict[str, str]:
    """Translations by their English sentence; of a counted sentence, the only form these languages have."""
    found = {}
    for entry in catalogue(language):
        if entry.id:
            key = entry.id if isinstance(entry.id, str) else entry.id[0]
            found[key] = entry.string if isinstance(entry.string, str) else next(iter(entry.string or ("",)))
    return found


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_sentence_is_translated_and_no_translation_is_left_over(language: str) -> None:
    found = pairs(language)
    assert set(found) == said()
    assert [sentence for sentence, translation in found.items() if not translation] == []


def test_no_sentence_hides_in_an_f_string_where_the_extraction_cannot_see_it() -> None:
    hidden = [
        f"{path.name}:{call.lineno}"
        for room in ("bot", "handlers")
        for path in (HOUSE / room).rglob("*.py")
        for joined in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(joined, ast.JoinedStr)
        for call in ast.walk(joined)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in ("_", "ngettext")
    ]
    assert hidden == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_translations_keep_placeholders_and_markdown(language: str) -> None:
    for sentence, translation in pairs(language).items():
        assert set(re.findall(r"\{\w+\}", sentence)) == set(re.findall(r"\{\w+\}", translation)), sentence
        assert faults(translation) == [], translation
        assert sentence.count("\n") == translation.count("\n"), sentence


@pytest.mark.parametrize("language", TRANSLATED)
def test_labels_fit_a_button_in_every_language(language: str) -> None:
    labels = {label for path in (HOUSE / "handlers").rglob("*.py") for label in LABEL.findall(path.read_text("utf-8"))}
    assert labels
    found = pairs(language)
    assert [found[label] for label in labels if len(found[label]) > WHATSAPP.button_label] == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_voice_shouts_at_nobody(language: str) -> None:
    assert [text for text in pairs(language).values() if "!" in text or text.count("Kak") > 1] == []
