"""A test email: which values it uses, one request, the verdict, the journal and the history."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Final

from msgspec import Struct, field
from msgspec.structs import replace

from smtp_tui.api.errors import ApiError
from smtp_tui.api.models import (
    PASSWORD,
    Record,
    SecretState,
    TestAnswer,
    is_secret_name,
    value_text,
)
from smtp_tui.api.requests import Request, test_saved_request, test_values_request
from smtp_tui.api.secret import SecretStr
from smtp_tui.api.target import Scope
from smtp_tui.api.writes import Ended, WriteOutcome
from smtp_tui.editing.patch import Change, Patch
from smtp_tui.mail import replies
from smtp_tui.mail.judge import judge, judge_error, unknown
from smtp_tui.mail.outcome import Phase, TestOutcome, Verdict
from smtp_tui.state.encoding import RecordKey
from smtp_tui.state.files import FileProblem
from smtp_tui.state.history import TestHistory, TestRun
from smtp_tui.text import duration
from smtp_tui.workflows.operator import About, Kind, Notice, Operator
from smtp_tui.workflows.session import Session
from smtp_tui.workflows.sign_in import ensure_token

LEFT: Final = "The program was left before an answer came. The mail may have been sent."
_JOURNALLED: Final = {
    Verdict.ACCEPTED: WriteOutcome.MAIL_ACCEPTED,
    Verdict.REJECTED: WriteOutcome.MAIL_REJECTED,
    Verdict.UNREACHABLE: WriteOutcome.MAIL_UNREACHABLE,
    Verdict.UNKNOWN: WriteOutcome.UNKNOWN,
}


class TestSubject(Struct, frozen=True):
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
            return "the saved record with these unsaved changes (*)"
        return "the saved record"

    def values(self) -> tuple[tuple[str, str], ...]:
        """The values that are used, by parameter, as text; secrets are left out."""
        found: dict[str, str] = {}
        if self.opened is not None:
            found = self.opened.plain_values()
        for change in self.patch.changes:
            if not isinstance(change.after, SecretStr) and not is_secret_name(change.name):
                found[change.name] = value_text(change.after)
        return tuple(found.items())

    @property
    def host(self) -> str:
        """The mail server that is tested, with its port."""
        values = dict(self.values())
        port = values.get("port", "")
        return f"{values.get('hostname', '')}{':' if port else ''}{port}"

    @property
    def unsaved(self) -> tuple[str, ...]:
        """The parameters of a saved record that were typed and are not saved."""
        return self.patch.names if self.record_id is not None else ()

    def lines(self) -> tuple[tuple[bool, str, str], ...]:
        """Every value in words: whether it is unsaved, the parameter, the value."""
        lines = [
            (name in self.unsaved, name, f"{text or '(blank)'}{self._before(name)}")
            for name, text in self.values()
        ]
        for change in self.patch.changes:
            secret = isinstance(change.after, SecretStr) or is_secret_name(change.name)
            if secret and change.name != PASSWORD:
                lines.append((change.name in self.unsaved, change.name, _typed_words(change)))
        lines.append((PASSWORD in self.unsaved, PASSWORD, self.password_words))
        return tuple(lines)

    def _before(self, name: str) -> str:
        if name not in self.unsaved or self.opened is None:
            return ""
        return f"   saved: {self.opened.text(name) or '(blank)'}"

    @property
    def password_words(self) -> str:
        """Whose password is used."""
        change = self.patch.change(PASSWORD)
        if change is not None:
            return _typed_words(change)
        if self.record_id is None:
            return "none"
        known = self.opened.password if self.opened is not None else SecretState.UNKNOWN
        if known is SecretState.SET:
            return "the stored one, unseen"
        if known is SecretState.NOT_SET:
            return "none is stored"
        return "the stored one, if there is one"

    @property
    def logs_in(self) -> bool:
        """Whether a mailer can log in: none does without a username."""
        return bool(dict(self.values()).get("username", "").strip())

    @property
    def warning(self) -> str:
        """Where the stored password would go that it was not saved for; blank where nowhere."""
        if self.opened is None or not self.logs_in or self.patch.change(PASSWORD) is not None:
            return ""
        if self.opened.password is SecretState.NOT_SET:
            return ""
        saved, tested = self.opened.text("hostname"), dict(self.values()).get("hostname", "")
        if _plain_host(saved) == _plain_host(tested):
            return ""
        return (
            f"The stored password will be sent to {tested}, not to {saved or 'no host'} as saved."
        )

    def request(self, scope: Scope, to: str) -> Request:
        """The request that tests. Raises :class:`~smtp_tui.api.requests.IdRefused`."""
        if self.record_id is None:
            return test_values_request(scope, to, self.patch.assignments())
        return test_saved_request(scope, self.record_id, to, self.patch.assignments())


def _plain_host(text: str) -> str:
    return text.strip().rstrip(".").casefold()


def _typed_words(change: Change) -> str:
    return "the one just typed, not saved" if change.after else "none; cleared here, not saved"


class TestMail(Struct):
    """A test mail on its way, and what came of it.

    ``at`` is when it was sent, in UTC; ``since`` is the same in seconds of the monotonic clock.
    ``outcome`` is None until the answer comes, after ``seconds``, and an error where surely no mail
    was tried.
    """

    __test__ = False  # not a test case, whatever its name

    subject: TestSubject
    to: str
    request: Request
    at: datetime
    since: float
    outcome: TestOutcome | ApiError | None = None
    seconds: float = 0.0

    @property
    def facts(self) -> tuple[str, ...]:
        """What the outcome says beside its verdict and its meaning, not cleaned.

        Who took the mail under which queue id, or the step that failed; and how long it took.
        """
        outcome = self.outcome
        if not isinstance(outcome, TestOutcome):
            return ()
        accepted = outcome.verdict is Verdict.ACCEPTED
        server = (outcome.server or self.subject.host) if accepted else ""
        step = "" if accepted or outcome.phase is Phase.UNKNOWN else outcome.phase.value
        queue = f"queue id {outcome.queue_id}" if outcome.queue_id else ""
        by = f"by {server}" if server else ""
        return tuple(filter(None, (by, queue, step, duration(self.seconds))))


class TestMails(Struct, frozen=True):
    """Sends test mails: one at a time for each record, and each is kept in the history.

    ``under_way`` holds the mails that have no outcome yet, by record.
    """

    __test__ = False  # not a test case, whatever its name

    history: TestHistory
    under_way: dict[RecordKey, TestMail] = field(default_factory=dict)

    async def prepare(
        self, session: Session, operator: Operator, subject: TestSubject, to: str
    ) -> TestMail | None:
        """Get a token and build the request; None where the operator gave no token.

        The mail counts as under way from now on. Raises
        :class:`~smtp_tui.api.requests.IdRefused` and ``ValueError``.
        """
        request = subject.request(session.target.scope, to)
        with operator.waiting("Getting a token"):
            await ensure_token(session, operator)
        if session.tokens.token() is None:
            return None
        session.memory.recipient = to
        clock = session.tokens.clock
        mail = TestMail(subject, to, request, clock.now(), clock.monotonic())
        self.under_way[session.key(subject.record_id)] = mail
        return mail

    async def send(
        self,
        session: Session,
        operator: Operator,
        mail: TestMail,
        judged: Callable[[TestMail], object],
    ) -> None:
        """Send a prepared mail, judge what came of it, and keep that in the history.

        ``judged`` is called with the outcome before it is written to a file. Where this is
        cancelled, the outcome is kept as unknown. The operator is told where it cannot be written.
        """
        clock = session.tokens.clock
        try:
            mail.outcome = await _outcome(session, mail)
            mail.seconds = clock.monotonic() - mail.since
        except asyncio.CancelledError:
            mail.outcome, mail.seconds = unknown(LEFT), clock.monotonic() - mail.since
            # The program waits for its threads at its end, and for no task that was cancelled.
            asyncio.get_running_loop().run_in_executor(None, self._keep, session, mail)
            raise
        finally:
            del self.under_way[session.key(mail.subject.record_id)]
        run = _run(session, mail)
        if run is not None:
            self.history.remember(session.key(mail.subject.record_id), run)
        judged(mail)
        problem = await asyncio.to_thread(self._keep, session, mail)
        if problem:
            operator.tell(Notice(problem, About.FILES, Kind.WARNING))

    def _keep(self, session: Session, mail: TestMail) -> str:
        """Add the test to the history file; words where that cannot be written. Blocks."""
        run = _run(session, mail)
        if run is None:
            return ""
        try:
            self.history.add(session.key(mail.subject.record_id), run)
        except FileProblem as error:
            return f"This test is not remembered: {error}"
        return ""


def _run(session: Session, mail: TestMail) -> TestRun | None:
    """The test as the history of its record holds it; None for what it does not hold."""
    subject, outcome = mail.subject, mail.outcome
    if subject.record_id is None or not isinstance(outcome, TestOutcome):
        return None
    return TestRun(
        at=mail.at,
        profile=session.profile.name,
        recipient=mail.to,
        values=subject.values(),
        verdict=outcome.verdict.value,
        phase=outcome.phase.value,
        words=outcome.server_text or outcome.meaning,
        milliseconds=round(mail.seconds * 1000),
        unsaved=subject.unsaved,
    )


async def _outcome(session: Session, mail: TestMail) -> TestOutcome | ApiError:
    """The verdict, which the journal keeps; or the error where surely no mail was tried."""

    def verdict(answer: TestAnswer) -> tuple[TestOutcome, Ended] | None:
        outcome = judge(answer, mail.to)
        if outcome is None:
            return None
        outcome = _with_login(outcome, mail.subject)
        return outcome, _journalled(outcome, answer)

    await asyncio.to_thread(replies.table)  # so that judging reads no file
    try:
        return await session.connections.test(mail.request, verdict, mail.subject.opened)
    except ApiError as error:
        return judge_error(error) or error


def _with_login(outcome: TestOutcome, subject: TestSubject) -> TestOutcome:
    """Say of a yes that it came without a login: it tells nothing of a password."""
    if outcome.verdict is not Verdict.ACCEPTED or subject.logs_in:
        return outcome
    return replace(outcome, meaning=f"{outcome.meaning} No login was used: there is no username.")


def _journalled(outcome: TestOutcome, answer: TestAnswer) -> Ended:
    told = outcome.verdict is not Verdict.ACCEPTED and outcome.phase is not Phase.UNKNOWN
    words = f"{outcome.phase.value}: {outcome.meaning}" if told else outcome.meaning
    return Ended(_JOURNALLED[outcome.verdict], answer.status, answer.request_id, words)


__all__ = ["TestMail", "TestMails", "TestSubject"]
