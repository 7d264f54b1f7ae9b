"""A request as a person reads it: method, address and body, the secrets masked."""

from __future__ import annotations

import json

from textual.content import Content

from smtp_tui.api.requests import IdRefused, Request
from smtp_tui.api.target import Scope, Target
from smtp_tui.editing.draft import Draft
from smtp_tui.editing.patch import Patch
from smtp_tui.editing.values import DraftProblem
from smtp_tui.text import clean, clean_block
from smtp_tui.workflows.plan import save_request


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


def patch_content(scope: Scope, draft: Draft, patch: Patch | DraftProblem) -> Content:
    """What saving a draft would send, without most of the path; or why nothing can be sent.

    A dot stands for each character of a secret.
    """
    if isinstance(patch, DraftProblem):
        return Content(f"{clean(patch.name)}: {clean(patch.words)}")
    try:
        request = save_request(scope, draft.record_id, draft.name.strip(), patch)
    except IdRefused as error:
        return Content(str(error))
    if request is None:
        return Content.styled("Nothing changed: nothing would be sent.", "dim")
    last = request.path.rsplit("/", 1)[-1]
    headline = Content.styled(f"{request.method} …/{last}", "bold")
    return Content.assemble(headline, "\n", body_text(request, counted=True))
