"""What a conversation remembers: a slot for each room, in one flat object."""

from collections import Counter
from dataclasses import fields

import bot.composition  # noqa: F401 (every room declares its slot)
from bot.answers.unanswered import Unanswered
from bot.enrolling.form.open_form import OpenForm
from bot.memory import Memory, Slot


def test_no_two_slots_keep_something_under_one_name() -> None:
    slots = {slot.__qualname__: slot for slot in Slot.__subclasses__()}
    kept = [*fields(Memory), *(part for slot in slots.values() for part in fields(slot))]
    assert len(slots) > 4
    assert [name for name, times in Counter(part.name for part in kept).items() if times > 1] == []


def test_what_a_room_remembers_is_kept_with_the_rest() -> None:
    memory = Memory.from_json({"topic": "halal.cost", "form_said": "2027-01-02"})
    assert memory[OpenForm].form_said == "2027-01-02"
    memory[OpenForm].form_said, memory[Unanswered].unsure = "", "biaya"
    assert memory.to_json() == {"topic": "halal.cost", "unsure": "biaya"}


def test_what_nobody_knows_any_more_stays_until_it_is_forgotten() -> None:
    memory = Memory.from_json({"gone": 1, "asked": 7})
    assert memory.to_json() == {"gone": 1, "asked": 7}
    memory.forget()
    assert memory.to_json() == {}


def test_a_copy_is_not_changed_with_it() -> None:
    memory = Memory.from_json({"near": ["halal.cost"], "form_said": "2027-01-02"})
    before = memory.copy()
    memory[Unanswered].near.append("halal.paths")
    memory[OpenForm].form_said = "2027-01-03"
    assert before.to_json() == {"near": ["halal.cost"], "form_said": "2027-01-02"}
