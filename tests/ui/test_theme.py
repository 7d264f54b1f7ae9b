"""The colours: each is named in one place, and what is drawn in them can be read."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Final

import pytest
from textual.color import Color
from textual.theme import Theme

import smtp_tui
from smtp_tui.ui.theme import ANSI, DARK, LIGHT, PAIRS, TEXTS, role_defaults
from tests.failing_sandbox import Sandbox
from tests.ui.helpers import opened

READABLE: Final = 4.5
"""WCAG 2.1, 1.4.3: the contrast of text and its background, at least."""
BOLD: Final = 3.0
"""The same for bold text, which what has a background is."""
_COLOUR: Final = re.compile(
    r"\bansi_\w+|#[0-9a-fA-F]{6}\b|\b(?:red|green|yellow|blue|magenta|cyan|white|black)\b"
)
_NAMES: Final = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
_PALETTES: Final = {
    "xterm": "000000 cd0000 00cd00 cdcd00 0000ee cd00cd 00cdcd e5e5e5 7f7f7f ff0000 00ff00 ffff00"
    " 5c5cff ff00ff 00ffff ffffff",
    "Tango": "2e3436 cc0000 4e9a06 c4a000 3465a4 75507b 06989a d3d7cf 555753 ef2929 8ae234 fce94f"
    " 729fcf ad7fa8 34e2e2 eeeeec",
    "Solarized": "073642 dc322f 859900 b58900 268bd2 d33682 2aa198 eee8d5 002b36 cb4b16 586e75"
    " 657b83 839496 6c71c4 93a1a1 fdf6e3",
    "Campbell": "0c0c0c c50f1f 13a10e c19c00 0037da 881798 3a96dd cccccc 767676 e74856 16c60c"
    " f9f1a5 3b78ff b4009e 61d6d6 f2f2f2",
}
"""Solarized has one for its dark and its light form."""


def _texts_of(path: Path) -> list[str]:
    """The literal texts of a module, but for its docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    quoted = [node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)]
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in quoted
    ]


def test_no_module_but_the_theme_names_a_colour() -> None:
    root = Path(smtp_tui.__file__).parent / "ui"
    named = [
        f"{path.relative_to(root)}: {found[0]}"
        for path in sorted(root.rglob("*.py"))
        if path.name != "theme.py"
        for text in _texts_of(path)
        if (found := _COLOUR.search(text)) is not None
    ]
    assert named == []
    assert any(map(_COLOUR.search, _texts_of(root / "theme.py")))


def _light(colour: Color) -> float:
    """The relative luminance of a colour (WCAG 2.1)."""
    parts = [part / 255 for part in colour.rgb]
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(text: str, background: str) -> float:
    darker, lighter = sorted((_light(Color.parse(text)), _light(Color.parse(background))))
    return (lighter + 0.05) / (darker + 0.05)


def _pair(theme: Theme, name: str) -> tuple[str, str]:
    return theme.variables[name], theme.variables[f"{name}-background"]


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_every_role_of_the_dark_and_the_light_theme_can_be_read(theme: Theme) -> None:
    background = theme.background or ""
    pairs = {name: (theme.variables[name], background) for name in TEXTS}
    pairs |= {name: _pair(theme, name) for name in PAIRS}
    pairs["text"] = (theme.foreground or "", background)
    found = {name: round(_contrast(*pair), 1) for name, pair in pairs.items()}
    assert min(found.values()) >= READABLE, found


@pytest.mark.parametrize("palette", _PALETTES)
def test_labels_and_selection_can_be_read_in_the_palettes_of_terminals(palette: str) -> None:
    names = [f"ansi_{bright}{name}" for bright in ("", "bright_") for name in _NAMES]
    colours = dict(zip(names, (f"#{each}" for each in _PALETTES[palette].split()), strict=True))
    pairs = {name: [colours[part] for part in _pair(ANSI, name)] for name in PAIRS}
    found = {name: round(_contrast(*pair), 1) for name, pair in pairs.items()}
    assert min(found.values()) >= BOLD, found


@pytest.mark.parametrize("name", ["textual-dark", "textual-light", "nord", "gruvbox", "ansi-light"])
async def test_every_theme_of_textual_gives_the_roles_a_colour(name: str) -> None:
    with Sandbox() as sandbox:
        async with opened(sandbox) as ui:
            ui.app.theme = name
            await ui.press("question_mark")
            await ui.sees("search the keys")
            variables = ui.app.get_css_variables()
    assert {*TEXTS, *PAIRS, *(f"{pair}-background" for pair in PAIRS)} <= variables.keys()


def test_without_colours_what_has_a_background_is_in_reverse_video() -> None:
    for theme in (ANSI, DARK, LIGHT):
        assert "reverse" in role_defaults(theme, colours=False)["filled"]
        assert "reverse" not in role_defaults(theme, colours=True)["filled"]
