"""What can be done everywhere, and actions as the command palette takes them."""

from __future__ import annotations

from typing import Final

from textual.app import App, SystemCommand
from textual.screen import Screen

from smtp_tui.ui.actions import Action

APP_ACTIONS: Final = (
    "app.help",
    "app.profiles",
    "app.previous_profile",
    "app.activity",
    "app.journal",
    "app.mailbox",
    "app.redraw",
    "app.leave",
    "app.suspend_process",
)
"""The actions of the app itself, but for the palette, which does not offer itself."""


def command(where: Screen[object] | App[None], action: Action) -> SystemCommand:
    """The action by name, with its key; chosen, it is run by ``where`` as its key would."""

    async def run() -> None:
        await where.run_action(action.verb)

    return SystemCommand(action.label, f"{action.help}  ({action.key_display})", run)
