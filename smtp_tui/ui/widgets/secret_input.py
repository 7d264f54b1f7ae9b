"""A field for a token or password: typed text is shown as dots and cannot be taken out again."""

from __future__ import annotations

from textual.events import Blur
from textual.widgets import Input

from smtp_tui.api.secret import SecretStr
from smtp_tui.ui.widgets.pasting import LineInput, Paste


class SecretInput(LineInput):
    """An input that neither copies nor cuts, and whose messages do not show what was typed."""

    class Changed(Input.Changed):
        """The text changed; its repr, which goes to logs, does not say to what."""

        def __repr__(self) -> str:
            return "SecretInput.Changed()"

    class Submitted(Input.Submitted):
        """Enter was pressed; its repr does not say on what."""

        def __repr__(self) -> str:
            return "SecretInput.Submitted()"

    def __init__(
        self, *, placeholder: str = "", id: str | None = None, takes: Paste = Paste.PASSWORD
    ) -> None:
        super().__init__("", placeholder, id=id, takes=takes, password=True)

    @property
    def secret(self) -> SecretStr:
        """What was typed."""
        return SecretStr(self.value)

    def reveal(self) -> None:
        """Show what was just typed, or hide it again."""
        self.password = not self.password

    def on_blur(self, event: Blur) -> None:
        """Hide again when the field is left."""
        self.password = True

    def action_copy(self) -> None:
        """Nothing: a secret does not go to a clipboard."""

    def action_cut(self) -> None:
        """Nothing: a secret does not go to a clipboard."""
