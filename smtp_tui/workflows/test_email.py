"""A test email, from the values it uses to the verdict that is remembered."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from msgspec import Struct
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
from smtp_tui.mail.outcome import TestOutcome, judge
from smtp_tui.mail.reply_model import Phase, Verdict
from smtp_tui.mail.unanswered import judge_error
from smtp_tui.state.history import TestRun

if TYPE_CHECKING:
    from smtp_tui.api.smtp_connections import SmtpConnections

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


async def send_test(
    connections: SmtpConnections, subject: TestSubject, request: Request, to: str
) -> TestOutcome:
    """Send a test email and judge what came of it; the journal keeps the verdict.

    Raises ``ApiError`` where surely no mail was tried.
    """

    def verdict(answer: TestAnswer) -> tuple[TestOutcome, Ended] | None:
        outcome = judge(answer, to)
        if outcome is None:
            return None
        outcome = _with_login(outcome, subject)
        return outcome, _journalled(outcome, answer)

    try:
        return await connections.test(request, verdict, subject.opened)
    except ApiError as error:
        outcome = judge_error(error)
        if outcome is None:
            raise
        return outcome


def _with_login(outcome: TestOutcome, subject: TestSubject) -> TestOutcome:
    """Say of a yes that it came without a login: it tells nothing of a password."""
    if outcome.verdict is not Verdict.ACCEPTED or subject.logs_in:
        return outcome
    return replace(outcome, meaning=f"{outcome.meaning} No login was used: there is no username.")


def _journalled(outcome: TestOutcome, answer: TestAnswer) -> Ended:
    told = outcome.verdict is not Verdict.ACCEPTED and outcome.phase is not Phase.UNKNOWN
    words = f"{outcome.phase.value}: {outcome.meaning}" if told else outcome.meaning
    return Ended(_JOURNALLED[outcome.verdict], answer.status, answer.request_id, words)


def run_of(
    subject: TestSubject,
    outcome: TestOutcome,
    *,
    profile: str,
    to: str,
    at: datetime,
    milliseconds: int,
) -> TestRun:
    """The test as the history remembers it."""
    return TestRun(
        at=at,
        profile=profile,
        recipient=to,
        values=subject.values(),
        verdict=outcome.verdict.value,
        phase=outcome.phase.value,
        words=outcome.server_text or outcome.meaning,
        milliseconds=milliseconds,
        unsaved=subject.unsaved,
    )
