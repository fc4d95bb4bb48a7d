"""One, or several, of a few choices, tapped or written."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from bot.errors import Refusal
from bot.fields.field import NEXT, Field, Given, Values, answer
from bot.fields.wording import bare, figures, meant
from bot.language.i18n import _
from bot.language.listening import any_of, listed
from bot.language.markdown import Markdown, plain
from bot.reply import Choice

#: what is offered, by the code that is kept
Labels = Callable[[], Mapping[str, Markdown]]

#: between several answers; `1-3`; and `2`, `no 2`, `1 3 4`
_BETWEEN = re.compile(rf"[,;/&+\n]|\b{any_of('answers.joining')}\b")
_RANGE = re.compile(rf"\D{{0,6}}(\d{{1,2}})\s*(?:-|–|s/?d|{any_of('answers.range')})\s*(\d{{1,2}})\D{{0,6}}")
_NUMBERS = re.compile(rf"\s*{any_of('answers.number')}?[\s.:#]*\d{{1,2}}(?:[\s.)]+\d{{1,2}})*[\s.)]*")


def one_of(
    name: str,
    label: Callable[[], Markdown],
    question: Callable[[Values], Markdown],
    labels: Labels,
    find: Callable[[str], str] = lambda _text: "",
    *,
    optional: bool = False,
) -> Field:
    """A field whose answer is the code of one label; `find` gets the code from words that are not those of a label."""

    def read(turn: Given, values: Values) -> Values:
        if found := find(turn.text):
            return {name: found}
        shown = labels()
        likely = meant(turn.text, shown)
        if len(likely) == 1:
            return {name: likely[0]}
        if likely:
            raise Refusal(_("Which of these?"), offered(likely, shown))
        raise Refusal(_("Please choose one of these."), offers(values))

    def offers(_values: Values) -> list[Choice]:
        shown = labels()
        return offered(shown, shown)

    def offered(codes: Iterable[str], shown: Mapping[str, Markdown]) -> list[Choice]:
        return [answer(shown[code], **{name: code}) for code in codes]

    said = lambda values: plain(labels().get(values.get(name) or "", Markdown("")))  # noqa: E731
    return Field(name, label, question, read, said, {name: None} if optional else None, offers, sets=(name,))


def some_of(
    name: str,
    label: Callable[[], Markdown],
    question: Callable[[Values], Markdown],
    labels: Labels,
    find: Callable[[str], str] = lambda _text: "",
    *,
    most: int | None = None,
    optional: bool = False,
) -> Field:
    """A field whose answer is the list of the codes chosen, of at most seven labels of 22 characters.

    A tap adds one or takes it away; what is written is added.
    """
    some = _Some(name, labels, find, most, optional)

    def ask(values: Values) -> Markdown:
        if not values.get(name):
            return question(values)
        return _("So far: {chosen}. More, or is that all?", chosen=some.said(values))

    empty: Values | None = {name: []} if optional else None
    return Field(name, label, ask, some.read, some.said, empty, some.offers, several=True, sets=(name,))


@dataclass(frozen=True, slots=True)
class _Some:
    """The work of a field for several answers, see `some_of`."""

    name: str
    labels: Labels
    find: Callable[[str], str]
    most: int | None
    optional: bool

    def read(self, turn: Given, values: Values) -> Values:
        known, chosen = self.labels(), values.get(self.name) or []
        parts, added = _parts(turn.text, [*known]), []
        for part in parts:
            found = [part] if part in known else [self.find(part)] if self.find(part) else meant(part, known)
            if len(found) > 1:
                raise Refusal(_("Which of these?"), [self._row(code, chosen) for code in found])
            added += found
        if not parts or len(added) < len(parts):
            raise Refusal(_("Not all of that is in the list. Please choose from these."), self.offers(values))
        codes = list(dict.fromkeys([*chosen, *added]))
        if self.most and len(codes) > self.most:
            raise Refusal(_("{most} at most. Which of them matter most?", most=self.most), self.offers(values))
        return {self.name: codes}

    def offers(self, values: Values) -> list[Choice]:
        chosen = values.get(self.name) or []
        is_full = self.most is not None and len(chosen) >= self.most
        rows = [self._row(code, chosen) for code in self.labels() if code in chosen or not is_full]
        return [*rows, Choice(_("Done"), NEXT, kind="step")] if chosen or self.optional else rows

    def said(self, values: Values) -> str:
        known = self.labels()
        return ", ".join(plain(known[code]) for code in values.get(self.name) or [] if code in known)

    def _row(self, code: str, chosen: list[str]) -> Choice:
        shown = self.labels()[code]
        if code in chosen:
            return answer(f"✓ {shown}", **{self.name: [one for one in chosen if one != code]})
        return answer(shown, **{self.name: [*chosen, code]})


def _parts(text: str, codes: list[str]) -> list[str]:
    """Split a text at its commas; numbers of the list, and `all`, become the codes that they mean."""
    if listed("answers.all") & {*bare(text)}:
        return codes
    found: list[str] = []
    for part in filter(str.strip, _BETWEEN.split(figures(text))):
        if spread := _RANGE.fullmatch(part):
            numbers = [*range(int(spread[1]), int(spread[2]) + 1)]
        else:
            numbers = [int(one) for one in re.findall(r"\d+", part)] if _NUMBERS.fullmatch(part) else []
        found += [codes[one - 1] if 0 < one <= len(codes) else str(one) for one in numbers] or [part]
    return found
