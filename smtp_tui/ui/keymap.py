"""The keys that a user chose for actions; checked, for Textual drops a clash without a word.

The commands check them too, so that nothing here imports Textual.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final, TypeVar

from msgspec.structs import replace

from smtp_tui.profiles.preferences import ChosenKeys
from smtp_tui.profiles.reading import nearest
from smtp_tui.ui.actions import BY_ID, Action, Place
from smtp_tui.ui.terminal.key_names import NAMED, SAME_KEY, SIGNS, key_name

if TYPE_CHECKING:
    from textual.screen import Screen

ScreenResult = TypeVar("ScreenResult")

_TYPED: Final = frozenset({Place.FORM, Place.SECRET})
_TOGETHER: Final = (
    frozenset({Place.CONNECTIONS, Place.RECORD}),
    _TYPED,
)
"""Places besides the same one whose keys can be pressed at the same time."""
_MOVING: Final = frozenset("jkgG") | {
    *("space", "up", "down", "left", "right", "home", "end", "pageup", "pagedown"),
    *("enter", "escape", "tab", "shift+tab"),
}
"""What moves in tables, fields and dialogs; only its own action may have it."""


def keymap_of(chosen: Iterable[ChosenKeys]) -> dict[str, str]:
    """The keymap that Textual takes. Raises ``PreferencesError`` at the first mistake."""
    chosen = tuple(chosen)
    bound = dict(BY_ID)
    for one in chosen:
        action = BY_ID.get(one.action)
        if action is None:
            raise one.refused(f'there is no action "{one.action}"{nearest(one.action, BY_ID)}')
        for key in one.keys:
            why = _refusal(action, key)
            if why:
                raise one.refused(f'"{key}" {why}')
        keys = ["".join(_split(key)) for key in one.keys]
        bound[one.action] = replace(action, keys=",".join(keys), show_as="")
    for one in chosen:
        other = _clashing(bound[one.action], bound.values())
        if other is not None:
            raise one.refused(f'"{one.action}" has the key of "{other.id}" ({other.key_display})')
    return {one.action: bound[one.action].keys for one in chosen}


def _split(key: str) -> tuple[str, str]:
    """The modifiers of a key with their ``+``, and the key itself by Textual's name.

    ``?`` is ``question_mark``. The name is blank where it is no key.
    """
    found = re.fullmatch(r"((?:(?:ctrl|alt|shift)\+)*)(.+)", unicodedata.normalize("NFC", key))
    if found is None:
        return "", ""
    modifiers, plain = found.groups()
    if len(plain) == 1 and plain.isprintable() and plain != " ":
        return modifiers, key_name(plain)
    return modifiers, plain if plain in NAMED or plain in SIGNS else ""


def _refusal(action: Action, written: str) -> str:
    """Why an action cannot have a key, in words that follow it; blank where it can."""
    modifiers, plain = _split(written)
    if not plain:
        return (
            "is no key; a key is a letter, ctrl+ and a letter, f1 to f12, or a name such as slash"
        )
    key = modifiers + plain
    if key in SAME_KEY:
        return f"arrives as {SAME_KEY[key]}; choose another key"
    if modifiers and len(plain) == 1 and not plain.isascii():
        return "arrives with the letter that the key has in the Latin layout; choose that one"
    if key in _MOVING and key not in action.keys.split(","):
        return "moves in lists and fields"
    typed = action.place in _TYPED or action.priority
    if typed and not modifiers and not re.fullmatch(r"f\d+|escape", key):
        return "could not be typed in a field any more; choose one with ctrl+"
    return ""


def _clashing(action: Action, others: Iterable[Action]) -> Action | None:
    """An action whose key this one took, and did not share by default."""
    keys = set(action.keys.split(","))
    for other in others:
        if other.id != action.id and _meet(action.place, other.place):
            before = set(BY_ID[action.id].keys.split(",")) & set(BY_ID[other.id].keys.split(","))
            if (keys & set(other.keys.split(","))) - before:
                return other
    return None


def _meet(one: Place, other: Place) -> bool:
    pair = {one, other}
    return len(pair) == 1 or Place.EVERYWHERE in pair or any(pair <= some for some in _TOGETHER)


def rebound(screen: Screen[ScreenResult]) -> Mapping[str, Action]:
    """The actions of this screen whose keys are others than the defaults, with those keys."""
    keys: dict[str, list[str]] = {}
    for active in screen.active_bindings.values():
        binding = active.binding
        if binding.id in BY_ID and binding.key_display is None:  # Textual drops it with the key
            keys.setdefault(binding.id, []).append(binding.key)
    return {
        one: replace(BY_ID[one], keys=",".join(found), show_as="") for one, found in keys.items()
    }


def bound(screen: Screen[ScreenResult], action_id: str) -> Action:
    """An action with the keys it has on this screen, for a sentence that names one."""
    return rebound(screen).get(action_id, BY_ID[action_id])
