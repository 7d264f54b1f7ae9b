"""Whatever goes wrong ends in words on the screen, with the program usable and nothing lost."""

import json
import re
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.e2e.program import (
    Seed,
    edit,
    field,
    listed,
    narrow,
    program,
    retype,
    says,
    write_profiles,
    writes,
)
from tests.e2e.terminal import Terminal
from tests.failing_sandbox import Fault, FaultKind, Operation, Sandbox, SandboxOptions


@contextmanager
def down(sandbox: Sandbox) -> Iterator[None]:
    """Stop the sandbox within, and keep its port from every other program meanwhile."""
    sandbox.stop()
    with socket.socket() as kept:
        kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        kept.bind((sandbox.host, sandbox.port))
        yield
    sandbox.start_again()


def reload(terminal: Terminal) -> None:
    """Read the list again, which works now."""
    terminal.press("r")
    terminal.wait_for(listed("PRIMARY"))
    terminal.wait_gone("stale")


def leave(terminal: Terminal) -> None:
    """Quit from the table; the terminal is as before."""
    terminal.press("q")
    assert terminal.exit_code() == 0
    assert terminal.modes_restored() == []


def test_a_host_that_is_down_at_the_start_is_named_and_r_reads_when_it_is_up(
    sandbox: Sandbox, seeded: Seed, tmp_path: Path
) -> None:
    with ExitStack() as ending:
        with down(sandbox):
            terminal = ending.enter_context(program(sandbox, tmp_path))
            screen = terminal.wait_for(says("Could not list the connections", "refused"))
            assert f"127.0.0.1:{sandbox.port}" in screen
        reload(terminal)
        leave(terminal)


def test_a_host_that_goes_down_leaves_its_rows_marked_stale(
    sandbox: Sandbox, seeded: Seed, tmp_path: Path
) -> None:
    with program(sandbox, tmp_path) as terminal:
        terminal.wait_for("PRIMARY")
        with down(sandbox):
            terminal.press("r")
            terminal.wait_for(says("refused", "PRIMARY", "SECONDARY", "stale"))
        reload(terminal)
        leave(terminal)


def test_an_answer_that_is_no_list_is_told_over_the_rows_and_r_reads_again(
    sandbox: Sandbox, seeded: Seed, tmp_path: Path
) -> None:
    with program(sandbox, tmp_path) as terminal:
        terminal.wait_for("PRIMARY")
        sandbox.faults.add(Fault(FaultKind.BAD_GATEWAY, count=None))
        terminal.press("r")
        terminal.wait_for(
            says("Could not list the connections", "502", "Bad Gateway", "PRIMARY", "stale")
        )
        assert "<html" not in terminal.screen_text()
        sandbox.faults.clear()
        reload(terminal)
        leave(terminal)


def test_a_certificate_that_does_not_verify_is_told_and_gets_no_request(tmp_path: Path) -> None:
    with (
        Sandbox(SandboxOptions(tls=True, demo_records=True)) as sandbox,
        program(sandbox, tmp_path) as terminal,
    ):
        terminal.wait_for(says("certificate", "self-signed", "SHA-256"))
        terminal.press("esc")
        terminal.wait_gone("SHA-256")
        terminal.wait_for(says("Could not list the connections", "certificate"))
        terminal.press("p")
        terminal.wait_for("this session only")
        terminal.press("esc")
        terminal.wait_gone("this session only")
        leave(terminal)
        assert sandbox.requests == ()


def test_a_401_asks_for_a_token_and_a_pasted_one_reads_the_list(
    sandbox: Sandbox, seeded: Seed, tmp_path: Path
) -> None:
    with program(sandbox, tmp_path) as terminal:
        terminal.wait_for("PRIMARY")
        sandbox.expire_tokens()
        token = sandbox.issue_token()
        terminal.press("r")
        terminal.wait_for(says("401", "token"))
        terminal.wait_quiet(0.2)
        terminal.send(b"\x1b[200~" + token.encode() + b"\x1b[201~")
        terminal.wait_for("••••")
        terminal.wait_quiet(0.2)
        terminal.press("enter")
        terminal.wait_gone("••••")
        used = f"Bearer {token}"
        terminal.wait_for(lambda _: sandbox.requests[-1].headers["authorization"] == used)
        terminal.wait_for(listed("PRIMARY"))
        assert token.encode() not in terminal.raw
        assert token[:20].encode() not in terminal.raw
        leave(terminal)


def test_a_record_deleted_while_it_is_edited_is_told_and_what_was_typed_stays(
    sandbox: Sandbox, seeded: Seed, tmp_path: Path
) -> None:
    with program(sandbox, tmp_path) as terminal:
        terminal.wait_for("PRIMARY")
        narrow(terminal, "second")
        edit(terminal, "SECONDARY")
        retype(terminal, "Hostname", "mail.example.com")
        sandbox.delete_record(seeded.secondary)
        terminal.press("ctrl+s")
        terminal.wait_for("Apply")
        terminal.press("enter")
        terminal.wait_for(says("404", "deleted"))
        terminal.press("esc")
        terminal.wait_gone("404")
        terminal.wait_for("Edit SECONDARY")
        terminal.wait_for(lambda screen: field(screen, "Hostname") == "mail.example.com")
    assert writes(sandbox) == []


def test_a_value_that_the_server_refuses_is_told_under_its_field(
    sandbox: Sandbox, seeded: Seed, tmp_path: Path
) -> None:
    body = {
        "error": {
            "statusCode": 422,
            "name": "ValidationError",
            "message": "The `SmtpConnection` instance is not valid.",
            "details": {"messages": {"port": ["is blocked here"]}},
        }
    }
    refusal = Fault(
        FaultKind.RAW,
        operation=Operation.MODIFY,
        status=422,
        headers=(("content-type", "application/json"),),
        body=json.dumps(body).encode(),
    )
    with program(sandbox, tmp_path) as terminal:
        terminal.wait_for("PRIMARY")
        narrow(terminal, "second")
        edit(terminal, "SECONDARY")
        terminal.press("tab")
        retype(terminal, "Port", "26")
        sandbox.faults.add(refusal)
        terminal.press("ctrl+s")
        terminal.wait_for("Apply")
        terminal.press("enter")
        terminal.wait_for(re.compile(r"Port +26\b.*is blocked here.*Username", re.DOTALL))
        retype(terminal, "Port", "587")
        terminal.press("ctrl+s")
        terminal.wait_for("Apply")
        terminal.press("enter")
        terminal.wait_for(re.compile(r"SECONDARY.* 587 "))
    assert sandbox.record(seeded.secondary).values["port"] == 587


def test_a_profiles_file_that_is_not_understood_is_named_with_its_line_and_kept(
    sandbox: Sandbox, seeded: Seed, tmp_path: Path
) -> None:
    path = write_profiles(tmp_path, '# mine\nschema = 1\n\n[profiles.a]\nhost = "cam.example\n')
    before = path.read_bytes()
    with program(sandbox, tmp_path) as terminal:
        screen = terminal.wait_for(says("line 5"))
        assert f"{path},line5" in "".join(re.split(r"[\s│]+", screen))
        assert "PRIMARY" not in screen
        terminal.press("p")
        terminal.wait_for(says("environment", "line 5"))
        terminal.press("enter")
        terminal.wait_for("PRIMARY")
        leave(terminal)
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir() if file.suffix == ".toml"] == [path.name]
