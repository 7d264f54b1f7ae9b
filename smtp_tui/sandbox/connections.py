"""The five operations on records: create, list, get, delete and modify.

Guesses, beyond what the framework suggests: create is refused with 403 where the account could not
see the result; `ace_orgGuid=all` from someone who is no administrator means her own teams at the
composer (where the vendor writes `all` for everyone), and nothing at all elsewhere; a mask that is
sent back as a password is stored as it is, and so destroys it.
"""

from __future__ import annotations

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from smtp_tui.sandbox.accounts import ALL_TEAMS, DEFAULT_NAMESPACE, NAMESPACES, Account
from smtp_tui.sandbox.loopback import MISSING, bad_argument, forbidden, unknown_id
from smtp_tui.sandbox.parameters import (
    invalid_changes,
    invalid_record,
    merged,
    new_parameters,
    read_parameters,
)
from smtp_tui.sandbox.replies import argument, json_object, json_response
from smtp_tui.sandbox.services import authenticated, services
from smtp_tui.sandbox.store import NewRecord, StoredRecord


class View(Struct, frozen=True):
    """Which records a request may touch: a tenant and the teams in it, None meaning all teams."""

    account: Account
    tenant: str
    team: str
    teams: frozenset[str] | None

    def shows(self, record: StoredRecord) -> bool:
        """Whether the record is inside this view."""
        in_team = self.teams is None or record.team in self.teams
        return record.tenant == self.tenant and in_team


def view(request: Request, composer: bool = False) -> View:
    """What the request's token, tenant and team open up.

    Raises LoopBackError: 401 for a bad token, 400 when `tenantId` or `ace_orgGuid` is missing.
    """
    account = authenticated(request)
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
    return View(account, tenant, team, teams)


def visible_record(request: Request, seen: View, record_id: str) -> StoredRecord:
    """The record of this id inside the view; raises the 404 LoopBackError."""
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
    """Store a new record and answer with it."""
    seen = view(request)
    content = await json_object(request)
    parameters = new_parameters(content.get("connection_parameters"))
    problem = invalid_record(content.get("name", MISSING), parameters)
    if problem is not None:
        raise problem
    if seen.teams is not None and seen.team not in seen.teams:
        raise forbidden()
    namespace = next((known for known in NAMESPACES if known.team == seen.team), DEFAULT_NAMESPACE)
    record = services(request).store.add(
        NewRecord(
            name=content["name"],
            parameters=tuple(merged([], parameters)),
            tenant=seen.tenant,
            team=namespace.team,
            namespace=namespace.uid,
        )
    )
    return json_response(record.answer())


async def get_record(request: Request) -> Response:
    """One record."""
    seen = view(request)
    return json_response(visible_record(request, seen, request.path_params["id"]).answer())


async def delete_record(request: Request) -> Response:
    """Delete one record; an unknown id is no error, its count is 0."""
    seen = view(request)
    record = services(request).store.get(request.path_params["id"])
    gone = record is not None and seen.shows(record) and services(request).store.delete(record.id)
    return json_response({"count": int(gone)})


async def modify_record(request: Request) -> Response:
    """Lay the given parameters over the stored ones and answer with the record."""
    seen = view(request, composer=True)
    content = await json_object(request)
    record_id = argument(content, "id")
    given = argument(content, "connection_parameters")
    if not isinstance(record_id, str):
        raise bad_argument("Value is not a string.")
    changes = read_parameters("connection_parameters", given)
    record = visible_record(request, seen, record_id)
    problem = invalid_changes(changes)
    if problem is not None:
        raise problem
    changed = services(request).store.change(record_id, changes)
    if changed is None:
        raise unknown_id(record.id)
    return json_response(changed.answer())
