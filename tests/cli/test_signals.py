"""A signal that ends the program ends each command, wherever it is just then."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest

from smtp_tui.api.writes import WriteOutcome
from smtp_tui.state.journal import Journal
from smtp_tui.state.runs import RunStore
from smtp_tui.state.written import writes_of
from tests.cli.test_edge import GOOD, PROGRAM
from tests.e2e.terminal import TIMEOUT, Terminal
from tests.failing_sandbox import Fault, FaultKind, Operation, Sandbox

SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
STARTS = 24
AT_ONCE = 3
SPREAD = 1.0
"""Seconds over which the signals are spread; a start comes to its write in half of that."""
MET = """
import asyncio, os, sys
from smtp_tui.__main__ import main
def look(frame, event, _):
    looping = asyncio._get_running_loop() is not None
    if event == "call" and (frame.f_code.co_name, looping) == ({function!r}, {looping}):
        sys.setprofile(None)
        os.kill(os.getpid(), {number})
sys.setprofile(look)
sys.exit(main())
"""
"""The program, met by a signal in a function of Python's own."""
CALLBACKS = {
    "an import before the event loop": ("cb", False),
    "an import within it": ("cb", True),
    "a task that has ended": ("_remove", True),
}
"""Callbacks of weak references, from which no exception gets out."""


@pytest.fixture
def unanswered(sandbox: Sandbox) -> None:
    """A record of which no change is ever answered, so that no command ends by itself."""
    sandbox.add_record("A", GOOD)
    sandbox.faults.add(Fault(FaultKind.HANG, Operation.MODIFY, count=None))


def started(argv: tuple[str, ...], environ: dict[str, str]) -> subprocess.Popen[str]:
    """A command whose words are read."""
    return subprocess.Popen(
        argv,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    """The exit code as a shell sees it, and what was said."""
    try:
        _, said = process.communicate(timeout=TIMEOUT)
    except subprocess.TimeoutExpired:
        process.kill()
        _, said = process.communicate()
    code = process.returncode
    return (128 - code if code < 0 else code), said


@pytest.mark.slow
@pytest.mark.usefixtures("unanswered")
def test_a_command_is_ended_at_any_moment(environ: dict[str, str]) -> None:
    moments = random.Random(5)
    delays = [moments.uniform(0, SPREAD) for _ in range(STARTS)]

    def end(start: int) -> tuple[int, str]:
        with started((*PROGRAM, "set", "A", "port=587", "--yes"), environ) as process:
            Event().wait(delays[start])
            process.send_signal(SIGNALS[start % 3])
            return ended(process)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        ends = tuple(pool.map(end, range(STARTS)))
    assert [code for code, _ in ends] == [128 + SIGNALS[start % 3] for start in range(STARTS)]
    assert not [said for _, said in ends if "Traceback" in said]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_mail_that_is_given_up_while_it_connects_is_told_and_journalled_as_not_sent(
    number: signal.Signals, environ: dict[str, str], tmp_path: Path
) -> None:
    values = ("--values", "hostname=mail.example", "port=25", "--to", "ops@example.com")
    with socket.create_server(("127.0.0.1", 0)) as silent:  # it shakes no hands
        silent.settimeout(TIMEOUT)
        environ |= {"CAM_HOST": "127.0.0.1", "CAM_PORT": str(silent.getsockname()[1])}
        with started((*PROGRAM, "test", *values), environ) as process:
            connection, _ = silent.accept()
            with connection:
                process.send_signal(number)
                code, said = ended(process)
    assert code == 128 + number
    assert "Interrupted; no mail was sent." in said
    (written,) = writes_of(Journal(tmp_path / "state").read().entries)
    assert written.outcome is WriteOutcome.NOT_SENT
    assert not (tmp_path / "state" / "tests.jsonl").exists()


@pytest.mark.usefixtures("unanswered")
@pytest.mark.parametrize("callback", CALLBACKS)
def test_a_signal_is_not_lost_in_a_callback(
    callback: str,
    environ: dict[str, str],
) -> None:
    function, looping = CALLBACKS[callback]
    code = MET.format(function=function, looping=looping, number=int(signal.SIGTERM))
    argv = (sys.executable, "-c", code, "set", "A", "port=587", "--yes")
    with started(argv, environ) as process:
        met, said = ended(process)
    assert met == 128 + signal.SIGTERM
    assert "Traceback" not in said


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_told_to_end_while_a_secret_is_typed_it_gives_the_terminal_back(
    number: signal.Signals,
    environ: dict[str, str],
    tmp_path: Path,
) -> None:
    typed = {name: text for name, text in environ.items() if name != "CAM_BEARER_TOKEN"}
    with Terminal([*PROGRAM, "list"], cwd=tmp_path, env=typed) as terminal:
        terminal.wait_for("Token for the profile environment:")
        if number is signal.SIGQUIT:
            terminal.press("ctrl+\\")  # which is a signal here
        else:
            terminal.signal(number)
        assert terminal.exit_code() == 128 + number
        assert terminal.modes_restored() == []
        assert "Traceback" not in terminal.screen_text()


def test_told_to_end_while_nobody_reads_its_output_it_ends(
    sandbox: Sandbox,
    environ: dict[str, str],
) -> None:
    for number in range(300):
        sandbox.add_record(f"RECORD-{number}", GOOD)
    with started((*PROGRAM, "list", "--json"), environ) as process:
        assert process.stdout is not None
        os.read(process.stdout.fileno(), 1)  # there is more of it than a pipe holds
        process.send_signal(signal.SIGTERM)
        assert process.wait(TIMEOUT) == 128 + signal.SIGTERM


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_run_that_is_ended_has_sent_nothing_twice_and_keeps_its_rest(
    number: signal.Signals, sandbox: Sandbox, environ: dict[str, str], tmp_path: Path
) -> None:
    for record in range(20):
        sandbox.add_record(f"R{record}", GOOD)
    slow = Fault(FaultKind.DELAY, Operation.MODIFY, seconds=0.2, count=None)
    sandbox.faults.add(slow)
    arguments = ("set", "--match", "port=25", "port=587", "--yes", "--force")
    with started((*PROGRAM, *arguments), environ) as process:
        sandbox.wait_for_requests(1 + 4 + 4 + 4)  # the list, and some of the first eight records
        process.send_signal(number)
        code, said = ended(process)
    assert code == 128 + number
    assert "Traceback" not in said
    moved = [record.values["port"] for record in sandbox.records()].count(587)
    assert 0 < moved < 20
    writes = [each for each in sandbox.requests if each.operation == Operation.MODIFY]
    assert len({each.body for each in writes}) == len(writes)
    (kept,) = RunStore(tmp_path / "state").all()
    assert not kept.in_use
    if number is not signal.SIGKILL:
        assert "Interrupted: " in said
        written = writes_of(Journal(tmp_path / "state").read().entries)
        assert all(write.outcomes for write in written), "a write under way was not finished"
        # One that was given up before it was sent is journalled too, as what it is.
        done = [each for each in written if each.outcome is WriteOutcome.DONE]
        sent = [each for each in written if each.outcome is not WriteOutcome.NOT_SENT]
        assert len(done) <= moved <= len(sent)
