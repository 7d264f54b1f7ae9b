"""Comparing what was sent with what the server holds afterwards."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from smtp_tui.api.models import JsonValue, Record, SecretState, is_secret_name
from smtp_tui.api.secret import MASK
from smtp_tui.editing.values import ABSENT, Known, looks_same, shown, value_in, value_words


class Difference(Struct, frozen=True):
    """A parameter that the server holds another value for than the one that was sent.

    ``words`` complete "the server …"; ``old`` is set where it holds the value of before.
    """

    name: str
    words: str
    old: bool


class Held(Struct, frozen=True):
    """How what was sent stands on the server.

    ``new`` names the parameters with the value that was sent, ``unseen`` those whose value no
    server shows.
    """

    new: tuple[str, ...] = ()
    differences: tuple[Difference, ...] = ()
    unseen: tuple[str, ...] = ()

    @property
    def done(self) -> bool | None:
        """Whether the write was done as a whole; None where that cannot be told."""
        if self.unseen or (self.new and self.differences):
            return None
        if any(not difference.old for difference in self.differences):
            return None
        return not self.differences


def held(sent: Iterable[tuple[str, JsonValue]], before: Record | None, now: Record) -> Held:
    """Compare the values that were sent, secrets masked, with those of the record now."""
    new: list[str] = []
    differences: list[Difference] = []
    unseen: list[str] = []
    for name, value in sent:
        there = value_in(now, name)
        if value == MASK or is_secret_name(name) or isinstance(there, SecretState):
            unseen.append(name)
        elif _same(there, value):
            new.append(name)
        else:
            old = before is not None and looks_same(there, value_in(before, name))
            differences.append(Difference(name, _words(name, there, old=old), old))
    return Held(tuple(new), tuple(differences), tuple(unseen))


def _same(there: Known, value: JsonValue) -> bool:
    """Whether a server may store ``value`` so: blank as null, 1.0 as 1."""
    number = not isinstance(value, bool) and not isinstance(there, bool)
    return (
        looks_same(there, value)
        or shown(there) == shown(value) == ""
        or (number and there == value)
    )


def _words(name: str, there: Known, *, old: bool) -> str:
    """What stands there, as it completes "the server …"."""
    if there is ABSENT:
        return f"has no {name}"
    return f"{'still has' if old else 'has'} {value_words(there)} for {name}"
