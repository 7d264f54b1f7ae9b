"""What a test email is about: whose values it uses, and the mail that is on its way."""

from __future__ import annotations

from datetime import datetime
from typing import TypeAlias

from msgspec import Struct

from smtp_tui.api.models import PASSWORD, Record, SecretState, is_secret_name, value_text
from smtp_tui.api.secret import SecretStr
from smtp_tui.editing.patch import Change, Patch


class TestSubject(Struct, frozen=True):
    """What is tested: a saved record, the same with unsaved changes, or values saved nowhere."""

    __test__ = False  # not a test case, whatever its name

    record_id: str | None
    name: str
    opened: Record | None
    patch: Patch = Patch()

    @property
    def words(self) -> str:
        """Which values are used."""
        if self.record_id is None:
            return "values that are saved nowhere"
        if self.patch:
            return "the saved record with these unsaved changes (*)"
        return "the saved record"

    def values(self) -> tuple[tuple[str, str], ...]:
        """The values that are used, by parameter, as text; secrets are left out."""
        found: dict[str, str] = {}
        if self.opened is not None:
            found = self.opened.plain_values()
        for change in self.patch.changes:
            if not isinstance(change.after, SecretStr) and not is_secret_name(change.name):
                found[change.name] = value_text(change.after)
        return tuple(found.items())

    @property
    def host(self) -> str:
        """The mail server that is tested, with its port."""
        values = dict(self.values())
        port = values.get("port", "")
        return f"{values.get('hostname', '')}{':' if port else ''}{port}"

    @property
    def unsaved(self) -> tuple[str, ...]:
        """The parameters of a saved record that were typed and are not saved."""
        return self.patch.names if self.record_id is not None else ()

    def lines(self) -> tuple[tuple[bool, str, str], ...]:
        """Every value in words: whether it is unsaved, the parameter, the value."""
        lines = [
            (name in self.unsaved, name, f"{text or '(blank)'}{self._before(name)}")
            for name, text in self.values()
        ]
        for change in self.patch.changes:
            secret = isinstance(change.after, SecretStr) or is_secret_name(change.name)
            if secret and change.name != PASSWORD:
                lines.append((change.name in self.unsaved, change.name, _typed_words(change)))
        lines.append((PASSWORD in self.unsaved, PASSWORD, self.password_words))
        return tuple(lines)

    def _before(self, name: str) -> str:
        if name not in self.unsaved or self.opened is None:
            return ""
        return f"   saved: {self.opened.text(name) or '(blank)'}"

    @property
    def password_words(self) -> str:
        """Whose password is used."""
        change = self.patch.change(PASSWORD)
        if change is not None:
            return _typed_words(change)
        if self.record_id is None:
            return "none"
        known = self.opened.password if self.opened is not None else SecretState.UNKNOWN
        if known is SecretState.SET:
            return "the stored one, unseen"
        if known is SecretState.NOT_SET:
            return "none is stored"
        return "the stored one, if there is one"


def _typed_words(change: Change) -> str:
    return "the one just typed, not saved" if change.after else "none; cleared here, not saved"


class Sending(Struct):
    """A test mail on its way, which outlives the dialog that sent it.

    ``since`` counts on the monotonic clock, in seconds; ``watcher`` is the dialog that shows it.
    """

    subject: TestSubject
    to: str
    at: datetime
    since: float
    watcher: object = None


class EditParameter(Struct, frozen=True):
    """The answer of the dialog where the person wants to mend a parameter."""

    name: str


class ReviewValues(Struct, frozen=True):
    """The answer of the dialog where the person wants to save what was tested."""


TestResult: TypeAlias = EditParameter | ReviewValues | bool | None
