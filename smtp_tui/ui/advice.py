"""Errors as a screen shows them: the advice names the key that works on that screen, if any."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from textual.screen import Screen

from smtp_tui.api.errors import AdviceLine, ApiError
from smtp_tui.text import clean_block
from smtp_tui.ui.actions import spoken


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
        return f"{line.text} ({key})." if key else line.sentence

    return error.lines(worded)


def error_text(screen: Screen[Any], error: ApiError) -> str:
    """The lines of the error as one cleaned text."""
    return "\n".join(clean_block(line, 400) for line in error_lines(screen, error))
