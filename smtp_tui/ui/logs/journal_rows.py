"""The writes of the journal as rows of a table, and one of them whole; all of it cleaned here."""

from __future__ import annotations

from typing import Final

from textual.content import Content

from smtp_tui.state.journal import JournalChange, Written
from smtp_tui.text import clean
from smtp_tui.ui.widgets.columns import Column
from smtp_tui.ui.widgets.table import Row

COLUMNS: Final = (
    Column("at", "TIME", 11),
    Column("profile", "PROFILE", 12, priority=2),
    Column("operation", "OPERATION", 11, priority=1),
    Column("record", "RECORD", 12, flexible=True),
    Column("outcome", "OUTCOME", 16),
)
_LABEL: Final = 11


def row(written: Written) -> Row:
    """A write as a row, named by its id."""
    begun = written.begun
    return Row(
        begun.write_id,
        (
            begun.at.strftime("%m-%d %H:%M"),
            clean(begun.profile, 40),
            clean(begun.operation.replace("_", " "), 40),
            clean(begun.record_name or written.record_id or "-", 200),
            written.outcome.value,
        ),
    )


def written_content(written: Written) -> Content:
    """Everything that is known of a write, a line for each thing."""
    begun = written.begun
    ended = written.last.at if written.outcomes else None
    facts = (
        ("outcome", written.outcome.value),
        ("", written.words),
        ("status", "" if written.status is None else str(written.status)),
        ("request id", written.request_id or ""),
        ("begun", begun.at.strftime("%Y-%m-%d %H:%M:%S UTC")),
        ("last known", ended.strftime("%Y-%m-%d %H:%M:%S UTC") if ended else ""),
        ("user", begun.user + (f", by ssh from {begun.ssh_client}" if begun.ssh_client else "")),
        ("profile", begun.profile),
        ("host", begun.host),
        ("tenant", begun.tenant),
        ("team", begun.team),
        ("namespace", begun.namespace),
        ("record", begun.record_name),
        ("id", written.record_id or ""),
        ("recipient", begun.recipient or ""),
        ("write", begun.write_id),
    )
    lines = [_fact(name, text) for name, text in facts if text]
    lines += [Content(_change(one)) for one in begun.changes]
    if begun.omitted is not None:
        count = (
            "1 more change" if begun.omitted.count == 1 else f"{begun.omitted.count} more changes"
        )
        lines.append(Content(f"  … {count}, SHA-256 {clean(begun.omitted.sha256, 64)}"))
    return Content("\n").join(lines)


def _fact(name: str, text: str) -> Content:
    return Content.assemble(Content.styled(f"{name:<{_LABEL}}", "dim"), clean(text, 600))


def _change(change: JournalChange) -> str:
    before = "(none)" if change.before is None else f"“{change.before}”"
    after = "(none)" if change.after is None else f"“{change.after}”"
    return f"  ~ {clean(change.name, 100)}  {clean(before, 300)} → {clean(after, 300)}"
