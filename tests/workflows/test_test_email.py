"""A test email without a screen: the token, one request, the verdict, the history."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from smtp_tui.api.errors import TokenRefused
from smtp_tui.api.models import Record
from smtp_tui.api.requests import IdRefused
from smtp_tui.api.secret import SecretStr
from smtp_tui.editing.draft import KEEP, Clear, Replace, SecretEdit, draft_of
from smtp_tui.editing.patch import patch_for
from smtp_tui.mail.outcome import TestOutcome, Verdict
from smtp_tui.profiles.sources import PromptToken
from smtp_tui.profiles.tokens import Tokens
from smtp_tui.state.history import PasswordUsed, TestHistory, TestRun
from smtp_tui.workflows.session import Session
from smtp_tui.workflows.test_email import TestMail, TestMails, TestSubject
from tests.failing_sandbox import Fault, FaultKind, Operation, Phase, Sandbox, refuse
from tests.waiting import wait_for
from tests.workflows.scripted import ScriptedOperator

TO = "someone@example.com"
RELAY = {"username": "relay", "password": "relay-password"}


@pytest.fixture
def mails(tmp_path: Path) -> TestMails:
    return TestMails(TestHistory(tmp_path / "state"))


async def subject_of(sandbox: Sandbox, session: Session) -> TestSubject:
    values = {"hostname": "localhost", "port": sandbox.smtp_port, **RELAY}
    record = await session.connections.get(sandbox.add_record("MAIL", values))
    return TestSubject(record.name, record)


async def sent(
    mails: TestMails, session: Session, subject: TestSubject, operator: ScriptedOperator
) -> TestMail:
    """Prepare and send a mail; the history knows it by the time its outcome is shown."""
    mail = await mails.prepare(session, operator, subject, TO)
    assert mail is not None
    shown: list[bool] = []

    def judged(mail: TestMail) -> None:
        shown.append(bool(remembered(mails.history, session, subject)))

    await mails.send(session, operator, mail, judged)
    assert shown == [isinstance(mail.outcome, TestOutcome) and subject.record_id is not None]
    assert mails.under_way == {}
    return mail


def remembered(history: TestHistory, session: Session, subject: TestSubject) -> list[TestRun]:
    return [tested.run for tested in history.tests(session.key(subject.record_id))]


def verdict(mail: TestMail) -> Verdict:
    assert isinstance(mail.outcome, TestOutcome)
    return mail.outcome.verdict


def journalled(tmp_path: Path) -> list[str]:
    lines = (tmp_path / "state" / "audit.jsonl").read_text().splitlines()
    return [json.loads(line).get("outcome") or "intent" for line in lines]


async def test_a_mail_is_sent_once_judged_journalled_and_remembered(
    sandbox: Sandbox, session: Session, mails: TestMails, tmp_path: Path
) -> None:
    subject, operator = await subject_of(sandbox, session), ScriptedOperator()
    mail = await sent(mails, session, subject, operator)
    assert verdict(mail) is Verdict.ACCEPTED
    assert [received.rcpt_to for received in sandbox.mailbox] == [(TO,)]
    assert journalled(tmp_path) == ["intent", "mail accepted"]
    assert session.memory.recipient == TO
    written = TestHistory(tmp_path / "state")
    written.load()
    (run,) = remembered(written, session, subject)
    assert (run.verdict, run.recipient, run.unsaved) == ("ACCEPTED", TO, ())


@pytest.mark.parametrize(
    ("login", "edit", "reply", "missing"),
    [
        ({"username": "relay"}, KEEP, "", "password"),
        (RELAY, Clear(), "530 5.7.0 Authentication required", "password"),
        (RELAY, KEEP, "530 5.7.0 Authentication required", "username"),
        ({"username": ""}, KEEP, "535 5.7.8 Authentication failed", "username"),
    ],
)
async def test_a_refused_login_points_to_the_half_of_it_that_is_missing(
    sandbox: Sandbox,
    session: Session,
    mails: TestMails,
    login: dict[str, str],
    edit: SecretEdit,
    reply: str,
    missing: str,
) -> None:
    if reply:
        body = json.dumps({"error": {"message": reply}}).encode()
        sandbox.faults.add(Fault(FaultKind.RAW, Operation.TEST_SAVED, status=500, body=body))
    values = {"hostname": "localhost", "port": sandbox.smtp_port, **login}
    record = await session.connections.get(sandbox.add_record("MAIL", values))
    patch = patch_for(draft_of(record).with_secret("password", edit), record)
    subject = TestSubject(record.name, record, patch)
    mail = await sent(mails, session, subject, ScriptedOperator())
    assert isinstance(mail.outcome, TestOutcome)
    assert mail.outcome.phase.value == "login"
    assert (mail.outcome.verdict, mail.outcome.parameter) == (Verdict.REJECTED, missing)


async def test_values_that_are_saved_nowhere_leave_nothing_in_the_history(
    sandbox: Sandbox, session: Session, mails: TestMails, tmp_path: Path
) -> None:
    subject = TestSubject("")
    assert verdict(await sent(mails, session, subject, ScriptedOperator())) is not None
    assert not (tmp_path / "state" / "tests.jsonl").exists()


@pytest.mark.parametrize("kind", [FaultKind.RESET, FaultKind.TRUNCATED])
async def test_a_lost_answer_is_unknown_and_nothing_is_sent_again(
    sandbox: Sandbox, session: Session, mails: TestMails, kind: FaultKind
) -> None:
    subject = await subject_of(sandbox, session)
    sandbox.faults.add(Fault(kind, Operation.TEST_SAVED, after_work=True))
    assert verdict(await sent(mails, session, subject, ScriptedOperator())) is Verdict.UNKNOWN
    assert len(sandbox.mailbox) == 1


async def test_a_refused_token_is_no_verdict_and_not_in_the_history(
    sandbox: Sandbox, session: Session, mails: TestMails
) -> None:
    subject = await subject_of(sandbox, session)
    sandbox.faults.add(Fault(FaultKind.UNAUTHORIZED, Operation.TEST_SAVED))
    operator = ScriptedOperator(token=sandbox.admin_token)
    mail = await sent(mails, session, subject, operator)
    assert isinstance(mail.outcome, TokenRefused)
    assert operator.asked == []
    assert sandbox.mailbox == ()


async def test_what_the_mail_server_refuses_is_remembered_with_its_step(
    sandbox: Sandbox, session: Session, mails: TestMails
) -> None:
    subject = await subject_of(sandbox, session)
    sandbox.mail.play(refuse(Phase.AUTH, "535 5.7.8 Error: authentication failed"))
    mail = await sent(mails, session, subject, ScriptedOperator())
    assert verdict(mail) is Verdict.REJECTED
    assert "login" in mail.facts
    (run,) = remembered(mails.history, session, subject)
    assert (run.verdict, run.phase) == ("REJECTED", "login")


async def test_without_a_token_or_with_an_id_that_is_none_nothing_is_prepared(
    sandbox: Sandbox, session: Session, mails: TestMails
) -> None:
    subject = await subject_of(sandbox, session)
    with pytest.raises(IdRefused):
        await mails.prepare(session, ScriptedOperator(), TestSubject("", Record("..", "")), TO)
    without = replace(session, tokens=Tokens(PromptToken(), {}, lambda: ()))
    assert await mails.prepare(without, ScriptedOperator(), subject, TO) is None
    assert mails.under_way == {}


async def test_a_mail_that_is_left_is_remembered_as_unknown(
    sandbox: Sandbox, session: Session, mails: TestMails, tmp_path: Path
) -> None:
    subject, operator = await subject_of(sandbox, session), ScriptedOperator()
    sandbox.faults.add(Fault(FaultKind.HANG, Operation.TEST_SAVED))
    mail = await mails.prepare(session, operator, subject, TO)
    assert mail is not None
    asked = len(sandbox.requests)
    sending = asyncio.create_task(mails.send(session, operator, mail, lambda mail: None))
    await asyncio.to_thread(wait_for, lambda: len(sandbox.requests) > asked)
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    assert mails.under_way == {}
    await session.client.writes.give_up()
    file = tmp_path / "state" / "tests.jsonl"
    await asyncio.to_thread(wait_for, lambda: file.exists() and "UNKNOWN" in file.read_text())


async def test_a_history_that_cannot_be_written_is_told_and_the_verdict_stands(
    sandbox: Sandbox, session: Session, tmp_path: Path
) -> None:
    subject, operator = await subject_of(sandbox, session), ScriptedOperator()
    (tmp_path / "closed").write_text("a file stands where the directory should")
    mails = TestMails(TestHistory(tmp_path / "closed"))
    assert verdict(await sent(mails, session, subject, operator)) is Verdict.ACCEPTED
    (notice,) = operator.notices
    assert notice.startswith("This test was not saved in the history: ")


@pytest.mark.parametrize(
    ("edit", "stored", "used"),
    [
        (KEEP, True, PasswordUsed.STORED),
        (KEEP, False, PasswordUsed.STORED_IF_ANY),
        (Replace(SecretStr("x")), True, PasswordUsed.TYPED),
        (Clear(), True, PasswordUsed.CLEARED),
    ],
)
async def test_the_history_keeps_whose_password_was_used(
    sandbox: Sandbox,
    session: Session,
    mails: TestMails,
    edit: SecretEdit,
    stored: bool,
    used: PasswordUsed,
) -> None:
    login = {"username": "relay"} | ({"password": "relay-password"} if stored else {})
    record_id = sandbox.add_record("A", {"hostname": "localhost", "port": 1, **login})
    record = await session.connections.get(record_id)
    patch = patch_for(draft_of(record).with_secret("password", edit), record)
    await sent(mails, session, TestSubject("A", record, patch), ScriptedOperator())
    (tested,) = mails.history.tests(session.key(record_id))
    assert tested.run.password is used


async def test_values_without_a_username_use_no_password(
    sandbox: Sandbox, session: Session, mails: TestMails
) -> None:
    record_id = sandbox.add_record("A", {"hostname": "localhost", "port": 1, "password": "s"})
    record = await session.connections.get(record_id)
    await sent(mails, session, TestSubject("A", record), ScriptedOperator())
    (tested,) = mails.history.tests(session.key(record_id))
    assert tested.run.password is PasswordUsed.NO_LOGIN
