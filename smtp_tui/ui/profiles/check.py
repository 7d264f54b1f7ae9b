"""A check of a profile, each step shown as it ends; and what stands in the way of a start."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from contextlib import aclosing
from typing import ClassVar, Final

from textual import work
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget

from smtp_tui.api.clock import Clock
from smtp_tui.api.target import HostRefused
from smtp_tui.profiles.model import Profile
from smtp_tui.text import clean, clean_block
from smtp_tui.ui.actions import bindings
from smtp_tui.ui.base import Dialog, FullScreen
from smtp_tui.ui.keymap import bound
from smtp_tui.ui.messages import WaitLine, waiting
from smtp_tui.ui.operator import ScreenOperator
from smtp_tui.ui.services import Services
from smtp_tui.ui.widgets.plain_text import PlainText
from smtp_tui.workflows.check_profile import Result, Stage, Step, Steps, check_profile, failed

_SIGNS: Final = {
    Result.OK: ("✓", "$good"),
    Result.NOTE: ("!", "$warn"),
    Result.FAILED: ("✗", "bold $bad"),
    Result.SKIPPED: ("·", "dim"),
}
_LABEL: Final = 12
_LIMIT: Final = 300


class StepsText(PlainText):
    """Every step with its sign and words; those to come are dim, the one under way has dots."""

    def show(self, steps: Steps, running: bool) -> None:
        """Show the steps so far, and whether more are under way."""
        lines = [_line(step, self.size.width) for step in steps]
        for position, stage in enumerate(tuple(Stage)[len(steps) :]):
            dots = "…" if running and position == 0 and not failed(steps) else ""
            lines.append(Content.styled(f"· {stage.value:<{_LABEL}}{dots}", "dim"))
        self.update(Content("\n").join(lines))
        self.scroll_visible(animate=False)


def _line(step: Step, width: int) -> Content:
    words = clean(step.words, _LIMIT)
    indent = " " * (_LABEL + 2)
    wrapped = textwrap.wrap(words, max(20, width - len(indent))) or [""]
    return Content.assemble(
        _SIGNS[step.result],
        (f" {step.stage.value:<{_LABEL}}", "dim"),
        (f"\n{indent}".join(wrapped), "bold $bad" if step.result is Result.FAILED else ""),
    )


class CheckDialog(Dialog[None]):
    """The steps for one profile, with a session of its own; what is in use stays as it is."""

    TITLE = "Check"
    ACTIONS = ("dialog.cancel", "test.again")
    BINDINGS: ClassVar[list[BindingType]] = bindings(*ACTIONS)
    DEFAULT_CSS = """
    CheckDialog StepsText { margin: 1 0; height: auto; }
    """

    def __init__(self, services: Services, profile: Profile) -> None:
        super().__init__()
        self._services = services
        self.profile = profile
        self._profile = profile
        self._steps = StepsText()

    def compose_box(self) -> Iterable[Widget]:
        """Where, and the steps."""
        name, host = clean(self._profile.name, 40), clean(self._profile.shown_host, 80)
        yield PlainText(Content.assemble((name, "bold"), (" · ", "dim"), (host, "bold")))
        yield self._steps
        yield WaitLine(self._services.clock, lambda: self.cancel_key)

    def keys(self) -> Iterable[tuple[str, str]]:
        """Check again, or go back."""
        return ((bound(self, "test.again").first_key, "check again"), (self.cancel_key, "back"))

    def on_mount(self) -> None:
        """Begin at once."""
        self.action_again()

    @work(group="check", exclusive=True, description="check a profile")
    async def action_again(self) -> None:
        """Check, or check once more."""
        try:
            stored = await self._services.in_file(self._profile.name)
            session = self._services.session(stored or self._profile)
        except HostRefused as error:
            self._steps.show((Step(Stage.NAME, Result.FAILED, str(error)),), False)
            return
        async with aclosing(session):
            with waiting(self, f"Checking the profile {self._profile.name}"):
                await check_profile(session, ScreenOperator(self), self._steps.show)


class StartProblemScreen(FullScreen[None]):
    """A start that failed. Nothing is overwritten, and the profiles can still be looked at."""

    KEYS = ("app.profiles", "app.leave", "app.help")
    TITLE = "Not started"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("q,escape", "app.leave", "Quit")]
    DEFAULT_CSS = """
    StartProblemScreen PlainText { padding: 1 2; }
    """

    def __init__(self, clock: Clock, problem: str) -> None:
        super().__init__(None, clock)
        self._problem = problem

    def compose_body(self) -> Iterable[Widget]:
        """The problem, and what to do."""
        profiles = bound(self, "app.profiles").first_key
        words = (
            f"Nothing was changed. Fix the file and restart, or press {profiles} for the profiles"
            " that can be used."
        )
        problem = Content.styled(f"✗ {clean_block(self._problem)}", "bold $bad")
        yield PlainText(Content.assemble(problem, f"\n\n{words}"))
