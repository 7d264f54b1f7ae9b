"""The program as a process: what it imports, how it ends, and one line for every mistake."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from smtp_tui.cli.exit_codes import ExitCode, codes_help, meaning_of
from tests.cli.console import Console
from tests.e2e.terminal import Terminal
from tests.failing_sandbox import Fault, FaultKind, Operation, Sandbox

PROGRAM = (sys.executable, "-m", "smtp_tui")
GOOD = {"hostname": "mail.example.com", "port": 25}


def ended(
    environ: dict[str, str], *arguments: str, text: str = "", **changed: str
) -> subprocess.CompletedProcess[str]:
    """A run in a process of its own."""
    return subprocess.run(
        [*PROGRAM, *arguments],
        env={**environ, **changed},
        input=text,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ("list",),
        ("set", "A", "port=587", "--yes"),
        ("test", "A", "--to", "a@example.com", "port=1"),
        ("probe", "127.0.0.1:1"),
        ("profiles", "check"),
        ("profiles", "list"),
        ("doctor",),
        ("--help",),
    ],
)
def test_textual_is_never_imported(
    sandbox: Sandbox, environ: dict[str, str], arguments: tuple[str, ...]
) -> None:
    sandbox.add_record("A", GOOD)
    code = (
        "import sys; from smtp_tui.cli.main import run; run(sys.argv[1:]);"
        " print(*sorted(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env=environ,
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    modules = set(done.stderr.splitlines()[-1].split())
    assert "smtp_tui.cli.main" in modules
    assert not {"textual", "smtp_tui.ui.app"} & modules


def test_a_change_by_a_script_from_start_to_end(sandbox: Sandbox, environ: dict[str, str]) -> None:
    record_id = sandbox.add_record("A", {**GOOD, "password": "old"})
    done = ended(environ, "set", "A", "port=587", "--password-stdin", "--yes", text="n3w-secret\n")
    assert (done.returncode, done.stdout) == (0, "")
    assert sandbox.record(record_id).values == {**GOOD, "port": 587, "password": "n3w-secret"}
    assert "n3w-secret" not in done.stderr
    assert sandbox.admin_token not in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("nonsense",),
        ("audit", "too", "many"),
        ("get",),
        ("set", "A", "--pass", "planted"),
        ("set", "A", "--password=planted", "--yes"),
        ("set", "A", "--password-stdin=planted", "--yes"),
        ("set", "A", "--password-stdin=pla'nted\"planted", "--yes"),
        ("set", "A", "--password-stdin=planted\\", "--yes"),
        ("planted",),
        ("profiles", "planted"),
        ("sandbox", "--port", "planted"),
        ("set", "A", "--no\x1b[31m", "planted"),
        ("profiles",),
        ("profiles", "nonsense"),
    ],
)
def test_a_mistake_in_the_arguments_is_one_line_and_code_2(
    console: Console, sandbox: Sandbox, arguments: tuple[str, ...]
) -> None:
    result = console.run(*arguments)
    assert (result.code, result.out, sandbox.requests) == (2, "", ())
    assert len(result.err.splitlines()) == 1
    assert result.err.startswith("smtp-tui: ")
    assert "--help" in result.err
    assert "planted" not in result.err
    assert "\x1b" not in result.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("list", "--foo"), "(see smtp-tui list --help)"),
        (("profiles", "use", "a", "b"), "(see smtp-tui profiles use --help)"),
        (("get", "--json"), "missing: RECORD ("),
        (("set", "--yes"), "name a record, or use --match"),
        (("audit", "--json=x"), "--json has no field x; it has write, at, "),
        (("lsit",), 'unknown command; did you mean "list"? (see smtp-tui --help)'),
        (("xyz",), "unknown command (choose from "),
        (
            ("sandbox", "--port", "abc"),
            "smtp-tui: --port: must be a port number up to 65535, or 0 ",
        ),
        (
            ("sandbox", "--smtp-port", "65536"),
            "smtp-tui: --smtp-port: must be a port number up to ",
        ),
        (("list", "-o", "json"), "smtp-tui: -o: choose table, csv or name ("),
        (("completion", "tcsh"), "smtp-tui: argument SHELL: choose bash, zsh or fish ("),
        (("list", "-o", "csv", "--json"), "smtp-tui: --json cannot be used with -o ("),
        (("get", "A", "--profile"), "smtp-tui: --profile needs a value ("),
        (("set", "", "port=1"), "smtp-tui: argument RECORD | name=value: must not be empty"),
        (("profiles",), "smtp-tui: missing: command ("),
        (("help", "profiles"), "profiles is a command; its help: smtp-tui profiles --help"),
        (("schema", "xyz"), "there is no such schema; there is file, plan, "),
        (("apply", "-"), "smtp-tui: stdin:1:1: this is empty"),
        (("create", "-"), "smtp-tui: stdin:1:1: this is empty"),
        (("set", "A", "port"), "nothing to set; give name=value, a password or --clear-password"),
        (("set", "--match", "port=587"), "nothing to set; give name=value, a password or"),
        (("set", "port=587"), "name a record, or use --match"),
        (("test", "A", "port", "a=b", "--to", "a@b.cd"), "value 1 is not in the form name=value"),
        (("--verbose", "list", "--quiet"), "--quiet cannot be used with --verbose ("),
        (("list", "--debug", "-"), "--debug: must be a file ("),
    ],
)
def test_a_mistake_in_the_arguments_says_what_is_right(
    console: Console, arguments: tuple[str, ...], words: str
) -> None:
    result = console.run(*arguments)
    assert result.code == ExitCode.USAGE
    assert words in result.err


def test_values_may_stand_after_options(console: Console, sandbox: Sandbox) -> None:
    record_id = sandbox.add_record("A", GOOD)
    for number, arguments in enumerate(
        (
            ("set", "--yes", "A", "port=100"),
            ("set", "A", "--yes", "port=101"),
            ("set", "A", "port=102", "--yes", "username=x"),
        )
    ):
        assert console.run(*arguments).code == 0
        assert sandbox.record(record_id).values["port"] == 100 + number
    assert sandbox.record(record_id).values["username"] == "x"


def test_help_tells_every_exit_code_and_version_the_version(console: Console) -> None:
    result = console.run("--help")
    assert (result.code, codes_help() in result.out) == (0, True)
    told = " ".join(codes_help().split())
    assert all(f" {code.value} {meaning_of(code)}" in told for code in ExitCode)
    assert console.run("--version").out == "smtp-tui 0.1.0\n"


def test_without_a_terminal_the_screen_does_not_open(environ: dict[str, str]) -> None:
    for arguments in ((), ("demo",)):
        done = ended(environ, *arguments)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.splitlines() == [
            "smtp-tui: the screen needs a terminal; `smtp-tui list` works without one"
        ]


def test_what_the_locale_lacks_is_told_all_the_same(
    sandbox: Sandbox, environ: dict[str, str]
) -> None:
    sandbox.add_record("Żółć", GOOD)
    done = ended(environ, "list", PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, "")
    assert "\\u017b\\xf3\\u0142\\u0107" in done.stdout
    review = ended(environ, "set", "Żółć", "port=587", "--dry-run", PYTHONIOENCODING="ascii")
    assert "~ port 25 -> 587" in review.stderr


def test_streams_that_are_closed_are_no_fault(sandbox: Sandbox, environ: dict[str, str]) -> None:
    record_id = sandbox.add_record("A", GOOD)
    for number, closed in enumerate(("<&-", ">&-", "2>&-"), start=1):
        line = f'exec "$0" -m smtp_tui set A port={number} --yes {closed}'
        done = subprocess.run(
            ["/bin/sh", "-c", line, sys.executable], env=environ, timeout=30, check=False
        )
        assert (done.returncode, sandbox.record(record_id).values["port"]) == (0, number)


def test_nobody_sits_at_a_closed_stdin(sandbox: Sandbox, environ: dict[str, str]) -> None:
    sandbox.add_record("A", GOOD)
    for arguments, code in (("set A port=1", 4), ("set A --password-stdin", 2), ("", 2)):
        line = f'exec "$0" -m smtp_tui {arguments} <&-'
        done = subprocess.run(
            ["/bin/sh", "-c", line, sys.executable], env=environ, timeout=30, check=False
        )
        assert done.returncode == code, arguments


def test_a_fault_of_our_own_is_one_line_without_a_value(
    console: Console, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise LookupError("planted")

    monkeypatch.setattr("ssl.SSLContext", broken)  # what the program stands on gives way
    result = console.run("list")
    assert (result.code, result.out) == (70, "")
    [line] = result.err.splitlines()
    assert "LookupError at api/tls.py:" in line
    assert "planted" not in line


def test_ctrl_c_at_the_question_sends_nothing(
    sandbox: Sandbox, environ: dict[str, str], tmp_path: Path
) -> None:
    sandbox.add_record("A", GOOD)
    with Terminal([*PROGRAM, "set", "A", "port=587"], cwd=tmp_path, env=environ) as terminal:
        terminal.wait_for("Apply? Type yes to confirm:")
        terminal.press("ctrl+c")
        assert terminal.exit_code() == 130
        lines = terminal.screen_text().splitlines()
        assert lines.index("smtp-tui: interrupted") > 0
    assert all(request.method == "GET" for request in sandbox.requests)


@pytest.fixture
def slow_write(sandbox: Sandbox) -> str:
    """A record whose next change takes a moment."""
    record_id = sandbox.add_record("A", GOOD)
    sandbox.faults.add(Fault(FaultKind.DELAY, Operation.MODIFY, seconds=2.0))
    return record_id


@pytest.fixture
def interruptible() -> Iterator[None]:
    """A job in the background ignores ctrl+c, and would hand that on to the program."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.slow
@pytest.mark.usefixtures("interruptible")
def test_ctrl_c_during_a_write_lets_it_finish_and_says_what_is_unknown(
    sandbox: Sandbox, environ: dict[str, str], slow_write: str
) -> None:
    with subprocess.Popen(
        [*PROGRAM, "set", "A", "port=587", "--yes"],
        env=environ,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        sandbox.wait_for_requests(4)  # list, get, get, and the write
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Interrupted while saving A" in err
    assert sandbox.record(slow_write).values["port"] == 587


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_told_to_end_during_a_write_it_leaves_at_once_and_says_what_is_unknown(
    number: signal.Signals, sandbox: Sandbox, environ: dict[str, str]
) -> None:
    sandbox.add_record("A", GOOD)
    sandbox.faults.add(Fault(FaultKind.HANG, Operation.MODIFY))
    with subprocess.Popen(
        [*PROGRAM, "set", "A", "port=587", "--yes"],
        env=environ,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        sandbox.wait_for_requests(4)  # list, get, get, and the write
        process.send_signal(number)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 128 + number
    assert "Interrupted while saving A" in err
    assert "Traceback" not in err


def test_a_full_disk_behind_the_words_is_no_fault(environ: dict[str, str]) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*PROGRAM, "get"],
            env=environ,
            stdout=subprocess.PIPE,
            stderr=full,
            timeout=30,
            check=False,
        )
    assert (done.returncode, done.stdout) == (ExitCode.USAGE, b"")


@pytest.mark.parametrize(("typed", "code"), [(None, 0), ("not-the-one", 7)])
def test_a_password_is_typed_unseen_and_logs_in(
    sandbox: Sandbox, environ: dict[str, str], tmp_path: Path, typed: str | None, code: int
) -> None:
    sandbox.add_record("ALPHA", GOOD)
    password, url = typed or sandbox.password(), sandbox.base_url
    options = ("--host", url, "--identity-url", url, "--tenant", sandbox.tenant_id)
    assert (
        ended(environ, "profiles", "add", "a", *options, "--token-login", "admin").returncode == 0
    )
    with Terminal([*PROGRAM, "list", "--profile", "a"], cwd=tmp_path, env=environ) as terminal:
        terminal.wait_for("Password of admin:")
        terminal.type(password)
        terminal.press("enter")
        assert terminal.exit_code() == code
        assert ("ALPHA" in terminal.screen_text()) is (code == 0)
        assert password.encode() not in terminal.raw


def test_a_token_is_typed_unseen_at_a_terminal(
    sandbox: Sandbox, environ: dict[str, str], tmp_path: Path
) -> None:
    sandbox.add_record("ALPHA", GOOD)
    typed = {name: text for name, text in environ.items() if name != "CAM_BEARER_TOKEN"}
    token = sandbox.issue_token()
    with Terminal([*PROGRAM, "list"], cwd=tmp_path, env=typed) as terminal:
        terminal.wait_for("Token for the profile environment:")
        terminal.type(token)
        terminal.press("enter")
        terminal.wait_for("ALPHA")
        assert terminal.exit_code() == 0
        assert token[:40].encode() not in terminal.raw


WITHOUT = """
import sys
from importlib.abc import MetaPathFinder

class Nothing(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name == sys.argv[1]:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Nothing())
from smtp_tui.cli.main import run
sys.exit(run(sys.argv[2:]))
"""
"""The program on a machine without one package."""


@pytest.mark.parametrize(
    ("package", "arguments", "code", "words"),
    [
        ("uvicorn", ("sandbox", "--port", "0"), 2, "the package uvicorn is missing"),
        ("aiosmtpd", ("sandbox", "--port", "0"), 2, "the package aiosmtpd is missing"),
        ("httpx", ("list",), 70, "internal error (ModuleNotFoundError at "),
        (
            "tomlkit",
            ("profiles", "add", "a", "--host", "a.example", "--tenant", "t"),
            70,
            "(Module",
        ),
    ],
)
def test_only_a_package_of_the_sandbox_is_said_to_need_the_extra(
    environ: dict[str, str], package: str, arguments: tuple[str, ...], code: int, words: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT, package, *arguments],
        env=environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (code, "")
    assert words in done.stderr
    assert ("install it:\n" in done.stderr) is ("[sandbox]" in done.stderr) is (code == 2)
