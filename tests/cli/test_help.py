"""What `--help` says of each command."""

from __future__ import annotations

import re

import pytest

from tests.cli.console import Console


@pytest.mark.parametrize(
    "command",
    [
        *(("list",), ("get",), ("create",), ("set",), ("delete",), ("test",), ("audit",)),
        *(("demo",), ("sandbox",), ("doctor",), ("profiles",)),
        *(("profiles", one) for one in ("list", "add", "set", "remove", "use", "check", "path")),
    ],
)
def test_every_command_says_in_a_sentence_what_it_does(
    console: Console, command: tuple[str, ...]
) -> None:
    paragraphs = console.run(*command, "--help").out.split("\n\n")
    assert re.match(r"[A-Z][^:]+\.\Z", paragraphs[1]), paragraphs[1]
