"""One record in full: as lines of text, as a pane beside the table, and in forms to copy."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar, Final

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget

from smtp_tui.api.curl import curl_line
from smtp_tui.api.models import PASSWORD, Record
from smtp_tui.api.requests import get_request
from smtp_tui.mail.outcome import WORDS_LIMIT, Phase, Verdict
from smtp_tui.mail.parameters import FORM_ORDER, label_of, port_hint
from smtp_tui.state.history import Tested, TestRun
from smtp_tui.text import clean, clean_block, cut_to_cells, duration, moment, padded
from smtp_tui.ui.connections.last_test import Standing, ago, standing
from smtp_tui.ui.widgets.plain_text import PlainText
from smtp_tui.workflows.session import Session

_LABEL_CELLS: Final = 10


class RecordPane(VerticalScroll):
    """The parameters of one record, and its last tests."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "scroll_down", show=False),
        Binding("k", "scroll_up", show=False),
        Binding("space", "page_down", show=False),
        Binding("g", "scroll_home", show=False),
        Binding("G", "scroll_end", show=False),
    ]
    DEFAULT_CSS = """
    RecordPane { padding: 0 1; scrollbar-size-vertical: 1; }
    RecordPane PlainText { height: auto; }
    """

    def __init__(self, *, id: str, can_focus: bool) -> None:
        super().__init__(id=id, can_focus=can_focus)
        self._text = PlainText()

    def compose(self) -> Iterable[Widget]:
        """The lines of the record."""
        yield self._text

    def show(self, record: Record | None, tests: tuple[Tested, ...], now: datetime) -> None:
        """Show another record, or none."""
        self._text.update("" if record is None else record_content(record, tests, now))


def record_content(record: Record, tests: tuple[Tested, ...], now: datetime) -> Content:
    """Return name, parameters in the order of the form, ids, creation, oddities and last tests."""
    lines = [Content.styled(clean(record.name, 200) or "(no name)", "bold"), Content("")]
    names = (*FORM_ORDER, *(parameter.name for parameter in record.parameters))
    lines += [_line(label_of(name), _value(record, name)) for name in dict.fromkeys(names)]
    lines += [
        Content(""),
        _line("Id", clean(record.id)),
        _line("Created", moment(record.created_at)),
        _line("Tenant", clean(record.tenant_id or "not told")),
        _line("Namespace", clean(record.namespace_id or "not told")),
    ]
    lines += [Content.styled(f"! {clean(oddity)}", "bold") for oddity in record.oddities]
    lines += [Content(""), Content.styled("Last tests", "bold")]
    lines += [_run_content(test, record, now) for test in tests] or [
        Content("  none from here yet")
    ]
    return Content("\n").join(lines)


def _line(label: str, value: str) -> Content:
    return Content.assemble(
        (padded(cut_to_cells(clean(label), 40), _LABEL_CELLS), "dim"), f" {value}"
    )


def _value(record: Record, name: str) -> str:
    if name == PASSWORD:
        return record.password.value
    parameter = record.parameter(name)
    if parameter is None:
        return "-"
    text = clean(parameter.text)
    hint = port_hint(record.text("port")) if name == "port" else None
    return f"{text}   {hint}" if hint else text or "(blank)"


def _run_content(tested: Tested, record: Record, now: datetime) -> Content:
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


def copyables(session: Session, record: Record) -> dict[str, str]:
    """Return the curl line and the command that read the record, its JSON and its id, by label."""
    request, profile = get_request(session.target.scope, record.id), session.profile.name
    value = {
        "id": record.id,
        "name": record.name,
        "connection_parameters": [
            {
                "name": parameter.name,
                "value": parameter.text if parameter.secret else parameter.value,
            }
            for parameter in record.parameters
        ],
    }
    return {
        "curl": curl_line(session.target, request),
        "command": shlex.join(("smtp-tui", "get", "--profile", profile, record.id)),
        "JSON": json.dumps(value, ensure_ascii=False, indent=2),
        "id": record.id,
    }
