"""Which profile: chosen by its name, as the target of a copy or the other side of a comparison."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar, Final

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Input

from smtp_tui.profiles.model import Profile
from smtp_tui.text import clean
from smtp_tui.ui.actions import bindings
from smtp_tui.ui.base import Dialog
from smtp_tui.ui.widgets.fields import Paste, TextInput
from smtp_tui.ui.widgets.plain_text import PlainText
from smtp_tui.ui.widgets.rows import Column, Row
from smtp_tui.ui.widgets.table import RecordsTable

_COLUMNS: Final = (
    Column("name", "PROFILE", 16, flexible=True),
    Column("label", "LABEL", 12, flexible=True),
    Column("host", "HOST", 20, flexible=True),
)


class WhichProfileDialog(Dialog[Profile | Path | None]):
    """Gives the profile under the cursor; where it ``takes_files``, the file that was typed."""

    DEFAULT_CSS = """
    WhichProfileDialog RecordsTable { height: 8; margin-top: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("dialog.cancel"),
        Binding("down", "move(1)", show=False, priority=True),
        Binding("up", "move(-1)", show=False, priority=True),
    ]

    def __init__(
        self, title: str, profiles: Iterable[Profile], *, takes_files: bool = False
    ) -> None:
        super().__init__()
        self.title = title
        self._profiles = {profile.name: profile for profile in profiles}
        self._takes_files = takes_files
        self._typed = TextInput(
            placeholder="a profile, or the path of a file" if takes_files else "a profile",
            takes=Paste.TEXT,
        )
        self._table = RecordsTable(_COLUMNS, counts=False)
        self._table.takes_marks = False

    def compose_box(self) -> Iterable[Widget]:
        """What is typed, and the profiles that it may be."""
        yield from (self._typed, self._table, PlainText("", classes="said"))

    def keys(self) -> Iterable[tuple[str, str]]:
        """What the keys do."""
        return (("↑ ↓", "Move"), ("enter", "Choose"), (self.cancel_key, "Back"))

    def on_mount(self) -> None:
        """Start on the field, above all profiles."""
        self.set_focus(self._typed)
        self.narrow()

    @on(Input.Changed)
    def narrow(self) -> None:
        """Show the profiles that hold what is typed."""
        self.say("")
        words = self._typed.value.casefold().split()
        rows = map(_row, self._profiles.values())
        self._table.rows = tuple(
            row for row in rows if all(word in " ".join(row.cells).casefold() for word in words)
        )
        nothing = "There is no such profile." if words else "There is no other profile."
        self._table.notice = "Enter reads this file." if self._file else nothing

    @property
    def _file(self) -> Path | None:
        """The file that is typed; None where it looks like no file."""
        text = self._typed.value.strip()
        looks_so = "/" in text or text.startswith("~") or bool(Path(text).suffix)
        return Path(text).expanduser() if self._takes_files and looks_so else None

    @on(Input.Submitted)
    @on(RecordsTable.Opened)
    def choose(self) -> None:
        """Give what is chosen."""
        answer = self._profiles.get(self._table.cursor_id or "") or self._file
        if answer is None:
            typed = clean(self._typed.value.strip(), 60)
            self._table.notice = ""
            self.say(f'There is no profile "{typed}".' if typed else "There is no other profile.")
        else:
            self.dismiss(answer)

    def action_move(self, rows: int) -> None:
        """Move the cursor of the table while the words are typed."""
        self._table.cursor_row += rows


def _row(profile: Profile) -> Row:
    cells = (clean(profile.name, 80), clean(profile.badge, 40), clean(profile.shown_host, 100))
    return Row(profile.name, cells)
