"""The order of a command line: options before and after the command, and ``--``."""

from __future__ import annotations

import argparse
import shlex
from collections import defaultdict
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtp_tui.cli.arguments import parse, program
from smtp_tui.cli.exit_codes import ExitCode, Refusal
from smtp_tui.cli.parser import DANGEROUS, Line, Parser, WantedFields
from tests.cli.console import Console
from tests.cli.test_help import COMMANDS
from tests.failing_sandbox import Sandbox
from tests.house.share import parsers, whole

WHOLE = [*parsers(whole())]
SAMPLES = {
    "--bundle": ["list", "b.json"],
    "--days": ["30", "30,7"],
    "-D": ["30", "30,7"],
    "--port": ["1", "2"],
    "--host": ["profiles", "h"],
}
NUMBERS = {"seconds": ["1", "0.5"], "count": ["1", "3"], "port": ["1", "2"]}


def values_of(name: str, action: argparse.Action) -> list[str]:
    """Values of an option; those that are names of commands must not be taken for them."""
    if isinstance(action, WantedFields):
        return [*action.known, ",".join(action.known)]
    if action.choices is not None:
        return [*map(str, action.choices)]
    converts = getattr(action.type, "__name__", "")
    return SAMPLES.get(name) or NUMBERS.get(converts) or ["list", "profiles", "set"]


def told(arguments: list[str]) -> dict[str, object]:
    """The options that a line is parsed to, without the parser, which is made anew."""
    try:
        options = vars(parse(arguments))
    except Refusal as refusal:  # of options that exclude each other
        return {"excluded": " cannot be used with " in str(refusal)}
    return options | {"parser": options["parser"].prog}


def positionals(command: Parser) -> list[str]:
    """Words of a command: names of commands where that is allowed, else those of its example."""
    chosen = {
        "get": ["list"],
        "create": ["profiles", "port=25"],
        "plan": ["list"],
        "apply": ["set"],
        "profiles add": ["list"],
        "profiles set": ["profiles"],
        "profiles remove": ["list"],
        "profiles use": ["list"],
        "set": ["list", "port=25"],
    }.get(command.command)
    line = [*command.command.split(), *shlex.split(command.example)]
    return chosen or Line(line, program(line)).words


RUNNABLE = [each for each in WHOLE if each.prog not in ("smtp-tui", "smtp-tui profiles")]


@st.composite
def lines(draw: st.DrawFn) -> tuple[list[list[str]], list[str]]:
    """Some options of a command, each with its value, and its words with its name before them."""
    command = draw(st.sampled_from(RUNNABLE))
    required = {name for name, each in command.options.items() if each.required}
    harmless = sorted({*command.options} - {"-h", "--help", "--version"} - required)
    names = draw(st.lists(st.sampled_from(harmless), max_size=4, unique=True)) if harmless else []
    options = []
    for name in (*required, *names):
        action = command.options[name]
        value = [draw(st.sampled_from(values_of(name, action)))] if action.nargs != 0 else []
        glued = value and name.startswith("--") and draw(st.booleans())
        options.append([f"{name}={value[0]}"] if glued else [name, *value])
    return options, [*command.command.split(), *positionals(command)]


@given(line=lines(), data=st.data())
def test_any_order_of_options_and_the_command_means_the_same(
    line: tuple[list[list[str]], list[str]], data: st.DataObject
) -> None:
    options, words = line
    expected = told([*words, *chain(*options)])
    assert expected.get("excluded", True)
    pieces = [[word] for word in words]
    for option in data.draw(st.permutations(options)):
        pieces.insert(data.draw(st.integers(0, len(pieces))), option)
    assert told([*chain(*pieces)]) == expected


def test_an_option_takes_a_value_after_every_command_or_after_none() -> None:
    """The name of a command may only be told from a value where that is certain."""
    found: dict[str, set[bool]] = defaultdict(set)
    for command in WHOLE:
        for name, action in command.options.items():
            assert action.nargs in (0, None) or isinstance(action, WantedFields), name
            found[name].add(action.nargs == 0)
    assert [name for name, kinds in found.items() if len(kinds) > 1] == []


def test_every_command_of_the_help_is_declared() -> None:
    declared = {tuple(each.command.split()) for each in WHOLE[1:]}
    assert declared == {*COMMANDS}


FIELDS = [
    ("get --json PRIMARY", (), "PRIMARY"),
    ("get PRIMARY --json name,port", ("name", "port"), "PRIMARY"),
    ("get --json name,port PRIMARY", ("name", "port"), "PRIMARY"),
    ("--json port get PRIMARY", ("port",), "PRIMARY"),
    ("get --json=x-timeout PRIMARY", ("x-timeout",), "PRIMARY"),
    ("get --json name,x-timeout PRIMARY", ("name", "x-timeout"), "PRIMARY"),
    ("get --json x-timeout", (), "x-timeout"),
    ("get --json -- name", (), "name"),
    ("get --json=name name", ("name",), "name"),
    ("get --jsonl name PRIMARY", ("name",), "PRIMARY"),
    ("get PRIMARY --json", (), "PRIMARY"),
    ("get --json parameters audit", ("parameters",), "audit"),  # each has fields of its own
    ("get --json verdict audit", ("verdict",), "audit"),
]


@pytest.mark.parametrize(("line", "fields", "record"), FIELDS)
def test_what_follows_json_is_its_value_only_if_it_names_a_field(
    line: str, fields: tuple[str, ...], record: str
) -> None:
    options = vars(parse(line.split()))
    assert (options["json"], options["fields"], options["records"]) == (True, fields, [record])


LATE = [
    ("get -- -A", "records", ["-A"]),
    ("-- get -A", "records", ["-A"]),
    ("get --json -- --json", "records", ["--json"]),
    ("set -- -A port=1", "values", ["-A", "port=1"]),
    ("set A --dry-run -- -x=1 --yes", "values", ["A", "-x=1", "--yes"]),
    ("create --yes -- -N -x=1", "values", ["-x=1"]),
    ("create --yes -- -N -x=1", "name", "-N"),
    ("delete -- --all-profiles", "values", ["--all-profiles"]),
    ("profiles remove -- -old", "name", "-old"),
    ("profiles -- remove -old", "name", "-old"),
    ("apply -", "file", "-"),
]


@pytest.mark.parametrize(("line", "name", "value"), LATE)
def test_what_follows_two_dashes_is_never_an_option(line: str, name: str, value: object) -> None:
    options = vars(parse(line.split()))
    got = options[name]
    assert (got if isinstance(value, list) else str(got)) == value
    assert not options["yes"] or "--yes" in line.partition(" -- ")[0]


def test_an_option_with_one_value_is_refused_if_it_is_given_twice() -> None:
    for command in RUNNABLE:
        for name, action in command.options.items():
            if action.nargs == 0 or action.default == []:
                continue
            first, *_, last = values_of(name, action) * 2
            line = [name, first, *command.command.split(), *positionals(command), name, last]
            with pytest.raises(Refusal) as refused:
                parse(line)
            assert str(refused.value).startswith(f"{name} is given more than once"), line
    assert parse(["list", "--match", "a=1", "--match", "b=2"]).match == ["a=1", "b=2"]
    assert parse(["delete", "A", "--dry-run", "--dry-run"]).dry_run


SLIPS = [
    ("list --jsn", "smtp-tui list"),
    ("--jsn list", "smtp-tui list"),
    ("--all set A", "smtp-tui set"),
    ("get", "smtp-tui get"),
    ("audit a b", "smtp-tui audit"),
    ("--json audit a", "smtp-tui audit"),
    ("list --profile", "smtp-tui list"),
    ("list --profile --json", "smtp-tui list"),
    ("--json=1 audit", "smtp-tui audit"),
    ("--json= list", "smtp-tui list"),
    ("profiles", "smtp-tui profiles"),
    ("profiles lst", "smtp-tui profiles"),
    ("--profile x profiles list", "smtp-tui profiles list"),
    ("profiles add x", "smtp-tui profiles add"),
    ("lst", "smtp-tui"),
    ("--bogus", "smtp-tui"),
    ("--bogus x list", "smtp-tui"),
]


@pytest.mark.parametrize(("line", "prog"), SLIPS)
def test_a_usage_error_points_to_the_help_of_its_command(line: str, prog: str) -> None:
    with pytest.raises(Refusal) as refused:
        parse(line.split())
    assert str(refused.value).endswith(f"(see {prog} --help)")


def test_help_and_version_may_stand_anywhere(empty_console: Console) -> None:
    for line in ("--help list", "list --help", "list -h --json"):
        assert empty_console.run(*line.split()).out.startswith("usage: smtp-tui list ")
    for line in (
        "--version",
        "list --version",
        "--version set A port=1",
        "profiles --version use x",
    ):
        result = empty_console.run(*line.split())
        assert (result.code, result.out.split()[0], result.err) == (0, "smtp-tui", "")


def test_no_option_that_does_more_is_suggested_for_a_harmless_word() -> None:
    slips = [slip for each in sorted(DANGEROUS) for slip in (each[:-1], f"{each}x")]
    for command in RUNNABLE:
        for option in ("--dry-run", *slips):
            if option in command.options:
                continue
            with pytest.raises(Refusal) as refused:
                parse([*command.command.split(), option])
            meant = str(refused.value).partition("did you mean ")[2]
            assert not any(f'"{each}"' in meant for each in DANGEROUS), (option, meant)


@pytest.mark.parametrize("argument", ["-Hunter2!", "--Hunter2=!", "--Hunter!"])
def test_what_may_be_a_password_is_not_repeated_as_an_unknown_option(argument: str) -> None:
    with pytest.raises(Refusal) as refused:
        parse(["get", argument])
    assert "unter" not in str(refused.value)
    assert "-H" not in str(refused.value)


MISUSES = [
    "set --yes",
    "set A",
    "set A port=1 port=2 --yes",
    "set A prt=1 --yes",
    "set --match port port=1",
    "set A --confirm-count 1 port=1",
    "create N --preset nowhere",
    "delete --profile environment",
    "delete A B --confirm-name A",
    "test --to a@b.cd",
    "test A",
    "probe",
    "probe mx.example.com:",
    "list --profile a --all-profiles",
    "audit --since yesterday",
]


@pytest.mark.parametrize("line", MISUSES)
def test_a_mistake_that_a_command_finds_points_to_its_help_too(
    console: Console, sandbox: Sandbox, line: str
) -> None:
    sandbox.add_record("A", {"hostname": "mx.example", "port": 25})
    result = console.run(*line.split())
    assert result.code == ExitCode.USAGE
    assert result.err.rstrip().endswith(f"(see smtp-tui {line.split(maxsplit=1)[0]} --help)")
