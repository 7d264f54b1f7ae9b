"""The state of the list in words: the notice in place of rows, and the status line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from msgspec import Struct

from smtp_tui.api.models import Record, Unreadable
from smtp_tui.api.target import Scope
from smtp_tui.text import age, cell_width, clean, record_name
from smtp_tui.ui.connections.order import Order
from smtp_tui.ui.widgets.table import counted

_ENTRIES_SHOWN: Final = 5
"""Unreadable entries that the notice names; a screen lists the others."""


class Listing(Struct, frozen=True):
    """What is known about the list.

    ``age`` is in seconds, None if the list was never read. ``problem`` is why it could not be read
    the last time. ``key`` returns the key of an action.
    """

    total: int
    shown: int
    marked: int
    unreadable: tuple[Unreadable, ...]
    filter_text: str
    order: Order
    reading: bool
    age: float | None
    problem: str
    scope: Scope
    hint: str
    key: Callable[[str], str]

    @property
    def notice(self) -> str:
        """What stands in place of rows while no record is known."""
        if self.reading:
            return "Reading the connections …"
        if self.problem:
            return self.problem
        if self.age is None:
            return f"Nothing was read yet.\n\n{self.key('table.refresh')} reads the connections."
        if self.unreadable:
            return self._all_unreadable
        tenant, team = clean(self.scope.tenant), clean(self.scope.team)
        return (
            "No SMTP connections.\n\n"
            f"Asked for tenant {tenant} and team {team}.\n"
            "A wrong team or tenant may look like this too:"
            f" {self.key('app.profiles')} changes the profile.\n\n"
            f"{self.key('record.new')} creates a connection"
            f" · {self.key('table.refresh')} reads again"
        )

    @property
    def _all_unreadable(self) -> str:
        count, shown = len(self.unreadable), self.unreadable[:_ENTRIES_SHOWN]
        lines = [
            f"{count} entries came, and none of them can be read."
            if count > 1
            else "One entry came, and it cannot be read.",
            "",
            *(clean(entry.words, 200) for entry in shown),
        ]
        if len(shown) < count:
            lines.append(f"… and {count - len(shown)} more")
        keys = (
            f"{self.key('table.unreadable')} lists them · {self.key('table.refresh')} reads again"
        )
        return "\n".join([*lines, "", keys])

    def status(self, width: int) -> str:
        """Return counts, marks, order, age and hint; if too wide, without the order or filter."""
        read = self.age is not None
        unreadable = ""
        if self.unreadable:  # a look at the keys of the screen costs a quarter of a key press
            unreadable = f"{len(self.unreadable)} unreadable ({self.key('table.unreadable')})"
        parts = {
            "count": counted(self.shown, self.total, "connection") if read else "",
            "unreadable": unreadable,
            "marks": f"{self.marked} marked" if self.marked else "",
            "filter": f"filter “{clean(self.filter_text, 30)}”" if self.filter_text else "",
            "order": self.order.words if read else "",
            "age": self._age_words,
            "hint": f"! {self.hint}" if self.hint else "",
        }
        for least in ("order", "filter"):
            if cell_width(" · ".join(filter(None, parts.values()))) > width:
                parts[least] = ""
        return " · ".join(filter(None, parts.values()))

    @property
    def _age_words(self) -> str:
        if self.age is None:
            return ""
        return f"{'stale' if self.problem else 'fresh'} {age(self.age)}"


def marks_aside(marks: frozenset[str], record: Record) -> tuple[str, ...]:
    """Return what a question about one record says where others are marked."""
    if not marks or marks == {record.id}:
        return ()
    are = "record is" if len(marks) == 1 else "records are"
    return (
        f"{len(marks)} {are} marked; this is about {record_name(record.name, record.id)} alone.",
    )
