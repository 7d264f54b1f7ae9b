"""Commands run in this process, as the installed program runs them, and what they said."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from smtp_tui.cli.arguments import program
from smtp_tui.cli.exit_codes import ANY_COMMAND, COMMAND_CODES, Refusal
from smtp_tui.cli.main import run
from smtp_tui.cli.parser import Line


@dataclass(frozen=True)
class Result:
    """What a run came to."""

    code: int
    out: str
    err: str

    def json(self, key: str = "") -> Any:
        """The document on stdout, or what it has under a key."""
        told = json.loads(self.out)
        assert told["schema"] == 1
        return told[key] if key else told


class Typist:
    """Stdin with a person at it: one answer, typed after something else was done."""

    def __init__(self, answer: str, first: Callable[[], object] = lambda: None) -> None:
        self._answer = answer
        self._first = first

    def isatty(self) -> bool:
        return True

    def readline(self) -> str:
        self._first()
        return f"{self._answer}\n"


def _command(arguments: tuple[str, ...]) -> str:
    """The command that arguments name; blank where they name none."""
    try:
        return Line(arguments, program(arguments)).command.command
    except Refusal:
        return ""


class Console:
    """Runs commands; nobody sits there unless a :class:`Typist` does."""

    def __init__(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self._capsys = capsys
        self._monkeypatch = monkeypatch

    def run(self, *arguments: str, stdin: bytes = b"", typist: Typist | None = None) -> Result:
        """Run one command to its end."""
        self._capsys.readouterr()
        with self._monkeypatch.context() as patch:
            piped = io.TextIOWrapper(io.BytesIO(stdin))
            patch.setattr(sys, "stdin", piped if typist is None else typist)
            if typist is not None:
                patch.setattr(sys.stderr, "isatty", lambda: True)
            code = run(arguments)
        said = self._capsys.readouterr()
        told = COMMAND_CODES.get(_command(arguments))
        assert told is None or code in (*told, *ANY_COMMAND), f"{code} is not in the help"
        return Result(code, said.out, said.err)

    def setenv(self, **variables: str) -> None:
        """Set variables for the runs to come."""
        for name, value in variables.items():
            self._monkeypatch.setenv(name, value)

    def unset(self, *names: str) -> None:
        """Take variables away."""
        for name in names:
            self._monkeypatch.delenv(name, raising=False)
