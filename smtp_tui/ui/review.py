"""Before a write: the plan to confirm, the choice where both sides changed the same, the request.

The request shown is the very value that is sent when the review says yes. The secrets in it are
masked.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import ClassVar, Final

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Input

from smtp_tui.api.clock import Clock
from smtp_tui.api.curl import curl_line
from smtp_tui.api.requests import Request
from smtp_tui.api.target import Access, Target
from smtp_tui.editing.merge import Comparison, Side
from smtp_tui.text import clean, clean_block
from smtp_tui.ui.actions import bindings
from smtp_tui.ui.base import GuardedDialog, where_line
from smtp_tui.ui.dialogs import CopyDialog
from smtp_tui.ui.keymap import bound
from smtp_tui.ui.widgets.bars import badge_look
from smtp_tui.ui.widgets.fields import TextInput
from smtp_tui.ui.widgets.plain_text import PlainText, harmless
from smtp_tui.ui.widgets.table import Column, RecordsTable, Row
from smtp_tui.workflows.plan import Plan
from smtp_tui.workflows.session import Session

_COLUMNS: Final = (
    Column("parameter", "PARAMETER", 10),
    Column("opened", "OPENED", 8, flexible=True),
    Column("mine", "YOURS", 8, flexible=True),
    Column("theirs", "SERVER NOW", 10, flexible=True),
    Column("choice", "KEEP", 10),
)


class ReviewDialog(GuardedDialog[bool]):
    """Starts on Apply, or on Cancel where the plan destroys something.

    ``by_key`` says that the key just pressed opened it; any other review takes no Enter at first.
    In a protected profile the record's name has to be typed. The first review after a switch of
    the profile shows its name in large letters.
    """

    DEFAULT_CSS = """
    ReviewDialog > #box { overflow-y: hidden; }
    ReviewDialog #review-body { height: auto; scrollbar-size-vertical: 1; }
    ReviewDialog #request { height: auto; margin-top: 1; }
    ReviewDialog .changes { margin-top: 1; }
    ReviewDialog #banner { height: 3; content-align: center middle; margin-bottom: 1; }
    """
    ACTIONS = ("dialog.cancel", "dialog.copy")
    BODY = "#review-body"
    BINDINGS: ClassVar[list[BindingType]] = bindings("dialog.copy")

    def __init__(self, session: Session, plan: Plan, clock: Clock, *, by_key: bool) -> None:
        super().__init__(clock, guarded=plan.destroys or not by_key)
        self._session = session
        self._plan = plan
        self.title = f"{plan.verb} {plan.named}?"
        self._protected = session.target.access is Access.PROTECTED
        self._to_type = plan.name if plan.name.strip() else "yes"
        verb = "Apply" if plan.mark == "~" else plan.verb
        self._apply = Button(harmless(verb), id="apply", compact=True, disabled=self._protected)
        self._cancel = Button("Cancel", id="cancel", compact=True)
        self._name_field = TextInput(id="name")

    def compose_box(self) -> Iterable[Widget]:
        """Where it goes, the changes, notes, the request, and the two answers."""
        plan = self._plan
        with VerticalScroll(id="review-body", can_focus=False):
            if not self._session.memory.introduced:
                yield PlainText(_banner(self._session), id="banner")
            yield PlainText(where_line(self._session))
            lines = [Content.styled(f"{plan.mark} {clean(each)}", "bold") for each in plan.changes]
            lines += [Content(f"  {clean(note)}") for note in plan.notes]
            yield PlainText(Content("\n").join(lines), classes="changes")
            yield PlainText(request_text(self._session.target, plan.request), id="request")
        if self._protected:
            what = "Type yes (the record has no name)"
            if plan.name.strip():
                what = f"Type the name of the record: {clean(plan.name, 60)}"
            yield PlainText(f"This profile is protected. {what}")
            yield self._name_field
            yield PlainText("", classes="said")
        answers = (self._apply, self._cancel)
        with Horizontal(classes="row"):
            yield from reversed(answers) if plan.destroys else answers
        copy = bound(self, "dialog.copy").first_key
        hint = "tab moves · Enter chooses · ↑ ↓ scroll"
        hint += f" · {copy} offers it as curl · {self.cancel_key} back"
        yield PlainText(hint, classes="hint")

    def on_mount(self) -> None:
        """Start on the name where it has to be typed, else on Apply or on Cancel."""
        self._session.memory.introduced = True
        answer = self._cancel if self._plan.destroys else self._apply
        (self._name_field if self._protected else answer).focus()

    def on_resize(self) -> None:
        """Keep the answers in sight, and let the rest scroll above them."""
        answers = 7 + (4 if self._protected else 0) + (1 if self.size.width < 80 else 0)
        body = self.query_one("#review-body", VerticalScroll)
        body.styles.max_height = max(4, self.size.height - answers)

    @on(Input.Changed)
    def compare_name(self, event: Input.Changed) -> None:
        """Enable Apply only for the whole name."""
        event.stop()
        self.say("")
        self._apply.disabled = event.value != self._to_type

    @on(Input.Submitted)
    def apply_typed(self, event: Input.Submitted) -> None:
        """Take Enter for Apply when the name is right."""
        event.stop()
        if event.value == self._to_type and self.settled:
            self._approve()

    def _approve(self) -> None:
        """In a protected profile the client compares the name with the server's too."""
        if self._protected:
            self._session.client.confirm(self._plan.request, self._plan.name)
        self.dismiss(True)

    @on(Button.Pressed)
    def answer(self, event: Button.Pressed) -> None:
        """Approve or decline, unless the key was typed before the dialog was drawn."""
        event.stop()
        if self.settled and event.button is self._apply:
            self._approve()
        elif self.settled:
            self.dismiss(False)

    def action_cancel(self) -> None:
        """Decline."""
        self.dismiss(False)

    def action_copy(self) -> None:
        """Offer the request as a curl command."""
        curl = curl_line(self._session.target, self._plan.request)
        self.app.push_screen(CopyDialog({"curl": curl}, of="the request", action="dialog.copy"))


def _banner(session: Session) -> Content:
    """The profile's name in large letters: three lines in reverse video."""
    spaced = " ".join(clean(session.profile.name, 30).upper())
    line = f"   {spaced}   "
    blank = " " * len(line)
    look = badge_look(session.profile)
    return Content("\n").join(Content.styled(text, look) for text in (blank, line, blank))


class ConflictDialog(GuardedDialog[Mapping[str, Side] | None]):
    """Left keeps your value, right the server's; Enter goes on to the review."""

    TITLE = "Changed on both sides"
    DEFAULT_CSS = """
    ConflictDialog RecordsTable { height: 8; margin: 1 0; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "keep('yours')", "Keep yours"),
        Binding("right,l", "keep('server now')", "Keep the server's"),
    ]

    def __init__(self, comparison: Comparison, clock: Clock) -> None:
        super().__init__(clock)
        self._comparison = comparison
        self._choices = {conflict.name: Side.THEIRS for conflict in comparison.conflicts}
        self._table = RecordsTable(_COLUMNS, id="conflicts")
        self._show()

    def compose_box(self) -> Iterable[Widget]:
        """Each conflict with its three values and the choice."""
        yield PlainText("Someone changed the same parameters since you opened the record.")
        yield self._table
        for change in self._comparison.theirs:
            yield PlainText(Content(f"changed by others, and kept: {clean(change.words(), 200)}"))
        keys = "← keeps yours · → keeps the server's · Enter reviews"
        keys += f" · {self.cancel_key} back to the form"
        yield PlainText(keys, classes="hint")

    def _show(self) -> None:
        self._table.rows = tuple(
            Row(
                conflict.name,
                (
                    clean(conflict.name, 60),
                    *(clean(text, 200) for text in conflict.columns),
                    self._choices[conflict.name].value,
                ),
            )
            for conflict in self._comparison.conflicts
        )

    def action_keep(self, side: str) -> None:
        """Choose a side for the parameter under the cursor."""
        name = self._table.cursor_id
        if name is not None:
            self._choices[name] = Side(side)
            self._show()

    def on_records_table_opened(self, event: RecordsTable.Opened) -> None:
        """Go on with these choices."""
        event.stop()
        if self.settled:
            self.dismiss(dict(self._choices))


# A request as a person reads it


def body_text(request: Request, *, counted: bool = False) -> str:
    """The body as JSON, each parameter on a line of its own; see ``masked_body``."""
    if request.body is None:
        return "(no body)"
    value = json.loads(request.masked_body(counted=counted))
    members = (f"  {_json(name)}: {_member(member)}" for name, member in value.items())
    return clean_block("{\n" + ",\n".join(members) + "\n}")


def _member(member: object) -> str:
    if not isinstance(member, list) or not member:
        return _json(member)
    return "[\n" + ",\n".join(f"    {_json(each)}" for each in member) + "\n  ]"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def request_text(target: Target, request: Request) -> str:
    """Method, whole address and body."""
    parts = [f"{request.method} {target.origin.url}", f"  {request.path}"]
    parts += [f"    {key}={value}" for key, value in request.query]
    if request.body is not None:
        parts.append(body_text(request))
    return clean_block("\n".join(parts))
