"""What commands print for programs: documents, lines, chosen fields, CSV, names and tables."""

from __future__ import annotations

import csv
import io
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from smtp_tui.cli.fields import FIELDS, FILES, ROWS
from smtp_tui.cli.say import table
from smtp_tui.text import cell_width
from tests.cli.console import Console, Result
from tests.cli.test_many import add_profile
from tests.cli.test_probe import address, started
from tests.e2e.terminal import Terminal
from tests.failing_sandbox import Sandbox, SandboxOptions
from tests.probe.test_cases import plain, silent

PROGRAM = (sys.executable, "-m", "smtp_tui")
JAPANESE = "メール中継サーバ"
VALUES = {
    "hostname": "mail.example.com",
    "port": "587",
    "username": JAPANESE,
    "password": "s3cret-one",
    "ttl": 1.5,
    "big": 2**70,
    "tls": True,
    "none": None,
    "list": [1, "1", {"a": None}],
    "empty": "",
}


@pytest.fixture
def other() -> Iterator[Sandbox]:
    with Sandbox(SandboxOptions(mail_timeout=1.0)) as running:
        yield running


@pytest.fixture
def two(empty_console: Console, sandbox: Sandbox, other: Sandbox) -> Console:
    """A console with the profiles ``a``, which is used, and ``b``."""
    add_profile(empty_console, "a", sandbox)
    add_profile(empty_console, "b", other)
    return empty_console


@pytest.fixture
def relays() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def schema_of(console: Console, *command: str) -> jsonschema.Draft202012Validator:
    schema = json.loads(console.run("schema", *command).out)
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def command_of(line: str) -> str:
    words = [word for word in line.split() if not word.startswith("-")]
    return " ".join(words[: 2 if words[0] == "profiles" else 1])


LINES = [
    "list",
    "list --all-profiles",
    "list --match port=1",
    "get GOOD",
    "get GOOD GOOD",
    "set GOOD username=b --dry-run",
    "set GOOD username=b --yes",
    "set GOOD username=b --yes",
    "set --match username=b username=c --dry-run",
    "set --match username=b username=c --yes",
    "create NEW hostname=h port=1 --yes",
    "create - --dry-run",
    "create - --yes",
    "test GOOD --to a@b.cd",
    "test GOOD NEW --to a@b.cd --yes",
    "test GOOD --to a@b.cd --dry-run",
    "probe RELAY localhost:1",
    "export",
    "plan FILE",
    "apply FILE --dry-run",
    "apply FILE --yes",
    "delete NEW --yes",
    "delete NEW --yes",
    "audit",
    "audit --since 0m",
    "doctor",
    "help",
    "help files",
    "profiles list",
    "profiles add c --host h",
    "profiles set c --team t",
    "profiles set c --team t",
    "profiles use c",
    "profiles remove c --yes",
    "profiles check",
    "profiles path",
]


def test_every_command_prints_what_its_schema_describes_as_a_document_and_as_lines(
    two: Console, sandbox: Sandbox, relays: ExitStack, tmp_path: Path
) -> None:
    """All commands, in an order in which each has something to tell."""
    assert {command_of(line) for line in LINES} == {*FIELDS} - {"sandbox"}
    relay = started(relays, plain())
    two.run("profiles", "use", "a")
    checked: set[str] = set()
    for lines in (False, True):
        sandbox.add_record("GOOD", {**VALUES, "hostname": "127.0.0.1", "port": sandbox.smtp_port})
        file = tmp_path / f"records-{lines}.json"
        file.write_text(f'{{"schema": 1, "records": [{{"name": "N", "parameters": {PORTS}}}]}}')
        document = two.run("list", "GOOD", "--json").out.replace("GOOD", f"COPY-{lines}").encode()
        for line in LINES:
            command = command_of(line)
            words = [{"FILE": str(file), "RELAY": address(relay)}.get(w, w) for w in line.split()]
            if lines and command in FILES:
                continue
            stdin = document if command == "create" else b""
            result = two.run(*words, "--jsonl" if lines else "--json", stdin=stdin)
            found = told(result, lines=lines)
            assert found or lines or result.code == 3, (line, result)
            checker = schema_of(two, *command.split(), *(["--lines"] if lines else []))
            for each in found:
                assert [error.message for error in checker.iter_errors(each)] == [], line
                checked |= {command} if has_its_fields(command, each) else set()
        for record in sandbox.records():
            two.run("delete", record.id, "--yes")
    assert {*FIELDS} - {"sandbox"} - checked == set()


PORTS = '{"hostname": "h", "port": 25}'


def told(result: Result, *, lines: bool) -> list[dict[str, Any]]:
    """The document, or the objects of all lines."""
    if not lines:
        return [json.loads(result.out)] if result.out else []
    return [json.loads(line) for line in result.out.splitlines()]


def has_its_fields(command: str, document: dict[str, Any]) -> bool:
    """Whether there are objects, which have to have the fields that the help lists, and no other;
    not in a document of none, and in what a dry run shows."""
    if {"method", "entries"} & {*document}:  # a plan leaves out what is blank
        return {*document} <= {"schema", *FIELDS[command]}
    if {*document} - {"schema"} == {*FIELDS[command]}:
        return True
    assert len(document) == 2
    objects = next((each for each in document.values() if isinstance(each, list)), [])
    assert all([*each] == [*FIELDS[command]] for each in objects) or command in FILES
    return bool(objects)


def test_the_sandbox_prints_what_its_schema_describes(
    empty_console: Console, environ: dict[str, str]
) -> None:
    arguments = [*PROGRAM, "sandbox", "--port", "0", "--tls", "--jsonl"]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, env=environ) as process:
        assert process.stdout is not None
        served = json.loads(process.stdout.readline())
        process.send_signal(signal.SIGTERM)
    for more in ((), ("--lines",)):
        schema_of(empty_console, "sandbox", *more).validate(served)
    assert served["variables"]["CAM_HOST"]
    assert len(served["sha256"]) == 64


def test_a_line_is_printed_as_it_comes(environ: dict[str, str], relays: ExitStack) -> None:
    addresses = [address(started(relays, script)) for script in (silent, plain())]
    arguments = [*PROGRAM, "probe", *addresses, "--jsonl", "result,address"]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, env=environ) as process:
        assert process.stdout is not None
        found = json.loads(process.stdout.readline())
        process.terminate()
    assert (found["result"], found["address"]) == ("note", addresses[1])


# Fields


def test_fields_are_chosen_in_their_order_and_what_a_record_lacks_is_null(
    console: Console, sandbox: Sandbox
) -> None:
    sandbox.add_record("A", {"hostname": "h", "port": "25", "x-id": 1})
    sandbox.add_record("B", {"hostname": "i", "port": 26, "password": "s3cret-one"})
    result = console.run("list", "--json", "port,name,x-id,password")
    assert [[*each.items()] for each in result.json("records")] == [
        [("port", "25"), ("name", "A"), ("x-id", 1), ("password", None)],
        [("port", 26), ("name", "B"), ("x-id", None), ("password", {"secret": "set"})],
    ]
    assert console.run("get", "A", "--jsonl", "name").out == '{"schema": 1, "name": "A"}\n'
    slip = console.run("list", "--json", "name,prt")
    assert (slip.code, slip.out) == (3, "")
    assert '--json prt: no record has it; did you mean "port"?' in slip.err
    dry = console.run("set", "A", "port=1", "--dry-run", "--json", "name")
    assert (dry.code, dry.out) == (2, "")
    assert "a dry run is printed whole" in dry.err


def test_a_field_that_is_none_is_refused_before_anything_is_sent(
    console: Console, sandbox: Sandbox
) -> None:
    sandbox.add_record("A", VALUES)
    result = console.run("set", "A", "port=1", "--yes", "--json=id,bogus")
    assert (result.code, result.out, sandbox.requests) == (2, "", ())
    assert "it has profile, id, name, operation" in result.err


def test_a_word_after_json_that_is_no_record_is_told_how_a_field_is_chosen(
    console: Console, sandbox: Sandbox
) -> None:
    sandbox.add_record("A", VALUES)
    for command in (("list",), ("get",), ("get", "A"), ("delete", "A"), ("set",)):
        result = console.run(*command, "--json", "nope", *["port=1"] * (command == ("set",)))
        assert (result.code, result.out) == (3, ""), command
        assert "; to choose a field: --json=nope" in result.err, command
    assert "to choose" not in console.run("--json", "get", "get").err
    for line in ("doctor --json nope", "profiles list --jsonl nope"):
        refused = console.run(*line.split())
        assert (refused.code, "has no field nope; it has " in refused.err) == (2, True), line
    several = console.run("audit", "--json", "time,record,at").err
    assert "--json has no field time, record; it has write, at, " in several
    assert "no such field; it has write" in console.run("audit", "--json=at,p4s$word").err
    assert "1 unexpected argument" in console.run("--json", "doctor", "nope").err
    created = console.run("create", "N", "--json", "nope", "port=1")
    assert "; fields are chosen as --json=a,b" in created.err


def test_json_alone_lists_the_fields_to_whoever_looks_at_it(
    sandbox: Sandbox, environ: dict[str, str], tmp_path: Path
) -> None:
    sandbox.add_record("A", {"hostname": "h", "port": 25, "x-id": 1})
    arguments = [*PROGRAM, "list", "--json"]
    with Terminal(arguments, cwd=tmp_path, env=environ, columns=200) as terminal:
        assert terminal.exit_code() == 0
        shown = terminal.screen_text()
    for words in ('"schema": 1', "Fields: profile, id, name, ", ", x-id. To choose some: --json "):
        assert words in shown
    piped = subprocess.run(arguments, env=environ, capture_output=True, text=True, check=True)
    assert piped.stderr == ""


# A list as it is read again


def test_a_list_that_is_created_on_another_host_has_the_same_types(
    two: Console, sandbox: Sandbox, other: Sandbox
) -> None:
    two.run("profiles", "use", "a")
    sandbox.add_record("A", VALUES)
    sandbox.add_record(JAPANESE, {"hostname": "h", "port": 25})
    found = two.run("list", "--json").out.encode()
    alone = two.run("--profile", "b", "create", "-", stdin=found)
    assert (alone.code, other.records()) == (4, ())
    result = two.run("--profile", "b", "create", "-", "--yes", "--json", stdin=found)
    assert (result.code, "left out" in result.err) == (0, True), result.err
    made = {record.name: record for record in other.records()}
    assert [each["id"] for each in result.json("outcomes")] == [each.id for each in made.values()]
    same = {name: value for name, value in VALUES.items() if name != "password"}
    assert made["A"].values == same
    assert type(made["A"].values["port"]) is str
    assert made[JAPANESE].values == {"hostname": "h", "port": 25}
    again = two.run("--profile", "b", "create", "-", "--yes", stdin=found)
    assert (again.code, len(other.records())) == (4, 2)
    assert "these names are taken: A, " in again.err


@pytest.mark.parametrize(
    ("asked", "names"), [("get A --json", "A"), ("get A --jsonl", "A"), ("list --jsonl", "AB")]
)
def test_one_record_and_lines_are_created_on_another_host_too(
    two: Console, sandbox: Sandbox, other: Sandbox, asked: str, names: str
) -> None:
    two.run("profiles", "use", "a")
    for name in "AB":
        sandbox.add_record(name, VALUES)
    found = two.run(*asked.split()).out.encode()
    result = two.run("--profile", "b", "create", "-", "--yes", stdin=found)
    assert result.code == 0, result.err
    same = {name: value for name, value in VALUES.items() if name != "password"}
    assert {made.name: made.values for made in other.records()} == dict.fromkeys(names, same)


def test_the_password_of_a_list_is_read_from_a_file_where_there_was_one(
    two: Console, sandbox: Sandbox, other: Sandbox, tmp_path: Path
) -> None:
    two.run("profiles", "use", "a")
    sandbox.add_record("A", VALUES)
    sandbox.add_record("B", {"hostname": "h", "port": 25})
    file = tmp_path / "password"
    file.touch(mode=0o600)
    file.write_text("n3w-secret\n")
    found = two.run("list", "--json").out.encode()
    arguments = ("--profile", "b", "create", "-", "--yes", "--password-file", str(file))
    result = two.run(*arguments, stdin=found)
    assert (result.code, "left out" in result.err) == (0, False), result.err
    held = {record.name: record.values.get("password") for record in other.records()}
    assert held == {"A": "n3w-secret", "B": None}


def test_the_passwords_of_a_list_are_asked_for_at_the_keyboard(
    sandbox: Sandbox, other: Sandbox, environ: dict[str, str], tmp_path: Path
) -> None:
    sandbox.add_record("A", VALUES)
    listed = tmp_path / "listed.json"
    command = [*PROGRAM, "list", "--json"]
    listed.write_bytes(subprocess.run(command, env=environ, capture_output=True, check=True).stdout)
    line = f"exec {' '.join(PROGRAM)} create - --yes --ask-passwords <{listed}"
    there = {**environ, **other.environment()}
    with Terminal(["sh", "-c", line], cwd=tmp_path, env=there, columns=200) as terminal:
        terminal.wait_for("SMTP password of A:")
        terminal.send(b"typed-secret\r")
        assert terminal.exit_code() == 0
        assert b"typed-secret" not in terminal.raw
    assert [record.values["password"] for record in other.records()] == ["typed-secret"]


@pytest.mark.parametrize(
    "more", ["port=1", "--preset gmail", "--confirm-name A", "--password-stdin"]
)
def test_what_is_for_one_record_is_refused_for_a_list(
    console: Console, sandbox: Sandbox, more: str
) -> None:
    records = f'{{"schema": 1, "records": [{{"name": "N", "parameters": {PORTS}}}]}}'.encode()
    assert console.run("create", "-", "--yes", *more.split(), stdin=records).code == 2
    whole = ("create", "N", "hostname=h", "port=1", "--yes")
    assert console.run(*whole, "--ask-passwords").code == 2
    assert sandbox.requests == ()


# Tables, CSV and names


def test_lists_are_printed_as_csv_that_no_spreadsheet_computes(
    two: Console, sandbox: Sandbox
) -> None:
    two.run("profiles", "use", "a")
    sandbox.add_record('=HYPERLINK("x"),', {**VALUES, "username": "-a\nb"})
    sandbox.add_record("B", {"hostname": "h", "port": 25})
    first, second = csv.DictReader(io.StringIO(two.run("list", "-o", "csv").out))
    assert (first["name"], first["username"]) == ('\'=HYPERLINK("x"),', "'-a\\nb")
    assert (first["port"], first["password"], first["none"], first["tls"]) == (
        *("587", "set", "", "true"),
    )
    assert (second["port"], second["ttl"], second["profile"]) == ("25", "", "a")
    for command in ROWS:
        heading = two.run(*command.split(), "-o", "csv").out.splitlines()[0].split(",")
        assert {*heading} >= {*FIELDS[command]} - {"parameters"}


def test_names_are_printed_one_a_line_and_ids_where_a_name_would_mislead(
    console: Console, sandbox: Sandbox
) -> None:
    names = ["PLAIN", "", "TWIN", "TWIN", "a\nb", " lead", "-x", "a=b", "mx:25", JAPANESE]
    ids = [sandbox.add_record(name, VALUES) for name in names]
    shown = console.run("list", "-o", "name").out.splitlines()
    assert shown == ["PLAIN", *ids[1:9], JAPANESE]
    for line in shown:
        assert console.run("get", "--jsonl=name", "--", line).code == 0
    assert console.run("profiles", "list", "-o", "name").out == "environment\n"


def test_a_wide_name_shifts_no_column(console: Console, sandbox: Sandbox) -> None:
    for name in (JAPANESE, "A", "e\u0301"):
        sandbox.add_record(name, {"hostname": "h" * 300, "port": 25})
    lines = console.run("list").out.splitlines()
    starts = {
        cell_width(line[: line.index(word)])
        for line, word in zip(lines, ("HOSTNAME", "hhh", "hhh", "hhh"), strict=True)
    }
    assert len(starts) == 1
    assert lines[1].startswith(f"{JAPANESE}  h")
    assert "h" * 300 in lines[1]


def test_a_table_is_cut_to_the_terminal_or_to_COLUMNS_and_whole_in_a_pipe(
    sandbox: Sandbox, environ: dict[str, str], tmp_path: Path
) -> None:
    sandbox.add_record(JAPANESE * 6, {"hostname": "h" * 70, "port": 25})
    arguments = [*PROGRAM, "list"]
    for width, more in ((80, {}), (60, {"COLUMNS": "60"})):
        env = {**environ, **more}
        with Terminal(arguments, cwd=tmp_path, env=env, columns=80) as terminal:
            assert terminal.exit_code() == 0
            rows = [row.rstrip() for row in terminal.screen_text().splitlines() if row.strip()]
        rows = rows[rows.index(next(row for row in rows if row.startswith("NAME "))) :]
        assert len(rows) == 2, rows
        assert "…" in rows[1]
        assert max(map(cell_width, rows)) <= width
    whole = subprocess.run(
        arguments, env={**environ, "COLUMNS": "60"}, capture_output=True, text=True, check=True
    )
    assert JAPANESE * 6 in whole.stdout


def test_the_widest_columns_are_cut_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("smtp_tui.cli.say.columns", lambda: 30)
    heading, row = table(("A", "B", "C"), [("a" * 50, "short", "c" * 12)]).splitlines()
    assert row == f"{'a' * 9}…  short  {'c' * 9}…"
    assert heading == "A           B      C"


def test_names_and_ids_are_whole_as_long_as_other_columns_can_give_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    values = ("relay-name", "mail.example.com", "0123456789abcdef0123")
    cut = {
        40: "relay-name  mail.…  0123456789abcdef0123",
        36: "relay…  mail.…  0123456789abcdef0123",
        35: "relay-name  mail.exam…  012345678…",
    }
    for room, row in cut.items():
        monkeypatch.setattr("smtp_tui.cli.say.columns", lambda room=room: room)
        for name in ("NAME", "ADDRESS", "RECORD", "PROFILE"):
            assert table((name, "HOSTNAME", "ID"), [values]).splitlines()[1] == row
