"""The story the pictures tell: key presses on the running app, on a sandbox that really mails.

Run by `make.py` in a process of its own, because Textual reads the environment when imported.
"""

from __future__ import annotations

import asyncio
import re
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

from filelock import FileLock
from textual.pilot import Pilot
from textual.widgets import Input

from smtp_tui.api.clock import Clock
from smtp_tui.cli.screen import demo_services
from smtp_tui.sandbox import Sandbox, SandboxOptions
from smtp_tui.ui.app import SmtpTui
from smtp_tui.ui.connections.screen import ConnectionsScreen

SIZES = {"wide": (120, 40), "80x24": (80, 24)}
"""Columns and rows, by the word in the file's name."""

PORTS = SandboxOptions(port=28080, smtp_port=28025, demo_records=True)
"""They are seen in the pictures, so they are fixed; below those that systems hand out."""

START = datetime(2020, 5, 4, 9, 30, tzinfo=UTC)
REQUEST_SECONDS = 0.213
PATIENCE = 30.0
"""Seconds until a screen that was waited for counts as missing."""

FONTS = 'ui-monospace, "SFMono-Regular", Menlo, Consolas, "DejaVu Sans Mono", monospace'


class MissingWords(Exception):
    """The screen never showed what the story waited for."""


class StoryClock(Clock):
    """Time that passes with each request and where the story says so, never by itself."""

    def __init__(self, sandbox: Sandbox) -> None:
        """Count the requests of this sandbox."""
        self._sandbox = sandbox
        self._waited = 0.0

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self._waited += seconds

    def monotonic(self) -> float:
        """Seconds of the story so far."""
        return self._waited + REQUEST_SECONDS * len(self._sandbox.requests)

    def now(self) -> datetime:
        """The story's moment."""
        return START + timedelta(seconds=self.monotonic())


@dataclass(frozen=True)
class Stage:
    """One app at one size, and the directory its pictures go to."""

    app: SmtpTui
    pilot: Pilot[None]
    clock: StoryClock
    directory: Path
    size: str

    async def press(self, *keys: str, until: str) -> None:
        """Press keys, then wait until the screen shows some words."""
        await self.pilot.press(*keys)
        await self._wait(lambda: until in words(self.app.export_screenshot()), until)

    async def back(self) -> None:
        """Back to the connections; their words are seen behind a dialog, so it is no use to wait
        for those."""
        await self.pilot.press("escape")
        await self._wait(lambda: isinstance(self.app.screen, ConnectionsScreen), "connections")

    async def go_to(self, name: str, *keys: str) -> None:
        """Move the cursor of the connections to a record with these keys."""
        await self.pilot.press(*keys)

        def there() -> bool:
            screen = self.app.screen
            record = screen.record if isinstance(screen, ConnectionsScreen) else None
            return record is not None and record.name == name

        await self._wait(there, f"the cursor on {name}")

    async def kept(self, verdict: str) -> None:
        """Wait until the table has a verdict too, behind the dialog that says it."""
        tables = [
            screen.table
            for screen in self.app.screen_stack
            if isinstance(screen, ConnectionsScreen)
        ]

        def there() -> bool:
            return any(verdict in str(row.cells) for table in tables for row in table.rows)

        await self._wait(there, f"{verdict} in the table")

    async def shoot(self, name: str) -> None:
        """Write the picture once the screen has come to rest."""
        focused = self.app.focused
        if isinstance(focused, Input):
            focused.cursor_blink = False
        seen = [""]

        def at_rest() -> bool:
            seen.append(self.app.export_screenshot(simplify=True))
            return seen[-1] == seen[-2]

        await self._wait(at_rest, "the same twice")
        path = self.directory / f"{name}-{self.size}.svg"
        path.write_text(portable(seen[-1]), encoding="utf-8", newline="\n")

    async def _wait(self, condition: Callable[[], bool], what: str) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                while not condition():
                    await self.pilot.pause(0.01)
        except TimeoutError:
            shown = words(self.app.export_screenshot())
            raise MissingWords(f"waited for: {what}\nthe screen: {shown}") from None


def words(svg: str) -> str:
    """The text in a picture, its pieces one after the other."""
    pieces = re.findall(r"<text [^>]*>([^<]*)</text>", svg)
    return unescape("".join(pieces)).replace("\xa0", " ")


def portable(svg: str) -> str:
    """The picture without fonts and links from other hosts, and with the same ids every time."""
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r"\s*<!--.*?-->", "", svg, flags=re.DOTALL)
    svg = re.sub(r"terminal-\d+-", "t-", svg)
    svg = svg.replace("<svg ", '<svg xml:space="preserve" ', 1)  # else some strip texts
    svg = svg.replace("font-family: Fira Code, monospace", f"font-family: {FONTS}")
    svg = svg.replace("textLength", 'lengthAdjust="spacingAndGlyphs" textLength')
    svg = svg.replace("font-family: arial", "font-family: sans-serif")
    return "\n".join(line.rstrip() for line in svg.strip().splitlines()) + "\n"


async def tests(stage: Stage) -> None:
    """One test email that is accepted, one refused, one that reaches nobody."""
    for name, keys, verdict, picture in (
        ("BATCH", "g", "UNREACHABLE", None),
        ("PRIMARY", "Gk", "ACCEPTED", "test-accepted"),
        ("SECONDARY", "G", "REJECTED", "test-rejected"),
    ):
        await stage.go_to(name, *keys)
        await stage.press("t", until="Send to:")
        await stage.press("enter", until=verdict)
        await stage.press(until="r again")
        await stage.kept(verdict)
        if picture is not None:
            await stage.shoot(picture)
        stage.clock.wait(240)
        await stage.back()


async def looking(stage: Stage) -> None:
    """The table, the help, the profiles, what was asked so far, and one record whole."""
    await stage.press("r", until="fresh 0s")
    await stage.go_to("PRIMARY", "k")
    await stage.shoot("connections")
    for key, shown, picture in (
        ("question_mark", "search the keys", "help"),
        ("p", "demo-europe", "profiles"),
        ("a", "status 200", "activity"),
        ("enter", "q Back", "detail"),
    ):
        await stage.press(key, until=shown)
        await stage.shoot(picture)
        await stage.back()


async def editing(stage: Stage) -> None:
    """A port and a password are changed, and reviewed; nothing is sent."""
    await stage.press("e", until="Nothing changed")
    await stage.press("tab", "end", "ctrl+u", *"587", until='"value": 587')
    await stage.press("tab", "tab", *"secret", until='"name": "password"')
    await stage.press("shift+tab", "shift+tab", until="The submission port")
    await stage.shoot("edit")
    await stage.press("ctrl+s", until="Enter chooses")
    await stage.shoot("review")


async def perform(directory: Path, size: str) -> None:
    """Play the whole story once at one size; raises `OSError` where a port is taken."""
    with tempfile.TemporaryDirectory() as kept, Sandbox(PORTS) as sandbox:
        clock = StoryClock(sandbox)
        services, profile = demo_services(sandbox, Path(kept), clock)
        app = SmtpTui(services, profile)
        async with app.run_test(size=SIZES[size]) as pilot:
            stage = Stage(app, pilot, clock, directory, size)
            await stage.press(until="SECONDARY")
            await tests(stage)
            await looking(stage)
            await editing(stage)


def main(directory: Path) -> int:
    """Make all pictures; 2 and words where that is not possible.

    Two of these at once take turns, because there is one set of ports.
    """
    lock = FileLock(Path(tempfile.gettempdir()) / "smtp-tui-pictures.lock", timeout=120)
    try:
        with lock:
            for size in SIZES:
                asyncio.run(perform(directory, size))
    except OSError as error:
        ports = f"{PORTS.port}, {PORTS.smtp_port} and {PORTS.smtp_port + 1}"
        print(f"The pictures need the ports {ports} of 127.0.0.1; {error}", file=sys.stderr)
        return 2
    except MissingWords as error:
        print(f"The app did not go where the story goes; {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
