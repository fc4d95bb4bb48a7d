"""What a correction changes, as staff see it before it goes."""

from collections.abc import Iterator

from bot.broadcasts.audience.wording import people
from bot.broadcasts.writing.draft import Difference, differences
from bot.language.i18n import LANGUAGE_NAMES, LANGUAGES, _
from bot.language.markdown import Markdown
from db.broadcasts.broadcasts import RECALL, SILENT, Broadcast

#: differences that are shown, and characters of each side
_SHOWN, _LONGEST = 5, 60


def told(right: Broadcast, wrong: Broadcast, total: int) -> Markdown:
    """In the language being spoken; `wrong` as it reads now, `total` how many people have it."""
    return Markdown("\n".join(_lines(right, wrong, total)))


def _lines(right: Broadcast, wrong: Broadcast, total: int) -> Iterator[Markdown]:
    mode, count = right.audience.get("mode"), people(total)
    if mode == RECALL and not total:
        yield _("It is longer than 48 hours ago, or nobody got it on Telegram.")
        return
    if mode == RECALL:
        yield _(
            "{people} on Telegram got announcement {number} within 48 hours: it is deleted there. Others keep it.",
            people=count,
            number=str(wrong.id),
        )
        return
    found = changed(right, wrong)
    yield _("What is different:") if found else _("Nothing is different from what was sent.")
    for each in found[:_SHOWN]:
        yield _("“{before}” → “{after}”", before=_short(each.before), after=_short(each.after))
    if len(found) > _SHOWN:
        yield _("… and {number} more", number=str(len(found) - _SHOWN))
    if left := missing(right, wrong):
        yield _("Not written yet: {languages}.", languages=", ".join(LANGUAGE_NAMES[code] for code in left))
    if not found:
        return
    if mode == SILENT:
        yield _("{people} got it. Where it can be, it is changed in place; nobody is told.", people=count)
    else:
        yield _(
            "{people} got it. Where it can be, what they have is changed in place; as that makes no sound, one line"
            " goes with it.",
            people=count,
        )


def changed(right: Broadcast, wrong: Broadcast) -> list[Difference]:
    """In every language in which both are."""
    codes = [code for code in written(wrong) if code in right.texts]
    return [each for code in codes for each in differences(wrong.texts[code], right.texts[code])]


def _short(words: str) -> str:
    return words if len(words) <= _LONGEST else words[: _LONGEST - 1] + "…"


def written(one: Broadcast) -> list[str]:
    """The languages in which it is."""
    return [code for code in LANGUAGES if one.texts.get(code)]


def missing(right: Broadcast, wrong: Broadcast) -> list[str]:
    """The languages in which what was sent is, and what is right is not yet."""
    return [code for code in written(wrong) if code not in right.texts]
