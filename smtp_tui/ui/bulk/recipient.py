"""Who gets the test mails of many records: asked once."""

from __future__ import annotations

from collections.abc import Iterable

from textual import on
from textual.widget import Widget
from textual.widgets import Input

from smtp_tui.mail.recipient import parse_recipient
from smtp_tui.text import counted
from smtp_tui.ui.actions import bindings
from smtp_tui.ui.base import Dialog
from smtp_tui.ui.services import Services
from smtp_tui.ui.test_email import last_recipient
from smtp_tui.ui.widgets.fields import Field
from smtp_tui.ui.widgets.plain_text import PlainText
from smtp_tui.workflows.session import Session


class RecipientDialog(Dialog[str | None]):
    """Gives the address, by the rules of a single test; None where none was chosen."""

    BINDINGS = bindings("dialog.cancel")

    def __init__(self, session: Session, services: Services, count: int) -> None:
        super().__init__()
        self.title = f"Test {counted(count, 'record')}"
        self.profile = session.profile
        recipient = last_recipient(session, services)
        self._to = Field("to", recipient, label="Send to", hint="recipient address")
        self._to.mark_cells, self._to.label_cells = 0, 8
        self._count = count

    def compose_box(self) -> Iterable[Widget]:
        """To whom, and what that means."""
        yield self._to
        words = f"One mail for each of {counted(self._count, 'record')}, all to this address."
        yield PlainText(f"{words} The plan is shown first.", classes="hint apart")

    def keys(self) -> Iterable[tuple[str, str]]:
        """On to the plan, or back."""
        return (("enter", "Review the plan"), (self.cancel_key, "Back"))

    def on_mount(self) -> None:
        """Start on the address."""
        self.set_focus(self._to.input)

    @on(Field.Edited)
    def check_address(self) -> None:
        """Say what is unusual about the address; that it is not finished is no remark."""
        address, remarks = parse_recipient(self._to.text.strip())
        self._to.show(False, () if address is None else remarks)

    @on(Input.Submitted)
    def take(self, event: Input.Submitted) -> None:
        """Take the address, if it is one."""
        event.stop()
        address, remarks = parse_recipient(self._to.text.strip())
        if address is None:
            self._to.show(False, remarks)
        else:
            self.dismiss(address)
