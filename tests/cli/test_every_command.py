"""Every command of the installed program, in the ways in which scripts and pipelines run it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import IO, NamedTuple

import pytest

from smtp_tui.cli.exit_codes import COMMAND_CODES, ExitCode
from tests.e2e.terminal import GUARD, TIMEOUT, installed_program
from tests.failing_sandbox import Sandbox

AT_ONCE = 4
PROGRAM = (str(installed_program()),)


@dataclass(frozen=True)
class Case:
    """A command line and how it ends.

    ``data`` is what its output begins with, blank if it has none. ``fed`` is what it reads.
    """

    line: str
    code: ExitCode = ExitCode.OK
    data: str = ""
    on_server: bool = False
    fed: str = ""


def local(line: str, data: str = "", code: ExitCode = ExitCode.OK) -> Case:
    """A command that asks no server."""
    return Case(line, code, data)


def remote(line: str, data: str = "", code: ExitCode = ExitCode.OK, fed: str = "") -> Case:
    """A command that asks the server."""
    return Case(line, code, data, on_server=True, fed=fed)


CASES = (
    local("--version", "smtp-tui "),
    local("--help", "usage: smtp-tui"),
    local("nonsense", code=ExitCode.USAGE),
    local("", code=ExitCode.USAGE),  # the screen
    local("demo", code=ExitCode.USAGE),
    local("sandbox --port planted", code=ExitCode.USAGE),  # test_sandbox_command.py runs it
    remote("list", "NAME"),
    remote("list --match port=7777", code=ExitCode.NOT_FOUND),
    remote("get GOOD", "name"),
    remote("get GOOD --json", "{"),
    remote("get NOBODY", code=ExitCode.NOT_FOUND),
    remote("set CHANGED port=587 --yes"),
    remote("set GOOD port=1 --dry-run", "POST", ExitCode.WOULD_CHANGE),
    remote("set GOOD port=1", code=ExitCode.REFUSED),  # nobody can say yes
    remote("set CHANGED --password-stdin --yes", fed="s3cret\n"),
    remote("create NEW hostname=mail.example.com port=25 --yes", "?"),
    remote("delete GONE --yes"),
    remote("test GOOD --to ops@example.com", "ACCEPTED"),
    remote("test DEAD --to ops@example.com", "UNREACHABLE", ExitCode.MAIL_UNREACHABLE),
    local("probe 127.0.0.1:1", "127.0.0.1:1", ExitCode.MAIL_UNREACHABLE),
    remote("export", "#"),
    remote("plan planned.yaml", "?", ExitCode.USAGE),
    remote("apply applied.yaml --yes"),
    local("schema", "{"),
    local("completion bash", "#"),
    local("help", "?"),
    local("help files", "# "),
    local("doctor", "?"),
    local("audit", "TIME"),
    local("profiles list", "  PROFILE"),
    local("profiles path", "/"),
    remote("profiles check environment", "environment"),
    local("profiles add new --host cam.example.com --tenant t1"),
    local("profiles set old --label night"),
    local("profiles use old"),
    local("profiles remove gone --yes"),
)
"""All commands, each with its usual end; data ``?`` may be anything."""

RECORDS = "schema: 1\nrecords:\n- name: {name}\n  parameters: {{hostname: a.example, port: 25}}\n"
PROFILES = """\
schema = 1
[profiles.old]
host = "cam.example.com"
tenant = "t1"
[profiles.gone]
host = "cam.example.com"
tenant = "t1"
"""


class Ended(NamedTuple):
    """What a run came to."""

    code: int
    out: str
    err: str


def pipe_without_reader() -> IO[bytes]:
    """What ``| head`` leaves once it has seen enough."""
    reading, writing = os.pipe()
    os.close(reading)
    return os.fdopen(writing, "wb")


class World:
    """A sandbox with records, and the home of one way of running commands."""

    def __init__(self, sandbox: Sandbox, home: Path) -> None:
        self._sandbox = sandbox
        self._home = home
        login = {"username": "relay", "password": "relay-password"}
        relay = {"hostname": "127.0.0.1", "port": sandbox.smtp_port}
        sandbox.add_record("GOOD", {**relay, **login})
        sandbox.add_record("DEAD", {"hostname": "127.0.0.1", "port": 1})
        sandbox.add_record("CHANGED", {"hostname": "a.example", "port": 25})
        sandbox.add_record("GONE", {"hostname": "a.example", "port": 25})
        for name in ("APPLIED", "PLANNED"):
            text = RECORDS.format(name=name)
            (home / f"{name.lower()}.yaml").write_text(text, encoding="utf-8")
        (home / "config").mkdir(mode=0o700)
        profiles = home / "config" / "profiles.toml"
        profiles.touch(mode=0o600)
        profiles.write_text(PROFILES, encoding="utf-8")

    def start(
        self,
        case: Case,
        *,
        stdout: IO[bytes] | int = subprocess.PIPE,
        program: tuple[str, ...] = PROGRAM,
        changed: Mapping[str, str] = MappingProxyType({}),
    ) -> subprocess.Popen[bytes]:
        """Start a command as a cron job would, which has no terminal and no locale.

        ``changed`` are variables that have other values than usual.
        """
        environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(self._home),
            "SMTP_TUI_CONFIG_DIR": str(self._home / "config"),
            "SMTP_TUI_STATE_DIR": str(self._home / "state"),
            "PYTHONPATH": str(GUARD),
            "LANG": "C",
            "TERM": "dumb",
            "NO_COLOR": "1",
            **self._sandbox.environment(),
            **changed,
        }
        with tempfile.TemporaryFile() as fed:
            fed.write(case.fed.encode())
            fed.seek(0)
            return subprocess.Popen(
                [*program, *case.line.split()],
                env=environ,
                cwd=self._home,
                stdin=fed,
                stdout=stdout,
                stderr=subprocess.PIPE,
            )

    def run(
        self,
        case: Case,
        stdout: IO[bytes] | int = subprocess.PIPE,
        program: tuple[str, ...] = PROGRAM,
        changed: Mapping[str, str] = MappingProxyType({}),
    ) -> Ended:
        """Run a command to its end."""
        with self.start(case, stdout=stdout, program=program, changed=changed) as process:
            out, err = process.communicate(timeout=TIMEOUT)
        assert b"Traceback" not in err, err
        assert b"\x1b" not in (out or b"") + err
        return Ended(process.returncode, (out or b"").decode(), err.decode())


def at_port(port: int) -> dict[str, str]:
    """The variables that lead to another server on this machine."""
    return {"CAM_HOST": "127.0.0.1", "CAM_PORT": str(port)}


@pytest.fixture
def world(sandbox: Sandbox, tmp_path: Path) -> World:
    """A new one for each way."""
    return World(sandbox, tmp_path)


def all_ended(cases: Sequence[Case], run: Callable[[Case], Ended]) -> dict[str, Ended]:
    """How each ends, a few at once."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return dict(zip((case.line for case in cases), pool.map(run, cases), strict=True))


def test_the_table_has_every_command() -> None:
    lines = [case.line for case in CASES]
    missing = {name for name in COMMAND_CODES if not any(line.startswith(name) for line in lines)}
    assert missing == set()


@pytest.mark.slow
def test_each_command_ends_with_its_code_and_its_data_where_nobody_sits(world: World) -> None:
    ends = all_ended(CASES, world.run)
    for case in CASES:
        ended = ends[case.line]
        assert (ended.code, case.line) == (case.code, case.line), ended
        assert bool(ended.out) is bool(case.data), case.line
        assert ended.out.startswith(case.data.rstrip("?")), case.line
        if case.code is not ExitCode.OK and not case.data:
            assert ended.err, case.line


WITH_DATA = [case for case in CASES if case.data]
ONE_OF_A_KIND = [
    case
    for case in WITH_DATA
    if case.line.split()[0] in ("--version", "--help", "list", "create", "probe", "plan", "help")
]
"""Both errors come out of the one function that writes: where one is told, the other is too."""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("opened", "lost", "cases"),
    [
        (lambda: open("/dev/full", "wb"), ExitCode.OUTPUT_LOST, WITH_DATA),  # noqa: SIM115 - closed
        (pipe_without_reader, ExitCode.PIPE_CLOSED, ONE_OF_A_KIND),
    ],
    ids=["a full disk", "a reader that has left"],
)
def test_what_cannot_be_written_has_its_code_and_the_work_is_done(
    opened: Callable[[], IO[bytes]],
    lost: ExitCode,
    cases: Sequence[Case],
    world: World,
    sandbox: Sandbox,
) -> None:
    with opened() as stdout:
        ends = all_ended(cases, lambda case: world.run(case, stdout=stdout))
    for line, ended in ends.items():
        assert (ended.code, line) == (lost, line), ended.err
        full = ended.err.count("smtp-tui: cannot write to stdout: no space left on device\n")
        assert (full, line) == (int(lost is ExitCode.OUTPUT_LOST), line), ended.err
        assert "pipe" not in ended.err.casefold(), line
    names = {record.name for record in sandbox.records()}
    assert names == {"GOOD", "DEAD", "CHANGED", "GONE", "NEW"}


@pytest.mark.slow
@pytest.mark.parametrize("closed", [">&-", "2>&-"])
def test_a_closed_stream_stops_no_command_and_nothing_takes_another_way(
    closed: str, world: World
) -> None:
    closing = ("/bin/sh", "-c", f'exec "$@" {closed}', "sh", *PROGRAM)
    data_is_lost = closed == ">&-"
    cases = [case for case in CASES if bool(case.data) is data_is_lost]
    ends = all_ended(cases, lambda case: world.run(case, program=closing))
    for case in cases:
        ended = ends[case.line]
        assert (ended.code, case.line) == (case.code, case.line), ended
        assert (ended.out, case.line) == ("", case.line)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("changed", "code"),
    [
        (at_port(1), ExitCode.UNREACHABLE),
        ({"CAM_BEARER_TOKEN": "of-another-host"}, ExitCode.TOKEN),
    ],
    ids=["nothing listens", "the token is refused"],
)
def test_without_its_server_each_command_says_why_in_its_code_and_prints_nothing(
    changed: dict[str, str], code: ExitCode, world: World, sandbox: Sandbox
) -> None:
    before = sandbox.records()
    asking = [case for case in CASES if case.on_server]
    ends = all_ended(asking, lambda case: world.run(case, changed=changed))
    for case in asking:
        command, ended = case.line.split()[0], ends[case.line]
        expected = ExitCode.FAILED if command in ("plan", "profiles") else code
        assert (ended.code, case.line) == (expected, case.line), ended
        assert command == "profiles" or (ended.out, case.line) == ("", case.line)
        assert ended.out + ended.err
    assert sandbox.records() == before


@pytest.mark.slow
def test_ctrl_c_ends_each_command_that_waits_for_the_server(world: World) -> None:
    def interrupt(case: Case) -> Ended:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            silent.settimeout(TIMEOUT)
            port = silent.getsockname()[1]
            with world.start(case, changed=at_port(port)) as process:
                connection, _ = silent.accept()
                with connection:
                    connection.recv(1)
                    process.send_signal(signal.SIGINT)
                    out, err = process.communicate(timeout=TIMEOUT)
        return Ended(process.returncode, out.decode(), err.decode())

    waiting = [case for case in CASES if case.on_server]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for case, ended in zip(waiting, pool.map(interrupt, waiting), strict=True):
            assert (ended.code, case.line) == (ExitCode.INTERRUPTED, case.line), ended.err
            assert ended.err.endswith("interrupted\n"), case.line
            assert "Traceback" not in ended.err
