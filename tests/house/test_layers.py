"""The layers hold: imports go down only, and each library has its one room."""

import ast
import importlib
import inspect
import re
import textwrap
from collections.abc import Iterator
from functools import cache

import pytest
from textual.drivers.linux_driver import LinuxDriver
from textual.widgets import Input

from tests.house.tree import PACKAGE, Import, files, imports, sources, within

MAY_IMPORT = {
    "__init__": (),
    "__main__": ("cli",),
    "cli": ("",),
    "ui": (
        *("ui", "text", "log", "help", "workflows", "state", "profiles", "editing", "probe"),
        *("mail", "api"),
    ),
    "workflows": (
        *("workflows", "text", "typed", "log", "state", "profiles", "editing", "probe", "mail"),
        "api",
    ),
    "profiles": ("profiles", "text", "log", "typed", "state.files", "api"),
    "state": ("state", "typed", "api"),
    "editing": ("editing", "text", "mail.parameters", "api"),
    "probe": ("probe", "text", "mail", "api"),
    "mail": ("mail", "typed", "api"),
    "help": ("help",),
    "text": (),
    "typed": (),
    "log": (),
    "api": ("api", "log"),
    "sandbox": ("sandbox",),
}
"""What each room may import of the package; the version may be read by all.

Profiles share with the state what finds a file and writes it safely, no more. A draft follows the
parameters as `mail` describes them.
"""
VERSION = ("smtp_tui", "smtp_tui.__version__")

ROOM_OF_LIBRARY = {
    "textual": ("ui", "cli"),
    "httpx": ("api",),
    "yaml": ("editing",),
    "OpenSSL": ("probe",),
    "dns": ("probe",),
    "anyio": ("sandbox",),
    "uvicorn": ("sandbox",),
    "aiosmtpd": ("sandbox",),
}
MOST_BROAD_EXCEPTS = 1
"""One place, at the very edge, turns what nobody foresaw into one plain line."""

BY_NAME = {"getattr", "setattr", "hasattr", "delattr", "attrgetter", "methodcaller"}
"""Functions that take the name of an attribute."""


def room(module: str) -> str:
    """The room of a module of the package: `smtp_tui.api.models` is in `api`."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


def all_imports() -> Iterator[Import]:
    """Every import of every module."""
    for module, tree in sources():
        yield from imports(module, tree)


def forbidden(arrow: Import) -> bool:
    """Whether an import goes where its room may not."""
    if arrow.target.startswith("."):
        return True  # relative imports hide the arrow
    if not within(arrow.target, "smtp_tui") or arrow.target in VERSION:
        return False
    places = MAY_IMPORT[room(arrow.module)]
    return not within(arrow.target, *(f"smtp_tui.{place}".rstrip(".") for place in places))


def test_imports_go_down_only() -> None:
    arrows = list(all_imports())
    assert {room(arrow.module) for arrow in arrows} >= {"api", "sandbox", "ui", "profiles"}
    assert [str(arrow) for arrow in arrows if forbidden(arrow)] == []


@pytest.mark.parametrize(
    ("source", "target", "wrong"),
    [
        ("smtp_tui.ui.app", "smtp_tui.api.client.Client", False),
        ("smtp_tui.cli.main", "smtp_tui.sandbox.background.serving", False),
        ("smtp_tui.profiles.store", "smtp_tui.state.files.write", False),
        ("smtp_tui.sandbox.sandbox", "smtp_tui.__version__", False),
        ("smtp_tui.mail.parameters", "json", False),
        ("smtp_tui.ui.app", "smtp_tui.sandbox.background.serving", True),
        ("smtp_tui.profiles.store", "smtp_tui.state.history.record", True),
        ("smtp_tui.mail.parameters", "smtp_tui.editing.patch.Patch", True),
        ("smtp_tui.api.client", "smtp_tui.ui.app", True),
        ("smtp_tui.sandbox.sandbox", "smtp_tui.api.models", True),
        ("smtp_tui.sandbox.sandbox", "smtp_tui.sandboxes", True),
        ("smtp_tui.api.client", "..ui.app", True),
    ],
)
def test_an_arrow_is_judged_by_its_rooms(source: str, target: str, wrong: bool) -> None:
    assert forbidden(Import(source, target, 1, in_function=False)) is wrong


def test_each_library_has_its_one_room() -> None:
    strays = [
        str(arrow)
        for arrow in all_imports()
        for library, rooms in ROOM_OF_LIBRARY.items()
        if within(arrow.target, library) and room(arrow.module) not in rooms
    ]
    assert strays == []


def test_the_command_line_reaches_the_screens_only_inside_functions() -> None:
    opener = "smtp_tui.cli.screen"
    early = [
        str(arrow)
        for arrow in all_imports()
        if room(arrow.module) in ("cli", "__main__")
        and arrow.module != opener
        and within(arrow.target, "textual", "smtp_tui.ui", opener)
        and not arrow.in_function
    ]
    assert early == []


def broad_excepts(tree: ast.Module) -> Iterator[int]:
    """The lines of handlers that catch everything."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler):
            caught = [node.type] if node.type else []
            names = {
                each.id for top in caught for each in ast.walk(top) if isinstance(each, ast.Name)
            }
            if not caught or names & {"Exception", "BaseException"}:
                yield node.lineno


def test_at_most_one_place_catches_everything() -> None:
    probe = "try: x\nexcept (OSError, Exception): y\ntry: x\nexcept: y\ntry: x\nexcept OSError: y"
    assert list(broad_excepts(ast.parse(probe))) == [2, 4]
    found = [f"{module}:{line}" for module, tree in sources() for line in broad_excepts(tree)]
    assert len(found) <= MOST_BROAD_EXCEPTS, found


def private(name: str) -> bool:
    """Whether a name begins with one underscore."""
    return name.startswith("_") and not name.startswith("__")


@cache
def private_names(cls: type) -> frozenset[str]:
    """The private names that a class has, or assigns in one of its methods."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(cls)))
    assigned = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
    }
    return frozenset(name for name in assigned | set(vars(cls)) if private(name))


def their_names(cls: type) -> frozenset[str]:
    """The private names that a class of ours has from Textual."""
    theirs = [base for base in cls.__mro__ if within(base.__module__, "textual")]
    return frozenset().union(*map(private_names, theirs))


def in_class(node: ast.ClassDef, theirs: frozenset[str]) -> Iterator[tuple[int, str]]:
    """Where a class uses or redefines names that are private to its bases."""
    for each in ast.walk(node):
        if isinstance(each, ast.Attribute) and each.attr in theirs:
            yield each.lineno, each.attr
    for each in node.body:
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef):
            names = [each.name]
        else:
            targets = getattr(each, "targets", [getattr(each, "target", None)])
            names = [target.id for target in targets if isinstance(target, ast.Name)]
        yield from ((each.lineno, name) for name in names if name in theirs)


def of_others(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Uses of private names of another object, by attribute or by a name in quotes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and private(node.attr):
            own = isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")
            if not own:
                yield node.lineno, node.attr
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") in BY_NAME:
            for each in node.args:
                if isinstance(each, ast.Constant) and private(str(each.value)):
                    yield node.lineno, str(each.value)


PROBE = """
class Probe(Input):
    _other = True
    _value = ""
    async def _on_key(self, event):
        self.app._driver
        self._own
        self._size = getattr(self, "_restricted")
        super()._watch_value()
"""


class OurDriver(LinuxDriver):
    """One level above the probe: bases of bases count."""


def test_a_private_name_of_any_base_is_found() -> None:
    tree = ast.parse(PROBE)
    (node,) = tree.body
    assert isinstance(node, ast.ClassDef)
    assert sorted({*of_others(tree), *in_class(node, their_names(Input))}) == [
        (4, "_value"),
        (5, "_on_key"),
        (6, "_driver"),
        (8, "_restricted"),
        (8, "_size"),
        (9, "_watch_value"),
    ]
    assert {"_writer_thread", "_file", "_get_terminal_size"} <= their_names(OurDriver)


def test_no_private_name_of_textual_is_used() -> None:
    used = []
    for module, tree in sources():
        if room(module) != "ui":
            continue
        loaded = importlib.import_module(module)
        used += [f"{module}:{line} {name}" for line, name in of_others(tree)]
        for node in tree.body:
            if isinstance(node, ast.ClassDef):
                theirs = their_names(getattr(loaded, node.name))
                used += [f"{module}:{line} {name}" for line, name in in_class(node, theirs)]
    modules = [
        str(arrow)
        for arrow in all_imports()
        if within(arrow.target, "textual") and any(map(private, arrow.target.split(".")))
    ]
    assert used + modules == []


def test_no_handler_calls_that_of_its_base_which_textual_calls_itself() -> None:
    again = re.compile(r"super\(\)\.on_(?!event\b)\w+")
    assert again.search("    super().on_mount()")
    found = [
        str(path.relative_to(PACKAGE))
        for path in files(PACKAGE)
        if path.suffix == ".py" and again.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []
