"""The test email: which values, to whom, and what came of it, in the server's own words."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, TypeAlias

from textual import on, work
from textual.binding import BindingType
from textual.content import Content
from textual.reactive import var
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input
from textual.worker import Worker

from smtp_tui.api.errors import ApiError, NotSent, TokenNeeded, TokenRefused
from smtp_tui.api.models import Record
from smtp_tui.api.requests import IdRefused, Request
from smtp_tui.editing.patch import Patch
from smtp_tui.mail.checks import check_recipient, has_error, recipient_to_send
from smtp_tui.mail.outcome import TestOutcome, judge
from smtp_tui.mail.reply_model import Verdict
from smtp_tui.state.files import FileProblem
from smtp_tui.state.history import TestRun
from smtp_tui.ui.actions import bindings
from smtp_tui.ui.drafting import test_request
from smtp_tui.ui.screens.base import Dialog, where_line
from smtp_tui.ui.screens.token import ask_token, ensure_token
from smtp_tui.ui.session import Services, Session
from smtp_tui.ui.text import clean, clean_block
from smtp_tui.ui.widgets.bars import PlainText


@dataclass(frozen=True, slots=True)
class TestSubject:
    """What is tested: a saved record, the same with unsaved changes, or values saved nowhere."""

    __test__ = False  # not a test case, whatever its name

    record_id: str | None
    name: str
    opened: Record | None
    patch: Patch = Patch()

    @property
    def words(self) -> str:
        """Which values are used."""
        if self.record_id is None:
            return "values that are saved nowhere"
        if self.patch:
            return "the saved record with these unsaved changes"
        return "the saved record"

    def values(self) -> tuple[tuple[str, str], ...]:
        """The plain values that are used, by parameter, in words."""
        found = {}
        if self.opened is not None:
            found = {one.name: one.text for one in self.opened.parameters if not one.secret}
        for change in self.patch.changes:
            assignment = change.assignment
            if not isinstance(assignment.value, (list, dict)):
                found[change.name] = str(assignment.value)
        return tuple((name, text) for name, text in found.items() if name != "password")

    @property
    def password_words(self) -> str:
        """Whose password is used."""
        if "password" in self.patch.names:
            return "the one just typed, not saved"
        return "the stored one, unseen" if self.record_id is not None else "none"


@dataclass(frozen=True, slots=True)
class EditParameter:
    """The answer of the dialog where the person wants to mend a parameter."""

    name: str


TestResult: TypeAlias = EditParameter | bool | None


class TestDialog(Dialog[TestResult]):
    """Asks for the recipient, sends, and says what came of it; True where a mail was tried."""

    __test__: ClassVar[bool] = False

    DEFAULT_CSS = """
    TestDialog #to { height: 1; margin-top: 1; }
    TestDialog #outcome { height: auto; margin-top: 1; display: none; }
    TestDialog #outcome.-shown { display: block; }
    TestDialog #facts { margin-top: 1; }
    """
    ACTIONS = ("dialog.cancel", "test.edit", "test.again")
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(*ACTIONS)]

    outcome: var[TestOutcome | None] = var(None)

    def __init__(self, session: Session, services: Services, subject: TestSubject) -> None:
        super().__init__()
        self._session = session
        self._services = services
        self._subject = subject
        self._started: float | None = None
        self._elapsed = 0.0
        self._ticker: Timer | None = None
        self._sender: Worker[None] | None = None
        self._tried = False

    @property
    def title_text(self) -> str:
        """What is tested."""
        return f"Test email · {self._subject.name or 'new values'}"

    def compose_box(self) -> Iterable[Widget]:
        """Where, which values, to whom."""
        yield PlainText(where_line(self._session))
        yield PlainText(self._facts(), id="facts")
        yield Input(
            self._session.memory.recipient, placeholder="recipient address", id="to", compact=True
        )
        yield PlainText("", id="outcome")
        yield PlainText("", id="test-keys", classes="hint")

    def _facts(self) -> Content:
        lines = [f"Uses {self._subject.words}."]
        lines += [f"  {clean(name, 30):<10} {clean(text)}" for name, text in self._subject.values()]
        lines.append(f"  {'password':<10} {self._subject.password_words}")
        lines.append("The mail leaves from the CAM host, not from this machine. Send to:")
        return Content("\n".join(lines))

    def on_mount(self) -> None:
        """Start on the recipient."""
        self.query_one("#to", Input).focus()
        self._keys("Enter sends · esc closes")

    def _keys(self, text: str) -> None:
        self.query_one("#test-keys", PlainText).update(text)

    def _say(self, content: Content | str) -> None:
        outcome = self.query_one("#outcome", PlainText)
        outcome.update(content)
        outcome.set_class(True, "-shown")
        outcome.scroll_visible(animate=False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Letters are keys only once there is an outcome."""
        if action in ("edit", "again"):
            return self.outcome is not None and self._sender is None
        return True

    @on(Input.Submitted, "#to")
    def submit(self, event: Input.Submitted) -> None:
        """Check the address, then send."""
        event.stop()
        found = check_recipient(event.value)
        if has_error(found):
            self._say("\n".join(one.text for one in found))
            return
        if self._sender is None:
            self._start(event.value)

    def _start(self, to: str) -> None:
        try:
            address = recipient_to_send(to) or to
            request = test_request(
                self._session.target.scope, self._subject.record_id, self._subject.patch, address
            )
        except (IdRefused, ValueError) as error:
            self._say(clean(str(error)))
            return
        self.outcome = None
        self._sender = self._send(request, address)

    @work(group="test", description="send a test email")
    async def _send(self, request: Request, to: str) -> None:
        field = self.query_one("#to", Input)
        await ensure_token(self, self._session)
        self._started = self._services.clock.monotonic()
        self._ticker = self.set_interval(1.0, self._tick)
        field.disabled = True
        self._tick()
        self._keys("esc stops waiting; the mail may still be sent")
        try:
            outcome = await self._judged(request, to)
        finally:
            self._ticker.stop()
            self._sender = None
            field.disabled = False
        if outcome is None:
            self._keys("Enter sends · esc closes")
            field.focus()
            return
        self._elapsed = self._services.clock.monotonic() - self._started
        await self._keep(outcome, to)
        self._show(outcome)

    async def _judged(self, request: Request, to: str) -> TestOutcome | None:
        self._tried = True
        try:
            answer = await self._session.connections.test(request)
        except (TokenRefused, TokenNeeded) as error:
            self._tried = False
            if await ask_token(self, self._session, error.why):
                self._say("The token is new. Nothing was sent yet: Enter sends.")
                return None
            return _no_answer(error)
        except ApiError as error:
            return _no_answer(error)
        return judge(answer.status, answer.body, sent=True, recipient=to)

    def _tick(self) -> None:
        seconds = self._services.clock.monotonic() - (self._started or 0.0)
        self._say(f"Sending … {seconds:.0f}s")

    def _show(self, outcome: TestOutcome) -> None:
        self.outcome = outcome
        self._say(outcome_content(outcome, self._elapsed))
        edit = f"e edits the {outcome.parameter} · " if self._editable(outcome) else ""
        self._keys(f"{edit}r sends again · esc closes")
        self.set_focus(None)
        self.refresh_bindings()

    def _editable(self, outcome: TestOutcome) -> bool:
        return outcome.parameter not in (None, "to") and outcome.verdict is not Verdict.ACCEPTED

    async def _keep(self, outcome: TestOutcome, to: str) -> None:
        """Remember the run and the recipient; a full disk is said and does not matter otherwise."""
        try:
            await self._remember_recipient(to)
            if self._subject.record_id is not None:
                key = self._session.key(self._subject.record_id)
                await asyncio.to_thread(self._services.history.add, key, self._run(outcome, to))
        except FileProblem as error:
            self.notify(clean(str(error)), markup=False, severity="warning")

    async def _remember_recipient(self, to: str) -> None:
        self._session.memory.recipient = to
        name = self._session.profile.name
        if self._services.stored(name):
            await asyncio.to_thread(self._services.store.set_recipient, name, to)

    def _run(self, outcome: TestOutcome, to: str) -> TestRun:
        return TestRun(
            at=self._services.clock.now(),
            profile=self._session.profile.name,
            recipient=to,
            values=self._subject.values(),
            verdict=outcome.verdict.value,
            phase=outcome.phase.value,
            words=outcome.server_text,
            milliseconds=round(self._elapsed * 1000),
        )

    def action_edit(self) -> None:
        """Open the form on the parameter to look at."""
        if self.outcome is not None:
            self.dismiss(EditParameter(self.outcome.parameter or "hostname"))

    def action_again(self) -> None:
        """Send once more to the same address."""
        self._start(self.query_one("#to", Input).value)

    def action_cancel(self) -> None:
        """Stop waiting, or close."""
        if self._sender is not None:
            self._sender.cancel()
            self._sender = None
            self._say("Stopped waiting. The mail may still have been sent.")
            self._keys("Enter sends again · esc closes")
            return
        self.dismiss(self._tried)


def _no_answer(error: ApiError) -> TestOutcome:
    """An outcome for a request that got no usable answer."""
    sent = not isinstance(error, NotSent)
    return judge(None, "\n".join(error.lines()), sent=sent, recipient="")


def outcome_content(outcome: TestOutcome, seconds: float) -> Content:
    """Verdict, time, the server's words, what they mean and what to try."""
    verdict = Content.styled(f" {outcome.verdict.value} ", "bold reverse")
    by = f" by {clean(outcome.server, 80)}" if outcome.server else ""
    queue = f" · queue id {clean(outcome.queue_id, 80)}" if outcome.queue_id else ""
    phase = f" · {outcome.phase.value}" if outcome.verdict is not Verdict.ACCEPTED else ""
    lines = [
        Content.assemble(verdict, f"{by}{queue}{phase} · {seconds:.1f}s"),
        Content(outcome.meaning),
    ]
    if outcome.advice:
        lines.append(Content(outcome.advice))
    if outcome.server_text:
        lines += [
            Content.styled("The server said:", "dim"),
            Content(clean_block(outcome.server_text)),
        ]
    return Content("\n").join(lines)
