"""A whole session with planted secrets, and a search for them in all that it left behind."""

from __future__ import annotations

import base64
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import smtp_tui
from smtp_tui.cli.exit_codes import ExitCode
from tests.e2e.program import PRIMARY, listed, places, says, write_profiles
from tests.e2e.terminal import Terminal
from tests.failing_sandbox import ADMINISTRATOR, Operation, RecordedRequest, Sandbox, SandboxOptions

SMTP_PASSWORD = "planted-Smtp-9Qx7"
DRAFT_PASSWORD = "planted-Draft-3Kw8"
VARIABLES = {
    "CAM_BEARER_TOKEN": "planted-Environment-token-4Tz",
    "OTHER_TOKEN": "planted-Other-profile-token-6Rb",
}
CLIPBOARD = re.compile(rb"\x1b\]52;[a-z]*;([A-Za-z0-9+/=]*)(?:\x07|\x1b\\)")
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
{common}
[profiles.other]
token = {{ env = "OTHER_TOKEN" }}
{common}"""


class _Session:
    """The program in a terminal, and the arguments of every process that was seen meanwhile."""

    def __init__(self, terminal: Terminal, token_file: Path, password: str) -> None:
        self.terminal = terminal
        self.password = password
        self.token_file = token_file
        self.arguments = b""

    def look(self) -> None:
        """Read the arguments of all processes, as any user of the machine may."""
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                self.arguments += path.read_bytes() + b"\n"
            except OSError:
                continue  # it ended meanwhile

    def type_a_password(self, password: str) -> None:
        self.terminal.press("e")
        self.terminal.wait_for(says("Hostname", "Password", "ctrl+s"))
        self.terminal.press("tab", "tab", "tab")
        self.terminal.type(password)
        self.terminal.wait_for("•" * len(password))

    def change_the_password(self) -> None:
        """Type it, send a test mail with it, copy the request, and save."""
        self.type_a_password(SMTP_PASSWORD)
        self.terminal.press("ctrl+t")
        self.terminal.wait_for("Send to")
        self.terminal.type("you@sandbox.example")
        self.terminal.press("enter")
        self.terminal.wait_for(re.compile("ACCEPTED|REJECTED"))
        self.terminal.press("esc")
        self.terminal.wait_gone("Send to")
        self.terminal.press("ctrl+s")
        self.terminal.wait_for(says("+ password (", "Apply"))
        self.look()
        self.terminal.press("y")
        self.copy()
        self.terminal.press("enter")
        self.terminal.wait_for("Saved PRIMARY")

    def copy(self, *keys: str) -> None:
        """Take one of the forms that are offered."""
        self.terminal.wait_for("Show the text")
        self.terminal.press(*keys, "enter")
        self.terminal.wait_gone("Show the text")

    def copy_the_record(self) -> None:
        for keys in ((), ("tab",), ("tab", "tab")):
            self.terminal.press("y")
            self.copy(*keys)

    def look_at_the_activity(self) -> None:
        """Every request and its answer, the writes as curl too."""
        self.terminal.press("a")
        self.terminal.wait_for(says("POST", "200"))
        for _ in range(5):
            self.terminal.press("y")
            self.copy()
            self.terminal.press("down")
        self.terminal.press("esc")
        self.terminal.wait_gone("METHOD")

    def keep_a_draft(self) -> None:
        self.type_a_password(DRAFT_PASSWORD)
        self.terminal.press("shift+tab")
        self.terminal.type("-draft")
        self.terminal.press("esc")
        self.terminal.wait_for("Leave?")
        self.terminal.wait_quiet(0.5)
        self.terminal.press("down", "down", "enter")
        self.terminal.wait_gone("Leave?")

    def be_refused(self, sandbox: Sandbox) -> None:
        """A 401 at a read: the command is asked for another token, and nobody else."""
        sandbox.expire_tokens()
        before = len(_lists(sandbox))
        self.token_file.write_text(sandbox.issue_token())
        self.terminal.press("r")
        self.terminal.wait_for(lambda _: len(_lists(sandbox)) == before + 2)
        self.terminal.wait_for(listed())

    def log_in(self) -> None:
        self.terminal.wait_for(listed())
        self.terminal.press("p")
        self.terminal.wait_for(says("PROFILE", "typed"))
        self.terminal.press("/")
        self.terminal.type("typed")
        self.terminal.wait_quiet(0.3)
        self.terminal.press("enter")
        self.terminal.wait_for("Log in")
        self.terminal.type(self.password)
        self.terminal.wait_for("•" * len(self.password))
        self.look()
        self.terminal.press("enter")
        self.terminal.wait_for(listed("typed", "PRIMARY"))


def _lists(sandbox: Sandbox) -> list[RecordedRequest]:
    return [request for request in sandbox.requests if request.operation == Operation.LIST]


def _secrets(sandbox: Sandbox) -> dict[str, bytes]:
    """The passwords, and every token that the server was shown or a variable holds."""
    bearers = {
        request.headers["authorization"].partition(" ")[2]
        for request in sandbox.requests
        if "authorization" in request.headers
    }
    assert len(bearers) == 3, "two tokens of the command and the one of the login"
    tokens = {f"token {at}": bearer[:40] for at, bearer in enumerate(sorted(bearers))}
    passwords = {
        "password": sandbox.password(),
        "SMTP password": SMTP_PASSWORD,
        "password of the draft": DRAFT_PASSWORD,
    }
    return {name: one.encode() for name, one in (tokens | passwords | VARIABLES).items()}


def _found(secrets: dict[str, bytes], searched: dict[str, bytes]) -> list[str]:
    return [
        f"{name} in {place}"
        for name, secret in secrets.items()
        for place, content in searched.items()
        if secret in content or base64.b64encode(secret)[:-3] in content
    ]


def _files(home: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in home.rglob("*") if path.is_file()}


def _terminal(written: bytes) -> dict[str, bytes]:
    """What went to the terminal: as it is, as text, and what its clipboard was given."""
    copied = b"\n".join(base64.b64decode(sequence) for sequence in CLIPBOARD.findall(written))
    plain = ESCAPES.sub(b"", written)
    return {"the terminal": written, "the terminal's text": plain, "the clipboard": copied}


def _environment(home: Path) -> dict[str, str]:
    path = {"PYTHONPATH": str(Path(smtp_tui.__file__).parent.parent)}
    return places(home) | path | VARIABLES | {"TEXTUAL_LOG": str(home / "textual.log")}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Where all files of the program are to be."""
    directory = tmp_path / "home"
    directory.mkdir(mode=0o700)
    return directory


@pytest.fixture
def outside(tmp_path: Path, sandbox: Sandbox, home: Path) -> Path:
    """A token command, its token and what it saw; the profiles name it."""
    directory = tmp_path / "outside"
    directory.mkdir(mode=0o700)
    (directory / "token").write_text(sandbox.issue_token())
    (directory / "program.py").write_text(TOKEN_COMMAND)
    names = ("program.py", "token", "environment")
    command = [sys.executable, *(str(directory / name) for name in names)]
    write_profiles(home, _profiles(sandbox, command))
    return directory


def test_no_secret_is_left_in_files_arguments_child_environments_copies_or_the_terminal(
    sandbox: Sandbox, home: Path, outside: Path
) -> None:
    command = [sys.executable, "-m", "smtp_tui", "--debug", str(home / "debug.log")]
    with Terminal(command, cwd=home, env=_environment(home)) as terminal:
        session = _Session(terminal, outside / "token", sandbox.password())
        terminal.wait_for(listed("vault", "PRIMARY"))
        limits = Path(f"/proc/{terminal.pid}/limits").read_text()
        assert re.search(r"Max core file size +0 +0 ", limits), limits
        session.look()
        session.change_the_password()
        session.copy_the_record()
        session.look_at_the_activity()
        session.be_refused(sandbox)
        session.keep_a_draft()
        session.log_in()
        terminal.press("q")
        assert terminal.exit_code() == 0
        written = _terminal(terminal.raw)
    done = {request.operation for request in sandbox.requests}
    assert {Operation.MODIFY, Operation.TEST_SAVED, Operation.TOKEN} <= done
    files = _files(home)
    assert (home / "debug.log").read_text().count(" request  ") >= len(sandbox.requests)
    for kept in ("drafts", "audit", "tests", "profiles.toml"):
        assert any(kept in path for path in files), f"a session leaves {kept} to search"
    assert written["the clipboard"].count(b"curl ") > 4, "there are copies to search"
    searched = {
        **written,
        **files,
        "arguments of processes": session.arguments,
        "the environment of the token's command": (outside / "environment").read_bytes(),
        "names of files": "\n".join(files).encode(),
    }
    assert _found(_secrets(sandbox), searched) == []


CRASHING = """
import sys
from smtp_tui.ui.logs import activity

def broken(screen):
    tokens = screen.app._session.tokens
    token, password = tokens.token().get_secret_value(), tokens._password.get_secret_value()
    typed = [one.value for one in screen.app.screen_stack[-2].query("Input")]
    raise RuntimeError(token, password, typed)

activity.ActivityScreen.on_mount = broken
from smtp_tui.__main__ import main
sys.exit(main())
"""


def test_a_crash_ends_with_one_plain_line_and_leaves_no_token_and_no_password(
    sandbox: Sandbox, home: Path, outside: Path
) -> None:
    command = [sys.executable, "-c", CRASHING, "--profile", "typed"]
    env = _environment(home)
    del env["TEXTUAL_LOG"]  # this script brings in Textual before the program can drop it
    with Terminal(command, cwd=home, env=env) as terminal:
        terminal.wait_for("Log in")
        terminal.type(sandbox.password())
        terminal.press("enter")
        terminal.wait_for(listed("typed", "PRIMARY"))
        session = _Session(terminal, outside / "token", sandbox.password())
        session.type_a_password(SMTP_PASSWORD)
        terminal.press("ctrl+p")
        terminal.wait_for("Search for commands")
        terminal.type("activity")
        terminal.wait_for("Show the requests of this session")
        terminal.press("enter")
        assert terminal.exit_code() == ExitCode.CRASHED
        written = _terminal(terminal.raw)
        assert terminal.modes_restored() == []
    (bearer,) = {request.headers["authorization"].partition(" ")[2] for request in _lists(sandbox)}
    texts = {"token": bearer[:40], "password": sandbox.password(), "SMTP": SMTP_PASSWORD}
    secrets = {name: text.encode() for name, text in texts.items()}
    assert _found(secrets, written | _files(home)) == []
    assert b"internal error" in written["the terminal's text"]
