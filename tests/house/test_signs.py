"""Each sign that a screen draws has a stand-in for terminals that cannot draw it."""

from __future__ import annotations

import ast
import unicodedata
from pathlib import Path

import smtp_tui
from smtp_tui.ui.terminal.driver import STAND_INS

KNOWN = {*STAND_INS, "\N{REPLACEMENT CHARACTER}"}
ROOT = Path(smtp_tui.__file__).parent


def test_every_sign_in_a_text_of_the_screens_has_a_stand_in() -> None:
    missing = {
        f"{path.relative_to(ROOT)}: {sign}"
        for room in ("ui", "mail", "workflows", "editing")
        for path in (ROOT / room).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        for sign in node.value
        if not sign.isascii() and unicodedata.category(sign)[0] in "SP" and sign not in KNOWN
    }
    assert missing == set()
