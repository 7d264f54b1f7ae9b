"""``--quiet``, ``--verbose`` and ``--debug FILE``: less and more of what a command does."""

from __future__ import annotations

import base64
import os
import re
import shlex
import socket
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest

from smtp_tui.cli.exit_codes import ExitCode
from tests.cli.console import Console, Typist
from tests.cli.test_edge import PROGRAM
from tests.failing_sandbox import Fault, FaultKind, Operation, Sandbox
from tests.state.test_files import at_most

GOOD = {"hostname": "mx.example", "port": 25}
SECRET = "planted-Smtp-9Qx7"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Where the program keeps what it does."""
    (tmp_path / "home").mkdir(mode=0o700)
    return tmp_path / "home" / "debug.log"


def test_verbose_prints_each_request_with_its_status_and_duration(
    console: Console, sandbox: Sandbox
) -> None:
    sandbox.add_record("A", GOOD)
    result = console.run("set", "A", "port=587", "--yes", "--verbose")
    printed = re.findall(
        r"^(GET|POST) http://\S+?(/[^?\s]+)\S*: (\d+) in [\d,]+ ms$", result.err, re.M
    )
    assert [(method, path, int(status)) for method, path, status in printed] == [
        (request.method, request.path.partition("?")[0], 200) for request in sandbox.requests
    ]
    assert sandbox.admin_token not in result.err


def test_quiet_prints_data_and_errors_only(console: Console, sandbox: Sandbox) -> None:
    sandbox.add_record("A", GOOD)
    for line in (
        "set A port=26 --yes",
        "create B hostname=a.b port=1 --yes",
        "list --match port=1",
    ):
        result = console.run(*line.split(), "--quiet")
        assert (result.code, result.err) == (0, ""), line
    dry = console.run("--quiet", "set", "A", "port=27", "--dry-run")
    assert (dry.code, dry.err, "PATCH" in dry.out or "POST" in dry.out) == (9, "", True)
    for line, code in {
        "get NOBODY": 3,
        "set A port=28": 4,
        "set --match port=9 port=1 --yes": 3,
        "set A B --yes": 2,
        "delete A B --yes --confirm-count 9": 4,
    }.items():
        result = console.run(*line.split(), "--quiet")
        assert (result.code, result.out, len(result.err.splitlines())) == (code, "", 1), line


def test_quiet_still_says_that_someone_else_changed_the_record(
    console: Console, sandbox: Sandbox
) -> None:
    record_id = sandbox.add_record("A", GOOD)
    typist = Typist("yes", lambda: sandbox.change_record(record_id, {"port": 99}))
    result = console.run("set", "A", "port=587", "--quiet", typist=typist)
    assert result.code == ExitCode.CONFLICT
    assert "someone else changed" in result.err


@pytest.mark.parametrize("line", ["set A port=587", "set A B port=587", "delete A"])
def test_quiet_keeps_back_nothing_that_belongs_to_a_question(
    console: Console, sandbox: Sandbox, line: str
) -> None:
    for name in ("A", "B"):
        sandbox.add_record(name, GOOD)
    asked = console.run(*line.split(), typist=Typist("no")).err
    assert console.run(*line.split(), "--quiet", typist=Typist("no")).err == asked
    assert "host http://127.0.0.1" in asked


def test_quiet_keeps_back_no_warning(console: Console, sandbox: Sandbox) -> None:
    for name in ("A", "B"):
        sandbox.add_record(name, GOOD)
    for line in ("set A hostname=h. --dry-run", "set A B hostname=h. --dry-run"):
        said = console.run(*line.split(), "--quiet").err
        assert said.startswith("warning: hostname: the final dot is unusual"), line


def test_the_screen_refuses_what_it_would_ignore(console: Console) -> None:
    for line in ("--quiet", "--verbose", "demo --quiet"):
        result = console.run(*line.split())
        assert result.code == ExitCode.USAGE
        assert "--debug FILE" in result.err


def test_the_file_has_every_request_and_every_decision(
    console: Console, sandbox: Sandbox, log: Path
) -> None:
    record_id = sandbox.add_record("A", GOOD)
    sandbox.faults.add(Fault(FaultKind.UNAVAILABLE, Operation.LIST))
    assert console.run("--debug", str(log), "set", "A", "port=587", "--yes").code == 0
    text = log.read_text()
    assert oct(log.stat().st_mode & 0o777) == "0o600"
    times = re.findall(r"^\d{4}-\d\d-\d\dT[\d:.]+\+00:00 (?:request |decision) ", text, re.M)
    assert len(times) == len(text.splitlines())
    assert text.count(" request  ") == len(sandbox.requests)
    for words in (
        "profile environment: CAM_HOST",
        "is asked again in",
        "bytes sent",
        "request id",
        "no TLS",
        "review of Change A: yes",
        "A was read again; conflicts: none",
        "allowed, the access of the profile environment is normal",
        "is about to be sent",
        ": done",
        "outcome: Saved",
        "exit code 0",
    ):
        assert words in text, words
    assert console.run("get", record_id, "--debug", str(log)).code == 0
    assert log.read_text().startswith(text)
    assert log.read_text().count("exit code 0") == 2


def test_the_file_holds_no_secret(console: Console, sandbox: Sandbox, log: Path) -> None:
    debug = ("--debug", str(log), "--verbose")
    sandbox.add_record("A", GOOD | {"password": "planted-before-1"})
    echo = f"bad token {sandbox.admin_token} and password {SECRET}".encode()
    said = []
    for fault in (
        None,
        Fault(FaultKind.RAW, Operation.MODIFY, status=400, body=echo),
        Fault(FaultKind.RAW, Operation.MODIFY, status=401, body=echo),
        Fault(FaultKind.RESET, Operation.MODIFY),
    ):
        if fault is not None:
            sandbox.faults.add(fault)
        command = ("set", "A", "--password-stdin", "username=u", "--yes")
        said.append(console.run(*command, *debug, stdin=SECRET.encode()).err)
    test = ("test", "A", "--to", "a@b.cd", "port=1", "--password-stdin")
    said.append(console.run(*test, *debug, stdin=SECRET.encode()).err)
    said.append(console.run("set", "A", f"apiKey={SECRET}", "--yes", *debug).err)
    text = "\n".join((log.read_text(), *said))
    assert text.count(" request  ") > 8
    for secret in (SECRET, sandbox.admin_token, "planted-before-1"):
        assert secret not in text
        assert base64.b64encode(secret.encode()).decode() not in text


def test_a_line_that_a_full_disk_took_half_of_spoils_no_other(
    console: Console, sandbox: Sandbox, log: Path
) -> None:
    with at_most(100):
        result = console.run("list", "--debug", str(log))
    assert result.code == 0
    assert "the file size limit is reached; lines are missing" in result.err
    torn = log.read_text()
    assert (len(torn), torn.endswith("\n")) == (100, False)
    assert console.run("list", "--debug", str(log)).code == 0
    text = log.read_text()
    assert text.startswith(f"{torn}\n")
    assert all(re.match(r"20\d\d-", line) for line in text.splitlines())


TELLS = f"echo Touch your key or say {SECRET} >&2; echo $0"


def add_profile(console: Console, sandbox: Sandbox) -> None:
    """A profile whose token comes from a program that talks."""
    where = ("--host", sandbox.base_url, "--tenant", sandbox.tenant_id)
    command = f"/bin/sh -c {shlex.quote(TELLS)} {sandbox.admin_token}"
    assert console.run("profiles", "add", "p", *where, "--token-command", command).code == 0


def test_the_file_does_not_keep_what_a_token_command_says(
    console: Console, sandbox: Sandbox, log: Path
) -> None:
    add_profile(console, sandbox)
    command = ("set", "p", "port=1", "--profile", "p", "--debug", str(log))
    sandbox.add_record("p", GOOD)
    assert "Touch your key" in console.run(*command, "--yes").err
    assert "Touch your key" in console.run(*command, typist=Typist("no"), stdin=b"").err
    assert "Touch your key" not in console.run(*command, "--yes", "--quiet").err
    text = log.read_text()
    assert text.count("command /bin/sh: (a line that is not kept)") == 3
    assert "Touch" not in text


def test_quiet_shows_a_person_what_a_token_command_asks_for(
    console: Console, sandbox: Sandbox
) -> None:
    add_profile(console, sandbox)
    said = console.run("list", "--profile", "p", "--quiet", typist=Typist("")).err
    assert said.startswith("command /bin/sh: Touch your key")


@pytest.mark.parametrize("kind", ["link", "directory", "pipe", "open to others", "no directory"])
def test_a_file_that_may_not_be_written_is_refused_before_anything_is_sent(
    console: Console, sandbox: Sandbox, log: Path, tmp_path: Path, kind: str
) -> None:
    other = tmp_path / "other"
    other.write_text("theirs\n")
    match kind:
        case "link":
            log.symlink_to(other)
        case "directory":
            log.mkdir()
        case "pipe":
            os.mkfifo(log)
        case "open to others":
            log.write_text("")
            log.chmod(0o666)
        case "no directory":
            log.parent.rmdir()
    result = console.run("list", "--debug", str(log))
    assert (result.code, sandbox.requests) == (ExitCode.USAGE, ())
    assert len(result.err.splitlines()) == 1
    assert other.read_text() == "theirs\n"


def test_lines_of_data_and_of_messages_do_not_mix_where_nothing_is_buffered(
    sandbox: Sandbox, environ: dict[str, str]
) -> None:
    """As in most containers. Each write of the program is one packet here."""
    sandbox.add_record("A", GOOD)
    reader, writer = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with reader, writer:
        subprocess.run(
            [*PROGRAM, "set", "A", "port=26", "--dry-run", "--verbose"],
            env={**environ, "PYTHONUNBUFFERED": "1"},
            stdout=writer.fileno(),
            stderr=writer.fileno(),
            timeout=30,
            check=False,
        )
        reader.setblocking(False)
        packets = []
        with suppress(BlockingIOError):
            while True:
                packets.append(reader.recv(100_000))
    whole = [packet for packet in packets if packet]
    assert len(whole) > 3
    assert all(packet.endswith(b"\n") and packet.strip() for packet in whole)
