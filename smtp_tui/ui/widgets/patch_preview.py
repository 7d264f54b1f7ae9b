"""The request that saving would send, live beside the form."""

from __future__ import annotations

from textual.content import Content

from smtp_tui.api.requests import IdRefused
from smtp_tui.api.target import Scope
from smtp_tui.editing.draft import Draft
from smtp_tui.ui.drafting import Drafted, save_request
from smtp_tui.ui.request_view import body_text
from smtp_tui.ui.text import clean
from smtp_tui.ui.widgets.bars import PlainText


class PatchPreview(PlainText):
    """Method, last part of the path and body, secrets masked; or why nothing can be sent."""

    DEFAULT_CSS = """
    PatchPreview { height: auto; }
    """

    def show(self, scope: Scope, draft: Draft, result: Drafted) -> None:
        """Draw what this draft would send."""
        self.update(_content(scope, draft, result))


def _content(scope: Scope, draft: Draft, result: Drafted) -> Content:
    if result.problem is not None:
        return Content(f"{clean(result.problem.name)}: {clean(result.problem.words)}")
    try:
        request = save_request(scope, draft, result.patch)
    except IdRefused as error:
        return Content(str(error))
    if request is None:
        return Content.styled("Nothing changed: nothing would be sent.", "dim")
    last = request.path.rsplit("/", 1)[-1]
    headline = Content.styled(f"{request.method} …/{last}", "bold")
    return Content.assemble(headline, "\n", body_text(request))
