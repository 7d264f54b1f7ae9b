"""The words by which a command line names records; those of the records that were read last."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Final

from smtp_tui.state.drafts import is_running
from smtp_tui.state.encoding import VERSION, read_object
from smtp_tui.state.files import FileProblem, clear_leftovers, read_text, write_atomic
from smtp_tui.typed import typed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from smtp_tui.api.models import Record

_PROFILES: Final = 50
_NAMES: Final = 1_000
_LONGEST: Final = 200
_NOT_A_NAME: Final = re.compile(r"-|.*=|.*:\d+\Z", re.DOTALL)
"""What commands take for an option, a value or an address; such a record goes by its id."""


class NameStore:
    """The names by the place of a profile, in the small file ``path``. It is a cache: nothing here
    raises. The sessions of a run share it, for their lists arrive together, each in a thread."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / "names.json"
        self._one_at_a_time = Lock()

    def of(self, place: str) -> tuple[str, ...]:
        """What the records of a profile can be called on a command line; none if not known."""
        return tuple(name for name in self._load().get(place, ()) if name.isprintable())

    def keep(self, place: str, records: Iterable[Record]) -> None:
        """Remember the records of a profile, in place of those before."""
        names = [*callable_by((record.id, record.name) for record in records)][:_NAMES]
        with self._one_at_a_time, suppress(FileProblem):
            before = self._load()
            if before.get(place) == names:
                return
            others = (each for each in before.items() if each[0] != place)
            kept = [(place, names), *others][:_PROFILES]
            values = {"v": VERSION, "profiles": dict(kept)}
            # Without a lock: what two processes write at once is read again soon, as all of it is.
            clear_leftovers(self.path.parent, self._is_dead)
            write_atomic(self.path, json.dumps(values, indent=0) + "\n")

    def _is_dead(self, name: str, pid: int) -> bool:
        return name == self.path.name and not is_running(os.uname().nodename, pid)

    def _load(self) -> dict[str, list[str]]:
        with suppress(FileProblem, ValueError):
            values = read_object(read_text(self.path) or "{}")
            return typed(values.get("profiles", {}), dict[str, list[str]])
        return {}


def callable_by(found: Iterable[tuple[str | None, str]]) -> Iterator[str]:
    """Ids and names of records as words, each of which a command takes for that record alone.

    That is the name, or the id where the name is not unique, is the id of another record, or cannot
    be typed. A record whose id cannot be typed either is left out.
    """
    distinct = dict.fromkeys(found)
    count = Counter(text for pair in distinct for text in {*pair})
    for record_id, name in distinct:
        if _fits(name) and count[name] == 1:
            yield name
        elif record_id is not None and _fits(record_id):
            yield record_id


def _fits(word: str) -> bool:
    plain = word == word.strip() and 0 < len(word) <= _LONGEST and word.isprintable()
    return plain and not _NOT_A_NAME.match(word)
