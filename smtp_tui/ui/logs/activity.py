"""Every request of this session, with what was sent and answered, secrets removed."""

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
    """The newest exchange first; the lower half shows the one under the cursor."""

    ACTIONS = ("activity.copy",)
    KEYS = ("activity.copy", "app.help", "app.back")
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(*ACTIONS, "app.back")]
    DEFAULT_CSS = """
    ActivityScreen RecordsTable { height: 1fr; }
    ActivityScreen VerticalScroll { height: 1fr; padding: 0 1; }
    ActivityScreen VerticalScroll { border-top: solid ansi_bright_black; }
    ActivityScreen #activity-title { height: 1; text-style: bold; padding: 0 1; }
    """

    class Asked(Message):
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
        self._unlisten: Callable[[], None] | None = None

    def compose_body(self) -> Iterable[Widget]:
        """Title, table, the exchange."""
        yield PlainText(
            "Activity: every request of this session, secrets removed", id="activity-title"
        )
        yield RecordsTable(_COLUMNS, id="exchanges")
        with VerticalScroll():
            yield PlainText("Nothing was asked yet.", id="exchange")

    def on_mount(self) -> None:
        """Fill, and follow what is asked while this is open."""
        self._fill()
        self.query_one(RecordsTable).focus()
        self._unlisten = self._activity.listen(self._note)

    def on_unmount(self) -> None:
        """Stop following."""
        if self._unlisten is not None:
            self._unlisten()

    def _note(self) -> None:
        self.post_message(self.Asked())

    @on(Asked)
    def _fill(self) -> None:
        exchanges = self._activity.exchanges
        self.query_one(RecordsTable).rows = tuple(
            _row(exchange) for exchange in reversed(exchanges)
        )

    @property
    def _chosen(self) -> Exchange | None:
        cursor = self.query_one(RecordsTable).cursor_id
        return next((one for one in self._activity.exchanges if _key(one) == cursor), None)

    @on(RecordsTable.CursorMoved)
    def show(self) -> None:
        """Show the exchange under the cursor."""
        exchange = self._chosen
        if exchange is not None:
            self.query_one("#exchange", PlainText).update(exchange_content(exchange))

    def action_copy(self) -> None:
        """Copy the request as curl."""
        exchange = self._chosen
        if exchange is None:
            return
        text = self._curl(exchange)
        if text:
            self.app.push_screen(CopyDialog((Copyable("curl", text),)))
        else:
            words = "This one cannot be written as curl."
            tell(self, words, about=About.TERMINAL, kind=Kind.WARNING)

    def action_back(self) -> None:
        """Back to where it was opened."""
        self.dismiss(None)


def _key(exchange: Exchange) -> str:
    """What names an exchange while it is kept: the oldest are dropped, so no position does."""
    return str(id(exchange))


def _row(exchange: Exchange) -> Row:
    return Row(
        _key(exchange),
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
    """One exchange whole: request, answer, and why it failed."""
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
        lines.append(Content(clean_block(_laid_out(exchange.answer))))
    return Content("\n").join(lines)


def _laid_out(answer: str) -> str:
    """JSON with a line for each member; another text as it is."""
    try:
        return json.dumps(json.loads(answer), ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        return answer


def _answer_words(exchange: Exchange) -> str:
    status = f"status {exchange.status}" if exchange.status is not None else "no answer"
    request_id = f" · request id {clean(exchange.request_id)}" if exchange.request_id else ""
    return f"{status} · {exchange.milliseconds} ms{request_id}"
