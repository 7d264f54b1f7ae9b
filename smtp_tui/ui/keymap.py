"""The keys of actions: those that a user chose, checked, and those that work on a screen.

Textual drops a clashing binding silently. The advice of an error names the key that does it on the
screen, if there is one. Commands check keys too, so nothing here imports Textual.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from msgspec.structs import replace

from smtp_tui.api.errors import AdviceLine, ApiError
from smtp_tui.profiles.preferences import ChosenKeys
from smtp_tui.text import clean_block, nearest
from smtp_tui.ui.actions import BY_ID, Action, Place, spoken
from smtp_tui.ui.terminal.key_names import NAMED, SAME_KEY, SIGNS, key_name

if TYPE_CHECKING:
    from textual.screen import Screen

_TYPED: Final = frozenset({Place.FORM, Place.SECRET})
_TOGETHER: Final = (frozenset({Place.TABLE, Place.ALL, Place.RECORD, Place.DETAIL}), _TYPED)
"""Different places whose keys work at the same time."""
_MOVING: Final = frozenset("jkgG") | {
    *("space", "up", "down", "left", "right", "home", "end", "pageup", "pagedown"),
    *("enter", "escape", "tab", "shift+tab", "ctrl+d", "ctrl+u", "ctrl+f", "ctrl+b"),
}
"""Keys that move in tables, inputs and dialogs. Only an action that has one by default keeps it."""


def keymap_of(chosen: Iterable[ChosenKeys]) -> dict[str, str]:
    """Return the keymap for Textual. Raises ``TomlProblem`` at the first mistake."""
    chosen = tuple(chosen)
    actions = dict(BY_ID)
    for choice in chosen:
        action = BY_ID.get(choice.action)
        if action is None:
            hint = nearest(choice.action, BY_ID)
            raise choice.refused(f'there is no action "{choice.action}"{hint}')
        for key in choice.keys:
            why = _refusal(action, key)
            if why:
                raise choice.refused(f'"{key}" {why}')
        keys = ("".join(_split(key)) for key in choice.keys)
        actions[choice.action] = replace(action, keys=",".join(keys))
    for choice in chosen:
        other = _clashing(actions[choice.action], actions.values())
        if other is not None:
            words = f'"{choice.action}" uses the key of "{other.id}" ({other.key_display})'
            raise choice.refused(words)
    return {choice.action: actions[choice.action].keys for choice in chosen}


def _split(key: str) -> tuple[str, str]:
    """Return the modifiers of a key, each with its ``+``, and Textual's name of the key itself.

    ``?`` becomes ``question_mark``. The name is blank where it is not a key.
    """
    found = re.fullmatch(r"((?:(?:ctrl|alt|shift)\+)*)(.+)", unicodedata.normalize("NFC", key))
    if found is None:
        return "", ""
    modifiers, plain = found.groups()
    if len(plain) == 1 and plain.isprintable() and plain != " ":
        return modifiers, key_name(plain)
    return modifiers, plain if plain in NAMED or plain in SIGNS else ""


def _refusal(action: Action, written: str) -> str:
    """Return why an action cannot have a key, to be put after it; blank where it can."""
    modifiers, plain = _split(written)
    if not plain:
        return "is not a key; use a letter, ctrl+letter, f1 to f12, or a name such as slash"
    key = modifiers + plain
    if key in SAME_KEY:
        return f"arrives as {SAME_KEY[key]}; choose another key"
    if modifiers and len(plain) == 1 and not plain.isascii():
        return "arrives with the letter that the key has in the Latin layout; choose that one"
    if key in _MOVING and key not in action.keys.split(","):
        return "moves in lists and fields"
    typed = action.place in _TYPED or action.priority
    if typed and not modifiers and not re.fullmatch(r"f\d+|escape", key):
        return "would block typing in a field; choose one with ctrl+"
    return ""


def _clashing(action: Action, others: Iterable[Action]) -> Action | None:
    """Return an action that has one of these keys too, unless both have it by default."""
    for other in others:
        if other.id != action.id and _meet(action.place, other.place):
            shared = _keys(action) & _keys(other)
            if shared - (_keys(BY_ID[action.id]) & _keys(BY_ID[other.id])):
                return other
    return None


def _keys(action: Action) -> set[str]:
    return set(action.keys.split(","))


def _meet(place: Place, other: Place) -> bool:
    both = {place, other}
    return len(both) == 1 or Place.APP in both or any(both <= group for group in _TOGETHER)


def with_keys(screen: Screen[Any], action_ids: Iterable[str]) -> list[Action]:
    """Return actions with the keys that they have on a screen."""
    keys: dict[str | None, list[str]] = {}
    for active in screen.active_bindings.values():
        if active.binding.key_display is None:  # Textual drops it with a key that was chosen
            keys.setdefault(active.binding.id, []).append(active.binding.key)
    actions = [BY_ID[action_id] for action_id in action_ids]
    return [
        replace(action, keys=",".join(keys[action.id])) if action.id in keys else action
        for action in actions
    ]


def bound(screen: Screen[Any], action_id: str) -> Action:
    """Return an action with the keys it has on a screen, for a sentence that names one."""
    return with_keys(screen, (action_id,))[0]


def key_here(screen: Screen[Any], action_ids: Iterable[str]) -> str:
    """The key of the first of these actions that works on this screen now; blank if none does.

    Keys chosen by the user count. A letter does not while a field has the focus and takes it.
    """
    first_keys = reversed(screen.active_bindings.items())  # the last one stays in a dict
    keys = {active.binding.id: key for key, active in first_keys if active.enabled}
    return next((spoken(keys[action_id]) for action_id in action_ids if action_id in keys), "")


def error_lines(screen: Screen[Any], error: ApiError) -> tuple[str, ...]:
    """What happened, why, what to do next, and the request id. Not cleaned."""

    def worded(line: AdviceLine) -> str:
        """The advice with the key that does it on this screen, if there is one."""
        key = key_here(screen, line.actions)
        if not key:
            return line.sentence
        return f"Press {key} {line.press}." if line.press else f"{line.text} ({key})."

    return error.lines(worded)


def error_text(screen: Screen[Any], error: ApiError) -> str:
    """The lines of the error as one cleaned text."""
    return "\n".join(clean_block(line, 400) for line in error_lines(screen, error))
