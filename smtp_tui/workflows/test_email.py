"""A test email: which values it uses, one request, the verdict, the journal and the history."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Final

from msgspec import Struct, field
from msgspec.structs import replace

from smtp_tui.api.errors import ApiError
from smtp_tui.api.models import PASSWORD, Record, SecretState, TestAnswer, value_text
from smtp_tui.api.requests import Request, test_saved_request, test_values_request
from smtp_tui.api.secret import SecretStr
from smtp_tui.api.target import Scope
from smtp_tui.api.writes import Ended, was_not_sent
from smtp_tui.editing.patch import Change, Patch
from smtp_tui.mail import replies
from smtp_tui.mail.judge import judge, judge_error, unknown
from smtp_tui.mail.outcome import Phase, TestOutcome, Verdict
from smtp_tui.state.encoding import RecordKey
from smtp_tui.state.files import FileProblem
from smtp_tui.state.history import PasswordUsed, TestHistory, TestRun
from smtp_tui.state.written import VERDICTS
from smtp_tui.text import duration, record_name
from smtp_tui.workflows.operator import About, Kind, Notice, Operator
from smtp_tui.workflows.session import Session
from smtp_tui.workflows.sign_in import ensure_token

LEFT: Final = "smtp-tui was closed before the answer arrived. The mail may have been sent."
_JOURNALLED: Final = {Verdict(word): outcome for outcome, word in VERDICTS.items()}
_UNTYPED: Final = {
    SecretState.SET: PasswordUsed.STORED,
    SecretState.NOT_SET: PasswordUsed.NONE,
    SecretState.UNKNOWN: PasswordUsed.STORED_IF_ANY,
}
"""Whose password is used where none is typed, by what is known of the stored one."""
_PASSWORD_WORDS: Final = {
    PasswordUsed.STORED: SecretState.SET.words,
    PasswordUsed.STORED_IF_ANY: SecretState.UNKNOWN.words,
    PasswordUsed.NONE: SecretState.NOT_SET.words,
    PasswordUsed.TYPED: "typed",
    PasswordUsed.CLEARED: "none (cleared)",
}
_MISSING: Final = {
    PasswordUsed.NO_LOGIN: "username",
    PasswordUsed.NONE: PASSWORD,
    PasswordUsed.CLEARED: PASSWORD,
}
"""The half of a login that was missing, which is what to look at where a login is refused."""
_NO_LOGIN: Final = "No login was used: there is no username."
"""Said of a yes, which then tells nothing of a password."""


class TestSubject(Struct, frozen=True):
    """What is tested: a saved record, the same with unsaved changes, or values saved nowhere."""

    name: str
    opened: Record | None = None
    patch: Patch = Patch()

    @property
    def record_id(self) -> str | None:
        """The id of the saved record, None for values that are saved nowhere."""
        return None if self.opened is None else self.opened.id

    @property
    def title(self) -> str:
        """What is tested or probed, as titles and messages name it. Cleaned."""
        if self.record_id is None and not self.name.strip():
            return "new values"
        return record_name(self.name, self.record_id)

    @property
    def words(self) -> str:
        """Which values are used; ``●`` marks those that are not saved."""
        if self.opened is None:
            return "not saved"
        return "as saved, except ●" if self.patch else "as saved"

    @property
    def values(self) -> dict[str, str]:
        """The values that are used, by parameter, as text; secrets are left out."""
        saved = {} if self.opened is None else self.opened.plain_values()
        typed = ((change.name, change.after) for change in self.patch.changes)
        return saved | {
            name: value_text(value) for name, value in typed if not isinstance(value, SecretStr)
        }

    @property
    def host(self) -> str:
        """The mail server that is tested, with its port."""
        return ":".join(filter(None, map(self.values.get, ("hostname", "port"))))

    @property
    def unsaved(self) -> tuple[str, ...]:
        """The parameters of a saved record that were typed and are not saved."""
        return () if self.opened is None else self.patch.names

    def lines(self) -> tuple[tuple[bool, str, str], ...]:
        """Every value in words: whether it is unsaved, the parameter, the value."""
        words = {
            name: f"{text or '(blank)'}{self._before(name)}" for name, text in self.values.items()
        }
        for change in self.patch.changes:
            if change.secret and change.name != PASSWORD:
                words[change.name] = _PASSWORD_WORDS[_typed(change)]
        words[PASSWORD] = _PASSWORD_WORDS[self._password]
        return tuple((name in self.unsaved, name, value) for name, value in words.items())

    def _before(self, name: str) -> str:
        if self.opened is None or name not in self.patch.names:
            return ""
        return f"   saved: {self.opened.text(name) or '(blank)'}"

    @property
    def password_used(self) -> PasswordUsed:
        """Whose password is used, as the history keeps it."""
        if not self.logs_in:
            return PasswordUsed.NO_LOGIN
        return self._password

    @property
    def _password(self) -> PasswordUsed:
        """Whose password is sent, whether a mailer logs in with it or not."""
        change = self.patch.change(PASSWORD)
        if change is not None:
            return _typed(change)
        return PasswordUsed.NONE if self.opened is None else _UNTYPED[self.opened.password]

    @property
    def logs_in(self) -> bool:
        """Whether a mailer can log in: none does without a username."""
        return bool(self.values.get("username", "").strip())

    @property
    def warning(self) -> str:
        """Where the stored password would go that it was not saved for; blank where nowhere."""
        opened, typed = self.opened, self.patch.change(PASSWORD)
        if opened is None or typed is not None or not self.logs_in:
            return ""
        saved, tested = opened.text("hostname"), self.values.get("hostname", "")
        same_host = _plain_host(saved) == _plain_host(tested)
        if same_host or opened.password is SecretState.NOT_SET:
            return ""
        saved_host = f"the saved host {saved}" if saved else "a saved host"
        return f"The stored password will be sent to {tested} instead of {saved_host}."

    def request(self, scope: Scope, to: str) -> Request:
        """The request that tests. Raises :class:`~smtp_tui.api.requests.IdRefused`."""
        if self.opened is None:
            return test_values_request(scope, to, self.patch.assignments())
        return test_saved_request(scope, self.opened.id, to, self.patch.assignments())


def _plain_host(text: str) -> str:
    return text.strip().rstrip(".").casefold()


def _typed(change: Change) -> PasswordUsed:
    return PasswordUsed.TYPED if change.after else PasswordUsed.CLEARED


class TestMail(Struct):
    """A test mail on its way, and what came of it.

    ``at`` is when it was sent, in UTC; ``since`` is the same in seconds of the monotonic clock.
    ``outcome`` is None until the answer comes, after ``seconds``, and an error where surely no mail
    was tried. ``run`` is the id of the run that it belongs to.
    """

    subject: TestSubject
    to: str
    request: Request
    at: datetime
    since: float
    outcome: TestOutcome | ApiError | None = None
    seconds: float = 0.0
    run: str = ""

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
        queue = f"queue id {outcome.queue_id}" if outcome.queue_id else ""
        by = f"by {server}" if server else ""
        return tuple(filter(None, (by, queue, outcome.failed_step, duration(self.seconds))))


class TestMails(Struct, frozen=True):
    """Sends test mails: one at a time for each record, and each is kept in the history.

    ``under_way`` holds the mails that have no outcome yet, by record.
    """

    history: TestHistory
    under_way: dict[RecordKey, TestMail] = field(default_factory=dict)

    async def prepare(
        self,
        session: Session,
        operator: Operator,
        subject: TestSubject,
        to: str,
        run: str = "",
    ) -> TestMail | None:
        """Get a token and build the request; None where the operator gave no token.

        The mail counts as under way from now on. Raises
        :class:`~smtp_tui.api.requests.IdRefused` and ``ValueError``.
        """
        request = subject.request(session.target.scope, to)
        await asyncio.to_thread(replies.table)  # so that judging reads no file
        with operator.waiting("Getting a token"):
            await ensure_token(session, operator)
        if session.tokens.token() is None:
            return None
        session.memory.recipient = to
        clock = session.tokens.clock
        mail = TestMail(subject, to, request, clock.now(), clock.monotonic(), run=run)
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
        cancelled, the outcome is kept as unknown, unless the mail was surely not sent. The operator
        is told where it cannot be written.
        """
        clock, key = session.tokens.clock, session.key(mail.subject.record_id)
        try:
            mail.outcome = await _outcome(session, mail)
            mail.seconds = clock.monotonic() - mail.since
        except asyncio.CancelledError as stopped:
            if was_not_sent(stopped):
                raise
            mail.outcome, mail.seconds = unknown(LEFT), clock.monotonic() - mail.since
            # The program waits for its threads at its end, and for no task that was cancelled.
            asyncio.get_running_loop().run_in_executor(None, self._keep, key, _run(session, mail))
            raise
        finally:
            del self.under_way[key]
        run = _run(session, mail)
        if run is not None:
            self.history.remember(key, run)
        judged(mail)
        problem = await asyncio.to_thread(self._keep, key, run)
        if problem:
            operator.tell(Notice(problem, About.FILES, Kind.WARNING))

    def _keep(self, key: RecordKey, run: TestRun | None) -> str:
        """Add the test to the history file; words where that cannot be written. Blocks."""
        try:
            if run is not None:
                self.history.add(key, run)
        except FileProblem as error:
            return f"This test was not saved in the history: {error}"
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
        values=tuple(subject.values.items()),
        verdict=outcome.verdict.value,
        phase=outcome.phase.value,
        words=outcome.server_text or outcome.meaning,
        milliseconds=round(mail.seconds * 1000),
        unsaved=subject.unsaved,
        password=subject.password_used,
    )


async def _outcome(session: Session, mail: TestMail) -> TestOutcome | ApiError:
    """The verdict, which the journal keeps; or the error where surely no mail was sent."""

    def verdict(answer: TestAnswer) -> tuple[TestOutcome, Ended] | None:
        """What the answer means, for the screen and for the journal."""
        outcome = judge(answer, mail.to)
        if outcome is None:
            return None
        if outcome.phase is Phase.LOGIN and outcome.parameter in ("username", PASSWORD):
            wrong = _MISSING.get(mail.subject.password_used, outcome.parameter)
            outcome = replace(outcome, parameter=wrong)
        if outcome.verdict is Verdict.ACCEPTED and not mail.subject.logs_in:
            outcome = replace(outcome, meaning=f"{outcome.meaning} {_NO_LOGIN}")
        words = ": ".join(filter(None, (outcome.failed_step, outcome.meaning)))
        journalled = _JOURNALLED[outcome.verdict]
        return outcome, Ended(journalled, answer.status, answer.request_id, words)

    try:
        opened = mail.subject.opened
        return await session.connections.test(mail.request, verdict, opened, mail.run)
    except ApiError as error:
        return judge_error(error) or error
