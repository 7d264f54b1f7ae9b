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

    def __init__(self) -> None:
        super().__init__()
        self._table, self._note = RecordsTable(_COLUMNS, id="presets"), PlainText()
        self._presets = {preset.name: preset for preset in presets().preset}
        self._table.rows = tuple(
            Row(preset.name, (preset.name, preset.hostname, str(preset.port)))
            for preset in presets().preset
        )

    def compose_box(self) -> Iterable[Widget]:
        """The providers and the day they were checked."""
        yield from (self._table, self._note)
        yield PlainText(
            f"Checked on {presets().checked:%Y-%m-%d} · Enter fills · {self.cancel_key} back",
            classes="hint",
        )

    def on_records_table_cursor_moved(self, event: RecordsTable.CursorMoved) -> None:
        """Show the provider whole, and what it asks of the login."""
        preset = self._presets.get(event.row_id or "")
        if preset is not None:
            self._note.update(f"{preset.name}: {preset.hostname}\n{preset.note}")

    def on_records_table_opened(self, event: RecordsTable.Opened) -> None:
        """Take this provider."""
        event.stop()
        self.dismiss(self._presets.get(event.row_id or ""))
