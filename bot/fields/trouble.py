"""Why a file that came is not taken, and what to send instead: said the same wherever one comes."""

from bot.fields.field import Given
from bot.language.i18n import _
from bot.language.markdown import Markdown

#: forms of files that are not taken, by what they are called
_FORMS = {
    "word": ("doc", "docx", "odt", "rtf", "pages"),
    "sheet": ("xls", "xlsx", "ods", "csv", "numbers"),
    "slides": ("ppt", "pptx", "odp", "key"),
    "video": ("mp4", "mov", "avi", "mkv", "3gp", "webm"),
    "voice": ("mp3", "m4a", "ogg", "oga", "opus", "aac", "wav", "amr"),
    "picture": ("heic", "heif", "gif", "bmp", "tif", "tiff", "svg", "avif", "jxl", "jp2", "psd"),
    "archive": ("zip", "rar", "7z", "gz", "tar"),
}


def file_trouble(turn: Given) -> Markdown | None:
    """Say why the file of a turn is not here; None where none came, or it is."""
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
        case "unknown-kind":
            return not_taken(turn)
    return None


def not_taken(turn: Given) -> Markdown:
    """Say what kind of thing was sent, known by its content, else by its name, and that a photo or a PDF is needed."""
    form = turn.inbound.file_form or turn.inbound.file_name.lower().rpartition(".")[2]
    named = next((kind for kind, forms in _FORMS.items() if form in forms), "")
    kind = named or {"photo": "file"}.get(turn.inbound.kind, turn.inbound.kind)
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
        "picture": _(
            "That kind of picture ({form}) cannot be opened here. Please send it as JPG or PNG, 5 MB at most.",
            form=form.upper(),
        ),
        "archive": _("That is a packed file, which I cannot open. Please send what is in it as a photo or a PDF."),
        "file": _("I cannot open that kind of file. Please send a photo (JPG, PNG) or a PDF, 5 MB at most."),
    }.get(kind, _("Please send a photo (JPG, PNG) or a PDF, 5 MB at most."))
