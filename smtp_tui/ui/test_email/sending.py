"""Sending a test mail, so that its outcome is kept whoever has stopped waiting for it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from msgspec import Struct
from textual.message import Message

from smtp_tui.api.errors import ApiError
from smtp_tui.api.requests import Request
from smtp_tui.mail.outcome import TestOutcome, unknown
from smtp_tui.mail.reply_model import Verdict
from smtp_tui.state.files import FileProblem
from smtp_tui.state.history import TestRun
from smtp_tui.text import clean
from smtp_tui.ui.messages import tell
from smtp_tui.ui.services import Services
from smtp_tui.ui.test_email.subject import Sending, subject_name
from smtp_tui.workflows.operator import About, Kind
from smtp_tui.workflows.session import Session
from smtp_tui.workflows.test_email import TestSubject, run_of, send_test

if TYPE_CHECKING:
    from textual.app import App

LEFT = "The program was left before an answer came. The mail may have been sent."


class Delivered(Struct, frozen=True):
    """What came of a test mail; ``outcome`` is an error where surely no mail was tried."""

    sending: Sending
    outcome: TestOutcome | ApiError
    seconds: float


class TestFinished(Message):
    """Told to every screen when a test mail has its outcome, which the history then holds."""

    __test__ = False  # not a test case, whatever its name

    def __init__(self, delivered: Delivered) -> None:
        super().__init__()
        self.delivered = delivered


def send_off(
    app: App[None],
    session: Session,
    services: Services,
    subject: TestSubject,
    request: Request,
    to: str,
) -> Sending:
    """Send in a worker of the app, which outlives every screen; one mail per record at a time."""
    sending = Sending(subject, to, services.clock.now(), services.clock.monotonic())
    services.sendings[session.key(subject.record_id)] = sending
    delivery = _deliver(app, session, services, sending, request)
    app.run_worker(delivery, group="test mail", description="deliver a test email")
    return sending


async def _deliver(
    app: App[None], session: Session, services: Services, sending: Sending, request: Request
) -> None:
    """Keep the outcome and tell every screen; left half-way, it is kept as unknown."""
    try:
        outcome = await _outcome_of(session, sending, request)
    except asyncio.CancelledError:
        left = Delivered(sending, unknown(LEFT), _seconds(services, sending))
        # The program waits for its threads at its end, and for no task that was cancelled.
        asyncio.get_running_loop().run_in_executor(None, _keep, session, services, left)
        raise
    finally:
        del services.sendings[session.key(sending.subject.record_id)]
    delivered = Delivered(sending, outcome, _seconds(services, sending))
    run = _run(session, delivered)
    if run is not None:
        services.history.remember(session.key(sending.subject.record_id), run)
    for screen in app.screen_stack:
        screen.post_message(TestFinished(delivered))
    unseen = sending.watcher not in app.screen_stack
    if unseen and services.held.report_test is not None:
        services.held.report_test(_late_words(session, delivered))
    problem = await asyncio.to_thread(_keep, session, services, delivered)
    if problem:
        tell(app, problem, about=About.FILES, kind=Kind.WARNING)


async def _outcome_of(
    session: Session, sending: Sending, request: Request
) -> TestOutcome | ApiError:
    """The verdict, or the error where the request was refused before a mail was tried."""
    try:
        return await send_test(session.connections, sending.subject, request, sending.to)
    except ApiError as error:
        return error


def _seconds(services: Services, sending: Sending) -> float:
    return services.clock.monotonic() - sending.since


def _run(session: Session, delivered: Delivered) -> TestRun | None:
    """The outcome as the history of its record holds it; None for what it does not hold."""
    sending, outcome = delivered.sending, delivered.outcome
    if sending.subject.record_id is None or isinstance(outcome, ApiError):
        return None
    return run_of(
        sending.subject,
        outcome,
        profile=session.profile.name,
        to=sending.to,
        at=sending.at,
        milliseconds=round(delivered.seconds * 1000),
    )


def _keep(session: Session, services: Services, delivered: Delivered) -> str:
    """Add the outcome to the history file; words where that could not be written. Blocks."""
    run = _run(session, delivered)
    if run is None:
        return ""
    try:
        services.history.add(session.key(delivered.sending.subject.record_id), run)
    except FileProblem as error:
        return f"This test is not kept: {clean(str(error))}"
    return ""


def _late_words(session: Session, delivered: Delivered) -> str:
    """The outcome in a line, for someone who has turned to other things."""
    subject, outcome = delivered.sending.subject, delivered.outcome
    name = subject_name(subject)
    where = clean(session.profile.name, 40)
    if isinstance(outcome, ApiError):
        return f"Test of {name} ({where}): not sent. {clean(outcome.why, 300)}"
    phase = "" if outcome.verdict is Verdict.ACCEPTED else f" · {outcome.phase.value}"
    return f"Test of {name} ({where}): {outcome.verdict.value}{phase} · {outcome.meaning}"
