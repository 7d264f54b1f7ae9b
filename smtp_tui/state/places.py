"""The directories of our own files, and what identifies the record that a file is about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from msgspec import Struct, field

from smtp_tui.api.target import Target
from smtp_tui.state.files import FileProblem

STATE_VARIABLE: Final = "SMTP_TUI_STATE_DIR"
APPLICATION: Final = "smtp-tui"


class RecordKey(Struct, frozen=True):
    """One record of one server, whatever the profile that leads to it is called.

    ``origin_url`` is scheme, host and port; ``record_id`` None stands for a record to be created.
    """

    origin_url: str = field(name="origin")
    tenant: str
    record_id: str | None = field(name="record")


def record_key(target: Target, record_id: str | None) -> RecordKey:
    """The key of a record as one profile sees it."""
    return RecordKey(target.origin.url, target.scope.tenant, record_id)


def state_directory(environ: Mapping[str, str]) -> Path:
    """The directory of test history, drafts, journal and settings; it need not exist yet.

    Raises :class:`FileProblem` where there is no home directory to put it in.
    """

    def find() -> Path:
        from platformdirs import user_state_path  # noqa: PLC0415 - not where the variable is set

        return user_state_path(APPLICATION, appauthor=False)

    return place_of(environ, STATE_VARIABLE, find)


def place_of(environ: Mapping[str, str], variable: str, find: Callable[[], Path]) -> Path:
    """The directory that a variable names, otherwise the one that ``find`` returns.

    Raises :class:`FileProblem`, which names the variable, where there is no home directory.
    """
    chosen = environ.get(variable)
    try:
        place = Path(chosen).expanduser().absolute() if chosen else find()
    except RuntimeError:  # both raise it for a user without a home
        place = Path(chosen or "~")
    if not place.is_absolute():
        raise FileProblem(place, f"there is no home directory; set {variable}")
    return place
