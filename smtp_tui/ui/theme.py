"""The look of Textual's own parts: buttons, palette, scroll bars, the selected text."""

from typing import Final

APP_CSS: Final = """
* { scrollbar-size-vertical: 1; }
Input > .input--selection, RecordsTable:focus > .records-table--cursor {
    background: ansi_default; color: ansi_default; text-style: reverse;
}
Button {
    width: auto; min-width: 0; margin-right: 2; padding: 0 1;
    background: ansi_default; color: ansi_default;
}
Button:focus { text-style: bold reverse; }
SearchIcon { display: none; }
CommandPalette > Vertical { margin-top: 1; }
CommandPalette #--input { border: solid ansi_default; }
CommandPalette CommandInput, CommandPalette CommandInput:focus {
    border: none; padding: 0 1; height: 1;
}
CommandList { border: none; border-bottom: solid ansi_default; max-height: 80vh; }
CommandList:focus { border: none; border-bottom: solid ansi_default; }
"""
"""Reverse video and the terminal's own colours, so that it works without colours too."""
