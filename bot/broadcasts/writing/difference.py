"""Show staff what a correction changes, before it is sent."""

from collections.abc import Iterator

from bot.broadcasts.audience.wording import people
from bot.broadcasts.writing.draft import Difference, differences
from bot.language.i18n import LANGUAGE_NAMES, LANGUAGES, _
from bot.language.markdown import Markdown
from db.broadcasts.broadcasts import RECALL, SILENT, Broadcast

#: differences that are shown
_SHOWN = 5
#: characters of each side of a difference
_LONGEST = 60


def told(right: Broadcast, wrong: Broadcast, total: int) -> Markdown:
    """Say the difference in the language being spoken; `wrong` as it reads now, `total` how many people have it."""
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
    """List the differences in every language that both have."""
    codes = [code for code in written(wrong) if code in right.texts]
    return [each for code in codes for each in differences(wrong.texts[code], right.texts[code])]


def _short(words: str) -> str:
    return words if len(words) <= _LONGEST else words[: _LONGEST - 1] + "…"


def written(one: Broadcast) -> list[str]:
    """List the languages it is written in."""
    return [code for code in LANGUAGES if one.texts.get(code)]


def missing(right: Broadcast, wrong: Broadcast) -> list[str]:
    """List the languages of what was sent in which the correction is not written yet."""
    return [code for code in written(wrong) if code not in right.texts]
