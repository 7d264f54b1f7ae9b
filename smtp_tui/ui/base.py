"""The bases of all screens and dialogs, and what a screen tells of the text typed on it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Iterable
from dataclasses import replace
from functools import wraps
from math import inf
from typing import Any, ClassVar, Concatenate, Final, ParamSpec, TypeAlias, TypeVar

from msgspec import Struct
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.events import Event, Key, Mount, Resize, ScreenResume
from textual.geometry import Size
from textual.message import Message
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.worker import Worker

from smtp_tui.api.clock import Clock
from smtp_tui.api.errors import ApiError
from smtp_tui.api.requests import CHANGES
from smtp_tui.api.target import Access
from smtp_tui.profiles.model import Profile
from smtp_tui.text import clean, cut_to_cells, sentence, shortened
from smtp_tui.ui.actions import BY_ID, Situation, bindings
from smtp_tui.ui.keymap import bound, error_text
from smtp_tui.ui.messages import MessageLine, MessagesApp, Wait, WaitLine, tell
from smtp_tui.ui.widgets.bars import (
    FILTER_FIELD,
    KeyBar,
    ProfileBar,
    badge,
    fitted_keys,
    key_content,
)
from smtp_tui.ui.widgets.fields import PasteRefused
from smtp_tui.ui.widgets.panel import Panel
from smtp_tui.ui.widgets.plain_text import PlainText, harmless
from smtp_tui.workflows.operator import About, Sent
from smtp_tui.workflows.session import Session

Result = TypeVar("Result")
Opener = TypeVar("Opener", bound="FullScreen[Any] | Dialog[Any]")
Arguments = ParamSpec("Arguments")

TICK: Final = 10.0
COVERED_TICKS: Final = 3
"""Of how many ticks one is done under a dialog."""
WIDE: Final = 110
"""Columns from which on a second pane stands beside the first."""


class TypedText(Struct, frozen=True):
    """What a person typed on a screen and has saved nowhere yet.

    ``unsaved`` is whether there is any, ``saving`` whether it is on its way to the server. ``keep``
    writes it to a draft that survives the program; it blocks and raises ``FileProblem``.
    ``keeps`` is whether it would write anything: a password alone is not kept. ``forget`` gives
    it up.
    """

    unsaved: Callable[[], bool]
    saving: Callable[[], bool] = lambda: False
    keeps: Callable[[], bool] = lambda: False
    keep: Callable[[], None] = lambda: None
    forget: Callable[[], None] = lambda: None


class EditParameter(Struct, frozen=True):
    """The answer of a dialog where a parameter is to be edited, or was edited over the dialog."""

    name: str


OpenForm: TypeAlias = Callable[[str], Awaitable[bool]]
"""Opens the form of a record at a parameter, over the current screen. True where something may have
been stored; if not, the screen below is as it was."""


def opens_screen(
    method: Callable[Concatenate[Opener, Arguments], Coroutine[Any, Any, None]],
) -> Callable[Concatenate[Opener, Arguments], None]:
    """Run a method that opens a screen in a worker. Keys typed meanwhile go to that screen."""
    work_on = work(group="opening", exclusive=True, description="open a screen")(method)

    @wraps(method)
    def start(opener: Opener, /, *args: Arguments.args, **kwargs: Arguments.kwargs) -> None:
        opener.opening = work_on(opener, *args, **kwargs)

    return start


class WriteEnded(Message):
    """Posted to every screen when a write has ended that nobody waited for."""

    def __init__(self, session: Session, record_id: str | None) -> None:
        super().__init__()
        self.session = session
        self.record_id = record_id


class DraftsChanged(Message):
    """Posted to every screen when a draft was kept or discarded."""


def _style_once(screen: FullScreen[Any] | Dialog[Any], event: Event) -> None:
    """Keep Textual from a second styling: a screen that opens was styled as it was composed.

    In front again, it is styled where it looks different: without a dialog over it, or with
    another theme.
    """
    if isinstance(event, ScreenResume):
        other_theme = screen.styled_in not in ("", screen.app.theme)
        event.refresh_styles = other_theme or screen.has_class("-covered")
        screen.styled_in = screen.app.theme


def _lay_out_once(screen: Screen[Any], event: Resize) -> None:
    """Keep Textual from a second layout: a screen that was laid out is told of its own size."""
    if event.size == screen.outer_size:
        event.prevent_default()


def size_classes(size: Size) -> dict[str, bool]:
    """Return the classes of a screen that has this size, and those that it has not."""
    return {"-slim": size.width < 80, "-wide": size.width >= WIDE, "-short": size.height < 24}


class FullScreen(Screen[Result]):
    """A whole screen: the header of the session in use, if any; panels; a key line.

    The main ``panel`` has the body, and at its foot what is waited for and the messages, if any.
    Its title is ``TITLE``, where that is set.
    ``ACTIONS`` are the ids of what can be done here besides what the app offers everywhere.
    ``KEYS``, or ``keys``, are those on the key line, the last of which is always shown. ``BACK`` is
    the action that stops waiting. ``opening`` is the worker that last opened another screen from
    here. ``styled_in`` is the theme that it was last in front with.
    """

    DEFAULT_CSS = """
    FullScreen { layout: horizontal; }
    FullScreen.-covered > Panel { text-style: dim; }
    FullScreen.-covered RecordsTable:focus > .records-table--cursor {
        background: $background; color: $foreground; text-style: bold dim;
    }
    Dialog.-covered Input:enabled, FullScreen.-covered Input:enabled {
        background: $background !important; color: $foreground !important;
        text-style: dim !important;
        & > .input--cursor, & > .input--selection {
            background: $background !important; color: $foreground !important;
            text-style: dim !important;
        }
    }
    FullScreen .problem { height: auto; max-height: 6; padding: 0 1; display: none; }
    FullScreen .problem.-shown { display: block; }
    FullScreen .status { height: 1; padding: 0 1; text-style: dim; }
    """
    ACTIONS: ClassVar[tuple[str, ...]] = ()
    KEYS: ClassVar[tuple[str, ...]] = ("app.help", "app.back")
    BACK: ClassVar[str] = "app.back"

    typed: TypedText | None = None
    opening: Worker[None] | None = None
    styled_in: str = ""

    def __init__(
        self, session: Session | None, clock: Clock, keys: tuple[str, ...] | None = None
    ) -> None:
        super().__init__()
        self._clock = clock
        self._ticks = 0
        self._in_use = session
        self._profile_bar = ProfileBar(session, clock.now())
        self._key_bar = KeyBar(*(keys or self.KEYS))
        self._waits = WaitLine(clock, lambda: bound(self, self.BACK).last_key)
        self._messages = MessageLine()
        self.panel = Panel(self.TITLE or "", id="main", classes="-focused")

    def compose(self) -> ComposeResult:
        """Header, panels, key line. What is composed for this size is not styled anew for it."""
        self.update_classes(size_classes(self.app.size))
        yield self._profile_bar
        with self.panel:
            yield from self.compose_body()
            yield self._waits
            yield self._messages
        yield from self.compose_beside()
        if self.KEYS:
            yield self._key_bar

    def compose_body(self) -> Iterable[Widget]:
        """What stands in the main panel."""
        return ()

    def compose_beside(self) -> Iterable[Widget]:
        """The other panels."""
        return ()

    async def on_event(self, event: Event) -> None:
        """Do nothing once the program ends: a screen that opens then gets no widgets any more."""
        _style_once(self, event)
        if self.is_attached or not isinstance(event, Mount | ScreenResume):
            await super().on_event(event)

    @on(Resize)
    def take_size_classes(self, event: Resize) -> None:
        """Take the classes of the size, and be laid out for it once."""
        self.update_classes(size_classes(event.size))
        _lay_out_once(self, event)

    def on_mount(self) -> None:
        """Show which keys work, and let time pass in the header."""
        self._clockwork = self.set_interval(TICK, self._pass_time)
        self.show_situation()

    def on_descendant_focus(self) -> None:
        """Show the keys that work while a filter is typed, or those of the screen again."""
        self._key_bar.filtering = self.focused is not None and self.focused.id == FILTER_FIELD

    def on_screen_suspend(self) -> None:
        """Hide the keys under a dialog, where they would do something else, and dim the rest.

        Under a full screen nobody sees it, to style it anew takes long, and time may stand still.
        """
        if self.app.screen.is_modal:
            self._key_bar.covered = True
            self._mark_focus()
            self.add_class("-covered")  # which styles all that is inside
        else:
            self._clockwork.pause()

    def on_screen_resume(self) -> None:
        """Show the keys and the messages here again."""
        self._key_bar.covered = False
        self._clockwork.resume()
        self.tick()
        self.remove_class("-covered", update=False)  # Textual styles it, see _style_once
        self._mark_focus()
        if isinstance(self.app, MessagesApp):
            self._messages.show(self.app.messages)

    def _mark_focus(self) -> None:
        for panel in self.query(Panel) if self.focused is not None else ():
            panel.set_class(panel.holds_focus, "-focused", update=False)

    def _pass_time(self) -> None:
        """Tick; under a dialog, where each one paints the dialog too, only at times."""
        self._ticks += 1
        if not self.has_class("-covered") or self._ticks % COVERED_TICKS == 0:
            self.tick()

    def tick(self) -> None:
        """Called every ``TICK`` seconds and when the token changed."""
        self._profile_bar.tick(self._clock.now())

    @property
    def session_here(self) -> Session | None:
        """The session that the keys are about: the one in use, if any."""
        return self._in_use

    @property
    def sessions_here(self) -> tuple[Session, ...]:
        """All sessions that something can be sent by from here."""
        return (self._in_use,) if self._in_use is not None else ()

    @property
    def situation(self) -> Situation:
        """What the possible actions depend on, as far as the session knows it."""
        session = self.session_here
        if session is None:
            return Situation()
        change = session.memory.last_change
        return Situation(
            read_only=session.target.access is Access.READ_ONLY,
            read_only_run=session.target.access is not session.profile.access,
            test_emails=session.target.test_emails,
            undo=change is not None,
            created=session.memory.created,
        )

    def show_situation(self) -> None:
        """Bring key line and bindings in line with the situation."""
        self._key_bar.situation = self.situation
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Dim what is not possible now; called by Textual, also before there is a DOM."""
        actions = (BY_ID[action_id] for action_id in self.ACTIONS)
        meant = [each for each in actions if each.verb == action]
        return None if any(each.unavailable(self.situation) for each in meant) else True

    def stop_waiting(self) -> bool:
        """Stop waiting for the newest thing that is waited for; False if there is none."""
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
        """What was sent of what is waited for.

        While a protected record's name is compared, its write has not been sent yet.
        """
        under_way = (write for session in self.sessions_here for write in session.under_way)
        changes = any(write.request.operation in CHANGES for write in under_way)
        return Sent.NOTHING if wait.sent is Sent.WRITE and not changes else wait.sent

    def action_back(self) -> None:
        """Stop waiting, or go one step back without a result."""
        if not self.stop_waiting():
            self.dismiss()


def everywhere(action_id: str) -> Binding:
    """Return the binding of an action of the app, for a dialog, where those of the app are off."""
    action = BY_ID[action_id]
    return replace(action.binding(), action=f"app.{action.verb}", show=False)


class Dialog(ModalScreen[Result]):
    """A question or an answer over a screen whose header stays in sight above it.

    ``title`` stands in the top border, with the label of ``profile`` if it is about one; the keys
    stand in the bottom border. ``WIDTH`` is in cells. Esc goes back without doing anything. The
    keys that move in tables scroll ``BODY``. What is refused is said on the line with the class
    ``said``, if there is one.
    """

    DEFAULT_CSS = """
    Dialog { align: center middle; background: transparent; }
    Dialog > #box {
        max-width: 100%; height: auto; max-height: 100%;
        border: round $accent; padding: 0 1; background: $background; margin-top: 1;
        border-title-color: $foreground; border-title-style: bold;
        border-subtitle-color: $foreground; scrollbar-size-vertical: 1;
    }
    Dialog.-covered > #box { text-style: dim; }
    Dialog.-danger > #box { border: round $bad; }
    Dialog .hint { text-style: dim; }
    Dialog .said { display: none; text-style: bold; color: $bad; }
    Dialog .apart { margin-top: 1; }
    Dialog .row { height: 1; margin-top: 1; }
    Dialog .row.-auto { height: auto; }
    Dialog > #box Button:disabled { text-style: dim; border: none !important; }
    """
    BODY: ClassVar[str] = "#box"
    WIDTH: ClassVar[int] = 78
    ACTIONS: ClassVar[tuple[str, ...]] = ("dialog.cancel",)
    BINDINGS: ClassVar[list[BindingType]] = [
        *map(everywhere, ("app.leave", "app.suspend_process", "app.help", "app.redraw")),
        Binding("down,j", "scroll_body(1)", show=False),
        Binding("up,k", "scroll_body(-1)", show=False),
        Binding("pagedown,ctrl+f", "scroll_body(8)", show=False),
        Binding("pageup,ctrl+b", "scroll_body(-8)", show=False),
        Binding("ctrl+d", "scroll_body(4)", show=False),
        Binding("ctrl+u", "scroll_body(-4)", show=False),
        Binding("home,g", "scroll_body_to('home')", show=False),
        Binding("end,G", "scroll_body_to('end')", show=False),
    ]
    opening: Worker[None] | None = None
    profile: Profile | None = None
    styled_in: str = ""
    _keys: Content = Content()

    def compose(self) -> ComposeResult:
        """The box, and in it what :meth:`compose_box` yields."""
        with VerticalScroll(id="box", can_focus=False) as box:
            box.styles.width = self.WIDTH
            box.border_title = harmless(self._named(self.title or ""))
            yield from self.compose_box()

    def _named(self, words: str) -> Content:
        """What stands in the top border: words, and the label of the profile."""
        label = badge(self.profile) if self.profile is not None else Content()
        room = min(self.WIDTH, self.app.size.width) - 8 - label.cell_length
        title = Content(cut_to_cells(clean(words), room))
        return Content.assemble(title, "  ", label) if label else title

    def name_box(self, words: str) -> None:
        """Show other words in the top border."""
        if words != self.title:
            self.title = words
            self.query_one("#box").border_title = harmless(self._named(words))

    def keys(self) -> Iterable[tuple[str, str]]:
        """The keys of the bottom border, each with what it does; the last one always fits."""
        return ((self.cancel_key, "Back"),)

    def show_keys(self) -> None:
        """Show which keys work now; none under another dialog, where they do something else."""
        if self.has_class("-covered"):
            return
        contents = [key_content(key, sentence(label)) for key, label in self.keys()]
        more = key_content(bound(self, "app.help").first_key, "more")
        room = min(self.WIDTH, self.app.size.width) - 6  # corners, lines and blanks beside them
        keys = fitted_keys(contents, room, more)
        if not keys.is_same(self._keys):  # the same ones again would repaint the box
            self._keys = keys
            self.query_one("#box").border_subtitle = harmless(keys)

    @on(Resize)
    def lay_out_once(self, event: Resize) -> None:
        """Be laid out once."""
        _lay_out_once(self, event)

    @on(Mount)
    @on(Resize)
    def fit_keys(self) -> None:
        """Show as many keys as there is room for."""
        self.show_keys()

    def on_screen_suspend(self) -> None:
        """Dim what stands under another dialog, and hide the keys."""
        self.add_class("-covered")
        self._keys = Content()
        for box in self.query("#box"):
            box.border_subtitle = harmless(self._keys)

    def on_screen_resume(self) -> None:
        """In front again."""
        if self.has_class("-covered"):
            self.remove_class("-covered", update=False)  # Textual styles it, see _style_once
            self.show_keys()

    def compose_box(self) -> Iterable[Widget]:
        """What stands in the box."""
        return ()

    async def on_event(self, event: Event) -> None:
        """Do nothing once the program ends, as a screen."""
        _style_once(self, event)
        if self.is_attached or not isinstance(event, Mount | ScreenResume):
            await super().on_event(event)

    @property
    def cancel_key(self) -> str:
        """The key that goes back, for the line of hints."""
        return bound(self, "dialog.cancel").last_key

    def say(self, words: str) -> None:
        """Say what is wrong on the dialog's line for it; blank words take it back."""
        line = self.query_one(".said", PlainText)
        line.update(f"✗ {words}" if words else "")
        line.display = bool(words)

    @on(PasteRefused)
    def say_refused(self, event: PasteRefused) -> None:
        """Say why a pasted text was not taken; the app says it for a dialog without a line."""
        if self.query(".said"):
            event.stop()
            self.say(event.words)

    def action_scroll_body(self, lines: int) -> None:
        """Scroll what does not fit on a small terminal."""
        self.query_one(self.BODY, VerticalScroll).scroll_relative(y=lines, animate=False)

    def action_scroll_body_to(self, place: str) -> None:
        """Scroll to the beginning, or to the end."""
        body = self.query_one(self.BODY, VerticalScroll)
        (body.scroll_end if place == "end" else body.scroll_home)(animate=False)

    def action_cancel(self) -> None:
        """Go back without doing anything."""
        self.dismiss(None)


TYPED_AHEAD: Final = 0.4
"""Seconds after a question comes up in which Enter was pressed before it could be read."""


class GuardedDialog(Dialog[Result]):
    """A dialog with buttons, which takes no Enter that was typed before it could be read.

    ``guarded`` False takes any Enter: for a dialog that destroys nothing and was opened by the key
    just pressed, so that the person expects it.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("dialog.cancel"),
        Binding("right", "app.focus_next", show=False),
        Binding("left", "app.focus_previous", show=False),
    ]

    def __init__(self, clock: Clock, *, guarded: bool = True) -> None:
        super().__init__()
        self._clock = clock
        self._readable_at = inf if guarded else 0.0

    def on_mount(self) -> None:
        """Count from the moment when it is drawn."""
        self.call_after_refresh(self._note_drawn)

    def _note_drawn(self) -> None:
        self._readable_at = min(self._readable_at, self._clock.monotonic() + TYPED_AHEAD)

    @property
    def settled(self) -> bool:
        """Whether the dialog was drawn and has stood long enough to have been read."""
        return self._clock.monotonic() >= self._readable_at

    def on_key(self, event: Key) -> None:
        """Drop an Enter or space that was typed ahead."""
        if event.key in ("enter", "space") and not self.settled:
            event.stop()
            event.prevent_default()


def error_content(screen: Screen[Any], error: ApiError) -> Content:
    """What happened in a colour and with a sign, then why and what to do next. Cleaned."""
    what, *more = error_text(screen, error).split("\n")
    return Content("\n").join([Content.styled(f"✗ {what}", "bold $bad"), *map(Content, more)])


def tenant_content(profile: Profile, tenant: str) -> Content:
    """The tenant by the name that the header has, where one is known, and by its id."""
    tenant_id = shortened(clean(tenant, 60), 13)
    name = clean(profile.tenant_name, 40)
    return Content.assemble(name, (f" {tenant_id}", "dim")) if name else Content(tenant_id)


def where_line(session: Session) -> Content:
    """Profile, host, tenant and team, as every question before a write shows them."""
    scope, profile = session.target.scope, session.profile
    return Content.assemble(
        (clean(profile.name, 40), "bold"),
        (" · ", "dim"),
        (clean(session.target.origin.text, 60), "bold"),
        ("  tenant ", "dim"),
        tenant_content(profile, scope.tenant),
        ("  team ", "dim"),
        clean(scope.team, 40),
    )
