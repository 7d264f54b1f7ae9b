"""A request as a person reads it: in a review, in the log, and beside a form."""

from __future__ import annotations

import json

from textual.content import Content

from smtp_tui.api.requests import Request
from smtp_tui.text import clean, clean_block
from smtp_tui.ui.widgets.json_text import json_content


def request_content(url: str, request: Request) -> Content:
    """Method, whole address and body; ``url`` is that of the origin."""
    query = [
        Content.assemble((f"{clean(key)}=", "dim"), clean(value)) for key, value in request.query
    ]
    parts = [Content.assemble(_method(request), f" {clean(url)}"), Content(clean(request.path))]
    parts += [Content("  ").join(query)] if query else []
    if request.body is not None:
        parts.append(json_content(_body(request)))
    return Content("\n").join(parts)


def brief_content(request: Request) -> Content:
    """Method, the end of the path, body and query: the host and most of the path are known.

    A dot stands for each character of a secret that is just typed.
    """
    last = clean(request.path.rsplit("/", 1)[-1])
    query = clean("  ".join(f"{key}={value}" for key, value in request.query))
    body = json_content(_body(request, counted=True))
    return Content.assemble(_method(request), f" …/{last}\n", body, (f"\n{query}", "dim"))


def _method(request: Request) -> Content:
    """The method in the colour of what it does: reads, writes, or deletes."""
    look = {"GET": "bold $accent", "DELETE": "bold $bad"}.get(request.method, "bold $warn")
    return Content.styled(request.method, look)


def _body(request: Request, *, counted: bool = False) -> str:
    """The body as JSON, each parameter on a line of its own; see ``masked_body``."""
    value = json.loads(request.masked_body(counted=counted))
    members = (f"  {_json(name)}: {_member(member)}" for name, member in value.items())
    return clean_block("{\n" + ",\n".join(members) + "\n}")


def _member(member: object) -> str:
    if not isinstance(member, list) or not member:
        return _json(member)
    return "[\n" + ",\n".join(f"    {_json(each)}" for each in member) + "\n  ]"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
