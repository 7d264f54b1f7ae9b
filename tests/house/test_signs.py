"""Each sign that a screen draws has a stand-in for terminals that cannot draw it."""

from __future__ import annotations

import ast
import unicodedata

from smtp_tui.ui.terminal.driver import STAND_INS
from tests.house.tree import sources, within

KNOWN = {*STAND_INS, "\N{REPLACEMENT CHARACTER}"}
ROOMS = [f"smtp_tui.{room}" for room in ("ui", "mail", "workflows", "editing")]


def test_every_sign_in_a_text_of_the_screens_has_a_stand_in() -> None:
    missing = {
        f"{module}: {sign}"
        for module, tree in sources()
        if within(module, *ROOMS)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        for sign in node.value
        if not sign.isascii() and unicodedata.category(sign)[0] in "SP" and sign not in KNOWN
    }
    assert missing == set()
