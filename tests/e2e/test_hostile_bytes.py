"""What a hostile world sends to the terminal is of the same kinds as what a tame one does.

The same keys are pressed twice, in the installed program in a terminal: once over tame texts, once
over every payload. The escape sequences of the two runs are compared by kind.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.program import listed, narrow, places, says, write_profiles
from tests.e2e.terminal import Terminal, installed_program
from tests.failing_sandbox import Fault, FaultKind, Operation, Sandbox, SandboxOptions
from tests.payloads import PAYLOADS

SEQUENCE = re.compile(
    r"\x1b(?:\[(?P<private>[<=>?]?)[0-9;:]*(?P<more>[ -/]*)(?P<final>[@-~])"
    r"|(?P<string>[\]P^_X])(?P<number>[0-9]*).*?(?:\x07|\x1b\\)|[ -/]*[0-~])",
    re.DOTALL,
)
HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
JOINED = "".join(text for name, text in PAYLOADS.items() if name != "huge")


SEEN = "".join(
    text
    for text in PAYLOADS.values()
    if len(text) < 1_000 and not HIDDEN & set(map(unicodedata.category, text))
).strip()
"""A profiles file with the others is refused, which is another test."""
COMMANDS = (["list"], ["profiles", "list"], ["list", "--profile", "other"], ["audit"], ["doctor"])


def kinds(written: bytes) -> set[str]:
    """The kinds of sequences: introducer and final byte, the mode that is set, the string's number;
    and each character that a terminal does not show."""
    text = written.decode()
    found = set()
    for match in SEQUENCE.finditer(text):
        if match["final"]:
            mode = match[0][2:] if match["final"] in "hl" else match["private"] + match["final"]
            found.add(f"CSI {mode}{match['more']}")
        else:
            found.add(f"{match[0][1:2]} {match['number'] or ''}")
    rest = SEQUENCE.sub("", text)
    hidden = {character for character in rest if unicodedata.category(character) in HIDDEN}
    return found | {f"U+{ord(character):04X}" for character in hidden}


def _profiles(sandbox: Sandbox, label: str) -> str:
    text = json.dumps(label, ensure_ascii=False)
    common = f"""host = "{sandbox.base_url}"
tenant = "{sandbox.tenant_id}"
namespace = "default"
label = {text}
"""
    return f"""schema = 1
default = "work"
[profiles.work]
token = {{ env = "CAM_BEARER_TOKEN" }}
{common}
[profiles.other]
token = {{ command = [{text}, "x"] }}
{common}"""


def _answer(sandbox: Sandbox, operation: Operation, status: int, words: str) -> None:
    body = json.dumps({"error": {"message": words, "details": {"messages": {"port": [words]}}}})
    fault = Fault(FaultKind.RAW, operation, status=status, body=body.encode())
    sandbox.faults.add(fault)


def _look_around(terminal: Terminal, sandbox: Sandbox, words: str) -> None:
    """Every screen and dialog once, and back to the table."""
    terminal.wait_for(listed())
    terminal.wait_quiet(0.3)
    narrow(terminal, "SUBJECT")
    for key, seen in (
        ("enter", "x-note"),
        ("e", "Edit SUBJECT"),
        ("y", "curl"),
        ("d", "Delete SUBJECT"),
        ("a", "Activity"),
        ("p", "this session only"),
        ("?", "search the keys"),
        (":", "Search for commands"),
    ):
        terminal.press(key)
        terminal.wait_for(seen)
        terminal.wait_quiet(0.1)
        terminal.press("esc")
        terminal.wait_quiet(0.1)
    _answer(sandbox, Operation.TEST_SAVED, 400, words)
    terminal.press("t")
    terminal.wait_for("enter Send")
    terminal.press("end", "ctrl+u")
    terminal.type("you@sandbox.example")
    terminal.press("enter")
    terminal.wait_for("Server response")
    terminal.press("esc")
    _answer(sandbox, Operation.LIST, 403, words)
    terminal.wait_quiet(0.1)
    terminal.press("r")
    terminal.wait_for(says("Could not list", "403"))
    terminal.press("r")
    terminal.wait_for(listed())


def _save(terminal: Terminal, sandbox: Sandbox, words: str) -> None:
    """A change that is refused in words, and then one that a message tells of."""
    terminal.press("e")
    terminal.wait_for("Edit SUBJECT")
    terminal.press("tab", "end", "ctrl+u")
    terminal.type("587")
    terminal.wait_for(says('"port", "value": 587'))
    for said in ("The server refused", "Saved SUBJECT"):
        if "refused" in said:
            _answer(sandbox, Operation.MODIFY, 422, words)
        terminal.press("ctrl+s")
        terminal.wait_for("Apply")
        terminal.press("enter")
        terminal.wait_for(said)


def _session(directory: Path, text: Callable[[str], str]) -> set[str]:
    """The kinds of what the whole session wrote, over the texts that each payload becomes."""
    directory.mkdir()
    words = text("".join(JOINED))
    with Sandbox(SandboxOptions()) as sandbox:
        for payload in PAYLOADS.values():
            shown = text(payload)
            sandbox.add_record(shown, {"hostname": shown, "port": shown, "username": shown})
        values = {"hostname": words, "port": 25, "x-note": words, f"x-{words}": words}
        sandbox.add_record(f"SUBJECT{words}", values)
        write_profiles(directory, _profiles(sandbox, text(SEEN)))
        env = places(directory) | {"CAM_BEARER_TOKEN": sandbox.admin_token}
        program = installed_program()
        with Terminal([program], cwd=directory, env=env, rows=50, columns=140) as terminal:
            _look_around(terminal, sandbox, words)
            _save(terminal, sandbox, words)
            terminal.wait_quiet(0.2)
            terminal.press("q")
            assert terminal.exit_code() == 0
            written = terminal.raw
        for command in COMMANDS:
            with Terminal([program, *command], cwd=directory, env=env) as terminal:
                terminal.exit_code()
                written += terminal.raw
    return kinds(written)


def test_no_text_brings_the_terminal_a_sequence_that_a_tame_one_does_not(tmp_path: Path) -> None:
    tame = _session(tmp_path / "tame", lambda text: f"TAME{len(text)}")
    assert {"CSI m", "CSI H", "CSI ?1049h"} <= tame
    hostile = _session(tmp_path / "hostile", lambda text: text)
    assert hostile - tame == set()


@pytest.mark.parametrize(
    "name", [name for name, text in PAYLOADS.items() if "\x1b" in text or "\x9b" in text]
)
def test_the_comparison_sees_a_payload_that_is_written_as_it_is(name: str) -> None:
    assert kinds(PAYLOADS[name].encode())
