"""Sentences take the keys they name from the keymap, so that rebound keys are named right."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.house.tree import sources, within

KEY = re.compile(r"\bctrl\+[a-z]\b|(?<![\w+])esc(?:ape)?\b")
FIXED = {
    "smtp_tui.ui.actions": "the table of the actions and their default keys",
    "smtp_tui.ui.terminal.key_names": "names of keys as a terminal reports them",
}


def sentences(tree: ast.Module) -> Iterator[ast.Constant]:
    """The texts of several words, docstrings left out."""
    docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in docs and " " in str(node.value):
            yield node


def named(module: str, tree: ast.Module) -> list[str]:
    """Where a sentence of a module names a key."""
    return [
        f"{module}:{sentence.lineno} {sentence.value!r}"
        for sentence in sentences(tree)
        if KEY.search(str(sentence.value))
    ]


def test_no_sentence_of_a_screen_names_a_key_that_can_be_rebound() -> None:
    probe = '"""esc in a docstring is no sentence"""\nx = f"{y} · esc leaves"\nz = "ctrl+s saves"'
    assert len(named("probe", ast.parse(probe))) == 2
    found = [
        line
        for module, tree in sources()
        if within(module, "smtp_tui.ui") and module not in FIXED
        for line in named(module, tree)
    ]
    assert found == []
