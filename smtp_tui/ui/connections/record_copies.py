"""A record in the forms that people paste elsewhere."""

from __future__ import annotations

import json
import shlex

from smtp_tui.api.curl import curl_line
from smtp_tui.api.models import Record
from smtp_tui.api.requests import get_request
from smtp_tui.ui.dialogs.copy import Copyable
from smtp_tui.workflows.session import Session


def copyables(session: Session, record: Record) -> tuple[Copyable, ...]:
    """A record in the forms people paste: the curl line that reads it, the command, its JSON."""
    request, profile = get_request(session.target.scope, record.id), session.profile.name
    value = {
        "id": record.id,
        "name": record.name,
        "connection_parameters": [
            {"name": one.name, "value": one.text if one.secret else one.value}
            for one in record.parameters
        ],
    }
    return (
        Copyable("curl", curl_line(session.target, request)),
        Copyable("command", shlex.join(("smtp-tui", "get", "--profile", profile, record.id))),
        Copyable("JSON", json.dumps(value, ensure_ascii=False, indent=2)),
        Copyable("id", record.id),
    )
