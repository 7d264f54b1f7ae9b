"""Well-known providers, whose host and port can be filled in."""

from __future__ import annotations

from collections.abc import Iterable

from textual.widget import Widget

from smtp_tui.mail.presets import Preset, presets
from smtp_tui.ui.actions import bindings
from smtp_tui.ui.base import Dialog
from smtp_tui.ui.widgets.plain_text import PlainText
from smtp_tui.ui.widgets.table import Column, RecordsTable, Row

_COLUMNS = (
    Column("name", "PROVIDER", 14, flexible=True),
    Column("hostname", "HOSTNAME", 20, flexible=True),
    Column("port", "PORT", 4, right=True),
)


class PresetDialog(Dialog[Preset | None]):
    """Enter fills in the provider's host and port, and nothing else."""

    TITLE = "Provider presets"
    BINDINGS = bindings("dialog.cancel")
    DEFAULT_CSS = """
    PresetDialog RecordsTable { height: 13; max-height: 60vh; }
    """

    def compose_box(self) -> Iterable[Widget]:
        """The providers and the day they were checked."""
        yield RecordsTable(_COLUMNS, id="presets")
        yield PlainText("", id="note")
        yield PlainText(
            f"Checked on {presets().checked:%Y-%m-%d} · Enter fills · {self.cancel_key} back",
            classes="hint",
        )

    def on_mount(self) -> None:
        """Fill the table."""
        table = self.query_one(RecordsTable)
        table.rows = tuple(
            Row(preset.name, (preset.name, preset.hostname, str(preset.port)))
            for preset in presets().preset
        )
        table.focus()

    def on_records_table_cursor_moved(self, event: RecordsTable.CursorMoved) -> None:
        """Show the provider whole, and what it asks of the login."""
        preset = _preset(event.row_id)
        if preset is not None:
            words = f"{preset.name}: {preset.hostname}\n{preset.note}"
            self.query_one("#note", PlainText).update(words)

    def on_records_table_opened(self, event: RecordsTable.Opened) -> None:
        """Take this provider."""
        event.stop()
        self.dismiss(_preset(event.row_id))


def _preset(name: str | None) -> Preset | None:
    return next((preset for preset in presets().preset if preset.name == name), None)
