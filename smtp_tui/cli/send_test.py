"""``test``: a test email, with a verdict and the mail server's own words."""

from __future__ import annotations

import argparse
import asyncio

from msgspec import to_builtins

from smtp_tui.api.requests import Operation
from smtp_tui.cli.arguments import EMPTY
from smtp_tui.cli.exit_codes import ExitCode
from smtp_tui.cli.failing import Refusal
from smtp_tui.cli.operator import CommandOperator
from smtp_tui.cli.records import find
from smtp_tui.cli.running import Environ, chosen_profile, may_write, on_profile
from smtp_tui.cli.say import clean, clean_block, record_name, remark, show, show_json
from smtp_tui.cli.secret_input import read_password
from smtp_tui.cli.values import check, filled, parsed
from smtp_tui.editing.draft import draft_of, new_draft
from smtp_tui.editing.patch import patch_for
from smtp_tui.mail.outcome import TestOutcome, Verdict
from smtp_tui.mail.recipient import parse_recipient
from smtp_tui.profiles.sources import CredentialError
from smtp_tui.state.files import state_directory
from smtp_tui.state.history import TestHistory
from smtp_tui.workflows.session import Session
from smtp_tui.workflows.test_email import TestMail, TestMails, TestSubject

_CODES = {
    Verdict.ACCEPTED: ExitCode.OK,
    Verdict.REJECTED: ExitCode.MAIL_REJECTED,
    Verdict.UNREACHABLE: ExitCode.MAIL_UNREACHABLE,
    Verdict.UNKNOWN: ExitCode.UNKNOWN_OUTCOME,
}


def send_test(options: argparse.Namespace, environ: Environ) -> ExitCode:
    """Send a test email and judge what came of it."""
    profile = chosen_profile(options, environ, writes=True)
    to = _recipient(options.to)
    arguments = list(options.values)
    wanted = None
    if not options.unsaved:
        if arguments and not arguments[0].strip():
            raise Refusal(f"the record: {EMPTY}")
        if not arguments or "=" in arguments[0]:
            raise Refusal("name a record, or give --values to test values stored nowhere")
        wanted = arguments.pop(0)
    texts, password = parsed(arguments), read_password(options)
    mails = TestMails(TestHistory(state_directory(environ)))

    async def work(session: Session) -> ExitCode:
        """Find the record, check the values, and send."""
        may_write(session, Operation.TEST_SAVED if wanted else Operation.TEST_VALUES)
        opened = None if wanted is None else await find(session, wanted)
        draft = filled(
            draft_of(opened) if opened else new_draft(), texts, password, new=options.new_parameters
        )
        patch = patch_for(draft, opened)
        check(draft, patch.names if opened else draft.names, opened)
        name = opened.name if opened else ""
        subject = TestSubject(opened.id if opened else None, name, opened, patch)
        remark(f"Testing {clean(_what(subject))}; the mail leaves from the CAM host.")
        if subject.warning:
            remark(f"warning: {clean(subject.warning)}")
        return await _send(session, mails, subject, to, options)

    return on_profile(profile, options, environ, work)


def _recipient(text: str) -> str:
    address, remarks = parse_recipient(text)
    if address is None:
        raise Refusal("--to: " + " ".join(remark.text for remark in remarks))
    return address


def _what(subject: TestSubject) -> str:
    if subject.record_id is None:
        return "values that are stored nowhere"
    how = "with changes that are not saved" if subject.patch else "as it is saved"
    return f"{record_name(subject.name, subject.record_id)}, {how}"


async def _send(
    session: Session, mails: TestMails, subject: TestSubject, to: str, options: argparse.Namespace
) -> ExitCode:
    operator = CommandOperator()
    mail = await mails.prepare(session, operator, subject, to)
    if mail is None:
        raise CredentialError("without a token nothing was sent")
    show_outcome = _show_json if options.json else _show
    try:
        await mails.send(session, operator, mail, show_outcome)
    except asyncio.CancelledError:
        remark("Interrupted; the mail may have been sent.")
        raise
    if isinstance(mail.outcome, TestOutcome):
        return _CODES[mail.outcome.verdict]
    remark("No mail was tried.")
    assert mail.outcome is not None
    raise mail.outcome


def _show(mail: TestMail) -> None:
    outcome = mail.outcome
    if not isinstance(outcome, TestOutcome):
        return
    lines = [clean(" · ".join((outcome.verdict.value, *mail.facts))), clean(outcome.meaning)]
    if outcome.advice:
        lines.append(clean(outcome.advice))
    if outcome.parameter and outcome.verdict is not Verdict.ACCEPTED:
        lines.append(f"Look at: {clean(outcome.parameter)}")
    if outcome.request_id and outcome.verdict is Verdict.UNKNOWN:
        lines.append(f"Request id: {clean(outcome.request_id)}")
    if outcome.server_text:
        lines += ["The server said:", clean_block(outcome.server_text)]
    show("\n".join(lines))


def _show_json(mail: TestMail) -> None:
    outcome = mail.outcome
    if not isinstance(outcome, TestOutcome):
        return
    facts = {
        "to": mail.to,
        "id": mail.subject.record_id,
        "milliseconds": round(mail.seconds * 1000),
    }
    show_json({**to_builtins(outcome), **facts})
