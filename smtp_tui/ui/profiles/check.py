"""The steps of a check of a profile, each shown as it ends; and the dialog that does one."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from typing import ClassVar, Final

from textual import work
from textual.binding import BindingType
from textual.content import Content
from textual.widget import Widget

from smtp_tui.api.target import HostRefused
from smtp_tui.profiles.model import Profile
from smtp_tui.text import clean
from smtp_tui.ui.actions import bindings
from smtp_tui.ui.base import Dialog
from smtp_tui.ui.keymap import bound
from smtp_tui.ui.operator import ScreenOperator
from smtp_tui.ui.services import Services
from smtp_tui.ui.waiting import WaitLine, waiting
from smtp_tui.ui.widgets.bars import titled
from smtp_tui.ui.widgets.plain_text import PlainText
from smtp_tui.workflows.check_profile import Result, Stage, Step, Steps, check_profile, failed

_SIGNS: Final = {Result.OK: "✓", Result.NOTE: "!", Result.FAILED: "✗", Result.SKIPPED: "·"}
_STAGES: Final = tuple(Stage)
_LABEL: Final = 12
_LIMIT: Final = 300


def steps_text(steps: Steps, running: bool, width: int) -> Content:
    """Every step with its sign and words; those to come are dim, the one under way has dots."""
    lines = [_line(step, width) for step in steps]
    for position, stage in enumerate(_STAGES[len(steps) :]):
        dots = "…" if running and position == 0 and not failed(steps) else ""
        lines.append(Content.styled(f"· {stage.value:<{_LABEL}}{dots}", "dim"))
    return Content("\n").join(lines)


def _line(step: Step, width: int) -> Content:
    words = clean(step.words, _LIMIT)
    indent = " " * (_LABEL + 2)
    wrapped = textwrap.wrap(words, max(20, width - len(indent))) or [""]
    text = f"{_SIGNS[step.result]} {step.stage.value:<{_LABEL}}" + f"\n{indent}".join(wrapped)
    return Content.styled(text, "bold") if step.result is Result.FAILED else Content(text)


class CheckDialog(Dialog[None]):
    """The steps for one profile, with a session of its own; what is in use stays as it is."""

    TITLE = "Check"
    ACTIONS = ("dialog.cancel", "test.again")
    BINDINGS: ClassVar[list[BindingType]] = bindings(*ACTIONS)
    DEFAULT_CSS = """
    CheckDialog #steps { margin: 1 0; height: auto; }
    """

    def __init__(self, services: Services, profile: Profile) -> None:
        super().__init__()
        self._services = services
        self._profile = profile

    def compose_box(self) -> Iterable[Widget]:
        """Where, the steps, keys."""
        profile = self._profile
        yield PlainText(Content.assemble(titled(profile), f" · {clean(profile.host, 80)}"))
        yield PlainText("", id="steps")
        yield WaitLine(self._services.clock, lambda: self.cancel_key)
        again = bound(self, "test.again").first_key
        yield PlainText(f"{again} checks again · {self.cancel_key} back", classes="hint")

    def on_mount(self) -> None:
        """Begin at once."""
        self.action_again()

    def action_again(self) -> None:
        """Check once more."""
        self._check()

    @work(group="check", exclusive=True, description="check a profile")
    async def _check(self) -> None:
        try:
            stored = await self._services.in_file(self._profile.name)
            session = self._services.session(stored or self._profile)
        except HostRefused as error:
            self._show((Step(Stage.NAME, Result.FAILED, str(error)),), False)
            return
        try:
            with waiting(self, f"Checking the profile {self._profile.name}"):
                await check_profile(session, ScreenOperator(self), self._show)
        finally:
            await session.aclose()

    def _show(self, steps: Steps, running: bool) -> None:
        shown = self.query_one("#steps", PlainText)
        shown.update(steps_text(steps, running, shown.size.width))
