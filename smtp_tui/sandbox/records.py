"""The five operations on records: create, list, get, delete and modify.

Guesses, beyond what the framework suggests: create is refused with 403 when the account could not
see the result; `ace_orgGuid=all` from someone who is no administrator means the own teams at the
composer (where the vendor writes `all` for everyone), and nothing elsewhere; a mask that is sent
back as a password is stored as it is, and so destroys the password.
"""

from __future__ import annotations

from msgspec import Struct

from smtp_tui.sandbox.accounts import ALL_TEAMS
from smtp_tui.sandbox.call import Call, argument, text
from smtp_tui.sandbox.loopback import MISSING, forbidden, unknown_id
from smtp_tui.sandbox.parameters import (
    check_changes,
    check_record,
    merged,
    new_parameters,
    read_parameters,
)
from smtp_tui.sandbox.store import StoredRecord


class View(Struct, frozen=True):
    """The records that a request may see: those of a tenant and some teams, None being all."""

    tenant: str
    team: str
    teams: frozenset[str] | None

    def shows(self, record: StoredRecord) -> bool:
        """Whether the record is inside this view."""
        in_team = self.teams is None or record.team in self.teams
        return record.tenant == self.tenant and in_team


def view(call: Call, composer: bool = False) -> View:
    """What the request's token, tenant and team may see.

    Raises LoopBackError: 401 for a bad token, 400 when `tenantId` or `ace_orgGuid` is missing.
    """
    account = call.account()
    tenant, team = (argument(call.request.query, name) for name in ("tenantId", "ace_orgGuid"))
    own = frozenset(namespace.team for namespace in account.namespaces)
    teams: frozenset[str] | None = own & {team}
    if team == ALL_TEAMS and (account.administrator or composer):
        teams = None if account.administrator else own
    if tenant not in account.tenants:
        teams = frozenset()
    return View(tenant, team, teams)


def visible_record(call: Call, seen: View, record_id: str) -> StoredRecord:
    """The record with this id inside the view; raises the 404 LoopBackError."""
    record = call.services.store.get(record_id)
    if record is None or not seen.shows(record):
        raise unknown_id(record_id)
    return record


async def list_records(call: Call) -> object:
    """Every visible record, oldest first, as a bare array."""
    seen = view(call)
    return [record.answer() for record in call.services.store.all() if seen.shows(record)]


async def create_record(call: Call) -> object:
    """Store a new record and return it."""
    seen = view(call)
    content = call.json_object()
    parameters = new_parameters(content.get("connection_parameters"))
    check_record(content.get("name", MISSING), parameters)
    if seen.teams is not None and seen.team not in seen.teams:
        raise forbidden()
    made = StoredRecord(content["name"], merged([], parameters), seen.tenant, seen.team)
    return call.services.store.add(made).answer()


async def get_record(call: Call, record_id: str) -> object:
    """One record."""
    return visible_record(call, view(call), record_id).answer()


async def delete_record(call: Call, record_id: str) -> object:
    """Delete one record; an unknown id is no error, its count is 0."""
    seen, record = view(call), call.services.store.get(record_id)
    gone = record is not None and seen.shows(record) and call.services.store.delete(record_id)
    return {"count": int(gone)}


async def modify_record(call: Call) -> object:
    """Merge the given parameters into the stored ones and return the record."""
    seen = view(call, composer=True)
    content = call.json_object()
    record_id, given = (argument(content, name) for name in ("id", "connection_parameters"))
    record_id, changes = text(record_id), read_parameters("connection_parameters", given)
    visible_record(call, seen, record_id)
    check_changes(changes)
    record = call.services.store.change(record_id, changes)
    if record is None:
        raise unknown_id(record_id)
    return record.answer()
