"""``test``: a test email, with a verdict and the mail server's own words."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Callable
from functools import partial

from msgspec.structs import asdict, replace

from smtp_tui.api.requests import Operation
from smtp_tui.api.writes import was_not_sent
from smtp_tui.cli.exit_codes import ExitCode, UsageError
from smtp_tui.cli.failing import VERDICT_CODES
from smtp_tui.cli.find import find
from smtp_tui.cli.operator import CommandOperator
from smtp_tui.cli.output import show_many
from smtp_tui.cli.running import Environ, begin, named_records, record_and_values, wants_many
from smtp_tui.cli.say import inform, say, show, warn
from smtp_tui.cli.shapes import Mail, outcome_of
from smtp_tui.cli.values import gives_password, read_values, test_recipient
from smtp_tui.editing.draft import draft_of, new_draft
from smtp_tui.mail.outcome import TestOutcome, Verdict
from smtp_tui.state.files import state_directory
from smtp_tui.state.history import TestHistory
from smtp_tui.text import clean, clean_block, record_name
from smtp_tui.workflows.plan import PlanEntry
from smtp_tui.workflows.progress import mail_result
from smtp_tui.workflows.session import Session
from smtp_tui.workflows.test_email import TestMail, TestMails, TestSubject


def send_test(options: argparse.Namespace, environ: Environ) -> ExitCode:
    """Send a test email and judge what came of it; or one with each of several records."""
    names = named_records(options)
    several = len(names) > 1 and len(names) == len(options.values)
    if several or wants_many(options) or options.dry_run:
        from smtp_tui.cli.bulk import test_many  # noqa: PLC0415 - not for one record

        return test_many(options, environ, names)
    as_saved = not options.unsaved and len(options.values) < 2 and not gives_password(options)
    run = begin(options, environ, Operation.TEST_SAVED if as_saved else Operation.TEST_VALUES)
    to = test_recipient(options, run.profile)
    wanted, arguments = None, options.values
    if not options.unsaved:
        if not names:
            raise UsageError("name a record, or use --values to test values without one")
        wanted, arguments = record_and_values(options)
    values = read_values(options, arguments)
    mails = TestMails(TestHistory(state_directory(environ)))

    async def work(session: Session, operator: CommandOperator) -> ExitCode:
        """Find the record, check the values, and send."""
        opened = None if wanted is None else await find(session, operator, wanted)
        draft = new_draft() if opened is None else draft_of(opened)
        _, patch = values.fill(draft, opened)
        subject = TestSubject(draft.name, opened, patch)
        inform(f"Testing {_what(subject)}; the CAM host sends the mail.")
        if subject.warning:
            warn(clean(subject.warning))
        return await _send(session, operator, mails, subject, to)

    return run.do(work)


def _what(subject: TestSubject) -> str:
    if subject.record_id is None:
        return "unsaved values"
    how = "with unsaved changes" if subject.patch else "as saved"
    return f"{record_name(subject.name, subject.record_id)}, {how}"


async def _send(
    session: Session, operator: CommandOperator, mails: TestMails, subject: TestSubject, to: str
) -> ExitCode:
    mail = await mails.prepare(session, operator, subject, to)
    assert mail is not None  # without a token the operator raised an error
    tell: Callable[[TestMail], None] = _show
    if operator.options.json:
        tell = partial(_show_json, operator.options, session.profile.name)
    try:
        await mails.send(session, operator, mail, tell)
    except asyncio.CancelledError as stopped:
        may = "no mail was sent" if was_not_sent(stopped) else "the mail may have been sent"
        say(f"Interrupted; {may}.")
        raise
    if isinstance(mail.outcome, TestOutcome):
        return VERDICT_CODES[mail.outcome.verdict]
    say("No mail was sent.")
    assert mail.outcome is not None
    raise mail.outcome


def _show(mail: TestMail) -> None:
    outcome = mail.outcome
    if not isinstance(outcome, TestOutcome):
        return
    lines = [" · ".join((outcome.verdict.value, *mail.facts)), outcome.meaning, outcome.advice]
    if outcome.parameter and outcome.verdict is not Verdict.ACCEPTED:
        lines.append(f"Check: {outcome.parameter}")
    if outcome.request_id and outcome.verdict is Verdict.UNKNOWN:
        lines.append(f"Request id: {outcome.request_id}")
    said = ["Server response:", clean_block(outcome.server_text)] if outcome.server_text else []
    show("\n".join((*map(clean, filter(None, lines)), *said)))


def _show_json(options: argparse.Namespace, profile: str, mail: TestMail) -> None:
    outcome, subject = mail.outcome, mail.subject
    if isinstance(outcome, TestOutcome):
        took = round(mail.seconds * 1000)
        known = Mail(**asdict(outcome), to=mail.to, milliseconds=took)
        entry = PlanEntry(profile, Operation.TEST_SAVED, subject.opened, subject.name)
        told = outcome_of(entry, mail_result(outcome), known)
        show_many(options, [replace(told, changed=subject.patch.names)])
