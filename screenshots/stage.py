"""The stage of the pictures: the running app on a sandbox, with a clock and numbers that are fixed.

Keys go in as a person presses them; what is waited for is the screen in front, or a condition.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any, Final, TypeVar

from rich.terminal_theme import SVG_EXPORT_THEME, TerminalTheme
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Button, Input

from screenshots.pictures import Drawing, Look, Size
from smtp_tui.api.clock import Clock
from smtp_tui.api.requests import Operation
from smtp_tui.mail.remarks import Severity
from smtp_tui.ui.app import SmtpTui
from smtp_tui.ui.base import FullScreen
from smtp_tui.ui.connections.screen import ConnectionsScreen
from smtp_tui.ui.messages import WaitLine
from smtp_tui.ui.record_form.screen import FormScreen
from smtp_tui.ui.services import Services
from smtp_tui.ui.widgets.fields import Field
from tests.failing_sandbox import Sandbox

Front = TypeVar("Front", bound=Screen[Any])

START: Final = datetime(2020, 5, 4, 9, 30, tzinfo=UTC)
REQUEST_SECONDS: Final = 0.213
PATIENCE: Final = 60.0
"""Seconds until a screen that was waited for counts as missing."""
BRIEFLY: Final = 0.01

FONTS: Final = 'ui-monospace, "SFMono-Regular", Menlo, Consolas, "DejaVu Sans Mono", monospace'
TERMINAL: Final = TerminalTheme(
    (12, 12, 12),
    (204, 204, 204),
    [(0, 0, 0), (205, 49, 49), (13, 188, 121), (229, 229, 16), (36, 114, 200), (188, 63, 188),
     (17, 168, 205), (229, 229, 229)],
    [(102, 102, 102), (241, 76, 76), (35, 209, 139), (245, 245, 67), (59, 142, 234),
     (214, 112, 214), (41, 184, 219), (255, 255, 255)],
)  # fmt: skip
"""The palette of a terminal that is much used, and dark."""


class MissingWords(Exception):
    """The app never came to what the story waited for."""


class AllTaken(Exception):
    """The last picture that is wanted of a scene was taken, so that nothing is left to do."""


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
    """One app at one size and in one look, and the directory its pictures go to.

    ``wanted`` are the names of the pictures still to be made; ``hidden`` are random texts and what
    stands in the pictures instead.
    """

    app: SmtpTui
    pilot: Pilot[None]
    clock: StoryClock
    sandbox: Sandbox
    services: Services
    directory: Path
    size: Size
    look: Look
    wanted: set[str]
    hidden: dict[str, str] = field(default_factory=dict)

    @property
    def home(self) -> ConnectionsScreen:
        """The connections, in front or behind."""
        return next(each for each in self.app.screen_stack if isinstance(each, ConnectionsScreen))

    async def press(self, *keys: str) -> None:
        """Press keys by Textual's names."""
        await self.pilot.press(*keys)

    async def retype(self, text: str) -> None:
        """Replace what stands in the field with the cursor."""
        await self.press("end", "ctrl+u", *text)

    async def edit(self, name: str, **values: str) -> None:
        """Open the form of a record, and type these values."""
        await self.go_to(name)
        await self.answered("e")
        await self.front(FormScreen)
        for parameter, text in values.items():
            await self.fill(parameter, text)

    async def fill(self, parameter: str, text: str) -> None:
        """Put the cursor into a field of the form in front, and type a text there."""
        await self.until(lambda: bool(self._fields(parameter)), parameter)
        self._fields(parameter)[0].input.focus()
        await self.pilot.pause()
        await self.retype(text)

    async def front(self, kind: type[Front], *keys: str) -> Front:
        """Press keys, then wait until a screen of this class is in front."""
        await self.pilot.press(*keys)
        await self.until(lambda: isinstance(self.app.screen, kind), kind.__name__)
        screen = self.app.screen
        assert isinstance(screen, kind)
        return screen

    def _fields(self, parameter: str) -> list[Field]:
        return [each for each in self.app.screen.query(Field) if each.parameter == parameter]

    async def shows(self, pattern: str) -> None:
        """Wait until the screen shows a text that matches."""
        found = re.compile(pattern).search
        await self.until(
            lambda: bool(found(words(self.app.export_screenshot()))), pattern, pause=0.05
        )

    async def rows(self) -> None:
        """Wait for the connections, and for their rows."""
        await self.front(ConnectionsScreen)
        await self.until(lambda: bool(self.home.table.rows) and not self.home.reading, "the rows")

    async def back(self) -> None:
        """Go back to the connections."""
        await self.front(ConnectionsScreen, "escape")

    async def answered(self, *keys: str) -> None:
        """Press keys, then wait until one more request has its answer."""
        before = len(self.services.activity.exchanges)
        await self.press(*keys)
        await self.until(lambda: len(self.services.activity.exchanges) > before, "an answer")

    async def listed(self) -> None:
        """Wait until a list of connections was answered after the tenant was found."""

        def there() -> bool:
            exchanges = self.services.activity.exchanges
            return bool(exchanges) and exchanges[-1].request.operation is Operation.LIST

        await self.until(there, "a list")

    async def remarked(self, parameter: str, severity: Severity) -> None:
        """Wait until a field of the form in front says something of this weight."""
        (field,) = self._fields(parameter)
        await self.until(lambda: severity in {each.severity for each in field.remarks}, parameter)

    async def choose(self, word: str) -> None:
        """Choose the answer with this word, once the question was read."""
        self.clock.wait(1)
        button = next(each for each in self.app.screen.query(Button) if word in str(each.label))
        button.focus()
        await self.press("enter")

    async def go_to(self, name: str) -> None:
        """Move the cursor of the connections to a record."""
        await self.rows()
        wanted = next(each.id for each in self.sandbox.records() if each.name == name)
        steps = [row.id for row in self.home.table.rows].index(wanted)
        await self.press("g", *"j" * steps)

        def there() -> bool:
            record = self.home.record
            return record is not None and record.name == name

        await self.until(there, f"the cursor on {name}")

    @property
    def _waits(self) -> bool:
        lines = (line for screen in self.app.screen_stack for line in screen.query(WaitLine))
        return any(line.display for line in lines)

    async def shoot(self, name: str, *, waiting: bool = False) -> None:
        """Write the picture once the screen has come to rest; nothing if it is not wanted.

        ``waiting`` is whether the screen says by then that it waits for something. Raises
        :class:`AllTaken` after the last one.
        """
        if name not in self.wanted:
            return
        for screen in self.app.screen_stack:
            if isinstance(screen, FullScreen):
                screen.tick()  # what tells an age is not older on a slow machine
        focused = self.app.focused
        if isinstance(focused, Input):
            focused.cursor_blink = False
        seen = [""]

        def at_rest() -> bool:
            """Whether two looks one after the other saw the same."""
            if waiting is not self._waits:
                return False
            seen.append(self.app.export_screenshot(simplify=True))
            return seen[-1] == seen[-2]

        await self.until(at_rest, "the same twice", pause=0.03)
        svg = seen[-1]
        for random, instead in self.hidden.items():
            svg = svg.replace(random, instead)
        path = self.directory / Drawing(name, self.size, self.look).file
        path.write_text(portable(svg), encoding="utf-8", newline="\n")
        self.wanted.remove(name)
        if not self.wanted:
            raise AllTaken

    async def until(self, condition: Callable[[], bool], what: str, pause: float = BRIEFLY) -> None:
        """Wait until something holds. Raises :class:`MissingWords` with the screen."""
        try:
            async with asyncio.timeout(PATIENCE):
                while not condition():
                    await self.pilot.pause(pause)
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


def draw_as_a_terminal() -> None:
    """Draw the sixteen colours as a terminal shows them; Textual takes them from Rich."""
    SVG_EXPORT_THEME.background_color = TERMINAL.background_color
    SVG_EXPORT_THEME.foreground_color = TERMINAL.foreground_color
    SVG_EXPORT_THEME.ansi_colors = TERMINAL.ansi_colors
