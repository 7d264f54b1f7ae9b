"""Drives a program in a pseudo-terminal: keys in, a screen out, and every byte kept.

Nothing here sleeps: each wait ends when what is waited for is there, or fails and shows the screen.
"""

import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.e2e.emulator import ALTERNATE, CURSOR, LINE_WRAP, Emulator
from tests.e2e.keys import encode

TIMEOUT = 15.0
"""Seconds until a wait fails; long, for a busy machine."""
GUARD = Path(__file__).parents[1] / "guard"
"""What keeps a program written in Python on this machine, once it is on its path."""
ESCAPE_GAP = 0.2
"""Seconds by which a lone Escape is told from the start of a sequence."""
SETTLED = {LINE_WRAP: True, CURSOR: True}
"""The modes that a terminal has at rest; all others are off."""

# The child must own the terminal as its controlling one, or resizing and ctrl+z reach nobody. Done
# in the child's own program: code run between fork and exec is not safe beside threads.
_LAUNCH = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0);"
    " os.execvpe(sys.argv[1], sys.argv[1:], os.environ)"
)


def installed_program() -> Path:
    """Return the installed `smtp-tui`, which stands beside the Python that runs the tests."""
    program = Path(sys.executable).parent / "smtp-tui"
    if not program.exists():
        raise FileNotFoundError(f"{program} is missing: install the project first")
    return program


class Terminal:
    """A program in a terminal of its own, ended when the `with` block is left.

    The environment is clean: PATH, a UTF-8 locale, TERM, HOME at `cwd`, what `env` says and, where
    it is `guarded`, the guard against leaving this machine. Only from there comes a variable such
    as NO_COLOR.
    """

    def __init__(
        self,
        argv: Sequence[str | Path],
        *,
        cwd: Path,
        rows: int = 24,
        columns: int = 80,
        env: Mapping[str, str] | None = None,
        guarded: bool = True,
    ) -> None:
        self._argv = [os.fspath(part) for part in argv]
        self._cwd = cwd
        paths = [str(GUARD)] if guarded else []
        self._env = {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "TERM": "xterm-256color",
            "HOME": str(cwd),
            **(env or {}),
            "PYTHONPATH": os.pathsep.join([*paths, *filter(None, [(env or {}).get("PYTHONPATH")])]),
        }
        self._emulator = Emulator(rows, columns)
        self._raw = bytearray()
        self._changed = threading.Condition(threading.RLock())  # a predicate may look again
        self._ended = False
        self._escaped_at = 0.0

    def __enter__(self) -> Self:
        """Open the terminal, start the program in it and begin to read."""
        self._master, self._slave = os.openpty()
        self._wake_read, self._wake = os.pipe()
        screen = self._emulator.screen
        self._set_size(screen.lines, screen.columns)
        self._before = termios.tcgetattr(self._slave)
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _LAUNCH, *self._argv],
            stdin=self._slave,
            stdout=self._slave,
            stderr=self._slave,
            cwd=self._cwd,
            env=self._env,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, name="terminal-reader", daemon=True)
        self._reader.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the program if it still runs, and close the terminal."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self.hang_up()

    # In

    def press(self, *keys: str) -> None:
        """Send keys by name: "down", "ctrl+s", "shift+tab", "e"."""
        for key in keys:
            self._leave_gap()
            self.send(encode(key))
            if key in ("esc", "escape"):
                self._escaped_at = time.monotonic()

    def type(self, text: str) -> None:
        """Send text as if typed, in one burst."""
        self._leave_gap()
        self.send(text.encode())

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        while data:
            data = data[os.write(self._master, data) :]

    def write_over(self, data: bytes) -> None:
        """Write to the terminal past the program, as `wall` and the kernel do."""
        os.write(self._slave, data)

    def resize(self, rows: int, columns: int) -> None:
        """Change the size of the terminal; the program is told by SIGWINCH."""
        with self._changed:
            self._emulator.resize(rows, columns)
            self._set_size(rows, columns)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the program."""
        self._process.send_signal(number)

    def hang_up(self) -> None:
        """Close the terminal under the program, as when a window or a line is gone."""
        if self._master >= 0:
            self._close()
            self.stall()
            os.close(self._master)
            os.close(self._wake_read)
            self._master = -1

    def stall(self) -> None:
        """Take no more output, as a line does that has come to a standstill."""
        if self._wake >= 0:
            os.close(self._wake)
            self._wake = -1
            self._reader.join(TIMEOUT)

    # Out

    @property
    def pid(self) -> int:
        """The process id of the program."""
        return self._process.pid

    @property
    def ended(self) -> bool:
        """Whether the program has ended."""
        return self._process.poll() is not None

    @property
    def raw(self) -> bytes:
        """Every byte that the program has written so far."""
        with self._changed:
            return bytes(self._raw)

    def mark(self) -> int:
        """Return a place in the output, for `bytes_since`."""
        with self._changed:
            return len(self._raw)

    def bytes_since(self, mark: int) -> bytes:
        """Return what was written after `mark`."""
        with self._changed:
            return bytes(self._raw[mark:])

    def lines(self) -> list[str]:
        """Return the lines of the screen, without the blanks at their ends."""
        with self._changed:
            screen = self._emulator.screen  # whose display fails on half of a wide character
            rows = (screen.buffer[y] for y in range(screen.lines))
            return ["".join(row[x].data for x in range(screen.columns)).rstrip() for row in rows]

    def screen_text(self) -> str:
        """Return the screen as one text."""
        return "\n".join(self.lines())

    def wait_for(
        self, wanted: str | re.Pattern[str] | Callable[[str], Any], timeout: float = TIMEOUT
    ) -> str:
        """Wait until the screen shows a text, matches a pattern or satisfies a function.

        Returns the screen as it was then. Raises AssertionError with the last screen.
        """
        return self._wait(_holds(wanted), f"not seen: {wanted!r}", timeout)

    def wait_gone(self, text: str, timeout: float = TIMEOUT) -> str:
        """Wait until the screen no longer shows `text`; returns and raises as `wait_for`."""
        return self._wait(lambda screen: text not in screen, f"still there: {text!r}", timeout)

    def wait_quiet(self, seconds: float = 0.5, timeout: float = TIMEOUT) -> None:
        """Wait until nothing was written for `seconds`, for counting the bytes of an answer."""
        deadline = time.monotonic() + timeout
        with self._changed:
            while self._changed.wait(seconds):
                if self._ended:
                    return
                assert time.monotonic() < deadline, f"never quiet\n{self.screen_text()}"

    def pass_time(self, seconds: float) -> None:
        """Let time pass, for measuring what a program does while nobody touches it."""
        deadline = time.monotonic() + seconds
        with self._changed:
            while (left := deadline - time.monotonic()) > 0:
                self._changed.wait(left)

    def exit_code(self, timeout: float = TIMEOUT) -> int:
        """Wait for the program to end and for its last output; a signal counts as negative."""
        if not self._ends_within(timeout):
            raise AssertionError(f"still running\n{self.screen_text()}")
        code = self._process.wait()
        self._close()
        self._reader.join(timeout)
        return code

    def _ends_within(self, seconds: float) -> bool:
        """Whether the program ends in that time; known at once, as wait() looks 20 times a second.

        A process that has ended is ready to be read.
        """
        if self._process.poll() is not None:
            return True
        process = os.pidfd_open(self.pid)
        try:
            return bool(select.select([process], [], [], seconds)[0])
        finally:
            os.close(process)

    def modes_restored(self) -> list[str]:
        """Return what the program left changed in the terminal; an empty list is as it should be.

        Looks at the alternate screen, the cursor, mouse, focus and paste reports, the keyboard
        protocol, and the line settings that `stty` shows.
        """
        now = termios.tcgetattr(self._slave) if self._slave >= 0 else self._after
        with self._changed:
            left = [
                f"mode {mode} is {'on' if on else 'off'}"
                for mode, on in sorted(self._emulator.modes.items())
                if on != SETTLED.get(mode, False)
            ]
            if self._emulator.kitty > 0:
                left.append("the keyboard protocol is on")
        if now != self._before:
            left.append("line settings differ")
        return left

    @property
    def in_alternate_screen(self) -> bool:
        """Whether the program has the screen to itself."""
        with self._changed:
            return self._emulator.modes.get(ALTERNATE, False)

    # Within

    def _read(self) -> None:
        """Take over output as it comes, until the terminal is closed."""
        while True:
            if self._wake_read in select.select([self._master, self._wake_read], [], [])[0]:
                return
            try:
                data = os.read(self._master, 65_536)
            except OSError:  # how Linux tells that no one has the other side open any more
                data = b""
            self._arrive(data)
            if not data:
                return

    def _arrive(self, data: bytes) -> None:
        """Show what came, and answer what it asks; nothing more comes after no bytes."""
        with self._changed:
            self._raw += data
            answers = self._emulator.feed(data)
            self._ended = not data
            self._changed.notify_all()
        if answers:
            self._answer(answers)

    def _answer(self, answers: bytes) -> None:
        """Answer what the program asked the terminal."""
        self.send(answers)

    def _close(self) -> None:
        """Close our end of the program's side, once, so that the reader comes to an end."""
        if self._slave >= 0:
            self._after = termios.tcgetattr(self._slave)
            os.close(self._slave)
            self._slave = -1

    def _wait(self, holds: Callable[[str], Any], complaint: str, timeout: float) -> str:
        """Look at the screen each time it changes, until it `holds`."""
        deadline = time.monotonic() + timeout
        with self._changed:
            while not holds(screen := self.screen_text()):
                left = deadline - time.monotonic()
                dead = self._process.poll() is not None and not self._changed.wait(0.2)
                if left <= 0 or dead:
                    end = f" (ended with {self._process.returncode})" if dead else ""
                    raise AssertionError(f"{complaint}{end}\n{screen}")
                self._changed.wait(min(left, 0.2))
        return screen

    def _leave_gap(self) -> None:
        """Let an Escape stand alone, as the time between two keys of a person does."""
        with self._changed:
            until = self._escaped_at + ESCAPE_GAP
            while (left := until - time.monotonic()) > 0:
                self._changed.wait(left)

    def _set_size(self, rows: int, columns: int) -> None:
        """Tell the terminal its size."""
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def _holds(wanted: str | re.Pattern[str] | Callable[[str], Any]) -> Callable[[str], Any]:
    """Return a function of the screen that says whether it is as wanted."""
    if isinstance(wanted, str):
        return lambda screen: wanted in screen
    return wanted.search if isinstance(wanted, re.Pattern) else wanted
