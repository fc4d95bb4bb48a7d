"""Photos and documents: JPEG, PNG or PDF up to 5 MB, known by what is in them."""

from collections.abc import Callable

from bot.errors import Refusal
from bot.fields.field import NEXT, Field, Given, Values
from bot.language.i18n import _, ngettext
from bot.language.markdown import Markdown
from bot.reply import Choice
from db.files import File

#: the kinds of files that are taken, see `bot.media.attachments`
_TAKEN = ("photo", "document")
#: what a file's name says of a kind that is not taken
_OFFICE = {
    "word": ("doc", "docx", "odt", "rtf", "pages"),
    "sheet": ("xls", "xlsx", "ods", "csv", "numbers"),
    "slides": ("ppt", "pptx", "odp", "key"),
    "video": ("mp4", "mov", "avi", "mkv", "3gp", "webm"),
    "voice": ("mp3", "m4a", "ogg", "oga", "opus", "aac", "wav", "amr"),
    "picture": ("heic", "heif", "gif", "bmp", "tif", "tiff", "svg", "avif"),
    "archive": ("zip", "rar", "7z", "gz", "tar"),
}


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
            raise Refusal(_lacking(turn), offers(values))
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


def _lacking(turn: Given) -> Markdown:
    match turn.file_trouble:
        case "too-large":
            return _(
                "That file is too large: 5 MB at most, and a picture 40 megapixels. "
                "Take the photo with a smaller size, or send fewer pages."
            )
        case "not-fetched":
            return _("That file did not reach me. Please send it once more.")
        case "empty":
            return _("There is nothing in that file. Please send it once more, as a photo (JPG, PNG) or PDF.")
        case "damaged":
            return _("That picture is damaged, it cannot be opened. Please take it anew, or send it as a PDF.")
    return _of_kind(_kind(turn))


def _kind(turn: Given) -> str:
    """What was sent instead: by its name, which here only chooses the sentence, or by what the platform calls it."""
    ending = turn.inbound.file_name.lower().rpartition(".")[2]
    named = next((kind for kind, endings in _OFFICE.items() if ending in endings), "")
    return named or {"photo": "file"}.get(turn.inbound.kind, turn.inbound.kind)


def _of_kind(kind: str) -> Markdown:
    photo_instead = _("Please send a photo (JPG, PNG) or a PDF, 5 MB at most.")
    return {
        "word": _(
            "That is a Word file, which I cannot take yet. Take a photo of the page with your phone, or save it as a "
            "PDF, and send it here."
        ),
        "sheet": _("That is an Excel sheet, which I cannot take yet. Save it as a PDF, and send it here."),
        "slides": _("Those are PowerPoint slides, which I cannot take yet. Save them as a PDF, and send it here."),
        "video": _("That is a video, which I cannot take. Please send a photo (JPG, PNG) of it, or a PDF."),
        "voice": _("That is a sound recording; here a photo (JPG, PNG) or a PDF is needed, 5 MB at most."),
        "sticker": _("That is a sticker; here a photo (JPG, PNG) or a PDF is needed, 5 MB at most."),
        "picture": _("That kind of picture cannot be opened here. Please send it as JPG or PNG, 5 MB at most."),
        "archive": _("That is a packed file, which I cannot open. Please send what is in it as a photo or a PDF."),
        "file": _("I cannot open that kind of file. Please send a photo (JPG, PNG) or a PDF, 5 MB at most."),
    }.get(kind, photo_instead)
