"""Photos and documents: JPEG, PNG or PDF up to 5 MB, known by what is in them."""

from collections.abc import Callable

from bot.errors import Refusal
from bot.fields.field import NEXT, Field, Given, Values
from bot.fields.trouble import file_trouble, not_taken
from bot.language.i18n import _, ngettext
from bot.language.markdown import Markdown
from bot.reply import Choice
from db.files import File

#: the kinds of files that are taken, see `bot.media.attachments`
_TAKEN = ("photo", "document")


def document(
    name: str,
    label: Callable[[], Markdown],
    question: Callable[[Values], Markdown],
    *,
    most: int = 5,
    optional: bool = False,
) -> Field:
    """A field for files: `read` gives the `File` that came; kept is the list of the ids, at most `most`."""

    def count(values: Values) -> int:
        kept = values.get(name) or []
        return 1 if isinstance(kept, File) else len(kept)

    def read(turn: Given, values: Values) -> Values:
        if turn.file is None or turn.file.kind not in _TAKEN:
            raise Refusal(file_trouble(turn) or not_taken(turn), offers(values))
        if count(values) >= most:
            raise Refusal(_full(most), offers(values))
        return {name: turn.file}

    def said(values: Values) -> str:
        number = count(values)
        return str(ngettext("{number} file", "{number} files", number, number=number)) if number else ""

    def offers(values: Values) -> list[Choice]:
        return [Choice(_("Done"), NEXT, kind="step")] if most > 1 and count(values) else []

    return Field(
        name,
        label,
        question,
        read,
        said,
        {name: []} if optional else None,
        offers,
        several=most > 1,
        is_document=True,
        sets=(name,),
    )


def _full(most: int) -> Markdown:
    return ngettext(
        "{number} file is there already, more does not fit.",
        "{number} files are there already, more do not fit.",
        most,
        number=most,
    )
