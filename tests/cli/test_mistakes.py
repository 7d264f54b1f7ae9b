"""Slips of the hand: an unset variable of the shell, a misspelt name. Each is refused in one line
that says what was probably meant, and nothing is written.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from smtp_tui.api.models import is_secret_name
from smtp_tui.cli.exit_codes import ExitCode
from tests.cli.console import Console
from tests.failing_sandbox import Operation, Sandbox

GOOD = {"hostname": "127.0.0.1", "port": 25, "replyTo": "a"}
TO = ("--to", "a@example.com")
WRITING = frozenset(
    {Operation.CREATE, Operation.MODIFY, Operation.DELETE, Operation.TEST, Operation.TEST_SAVED}
)


def written(sandbox: Sandbox) -> int:
    """How many requests could have changed something, or sent mail."""
    return sum(request.operation in WRITING for request in sandbox.requests)


NAMING = [
    ("get", "{}"),
    ("set", "{}", "port=587", "--yes"),
    ("set", "--yes", "{}", "port=587"),
    ("delete", "{}", "--yes"),
    ("delete", "A", "--confirm-name", "{}"),
    ("create", "{}", "hostname=a.example", "port=25", "--yes"),
    ("test", "{}", *TO),
    ("test", "{}", "port=587", *TO),
    ("audit", "--record", "{}"),
    ("audit", "--profile", "{}"),
    ("--profile", "{}", "delete", "A", "--yes"),
    ("delete", "--profile", "{}", "A", "--yes"),
    ("create", "NEW", "--preset", "{}", "--yes"),
    ("profiles", "add", "{}", "--host", "a.example"),
    ("profiles", "set", "{}", "--team", "all"),
    ("profiles", "remove", "{}", "--yes"),
    ("profiles", "use", "{}"),
    ("profiles", "check", "{}"),
]


@pytest.mark.parametrize(
    ("arguments", "empty"),
    [*((arguments, "") for arguments in NAMING), (NAMING[0], " "), (NAMING[0], "\t")],
)
def test_an_empty_argument_names_nothing(
    console: Console, sandbox: Sandbox, arguments: tuple[str, ...], empty: str
) -> None:
    for name in ("A", empty):
        sandbox.add_record(name, GOOD)
    result = console.run(*(argument.format(empty) for argument in arguments))
    assert (result.code, result.out) == (ExitCode.USAGE, "")
    assert "empty" in result.err
    assert sandbox.requests == ()
    assert len(sandbox.records()) == 2


@pytest.mark.parametrize(
    ("argument", "near"),
    [
        ("prot=587", '; did you mean "port"?'),
        ("Port=587", '; did you mean "port"?'),
        ("HOSTNAME=a.example", '; did you mean "hostname"?'),
        ("user=a", '; did you mean "username"?'),
        ("replyto=b", '; did you mean "replyTo"?'),
        ("tls=true", ""),
    ],
)
def test_an_unknown_parameter_is_refused_with_the_nearest_one(
    console: Console, sandbox: Sandbox, argument: str, near: str
) -> None:
    record_id = sandbox.add_record("A", GOOD)
    name = argument.partition("=")[0]
    for command in (
        ("set", "A", argument, "--yes"),
        ("set", "A", argument, "--dry-run"),
        ("create", "NEW", "hostname=a.example", "port=25", argument, "--yes"),
        ("test", "A", argument, *TO),
        ("test", "--values", "hostname=127.0.0.1", "port=1", argument, *TO),
    ):
        result = console.run(*command)
        assert (result.code, result.out, written(sandbox)) == (ExitCode.USAGE, "", 0)
        knows_reply_to = "A" in command
        expected = near if knows_reply_to or "replyTo" not in near else ""
        words = f"unknown parameter {name}{expected}"
        assert f"{words}; use --new-parameter {name} to add it" in result.err
    assert sandbox.record(record_id).values == GOOD


def test_a_new_parameter_is_allowed_by_its_name_only(console: Console, sandbox: Sandbox) -> None:
    record_id = sandbox.add_record("A", GOOD)
    new = ("--new-parameter", "tls")
    assert console.run("set", "A", "tls=yes", "prot=1", *new, "--yes").code == ExitCode.USAGE
    result = console.run("set", "A", "port=26", *new, "--yes")
    assert result.code == ExitCode.USAGE
    assert "--new-parameter tls needs tls=value" in result.err
    assert written(sandbox) == 0
    assert console.run("set", "A", "tls=yes", *new, "--yes").code == 0
    assert sandbox.record(record_id).values == {**GOOD, "tls": "yes"}
    assert console.run("set", "A", "tls=no", "replyTo=b", "--yes").code == 0
    more = ("tls=yes", "auth=plain", *new, "--new-parameter", "auth", "--yes")
    assert console.run("create", "B", "hostname=a.example", "port=25", *more).code == 0
    assert sandbox.records()[1].values["auth"] == "plain"


def test_a_secret_is_no_text_even_as_a_new_parameter(console: Console, sandbox: Sandbox) -> None:
    sandbox.add_record("A", GOOD)
    arguments = ("set", "A", "apiKey=planted", "--new-parameter", "apiKey", "--yes")
    result = console.run(*arguments)
    assert (result.code, written(sandbox)) == (ExitCode.USAGE, 0)
    assert "planted" not in result.err


@pytest.mark.parametrize("command", [("get",), ("set", "port=1", "--yes"), ("delete", "--yes")])
def test_an_unknown_record_is_told_with_the_nearest_name(
    console: Console, sandbox: Sandbox, command: tuple[str, ...]
) -> None:
    sandbox.add_record("PRIMARY", GOOD)
    result = console.run(command[0], "PRIMRAY", *command[1:])
    assert (result.code, written(sandbox)) == (ExitCode.NOT_FOUND, 0)
    assert 'did you mean "PRIMARY"?' in result.err


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("all-good", '"ALL-GOOD"'),
        ("all-god", '"ALL-GOOD"'),
        ("est", '"east" or "west"'),
        ("OLD", '"OLD-0", "OLD-1", "OLD-2", "OLD-3" or "OLD-4"'),
    ],
)
def test_all_names_that_are_as_near_are_suggested_whatever_their_case(
    console: Console, sandbox: Sandbox, name: str, near: str
) -> None:
    for each in ("ALL-GOOD", "BAD", "east", "west", *(f"OLD-{number}" for number in range(7))):
        sandbox.add_record(each, GOOD)
    assert f"; did you mean {near}?\n" in console.run("get", name).err
    for each in ("east", "west"):
        console.run("profiles", "add", each, "--host", "a.example")
    if name == "est":
        assert f"; did you mean {near}?\n" in console.run("list", "--profile", name).err


@pytest.mark.parametrize("first", ["hostname", "Port", "name", "password", "apiKey"])
def test_a_value_in_the_place_of_a_name_is_no_name_and_is_not_repeated(
    console: Console, sandbox: Sandbox, first: str
) -> None:
    sandbox.add_record("A", GOOD)
    value, more = f"{first}=planted", ("hostname=a.example", "port=25")
    for flag in ("--yes", "--dry-run"):
        made = console.run("create", value, *more, flag)
        assert (made.code, made.out) == (ExitCode.USAGE, "")
        assert f"missing: NAME, which stands before {first}=VALUE" in made.err
        assert "planted" not in made.err
    for line, words in (
        (("set", value, "port=1", "--yes"), f"name a record before {first}=VALUE"),
        (("delete", value, "--yes"), "" if is_secret_name(first) else f"--match {first}=VALUE"),
        (("get", value), f"no record {first}=…"),
    ):
        told = console.run(*line)
        assert (told.code, words in told.err) == (ExitCode.NOT_FOUND, True), told.err
        assert "planted" not in told.err
    assert written(sandbox) == 0
    assert console.run("create", "A=B", *more, "--yes").code == 0


@pytest.mark.parametrize(
    ("arguments", "near"),
    [
        (("set", "A", "--dryrun"), "--dry-run"),
        (("list", "--jsn"), "--json"),
        (("--read-olny", "list"), "--read-only"),
        (("profiles", "set", "prod", "--tennant", "x"), "--tenant"),
        (("profiles", "add", "x", "--host", "a.example", "--acess=read-only"), "--access"),
    ],
)
def test_an_unknown_option_is_told_with_the_nearest_one(
    console: Console, arguments: tuple[str, ...], near: str
) -> None:
    result = console.run(*arguments)
    assert result.code == ExitCode.USAGE
    assert f'did you mean "{near}"?' in result.err
    assert len(result.err.splitlines()) == 1


@pytest.mark.parametrize("arguments", [("--read-only", "set"), ("set", "--read-only")])
def test_read_only_may_stand_before_the_command_and_after_it(
    console: Console, sandbox: Sandbox, arguments: tuple[str, ...]
) -> None:
    sandbox.add_record("PRIMARY", GOOD)
    result = console.run(*arguments, "PRIMARY", "port=26", "--yes")
    assert (result.code, written(sandbox)) == (ExitCode.REFUSED, 0)
    assert "This run is read-only" in result.err


NO_PROFILE = ("demo", "profiles list", "profiles check", "profiles path")
CHANGES = (
    "sandbox",
    "profiles add x --host a.example",
    "profiles set good --team x",
    "profiles remove good --yes",
    "profiles use good",
)


@pytest.mark.parametrize(
    ("option", "command"),
    [
        *(("--profile=good", command) for command in (*NO_PROFILE, *CHANGES)),
        *(("--read-only", command) for command in CHANGES),
    ],
)
def test_an_option_of_the_program_is_refused_by_a_command_that_would_ignore_it(
    console: Console, option: str, command: str
) -> None:
    name = option.partition("=")[0]
    for arguments in ((option, *command.split()), (*command.split(), option)):
        result = console.run(*arguments)
        assert result.code == ExitCode.USAGE
        assert f"{name} cannot be used with this command" in result.err
        assert len(result.err.splitlines()) == 1


@pytest.mark.parametrize("command", ["profiles list", "profiles path", "audit"])
def test_read_only_may_be_given_to_a_command_that_only_reads(
    console: Console, command: str
) -> None:
    assert console.run("--read-only", *command.split()).code == ExitCode.OK


@pytest.mark.parametrize(
    "arguments",
    [
        ("set", "prdo", "--team", "x"),
        ("remove", "prdo", "--yes"),
        ("use", "prdo"),
        ("check", "prdo"),
    ],
)
def test_an_unknown_profile_is_told_with_the_nearest_one(
    empty_console: Console, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    empty_console.run("profiles", "add", "prod", "--host", "a.example")
    before = (tmp_path / "config" / "profiles.toml").read_text()
    result = empty_console.run("profiles", *arguments)
    assert (result.code, result.out) == (ExitCode.USAGE, "")
    assert 'there is no profile named prdo; did you mean "prod"?' in result.err
    assert (tmp_path / "config" / "profiles.toml").read_text() == before


def test_a_recipient_that_is_no_address_is_refused_in_a_profile(empty_console: Console) -> None:
    add = ("profiles", "add", "a", "--host", "a.example", "--recipient")
    result = empty_console.run(*add, "ops@")
    assert result.code == ExitCode.USAGE
    assert "--recipient" in result.err
    assert empty_console.run(*add, "ops@example.com").code == 0


@pytest.mark.parametrize(
    "option", ["--rename", "--host", "--tenant", "--team", "--token-env", "--token-login"]
)
def test_what_a_profile_cannot_do_without_is_not_emptied(
    empty_console: Console, tmp_path: Path, option: str
) -> None:
    add = ("--host", "a.example", "--tenant", "t", "--label", "PROD")
    empty_console.run("profiles", "add", "a", *add)
    before = (tmp_path / "config" / "profiles.toml").read_text()
    result = empty_console.run("profiles", "set", "a", option, "")
    assert (result.code, result.out) == (ExitCode.USAGE, "")
    assert (tmp_path / "config" / "profiles.toml").read_text() == before
    assert empty_console.run("profiles", "set", "a", "--label", "").code == 0


def test_a_new_profile_is_not_added_with_an_empty_tenant(empty_console: Console) -> None:
    result = empty_console.run("profiles", "add", "a", "--host", "a.example", "--tenant", "")
    assert result.code == ExitCode.USAGE
    assert "tenant: must not be empty" in result.err


def test_a_token_variable_that_is_not_set_is_said_with_the_nearest_one(console: Console) -> None:
    add = ("profiles", "add", "a", "--host", "a.example", "--token-env")
    result = console.run(*add, "CAM_BAERER_TOKEN")
    assert result.code == 0
    assert "CAM_BAERER_TOKEN is not set;" in result.err
    assert 'did you mean "CAM_BEARER_TOKEN"?' in result.err


def test_use_and_list_say_that_the_default_is_overruled(console: Console) -> None:
    console.run("profiles", "add", "a", "--host", "a.example")
    said = "Using the profile environment (CAM_HOST), not a (the default)."
    assert said in console.run("profiles", "use", "a").err
    assert said in console.run("profiles", "list").err


@pytest.mark.parametrize(
    ("variables", "code", "words"),
    [
        ({"CAM_BEARER_TOKEN": ""}, ExitCode.TOKEN, "set CAM_BEARER_TOKEN"),
        ({"CAM_TENANT_ID": ""}, ExitCode.USAGE, "set CAM_TENANT_ID"),
        (
            {"CAM_PORT": "abc"},
            ExitCode.USAGE,
            "CAM_PORT: port must be a number from 1 to 65535",
        ),
        (
            {"CAM_PORT": "70000"},
            ExitCode.USAGE,
            "CAM_PORT: port must be a number from 1 to 65535",
        ),
        (
            {"CAM_HOST": "localhost:1", "CAM_PORT": "abc"},
            ExitCode.USAGE,
            "CAM_PORT: port must be a number from 1 to 65535",
        ),
        (
            {"CAM_HOST": "http://192.0.2.1"},
            ExitCode.USAGE,
            "CAM_HOST: plain http is allowed to this machine only; use https",
        ),
        (
            {"CAM_HOST": "", "TSA_HOSTNAME": "a b", "CAM_PORT": "7"},
            ExitCode.USAGE,
            "TSA_HOSTNAME: must be a host or host:port, without spaces",
        ),
    ],
)
@pytest.mark.parametrize("command", [("list",), ("set", "A", "port=587", "--yes")])
def test_what_is_wrong_with_the_environment_names_the_variable(
    console: Console,
    sandbox: Sandbox,
    variables: dict[str, str],
    code: ExitCode,
    words: str,
    command: tuple[str, ...],
) -> None:
    console.setenv(**variables)
    result = console.run(*command)
    assert (result.code, result.out, sandbox.requests) == (code, "", ())
    assert words in result.err
    assert "profiles set" not in result.err


def test_what_is_missing_in_a_stored_profile_is_told_with_the_command_that_mends_it(
    console: Console, sandbox: Sandbox
) -> None:
    console.run("profiles", "add", "my box", "--host", sandbox.base_url)
    assert (
        "smtp-tui profiles set 'my box' --tenant ID"
        in console.run("list", "--profile", "my box").err
    )
    console.run("profiles", "set", "my box", "--tenant", sandbox.tenant_id)
    result = console.run("list", "--profile", "my box")
    assert result.code == ExitCode.TOKEN
    assert "smtp-tui profiles set 'my box' --token-env VAR" in result.err


def test_a_write_that_the_option_forbids_names_the_option(
    console: Console, sandbox: Sandbox
) -> None:
    sandbox.add_record("A", GOOD)
    result = console.run("--read-only", "set", "A", "port=587", "--yes")
    assert (result.code, written(sandbox)) == (ExitCode.REFUSED, 0)
    assert "--read-only" in result.err
    assert "--access" not in result.err


@pytest.mark.parametrize("more", [("--yes",), ("--dry-run",), ("--json", "--yes")])
def test_a_set_without_anything_to_set_is_refused(
    console: Console, sandbox: Sandbox, more: tuple[str, ...]
) -> None:
    """An unset variable of a shell may leave nothing at all."""
    sandbox.add_record("A", GOOD)
    result = console.run("set", "A", *more)
    assert (result.code, result.out, sandbox.requests) == (ExitCode.USAGE, "", ())
    assert "nothing to set" in result.err
