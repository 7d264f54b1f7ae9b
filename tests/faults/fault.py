"""What a fault is, and how it is put into a copy of the source."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

PACKAGE = "smtp_tui"


class DoesNotApply(Exception):
    """The text of a fault stands nowhere in the source, or more than once."""


@dataclass(frozen=True)
class Fault:
    """One fault: `old`, which stands once in the package, becomes `new`.

    It is found by its text alone, so that code may move to another file. `tests` are pytest's
    names of the tests that have to turn red.
    """

    name: str
    promise: str
    old: str
    new: str
    tests: tuple[str, ...]


def sources(root: Path) -> dict[Path, str]:
    """The text of every module of the package below `root`."""
    return {
        path: path.read_text(encoding="utf-8") for path in sorted((root / PACKAGE).rglob("*.py"))
    }


def applied(fault: Fault, texts: Mapping[Path, str]) -> tuple[Path, str]:
    """The file that a fault is in, and its text with the fault. Raises `DoesNotApply`."""
    found = [path for path, text in texts.items() if fault.old in text]
    count = sum(texts[path].count(fault.old) for path in found)
    if count != 1:
        raise DoesNotApply(f"{fault.name}: its text stands {count} times in the source, not once")
    text = texts[found[0]].replace(fault.old, fault.new)
    if text == texts[found[0]]:
        raise DoesNotApply(f"{fault.name}: it changes nothing")
    try:
        ast.parse(text)
    except SyntaxError as error:
        raise DoesNotApply(f"{fault.name}: what it makes is no Python ({error})") from None
    return found[0], text


def missing_tests(fault: Fault, root: Path) -> Iterator[str]:
    """The tests of a fault that are not there."""
    for name in fault.tests:
        file, _, function = name.partition("::")
        path = root / file
        known = _functions(path) | {""} if path.is_file() else set()
        if function.partition("[")[0] not in known:
            yield name


def _functions(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name for node in tree.body if isinstance(node, kinds)}
