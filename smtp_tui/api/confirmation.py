"""What a protected profile asks of a write: the record's name, typed for that very request.

Kept in the client and compared with the name that the server tells, so that no screen, command or
bulk action gets past it, whatever it showed.
"""

from __future__ import annotations

from typing import Final

from smtp_tui.api.errors import AccessRefused, Operation, Place
from smtp_tui.api.requests import RECORDS_PATH, Request

CHANGES: Final = frozenset({Operation.CREATE, Operation.PATCH, Operation.DELETE})
"""What changes something on the server; a test email does not."""


class Confirmations:
    """The names that were typed, each good for one write of one request."""

    def __init__(self, profile: str) -> None:
        self._profile = profile
        self._typed: tuple[Request, str] | None = None

    def add(self, request: Request, name: str) -> None:
        """A person typed that name for that request; it takes the place of an earlier one."""
        self._typed = (request, name)

    def take(self, request: Request, place: Place) -> str:
        """The name typed for this request, once. Raises ``AccessRefused`` where there is none."""
        typed, self._typed = self._typed, None
        if typed is None or typed[0] != request:
            why = f"The profile {self._profile} is protected: the record's name has to be typed"
            raise AccessRefused(place, why)
        return typed[1]

    def compare(self, typed: str, name: str, place: Place) -> None:
        """Raises ``AccessRefused`` where the record on the server bears another name."""
        if typed != name:
            why = f"The profile {self._profile} is protected, and the record bears another name"
            raise AccessRefused(place, why)


def new_name(request: Request) -> str | None:
    """The name of a record that is to be created; None for any other request."""
    name = (request.body or {}).get("name")
    return name if request.operation is Operation.CREATE and isinstance(name, str) else None


def record_path(request: Request) -> str:
    """Where the record that a change or a delete is about can be read, percent-encoded."""
    if request.operation is Operation.DELETE:
        return request.path
    from urllib.parse import quote  # noqa: PLC0415 - protected profiles only

    return f"{RECORDS_PATH}/{quote(str((request.body or {}).get('id')), safe='')}"
