"""Every request of this session with its answer, secrets removed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import ClassVar

from textual import on
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from smtp_tui.api.activity import Activity, Exchange
from smtp_tui.api.clock import Clock
from smtp_tui.text import clean, clean_block
from smtp_tui.ui.actions import bindings
from smtp_tui.ui.base import FullScreen
from smtp_tui.ui.dialogs.copy import Copyable, CopyDialog
from smtp_tui.ui.messages import tell
from smtp_tui.ui.review.request_view import body_text
from smtp_tui.ui.widgets.columns import Column
from smtp_tui.ui.widgets.plain_text import PlainText
from smtp_tui.ui.widgets.table import RecordsTable, Row
from smtp_tui.workflows.operator import About, Kind
from smtp_tui.workflows.session import Session

_COLUMNS = (
    Column("at", "TIME", 8),
    Column("profile", "PROFILE", 14, priority=2),
    Column("method", "METHOD", 6),
    Column("path", "PATH", 20, flexible=True),
    Column("status", "STATUS", 6, right=True),
    Column("ms", "MS", 6, right=True, priority=1),
)


class ActivityScreen(FullScreen[None]):
    """Exchanges, the newest first; the lower half shows the one under the cursor.

    ``curl`` writes an exchange as a curl command, blank where that is not possible.
    """

    ACTIONS = ("activity.copy",)
    KEYS = (*ACTIONS, "app.help", "app.back")
    BINDINGS: ClassVar[list[BindingType]] = bindings(*ACTIONS, "app.back")
    DEFAULT_CSS = """
    ActivityScreen VerticalScroll { border-top: solid ansi_bright_black; padding: 0 1; }
    """

    class Ended(Message):
        """A request has ended."""

    def __init__(
        self,
        session: Session | None,
        clock: Clock,
        activity: Activity,
        curl: Callable[[Exchange], str],
    ) -> None:
        super().__init__(session, clock)
        self._activity = activity
        self._curl = curl
        self._stop_listening: Callable[[], None] = lambda: None
        self._table = RecordsTable(_COLUMNS, id="exchanges")
        self._text = PlainText("No requests yet.", id="exchange")

    def compose_body(self) -> Iterable[Widget]:
        """Title, table, the exchange under the cursor."""
        words = "Activity: every request of this session, secrets removed"
        yield PlainText(words, classes="title")
        yield self._table
        with VerticalScroll():
            yield self._text

    def on_mount(self) -> None:
        """Show what was asked, and what will be while this is open."""
        self.fill()
        self._table.focus()
        self._stop_listening = self._activity.listen(self._tell_ended)

    def _tell_ended(self) -> None:
        self.post_message(self.Ended())

    def on_unmount(self) -> None:
        """Stop listening."""
        self._stop_listening()

    @on(Ended)
    def fill(self) -> None:
        """Fill the table."""
        self._table.rows = tuple(map(_row, reversed(self._activity.exchanges)))

    @property
    def _chosen(self) -> Exchange | None:
        cursor, exchanges = self._table.cursor_id, self._activity.exchanges
        return next((each for each in exchanges if _row_id(each) == cursor), None)

    @on(RecordsTable.CursorMoved)
    def show(self) -> None:
        """Show the exchange under the cursor."""
        exchange = self._chosen
        if exchange is not None:
            self._text.update(exchange_content(exchange))

    def action_copy(self) -> None:
        """Offer the request as curl."""
        exchange = self._chosen
        if exchange is None:
            return
        text = self._curl(exchange)
        if text:
            self.app.push_screen(CopyDialog((Copyable("curl", text),)))
        else:
            words = "This request cannot be written as curl."
            tell(self, words, about=About.TERMINAL, kind=Kind.WARNING)


def _row_id(exchange: Exchange) -> str:
    """Return what names an exchange. A position does not: the oldest ones are dropped."""
    return str(id(exchange))


def _row(exchange: Exchange) -> Row:
    return Row(
        _row_id(exchange),
        (
            exchange.at.strftime("%H:%M:%S"),
            clean(exchange.profile, 40),
            exchange.request.method,
            clean(exchange.request.path, 200),
            str(exchange.status) if exchange.status is not None else "-",
            str(exchange.milliseconds),
        ),
    )


def exchange_content(exchange: Exchange) -> Content:
    """Return a request, its answer, and why it failed."""
    request = exchange.request
    lines = [
        Content.styled(f"{request.method} {clean(exchange.origin + request.address)}", "bold"),
        Content(body_text(request)),
        Content(""),
        Content.styled(_answer_words(exchange), "bold"),
    ]
    if exchange.failure:
        lines.append(Content(clean(exchange.failure)))
    if exchange.answer:
        lines.append(Content(clean_block(_indented(exchange.answer))))
    return Content("\n").join(lines)


def _indented(answer: str) -> str:
    """Return JSON with one member per line, and any other text unchanged."""
    try:
        return json.dumps(json.loads(answer), ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        return answer


def _answer_words(exchange: Exchange) -> str:
    status = f"status {exchange.status}" if exchange.status is not None else "no answer"
    request_id = f" · request id {clean(exchange.request_id)}" if exchange.request_id else ""
    return f"{status} · {exchange.milliseconds} ms{request_id}"
