"""The names of the records that were read last, for the completion in a shell."""

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
    from collections.abc import Iterable

    from smtp_tui.api.models import Record

_PROFILES: Final = 50
_NAMES: Final = 1_000
_LONGEST: Final = 200
_ONE_AT_A_TIME: Final = Lock()
"""The lists of several profiles arrive together."""
_NOT_A_NAME: Final = re.compile(r"-|.*=|.*:[0-9]+\Z", re.DOTALL)
"""What commands take for an option, a value or an address; such a record goes by its id."""


class NameStore:
    """The names by the place of a profile, in the small file ``path``. It is a cache: nothing here
    raises."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / "names.json"

    def of(self, place: str) -> tuple[str, ...]:
        """What the records of a profile can be called on a command line; none if not known."""
        return tuple(name for name in self._load().get(place, ()) if name.isprintable())

    def keep(self, place: str, records: Iterable[Record]) -> None:
        """Remember the records of a profile, in place of those before."""
        names = [*callable_by(records)][:_NAMES]
        with _ONE_AT_A_TIME, suppress(FileProblem):
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


def callable_by(records: Iterable[Record]) -> Iterable[str]:
    """Each record's name, or its id where the name is not unique, is the id of another record, or
    cannot be typed; neither, where the id cannot be typed either.
    """
    listed = [*records]
    count = Counter(record.name for record in listed)
    ids = {record.id for record in listed}
    for record in listed:
        name = record.name
        if _fits(name) and count[name] == 1 and (name not in ids or name == record.id):
            yield name
        elif _fits(record.id):
            yield record.id


def _fits(word: str) -> bool:
    plain = word == word.strip() and 0 < len(word) <= _LONGEST and word.isprintable()
    return plain and not _NOT_A_NAME.match(word)
