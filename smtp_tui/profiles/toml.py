"""Our TOML files: their values, and the line and column of each mistake.

Python's reader gives values without their positions, so those are found here.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Final

from msgspec import Struct

from smtp_tui.api.decode import BOM
from smtp_tui.state.files import FileProblem, read_bytes
from smtp_tui.text import nearest

_POSITION: Final = r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)"
_PLAIN: Final = {
    "Invalid value": "a value is missing, or needs quotes around it",
    "Expected '='": "a name and its value need a = between them",
    "Expected ']": "a header needs its closing bracket, and quotes around a name with spaces",
    "Expected newline": "something stands after the value that does not belong there",
    "Expected": "a quote is not closed",
    "Unterminated": "a quote is not closed",
    "Illegal character '\\n'": "a quote is not closed",
    "Unclosed": "a bracket is not closed",
    "Cannot overwrite": "this name has a value already",
    "Cannot declare": "this header stands there already",
}
"""Mistakes in plain words, by how the message of ``tomllib`` starts: the first that fits."""
_KEY: Final = r"""(?:[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*')"""
_KEYS: Final = rf"({_KEY}(?:[ \t]*\.[ \t]*{_KEY})*)"
_HEADER: Final = rf"[ \t]*\[\[?[ \t]*{_KEYS}[ \t]*\]\]?[ \t]*(?:#.*)?\r?\Z"
_ASSIGNMENT: Final = rf"[ \t]*{_KEYS}[ \t]*="


class TomlProblem(FileProblem):
    """A file that is not understood; ``line`` and ``column`` of the first mistake count from 1.

    ``profile`` is the name of the profile that holds it, blank outside of profiles.
    """

    def __init__(
        self, path: Path, words: str, line: int = 1, column: int = 1, profile: str = ""
    ) -> None:
        super().__init__(path, words)
        self.line, self.column, self.profile = line, column, profile

    def __str__(self) -> str:
        """File, line, column, profile and words."""
        return f"{self.path}, line {self.line}, column {self.column}: {self.of}{self.words}"

    @property
    def of(self) -> str:
        """What stands before the words: whose mistake it is."""
        return f'profile "{self.profile}": ' if self.profile else ""

    @property
    def reason(self) -> str:
        """Line and words, where the file is named elsewhere."""
        return f"line {self.line}: {self.words}"

    @property
    def remedy(self) -> str:
        """What to do about it."""
        return f"Fix line {self.line} of {self.path}"


class TomlFile(Struct, frozen=True):
    """A file that is valid TOML: its path, its text and its values.

    ``mark`` is the byte order mark that some editors write before the text, or blank.
    """

    path: Path
    text: str
    values: dict[str, object]
    mark: str = ""

    def problem(self, key: tuple[str, ...], words: str) -> TomlProblem:
        """What is wrong with the value of a key, such as ``("profiles", "production", "access")``.

        Under ``profiles`` the problem names the profile. If the key is not found, the position is
        that of the nearest table that would hold it.
        """
        found = (place for place in _keys(self.text) if key[: len(place[2])] == place[2])
        line, column, _ = max(found, key=lambda place: len(place[2]), default=(1, 1, ()))
        profile = key[1] if len(key) > 1 and key[0] == "profiles" else ""
        return TomlProblem(self.path, words, line, column, profile)

    def check_keys(
        self,
        known: Collection[str],
        table: Mapping[str, object],
        at: tuple[str, ...] = (),
        old: Collection[str] = (),
    ) -> None:
        """Refuse a key that is not known: if ``read_only`` were ignored, a profile could be changed
        against its owner's will. ``at`` is the path of the table; a key of ``old`` is still read,
        but not suggested. Raises :class:`TomlProblem`.
        """
        for key in table:
            if key not in known and key not in old:
                near = nearest(key, [name for name in known if name not in table])
                raise self.problem((*at, key), f'Unknown key "{key}"{near}')


def read_toml(path: Path) -> TomlFile:
    """Read a file; one that is missing is empty. Raises :class:`FileProblem`."""
    content = read_bytes(path) or b""
    try:
        return parse_toml(content.decode(), path)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        column = error.start - content.rfind(b"\n", 0, error.start)
        raise TomlProblem(path, "is not UTF-8", line, column) from None


def parse_toml(content: str, path: Path) -> TomlFile:
    """Read the content of a file. Raises :class:`TomlProblem`, whatever it is."""
    text = content.removeprefix(BOM)
    line = column = 1
    try:
        return TomlFile(path, text, tomllib.loads(text), content.removesuffix(text))
    except tomllib.TOMLDecodeError as error:
        said = re.sub(_POSITION, "", str(error))
        words = next((plain for start, plain in _PLAIN.items() if said.startswith(start)), said)
        line, column = _position(re.search(_POSITION, str(error)), text)
    except ValueError:  # such as a number of thousands of digits
        words = "it holds a number or a date that is out of range"
    except RecursionError:
        words = "it is nested too deeply"
    raise TomlProblem(path, f"not valid TOML: {words}", line, column)


def _position(named: re.Match[str] | None, text: str) -> tuple[int, int]:
    """Line and column that the TOML reader names; otherwise the end of the text."""
    if named is not None and named[1] is not None:
        return int(named[1]), int(named[2])
    return text.count("\n") + 1, len(text) - text.rfind("\n")


def header_of(line: str) -> tuple[re.Match[str] | None, tuple[str, ...]]:
    """The header of a table in a line, its keys in group 1, and its path."""
    header = re.match(_HEADER, line)
    return header, _path(header[1]) if header is not None else ()


def _keys(text: str) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """Line, column and whole path of each key of a text; keys inside of values are not found."""
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.split("\n"), start=1):
        header, path = header_of(line)
        if header is not None:
            table = path
            yield number, header.start(1) + 1, table
        elif (assignment := re.match(_ASSIGNMENT, line)) is not None:
            yield number, assignment.start(1) + 1, table + _path(assignment[1])


def _path(keys: str) -> tuple[str, ...]:
    try:
        return tuple(key for part in re.findall(_KEY, keys) for key in tomllib.loads(f"{part} = 0"))
    except tomllib.TOMLDecodeError:
        return ()
