"""Tests in words: the outcome of one, and the list in the detail."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from textual.content import Content

from smtp_tui.api.errors import ApiError
from smtp_tui.api.models import PASSWORD, Record
from smtp_tui.mail.outcome import Phase, Verdict
from smtp_tui.state.history import Tested, TestRun
from smtp_tui.text import clean, clean_block, duration, moment, record_name
from smtp_tui.ui.connections.last_test import Standing, ago, standing

if TYPE_CHECKING:
    from smtp_tui.mail.outcome import TestOutcome
    from smtp_tui.workflows.test_email import TestMail, TestSubject

WORDS_LIMIT = 200_000
"""Characters of a server's words that are shown; a mail server says a few hundred."""


def run_content(tested: Tested, record: Record, now: datetime) -> Content:
    """One test of the list: verdict, age, where it failed, what was used, the server's words."""
    run = tested.run
    facts = [ago(run, now), duration(run.milliseconds / 1000)]
    if run.verdict != Verdict.ACCEPTED.value and run.phase != Phase.UNKNOWN.value:
        facts.insert(0, clean(run.phase, 20))
    stands = standing(tested, record)
    if stands is not Standing.CURRENT:
        facts.append(stands.value)
    lines = [
        Content.assemble(
            Content.styled(f"  {clean(run.verdict, 20)}", "bold"), f" · {' · '.join(facts)}"
        ),
        Content(f"    {moment(run.at)} to {clean(run.recipient, 80)} as {clean(run.profile, 40)}"),
        Content(f"    used {_used(run)}"),
    ]
    words = clean_block(run.words, WORDS_LIMIT).replace("\n", "\n    ")
    if words:
        lines.append(Content.styled(f"    {words}", "dim"))
    return Content("\n").join(lines)


def _used(run: TestRun) -> str:
    """The values of a run in a line, those that were not saved with a star."""
    parts = [
        f"{'*' if name in run.unsaved else ''}{clean(name, 30)} {clean(text, 100) or '(blank)'}"
        for name, text in run.values
    ]
    secrets = [name for name in run.unsaved if name not in dict(run.values)]
    parts += [f"*{clean(name, 30)} typed" for name in secrets]
    if PASSWORD not in secrets:
        parts.append("stored password")
    return ", ".join(parts) + (" (* not saved)" if run.unsaved else "")


_LEAVES: Final = "The mail leaves from the CAM host, not from this machine."
_TRIED: Final = "It was the CAM host that tried, not this machine."


def facts_content(subject: TestSubject, *, done: bool = False) -> Content:
    """Which values are used, whose password, and from where the mail leaves."""
    lines = [Content(f"{'Used' if done else 'Uses'} {subject.words}:")]
    for unsaved, name, text in subject.lines():
        line = f"{'*' if unsaved else ' '} {clean(name, 30):<10} {clean(text)}"
        lines.append(Content.styled(line, "bold") if unsaved else Content(line))
    lines.append(Content(_TRIED if done else _LEAVES))
    return Content("\n").join(lines)


def outcome_content(outcome: TestOutcome, mail: TestMail) -> Content:
    """Verdict, facts, what it means, what to try, and the server's words, whole."""
    verdict = Content.styled(f" {outcome.verdict.value} ", "bold reverse")
    facts = " · ".join(clean(fact, 90) for fact in mail.facts)
    lines = [Content.assemble(verdict, f" {facts}"), Content(clean(outcome.meaning))]
    if outcome.advice:
        lines.append(Content(outcome.advice))
    if outcome.request_id and outcome.verdict is Verdict.UNKNOWN:
        lines.append(Content(f"Request id: {clean(outcome.request_id)}"))
    if outcome.server_text:
        lines += [
            Content.styled("What came back, word for word:", "dim"),
            Content(clean_block(outcome.server_text, WORDS_LIMIT)),
        ]
    return Content("\n").join(lines)


def refused_content(lines: tuple[str, ...]) -> Content:
    """Why no mail was tried at all: the lines of an error, but for its headline."""
    head = Content.assemble(Content.styled(" NOT SENT ", "bold reverse"), " no mail was tried")
    return Content("\n").join([head, *(Content(clean(line, 2000)) for line in lines)])


def subject_name(subject: TestSubject) -> str:
    """What is tested, as titles and messages name it."""
    if subject.record_id is None and not subject.name.strip():
        return "new values"
    return record_name(subject.name, subject.record_id)


def late_words(profile: str, mail: TestMail) -> str:
    """What came of a test mail in a line, for someone who has turned to other things."""
    what = f"Test of {subject_name(mail.subject)} ({clean(profile, 40)})"
    outcome = mail.outcome
    if isinstance(outcome, ApiError):
        return f"{what}: not sent. {clean(outcome.why, 300)}"
    if outcome is None:
        return what
    tried = outcome.verdict is not Verdict.ACCEPTED
    step = f" · {outcome.phase.value}" if tried else ""
    return f"{what}: {outcome.verdict.value}{step} · {outcome.meaning}"
