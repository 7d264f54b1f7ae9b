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
    members = (f"  {_json(name)}: {_member(member)}" for name, member in value.items())
    return clean_block("{\n" + ",\n".join(members) + "\n}")


def _member(member: object) -> str:
    if not isinstance(member, list) or not member:
        return _json(member)
    return "[\n" + ",\n".join(f"    {_json(each)}" for each in member) + "\n  ]"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def request_text(target: Target, request: Request) -> str:
    """Method, whole address and body."""
    parts = [f"{request.method} {target.origin.url}", f"  {request.path}"]
    parts += [f"    {key}={value}" for key, value in request.query]
    if request.body is not None:
        parts.append(body_text(request))
    return clean_block("\n".join(parts))
