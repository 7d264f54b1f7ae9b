"""A number and its noun agree: one function makes them, so that nobody reads "1 entries"."""

import ast
import re
from collections.abc import Iterator

from tests.house.tree import sources, within

ROOMS = [f"smtp_tui.{room}" for room in ("cli", "ui", "workflows", "profiles")]
NUMBERS = {"count", "total", "times", "number", "left"}
"""Names of numbers that may be one."""
ONE = re.compile(r"'(?:s|1 \w.*)'\Z")
"""A text for one: an s that is added, or the noun with its 1."""
PLURAL = re.compile(r" (?:\w+ )?(?:entries|\w\w+[^s']s)\b(?! in\b)")


def _is_number(value: ast.expr) -> bool:
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name):
        return value.func.id == "len"
    return isinstance(value, ast.Name) and value.id in NUMBERS


def _counted_by_hand(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.IfExp) and any(
            map(ONE.match, map(ast.unparse, (node.body, node.orelse)))
        ):
            yield f"{node.lineno}: {ast.unparse(node)}"
        if not isinstance(node, ast.JoinedStr):
            continue
        for part, after in zip(node.values, node.values[1:], strict=False):
            if not (isinstance(part, ast.FormattedValue) and isinstance(after, ast.Constant)):
                continue
            if _is_number(part.value) and PLURAL.match(str(after.value)):
                yield f"{node.lineno}: {ast.unparse(part.value)}{after.value!s}"


def test_no_plural_is_made_by_hand() -> None:
    """In the rooms that speak to a person and may import `counted`."""
    found = [
        f"{module} {words}"
        for module, tree in sources()
        if within(module, *ROOMS)
        for words in _counted_by_hand(tree)
    ]
    assert found == []
