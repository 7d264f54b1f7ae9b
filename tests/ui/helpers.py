"""Driving the real app by its keys, and reading what stands on its screen.

    async with opened(sandbox, size=(80, 24)) as ui:
        await ui.sees("PRIMARY")
        await ui.press("slash", *"pri")
        await ui.until(lambda: "1 of 6" in ui.text(), "the filter to narrow")

Everything goes through the keyboard and the picture that Textual itself makes of its screen.
"""

from __future__ import annotations

import asyncio
import re
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

from msgspec.structs import replace
from rich.cells import cell_len
from rich.style import Style
from textual._compositor import LayoutUpdate
from textual.events import Key, Paste
from textual.keys import REPLACED_KEYS, _character_to_key, key_to_character
from textual.pilot import Pilot

from smtp_tui.api.client import Client
from smtp_tui.api.clock import Clock
from smtp_tui.api.target import Target
from smtp_tui.api.transport import Limits
from smtp_tui.cli.screen import demo_services
from smtp_tui.profiles.model import Profile
from smtp_tui.profiles.tokens import Tokens
from smtp_tui.state.auditor import Auditor
from smtp_tui.state.journal import Actor
from smtp_tui.ui.app import SmtpTui
from smtp_tui.ui.services import Services
from tests.failing_sandbox import Operation, RecordedRequest, Sandbox

PATIENCE = 30.0
BRIEFLY = 0.005
HELD_BACK = 0.5
"""Seconds for which a key may be held back because the app waits for an answer."""
CELL = 12.2
_KEYS = {" ": "space", "\n": "enter", "\t": "tab"}


class HeldClock(Clock):
    """Time that passes only when a test says so; `forward` lets some pass."""

    def __init__(self) -> None:
        self._passed = 0.0

    def now(self) -> datetime:
        return datetime(2020, 6, 1, 12, 0, tzinfo=UTC) + timedelta(seconds=self._passed)

    def monotonic(self) -> float:
        return 1_000.0 + self._passed

    def forward(self, seconds: float) -> None:
        self._passed += seconds


@dataclass(frozen=True)
class Span:
    """A run of text in one look: where it stands, and its rules in the picture (CSS)."""

    column: int
    line: int
    text: str
    look: str


_SPAN = re.compile(
    r'<text class="(?P<css>[\w-]+)" x="(?P<x>[\d.]+)" y="[\d.]+" textLength="[\d.]+" '
    r'clip-path="url\(#[\w-]+-line-(?P<line>\d+)\)">(?P<text>[^<]*)</text>'
)
_RULE = re.compile(r"\.(?P<css>[\w-]+-r\d+) \{(?P<look>[^}]*)\}")


def spans(svg: str) -> list[Span]:
    """The texts of a picture of a terminal, top to bottom and left to right."""
    looks = {found["css"]: found["look"].strip() for found in _RULE.finditer(svg)}
    return [
        Span(
            round(float(found["x"]) / CELL),
            int(found["line"]),
            unescape(found["text"]).replace("\xa0", " "),
            looks.get(found["css"], ""),
        )
        for found in _SPAN.finditer(svg)
    ]


def lines_of(found: list[Span], height: int) -> list[str]:
    """The lines of the terminal, without blanks at their ends."""
    lines = [""] * height
    for span in found:
        gap = span.column - cell_len(lines[span.line])
        lines[span.line] += " " * gap + span.text
    return [line.rstrip() for line in lines]


@dataclass
class Ui:
    """A running app: keys in, a screen out. `clock` stands still until told otherwise."""

    app: SmtpTui
    pilot: Pilot[None]
    sandbox: Sandbox
    services: Services
    profile: Profile
    clock: HeldClock

    async def press(self, *keys: str) -> None:
        """Press keys by Textual's names: `"ctrl+s"`, `"enter"`, `"slash"`, or single letters.

        The app has done with a key before the next one is pressed, unless it waits for an answer
        meanwhile. What a key starts in the background may still be under way afterwards: wait for
        what it shows.
        """
        for key in keys:
            self.app.post_message(_key(key))
            await self._rest()
        await self.pilot.pause()
        await self._rest()

    async def settle(self) -> None:
        """Let the app do and draw what it can without waiting for a thread or an answer."""
        await self._rest()
        if self.app.is_running:
            await self.pilot.pause(0)

    async def _rest(self) -> None:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + HELD_BACK
        await asyncio.sleep(0)
        while True:
            if _anything_to_run(loop):
                await asyncio.sleep(0)
            elif self.app.typed_ahead.busy and loop.time() < deadline:
                await asyncio.sleep(BRIEFLY)
            else:
                return

    async def type(self, text: str) -> None:
        """Type a text, character by character."""
        await self.press(*[_KEYS.get(character, character) for character in text])

    async def paste(self, text: str) -> None:
        """Paste a text into what has the focus, as a terminal with bracketed paste sends it."""
        focused = self.app.screen.focused
        assert focused is not None, f"nothing to paste into; the screen:\n{self.text()}"
        focused.post_message(Paste(text))
        await self.settle()

    async def until(self, condition: Callable[[], Any], words: str) -> None:
        """Wait until something holds; fails with the screen when it never does."""
        deadline = asyncio.get_running_loop().time() + PATIENCE
        while not condition():
            crashed = self.app.return_code == 1
            if crashed or asyncio.get_running_loop().time() > deadline:
                raise AssertionError(f"waited in vain for {words}; the screen:\n{self.text()}")
            await asyncio.sleep(BRIEFLY)
        await self.settle()

    async def sees(self, *texts: str) -> None:
        """Wait until all these texts stand on the screen."""
        await self.until(lambda: self.shows(*texts), f"{texts} on the screen")

    async def loses(self, text: str) -> None:
        """Wait until a text has left the screen."""
        await self.until(lambda: not self.shows(text), f"{text!r} to leave the screen")

    def shows(self, *texts: str) -> bool:
        """Whether all these texts stand on the screen, each on one line."""
        screen = self.text()
        return all(text in screen for text in texts)

    def spans(self) -> list[Span]:
        """What stands on the screen, with looks."""
        return spans(self.app.export_screenshot())

    def lines(self) -> list[str]:
        """The lines of the screen, as many as it is high, without blanks at their ends."""
        # As `export_screenshot` reads the screen, without the price of a picture.
        drawn = self.app.screen._compositor.render_update(
            full=True, screen_stack=self.app._background_screens
        )
        assert isinstance(drawn, LayoutUpdate)
        lines = ["".join(part.text for part in strip) for strip in drawn.strips]
        lines += [""] * (self.app.size.height - len(lines))  # while the screen is laid out
        return [line.replace("\xa0", " ").rstrip() for line in lines]

    def text(self) -> str:
        """The screen's plain text."""
        return "\n".join(self.lines())

    def line(self, text: str) -> str:
        """The first line of the screen that holds this text."""
        found = next((line for line in self.lines() if text in line), None)
        assert found is not None, f"{text!r} is not on the screen:\n{self.text()}"
        return found

    def look(self, text: str) -> str:
        """The look (CSS rules) of the first run that holds this text."""
        found = next((span for span in self.spans() if text in span.text), None)
        assert found is not None, f"{text!r} is not in one look on:\n{self.text()}"
        return found.look

    def requests(self, operation: Operation) -> list[RecordedRequest]:
        """What the sandbox was asked of one kind, oldest first."""
        return [request for request in self.sandbox.requests if request.operation == operation]

    async def asked(self, operation: Operation, count: int = 1) -> list[RecordedRequest]:
        """Wait until the sandbox was asked so often."""
        await self.until(
            lambda: len(self.requests(operation)) >= count, f"{count} × {operation.value}"
        )
        return self.requests(operation)


def _anything_to_run(loop: asyncio.AbstractEventLoop) -> bool:
    """Whether a callback or a task is ready; there is no public way to ask."""
    return bool(loop._ready)  # type: ignore[attr-defined]


def _key(name: str) -> Key:
    """A key press as a terminal's driver posts it, by a character or by Textual's name."""
    if len(name) == 1:
        return Key(name if name.isalnum() else _character_to_key(name), name)
    return Key(name, key_to_character(REPLACED_KEYS.get(name, name)))


def style(ui: Ui, selector: str, text: str) -> Style:
    """The style in which a widget of one line draws a text, as it goes to the terminal."""
    for segment in ui.app.screen.query_one(selector).render_line(0):
        if text in segment.text:
            return segment.style or Style()
    raise AssertionError(f"{text!r} is not drawn by {selector}")


@asynccontextmanager
async def opened(
    sandbox: Sandbox,
    *,
    size: tuple[int, int] = (120, 36),
    profile: Callable[[Profile], Profile] = lambda profile: profile,
    services: Callable[[Services], Services] = lambda services: services,
    directory: Path | None = None,
    problem: str = "",
    in_use: bool = True,
) -> AsyncIterator[Ui]:
    """The app on a sandbox as `smtp-tui demo` wires it: profiles `demo` and `demo-europe`.

    The first is in use from the start, unless not `in_use`.

    `profile` and `services` may change what it starts with:
    `opened(sandbox, profile=lambda one: replace(one, access=Access.PROTECTED))`.
    """
    with tempfile.TemporaryDirectory(
        prefix="smtp-tui-test-", ignore_cleanup_errors=True
    ) as temporary:
        clock = HeldClock()
        found, first = demo_services(sandbox, directory or Path(temporary), clock)
        first = profile(first)
        others = tuple(profile for profile in found.extra_profiles if profile.name != first.name)
        wired = services(replace(found, extra_profiles=(first, *others)))
        app = SmtpTui(wired, first if in_use else None, problem)
        async with app.run_test(size=size, notifications=True) as pilot:
            ui = Ui(app, pilot, sandbox, wired, first, clock)
            yield ui
            await ui.settle()


def impatient(services: Services) -> Services:
    """The same services with a client that waits two seconds for a silent server, and no longer."""
    auditor = Auditor(lambda: services.journal, Actor("tester"), services.clock, lambda _: None)

    def make_client(target: Target, tokens: Tokens) -> Client:
        limits = Limits(read=2.0)
        return Client(target, tokens, services.activity, services.clock, auditor, limits)

    return replace(services, make_client=make_client)
