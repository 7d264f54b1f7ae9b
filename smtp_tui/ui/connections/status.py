"""The state of the list of records in words: what stands where rows would, and the status line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from msgspec import Struct

from smtp_tui.api.models import Record, Unreadable
from smtp_tui.api.target import Scope
from smtp_tui.text import age, clean, record_name
from smtp_tui.ui.actions import Action
from smtp_tui.ui.connections.rows import Order

_ENTRIES_SHOWN: Final = 5
"""Unreadable entries that are named where rows would stand; the others have a screen."""


class Listing(Struct, frozen=True):
    """What is known of the list. ``age`` in seconds, None where it was never read. ``problem`` is
    why the last reading failed. ``bound`` gives an action with its keys."""

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
    bound: Callable[[str], Action]

    @property
    def notice(self) -> str:
        """What stands where rows would: loading, an error, nothing found, or nothing there."""
        if self.reading:
            return "Reading the connections …"
        if self.problem:
            return self.problem
        if self.age is None:
            return f"Nothing was read yet.\n\n{self._key('table.refresh')} reads the connections."
        if self.total:
            back, words = self.bound("app.back").last_key, clean(self.filter_text, 100)
            return f"Nothing holds “{words}”.\n\n{back} clears the filter."
        if self.unreadable:
            return self._none_readable
        return (
            "No SMTP connections.\n\n"
            f"Asked for tenant {clean(self.scope.tenant)} and team {clean(self.scope.team)}.\n"
            "A wrong team or tenant may look like this too:"
            f" {self._key('app.profiles')} changes the profile.\n\n"
            f"{self._key('record.new')} creates a connection"
            f" · {self._key('table.refresh')} reads again"
        )

    @property
    def _none_readable(self) -> str:
        """What stands there where the server has records, and none of them can be read."""
        shown = self.unreadable[:_ENTRIES_SHOWN]
        several = f"{len(self.unreadable)} entries came, and none of them can be read."
        lines = [
            several if len(self.unreadable) > 1 else "One entry came, and it cannot be read.",
            "",
            *(clean(entry.words, 200) for entry in shown),
        ]
        if len(shown) < len(self.unreadable):
            lines.append(f"… and {len(self.unreadable) - len(shown)} more")
        keys = f"{self._key('table.unreadable')} lists them · {self._key('table.refresh')}"
        return "\n".join([*lines, "", f"{keys} reads again"])

    def _key(self, action_id: str) -> str:
        return self.bound(action_id).first_key

    def status(self, width: int) -> str:
        """Counts, marks, order, freshness and the hint of the row; narrow, the order goes first."""
        counts = f"{self.shown} of {self.total}" if self.shown != self.total else self._counted
        parts = {
            "counts": counts,
            "unreadable": self._unreadable_words,
            "marks": f"{self.marked} marked" if self.marked else "",
            "filter": f"filter “{clean(self.filter_text, 30)}”" if self.filter_text else "",
            "order": self.order.words if self.age is not None else "",
            "age": self._age_words,
            "hint": f"! {self.hint}" if self.hint else "",
        }
        for least in ("order", "filter"):
            if len(" · ".join(filter(None, parts.values()))) > width:
                parts[least] = ""
        return " · ".join(filter(None, parts.values()))

    @property
    def _unreadable_words(self) -> str:
        if not self.unreadable:
            return ""
        return f"{len(self.unreadable)} unreadable ({self._key('table.unreadable')})"

    @property
    def _counted(self) -> str:
        if self.age is None:
            return ""
        return "1 connection" if self.total == 1 else f"{self.total} connections"

    @property
    def _age_words(self) -> str:
        """Whether the rows are fresh or stale, and since when."""
        if self.age is None:
            return ""
        return f"{'stale' if self.problem else 'fresh'} {age(self.age)}"


def marks_aside(marks: frozenset[str], record: Record) -> tuple[str, ...]:
    """What a question about one record says where others are marked: nothing is done to those."""
    if not marks or marks == {record.id}:
        return ()
    are = "record is" if len(marks) == 1 else "records are"
    return (
        f"{len(marks)} {are} marked; this is about {record_name(record.name, record.id)} alone.",
    )
