"""The colours: what each of them means, and the themes that say how it looks.

No other module names a colour. ``Content`` and CSS name a role, such as ``$good``, and a theme
gives the role a colour. A colour never stands alone: a sign or a word says the same.

Text roles: ``$accent`` where keys go, headings; ``$good`` accepted, stored, reachable; ``$bad``
rejected, removed, in danger; ``$warn`` changed, marked, old, hints; ``$unknown`` an outcome that is
not known, numbers in JSON. Labels and explanations are ``dim``: Solarized paints the terminal's
bright black in its background. ``$frame`` is the border of a panel without the focus.

Roles with a background: ``$selection`` the cursor's row, ``$field`` what can be typed in,
``$match`` a part of it that is selected, and the environments ``$production``, ``$staging``,
``$test`` and ``$other``. :func:`filled` gives their style, which needs no colours.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from textual.theme import BUILTIN_THEMES, Theme

from smtp_tui.mail.outcome import Verdict
from smtp_tui.profiles.preferences import ChosenTheme
from smtp_tui.text import nearest

TEXTS: Final = ("accent", "good", "bad", "warn", "unknown")
"""The roles of text."""
PAIRS: Final = ("selection", "field", "match", "production", "staging", "test", "other")
"""The roles that have a background too."""

VERDICTS: Final = {
    Verdict.ACCEPTED: "good",
    Verdict.REJECTED: "bad",
    Verdict.UNREACHABLE: "warn",
    Verdict.UNKNOWN: "unknown",
}
"""The role of each verdict."""


def filled(role: str) -> str:
    """Return the style of a role with a background; reverse video where there are no colours."""
    return f"${role} on ${role}-background $filled"


def _variables(
    texts: tuple[str, ...], frame: str, background: str, pairs: dict[str, tuple[str, str]]
) -> dict[str, str]:
    """The variables of a theme: a colour for each role of text, two for each with a background."""
    roles = dict(zip(TEXTS, texts, strict=True)) | {"frame": frame}
    for name, (text, behind) in pairs.items():
        roles |= {name: text, f"{name}-background": behind}
    return roles | {
        "block-cursor-foreground": roles["selection"],
        "block-cursor-background": roles["selection-background"],
        "input-cursor-foreground": roles["selection-background"],
        "input-cursor-background": roles["selection"],
        "input-selection-foreground": roles["match"],
        "input-selection-background": roles["match-background"],
        "scrollbar": frame,
        "scrollbar-hover": roles["accent"],
        "scrollbar-active": roles["accent"],
        "scrollbar-background": background,
        "scrollbar-background-hover": background,
        "scrollbar-background-active": background,
        "scrollbar-corner-color": background,
    }


ANSI: Final = replace(
    BUILTIN_THEMES["ansi-dark"],
    name="ansi",
    primary="ansi_cyan",
    accent="ansi_cyan",
    variables=BUILTIN_THEMES["ansi-dark"].variables
    | _variables(
        ("ansi_cyan", "ansi_green", "ansi_red", "ansi_yellow", "ansi_magenta"),
        "ansi_bright_black",
        "ansi_default",
        {
            "selection": ("ansi_bright_white", "ansi_blue"),
            "field": ("ansi_bright_white", "ansi_bright_black"),
            "match": ("ansi_black", "ansi_yellow"),
            "production": ("ansi_bright_white", "ansi_red"),
            "staging": ("ansi_black", "ansi_yellow"),
            "test": ("ansi_black", "ansi_green"),
            "other": ("ansi_black", "ansi_cyan"),
        },
    ),
)
"""The terminal's own sixteen colours, which follow its palette."""

DARK: Final = Theme(
    name="dark",
    primary="#59c2ff",
    accent="#59c2ff",
    success="#7fd88f",
    error="#ff7b72",
    warning="#e3b341",
    foreground="#d8dee9",
    background="#11151c",
    surface="#11151c",
    panel="#11151c",
    variables=_variables(
        ("#59c2ff", "#7fd88f", "#ff7b72", "#e3b341", "#d2a8ff"),
        "#4a5568",
        "#11151c",
        {
            "selection": ("#ffffff", "#1f5fbf"),
            "field": ("#e6edf3", "#2a3444"),
            "match": ("#11151c", "#e3b341"),
            "production": ("#ffffff", "#b62324"),
            "staging": ("#11151c", "#d29922"),
            "test": ("#11151c", "#3fb950"),
            "other": ("#11151c", "#39c5cf"),
        },
    ),
)
"""Colours of its own on a dark background, for terminals with millions of them."""

LIGHT: Final = Theme(
    name="light",
    primary="#0b6c8a",
    accent="#0b6c8a",
    success="#1a7f37",
    error="#cf222e",
    warning="#8a5a00",
    foreground="#1f2328",
    background="#fbfbf9",
    surface="#fbfbf9",
    panel="#fbfbf9",
    dark=False,
    variables=_variables(
        ("#0b6c8a", "#1a7f37", "#cf222e", "#8a5a00", "#8250df"),
        "#b8bec5",
        "#fbfbf9",
        {
            "selection": ("#ffffff", "#0969da"),
            "field": ("#1f2328", "#e1e5ea"),
            "match": ("#1f2328", "#f2cc60"),
            "production": ("#ffffff", "#b62324"),
            "staging": ("#1f2328", "#e0a83a"),
            "test": ("#1f2328", "#5fcf7a"),
            "other": ("#1f2328", "#4cc9d6"),
        },
    ),
)
"""Colours of its own on a light background."""

THEMES: Final = (ANSI, DARK, LIGHT)


def role_defaults(theme: Theme, *, colours: bool) -> dict[str, str]:
    """Return the roles that a theme does not define: from Textual's own names for such colours.

    Without ``colours`` what has a background is in reverse video.
    """
    styles = {"filled": "bold" if colours else "bold reverse"}
    if theme in THEMES:
        return styles
    names = theme.to_color_system().generate()
    primary, on_primary = names["primary"], names["background"]
    texts = (
        names["accent"],
        names["success"],
        names["error"],
        names["warning"],
        names["secondary"],
    )
    pairs = dict.fromkeys(PAIRS, (on_primary, primary)) | {
        "field": (names["foreground"], names["panel"]),
        "match": (on_primary, names["warning"]),
        "production": (on_primary, names["error"]),
        "staging": (on_primary, names["warning"]),
        "test": (on_primary, names["success"]),
    }
    return styles | _variables(texts, names["panel"], names["background"], pairs)


def known_theme(chosen: ChosenTheme | None) -> str:
    """Return the theme that a user chose, or the default. Raises ``TomlProblem``."""
    names = [theme.name for theme in THEMES] + [*BUILTIN_THEMES]
    if chosen is None:
        return ANSI.name
    if chosen.name not in names:
        own = ", ".join(theme.name for theme in THEMES)
        words = f'Unknown theme "{chosen.name}"{nearest(chosen.name, names)}'
        raise chosen.refused(f"{words} · {own}, or any theme of Textual")
    return chosen.name


APP_CSS: Final = """
* { scrollbar-size-vertical: 1; }
CommandInput > .input--selection { text-style: $filled; }
Button {
    width: auto; min-width: 0; margin-right: 2; padding: 0 1;
    background: $field-background; color: $field; text-style: none;
}
Button:nocolor { text-style: underline; }
Button.-danger { background: $production-background; color: $production; }
Button:focus { background: $selection-background; color: $selection; text-style: $filled; }
Button:disabled {
    background: $background !important; color: $foreground; border: none !important;
    text-opacity: 100%; text-style: dim;
}
SearchIcon { display: none; }
CommandPalette > Vertical { margin-top: 1; }
CommandPalette #--input { border: round $accent; }
CommandPalette CommandInput, CommandPalette CommandInput:focus {
    border: none; padding: 0 1; height: 1; background: $background;
}
CommandPalette > .command-palette--help-text { color: $foreground; text-style: not bold; }
CommandList { border: none; border-bottom: solid $frame; max-height: 80vh; }
CommandList:focus { border: none; border-bottom: solid $frame; }
"""
"""The look of Textual's own parts: buttons, palette, the selected text."""
