"""The installed program in a terminal of 80x24, on a sandbox of the test's own."""

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.terminal import Terminal, installed_program
from tests.failing_sandbox import Operation, RecordedRequest, Sandbox

PRIMARY = {"hostname": "localhost", "username": "relay", "password": "relay-password"}
SECONDARY = {"hostname": "relay.example.invalid", "port": 25, "username": "relay", "password": "s"}


RUN = """
from smtp_tui.__main__ import main
sys.exit(main())
"""


@dataclass(frozen=True)
class Seed:
    """The ids of the records that a test starts with."""

    primary: str
    secondary: str
    european: str


def seed(sandbox: Sandbox) -> Seed:
    """Store two records in the first tenant, one of which works, and one in the other tenant."""
    return Seed(
        primary=sandbox.add_record("PRIMARY", {**PRIMARY, "port": sandbox.smtp_port}),
        secondary=sandbox.add_record("SECONDARY", SECONDARY),
        european=sandbox.add_record("EU-RELAY", SECONDARY, tenant=sandbox.other_tenant_id),
    )


def places(directory: Path) -> dict[str, str]:
    """The variables that keep the program's files below `directory`."""
    return {
        "SMTP_TUI_CONFIG_DIR": str(directory / "config"),
        "SMTP_TUI_STATE_DIR": str(directory / "state"),
    }


def program(
    sandbox: Sandbox, directory: Path, variables: Mapping[str, str] | None = None
) -> Terminal:
    """The program, not started yet; `variables` are the vendor's, those of the sandbox if None."""
    env = places(directory) | dict(sandbox.environment() if variables is None else variables)
    return Terminal([installed_program()], cwd=directory, env=env)


def changed(code: str, sandbox: Sandbox, directory: Path) -> Terminal:
    """The program in a process where this code ran first, which breaks or hurries it."""
    env = places(directory) | sandbox.environment()
    return Terminal([sys.executable, "-c", code + RUN], cwd=directory, env=env)


def write_profiles(directory: Path, text: str) -> Path:
    """Put a profiles file where `program` looks for it; returns its path."""
    path = directory / "config" / "profiles.toml"
    path.parent.mkdir(mode=0o700)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    return path


def other_tenant(sandbox: Sandbox) -> str:
    """A profiles file with one profile, `europe`, on the sandbox's other tenant."""
    return f"""# kept by hand
schema = 1

[profiles.europe]
host = "{sandbox.base_url}"
tenant = "{sandbox.other_tenant_id}"
namespace = "default"
token = {{ env = "CAM_BEARER_TOKEN" }}
"""


def says(*texts: str) -> "re.Pattern[str]":
    """A pattern for a screen on which these texts stand in this order, broken or not, framed or
    not."""
    parts = (r"[\s│|]+".join(map(re.escape, text.split())) for text in texts)
    return re.compile(r".*?".join(parts), re.DOTALL)


def listed(*texts: str) -> re.Pattern[str]:
    """A pattern for a list that was read and shows these texts, in any order."""
    parts = (rf"(?=.*{re.escape(text)})" for text in texts)
    return re.compile(rf"\A{''.join(parts)}(?=.*read \d+s ago)", re.DOTALL)


def cursor_on(name: str) -> re.Pattern[str]:
    """A pattern for a table whose cursor is on a record, whatever signs the terminal has."""
    return re.compile(rf"^[│┃|]?[▌>]  {re.escape(name)}", re.MULTILINE)


def field(screen: str, label: str) -> str | None:
    """What stands in a form's field; None where a screen, perhaps half drawn, has no such field."""
    inside = re.sub("[│|]", " ", screen)
    found = re.search(rf"^[ *●]*{label}  +(.*?) *▁*$|^[ *●]*{label} *$", inside, re.MULTILINE)
    return re.sub(r"\s+\S$", "", found[1] or "") if found else None


def retype(terminal: Terminal, label: str, text: str) -> None:
    """Replace what stands in the field that has the focus."""
    before = field(terminal.screen_text(), label)
    terminal.press("end", "ctrl+u")
    if before:
        terminal.wait_for(lambda screen: field(screen, label) != before)
    terminal.type(text)
    terminal.wait_for(lambda screen: field(screen, label) == text)


def narrow(terminal: Terminal, text: str) -> None:
    """Filter the table down to one row, and go to it."""
    terminal.press("/")
    terminal.wait_for(says("words, port:587"))
    terminal.type(text)
    terminal.wait_for(says("Connections 1 of"))
    terminal.press("enter")
    terminal.wait_quiet(0.2)


def edit(terminal: Terminal, name: str) -> None:
    """Open the form of the record under the cursor, which is to be the named one."""
    terminal.press("e")
    terminal.wait_for(says(f"Edit {name}", "Hostname", "Port", "Password", "ctrl+s"))


def type_port(terminal: Terminal) -> None:
    """Open the form of SECONDARY, whose port is 25, and type 587 there."""
    narrow(terminal, "second")
    edit(terminal, "SECONDARY")
    terminal.press("tab")
    retype(terminal, "Port", "587")


def save_port(terminal: Terminal) -> None:
    """Review that change and save it."""
    terminal.press("ctrl+s")
    terminal.wait_for(says("- port 25", "+ port 587"))
    terminal.press("enter")
    terminal.wait_for(re.compile(r"SECONDARY.* 587 "))


def send_test(terminal: Terminal) -> None:
    """Send a test email of PRIMARY to reader@example.com."""
    narrow(terminal, "prim")
    terminal.press("t")
    terminal.wait_for(says("Test email", "PRIMARY"))
    terminal.type("reader@example.com")
    terminal.wait_for("reader@example.com")
    terminal.press("enter")
    terminal.wait_for("ACCEPTED")


def writes(sandbox: Sandbox) -> list[RecordedRequest]:
    """The requests so far that are no reads."""
    reads = (Operation.LIST, Operation.GET, Operation.TENANT)
    return [request for request in sandbox.requests if request.operation not in reads]
