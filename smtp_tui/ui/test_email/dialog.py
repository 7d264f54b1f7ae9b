"""The test email: which values, to whom, and what came of it, in the server's own words."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from typing import ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.reactive import var
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input

from smtp_tui.api.errors import ApiError, CertificateRefused, TokenNeeded, TokenRefused
from smtp_tui.api.requests import IdRefused, Request
from smtp_tui.mail.outcome import TestOutcome
from smtp_tui.profiles.reading import ProfilesFileError
from smtp_tui.profiles.store import ProfileRefused
from smtp_tui.state.files import FileProblem
from smtp_tui.text import clean
from smtp_tui.ui.actions import bindings
from smtp_tui.ui.advice import error_lines
from smtp_tui.ui.base import Dialog, where_line
from smtp_tui.ui.keymap import bound
from smtp_tui.ui.messages import tell
from smtp_tui.ui.operator import ScreenOperator
from smtp_tui.ui.services import Services
from smtp_tui.ui.test_email.recipient import RecipientField
from smtp_tui.ui.test_email.sending import Delivered, TestFinished, send_off
from smtp_tui.ui.test_email.subject import (
    EditParameter,
    ReviewValues,
    Sending,
    TestResult,
    subject_name,
)
from smtp_tui.ui.test_email.verdict import (
    facts_content,
    mend_words,
    outcome_content,
    refused_content,
    warning_content,
)
from smtp_tui.ui.waiting import wait_words, waiting
from smtp_tui.ui.widgets.plain_text import PlainText
from smtp_tui.workflows.operator import About, Kind
from smtp_tui.workflows.session import Session
from smtp_tui.workflows.sign_in import ensure_token, replace_token
from smtp_tui.workflows.test_email import TestSubject
from smtp_tui.workflows.trust_certificate import trust_certificate

__all__ = ["EditParameter", "ReviewValues", "TestDialog", "TestResult"]


class TestDialog(Dialog[TestResult]):
    """Asks for the recipient, sends, and says what came of it; True where a mail was tried.

    ``form`` is whether it stands over a form, to which ctrl+s leads back. ``at_once`` sends to the
    remembered recipient without asking again, as within a round of mending and testing.
    """

    __test__: ClassVar[bool] = False

    DEFAULT_CSS = """
    TestDialog #test-body { height: auto; scrollbar-size-vertical: 1; }
    TestDialog #outcome { height: auto; margin-top: 1; display: none; }
    TestDialog #outcome.-shown { display: block; }
    TestDialog #warning { height: auto; margin-top: 1; }
    TestDialog #facts { margin-top: 1; }
    TestDialog #test-keys { margin-top: 1; }
    """
    AUTO_FOCUS = ""  # after the token dialog too, letters stay keys
    ACTIONS = ("dialog.cancel", "test.edit", "test.again", "test.save")
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(*ACTIONS),
        Binding("down,j", "scroll_body(1)", show=False),
        Binding("up,k", "scroll_body(-1)", show=False),
        Binding("pagedown", "scroll_body(8)", show=False),
        Binding("pageup", "scroll_body(-8)", show=False),
    ]

    delivered: var[Delivered | None] = var(None)

    def __init__(
        self,
        session: Session,
        services: Services,
        subject: TestSubject,
        *,
        form: bool = False,
        at_once: bool = False,
        asides: tuple[str, ...] = (),
    ) -> None:
        super().__init__()
        self._session = session
        self._services = services
        self._subject = subject
        self._form = form
        self._at_once = at_once
        self._asides = asides
        self._ticker: Timer | None = None
        self._sending: Sending | None = None
        self._preparing = False
        self._waiting = False
        self._tried = False

    @property
    def title_text(self) -> str:
        """What is tested."""
        return f"Test email · {subject_name(self._subject)}"

    def compose_box(self) -> Iterable[Widget]:
        """Where, what came of it, which values, to whom."""
        with VerticalScroll(id="test-body", can_focus=False):
            yield PlainText(where_line(self._session))
            yield from (PlainText(one) for one in self._asides)
            if self._subject.warning:
                yield PlainText(warning_content(self._subject), id="warning")
            yield PlainText("", id="outcome")
            yield PlainText(facts_content(self._subject), id="facts")
            yield RecipientField(self._last_recipient())
        yield PlainText("", id="test-keys", classes="hint")

    def _last_recipient(self) -> str:
        """Where this profile's last test went."""
        profile = self._session.profile.name
        return self._session.memory.recipient or self._services.history.recipient_of(profile)

    @property
    def _to(self) -> RecipientField:
        return self.query_one(RecipientField)

    def on_mount(self) -> None:
        """Start on the recipient, or on a test of this record that is still under way."""
        self._to.input.focus()
        if self._earlier is not None:
            self._watch(self._earlier)
        elif self._at_once and not self._subject.warning:
            self._submit()
        self._show_keys()

    @property
    def _earlier(self) -> Sending | None:
        """The mail of this record that is on its way, whoever sent it."""
        return self._services.sendings.get(self._session.key(self._subject.record_id))

    def on_resize(self) -> None:
        """Keep the keys in sight: what is long scrolls above them."""
        body = self.query_one("#test-body", VerticalScroll)
        body.styles.max_height = max(4, self.size.height - 5)

    def action_scroll_body(self, lines: int) -> None:
        """Scroll by lines."""
        body = self.query_one("#test-body", VerticalScroll)
        body.scroll_relative(y=lines, animate=False)

    def _show_keys(self) -> None:
        self.query_one("#test-keys", PlainText).update(" · ".join(self._keys()))
        self.refresh_bindings()

    def _keys(self) -> tuple[str, ...]:
        back = self.cancel_key
        if self._waiting:
            return ("The mail may be sent although you stop waiting.",)
        if self._sending is not None:
            return (f"{back} closes; the outcome then comes as a message",)
        if self.delivered is None:
            return ("Enter sends", f"{back} closes")
        mend = mend_words(self.delivered.outcome, bound(self, "test.edit").first_key)
        save = (f"{bound(self, 'test.save').first_key} saves",) if self._form else ()
        again = f"{bound(self, 'test.again').first_key} again"
        return (*mend, *save, again, "↑ ↓ scroll", f"{back} back")

    @property
    def _parameter(self) -> str | None:
        """The parameter to look at, `to` being the recipient."""
        outcome = self.delivered.outcome if self.delivered is not None else None
        return outcome.parameter if isinstance(outcome, TestOutcome) else None

    def _say(self, content: Content | str) -> None:
        """Say what goes on, at the top, where it is seen on a small terminal too."""
        outcome = self.query_one("#outcome", PlainText)
        outcome.update(content)
        outcome.set_class(True, "-shown")
        self.query_one("#test-body", VerticalScroll).scroll_home(animate=False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Letters are keys only once there is an outcome; ctrl+s leads to a form only."""
        if action == "edit":
            return self.delivered is not None
        if action == "save":
            return self._form and not self._waiting
        return True

    @on(Input.Submitted)
    def submit(self, event: Input.Submitted) -> None:
        """Enter sends."""
        event.stop()
        self._submit()

    def _submit(self) -> None:
        """Check the address, then send, unless a test of this record is still under way."""
        address = self._to.address()
        if address is None:
            return
        if self._preparing or self._earlier is not None:
            self._to.note("The test before is still under way; one at a time.")
            return
        subject, scope = self._subject, self._session.target.scope
        try:
            request = subject.request(scope, address)
        except (IdRefused, ValueError) as error:
            self._say(clean(str(error)))
            return
        self._preparing = True
        self._send(request, address)

    @work(group="test", description="send a test email")
    async def _send(self, request: Request, to: str) -> None:
        """Have a token, remember the recipient, and hand the mail to a worker of the app."""
        try:
            with waiting(self, "Getting a token"):
                await ensure_token(self._session, ScreenOperator(self))
            if self._session.tokens.token() is None:
                self._say("Without a token nothing was sent.")
                return
            self._session.memory.recipient = to
            self.app.run_worker(self._remember_recipient(to), group="recipient")
        finally:
            self._preparing = False
        self._tried = True
        sending = send_off(self.app, self._session, self._services, self._subject, request, to)
        self._watch(sending)

    async def _remember_recipient(self, to: str) -> None:
        name = self._session.profile.name
        try:
            if await self._services.stored(name):
                await asyncio.to_thread(self._services.store.set_recipient, name, to)
        except (FileProblem, ProfilesFileError, ProfileRefused) as error:
            tell(self.app, clean(str(error)), about=About.PROFILE, kind=Kind.WARNING)

    def _watch(self, sending: Sending) -> None:
        """Count the seconds of a mail that is on its way."""
        self._sending = sending
        self._waiting = True
        self.delivered = None
        sending.watcher = self
        for warning in self.query("#warning"):
            warning.display = False  # it was about to happen, and has
        self._to.input.disabled = True
        self._to.note("")
        self._stop_ticker()
        self.query_one("#facts", PlainText).update(facts_content(sending.subject))
        self._ticker = self.set_interval(1.0, self._tick)
        self._tick()
        self._show_keys()

    def _stop_ticker(self) -> None:
        if self._ticker is not None:
            self._ticker.stop()
            self._ticker = None

    def _tick(self) -> None:
        if self._sending is None:
            return
        seconds = self._services.clock.monotonic() - self._sending.since
        own = self._sending.subject is self._subject
        words = "Sending" if own else "An earlier test of this is still under way"
        self._say(wait_words(f"{words} to {self._sending.to}", seconds, self.cancel_key))

    @on(TestFinished)
    def finished(self, event: TestFinished) -> None:
        """Show the outcome, also of a mail that nobody waited for any more."""
        if event.delivered.sending is not self._sending:
            return
        self._stop_ticker()
        subject = event.delivered.sending.subject
        done = isinstance(event.delivered.outcome, TestOutcome)
        self.query_one("#facts", PlainText).update(facts_content(subject, done=done))
        self._sending = None
        self._waiting = False
        self._to.note("")
        self._to.input.disabled = False
        self.delivered = event.delivered
        outcome = event.delivered.outcome
        self.set_focus(None)
        if isinstance(outcome, ApiError):
            self._say(refused_content(error_lines(self, outcome)[1:]))
            if isinstance(outcome, TokenRefused | TokenNeeded):
                self._ask_token(outcome.why)
            elif isinstance(outcome, CertificateRefused):
                self._meet(outcome)
        else:
            self._say(outcome_content(outcome, subject.host, event.delivered.seconds))
        self._show_keys()

    @property
    def _to_send(self) -> str:
        return f"Nothing was sent yet: {bound(self, 'test.again').first_key} sends."

    @work(group="test", description="ask for a token")
    async def _ask_token(self, why: str) -> None:
        if await replace_token(self._session, ScreenOperator(self), why):
            self._say(f"The token is new. {self._to_send}")

    @work(group="test", description="show a certificate")
    async def _meet(self, error: CertificateRefused) -> None:
        with suppress(ApiError):  # the server is gone meanwhile; what was refused is said already
            if await trust_certificate(self._session, ScreenOperator(self), error):
                self._say(f"The certificate is trusted now. {self._to_send}")

    def action_edit(self) -> None:
        """Mend the parameter to look at: in the form, or the recipient here."""
        if self._parameter == "to":
            self._to.input.focus()
        else:
            self.dismiss(EditParameter(self._parameter or "hostname"))

    def action_again(self) -> None:
        """Send, or send once more, to the address that stands there."""
        self._submit()

    def action_save(self) -> None:
        """Back to the form, to review and save what was tested."""
        self.dismiss(ReviewValues())

    def action_cancel(self) -> None:
        """Stop waiting, or close."""
        if not self._waiting:
            self.dismiss(self._tried)
            return
        self._waiting = False
        self._stop_ticker()
        self._say("Stopped waiting. The mail may still have been sent; what comes of it is kept.")
        self._show_keys()
