"""The screen for a start that failed: what is wrong, where, and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from smtp_tui.api.clock import Clock
from smtp_tui.text import clean_block
from smtp_tui.ui.base import FullScreen
from smtp_tui.ui.keymap import bound
from smtp_tui.ui.widgets.plain_text import PlainText


class StartProblemScreen(FullScreen[None]):
    """Nothing is overwritten, and the profiles can still be looked at."""

    KEYS = ()
    BINDINGS: ClassVar[list[BindingType]] = [Binding("q,escape", "app.leave", "Quit")]
    DEFAULT_CSS = """
    StartProblemScreen PlainText { padding: 1 2; }
    """

    def __init__(self, clock: Clock, problem: str) -> None:
        super().__init__(None, clock)
        self._problem = problem

    def compose_body(self) -> Iterable[Widget]:
        """The problem, and the keys that help."""
        profiles, keys = (
            bound(self, action_id).first_key for action_id in ("app.profiles", "app.help")
        )
        yield PlainText(
            f"{clean_block(self._problem)}\n\n"
            "Nothing was changed. Fix it in an editor and start again,\n"
            f"or press {profiles} to see the profiles that can be used.\n\n"
            f"{profiles} profiles · {keys} help · q quit"
        )
