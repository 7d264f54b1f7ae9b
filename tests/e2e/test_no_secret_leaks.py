"""A whole session with planted secrets, and a search for them in all that it left behind."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import smtp_tui
from smtp_tui.cli.exit_codes import ExitCode
from smtp_tui.sandbox import ADMINISTRATOR, Operation, Sandbox, SandboxOptions
from tests.e2e.program import PRIMARY, places, says, write_profiles
from tests.e2e.terminal import Terminal

SMTP_PASSWORD = "planted-Smtp-9Qx7"
ESCAPES = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[()][A-Z0-9]|.)")
TOKEN_COMMAND = """
import os, pathlib, sys
seen = pathlib.Path(sys.argv[2])
seen.write_bytes(pathlib.Path("/proc/self/environ").read_bytes())
print("error text with the token:", pathlib.Path(sys.argv[1]).read_text(), file=sys.stderr)
print(pathlib.Path(sys.argv[1]).read_text())
"""


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(SandboxOptions()) as running:
        running.add_record("PRIMARY", {**PRIMARY, "port": running.smtp_port})
        yield running


def _profiles(sandbox: Sandbox, command: list[str]) -> str:
    common = f"""
host = "{sandbox.base_url}"
identity_url = "{sandbox.base_url}"
tenant = "{sandbox.tenant_id}"
namespace = "default"
"""
    return f"""schema = 1
default = "vault"

[profiles.vault]
token = {{ command = {command} }}
{common}
[profiles.typed]
token = {{ login = "{ADMINISTRATOR.name}" }}
{common}"""


class _Session:
    """The program in a terminal, and the arguments of every process that was seen meanwhile."""

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal
        self.arguments = b""

    def look(self) -> None:
        """Read the arguments of all processes, as any user of the machine may."""
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                self.arguments += path.read_bytes() + b"\n"
            except OSError:
                continue  # it ended meanwhile

    def change_the_password(self) -> None:
        self.terminal.press("e")
        self.terminal.wait_for(says("Hostname", "Password", "ctrl+s"))
        self.terminal.press("tab", "tab", "tab")
        self.terminal.type(SMTP_PASSWORD)
        self.terminal.wait_for("•" * len(SMTP_PASSWORD))
        self.terminal.press("ctrl+s")
        self.terminal.wait_for(says("password will be replaced", "Apply"))
        self.look()
        self.terminal.press("y")
        self.terminal.wait_for("Enter copies")
        self.terminal.press("enter")
        self.terminal.wait_for("Sent to the terminal's clipboard")
        self.terminal.press("enter")
        self.terminal.wait_for("Saved PRIMARY")

    def look_at_the_activity(self) -> None:
        self.terminal.press("a")
        self.terminal.wait_for(says("POST", "200"))
        self.terminal.press("enter")
        self.terminal.wait_quiet(0.3)
        self.terminal.press("esc")
        self.terminal.wait_quiet(0.3)
        self.terminal.press("esc")

    def log_in(self) -> None:
        self.terminal.wait_for("fresh")
        self.terminal.press("p")
        self.terminal.wait_for(says("PROFILE", "typed"))
        self.terminal.press("/")
        self.terminal.type("typed")
        self.terminal.wait_quiet(0.3)
        self.terminal.press("enter")
        self.terminal.wait_for("Log in")
        self.terminal.type(ADMINISTRATOR.password)
        self.terminal.wait_for("•" * len(ADMINISTRATOR.password))
        self.look()
        self.terminal.press("enter")
        self.terminal.wait_for(says("typed", "PRIMARY", "fresh"))


def _secrets(sandbox: Sandbox) -> dict[str, bytes]:
    """The passwords and every token that the server was shown."""
    bearers = {
        one.headers["authorization"].partition(" ")[2]
        for one in sandbox.requests
        if "authorization" in one.headers
    }
    assert len(bearers) == 2, "the command's token and the one of the login"
    tokens = {f"token {at}": bearer[:40].encode() for at, bearer in enumerate(sorted(bearers))}
    passwords = {"password": ADMINISTRATOR.password, "SMTP password": SMTP_PASSWORD}
    return tokens | {name: text.encode() for name, text in passwords.items()}


def test_no_secret_is_left_in_files_arguments_child_environments_or_the_terminal(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    home = tmp_path / "home"
    for directory in (outside, home):
        directory.mkdir(mode=0o700)
    (outside / "token").write_text(sandbox.issue_token())
    (outside / "program.py").write_text(TOKEN_COMMAND)
    seen = outside / "environment"
    command = [sys.executable, str(outside / "program.py"), str(outside / "token"), str(seen)]
    write_profiles(home, _profiles(sandbox, command))
    env = places(home) | {
        "PYTHONPATH": str(Path(smtp_tui.__file__).parent.parent),
        "CAM_BEARER_TOKEN": "planted-Environment-token-4Tz",
        "TEXTUAL_LOG": str(home / "textual.log"),
    }
    with Terminal([sys.executable, "-m", "smtp_tui"], cwd=home, env=env) as terminal:
        session = _Session(terminal)
        terminal.wait_for(says("vault", "PRIMARY", "fresh"))
        session.look()
        session.change_the_password()
        session.look_at_the_activity()
        session.log_in()
        terminal.press("q")
        assert terminal.exit_code() == 0
        written = terminal.raw
    assert [one for one in sandbox.requests if one.operation is Operation.MODIFY]
    files = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    assert any("state" in path.parts for path in files), "a session leaves files to search"
    places_searched = {
        "the terminal": written,
        "the terminal without its escapes": ESCAPES.sub(b"", written),
        "arguments of processes": session.arguments,
        "the environment of the token's command": seen.read_bytes(),
        "names of files": "\n".join(map(str, files)).encode(),
        **{str(path): content for path, content in files.items()},
    }
    secrets = _secrets(sandbox) | {"a variable's token": b"planted-Environment-token-4Tz"}
    found = [
        f"{name} in {place}"
        for name, secret in secrets.items()
        for place, content in places_searched.items()
        if secret in content
    ]
    assert found == []


CRASHING = """
import sys
from smtp_tui.ui.screens import activity

def broken(screen):
    token = screen.app._session.tokens.token().get_secret_value()
    raise RuntimeError(token)

activity.ActivityScreen.on_mount = broken
from smtp_tui.__main__ import main
sys.exit(main())
"""


def test_a_crash_ends_with_one_plain_line_and_without_the_token(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    env = (
        places(tmp_path)
        | {"PYTHONPATH": str(Path(smtp_tui.__file__).parent.parent)}
        | sandbox.environment()
    )
    with Terminal([sys.executable, "-c", CRASHING], cwd=tmp_path, env=env) as terminal:
        terminal.wait_for(says("PRIMARY", "fresh"))
        terminal.press("a")
        assert terminal.exit_code() == ExitCode.CRASHED
        written = ESCAPES.sub(b"", terminal.raw)
        assert terminal.modes_restored() == []
    assert sandbox.admin_token[:40].encode() not in written
    assert b"ended by a fault of its own" in written
    assert b"Traceback" not in written
