"""Before a write: the plan to confirm, and the choice where both sides changed the same.

The request shown is the very value that is sent when the review says yes. The secrets in it are
masked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar, Final

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Input

from smtp_tui.api.clock import Clock
from smtp_tui.api.curl import curl_line
from smtp_tui.api.target import Access
from smtp_tui.editing.merge import Comparison, Conflict, Side
from smtp_tui.text import clean
from smtp_tui.ui.actions import bindings
from smtp_tui.ui.base import GuardedDialog, where_line
from smtp_tui.ui.dialogs import CopyDialog
from smtp_tui.ui.keymap import bound
from smtp_tui.ui.request_text import request_content
from smtp_tui.ui.widgets.fields import TextInput
from smtp_tui.ui.widgets.plain_text import PlainText, harmless
from smtp_tui.ui.widgets.rows import Column, Look, Row
from smtp_tui.ui.widgets.table import RecordsTable
from smtp_tui.workflows.command_line import command_line
from smtp_tui.workflows.planned_write import PlannedWrite
from smtp_tui.workflows.session import Session

_COLUMNS: Final = (
    Column("parameter", "PARAMETER", 10),
    Column("opened", "OPENED", 8, flexible=True),
    Column("mine", "YOURS", 8, flexible=True),
    Column("theirs", "SERVER NOW", 10, flexible=True),
)
_COLUMN_OF: Final = {Side.MINE: 2, Side.THEIRS: 3}
"""Where the value of each side stands."""
_NAMED: Final = 8
"""How many parameters that stay as they are a review names."""


class ReviewDialog(GuardedDialog[bool]):
    """Starts on Apply, or on Cancel where the plan destroys something.

    ``by_key`` says that the key just pressed opened it; any other review takes no Enter at first.
    In a protected profile, and where ``confirm`` in config.toml says so, the record's name has to
    be typed.
    """

    DEFAULT_CSS = """
    ReviewDialog > #box { overflow-y: hidden; }
    ReviewDialog #review-body { height: auto; scrollbar-size-vertical: 1; }
    ReviewDialog #request { height: auto; margin-top: 1; }
    ReviewDialog #why { width: 1fr; }
    """
    WIDTH = 100
    ACTIONS = ("dialog.cancel", "dialog.copy")
    BODY = "#review-body"
    BINDINGS: ClassVar[list[BindingType]] = bindings("dialog.copy")

    def __init__(self, session: Session, plan: PlannedWrite, clock: Clock, *, by_key: bool) -> None:
        super().__init__(clock, guarded=plan.destroys or not by_key)
        self._careful = plan.destroys or bool(plan.warning)
        self._session = session
        self._plan = plan
        self.title = f"{plan.verb} {plan.named}?"
        self.profile = session.profile
        self.set_class(plan.destroys, "-danger")
        self._protected = session.target.access is Access.PROTECTED
        self._asks = session.confirm.why(protected=self._protected, destroys=plan.destroys)
        self._to_type = plan.name if plan.name.strip() else "yes"
        self._verb = plan.verb if plan.verb in ("Create", "Delete") else "Apply"
        self._apply = Button(
            harmless(self._verb), id="apply", compact=True, disabled=bool(self._asks)
        )
        self._apply.set_class(plan.destroys, "-danger")
        self._cancel = Button("Cancel", id="cancel", compact=True)
        self._why = PlainText(f"{self._verb} works once it is typed.", id="why", classes="hint")
        self._name_field = TextInput(id="name")
        self._body = VerticalScroll(id="review-body", can_focus=False)

    def compose_box(self) -> Iterable[Widget]:
        """Where it goes, the changes, notes, the request, and the two answers."""
        plan = self._plan
        self._share_height(0)  # before the first frame, so that it is laid out once
        with self._body:
            yield PlainText(where_line(self._session))
            if plan.warning:
                yield PlainText(Content.styled(f"▲ {plan.warning}", "bold $warn"), classes="apart")
            yield PlainText(changes_content(plan), classes="apart")
            yield PlainText(
                request_content(self._session.target.origin.url, plan.request), id="request"
            )
        if self._asks:
            yield PlainText(self._what_to_type(), classes="apart")
            yield self._name_field
            yield PlainText("", classes="said")
        answers = (self._apply, self._cancel)
        with Horizontal(classes="row"):
            yield from reversed(answers) if self._careful else answers
            if self._asks:
                yield self._why

    def _what_to_type(self) -> Content:
        name = clean(self._to_type, 60)
        why = self._asks
        if not self._plan.name.strip():
            why = f"the record has no name, and {why}"
        return Content.assemble("Type ", (name, "bold"), f" to confirm: {why}.")

    def keys(self) -> Iterable[tuple[str, str]]:
        """What the keys do; letters are typed where the name has the focus."""
        if self._name_field.has_focus:
            return (("enter", self._verb), ("tab", "Move"), (self.cancel_key, "Cancel"))
        copy = bound(self, "dialog.copy").first_key
        return (("enter", "Choose"), ("tab", "Move"), (copy, "Copy"), (self.cancel_key, "Cancel"))

    def on_mount(self) -> None:
        """Start on the name where it has to be typed, else on Apply or on Cancel."""
        answer = self._cancel if self._careful else self._apply
        self.set_focus(self._name_field if self._asks else answer)

    def on_descendant_focus(self) -> None:
        """Show the keys that work where the focus is now."""
        self.show_keys()

    def on_resize(self) -> None:
        """Keep the answers in sight, and let the rest scroll above them."""
        self._share_height(0)

    def say(self, words: str) -> None:
        """Say what is wrong under the name that is typed; blank words take it back."""
        super().say(words)
        self._share_height(2 if words else 0)

    def _share_height(self, said: int) -> None:
        below = 5 + (3 + said if self._asks else 0)
        self._body.styles.max_height = max(4, self.app.size.height - below)

    @on(Input.Changed)
    def compare_name(self, event: Input.Changed) -> None:
        """Enable Apply only for the whole name."""
        event.stop()
        self.say("")
        self._apply.disabled = event.value != self._to_type
        self._why.visible = self._apply.disabled

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
        """Offer the request as a curl line, and as a command of this program."""
        request = self._plan.request
        forms = {"curl": curl_line(self._session.target, request)}
        if command := command_line(self._session.profile.name, request):
            forms["command"] = command
        self.app.push_screen(CopyDialog(forms, of="the request", action="dialog.copy"))


def changes_content(plan: PlannedWrite) -> Content:
    """What a write changes, as a diff; what it does not touch; and what a person should know."""
    new = plan.record_id is None
    lines = [line for change in plan.patch.changes for line in change.diff(new=new)]
    looks = {"-": "bold $bad", "+": "bold $good"}
    lines = lines or [f"{plan.mark} {change}" for change in plan.changes]
    contents = [Content.styled(clean(line), looks.get(line[0], "bold")) for line in lines]
    if plan.untouched:
        contents.append(Content.styled(f"Not touched: {_named(plan.untouched)}", "dim"))
    lost = (f"Not restored by undo: {', '.join(plan.lost)}.",) if plan.lost else ()
    contents += [Content(clean(note)) for note in (*lost, *plan.notes)]
    return Content("\n").join(contents)


def _named(names: Sequence[str]) -> str:
    """Some names in a line, and how many more there are."""
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(clean(name, 40) for name in names[:_NAMED]) + more


class ConflictDialog(GuardedDialog[Mapping[str, Side] | None]):
    """Left keeps your value, right the server's; Enter goes on to the review."""

    TITLE = "Changed on both sides"
    WIDTH = 100
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
        """Each conflict with its three values; ``✓`` marks the one that is kept."""
        yield PlainText("Someone changed the same parameters since you opened the record.")
        yield self._table
        for change in self._comparison.theirs:
            yield PlainText(Content(f"Kept from the server: {clean(change.words(), 200)}"))

    def keys(self) -> Iterable[tuple[str, str]]:
        """What the keys do."""
        sides = (("←", "Keep yours"), ("→", "Keep the server's"))
        return (*sides, ("enter", "Review"), (self.cancel_key, "Back to the form"))

    def _show(self) -> None:
        self._table.rows = tuple(
            _conflict_row(conflict, self._choices[conflict.name])
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


def _conflict_row(conflict: Conflict, choice: Side) -> Row:
    """A conflict with a sign before the value that is kept."""
    opened, *sides = (clean(text, 200) for text in conflict.columns)
    cells = [clean(conflict.name, 60), f"  {opened}", *(f"  {text}" for text in sides)]
    kept = _COLUMN_OF[choice]
    cells[kept] = f"✓ {cells[kept][2:]}"
    others = (Look(column, "quiet") for column in (1, *_COLUMN_OF.values()) if column != kept)
    return Row(conflict.name, tuple(cells), (Look(kept, "good"), *others))
