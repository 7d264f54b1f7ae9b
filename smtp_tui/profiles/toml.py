"""Our TOML files: their values, and the line and column of each mistake.

Python's reader gives values without their positions, so those are found here.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from msgspec import Struct

from smtp_tui.api.decode import BOM
from smtp_tui.state.files import FileProblem

_POSITION: Final = re.compile(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)")
_BARE: Final = re.compile(r"[A-Za-z0-9_-]+\Z")
_KEY: Final = r"""(?:[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*')"""
_KEYS: Final = rf"{_KEY}(?:[ \t]*\.[ \t]*{_KEY})*"
_HEADER: Final = re.compile(rf"[ \t]*\[\[?[ \t]*({_KEYS})[ \t]*\]\]?[ \t]*(?:#.*)?\r?\Z")
_ASSIGNMENT: Final = re.compile(rf"([ \t]*)({_KEYS})[ \t]*=")


class Position(Struct, frozen=True):
    """Line and column in a text, both counted from 1."""

    line: int
    column: int = 1


def without_mark(text: str) -> str:
    """The text without the byte order mark that some editors write before it."""
    return text.removeprefix(BOM)


def find(text: str, path: tuple[str, ...]) -> Position:
    """Where a key is, such as ``("profiles", "production", "access")``.

    If it is not found, this is the position of the nearest table that would hold it.
    """
    best, depth = Position(1), 0
    for position, found in _keys(text):
        if path[: len(found)] == found and len(found) > depth:
            best, depth = position, len(found)
    return best


class TomlProblem(FileProblem):
    """A file that is not understood; ``position`` is that of the first mistake."""

    def __init__(self, path: Path, position: Position, words: str) -> None:
        super().__init__(path, words)
        self.position = position

    def __str__(self) -> str:
        """File, line, column and words."""
        return (
            f"{self.path}, line {self.position.line}, column {self.position.column}: {self.words}"
        )


class TomlFile(Struct, frozen=True):
    """A file that is valid TOML: its path, its text and its values."""

    path: Path
    text: str
    values: dict[str, object]

    def problem(self, key: tuple[str, ...], words: str) -> TomlProblem:
        """What is wrong with the value of a key."""
        return TomlProblem(self.path, find(self.text, key), words)


def parse_toml(text: str, path: Path) -> TomlFile:
    """Read a text. Raises :class:`TomlProblem`, whatever the text holds."""
    try:
        return TomlFile(path, text, tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        position, words = _error_place(text, str(error))
    except ValueError:  # such as a number of thousands of digits
        position, words = Position(1), "it holds a number or a date that is out of range"
    except RecursionError:
        position, words = Position(1), "it is nested too deeply"
    raise TomlProblem(path, position, f"is not valid TOML: {words}")


def _error_place(text: str, message: str) -> tuple[Position, str]:
    """The position that a message of the TOML reader names, and the message without it."""
    match = _POSITION.search(message)
    if match is None:
        return Position(1), message
    words = message[: match.start()] + message[match.end() :]
    if match[1] is None:
        lines = text.split("\n")
        return Position(len(lines), len(lines[-1]) + 1), words
    return Position(int(match[1]), int(match[2])), words


def with_new_header(text: str, before: tuple[str, ...], after: tuple[str, ...]) -> str:
    """The text with another path in the headers of one table and of the tables in it."""
    lines = text.split("\n")
    for number, line in enumerate(lines):
        header, path = _header(line)
        if header is not None and path[: len(before)] == before:
            keys = ".".join(_quoted(part) for part in after + path[len(before) :])
            lines[number] = line[: header.start(1)] + keys + line[header.end(1) :]
    return "\n".join(lines)


def without_table(text: str, table: tuple[str, ...]) -> str:
    """The text without one table and the tables in it.

    Comments after its last key and a blank line stay, because they belong to what follows.
    """
    kept: list[str] = []
    removed: list[str] = []
    inside = False
    for line in text.removesuffix("\n").split("\n"):
        header, path = _header(line)
        if header is not None:
            inside = path[: len(table)] == table
        if not inside:
            kept += _comments_after(removed)
            removed.clear()
        (removed if inside else kept).append(line)
    return "\n".join(kept + _comments_after(removed)) + text[len(text.removesuffix("\n")) :]


def _comments_after(lines: list[str]) -> list[str]:
    """The comments at the end of a table that belong to what follows it."""
    is_comment = [line.strip()[:1] in ("", "#") for line in lines]
    tail = lines[len(lines) - is_comment[::-1].index(False) :] if lines else []
    blank = [not line.strip() for line in tail]
    return tail[blank.index(True) + 1 :] if any(blank) else tail


def _header(line: str) -> tuple[re.Match[str] | None, tuple[str, ...]]:
    """The header of a table in a line, and its path."""
    header = _HEADER.match(line)
    return header, _path(header[1]) if header is not None else ()


def _quoted(part: str) -> str:
    """A key as TOML writes it; its escapes for such texts are those of JSON."""
    return part if _BARE.match(part) else json.dumps(part, ensure_ascii=False)


def _keys(text: str) -> Iterator[tuple[Position, tuple[str, ...]]]:
    """Each key of a text with its whole path; keys inside of values are not found."""
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.split("\n"), start=1):
        header, path = _header(line)
        if header is not None:
            table = path
            yield Position(number, header.start(1) + 1), table
            continue
        assignment = _ASSIGNMENT.match(line)
        if assignment is not None:
            yield Position(number, assignment.start(2) + 1), table + _path(assignment[2])


def _path(keys: str) -> tuple[str, ...]:
    try:
        inner: object = tomllib.loads(f"{keys} = 0")
    except tomllib.TOMLDecodeError:
        return ()
    parts: list[str] = []
    while isinstance(inner, dict):
        key, inner = next(iter(inner.items()))
        parts.append(key)
    return tuple(parts)
