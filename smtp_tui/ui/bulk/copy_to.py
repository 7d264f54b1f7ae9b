"""Records copied to another profile: where to, what is there already, and their secrets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Final

from textual.binding import BindingType
from textual.screen import Screen
from textual.widget import Widget

from smtp_tui.api.errors import ApiError
from smtp_tui.api.models import Record, SecretState
from smtp_tui.api.requests import Operation
from smtp_tui.api.secret import SecretStr
from smtp_tui.api.target import Access, HostRefused
from smtp_tui.editing.draft import draft_of
from smtp_tui.editing.patch import Change, in_form_order
from smtp_tui.editing.values import ABSENT, value_in
from smtp_tui.profiles.model import Profile
from smtp_tui.text import clean, counted
from smtp_tui.ui.actions import bindings
from smtp_tui.ui.base import Dialog
from smtp_tui.ui.bulk.marked import Marked
from smtp_tui.ui.bulk.profiles import known_profiles
from smtp_tui.ui.bulk.secrets import SecretsDialog
from smtp_tui.ui.keymap import error_text
from smtp_tui.ui.messages import tell
from smtp_tui.ui.operator import ScreenOperator
from smtp_tui.ui.services import Services
from smtp_tui.ui.widgets.table import Column, RecordsTable, Row
from smtp_tui.workflows.compare import Pair, compare_lists, entry_towards
from smtp_tui.workflows.operator import Kind
from smtp_tui.workflows.plan import Place, Plan, PlanEntry
from smtp_tui.workflows.sign_in import read_signed_in

if TYPE_CHECKING:
    from smtp_tui.workflows.session import Session

_COLUMNS: Final = (
    Column("name", "PROFILE", 14, flexible=True),
    Column("label", "LABEL", 10, flexible=True),
    Column("host", "HOST", 20, flexible=True),
)
_SECRETS: Final = "No server tells a secret. Type each once; one that stays blank is left out."
_ABOUT: Final = "copy to"


class CopyToDialog(Dialog[Profile | None]):
    """Gives the profile that records are copied to."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("dialog.cancel")
    DEFAULT_CSS = "CopyToDialog RecordsTable { height: 9; max-height: 50vh; }"

    def __init__(self, profiles: Iterable[Profile], count: int) -> None:
        super().__init__()
        self.title = f"Copy {counted(count, 'record')} to"
        self._profiles = {profile.name: profile for profile in profiles}
        self._table = RecordsTable(_COLUMNS)
        self._table.takes_marks = False
        self._table.notice = "There is no other profile."
        self._table.rows = tuple(map(_profile_row, self._profiles.values()))

    def compose_box(self) -> Iterable[Widget]:
        """The profiles."""
        yield self._table

    def keys(self) -> Iterable[tuple[str, str]]:
        """Choose, or back."""
        return (("enter", "Choose"), (self.cancel_key, "Back"))

    def on_records_table_opened(self, event: RecordsTable.Opened) -> None:
        """Copy to this one."""
        event.stop()
        self.dismiss(self._profiles.get(event.row_id or ""))


def _profile_row(profile: Profile) -> Row:
    texts = (profile.name, profile.badge, profile.host)
    return Row(profile.name, tuple(clean(text, 100) for text in texts))


async def copy_plan(
    screen: Screen[Any], services: Services, marked: Marked
) -> tuple[Session, Plan] | None:
    """Ask where the records go, read what is there, and plan the rest. For workers only."""
    known = await known_profiles(services)
    others = [each for each in known.values() if {*marked.sessions} != {each.name}]
    profile = await screen.app.push_screen_wait(CopyToDialog(others, len(marked)))
    if profile is None:
        return None
    try:
        session = services.session(profile)
        there = await _listed(screen, session)
    except HostRefused as refusal:
        tell(screen, clean(str(refusal), 300), about=_ABOUT, kind=Kind.BAD)
        return None
    except ApiError as error:
        tell(screen, error_text(screen, error), about=_ABOUT, kind=Kind.BAD)
        return None
    if session.target.access is Access.READ_ONLY:
        words = f"The profile {clean(profile.name, 40)} is read-only."
        tell(screen, words, about=_ABOUT, kind=Kind.BAD)
        return None
    records = (each for mine, each in marked.records if mine.profile.name != profile.name)
    pairs = [pair for pair in compare_lists(records, there) if pair.left is not None]
    secrets = await _typed(screen, pairs)
    if secrets is None:
        return None
    entries = tuple(_entry(pair, profile.name, secrets) for pair in pairs)
    title = f"Copy {counted(len(entries), 'record')} to {profile.name}"
    return session, Plan(title, entries, (Place.of(session, len(there)),))


async def _listed(screen: Screen[Any], session: Session) -> tuple[Record, ...]:
    """The records of the other profile."""
    operator, what = ScreenOperator(screen), f"Reading the connections of {session.profile.name}"
    try:
        return (await read_signed_in(session, operator, session.connections.list, what)).records
    finally:
        await session.aclose()


def _lacks(pair: Pair) -> tuple[tuple[str, str], ...]:
    """The secrets that a new record lacks, each with the login that it belongs to."""
    record = pair.left
    if record is None or pair.right is not None:
        return ()
    login = f"{record.text('username')} at {record.text('hostname')}"
    secrets = (name for name, _ in draft_of(record).secrets)
    return tuple(
        (name, login) for name in secrets if value_in(record, name) is not SecretState.NOT_SET
    )


async def _typed(
    screen: Screen[Any], pairs: Iterable[Pair]
) -> Mapping[tuple[str, str], SecretStr] | None:
    """Ask once for each secret of each login; None where the person goes back."""
    counts: dict[tuple[str, str], int] = {}
    for pair in pairs:
        for secret in _lacks(pair):
            counts[secret] = counts.get(secret, 0) + 1
    if not counts:
        return {}
    words = {
        number: f"{name} of {login} ({counted(count, 'record')})"
        for number, ((name, login), count) in enumerate(counts.items())
    }
    typed = await screen.app.push_screen_wait(SecretsDialog(words, _SECRETS))
    if typed is None:
        return None
    return {secret: typed[at] for at, secret in enumerate(counts) if at in typed}


def _entry(pair: Pair, profile: str, secrets: Mapping[tuple[str, str], SecretStr]) -> PlanEntry:
    """The entry that brings a record there; one that is so already sends nothing."""
    entry = entry_towards(pair, profile)
    if entry is None:
        return PlanEntry(profile, Operation.PATCH, pair.right)
    added = [
        Change(name, ABSENT, secrets[name, login])
        for name, login in _lacks(pair)
        if (name, login) in secrets
    ]
    if not added:
        return entry
    patch = in_form_order((*entry.patch.changes, *added))
    return PlanEntry(profile, entry.operation, entry.record, entry.name, patch)
