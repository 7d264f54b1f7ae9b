"""What every screen and every dialog has in common: its actions, the bars, the passing of time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widget import Widget

from smtp_tui.api.clock import Clock
from smtp_tui.api.confirmation import CHANGES
from smtp_tui.api.target import Access
from smtp_tui.text import clean, cut_to_cells
from smtp_tui.ui.actions import BY_ID, Situation, bindings, unavailable
from smtp_tui.ui.keymap import bound
from smtp_tui.ui.messages import MessageLine, Messages, tell
from smtp_tui.ui.services import Services
from smtp_tui.ui.waiting import Wait, WaitLine
from smtp_tui.ui.widgets.bars import KeyBar, ProfileBar, titled
from smtp_tui.ui.widgets.plain_text import PlainText
from smtp_tui.workflows.operator import About, Sent
from smtp_tui.workflows.session import Created, Session

Result = TypeVar("Result")

TICK: Final = 10.0
WIDE: Final = 110
"""Columns from which on a second pane stands beside the first."""


class HoldsText:
    """What may hold something typed that quitting would lose."""

    @property
    def unsaved(self) -> bool:
        """Whether there is such a text."""
        return False

    @property
    def saving(self) -> bool:
        """Whether it is on its way to the server, which a switch does not stop."""
        return False

    def forget_text(self) -> None:
        """The person chose to lose it."""

    @property
    def keeps_drafts(self) -> bool:
        """Whether :meth:`keep_text` keeps anything."""
        return False

    def keep_text(self) -> None:
        """Write it where it survives the end of the program; blocks, raises ``FileProblem``."""


class FullScreen(HoldsText, Screen[Result]):
    """A whole screen: the header of the session in use, if there is one; a body; a key line.

    Between body and key line stand what is waited for and the messages, as long as there are any.
    ``ACTIONS`` are the ids of what can be done here beside what the app offers everywhere;
    ``KEYS`` those on the key line, the last of which is always shown; ``BACK`` is the action that
    stops waiting.
    """

    ACTIONS: ClassVar[tuple[str, ...]] = ()
    KEYS: ClassVar[tuple[str, ...]] = ("app.help", "app.back")
    BACK: ClassVar[str] = "app.back"

    def __init__(self, session: Session | None, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self._profile_bar = ProfileBar(session, clock.now())
        self._key_bar = KeyBar(*self.KEYS)
        self._waits = WaitLine(clock, lambda: bound(self, self.BACK).last_key)
        self._messages = MessageLine()

    def compose(self) -> ComposeResult:
        """Header, body, what is waited for, messages, key line."""
        yield self._profile_bar
        yield from self.compose_body()
        yield self._waits
        yield self._messages
        if self.KEYS:
            yield self._key_bar

    def compose_body(self) -> Iterable[Widget]:
        """What stands between the bars."""
        return ()

    def on_mount(self) -> None:
        """Let time pass in the header, without a repaint where no word changes."""
        self.set_interval(TICK, self.tick)

    def on_screen_suspend(self) -> None:
        """Under a dialog these keys mean something else, so they do not stand there."""
        self._key_bar.visible = False

    def on_screen_resume(self) -> None:
        """The keys are this screen's again, and the messages are shown here."""
        self._key_bar.visible = True
        if isinstance(self.app, Messages):
            self._messages.show(self.app.messages)

    def stop_waiting(self) -> bool:
        """Wait no longer for the newest thing that is waited for; False where there is none."""
        wait = self._waits.newest
        if wait is None:
            return False
        self.stopped(wait)
        return True

    def stopped(self, wait: Wait) -> None:
        """Stop waiting for this, and say what that means for what was sent."""
        left = self.what_left(wait)
        wait.stop()
        if left is not None:
            tell(self, left.value, about=About.WAITING)

    def what_left(self, wait: Wait) -> Sent | None:
        """What has left of that which is waited for."""
        return wait.sent

    def tick(self) -> None:
        """Called every ``TICK`` seconds and when the token changed."""
        self._profile_bar.tick(self._clock.now())


class SessionScreen(FullScreen[Result]):
    """A whole screen of one session, whose keys depend on what is possible there."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("app.back")]

    def __init__(self, session: Session, services: Services) -> None:
        super().__init__(session, services.clock)
        self.session = session
        self.services = services

    def on_mount(self) -> None:
        """The keys that are possible at first."""
        self.show_situation()

    @property
    def situation(self) -> Situation:
        """What the possible actions depend on, now."""
        return self.situation_with()

    def situation_with(
        self,
        *,
        record: bool = False,
        rows: bool = False,
        reading: bool = False,
        unreadable: bool = False,
    ) -> Situation:
        """The situation of this session, with what only the screen knows."""
        return Situation(
            record=record,
            rows=rows,
            reading=reading,
            unreadable=unreadable,
            read_only=self.session.target.access is Access.READ_ONLY,
            undo=self.session.memory.last_change is not None,
            created=isinstance(self.session.memory.last_change, Created),
        )

    def what_left(self, wait: Wait) -> Sent | None:
        """A write that has not left yet, as while its record's name is compared, is nothing."""
        changes = any(one.request.operation in CHANGES for one in self.session.under_way)
        return wait.sent if changes or wait.sent is not Sent.WRITE else Sent.NOTHING

    @property
    def protected(self) -> bool:
        """Whether a write needs the record's name typed."""
        return self.session.target.access is Access.PROTECTED

    def show_situation(self) -> None:
        """Bring key line and bindings in line with the situation."""
        self._key_bar.show(self.situation)
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Dim what is not possible now; called by Textual, before there is a DOM too."""
        return allowed(self.ACTIONS, action, self.situation)

    def action_back(self) -> None:
        """Stop waiting, or go one step back, with nothing to tell."""
        if not self.stop_waiting():
            self.dismiss()


def allowed(action_ids: Iterable[str], verb: str, situation: Situation) -> bool | None:
    """Textual's answer for a handler: None dims it. What is not in the table is allowed."""
    for action_id in action_ids:
        if BY_ID[action_id].verb == verb and unavailable(action_id, situation) is not None:
            return None
    return True


class Dialog(ModalScreen[Result]):
    """A question or an answer over a screen, whose header stays in sight above it.

    Esc always leads back without doing anything.
    """

    DEFAULT_CSS = """
    Dialog { align: center middle; background: ansi_default; }
    Dialog > #box {
        width: 78; max-width: 100%; height: auto; max-height: 100%;
        border: round ansi_default; padding: 0 1; background: ansi_default; margin-top: 1;
        border-title-style: bold; scrollbar-size-vertical: 1;
    }
    Dialog.-narrow > #box { width: 100%; }
    Dialog .where { color: ansi_default; text-style: bold; }
    Dialog .hint { text-style: dim; }
    Dialog .row { height: 1; margin-top: 1; }
    Dialog .row.-auto { height: auto; }
    Dialog Button, Dialog Button.-primary, Dialog Button.-error {
        width: auto; min-width: 0; margin-right: 2; padding: 0 1;
        background: ansi_default; color: ansi_default; text-style: none;
    }
    Dialog Button:focus { text-style: bold reverse; }
    Dialog > #box Button:disabled { text-style: dim; border: none !important; }
    """
    BOX_TITLE: ClassVar[str] = ""
    ACTIONS: ClassVar[tuple[str, ...]] = ("dialog.cancel",)
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c", "app.leave", show=False, priority=True, id="app.leave"),
        Binding(
            "ctrl+z", "app.suspend_process", show=False, priority=True, id="app.suspend_process"
        ),
        Binding("question_mark", "app.help", show=False, id="app.help"),
        Binding("ctrl+l", "app.redraw", show=False, id="app.redraw"),
        Binding("pagedown", "scroll_box(8)", show=False),
        Binding("pageup", "scroll_box(-8)", show=False),
    ]

    def action_scroll_box(self, lines: int) -> None:
        """Scroll what does not fit on a small terminal."""
        self.query_one("#box", VerticalScroll).scroll_relative(y=lines, animate=False)

    def compose(self) -> ComposeResult:
        """The box, and in it what :meth:`compose_box` gives."""
        with VerticalScroll(id="box", can_focus=False) as box:
            box.border_title = Content(clean(cut_to_cells(self.title_text, 72)))
            yield from self.compose_box()

    @property
    def title_text(self) -> str:
        """What stands in the border."""
        return self.BOX_TITLE

    def compose_box(self) -> Iterable[Widget]:
        """What stands in the box."""
        return ()

    @property
    def cancel_key(self) -> str:
        """The key that leads back, for the line of hints."""
        return bound(self, "dialog.cancel").last_key

    def action_cancel(self) -> None:
        """Back, with nothing done."""
        self.dismiss(None)


def where_line(session: Session) -> Content:
    """Profile, host and tenant on a line of their own, as every question before a write shows."""
    scope = session.target.scope
    return Content.assemble(
        titled(session.profile),
        f" · {clean(session.target.origin.text, 60)}",
        f"\ntenant {clean(scope.tenant, 60)} · team {clean(scope.team, 40)}",
    )


__all__ = ["Dialog", "FullScreen", "PlainText", "SessionScreen", "allowed", "where_line"]
