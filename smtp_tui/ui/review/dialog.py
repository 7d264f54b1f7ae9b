"""The review before a write: what changes, the exact request, and where it goes.

The request shown is the very value that is sent when this dialog says yes.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.binding import BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Input

from smtp_tui.api.clock import Clock
from smtp_tui.api.curl import curl_line
from smtp_tui.api.target import Access
from smtp_tui.text import clean
from smtp_tui.ui.actions import bindings
from smtp_tui.ui.base import GuardedDialog, where_line
from smtp_tui.ui.dialogs import CopyDialog
from smtp_tui.ui.keymap import bound
from smtp_tui.ui.review.request_view import request_text
from smtp_tui.ui.widgets.bars import badge_look
from smtp_tui.ui.widgets.fields import TextInput
from smtp_tui.ui.widgets.plain_text import PlainText, harmless
from smtp_tui.workflows.plan import Plan
from smtp_tui.workflows.session import Session


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
        self._named = bool(plan.name.strip())
        self._to_type = plan.name if self._named else "yes"

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
            what = "Type yes, for the record has no name"
            if self._named:
                what = f"Type the name of the record: {clean(plan.name, 60)}"
            yield PlainText(f"This profile is protected. {what}")
            yield TextInput(id="name")
            yield PlainText("", classes="said")
        verb = "Apply" if plan.mark == "~" else plan.verb
        apply = Button(harmless(verb), id="apply", compact=True)
        cancel = Button("Cancel", id="cancel", compact=True)
        with Horizontal(classes="row"):
            yield from (cancel, apply) if plan.destroys else (apply, cancel)
        copy = bound(self, "dialog.copy").first_key
        hint = "tab moves · Enter chooses · ↑ ↓ scroll"
        hint += f" · {copy} offers it as curl · {self.cancel_key} back"
        yield PlainText(hint, classes="hint")

    def on_mount(self) -> None:
        """Start on the name where it has to be typed, else on Apply or on Cancel."""
        self._session.memory.introduced = True
        apply = self.query_one("#apply", Button)
        apply.disabled = self._protected
        if self._protected:
            self.query_one("#name", Input).focus()
        else:
            (self.query_one("#cancel", Button) if self._plan.destroys else apply).focus()

    def on_resize(self) -> None:
        """Keep the answers in sight, and let the rest scroll above them."""
        answers = 7 + (4 if self._protected else 0) + (1 if self.size.width < 80 else 0)
        body = self.query_one("#review-body", VerticalScroll)
        body.styles.max_height = max(4, self.size.height - answers)

    @on(Input.Changed, "#name")
    def compare_name(self, event: Input.Changed) -> None:
        """Enable Apply only for the whole name."""
        event.stop()
        self.say("")
        self.query_one("#apply", Button).disabled = event.value != self._to_type

    @on(Input.Submitted, "#name")
    def apply_typed(self, event: Input.Submitted) -> None:
        """Take Enter for Apply when the name is right."""
        event.stop()
        if event.value == self._to_type and self.settled:
            self._apply()

    def _apply(self) -> None:
        """Approve; in a protected profile the client compares the name with the server's too."""
        if self._protected:
            self._session.connections.confirm(self._plan.request, self._plan.name)
        self.dismiss(True)

    @on(Button.Pressed)
    def answer(self, event: Button.Pressed) -> None:
        """Approve or decline, unless the key was typed before the dialog was drawn."""
        event.stop()
        if self.settled and event.button.id == "apply":
            self._apply()
        elif self.settled:
            self.dismiss(False)

    def action_cancel(self) -> None:
        """Decline."""
        self.dismiss(False)

    def action_copy(self) -> None:
        """Offer the request as a curl command."""
        curl = curl_line(self._session.target, self._plan.request)
        self.app.push_screen(CopyDialog({"curl": curl}))


def _banner(session: Session) -> Content:
    """The profile's name in large letters: three lines in reverse video."""
    spaced = " ".join(clean(session.profile.name, 30).upper())
    line = f"   {spaced}   "
    blank = " " * len(line)
    look = badge_look(session.profile)
    return Content("\n").join(Content.styled(text, look) for text in (blank, line, blank))
