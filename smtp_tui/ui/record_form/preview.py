"""The request that saving a form would send, beside its fields."""

from __future__ import annotations

from textual.content import Content

from smtp_tui.api.requests import IdRefused
from smtp_tui.api.target import Scope
from smtp_tui.editing.draft import Draft
from smtp_tui.editing.patch import Patch
from smtp_tui.editing.values import DraftProblem
from smtp_tui.text import clean
from smtp_tui.ui.review import body_text
from smtp_tui.ui.widgets.json_text import json_content
from smtp_tui.workflows.plan import save_request


def patch_content(scope: Scope, draft: Draft, patch: Patch | DraftProblem) -> Content:
    """What saving a draft would send, without most of the path; or why nothing can be sent.

    A dot stands for each character of a secret.
    """
    if isinstance(patch, DraftProblem):
        return Content.styled(f"✗ {clean(patch.name)}: {clean(patch.words)}", "$bad")
    try:
        request = save_request(scope, draft.record_id, draft.name.strip(), patch)
    except IdRefused as error:
        return Content.styled(f"✗ {clean(str(error))}", "$bad")
    if request is None:
        return Content.styled("Nothing would be sent.", "dim")
    last = request.path.rsplit("/", 1)[-1]
    query = "  ".join(f"{key}={value}" for key, value in request.query)
    return Content.assemble(
        (request.method, "bold $warn"),
        f" …/{clean(last)}\n",
        json_content(body_text(request, counted=True)),
        (f"\n{clean(query)}", "dim"),
    )
