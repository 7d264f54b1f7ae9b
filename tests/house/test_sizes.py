"""Functions stay short enough to be read at one look."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.house.tree import sources

LONGEST = 50
MOST = 25
SHARE = 0.95
"""So many of all functions have at most ``MOST`` lines, docstring included."""


def functions() -> Iterator[tuple[int, str]]:
    """The lines of every function of the package, and its name."""
    for module, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                yield lines, f"{module}.{node.name}"


def test_no_function_is_long() -> None:
    assert [name for lines, name in functions() if lines > LONGEST] == []


def test_most_functions_are_short() -> None:
    lengths = [lines for lines, _ in functions()]
    assert len(lengths) > 1000
    short = sum(length <= MOST for length in lengths)
    assert short / len(lengths) >= SHARE
