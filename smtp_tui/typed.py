"""Values that were read from a file or an answer become structs here, by one thread at a time.

msgspec looks at the fields of a type when it first meets it. Two threads that do so at once end the
program with a segmentation fault (msgspec 0.22), and files are read in threads.
"""

from __future__ import annotations

from pathlib import Path
from threading import Lock
from typing import Any, Final, TypeVar

import msgspec

T = TypeVar("T")

_ONE_AT_A_TIME: Final = Lock()


def typed(values: object, kind: type[T]) -> T:
    """Plain values as a struct, or whatever ``kind`` is. Raises ``msgspec.ValidationError``."""
    with _ONE_AT_A_TIME:
        return msgspec.convert(values, kind)


def typed_toml(file: Path, kind: type[T]) -> T:
    """A TOML file of this program's own as a struct."""
    import tomllib  # noqa: PLC0415 - the first frame does not need it

    values: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
    return typed(values, kind)
