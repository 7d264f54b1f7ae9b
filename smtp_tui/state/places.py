"""Where the remembered files lie, and what names the record they are about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from smtp_tui.api.target import Target
from smtp_tui.state.files import FileProblem

STATE_VARIABLE: Final = "SMTP_TUI_STATE_DIR"
APPLICATION: Final = "smtp-tui"


@dataclass(frozen=True, slots=True)
class RecordKey:
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
    chosen = environ.get(STATE_VARIABLE)
    if chosen:
        return Path(chosen).expanduser().absolute()
    from platformdirs import user_state_path  # noqa: PLC0415 - not needed where the variable is set

    return known_place(user_state_path(APPLICATION, appauthor=False), STATE_VARIABLE)


def known_place(path: Path, variable: str) -> Path:
    """The path itself, if a home directory was found for it.

    Raises :class:`FileProblem` naming the variable that helps where there was none.
    """
    if not path.is_absolute():
        raise FileProblem(path, f"there is no home directory; set {variable}")
    return path
