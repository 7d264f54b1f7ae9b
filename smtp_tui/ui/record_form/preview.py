"""The request that saving would send, live beside the form."""

from __future__ import annotations

from textual.content import Content
from textual.geometry import Region
from textual.widget import Widget

from smtp_tui.api.requests import IdRefused
from smtp_tui.api.target import Scope
from smtp_tui.editing.draft import Draft
from smtp_tui.editing.patch import Patch
from smtp_tui.editing.values import DraftProblem
from smtp_tui.text import clean
from smtp_tui.ui.review.request_view import body_text
from smtp_tui.ui.widgets.plain_text import harmless
from smtp_tui.workflows.plan import save_request


class PatchPreview(Widget):
    """Method, last part of the path and body, a dot for each character of a secret; or why nothing
    can be sent.

    A typed letter changes one line, and only that line is sent to the terminal.
    """

    DEFAULT_CSS = """
    PatchPreview { height: auto; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._shown = Content()

    def render(self) -> Content:
        """The request, or why there is none."""
        return harmless(self._shown)

    def show(self, scope: Scope, draft: Draft, patch: Patch | DraftProblem) -> None:
        """Show what this draft would send."""
        before, self._shown = self._shown, _content(scope, draft, patch)
        old, new = before.split(), self._shown.split()
        width = self.size.width
        if len(old) != len(new) or any(line.cell_length > width for line in (*old, *new)):
            self.refresh(layout=True)
            return
        for y, (was, line) in enumerate(zip(old, new, strict=True)):
            if not line.is_same(was):
                self.refresh(Region(0, y, width, 1))


def _content(scope: Scope, draft: Draft, patch: Patch | DraftProblem) -> Content:
    if isinstance(patch, DraftProblem):
        return Content(f"{clean(patch.name)}: {clean(patch.words)}")
    try:
        request = save_request(scope, draft, patch)
    except IdRefused as error:
        return Content(str(error))
    if request is None:
        return Content.styled("Nothing changed: nothing would be sent.", "dim")
    last = request.path.rsplit("/", 1)[-1]
    headline = Content.styled(f"{request.method} …/{last}", "bold")
    return Content.assemble(headline, "\n", body_text(request, counted=True))
