"""The rules of the house, so that no paragraph has to repeat them."""

import ast
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

HOUSE = Path(__file__).parent.parent
ROOMS = ("bot", "handlers", "db")

#: from the ground up, what stands on each storey; what stands on one may use its own storey and those below
STOREYS = (
    {
        "db", "bot.language", "bot.media", "bot.dates", "bot.fields", "bot.knowledge", "bot.settings", "bot.logs",
        "bot.metrics", "bot.clock", "bot.codes", "bot.nursery", "bot.batch", "bot.errors",
        # plain data: fields read an Inbound, a refusal holds choices
        "bot.inbound", "bot.reply",
    },
    {
        "bot.asking", "bot.memory", "bot.turn", "bot.router", "bot.choosing", "bot.fragments", "bot.channel",
        "bot.edge", "bot.lines", "bot.reader", "bot.conversation", "bot.runner", "bot.outbox", "bot.deliveries",
        "bot.sending",
        "bot.pace", "bot.jobs", "bot.channels", "bot.assistant", "bot.private_chat", "bot.apology",
    },
    # a room may use those named before it
    {"bot.answers"},
    {"bot.fairs"},
    {"bot.cases"},
    {"bot.enrolling"},
    {"bot.entries"},
    {"bot.door"},
    {"bot.broadcasts"},
    {"bot.privacy"},
    {"handlers", "bot.web", "bot.commands"},
)  # fmt: skip
#: where all meet: these use every storey, and what starts the assistant uses them
MEET = ("bot.composition", "bot.cli", "bot.__main__")
STARTS = "bot.commands.start"
#: faces do not know each other
FACES = ("handlers", "bot.web", "bot.commands")
#: what may not be imported below a place, and why
FORBIDDEN = {
    "db": (("bot", "handlers", "telegram", "starlette"), "db/ remembers; it knows nobody above it"),
    "bot/knowledge": (("db", "aiohttp", "httpx", "telegram"), "knowledge is pure"),
    "bot/channels": (("starlette",), "a channel translates; it does not decide"),
    "handlers": (("sqlalchemy", "telegram", "starlette", "aiohttp"), "a handler asks db/ and says replies"),
}
#: names that files, classes and functions had and that mean something else today, or nothing; see the glossary
ENDED = {
    "bot/live.py", "bot/when.py", "bot/quiet.py", "bot/picks.py", "bot/opening.py", "bot/content.py", "bot/wishes.py",
    "bot/coming.py", "bot/attempts.py", "bot/typed.py", "bot/forms", "bot/ics.py", "handlers/places.py",
    "handlers/wrong.py", "handlers/joining.py", "handlers/join.py", "handlers/status.py",
    "handlers/staff/several.py", "bot/commands/arrivals.py", "bot/commands/data.py",
}  # fmt: skip

#: a choice or a question that a handler takes apart by itself
BY_HAND = re.compile(r"assert turn\.choice|choice\.args|\basks\.(split|r?partition|startswith|remove)|\.asks [!=]= ")

#: what a clock on the wall is read with
CLOCKS = {"monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "process_time", "thread_time", "time_ns"}
LOOP = re.compile(r"\b(time|\w*loop(\(\))?)\.time$")
LIMITS = {"asyncio.timeout", "asyncio.wait_for"}
#: seconds that a limit has at least which only ends what hangs
PATIENCE = 10
#: the fast tests that may look at one, and why
MAY_MEASURE = {
    "tests/bot/test_deliveries.py": "whether a wait is over before it begins; a slow machine makes it only more so",
    "tests/bot/test_fuzz.py": "the processor's time: a pattern that never ends has no other measure",
    "tests/bot/test_kill.py": "its service notes when it was killed, for the slow ones that compare it",
}


def files(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((HOUSE / folder).rglob("*.py"))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def name(path: Path) -> str:
    return path.relative_to(HOUSE).as_posix()


def module(path: Path) -> str:
    return ".".join(path.relative_to(HOUSE).with_suffix("").parts).removesuffix(".__init__")


MODULES = {module(path): path for path in files(*ROOMS)}


@cache
def imports(path: Path) -> frozenset[str]:
    """The modules that a file imports, wherever it does: `from bot import turn` is `bot.turn`."""
    found = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            named = {f"{node.module}.{alias.name}" for alias in node.names}
            inner = named & MODULES.keys()
            found |= inner if len(inner) == len(named) else inner | {node.module}
    return frozenset(found)


def storey(wanted: str) -> int:
    """The number of the storey on which a module stands; raises where it stands on none."""
    parts = wanted.split(".")
    place = ".".join(parts[: 2 if parts[0] == "bot" else 1])
    return next(number for number, places in enumerate(STOREYS) if place in places)


def test_every_module_stands_on_a_storey() -> None:
    lost = [
        one
        for one in MODULES
        if one not in (*MEET, "bot")
        and not any(one == place or one.startswith(f"{place}.") for places in STOREYS for place in places)
    ]
    assert not lost


def test_imports_run_down_the_storeys() -> None:
    wrong = [
        f"{one} imports {other}"
        for one, path in MODULES.items()
        if one not in (*MEET, "bot")
        for other in imports(path) & MODULES.keys() - {"bot"}
        if (other in MEET and one != STARTS) or (other not in MEET and storey(other) > storey(one))
    ]
    assert not wrong


def test_a_face_does_not_know_another() -> None:
    def face(of: str) -> str:
        return next((face for face in FACES if of == face or of.startswith(f"{face}.")), "")

    wrong = [
        f"{one} imports {other}"
        for one, path in MODULES.items()
        for other in imports(path) & MODULES.keys()
        if face(one)
        and face(other)
        and face(one) != face(other)
        and (face(one), face(other)) != ("bot.commands", "bot.web")
    ]
    assert not wrong, "only the command that serves them knows the pages"


def test_nothing_stands_in_a_circle() -> None:
    """Also not through an import inside a function."""
    uses = {one: imports(path) & MODULES.keys() - {one} for one, path in MODULES.items()}
    while free := {one for one, others in uses.items() if not others & uses.keys()}:
        uses = {one: others for one, others in uses.items() if one not in free}
    assert not sorted(uses)


@pytest.mark.parametrize("place", FORBIDDEN)
def test_what_a_place_never_imports(place: str) -> None:
    forbidden, reason = FORBIDDEN[place]
    wrong = [
        f"{name(path)} imports {module}"
        for path in files(place)
        for module in imports(path)
        if any(module == one or module.startswith(f"{one}.") for one in forbidden)
    ]
    assert not wrong, reason


def test_one_name_of_a_class_means_one_thing() -> None:
    named: dict[str, list[str]] = {}
    for path in files(*ROOMS):
        for node in tree(path).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                named.setdefault(node.name, []).append(name(path))
    homonyms = {word: places for word, places in named.items() if len(places) > 1}
    assert homonyms.keys() <= {"Plan"}, "exhibitions and programmes are planned alike"


def test_a_name_that_was_ended_does_not_come_back() -> None:
    assert not [ended for ended in ENDED if (HOUSE / ended).exists()]


def test_bot_stays_easy_to_overlook() -> None:
    assert len(list((HOUSE / "bot").glob("*.py"))) <= 40


def test_handlers_meet_by_a_choices_name_and_not_by_importing_each_other() -> None:
    wrong = [
        name(path)
        for path in files("handlers")
        if path.name != "__init__.py"
        for module in imports(path)
        if module.startswith("handlers") and module != "handlers.staff.desk"  # what guards them all
    ]
    assert not wrong


def test_a_channel_knows_only_its_own_vendor_and_no_other_channel() -> None:
    for path in files("bot/channels"):
        place = module(path).removeprefix("bot.channels.").split(".")[0]
        others = [one for one in imports(path) if one.startswith("bot.channels.")]
        assert all(one.removeprefix("bot.channels.").split(".")[0] == place for one in others), name(path)


def test_a_file_is_short_enough_to_be_read() -> None:
    long = {name(path): lines for path in files(*ROOMS) if (lines := path.read_text("utf-8").count("\n")) > 300}
    assert not long


def test_a_function_fits_on_a_page() -> None:
    long = [
        f"{name(path)}: {node.name}"
        for path in files(*ROOMS, "tests")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno >= 40
        and "migrations" not in name(path)
    ]
    assert not long


def test_no_fast_test_asserts_a_time_of_the_clock_on_the_wall() -> None:
    """What must be fast is counted in steps, statements or calls, or is measured by a slow test."""
    measuring = [
        f"{name(path)}:{line}"
        for path in files("tests")
        if path.name.startswith("test_") and name(path) not in MAY_MEASURE
        for line in _measuring(tree(path))
    ]
    assert not measuring


def _measuring(code: ast.AST) -> Iterator[int]:
    """The lines outside of slow tests where a clock is read, or where the time that something may take is short."""
    if _is_slow(code):
        return
    for part in ast.iter_child_nodes(code):
        yield from _measuring(part)
    match code:
        case ast.Attribute(attr=clock) | ast.Name(id=clock) if clock in CLOCKS:
            yield code.lineno
        case ast.Call(func=asked) if LOOP.search(ast.unparse(asked)):
            yield code.lineno
        case ast.Call(func=asked, args=[*_, ast.Constant(value=float() | int() as limit)]):
            if ast.unparse(asked) in LIMITS and limit < PATIENCE:
                yield code.lineno
        case ast.BinOp(left=ast.Attribute(attr="at"), op=ast.Sub()):
            yield code.lineno


def _is_slow(node: ast.AST) -> bool:
    """Whether it is marked so, a module as a whole or a test alone."""
    marks = list[ast.AST](getattr(node, "decorator_list", ()))
    if isinstance(node, ast.Module):
        marks += [
            one for one in node.body if isinstance(one, ast.Assign) and "pytestmark" in ast.unparse(one.targets[0])
        ]
    return any("mark.slow" in ast.unparse(mark) for mark in marks)


def test_every_module_says_what_it_is() -> None:
    silent = [
        name(path)
        for path in files(*ROOMS, "tests")
        if path.read_text("utf-8").strip() and not ast.get_docstring(tree(path))
    ]
    assert silent == ["bot/__main__.py"]


def test_every_handler_says_what_the_person_experiences() -> None:
    silent = [
        f"{name(path)}: {node.name}"
        for path in files("handlers")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.AsyncFunctionDef) and node.decorator_list and not ast.get_docstring(node)
    ]
    assert not silent


#: how a docstring begins that only its author understands: "Of its deliveries.", "It waits.", "Asked for."
RIDDLES = {
    "Of",
    "It",
    "Its",
    "They",
    "Them",
    "That",
    "To",
    "From",
    "With",
    "And",
    "Once",
    "Asked",
    "Kept",
    "Done",
    "Said",
}


def test_no_docstring_of_a_function_begins_as_a_riddle() -> None:
    riddles = [
        f"{name(path)}: {node.name}: {said}"
        for path in files(*ROOMS)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (said := ast.get_docstring(node) or "")
        and (said.split()[0].strip(".,:;") in RIDDLES or len(said.split()) < 2)
    ]
    assert not riddles, "say who does what, beginning in the imperative"


def test_what_choices_and_questions_carry_is_read_as_dataclasses() -> None:
    by_hand = [
        f"{name(path)}: {line.strip()}"
        for path in files("handlers")
        for line in path.read_text("utf-8").splitlines()
        if BY_HAND.search(line)
    ]
    assert not by_hand, "turn.chosen and turn.asked read them, also those of yesterday"


def test_no_file_is_named_after_a_drawer() -> None:
    drawers = {"utils", "util", "helpers", "helper", "managers", "manager", "services", "service", "common", "misc"}
    assert not [name(path) for path in files(*ROOMS, "tests") if path.stem in drawers]


def test_a_rule_only_looks() -> None:
    """Which handler takes a turn is asked of many; whoever answers that changes nothing."""
    changing = [
        f"{name(path)}: {node.name}"
        for path in files("handlers")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef) and node.returns and ast.unparse(node.returns) == "bool"
        for inner in ast.walk(node)
        if isinstance(inner, ast.Attribute) and isinstance(inner.ctx, ast.Store)
    ]
    assert not changing


def test_every_choice_that_is_offered_has_one_handler() -> None:
    offered: dict[str, str] = {}
    taken = ["retry"]  # the conversation takes it
    for path in files("bot", "handlers"):
        module = tree(path)
        constants = {
            target.id: node.value.value
            for node in module.body
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for call in (node for node in ast.walk(module) if isinstance(node, ast.Call)):
            names = [str(_said(argument, constants)) for argument in call.args]
            if isinstance(call.func, ast.Attribute) and call.func.attr == "choice":
                taken += filter(None, names)
            elif isinstance(call.func, ast.Name) and call.func.id == "Choice" and len(names) > 1 and names[1]:
                offered[names[1]] = name(path)
    assert len(offered) > 100
    assert not {choice: path for choice, path in offered.items() if choice not in taken}
    assert not [choice for choice, times in Counter(taken).items() if times > 1], "one of them would never be reached"


def _said(node: ast.expr, constants: Mapping[str, object]) -> object:
    """The text of a literal or of a constant of the same file; empty for what is put together."""
    if isinstance(node, ast.Name):
        return constants.get(node.id, "")
    return node.value if isinstance(node, ast.Constant) else ""
