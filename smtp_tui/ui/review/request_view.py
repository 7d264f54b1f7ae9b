"""A request as a person reads it: method, address and body, the secrets masked."""

from __future__ import annotations

import json

from smtp_tui.api.requests import Request
from smtp_tui.api.target import Target
from smtp_tui.text import clean_block


def body_text(request: Request, *, counted: bool = False) -> str:
    """The body as JSON, each parameter on a line of its own; see ``masked_body``."""
    if request.body is None:
        return "(no body)"
    value = json.loads(request.masked_body(counted=counted))
    lines = ["{"]
    members = list(value.items())
    for position, (key, member) in enumerate(members):
        comma = "," if position < len(members) - 1 else ""
        name = json.dumps(key, ensure_ascii=False)
        if isinstance(member, list) and member:
            lines.append(f"  {name}: [")
            inner = [f"    {json.dumps(one, ensure_ascii=False)}" for one in member]
            lines.append(",\n".join(inner))
            lines.append(f"  ]{comma}")
        else:
            lines.append(f"  {name}: {json.dumps(member, ensure_ascii=False)}{comma}")
    lines.append("}")
    return clean_block("\n".join(lines))


def request_text(target: Target, request: Request) -> str:
    """Method, whole address and body."""
    parts = [f"{request.method} {target.origin.url}", f"  {request.path}"]
    parts += [f"    {key}={value}" for key, value in request.query]
    if request.body is not None:
        parts.append(body_text(request))
    return clean_block("\n".join(parts))
