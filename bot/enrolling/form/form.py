"""A draft of an enrolment while it is filled in: which question stands, what was answered, and what comes next."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from bot.asking import Question
from bot.enrolling.form import enrolment
from bot.errors import Gone
from bot.fields import Field, Values
from bot.language.i18n import _
from bot.reply import Choice
from bot.turn import Turn
from db import files
from db.enrolling import enrolments, seats
from db.enrolling.enrolments import Enrolment
from db.fairs import programmes
from db.fairs.programmes import Programme

#: names the question whether what is known is still right, and the answer to it
SAME = "same"
#: states in which answers are given
OPEN = ("draft", "correction")


@dataclass(frozen=True)
class FillIn(Question):
    """The question of a form that stands, by its mark; to an album of photos, the field that the first one answered."""

    name: ClassVar[str] = "form"
    form: int
    mark: int
    field: str = ""


@dataclass(frozen=True, slots=True)
class OwnEnrolment:
    """Which enrolment of theirs a choice is about, by either name; below a question, the mark of that, and whether what
    is known is the same; below a draft, whether its programme is closed."""

    id: int = 0
    form: int = 0
    mark: int = 0
    same: bool = False
    closed: bool = False


@dataclass(slots=True)
class Form:
    one: Enrolment
    programme: Programme
    fields: list[Field]

    @classmethod
    async def load(cls, turn: Turn, id: int) -> "Form":  # noqa: A002
        """Load a draft of the person's own; refuses where it is gone."""
        one = await enrolments.load(turn.db, id)
        programme = await programmes.load(turn.db, one.programme_id) if one else None
        if one is None or programme is None or one.person_id != turn.person.person_id:
            if turn.memory.form == id:
                turn.memory.form = 0
            raise Gone(_("I no longer have that form."), [Choice(_("All programmes"), "programmes")])
        return cls(one, programme, enrolment.fields(programme))

    @classmethod
    async def chosen(cls, turn: Turn, lock: bool = False) -> "Form":
        """Load the enrolment of their own that the choice is about, its places locked first if asked."""
        about = turn.chosen(OwnEnrolment)
        form = await cls.load(turn, about.form or about.id)
        if not lock:
            return form
        await seats.lock(turn.db, form.programme.id)
        return await cls.load(turn, form.one.id)

    @property
    def values(self) -> Values:
        """The answers, with what the questions need to know."""
        return self.one.answers | {"for_other": self.one.for_other}

    @property
    def is_open(self) -> bool:
        return self.one.state in OPEN

    @property
    def confirms(self) -> bool:
        """Whether what is known is shown first, to be confirmed."""
        return bool(self.one.known) and SAME not in self.one.answers

    @property
    def asked(self) -> Field | None:
        """The question that stands; None at the review, and while what is known is to be confirmed."""
        if self.confirms:
            return None
        return self.named(self.one.step) or next(iter(self.pending()), None)

    def pending(self) -> list[Field]:
        """The fields still to be answered, in order; of a correction, those that staff want anew."""
        if self.one.state == "correction":
            return [field for field in self.fields if field.name in self.one.wrong]
        return [field for field in self.fields if not self._is_answered(field)]

    def counted(self) -> list[Field]:
        """The questions that this person is asked: without those that were confirmed all together."""
        if self.one.answers.get(SAME):
            return [field for field in self.fields if not _knows(self.one.known, field)]
        return self.fields

    def place(self, field: Field | None) -> tuple[int, int]:
        """Which of how many questions this is; the total never grows."""
        ahead = 1 if self.one.known else 0
        names = [one.name for one in self.counted()]
        if field is None:
            return 1, ahead + len(names)
        return ahead + (names.index(field.name) + 1 if field.name in names else 0), ahead + len(names)

    def added(self) -> int:
        """The questions that are new since it was last asked."""
        return sum(field.name not in self.one.fields for field in self.fields) if self.one.fields else 0

    def proposal(self, field: Field) -> Values:
        """The answer given before, or known from elsewhere."""
        for values in (self.one.answers, self.one.known):
            if _knows(values, field) and field.said(values):
                return {name: values[name] for name in field.sets}
        return {}

    def answer(self, field: Field, meant: Values) -> None:
        """Keep an answer and go to the next question."""
        self._set(answers=self.one.answers | meant, misses=0)
        if not field.several:
            self.go_on_after(field)

    def go_on_after(self, field: Field) -> None:
        """Go to the next unanswered question, from here on and then from the beginning; else to the review."""
        wrong = [name for name in self.one.wrong if name != field.name]
        if self.one.only or self.one.state == "correction":
            self._set(step="", only="", misses=0, wrong=wrong)
            return
        names = [one.name for one in self.fields]
        later = [one for one in self.pending() if names.index(one.name) > names.index(field.name)]
        self._set(step=later[0].name if later else "", misses=0)

    def go_back(self) -> None:
        """Go to the question before, or from a change to the review."""
        shown = [one.name for one in self.counted()]
        at = shown.index(self.one.step) if self.one.step in shown else len(shown)
        if self.one.only:
            self._set(step="", only="", misses=0)
        elif at > 0:
            self._set(step=shown[at - 1], misses=0)

    def change(self, field: Field) -> None:
        """Ask this question alone, then show the review again."""
        self._set(step=field.name, only=field.name, misses=0)

    def confirm(self, same: bool, known: Values | None = None) -> None:
        """Take what is known as answers; or, where it is not `same`, ask for each of it again."""
        known = self.one.known if known is None else known
        kept = known if same else {}
        self._set(known=known, answers={**kept, **self.one.answers, SAME: same}, step="", misses=0)

    def restart(self) -> None:
        """Start from the first question, proposing what was answered."""
        known = self.one.known | {name: value for name, value in self.one.answers.items() if name != SAME}
        self._set(answers={SAME: False}, known=known, step="", only="", misses=0)

    def missed(self) -> int:
        """Count an answer that was none; returns how many there were in a row."""
        self._set(misses=self.one.misses + 1)
        return self.one.misses

    async def add_file(self, turn: Turn, field: Field) -> int:
        """Keep the file that was sent beside those that answer the field already; returns how many there are."""
        assert turn.file is not None
        return self.attach(field, await files.add(turn.db, turn.person.person_id, turn.file, turn.now))

    def attach(self, field: Field, file: int) -> int:
        """Add a kept file to a field; where the field is answered anew, the files before it no longer count."""
        anew = self.one.only or field.name in self.one.wrong
        kept = [] if anew else list(self.one.answers.get(field.name) or [])
        kept += [file] if file not in kept else []
        self._set(answers=self.one.answers | {field.name: kept})
        return len(kept)

    def takes_more(self) -> Field | None:
        """The document field that was asked last: of several photos the others come when the next question stands."""
        names = [field.name for field in self.fields]
        until = names.index(self.one.step) if self.one.step in names else len(names)
        sent = [field for field in self.fields[:until] if field.is_document and self.one.answers.get(field.name)]
        return sent[-1] if sent else None

    async def ask(self, turn: Turn, number: bool) -> None:
        """Keep the draft with a question of this turn: choices of earlier questions no longer count."""
        asked = self.asked
        step = asked.name if asked else ""
        self._set(step=step, mark=turn.id, fields=[field.name for field in self.fields])
        await self.keep(turn)
        turn.memory.form = self.one.id
        turn.ask(FillIn(self.one.id, self.one.mark), number=number)

    async def keep(self, turn: Turn) -> None:
        """Store the draft."""
        names = ("answers", "known", "fields", "step", "only", "mark", "misses", "wrong", "for_other", "business_id")
        kept = {name: getattr(self.one, name) for name in names}
        await enrolments.keep(turn.db, self.one.id, turn.now, address_id=turn.person.address_id, **kept)

    def takes_on(self, turn: Turn) -> bool:
        """Whether it can be sent now; a correction always can."""
        return self.one.state == "correction" or self.programme.takes_on(turn.today)

    def _set(self, **values: Any) -> None:
        self.one = replace(self.one, **values)

    def set_business(self, business: int | None) -> None:
        """Set which of their businesses this is about."""
        self._set(business_id=business)

    def named(self, name: str) -> Field | None:
        """The question of this name; None where it is not asked any more."""
        return next((field for field in self.fields if field.name == name), None)

    def _is_answered(self, field: Field) -> bool:
        """Whether a field is answered; skipped counts, an answer that means nothing any more does not."""
        return _knows(self.one.answers, field) and (field.empty is not None or bool(field.said(self.values)))


def _knows(values: Collection[str], field: Field) -> bool:
    return all(name in values for name in field.sets)
