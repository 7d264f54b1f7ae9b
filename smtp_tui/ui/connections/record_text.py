"""One record, every parameter of it, as lines of text: for the detail screen and the side pane."""

from __future__ import annotations

from datetime import datetime

from textual.content import Content

from smtp_tui.api.models import Parameter, Record
from smtp_tui.mail.parameters import FORM_ORDER, label_of, port_hint
from smtp_tui.state.history import Tested
from smtp_tui.text import clean, moment
from smtp_tui.ui.test_email.verdict import run_content

LABEL_WIDTH = 10
NAME_LIMIT = 200


def record_content(record: Record, tests: tuple[Tested, ...], now: datetime) -> Content:
    """Name, parameters in form order, ids, creation time, oddities and the last tests."""
    lines = [Content.styled(clean(record.name, NAME_LIMIT) or "(no name)", "bold"), Content("")]
    names = [*FORM_ORDER]
    names += [one.name for one in record.parameters if one.name not in FORM_ORDER]
    for name in dict.fromkeys(names):
        lines.append(_line(label_of(name), _value(record, name, record.parameter(name))))
    lines.append(Content(""))
    lines.append(_line("Id", clean(record.id)))
    lines.append(_line("Created", moment(record.created_at)))
    lines.append(_line("Tenant", clean(record.tenant_id or "not told")))
    lines.append(_line("Namespace", clean(record.namespace_id or "not told")))
    for oddity in record.oddities:
        lines.append(Content.styled(f"! {clean(oddity)}", "bold"))
    lines += [Content(""), Content.styled("Last tests", "bold")]
    told = [run_content(one, record, now) for one in tests]
    lines += told or [Content("  none from here yet")]
    return Content("\n").join(lines)


def _line(label: str, value: str) -> Content:
    return Content.assemble(Content.styled(f"{clean(label, 40):<{LABEL_WIDTH}} ", "dim"), value)


def _value(record: Record, name: str, parameter: Parameter | None) -> str:
    if name == "password":
        return record.password.value
    if parameter is None:
        return "-"
    text = clean(parameter.text)
    if name == "port" and (hint := port_hint(record.text("port"))):
        return f"{text}   {hint}"
    return text if text else "(blank)"
