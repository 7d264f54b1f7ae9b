"""What `--help` says of each command."""

from __future__ import annotations

import re

from tests.cli.console import Console

COMMANDS: list[tuple[str, ...]] = [
    *(("list",), ("get",), ("create",), ("set",), ("delete",), ("test",), ("audit",)),
    *(("demo",), ("sandbox",), ("doctor",), ("profiles",)),
    *(("profiles", one) for one in ("list", "add", "set", "remove", "use", "check", "path")),
]


def test_every_command_says_in_a_sentence_what_it_does(empty_console: Console) -> None:
    for command in COMMANDS:
        paragraphs = empty_console.run(*command, "--help").out.split("\n\n")
        assert re.match(r"[A-Z][^:]+\.\Z", paragraphs[1]), (command, paragraphs[1])


def test_help_fits_a_terminal_of_80_columns(empty_console: Console) -> None:
    empty_console.setenv(COLUMNS="80")
    for command in [(), *COMMANDS]:
        _usage, _, rest = empty_console.run(*command, "--help").out.partition("\n\n")
        lines = rest.splitlines()  # argparse keeps options that exclude each other on one line
        assert [line for line in lines if len(line) > 80] == [], command
