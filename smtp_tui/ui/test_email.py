"""The test email: which values, to whom, and what came of it, in the server's own words."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar, Final

from msgspec import Struct
from textual import on, work
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input

from smtp_tui.api.errors import ApiError
from smtp_tui.api.requests import IdRefused
from smtp_tui.api.target import Access
from smtp_tui.mail.outcome import WORDS_LIMIT, TestOutcome, Verdict
from smtp_tui.mail.recipient import parse_recipient
from smtp_tui.mail.remarks import Remarks, error
from smtp_tui.profiles.store import ProfileRefused
from smtp_tui.state.files import FileProblem
from smtp_tui.text import clean, clean_block
from smtp_tui.ui.actions import bindings
from smtp_tui.ui.base import Dialog, EditParameter, OpenForm, everywhere, opens_screen
from smtp_tui.ui.keymap import bound, error_lines
from smtp_tui.ui.messages import tell, wait_words
from smtp_tui.ui.operator import ScreenOperator
from smtp_tui.ui.services import Services
from smtp_tui.ui.verdict import (
    refused_content,
    values_content,
    verdict_content,
    way_content,
    wrong_values,
)
from smtp_tui.ui.widgets.fields import Field
from smtp_tui.ui.widgets.plain_text import PlainText
from smtp_tui.workflows.operator import About, Kind
from smtp_tui.workflows.session import Session
from smtp_tui.workflows.sign_in import after_refusal
from smtp_tui.workflows.test_email import TestMail, TestSubject

if TYPE_CHECKING:
    from textual.app import App


_LEAVES: Final = "The CAM host sends the mail, not this machine."
_MAY_BE_SENT: Final = "The mail may still be sent after you stop waiting."
_LOOKS: Final = {
    Verdict.ACCEPTED: "-accepted",
    Verdict.REJECTED: "-danger",
    Verdict.UNREACHABLE: "-unreachable",
    Verdict.UNKNOWN: "-unknown",
}
"""The class of the dialog that shows a verdict: its border says how it went."""
_FRAME: Final = 4
"""Cells beside what stands in the dialog: its border, and a blank."""


class ReviewValues(Struct, frozen=True):
    """The answer of the dialog where the tested values are to be saved."""


class TestFinished(Message):
    """Posted to every screen when a test mail has its outcome, which the history then holds."""

    def __init__(self, mail: TestMail) -> None:
        super().__init__()
        self.mail = mail


class TestDialog(Dialog[EditParameter | ReviewValues | bool]):
    """Asks for the recipient, sends, and shows the outcome; True where a mail was tried.

    ``form`` is whether it stands over a form, to which ctrl+s leads back. ``at_once`` sends to the
    remembered recipient without asking again, as within a round of editing and testing. ``mail`` is
    the test mail that is shown.
    """

    DEFAULT_CSS = """
    TestDialog.-accepted > #box { border: round $good; }
    TestDialog.-unreachable > #box { border: round $warn; }
    TestDialog.-unknown > #box { border: round $unknown; }
    TestDialog #test-body { height: auto; scrollbar-size-vertical: 1; }
    TestDialog #response { border-left: solid $bad; padding-left: 1; }
    TestDialog.-accepted #response { border-left: solid $good; }
    TestDialog.-unreachable #response { border-left: solid $warn; }
    TestDialog.-unknown #response { border-left: solid $unknown; }
    """
    BODY = "#test-body"
    WIDTH = 100
    AUTO_FOCUS = ""  # after the token dialog too, letters stay keys
    ACTIONS = ("dialog.cancel", "test.edit", "test.again", "test.save", "test.probe")
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(*ACTIONS), everywhere("app.mailbox")]

    def __init__(
        self,
        session: Session,
        services: Services,
        subject: TestSubject,
        *,
        form: bool = False,
        at_once: bool = False,
        open_form: OpenForm | None = None,
    ) -> None:
        super().__init__()
        self._session = session
        self._open_form = open_form
        self._services = services
        self._subject = subject
        self.title = f"Test email · {subject.title}"
        self.profile = session.profile
        self._form = form
        self._at_once = at_once
        self.mail: TestMail | None = None
        self._preparing = False
        self._waiting = False
        self._tried = False
        recipient = last_recipient(session, services)
        self._to = Field("to", recipient, label="Send to", hint="recipient address")
        self._to.mark_cells, self._to.label_cells = 0, 8
        self._body = VerticalScroll(id="test-body", can_focus=False)
        warning = Content.styled(f"▲ {clean(subject.warning)}", "bold $warn")
        self._warning = PlainText(warning, classes="apart")
        self._said = PlainText(classes="apart")
        self._way = PlainText(classes="apart")
        self._response = PlainText(id="response")
        self._values = PlainText(classes="apart")
        self._note_below = PlainText(_LEAVES, classes="hint apart")

    def compose_box(self) -> Iterable[Widget]:
        """The outcome, which values, to whom."""
        self._share_height()  # before the first frame, so that it is laid out once
        with self._body:
            yield from (self._warning, self._said, self._way)
            yield PlainText("Server response", id="response-label", classes="hint apart")
            yield from (self._response, self._values, self._to, self._note_below)

    def on_mount(self) -> None:
        """Start on the recipient, or on a test of this record that is still under way."""
        self._ticker = self.set_interval(1.0, self._tick, pause=True)
        self._warning.display, self._said.display = bool(self._subject.warning), False
        self._show_outcome()
        self.set_focus(self._to.input)
        if self._earlier is not None:
            self._watch(self._earlier)
        elif self._at_once and not self._subject.warning:
            self.action_again()
        self._show_keys()

    def on_resize(self) -> None:
        """Lay out the outcome anew."""
        self._share_height()
        self._show_outcome()

    def _share_height(self) -> None:
        """Keep the keys in sight: what is long scrolls above them."""
        self._body.styles.max_height = max(4, self.app.size.height - 3)

    @property
    def _earlier(self) -> TestMail | None:
        """The mail of this record that is under way, whichever screen sent it."""
        key = self._session.key(self._subject.record_id)
        return self._services.tests.under_way.get(key)

    @property
    def _outcome(self) -> TestOutcome | ApiError | None:
        return self.mail.outcome if self.mail is not None else None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Letters are keys only once there is an outcome; ctrl+s leads to a form only."""
        if action == "edit":
            return self._outcome is not None and self._may_edit
        if action == "save":
            return self._form and not self._waiting
        return True

    @property
    def _may_edit(self) -> bool:
        """Whether what to look at can be changed: in a read-only profile only the recipient."""
        outcome = self._outcome
        recipient = isinstance(outcome, TestOutcome) and outcome.parameter == "to"
        return recipient or self._session.target.access is not Access.READ_ONLY

    def _show_keys(self) -> None:
        self.show_keys()
        self.refresh_bindings()

    def keys(self) -> Iterable[tuple[str, str]]:
        """What is possible now."""
        back, outcome = self.cancel_key, self._outcome
        if self._waiting:
            return ((bound(self, "test.probe").first_key, "Probe"), (back, "Stop waiting"))
        if self.mail is None:
            probe = (bound(self, "test.probe").last_key, "Probe")
            return (("enter", "Send"), probe, (back, "Back"))
        if outcome is None:
            return ((back, "Back"),)
        actions = [bound(self, each) for each in ("test.again", "test.probe")]
        keys = [*((each.first_key, each.label) for each in actions), (back, "Back")]
        if self._form:
            keys.insert(0, (bound(self, "test.save").first_key, "Review and save"))
        if not isinstance(outcome, TestOutcome):
            return keys
        if outcome.verdict is Verdict.ACCEPTED and self._services.mailbox is not None:
            keys.insert(0, (bound(self, "app.mailbox").first_key, "Mailbox"))
        if self._may_edit:
            what = {None: "record", "to": "recipient"}.get(outcome.parameter, outcome.parameter)
            keys.insert(0, (bound(self, "test.edit").first_key, f"Edit {what}"))
        return keys

    def _say(self, content: Content | str) -> None:
        """Show this at the top, where it is seen on a small terminal too."""
        self._said.update(content)
        self._said.display = True
        self._body.scroll_home(animate=False)

    def _note(self, remarks: Remarks = ()) -> None:
        """Say this under the address, in place of what was said there before."""
        self._to.show(False, remarks)
        if remarks:
            self._to.scroll_visible(animate=False)

    @on(Field.Edited)
    def check_address(self) -> None:
        """Say what is unusual about the address; that it is not finished is no remark."""
        address, remarks = parse_recipient(self._to.text.strip())
        self._note(() if address is None else remarks)

    @on(Input.Submitted)
    def action_again(self) -> None:
        """Send, or send once more, to the address that stands there, if it is one.

        Not while a test of this record is still under way.
        """
        address, remarks = parse_recipient(self._to.text.strip())
        if address is None:
            self._to.input.focus()
            self._note(remarks)
        elif self._preparing or self._earlier is not None:
            self._note((error("The last test is still under way; one at a time."),))
        else:
            self._preparing = True
            self._send(address)

    @work(group="test", description="send a test email")
    async def _send(self, to: str) -> None:
        """Prepare the mail, and hand it to a worker of the app, which outlives every screen."""
        tests, operator = self._services.tests, ScreenOperator(self)
        try:
            mail = await tests.prepare(self._session, operator, self._subject, to)
        except (IdRefused, ValueError) as refusal:
            self._say(clean(str(refusal)))
            return
        finally:
            self._preparing = False
        if mail is None:
            self._say("Not sent: there is no token.")
            return
        self._tried = True
        self.app.run_worker(self._remember_recipient(to), group="recipient")
        delivery = _deliver(self.app, self._session, self._services, operator, mail)
        self.app.run_worker(delivery, group="test mail", description="deliver a test email")
        self._watch(mail)

    async def _remember_recipient(self, to: str) -> None:
        name = self._session.profile.name
        try:
            if await self._services.in_file(name) is not None:
                await asyncio.to_thread(self._services.store.set_recipient, name, to)
        except (FileProblem, ProfileRefused) as problem:
            tell(self.app, clean(str(problem)), about=About.PROFILE, kind=Kind.WARNING)

    def _watch(self, mail: TestMail) -> None:
        """Count the seconds of a mail that is under way."""
        self.mail = mail
        self._waiting = True
        self._warning.display = False  # it was about to happen, and has
        self._to.input.disabled = True
        self._note()
        self._show_outcome()
        self._ticker.resume()
        self._tick()
        self._show_keys()

    def _tick(self) -> None:
        mail = self.mail
        if mail is None:
            return
        seconds = self._services.clock.monotonic() - mail.since
        own = mail.subject is self._subject
        words = "Sending again" if self._at_once else "Sending"
        words = words if own else "An earlier test of this is still under way"
        self._say(wait_words(f"{words} to {mail.to}", seconds, self.cancel_key))

    @on(TestFinished)
    def show_outcome(self, event: TestFinished) -> None:
        """Show the outcome, also of a mail that nobody waited for any more."""
        mail = event.mail
        if mail is not self.mail:
            return
        self._ticker.pause()
        self._waiting = False
        self._note()
        self._to.input.disabled = False
        self.set_focus(None)
        if isinstance(mail.outcome, ApiError):
            self._say(refused_content(error_lines(self, mail.outcome)[1:]))
            self._recover(mail.outcome)
        elif mail.outcome is not None:
            self._say(verdict_content(mail, mail.outcome))
        self._show_outcome()
        self._show_keys()

    def _show_outcome(self) -> None:
        """Show border, way, server's words and values of what is known so far."""
        outcome = self._outcome
        found = outcome if isinstance(outcome, TestOutcome) else None
        look = _LOOKS[found.verdict] if found is not None else "-danger" if outcome else ""
        for known in _LOOKS.values():
            self.set_class(known == look, known)
        way = Content() if found is None else way_content(found, self._room)
        self._way.update(way)
        self._way.display = bool(way)
        words = "" if found is None else clean_block(found.server_text, WORDS_LIMIT)
        self._response.update(words)
        self._response.display = self.query_one("#response-label").display = bool(words)
        self._show_values(found)

    def _show_values(self, outcome: TestOutcome | None) -> None:
        """Show the values used, and which of them to look at."""
        subject = self._subject if self.mail is None else self.mail.subject
        self._values.update(values_content(subject, self._room, outcome))
        self._to.wrong = "to" in wrong_values(outcome)
        self._note_below.update(_MAY_BE_SENT if self._waiting else _LEAVES)
        self._note_below.display = self._waiting or self.mail is None

    @property
    def _room(self) -> int:
        """The cells of a line."""
        return min(self.WIDTH, self.app.size.width) - _FRAME

    @work(group="test", description="ask for a token, or show a certificate")
    async def _recover(self, refusal: ApiError) -> None:
        mended = await after_refusal(self._session, ScreenOperator(self), refusal)
        if mended:
            again = bound(self, "test.again").first_key
            self._say(f"{mended} Nothing was sent yet: {again} sends.")

    @opens_screen
    async def action_edit(self) -> None:
        """Edit the parameter to look at: in the form, or the recipient here."""
        outcome = self._outcome
        parameter = outcome.parameter if isinstance(outcome, TestOutcome) else None
        name = parameter or "hostname"
        if name == "to":
            self._to.input.focus()
        elif self._open_form is None or await self._open_form(name):
            self.dismiss(EditParameter(name))

    def action_save(self) -> None:
        """Back to the form, to review and save what was tested."""
        self.dismiss(ReviewValues())

    @opens_screen
    async def action_probe(self) -> None:
        """Look at the mail server from this machine, with the values that are tested."""
        from smtp_tui.ui.probe.dialog import ProbeDialog  # noqa: PLC0415 - seldom needed

        dialog = ProbeDialog(self._session, self._services, self._subject, self._open_form)
        edit = await self.app.push_screen_wait(dialog)
        if edit is not None:
            self.dismiss(edit)

    def action_cancel(self) -> None:
        """Stop waiting, or close."""
        if not self._waiting:
            self.dismiss(self._tried)
            return
        self._waiting = False
        self._ticker.pause()
        self._say("Stopped waiting. The mail may still be sent; its outcome will be recorded.")
        self._show_outcome()
        self._show_keys()


async def _deliver(
    app: App[None], session: Session, services: Services, operator: ScreenOperator, mail: TestMail
) -> None:
    """Send a mail, and tell every screen of its outcome; as a message where none shows it."""

    def judged(mail: TestMail) -> None:
        """Post the outcome, which the history holds by now."""
        dialogs = [screen for screen in app.screen_stack if isinstance(screen, TestDialog)]
        for screen in app.screen_stack:
            screen.post_message(TestFinished(mail))
        if not any(dialog.mail is mail for dialog in dialogs):
            words = clean(late_words(session.profile.name, mail), 400)
            tell(app, words, about=words, lasting=True)

    await services.tests.send(session, operator, mail, judged)


def last_recipient(session: Session, services: Services) -> str:
    """The address that the last test went to; blank where there was none."""
    return session.memory.recipient or services.history.recipient_of(session.profile.name)


def late_words(profile: str, mail: TestMail) -> str:
    """What came of a test mail in a line, for someone who has turned to other things."""
    what = f"Test of {mail.subject.title} ({clean(profile, 40)})"
    outcome = mail.outcome
    if isinstance(outcome, ApiError):
        return f"{what}: not sent. {clean(outcome.why, 300)}"
    if outcome is None:
        return what
    tried = outcome.verdict is not Verdict.ACCEPTED
    step = f" · {outcome.phase.value}" if tried else ""
    return f"{what}: {outcome.verdict.value}{step} · {outcome.meaning}"
