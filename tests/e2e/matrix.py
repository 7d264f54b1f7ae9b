"""The same walk in many kinds of terminals, and the pictures of it that are kept as texts.

`python -m tests.e2e.matrix` makes the pictures anew.
"""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.e2e.program import cursor_on, edit, listed, places, says, seed
from tests.e2e.terminal import Terminal, installed_program
from tests.failing_sandbox import Sandbox, SandboxOptions

KEPT = Path(__file__).parent / "pictures"
_LATIN_1 = "en_US.ISO-8859-1"
_TO_LATIN_1 = "printf '\\033%%@'; exec \"$0\""
"""Has a terminal take bytes as Latin-1, as one of that locale does, then runs the program."""


@dataclass(frozen=True)
class Kind:
    """One kind of terminal: its size, and the variables that tell of it."""

    name: str
    columns: int
    rows: int
    env: Mapping[str, str] = field(default_factory=dict)

    @property
    def encoding(self) -> str:
        """What its locale writes in."""
        if self.env.get("LANG") == _LATIN_1:
            return "latin-1"
        return "ascii" if self.env.get("LC_ALL") == "C" else "utf-8"

    @property
    def path(self) -> Path:
        """Where its picture is kept."""
        return KEPT / f"{self.name}.txt"


KINDS = (
    Kind("xterm-60x20", 60, 20, {"TERM": "xterm-256color"}),
    Kind("screen-80x24", 80, 24, {"TERM": "screen-256color", "STY": "1.pts-0.host"}),
    Kind("tmux-120x40", 120, 40, {"TERM": "tmux-256color", "COLORTERM": "truecolor"}),
    Kind("xterm-200x60", 200, 60, {"TERM": "xterm-256color", "NO_COLOR": "1"}),
    Kind("linux-80x24", 80, 24, {"TERM": "linux"}),
    Kind("vt100-80x24-ascii", 80, 24, {"TERM": "vt100", "LC_ALL": "C"}),
    Kind("xterm-60x20-latin-1", 60, 20, {"TERM": "xterm", "LANG": _LATIN_1}),
)


def locale_directory(directory: Path) -> Path | None:
    """Make the Latin-1 locale there; None where Debian's `locales` is not installed."""
    if shutil.which("localedef") is None or not Path("/usr/share/i18n/locales/en_US").exists():
        return None
    target = directory / _LATIN_1
    made = ["localedef", "-i", "en_US", "-f", "ISO-8859-1", str(target)]
    subprocess.run(made, check=True, capture_output=True, timeout=60)
    return directory


def terminal_of(kind: Kind, sandbox: Sandbox, directory: Path, locales: Path | None) -> Terminal:
    """The program in a terminal of that kind, not started yet."""
    argv: list[str | Path] = [installed_program()]
    if kind.encoding == "latin-1":
        argv = ["/bin/sh", "-c", _TO_LATIN_1, *argv]
    env = places(directory) | dict(sandbox.environment()) | dict(kind.env)
    if locales is not None:
        env["LOCPATH"] = str(locales)
    return Terminal(argv, cwd=directory, rows=kind.rows, columns=kind.columns, env=env)


def walk(terminal: Terminal, columns: int) -> str:
    """Connections, help, an edit, its review and how it is copied, as one text."""
    seen = []

    def look(wanted: re.Pattern[str]) -> None:
        terminal.wait_for(wanted)
        terminal.wait_quiet(0.2)
        seen.append(_framed(terminal.lines(), columns))

    terminal.wait_for("SECONDARY")
    terminal.press("down")
    terminal.wait_for(cursor_on("SECONDARY"))
    look(listed("SECONDARY"))
    terminal.press("?")
    look(says("search the keys"))
    terminal.press("esc")
    terminal.wait_for(cursor_on("SECONDARY"))
    edit(terminal, "SECONDARY")
    terminal.press("tab", "end", "ctrl+u")
    terminal.type("587")
    terminal.wait_for("Submission port")  # said when typing rests
    look(says('"value": 587'))
    terminal.press("ctrl+s")
    look(says("Change SECONDARY?", "esc"))
    terminal.press("y")
    look(says("Copy", "curl", "esc"))
    return "\n".join(seen)


def _framed(lines: list[str], columns: int) -> str:
    """A screen between two lines, without what differs from run to run."""
    text = "\n".join(lines)
    for pattern, stand_in in (
        (r"\b[1-9]\d{4}\b", "30000"),
        (r"read \d+s ago", "read 0s ago"),
        (r"\d{4}-\d\d-\d\d \d\d:\d\d", "2020-02-20 20:20"),
    ):
        text = re.sub(pattern, stand_in, text)
    return f"{'=' * columns}\n{text}\n{'=' * columns}\n"


def main() -> None:
    """Make all pictures anew."""
    KEPT.mkdir(exist_ok=True)
    for kind in KINDS:
        with tempfile.TemporaryDirectory() as temporary, Sandbox(SandboxOptions()) as sandbox:
            directory = Path(temporary)
            seed(sandbox)
            locales = locale_directory(directory) if kind.encoding == "latin-1" else None
            with terminal_of(kind, sandbox, directory, locales) as terminal:
                kind.path.write_text(walk(terminal, kind.columns), encoding="utf-8")


if __name__ == "__main__":
    main()
