"""The foot of the screen: what is waited for, and messages, one for each subject.

Neither is ever over anything else. A wait is shown with its seconds and the key that stops it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct
from msgspec.structs import replace
from textual import on
from textual.app import App, ScreenStackError
from textual.content import Content
from textual.widget import Widget
from textual.worker import get_current_worker

from smtp_tui import log
from smtp_tui.text import clean
from smtp_tui.ui.keymap import bound
from smtp_tui.ui.widgets.fields import PasteRefused
from smtp_tui.ui.widgets.plain_text import PlainText, harmless
from smtp_tui.workflows.operator import About, Kind, Sent

if TYPE_CHECKING:
    from textual.dom import DOMNode
    from textual.notifications import SeverityLevel
    from textual.screen import Screen
    from textual.timer import Timer

    from smtp_tui.api.clock import Clock


_LOOKS: Final = {
    Kind.PLAIN: "",
    Kind.GOOD: "$good",
    Kind.WARNING: "$warn",
    Kind.BAD: "$bad",
}
LINES: Final = 6
"""The most lines that all messages take together."""
_SECONDS: Final = {Kind.PLAIN: 10.0, Kind.GOOD: 10.0, Kind.WARNING: 20.0, Kind.BAD: 30.0}
_KINDS: Final = {"information": Kind.PLAIN, "warning": Kind.WARNING, "error": Kind.BAD}


class Offer(Struct, frozen=True):
    """What can be done about a message: an action by its id, and words to follow its key."""

    action: str
    words: str


class Message(Struct, frozen=True):
    """A message. A ``lasting`` one stays when another profile comes into use; an ``offer`` is shown
    on the screens where its key works. ``number`` counts all messages of the run. ``everywhere``
    is whether the app says it, not a screen."""

    words: str
    about: str
    kind: Kind = Kind.PLAIN
    lasting: bool = False
    offer: Offer | None = None
    number: int = 0
    everywhere: bool = False

    def content(self, screen: Screen[Any]) -> Content:
        """The words after their sign, with the key that this screen has for what is offered."""
        first, *more = self.words.split("\n")
        look = _LOOKS[self.kind]
        sign = f"{self.kind.value} " if self.kind.value else ""
        parts = [Content.styled(f"{sign}{first}", look)]
        bindings = screen.active_bindings.values()
        if self.offer and any(active.binding.id == self.offer.action for active in bindings):
            key = bound(screen, self.offer.action).first_key
            parts.append(Content.assemble(" · ", (key, "bold $accent"), f" {self.offer.words}"))
        parts += [Content.styled(f"\n{line}", look) for line in more]
        return Content.assemble(*parts)


class Copied(Struct, frozen=True):
    """What was copied, and what to do where it did not arrive. Cleaned."""

    what: str = "the text"
    otherwise: str = ""


class MessageLine(PlainText):
    """Where a screen shows the messages; takes no room while there are none.

    A screen does not show what another one said before it was opened. What came of a change stands
    first, so that no warning pushes it out of sight; then the newest. If not all fit, each has at
    least one line, and "…" stands where something is cut.
    """

    DEFAULT_CSS = """
    MessageLine { height: auto; max-height: 6; padding: 0 1; display: none; }
    """
    _since: int = 0
    _given: tuple[Message, ...] = ()

    def on_mount(self) -> None:
        """Note what was said by now."""
        if isinstance(self.app, MessagesApp):
            self._since = self.app.count

    def on_resize(self) -> None:
        """Wrap the messages to the width; on a screen that opens it is not known before."""
        self.show(self._given)

    def show(self, messages: Iterable[Message]) -> None:
        """Show those that belong here, of these, which are told oldest first."""
        self._given = messages = tuple(messages)
        newest = [told for told in messages if told.everywhere or told.number > self._since][::-1]
        newest.sort(key=lambda message: message.about != About.CHANGE)
        around = self.parent if isinstance(self.parent, Widget) else self.screen
        room = around.size.width or self.app.size.width - 2  # before the first layout, the screen's
        width = max(1, room - 2)
        texts = [harmless(message.content(self.screen)).wrap(width) for message in newest]
        self.update(Content("\n").join(_fitted(texts, width)))
        self.display = bool(texts)


def _fitted(texts: list[list[Content]], width: int) -> list[Content]:
    """The lines that fit, from the first text on, with "…" where a text was cut."""
    shown = texts if len(texts) <= LINES else texts[: LINES - 1]
    more = len(texts) - len(shown)
    spare = LINES - len(shown) - (1 if more else 0)
    lines: list[Content] = []
    for text in shown:
        kept = text[: 1 + spare]
        spare -= len(kept) - 1
        if len(kept) < len(text):
            kept[-1] = kept[-1].rstrip().truncate(width - 2).append(" …")
        lines += kept
    return [*lines, Content(f"… {more} more")] if more else lines


class MessagesApp(App[None]):
    """An app that shows its messages at the foot of the screen.

    They hold no markup and drive no terminal, whoever sends them. A message goes when the next one
    on its subject comes, when it is no longer true, or after a while.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._told: dict[str, Message] = {}
        self._copied = Copied()
        self._asked_whether_copied = False
        self.count = 0

    @property
    def messages(self) -> tuple[Message, ...]:
        """The messages that are shown now, oldest first."""
        return tuple(self._told.values())

    def show(self, message: Message) -> None:
        """Show a message in place of the last one on its subject."""
        self.count += 1
        message = replace(message, number=self.count)
        self._told.pop(message.about, None)
        self._told[message.about] = message
        self.set_timer(_SECONDS[message.kind], partial(self._expire, message))
        self._show()

    def forget(self, about: str) -> None:
        """Take away a message that is no longer true."""
        if self._told.pop(about, None) is not None:
            self._show()

    def clear_messages(self) -> None:
        """Take away the messages of a profile that was left."""
        self._told = {about: told for about, told in self._told.items() if told.lasting}
        self._show()

    def _expire(self, message: Message) -> None:
        """Take it away after its time; later if a dialog hides it, where nobody could read it."""
        if self._told.get(message.about) is not message:
            return
        if self._line is None or self._line.screen is not self.screen:
            self.set_timer(_SECONDS[message.kind], partial(self._expire, message))
        else:
            self.forget(message.about)

    @property
    def _line(self) -> MessageLine | None:
        """The line of the uppermost screen that has one."""
        with suppress(ScreenStackError):
            stack: list[Screen[object]] = self.screen_stack
            lines = (line for screen in reversed(stack) for line in screen.query(MessageLine))
            return next(lines, None)
        return None

    def _show(self) -> None:
        if self._line is not None:
            self._line.show(self.messages)

    def copy(self, text: str, copied: Copied) -> None:
        """Send a text to the clipboard of the terminal, and say so."""
        self.copy_to_clipboard(text)
        self._copied = copied
        self.tell_copied("", sent=True)

    def copy_to_clipboard(self, text: str) -> None:
        """Send a text to the clipboard of the terminal; what it is, is not known here."""
        self._copied = Copied()
        super().copy_to_clipboard(text)

    def tell_copied(self, way: str, *, sent: bool) -> None:
        """Say what was copied and which way it went, or why it was not sent.

        What to do where it did not arrive is said once in a run.
        """
        copied = self._copied
        words = f"Copied {copied.what}" if sent else f"Not copied: {copied.what} is {way}"
        if sent and way:
            words += f": {way}"
        asks = "Not in your clipboard? " if sent else ""
        advice = ""
        if copied.otherwise and way and not (sent and self._asked_whether_copied):
            advice = f" {asks}{copied.otherwise}"
            self._asked_whether_copied |= sent
        kind = Kind.PLAIN if sent else Kind.WARNING
        self.show(Message(f"{words}.{advice}", About.TERMINAL, kind))

    @on(PasteRefused)
    def tell_refused(self, event: PasteRefused) -> None:
        """Say why a pasted text was not taken, for a field without a line for it."""
        tell(self, event.words, kind=Kind.WARNING)

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        **_: Any,
    ) -> None:
        """Textual's way to tell something leads here too; what else it asks for has no effect."""
        words = f"{title}: {message}" if title else message
        tell(self, words, about=title or About.OTHER, kind=_KINDS[severity])


def tell(
    node: DOMNode,
    words: str,
    *,
    about: str = About.OTHER,
    kind: Kind = Kind.PLAIN,
    lasting: bool = False,
    offer: Offer | None = None,
) -> None:
    """Show a message of the app, a screen or a widget."""
    log.decision(f"said: {words}")
    app = node.app
    if isinstance(app, MessagesApp):
        app.show(Message(words, about, kind, lasting, offer, everywhere=node is app))


def copy(node: DOMNode, text: str, copied: Copied) -> None:
    """Copy a text of a screen or a widget to the clipboard of the terminal."""
    app = node.app
    if isinstance(app, MessagesApp):
        app.copy(text, copied)


def forget(node: DOMNode, about: str) -> None:
    """Take away a message that is no longer true."""
    app = node.app
    if isinstance(app, MessagesApp):
        app.forget(about)


class Wait(Struct, frozen=True):
    """Something that is waited for, since a second of the clock.

    ``sent`` is what was sent by then, if it may have been a write. ``stop`` ends the waiting, not
    what was sent.
    """

    what: str
    since: float
    sent: Sent | None
    stop: Callable[[], object]


def wait_words(what: str, seconds: float, key: str) -> str:
    """The wording of everything that is waited for."""
    return f"{clean(what, 120)} … {seconds:.0f}s · {key} stops waiting"


SOON: Final = 0.25
"""Seconds after which it is said what is waited for: a quick answer moves nothing."""


class WaitLine(PlainText):
    """Shows the newest thing that is waited for; takes no room while there is none."""

    DEFAULT_CSS = """
    WaitLine { height: 1; padding: 0 1; display: none; }
    """

    def __init__(self, clock: Clock, key: Callable[[], str]) -> None:
        super().__init__()
        self._clock = clock
        self._key = key
        self._waits: list[Wait] = []
        self._timer: Timer | None = None
        self._was_shown = False

    @property
    def newest(self) -> Wait | None:
        """What is shown, and what the key stops."""
        return self._waits[-1] if self._waits else None

    @contextmanager
    def wait(self, what: str, sent: Sent | None, stop: Callable[[], object]) -> Iterator[None]:
        """Show inside the block that something is waited for."""
        wait = Wait(what, self._clock.monotonic(), sent, stop)
        self._waits.append(wait)
        self._show()
        try:
            yield
        finally:
            self._waits.remove(wait)
            self._show()

    def _show(self) -> None:
        """Show the newest wait, unless it may be over before anybody could read it."""
        if not self.is_attached:
            return
        if self.newest is None:
            self._stop()
        elif self.display or self._was_shown:
            self._count()
        elif self._timer is None:
            self._timer = self.set_timer(SOON, self._count)

    def _count(self) -> None:
        """Show the newest wait with its seconds, and again each second."""
        wait = self.newest
        if wait is not None:
            seconds = self._clock.monotonic() - wait.since
            self.update(wait_words(wait.what, seconds, self._key()), layout=False)
            self.display = True
            self._restart(self.set_timer(1.0, self._count))

    def _stop(self) -> None:
        """Show nothing any more; what is waited for right after it is shown at once."""
        self._restart(None)
        if self.display:
            self.display, self._was_shown = False, True
            self.call_later(self._forget)

    def _restart(self, timer: Timer | None) -> None:
        if self._timer is not None:
            self._timer.stop()
        self._timer = timer

    def _forget(self) -> None:
        self._was_shown = False


@contextmanager
def waiting(
    screen: Screen[Any],
    what: str,
    *,
    sent: Sent | None = None,
    stop: Callable[[], object] | None = None,
) -> Iterator[None]:
    """Show on the screen, or on the one below a dialog, that something is waited for.

    ``sent`` is what is said when the waiting is stopped. ``stop`` ends the waiting; without it, the
    current worker is cancelled.
    """
    screens: list[Screen[Any]] = [screen, *reversed(screen.app.screen_stack)]
    line = next((line for shown in screens for line in shown.query(WaitLine)), None)
    if line is None:
        yield
    else:
        with line.wait(what, sent, stop or get_current_worker().cancel):
            yield
