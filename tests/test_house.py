"""The rules of the house, so that no paragraph has to repeat them."""

import ast
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

HOUSE = Path(__file__).parent.parent
ROOMS = ("bot", "handlers", "db")
#: what the files below a path may not import, and why
FORBIDDEN = {
    "db": (("bot", "handlers", "telegram", "starlette"), "db/ remembers; it knows nobody above it"),
    "bot": (("handlers",), "the machinery does not know the product; bot/commands/ is where all meet"),
    "bot/knowledge": (("db", "bot.channel", "handlers", "aiohttp", "httpx", "telegram"), "knowledge is pure"),
    "bot/web": (("handlers", "telegram"), "the web speaks through what it is given"),
    "bot/channels": (("handlers", "starlette"), "a channel translates; it does not decide"),
    "handlers": (("sqlalchemy", "telegram", "starlette", "aiohttp"), "a handler asks db/ verbs and says replies"),
}
MEET = ("bot/commands", "bot/cli.py", "bot/__main__.py")


def files(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((HOUSE / folder).rglob("*.py"))


def name(path: Path) -> str:
    return path.relative_to(HOUSE).as_posix()


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


@pytest.mark.parametrize("room", FORBIDDEN)
def test_imports_run_one_way(room: str) -> None:
    forbidden, reason = FORBIDDEN[room]
    wrong = [
        f"{name(path)} imports {module}"
        for path in files(room)
        if not name(path).startswith(MEET)
        for module in imports(path)
        if any(module == one or module.startswith(f"{one}.") for one in forbidden)
    ]
    assert not wrong, reason


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
        family = path.stem.split("_")[0]
        others = [module for module in imports(path) if module.startswith("bot.channel.")]
        assert all(module.removeprefix("bot.channel.").startswith(family) for module in others), name(path)


def test_a_file_is_short_enough_to_be_read() -> None:
    long = {name(path): lines for path in files(*ROOMS) if (lines := path.read_text("utf-8").count("\n")) > 300}
    assert not long


def test_a_function_fits_on_a_page() -> None:
    long = [
        f"{name(path)}: {node.name}"
        for path in files(*ROOMS, "tests")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno >= 40
        and "migrations" not in name(path)
    ]
    assert not long


def test_every_module_says_what_it_is() -> None:
    silent = [
        name(path)
        for path in files(*ROOMS, "tests")
        if path.read_text("utf-8").strip() and not ast.get_docstring(ast.parse(path.read_text("utf-8")))
    ]
    assert silent == ["bot/__main__.py"]


def test_every_handler_says_what_the_person_experiences() -> None:
    silent = [
        f"{name(path)}: {node.name}"
        for path in files("handlers")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.AsyncFunctionDef) and node.decorator_list and not ast.get_docstring(node)
    ]
    assert not silent


def test_no_file_is_named_after_a_drawer() -> None:
    drawers = {"utils", "util", "helpers", "helper", "managers", "manager", "services", "service", "common", "misc"}
    assert not [name(path) for path in files(*ROOMS, "tests") if path.stem in drawers]


def test_every_choice_that_is_offered_has_one_handler() -> None:
    offered: dict[str, str] = {}
    taken = ["retry"]  # the conversation takes it
    for path in files("bot", "handlers"):
        tree = ast.parse(path.read_text("utf-8"))
        constants = {
            target.id: node.value.value
            for node in tree.body
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
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
