"""A list of the profiles: how each stands and why, to choose one of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import ClassVar, Final

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget

from smtp_tui.text import age, clean
from smtp_tui.ui.all_profiles.rows import named
from smtp_tui.ui.all_profiles.strip import SIGNS, verdict_counts
from smtp_tui.ui.base import Dialog
from smtp_tui.ui.connections.rows import RecordsView
from smtp_tui.ui.widgets.plain_text import PlainText
from smtp_tui.ui.widgets.rows import Column, Look, Row
from smtp_tui.ui.widgets.table import RecordsTable
from smtp_tui.workflows.many_lists import Part

_COLUMNS: Final = (
    Column("state", "STATE", 10),
    Column("name", "PROFILE", 12, flexible=True),
    Column("host", "HOST", 16, flexible=True, priority=2),
    Column("records", "RECORDS", 7, right=True, priority=1),
    Column("tests", "LAST TESTS", 12, flexible=True, priority=3),
    Column("read", "READ", 8, flexible=True, priority=4),
)
_LEAST, _MOST = 3, 14
"""The lines of the table."""


class StatesDialog(Dialog[str | None]):
    """The result is the name of the profile that was chosen; ``purpose`` says what for."""

    WIDTH = 110
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", show=False),
        Binding("q", "cancel", show=False),
    ]

    def __init__(
        self,
        title: str,
        purpose: str,
        parts: Iterable[Part],
        views: Mapping[str, RecordsView],
        now: datetime,
    ) -> None:
        super().__init__()
        self.title = title
        self._purpose = purpose
        self._table = RecordsTable(_COLUMNS, counts=False, id="states")
        self._why = PlainText()
        self._parts: dict[str, Part] = {}
        self.show(parts, views, now)
        self._table.styles.height = max(_LEAST, min(_MOST, len(self._parts) + 1))

    def show(self, parts: Iterable[Part], views: Mapping[str, RecordsView], now: datetime) -> None:
        """Show how the profiles stand now."""
        self._parts = {part.profile.name: part for part in parts}
        self._table.rows = [_row(part, views, now) for part in self._parts.values()]
        self._show_why()

    def compose_box(self) -> Iterable[Widget]:
        """The profiles, and why the one under the cursor stands as it does."""
        yield from (self._table, self._why)
        yield PlainText(self._purpose, classes="hint")

    def on_mount(self) -> None:
        """Start in the table."""
        self.set_focus(self._table)
        self.watch(self._table, "cursor_id", self._show_why)

    def _show_why(self) -> None:
        part = self._parts.get(self._table.cursor_id or "")
        self._why.update(clean(part.asks, 300) if part is not None else "")

    @on(RecordsTable.Opened)
    def choose(self) -> None:
        """Choose the profile under the cursor."""
        self.dismiss(self._table.cursor_id)


def _row(part: Part, views: Mapping[str, RecordsView], now: datetime) -> Row:
    profile = part.profile
    sign, _ = SIGNS[part.state]
    view, (name, look) = views.get(profile.name), named(profile, column=1)
    read = f"{age((now - part.read_at).total_seconds())} ago" if part.read_at else "never"
    cells = (
        f"{sign} {part.state.value}",
        name,
        clean(profile.shown_host, 80),
        f"{len(view):,}" if view is not None else "-",
        verdict_counts(view).plain if view is not None else "",
        read,
    )
    role = SIGNS[part.state][1].removeprefix("$")
    return Row(profile.name, cells, (Look(0, "quiet" if role == "dim" else role), look))
