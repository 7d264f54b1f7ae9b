"""Other programs made with Textual beside ours, each installed in an environment of its own."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.line import Line
from tests.bench.measures import KEYS, at_rest, pressed
from tests.bench.programs import FEW, ROOT, Bench

HEADING = (
    "| Program | first paint | quit | memory | idle wake-ups | idle processor "
    "| cursor: settled | writes |\n|---|---|---|---|---|---|---|---|"
)
REQUEST = "name: Request {0:03}\nurl: https://mail{0}.example.com\n"


@dataclass(frozen=True)
class Peer:
    """A program by its name, what it shows first, and its keys.

    ``packages`` are what is installed. ``list_key`` is a key that moves in the list which has the
    focus at its start, if it has one.
    """

    program: str
    paints: str
    quit_key: str
    list_key: str | None = None
    options: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()


OURS = Peer("smtp-tui", "NAME", "q", "down")
PEERS = (
    Peer(
        "posting",
        "Collection",
        "ctrl+c",
        "down",
        options=("--collection", "requests"),
        packages=("posting", "tree-sitter<0.26"),  # its grammars crash with a newer one
    ),
    Peer("harlequin", "Data Catalog", "ctrl+q", packages=("harlequin",)),
)
POSTING = {"POSTING_FOCUS__ON_STARTUP": "collection"}


def peer_table(bench: Bench, tell: Callable[[str], None]) -> str:
    """A table of ours and of the peers; where one could not be measured, its row says why."""
    with bench.ours(bench.server(FEW)) as line:
        lines = [HEADING, _row(OURS, line, bench.idle)]
    for peer in PEERS:
        tell(peer.program)
        try:
            with _started(peer) as line:
                lines.append(_row(peer, line, bench.idle))
        except (subprocess.CalledProcessError, OSError, AssertionError) as error:
            words = str(error).partition("\n")[0]
            lines.append(f"| {peer.program} | not measured: {words} | | | | | | |")
    return "\n".join(lines)


@contextmanager
def _started(peer: Peer) -> Iterator[Line]:
    """The program, with a hundred requests in a directory, which posting lists."""
    home = ROOT / "build" / "peers" / peer.program
    program = home / "bin" / peer.program
    if not program.exists():
        subprocess.run([sys.executable, "-m", "venv", home], check=True)
        subprocess.run([home / "bin" / "pip", "install", "-q", *peer.packages], check=True)
    with tempfile.TemporaryDirectory(prefix="smtp-tui-bench-") as text:
        requests = Path(text) / "requests"
        requests.mkdir()
        for number in range(FEW):
            file = requests / f"request{number:03}.posting.yaml"
            file.write_text(REQUEST.format(number), encoding="ascii")
        with Line([program, *peer.options], cwd=Path(text), env=POSTING, guarded=False) as line:
            yield line


def _row(peer: Peer, line: Line, seconds: float) -> str:
    paint = line.since_start(line.until(peer.paints))
    line.pass_time(2)
    memory = line.peak_mebibytes()
    cursor = "no list | "
    if peer.list_key is not None:
        moves = pressed(line, *[peer.list_key] * KEYS)
        cursor = f"{moves.settled:.1f} ms | {moves.writes:.2f}"
    _, woken, used = at_rest(line, seconds)
    line.press(peer.quit_key)
    line.exit_code()
    return (
        f"| {peer.program} | {paint:.0f} ms | {line.milliseconds():.0f} ms | {memory:.0f} MiB "
        f"| {woken:.1f} /s | {used:.2f} % | {cursor} |"
    )
