"""The names of keys, which are Textual's; shared by the keymap and by what reads the terminal.

The commands use them too, so that nothing here imports Textual.
"""

from __future__ import annotations

import string
import unicodedata
from typing import Final

_SHORTER: Final = {
    **{"solidus": "slash", "reverse_solidus": "backslash", "commercial_at": "at"},
    **{"hyphen_minus": "minus", "plus_sign": "plus", "low_line": "underscore"},
}


def key_name(character: str) -> str:
    """The name of the key that types a character: letters and digits name themselves.

    Others have their Unicode name: ``?`` is ``question_mark``.
    """
    if character.isalnum():
        return character
    name = unicodedata.name(character, character).lower().replace("-", "_").replace(" ", "_")
    return _SHORTER.get(name, name)


SIGNS: Final = {key_name(sign): sign for sign in string.punctuation}
"""The signs of a keyboard by the names of their keys."""
NAMED: Final = frozenset(f"f{number}" for number in range(1, 25)) | {
    *("up", "down", "left", "right", "home", "end", "pageup", "pagedown", "insert", "delete"),
    *("enter", "escape", "tab", "space", "backspace"),
}
"""The other keys that have a name."""
SAME_KEY: Final = {
    **{"ctrl+h": "backspace", "ctrl+i": "tab", "ctrl+j": "enter", "ctrl+m": "enter"},
    **{"ctrl+left_square_bracket": "escape", "ctrl+[": "escape", "ctrl+at": "ctrl+space"},
    "ctrl+slash": "ctrl+underscore",
    **{"shift+backspace": "backspace", "shift+enter": "enter", "shift+space": "space"},
    **{"alt+backspace": "ctrl+w", "ctrl+backspace": "ctrl+w"},
    **{"alt+b": "ctrl+left", "alt+f": "ctrl+right", "alt+tab": "shift+tab"},
}
"""Keys that many terminals cannot tell from another key; from all of them they arrive as that."""


def sign_of(key: str) -> str | None:
    """The sign that a key with this name types; None if it types none."""
    if key in SIGNS:
        return SIGNS[key]
    try:
        character = unicodedata.lookup(key.replace("_", " "))
    except KeyError:
        return None
    return character if key not in NAMED and key_name(character) == key else None
