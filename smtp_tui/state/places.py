"""Where the remembered files lie, and what names the record they are about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from msgspec import Struct

from smtp_tui.api.target import Target
from smtp_tui.state.files import FileProblem

STATE_VARIABLE: Final = "SMTP_TUI_STATE_DIR"
APPLICATION: Final = "smtp-tui"


class RecordKey(Struct, frozen=True):
    """One record of one server, whatever the profile that reached it is called today.

    ``origin_url`` is scheme, host and port; ``record_id`` None stands for a record to be created.
    """

    origin_url: str
    tenant: str
    record_id: str | None


def record_key(target: Target, record_id: str | None) -> RecordKey:
    """The key of a record as one profile sees it."""
    return RecordKey(target.origin.url, target.scope.tenant, record_id)


def state_directory(environ: Mapping[str, str]) -> Path:
    """The directory of tests, drafts, journal and table settings; it need not exist yet.

    Raises :class:`FileProblem` where there is no home directory to put it in.
    """

    def find() -> Path:
        from platformdirs import user_state_path  # noqa: PLC0415 - not where the variable is set

        return user_state_path(APPLICATION, appauthor=False)

    return place_of(environ, STATE_VARIABLE, find)


def place_of(environ: Mapping[str, str], variable: str, find: Callable[[], Path]) -> Path:
    """The directory that a variable names, else the one that ``find`` knows for this user.

    Raises :class:`FileProblem` naming the variable where neither leads anywhere.
    """
    chosen = environ.get(variable)
    try:
        place = Path(chosen).expanduser().absolute() if chosen else find()
    except RuntimeError:  # raised by both where a user has no home
        place = Path(chosen or "~")
    if not place.is_absolute():
        raise FileProblem(place, f"there is no home directory; set {variable}")
    return place
