"""What `--help` says of each command."""

from __future__ import annotations

import re
import shlex

from smtp_tui.cli.arguments import parse
from smtp_tui.cli.exit_codes import ANY_COMMAND, COMMAND_CODES, ExitCode, meaning_of
from tests.cli.console import Console

COMMANDS: list[tuple[str, ...]] = [
    *(("list",), ("get",), ("create",), ("set",), ("delete",), ("test",), ("audit",)),
    *(("probe",), ("export",), ("plan",), ("apply",), ("schema",)),
    *(("demo",), ("sandbox",), ("doctor",), ("help",), ("profiles",)),
    ("completion",),
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


def codes_in(text: str) -> dict[int, str]:
    """The exit codes of a help text, with their words."""
    listed = text.partition("exit codes:\n")[2].partition("\n\n")[0]
    found = re.findall(r"^ {2,4}(\d+)  (.*(?:\n {7}\S.*)*)", listed, re.MULTILINE)
    return {int(code): " ".join(words.split()) for code, words in found}


def test_the_help_of_a_command_lists_the_exit_codes_it_can_end_with(
    empty_console: Console,
) -> None:
    for command in COMMANDS:
        name = " ".join(command)
        if name == "profiles":  # which does nothing by itself
            continue
        text = empty_console.run(*command, "--help").out
        codes = sorted(COMMAND_CODES[name])
        assert codes_in(text) == {code.value: meaning_of(code, name) for code in codes}, name
        assert "exit codes 70 to 143" in " ".join(text.split()), name
    assert set(COMMAND_CODES) == {" ".join(command) for command in COMMANDS} - {"profiles"}
    assert {code.value for code in ANY_COMMAND} == {code for code in ExitCode if code >= 70}


def test_the_help_of_the_program_lists_every_exit_code(empty_console: Console) -> None:
    told = codes_in(empty_console.run("--help").out)
    assert told == {code.value: meaning_of(code) for code in ExitCode}


def test_the_help_of_a_command_has_one_example_that_can_be_run(empty_console: Console) -> None:
    for command in COMMANDS:
        text = empty_console.run(*command, "--help").out
        example = re.findall(r"^example:\n  smtp-tui (.*)$", text, re.MULTILINE)
        assert len(example) == 1, command
        arguments = shlex.split(example[0])
        assert tuple(arguments[: len(command)]) == command
        assert parse(arguments).run


def test_a_help_line_does_not_repeat_its_label(empty_console: Console) -> None:
    for command in COMMANDS:
        text = empty_console.run(*command, "--help").out
        for label, words in re.findall(r"^ +(?:--)?([\w-]+)(?: [A-Z_]+)? {2,}(.*)$", text, re.M):
            assert not words.casefold().startswith(f"{label.casefold()}:"), (command, words)
            assert words.casefold() != label.casefold(), (command, words)
