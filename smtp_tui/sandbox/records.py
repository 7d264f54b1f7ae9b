"""The five operations on records: create, list, get, delete and modify.

Guesses, beyond what the framework suggests: create is refused with 403 when the account could not
see the result; `ace_orgGuid=all` from someone who is no administrator means the own teams at the
composer (where the vendor writes `all` for everyone), and nothing elsewhere; a mask that is sent
back as a password is stored as it is, and so destroys the password.
"""

from __future__ import annotations

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from smtp_tui.sandbox.accounts import ALL_TEAMS, namespace_of
from smtp_tui.sandbox.endpoint import argument, caller, json_object, json_response, services, text
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


def view(request: Request, composer: bool = False) -> View:
    """What the request's token, tenant and team may see.

    Raises LoopBackError: 401 for a bad token, 400 when `tenantId` or `ace_orgGuid` is missing.
    """
    account = caller(request)
    tenant = argument(request.query_params, "tenantId")
    team = argument(request.query_params, "ace_orgGuid")
    own = frozenset(namespace.team for namespace in account.namespaces)
    teams: frozenset[str] | None
    if team == ALL_TEAMS:
        teams = None if account.administrator else own if composer else frozenset()
    else:
        teams = own & {team}
    if tenant not in account.tenants:
        teams = frozenset()
    return View(tenant, team, teams)


def visible_record(request: Request, seen: View, record_id: str) -> StoredRecord:
    """The record with this id inside the view; raises the 404 LoopBackError."""
    record = services(request).store.get(record_id)
    if record is None or not seen.shows(record):
        raise unknown_id(record_id)
    return record


async def list_records(request: Request) -> Response:
    """Every visible record, oldest first, as a bare array."""
    seen = view(request)
    records = services(request).store.all(seen.tenant)
    return json_response([record.answer() for record in records if seen.shows(record)])


async def create_record(request: Request) -> Response:
    """Store a new record and return it."""
    seen = view(request)
    content = await json_object(request)
    parameters = new_parameters(content.get("connection_parameters"))
    check_record(content.get("name", MISSING), parameters)
    if seen.teams is not None and seen.team not in seen.teams:
        raise forbidden()
    namespace = namespace_of(seen.team)
    record = StoredRecord(
        id="",
        name=content["name"],
        connection_parameters=merged([], parameters),
        created_at="",
        tenant=seen.tenant,
        team=namespace.team,
        namespace=namespace.uid,
    )
    return json_response(services(request).store.add(record).answer())


async def get_record(request: Request) -> Response:
    """One record."""
    return json_response(visible_record(request, view(request), request.path_params["id"]).answer())


async def delete_record(request: Request) -> Response:
    """Delete one record; an unknown id is no error, its count is 0."""
    seen, store = view(request), services(request).store
    record = store.get(request.path_params["id"])
    gone = record is not None and seen.shows(record) and store.delete(record.id)
    return json_response({"count": int(gone)})


async def modify_record(request: Request) -> Response:
    """Merge the given parameters into the stored ones and return the record."""
    seen = view(request, composer=True)
    content = await json_object(request)
    record_id = argument(content, "id")
    given = argument(content, "connection_parameters")
    record_id = text(record_id)
    changes = read_parameters("connection_parameters", given)
    visible_record(request, seen, record_id)
    check_changes(changes)
    changed = services(request).store.change(record_id, changes)
    if changed is None:
        raise unknown_id(record_id)
    return json_response(changed.answer())
