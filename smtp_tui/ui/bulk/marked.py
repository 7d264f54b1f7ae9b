"""The records that a person marked, for all that is done to many at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from msgspec import Struct, field

if TYPE_CHECKING:
    from smtp_tui.api.models import Record
    from smtp_tui.workflows.plan import Plan, PlanEntry
    from smtp_tui.workflows.session import Session


class Marked(Struct, frozen=True):
    """The marked records, each with the session of its profile.

    ``lists`` tells how many records each of these profiles has, by its name.
    """

    records: tuple[tuple[Session, Record], ...] = ()
    lists: Mapping[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.records)

    @property
    def sessions(self) -> dict[str, Session]:
        """The sessions, by the names of their profiles."""
        return {session.profile.name: session for session, _ in self.records}

    @property
    def session(self) -> Session | None:
        """The session, where all are of one profile."""
        sessions = [*self.sessions.values()]
        return sessions[0] if len(sessions) == 1 else None

    def of(self, profile: str) -> tuple[Record, ...]:
        """The marked records of one profile."""
        return tuple(record for session, record in self.records if session.profile.name == profile)

    def plan(
        self, verb: str, entries: Callable[[str, tuple[Record, ...]], Iterable[PlanEntry]]
    ) -> Plan:
        """A plan for all of them; ``entries`` makes those of the records of a profile."""
        from smtp_tui.workflows.plan import Place, Plan, titled  # noqa: PLC0415 - after the first rows

        sessions = self.sessions
        places = (Place.of(each, self.lists.get(name, 0)) for name, each in sessions.items())
        found = (entry for name in sessions for entry in entries(name, self.of(name)))
        made = tuple(found)
        return Plan(titled(verb, made), made, tuple(places))
