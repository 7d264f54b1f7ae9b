"""With what to compare: another profile, or a file."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar, Final

from textual import on, work
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Input

from smtp_tui.profiles.model import Profile
from smtp_tui.state.files import FileProblem
from smtp_tui.text import clean
from smtp_tui.ui.actions import bindings
from smtp_tui.ui.base import Dialog
from smtp_tui.ui.compare.sides import file_named, others
from smtp_tui.ui.services import Services
from smtp_tui.ui.widgets.fields import Paste, TextInput
from smtp_tui.ui.widgets.plain_text import PlainText
from smtp_tui.ui.widgets.table import Column, RecordsTable, Row

_COLUMNS: Final = (
    Column("name", "PROFILE", 16, flexible=True),
    Column("label", "LABEL", 12, flexible=True),
    Column("host", "HOST", 20, flexible=True),
)


class CompareWithDialog(Dialog[Profile | Path | None]):
    """Gives the profile under the cursor, or the file that was typed."""

    TITLE = "Compare with"
    DEFAULT_CSS = """
    CompareWithDialog RecordsTable { height: 8; margin-top: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("dialog.cancel"),
        Binding("down", "move(1)", show=False, priority=True),
        Binding("up", "move(-1)", show=False, priority=True),
    ]

    def __init__(self, services: Services, but: Profile) -> None:
        super().__init__()
        self._services = services
        self._but = but
        self._profiles: tuple[Profile, ...] = ()
        self._typed = TextInput(placeholder="a profile, or the path of a file", takes=Paste.TEXT)
        self._table = RecordsTable(_COLUMNS, counts=False)

    def compose_box(self) -> Iterable[Widget]:
        """What is typed, and the profiles that it may be."""
        yield self._typed
        yield self._table
        yield PlainText("", classes="said")

    def keys(self) -> Iterable[tuple[str, str]]:
        """What the keys do."""
        return (("↑ ↓", "Choose"), ("enter", "Compare"), (self.cancel_key, "Back"))

    def on_mount(self) -> None:
        """Read the profiles."""
        self.set_focus(self._typed)
        self._read()

    @work(group="profiles", description="read the profiles")
    async def _read(self) -> None:
        try:
            found = (await asyncio.to_thread(self._services.store.load)).profiles
        except FileProblem as problem:
            found = ()
            self.say(clean(str(problem), 300))
        self._profiles = others((*self._services.extra_profiles, *found), self._but.name)
        self.narrow()

    @on(Input.Changed)
    def narrow(self) -> None:
        """Show the profiles that hold what is typed."""
        words = self._typed.value.casefold().split()
        rows = (
            Row(
                profile.name,
                (
                    clean(profile.name, 80),
                    clean(profile.badge, 40),
                    clean(profile.target().origin.text, 100),
                ),
            )
            for profile in self._profiles
        )
        self._table.rows = tuple(
            row for row in rows if all(word in " ".join(row.cells).casefold() for word in words)
        )
        file = file_named(self._typed.value)
        self._table.notice = "Enter reads this file." if file else "There is no such profile."

    @on(Input.Submitted)
    @on(RecordsTable.Opened)
    def choose(self) -> None:
        """Compare with what is chosen."""
        chosen = self._table.cursor_id
        profile = next((each for each in self._profiles if each.name == chosen), None)
        answer = profile or file_named(self._typed.value)
        if answer is None:
            self.say("Type the name of a profile, or the path of a file.")
        else:
            self.dismiss(answer)

    def action_move(self, rows: int) -> None:
        """Move the cursor of the table while the words are typed."""
        self._table.cursor_row += rows
