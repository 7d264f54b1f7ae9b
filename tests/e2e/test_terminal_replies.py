"""What a terminal sends that is no key: the installed program neither types it nor ends by it."""

from __future__ import annotations

import random
import signal
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from smtp_tui.cli.exit_codes import ExitCode
from tests.e2e.program import Seed, edit, field, narrow, places, program, says, writes
from tests.e2e.screens import CONNECTIONS, SCREENS, Screen, standing
from tests.e2e.terminal import ESCAPE_GAP, Terminal, installed_program
from tests.e2e.test_drafts_survive import typing_in_a_form
from tests.failing_sandbox import Sandbox
from tests.ui.terminal.test_reader import KEYS, REPLIES

DISGUISED = random.Random(11)
"""Makes up reports as terminals send them, with numbers that none has."""
STARTS = 4
"""How often the program is started for all its screens."""


def made_up() -> Iterator[bytes]:
    """Reports of keys and of the mouse with numbers from everywhere."""
    numbers = (0, 1, 3, 32, 127, 255, 256, 4_711, 57_358, 0xD800, 0x10FFFF, 0x110000, 10**9, 10**30)
    for final in ("u", "~", "A", "R", "y", "t", "c", "n", "Z"):
        for _ in range(15):
            count = DISGUISED.randint(1, 5)
            body = DISGUISED.choice(";:").join(str(DISGUISED.choice(numbers)) for _ in range(count))
            if final in "u~AZ":  # no key, as it is let go
                body += ";1:3"
            yield f"\x1b[{DISGUISED.choice(['', '?', '>', '<'])}{body}{final}".encode()
    for x in numbers:
        for code in (64, 128, 10**9):
            yield f"\x1b[<{code};{x + 1000};1M".encode()


def stands(terminal: Terminal, before: str, _: str) -> bool:
    """Whether the screen stands as before."""
    return standing(terminal) == before


@pytest.mark.parametrize(
    "screens",
    [SCREENS[first::STARTS] for first in range(STARTS)],
    ids=lambda screens: ", ".join(screen.name for screen in screens),
)
def test_no_reply_of_a_terminal_changes_a_screen(
    screens: tuple[Screen, ...], sandbox: Sandbox, seeded: Seed, tmp_path: Path
) -> None:
    with program(sandbox, tmp_path) as terminal:
        terminal.wait_for(CONNECTIONS)
        for screen in screens:
            before = screen.open(terminal)
            for reply in REPLIES.values():
                terminal.send(reply)
            for reply in made_up():
                terminal.send(reply)
            for reply in REPLIES.values():
                for at in range(len(reply) if reply != b"\x1b\\" and len(reply) < 100 else 0):
                    terminal.send(reply[at : at + 1])
            terminal.wait_quiet(0.5)
            terminal.wait_for(partial(stands, terminal, before))
            screen.leave(terminal)  # they were all read: the next key works
    assert writes(sandbox) == []


@pytest.mark.parametrize("report", ["\x1b[127;1:1u", "\x1b[1114112u"], ids=repr)
def test_a_report_of_no_key_does_not_end_the_program_and_lose_what_was_typed(
    report: str, sandbox: Sandbox, seeded: Seed, tmp_path: Path
) -> None:
    with program(sandbox, tmp_path) as terminal:
        typing_in_a_form(terminal)
        terminal.send(report.encode())
        terminal.press("ctrl+s")
        terminal.wait_for(says("Change SECONDARY?", "+ password ("))


NOISE = [
    *(sent for sent, key in KEYS.items() if key not in ("ctrl+c", "ctrl+z")),
    *REPLIES.values(),
    *(bytes([code]) for code in range(256) if code not in b"\x03\x1a"),
    *(b"\x1b[200~", b"\x1b[201~", b"\x1b[", b"\x1bP", b"\xc3", b"\xf0\x9f"),
]
RAW = 'stty raw -echo; exec "$0"'
"""So that noise does nothing of its own once the program has ended."""


@pytest.mark.parametrize("seed", range(3))
def test_no_bytes_end_the_program_but_the_keys_that_leave_it(
    seed: int, sandbox: Sandbox, seeded: Seed, tmp_path: Path
) -> None:
    made = random.Random(seed)
    env = places(tmp_path) | sandbox.environment()
    argv: list[str | Path] = ["/bin/sh", "-c", RAW, installed_program()]
    with Terminal(argv, cwd=tmp_path, env=env) as terminal:
        terminal.wait_for(CONNECTIONS)
        for _ in range(40):
            if terminal.ended:
                break
            terminal.press(made.choice("entdp?:/yaA"))
            terminal.send(b"".join(made.choices(NOISE, k=25)))
            terminal.wait_quiet(0.05)
        terminal.signal(signal.SIGTERM)
        assert terminal.exit_code() in (ExitCode.OK, ExitCode.TERMINATED)
        assert b"internal error" not in terminal.raw


def test_a_sequence_torn_apart_is_waited_for_as_long_as_esc_delay_says(
    sandbox: Sandbox, seeded: Seed, tmp_path: Path
) -> None:
    variables = dict(sandbox.environment()) | {"ESCDELAY": "2000"}
    with program(sandbox, tmp_path, variables) as terminal:
        terminal.wait_for("SECONDARY")
        narrow(terminal, "second")
        edit(terminal, "SECONDARY")
        terminal.press("end")
        terminal.type("x")
        terminal.send(b"\x1b")
        terminal.pass_time(2 * ESCAPE_GAP)
        terminal.send(b"[D")
        terminal.type("y")
        terminal.wait_for(lambda screen: (field(screen, "Hostname") or "").endswith("yx"))
        assert "Leave" not in terminal.screen_text().splitlines()[0]


@pytest.mark.parametrize(
    ("sent", "typed"),
    [
        (b"\x1b[1092::97;5u", "Xlocalhost"),  # ctrl+a of a Russian keyboard
        (b"\x1b[1091::101;5u\x1b[1094::119;5u", "X"),  # ctrl+e, ctrl+w
    ],
)
def test_ctrl_works_on_a_keyboard_of_another_alphabet(
    sent: bytes, typed: str, sandbox: Sandbox, seeded: Seed, tmp_path: Path
) -> None:
    with program(sandbox, tmp_path) as terminal:
        terminal.wait_for("SECONDARY")
        narrow(terminal, "prim")
        edit(terminal, "PRIMARY")
        terminal.send(sent)
        terminal.type("X")
        terminal.wait_for(lambda screen: field(screen, "Hostname") == typed)
        terminal.send(b"\x1b[1099::115;5u")  # ctrl+s
        terminal.wait_for(says("Change PRIMARY?"))
