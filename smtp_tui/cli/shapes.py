"""The shapes of what the commands print as JSON; ``fields.py`` says what each field is.

That of a record is in ``record_text.py``, because reading the records needs no other one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from smtp_tui.mail.outcome import TestOutcome
from smtp_tui.probe.model import Offers
from smtp_tui.state.journal import JournalChange, Omitted

if TYPE_CHECKING:
    from smtp_tui.workflows.plan import PlanEntry
    from smtp_tui.workflows.progress import Result


class Mail(TestOutcome, frozen=True, kw_only=True):
    """All that is known of one test email."""

    to: str
    milliseconds: int


class Outcome(Struct, frozen=True):
    """What came of a write to one record, or of one test email."""

    profile: str
    id: str | None
    name: str
    operation: str
    outcome: str
    words: str
    changed: tuple[str, ...]
    verdict: str | None
    mail: Mail | None


def outcome_of(entry: PlanEntry, result: Result, mail: Mail | None = None) -> Outcome:
    """What came of an entry, as JSON; ``mail`` is what is known of a test email."""
    return Outcome(
        entry.profile,
        entry.record_id or result.record_id,
        entry.name if entry.record is None else entry.record.name,
        entry.verb,
        result.progress.value,
        result.words,
        entry.patch.names,
        result.verdict.value if result.verdict is not None else None,
        mail,
    )


class DryRun(Struct, frozen=True):
    """The request of a dry run for one record, secrets masked."""

    method: str
    url: str
    body: Any  # JSON


class Write(Struct, frozen=True):
    """A write of the journal: what was about to be sent, and its latest outcome."""

    write: str
    at: str
    ended_at: str | None
    user: str
    ssh_client: str | None
    profile: str
    host: str
    tenant: str
    team: str
    namespace: str
    operation: str
    record_id: str | None
    record_name: str
    changes: tuple[JournalChange, ...]
    omitted: Omitted | None
    recipient: str | None
    run: str
    outcome: str
    verdict: str | None
    status: int | None
    request_id: str | None
    words: str


class ShownFact(Struct, frozen=True):
    """One thing that the doctor found."""

    topic: str
    name: str
    words: str
    well: bool


class Topic(Struct, frozen=True):
    """A page of help."""

    topic: str
    about: str
    text: str | None


class Served(Struct, frozen=True):
    """A sandbox that is running."""

    url: str
    mail_server: str
    accounts: dict[str, str]
    sha256: str | None
    variables: dict[str, str]


# Profiles


class ShownProfile(Struct, frozen=True):
    """A profile, without a secret."""

    name: str
    default: bool
    host: str
    tenant: str
    tenant_name: str
    team: str
    namespace: str
    access: str
    environment: str
    label: str
    token: str
    identity_url: str
    trust: str
    proxy: str
    allow_http: bool
    test_emails: bool
    recipient: str


class ProfileChange(Struct, frozen=True):
    """What was done to a profile."""

    name: str
    done: str


class CheckStep(Struct, frozen=True):
    """A step of the check of a profile."""

    step: str
    result: str
    words: str


class Check(Struct, frozen=True):
    """The check of a profile."""

    profile: str
    host: str
    well: bool
    steps: tuple[CheckStep, ...]


class StoredAt(Struct, frozen=True):
    """Where the profiles are."""

    path: str


# Probes


class ShownFailure(Struct, frozen=True):
    """Why a probe failed; ``reason`` is one fixed word."""

    reason: str
    words: str
    meaning: str
    advice: str
    parameter: str | None


class ShownStep(Struct, frozen=True):
    """A step of a probe; ``step`` is one fixed word."""

    step: str
    result: str
    seconds: float
    words: str
    details: tuple[str, ...]


class ShownCertificate(Struct, frozen=True):
    """A certificate; times are in ISO 8601."""

    names: tuple[str, ...]
    subject: str
    issuer: str
    not_before: str | None
    not_after: str | None
    sha256: str


class ShownTls(Struct, frozen=True):
    """The TLS of a probe."""

    version: str
    cipher: str
    trusted: bool
    problems: tuple[str, ...]
    days_left: int | None
    certificate: ShownCertificate | None
    chain: tuple[ShownCertificate, ...]


class Said(Struct, frozen=True):
    """A line of the dialogue; ``side`` is here, server or note."""

    side: str
    text: str


class NotTried(Struct, frozen=True):
    """A step that was not asked for or was held back."""

    step: str
    why: str


class Attempted(Struct, frozen=True):
    """Another port or TLS setting that was tried."""

    port: int
    security: str
    answers: bool
    tls: bool
    words: str


class Concluded(Struct, frozen=True):
    """What both views come to, and what that does not prove."""

    both: str
    means: str
    not_proven: str | None


class ConcludedOfRecord(Concluded, frozen=True):
    """The same with CAM's view."""

    remark: str | None


class LastTest(Struct, frozen=True):
    """CAM's last test email with the same values."""

    at: str
    verdict: str
    phase: str
    words: str


class ProbedRecord(Struct, frozen=True):
    """A record that leads to what was probed."""

    profile: str
    id: str
    name: str
    cam: LastTest | None
    views: ConcludedOfRecord


class Probed(Struct, frozen=True):
    """All that a probe found."""

    address: str
    hostname: str
    port: int
    security: str
    machine: str
    result: str
    seconds: float
    failure: ShownFailure | None
    steps: tuple[ShownStep, ...]
    greeting: str | None
    offers: Offers | None
    tls: ShownTls | None
    dialogue: tuple[Said, ...]
    not_tried: tuple[NotTried, ...]
    other_way: Attempted | None
    other_ports: tuple[Attempted, ...]
    suggestion: str | None
    conclusion: Concluded
    records: tuple[ProbedRecord, ...]
