"""Every request of this program and its answer, newest first."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import ClassVar, Final

from textual.binding import BindingType
from textual.content import Content

from smtp_tui.api.activity import Exchange
from smtp_tui.text import clean, clean_block
from smtp_tui.ui.actions import bindings
from smtp_tui.ui.dialogs import CopyDialog
from smtp_tui.ui.logs.log_screen import LogScreen
from smtp_tui.ui.messages import tell
from smtp_tui.ui.request_text import request_content
from smtp_tui.ui.services import Services
from smtp_tui.ui.widgets.json_text import json_content
from smtp_tui.ui.widgets.rows import Column, Look, Row
from smtp_tui.workflows.command_line import command_line
from smtp_tui.workflows.operator import About, Kind
from smtp_tui.workflows.session import Session

_STATUS: Final = 4


class ActivityScreen(LogScreen):
    """The exchanges with servers in this run.

    ``curl`` writes an exchange as a curl command, blank where that is not possible.
    """

    ACTIONS = ("activity.copy",)
    KEYS = (*ACTIONS, "app.help", "app.back")
    BINDINGS: ClassVar[list[BindingType]] = bindings(*ACTIONS, "app.back")
    TITLE = "Activity: requests of this session, without secrets"
    ENTRY = "request"
    NOTHING = ("No requests yet", "Each request is listed here with its answer.")
    COLUMNS = (
        Column("at", "TIME", 8),
        Column("profile", "PROFILE", 14, flexible=True, priority=2),
        Column("method", "METHOD", 6),
        Column("path", "PATH", 20, flexible=True),
        Column("status", "STATUS", 9, flexible=True, right=True),
        Column("ms", "MS", 6, right=True, priority=1),
    )

    def __init__(
        self, session: Session | None, services: Services, curl: Callable[[Exchange], str]
    ) -> None:
        super().__init__(session, services.clock)
        self._entry.show("Request and answer")
        self._activity = services.activity
        self._stop_listening = services.activity.listen(lambda: self.call_later(self._fill))
        self._curl = curl

    def on_mount(self) -> None:
        """Show what was asked, and what will be while this is open."""
        self._fill()

    def on_unmount(self) -> None:
        """Stop listening."""
        self._stop_listening()

    def _fill(self) -> None:
        self.fill(
            (_row(exchange), partial(exchange_content, exchange))
            for exchange in reversed(self._activity.exchanges)
        )

    def action_copy(self) -> None:
        """Offer the request as curl and as a command of this program, and the answer."""
        for exchange in self._activity.exchanges:
            if _row_id(exchange) == self.table.cursor_id:
                forms = {
                    "curl": self._curl(exchange),
                    "command": command_line(exchange.profile, exchange.request),
                    "answer": _indented(exchange.answer),
                }
                self._offer(forms)

    def _offer(self, texts: dict[str, str]) -> None:
        forms = {label: text for label, text in texts.items() if text}
        if "curl" not in forms:
            words = "This request cannot be written as curl."
            tell(self, words, about=About.IMPOSSIBLE, kind=Kind.WARNING)
        if forms:
            self.app.push_screen(CopyDialog(forms, of="the request", action="activity.copy"))


def _row_id(exchange: Exchange) -> str:
    """Return what names an exchange. A position does not: the oldest ones are dropped."""
    return str(id(exchange))


def _called(path: str) -> str:
    """The end of a path, which tells what was called; the entry has the whole."""
    whole = clean(path, 200)
    parent, _, name = whole.rpartition("/")
    return f"…/{name}" if parent.strip("/") else whole


def _row(exchange: Exchange) -> Row:
    cells = (
        exchange.at.strftime("%H:%M:%S"),
        clean(exchange.profile, 40),
        exchange.request.method,
        _called(exchange.request.path),
        str(exchange.status) if exchange.status is not None else "no answer",
        str(exchange.milliseconds),
    )
    look = Look(_STATUS, _status_role(exchange.status), length=len(cells[_STATUS]))
    return Row(_row_id(exchange), cells, (look,))


def _status_role(status: int | None) -> str:
    """The role of the status of an answer; None is that no answer came."""
    if status is None:
        return "warn"
    return "good" if status < 400 else "bad"


def exchange_content(exchange: Exchange) -> Content:
    """Return a request, its answer, and why it failed."""
    lines = [
        request_content(exchange.origin, exchange.request),
        Content(""),
        _answer_content(exchange),
    ]
    if exchange.failure:
        lines.append(Content(clean(exchange.failure)))
    if exchange.answer:
        lines.append(json_content(clean_block(_indented(exchange.answer))))
    return Content("\n").join(lines)


def _indented(answer: str) -> str:
    """Return JSON with one member per line, and any other text unchanged."""
    try:
        return json.dumps(json.loads(answer), ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        return answer


def _answer_content(exchange: Exchange) -> Content:
    status = f"status {exchange.status}" if exchange.status is not None else "no answer"
    request_id = f" · request id {clean(exchange.request_id)}" if exchange.request_id else ""
    return Content.assemble(
        (status, f"bold ${_status_role(exchange.status)}"),
        f" · {exchange.milliseconds} ms",
        (request_id, "dim"),
    )
