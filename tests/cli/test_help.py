"""What `--help` says of each command."""

from __future__ import annotations

import re

import pytest

from tests.cli.console import Console

COMMANDS: list[tuple[str, ...]] = [
    *(("list",), ("get",), ("create",), ("set",), ("delete",), ("test",), ("audit",)),
    *(("demo",), ("sandbox",), ("doctor",), ("profiles",)),
    *(("profiles", one) for one in ("list", "add", "set", "remove", "use", "check", "path")),
]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_says_in_a_sentence_what_it_does(
    console: Console, command: tuple[str, ...]
) -> None:
    paragraphs = console.run(*command, "--help").out.split("\n\n")
    assert re.match(r"[A-Z][^:]+\.\Z", paragraphs[1]), paragraphs[1]


@pytest.mark.parametrize("command", [(), *COMMANDS])
def test_help_fits_a_terminal_of_80_columns(console: Console, command: tuple[str, ...]) -> None:
    console.setenv(COLUMNS="80")
    _usage, _, rest = console.run(*command, "--help").out.partition("\n\n")
    lines = rest.splitlines()  # argparse keeps options that exclude each other on one line
    assert [line for line in lines if len(line) > 80] == []
