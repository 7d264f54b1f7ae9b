"""The programs that are measured, and the servers that they read from."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from enum import Enum
from pathlib import Path
from typing import NamedTuple, Self

from tests.bench.line import Line
from tests.bench.server import Server, running
from tests.e2e.program import places, write_profiles
from tests.e2e.terminal import installed_program

ROOT = Path(__file__).parents[2]
RUN_BASE = "from tests.bench.base import main; main()"
"""As the script of an installed program does; `-m` would take longer."""
FEW, MANY, MOST = 100, 10_000, 100_000


class Side(Enum):
    """Whose a figure is."""

    BASE = "base"
    OURS = "smtp-tui"


class Spent(NamedTuple):
    """What a command took, in milliseconds."""

    wall: float
    cpu: float


class Turns:
    """The turns of an event loop, as they are noted in a file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._taken = 0

    def longest(self) -> Spent:
        """The most that passed in one turn since it was asked last, and the most that was used."""
        lines = self.path.read_text(encoding="ascii").splitlines()
        new, self._taken = lines[self._taken :], len(lines)
        turns = [Spent(*map(float, line.split())) for line in new]
        return Spent(*map(max, zip(Spent(0, 0), *turns, strict=True)))


class Bench:
    """Starts the programs in terminals of 80 columns and 24 lines; servers start when needed.

    The base runs with the same Python and libraries as the program.
    """

    def __init__(
        self, program: Path | None = None, *, idle: float = 60, rows: tuple[int, int] = (MANY, MOST)
    ) -> None:
        self.program = program or installed_program()
        beside = self.program.parent / "python"
        self.python = beside if beside.exists() else Path(sys.executable)
        self.idle = idle
        self.many, self.most = rows
        self._servers: dict[tuple[int, bool], Server] = {}
        self._open = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def server(self, rows: int, *, tls: bool = False) -> Server:
        """A sandbox with that many records; the same one each time."""
        if (rows, tls) not in self._servers:
            self._servers[rows, tls] = self._open.enter_context(running(rows, tls=tls))
        return self._servers[rows, tls]

    def started(self, side: Side, rows: int) -> AbstractContextManager[Line]:
        """One of the two with that many rows."""
        return self.base(rows) if side is Side.BASE else self.ours(self.server(rows))

    @contextmanager
    def base(self, rows: int, server: Server | None = None) -> Iterator[Line]:
        """The base with that many rows, which it reads first where there is a server."""
        urls = [] if server is None else [server.url]
        env = {"PYTHONPATH": str(ROOT), "BENCH_TOKEN": server.token if server else ""}
        argv: list[str | Path] = [self.python, "-c", RUN_BASE, str(rows), *urls]
        with (
            tempfile.TemporaryDirectory(prefix="smtp-tui-bench-") as directory,
            Line(argv, cwd=Path(directory), env=env, guarded=False) as line,
        ):
            yield line

    @contextmanager
    def ours(self, server: Server, *arguments: str) -> Iterator[Line]:
        """The program on a sandbox, with these arguments."""
        with (
            self._home(server) as (directory, env),
            Line([self.program, *arguments], cwd=directory, env=env, guarded=False) as line,
        ):
            yield line

    @contextmanager
    def _home(self, server: Server) -> Iterator[tuple[Path, dict[str, str]]]:
        """A directory with a profile and a history, and the variables that lead there."""
        with tempfile.TemporaryDirectory(prefix="smtp-tui-bench-") as text:
            directory = Path(text)
            write_profiles(directory, server.profiles)
            history = directory / "state" / "tests.jsonl"
            history.parent.mkdir(mode=0o700)
            history.write_text(server.history, encoding="utf-8")
            history.chmod(0o600)
            yield directory, {**places(directory), "BENCH_TOKEN": server.token}

    @contextmanager
    def watched(self, server: Server, rows: int | None = None) -> Iterator[tuple[Line, Turns]]:
        """The program on a sandbox, or the base with that many rows, and the turns of its loop."""
        module = ["smtp_tui.__main__"] if rows is None else ["tests.bench.base", str(rows)]
        with self._home(server) as (directory, env):
            turns = Turns(directory / "turns")
            script = Path(__file__).parent / "turns.py"
            argv: list[str | Path] = [self.python, script, turns.path, *module]
            found = env if rows is None else {**env, "PYTHONPATH": str(ROOT)}
            with Line(argv, cwd=directory, env=found, guarded=False) as line:
                yield line, turns

    def spent(self, argv: Sequence[str | Path], server: Server) -> Spent:
        """What a command takes from its start to its end."""
        with self._home(server) as (directory, places):
            env = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": str(directory), **places}
            since = time.perf_counter()
            process = subprocess.Popen(argv, env=env, cwd=directory, stdout=subprocess.DEVNULL)
            _, status, usage = os.wait4(process.pid, 0)
            wall = time.perf_counter() - since
        process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0, f"{argv[0]} ended with {process.returncode}"
        return Spent(wall * 1000, (usage.ru_utime + usage.ru_stime) * 1000)
