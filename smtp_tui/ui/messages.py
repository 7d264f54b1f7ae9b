"""Messages that come up over the screen, and say nothing but text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import App

from smtp_tui.ui.text import clean
from smtp_tui.ui.widgets.visible import visible

if TYPE_CHECKING:
    from textual.notifications import SeverityLevel


class PlainMessages(App[None]):
    """An app whose messages hold no markup and drive no terminal, whoever sends them."""

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,
    ) -> None:
        """Show a message; `markup` is what Textual calls with, and is not listened to."""
        lines = "\n".join(map(visible, message.split("\n")))
        super().notify(lines, title=clean(title), severity=severity, timeout=timeout, markup=False)
