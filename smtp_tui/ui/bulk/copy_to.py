"""Records copied to another profile: where to, what is there already, and their secrets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from textual.screen import Screen

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
from smtp_tui.ui.bulk.ask_secrets import SecretsDialog
from smtp_tui.ui.bulk.marked import Marked
from smtp_tui.ui.bulk.profiles import known_profiles
from smtp_tui.ui.keymap import error_text
from smtp_tui.ui.messages import tell
from smtp_tui.ui.operator import ScreenOperator
from smtp_tui.ui.profiles.which import WhichProfileDialog
from smtp_tui.ui.services import Services
from smtp_tui.workflows.compare import Pair, compare_lists, entry_towards
from smtp_tui.workflows.operator import Kind
from smtp_tui.workflows.plan import Place, Plan, PlanEntry, titled
from smtp_tui.workflows.sign_in import read_signed_in

if TYPE_CHECKING:
    from smtp_tui.workflows.session import Session

_SECRETS: Final = "No server tells a secret. Type each once; one that stays blank is left out."
_ABOUT: Final = "copy to"


async def copy_plan(
    screen: Screen[Any], services: Services, marked: Marked
) -> tuple[Session, Plan] | None:
    """Ask where the records go, read what is there, and plan the rest. For workers only."""
    known = await known_profiles(services)
    others = [each for each in known.values() if {*marked.sessions} != {each.name}]
    dialog = WhichProfileDialog(f"Copy {counted(len(marked), 'record')} to", others)
    profile = await screen.app.push_screen_wait(dialog)
    if not isinstance(profile, Profile):
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
    entries = await entries_with_secrets(screen, pairs, profile.name)
    if entries is None:
        return None
    title = titled("Copy", entries, f"to {profile.name}")
    return session, Plan(title, entries, (Place.of(session, len(there)),))


async def entries_with_secrets(
    screen: Screen[Any], pairs: Sequence[Pair], profile: str
) -> tuple[PlanEntry, ...] | None:
    """The entries that make the right side, which is ``profile``, like the left one.

    The secrets of new records are asked for, because no server tells them; None where the person
    goes back. For workers only.
    """
    secrets = await _typed(screen, pairs)
    if secrets is None:
        return None
    return tuple(_entry(pair, profile, secrets) for pair in pairs)


async def _listed(screen: Screen[Any], session: Session) -> tuple[Record, ...]:
    """The records of the other profile."""
    operator, what = ScreenOperator(screen), f"Reading the connections of {session.profile.name}"
    try:
        return (await read_signed_in(session, operator, session.list, what)).records
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
