"""How far a profile may change things, enforced in the client: nothing gets past it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest

from smtp_tui.api.activity import Activity
from smtp_tui.api.client import Client
from smtp_tui.api.clock import Clock
from smtp_tui.api.errors import AccessRefused, TestsForbidden
from smtp_tui.api.models import Assignment
from smtp_tui.api.requests import (
    CHANGES,
    Request,
    create_request,
    delete_request,
    patch_request,
)
from smtp_tui.api.requests import test_saved_request as saved_test_request
from smtp_tui.api.requests import test_values_request as values_test_request
from smtp_tui.api.secret import SecretStr
from smtp_tui.api.smtp_connections import SmtpConnections
from smtp_tui.api.target import Access, Scope, Target, parse_origin
from smtp_tui.profiles.sources import PromptToken
from smtp_tui.profiles.tokens import Tokens
from tests.api.desk import Pad, as_it_came
from tests.failing_sandbox import Operation, Sandbox

NAME = "PRIMARY"
SCOPE = Scope(Sandbox.tenant_id, "all", "default")
WRITES = {Operation.CREATE, Operation.MODIFY, Operation.DELETE, Operation.TEST_SAVED}
CHANGE = (Assignment("port", 587),)


@pytest.fixture
def server() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def record_id(server: Sandbox) -> str:
    return server.add_record(NAME, {"hostname": "mail.example", "port": 25})


@asynccontextmanager
async def _connections(
    server: Sandbox, access: Access, *, test_emails: bool = True
) -> AsyncIterator[SmtpConnections]:
    tokens = Tokens(PromptToken(), {}, tuple)
    tokens.accept(SecretStr(server.admin_token))
    origin = parse_origin(server.base_url)
    target = Target("production", origin, SCOPE, access, test_emails=test_emails)
    client = Client(target, tokens, Activity(), Clock(), Pad())
    try:
        yield SmtpConnections(client)
    finally:
        await client.aclose()


def _writes(server: Sandbox) -> list[str]:
    return [request.operation for request in server.requests if request.operation in WRITES]


async def _write(connections: SmtpConnections, request: Request) -> None:
    if request.operation in CHANGES:
        await connections.write(request)
    else:
        await connections.test(request, as_it_came)


def _requests(record_id: str) -> dict[str, Request]:
    return {
        "create": create_request(SCOPE, NAME, (Assignment("hostname", "mail.example"), *CHANGE)),
        "patch": patch_request(SCOPE, record_id, CHANGE),
        "delete": delete_request(SCOPE, record_id),
        "test": saved_test_request(SCOPE, record_id, "me@example.com"),
        "test with changes": saved_test_request(SCOPE, record_id, "me@example.com", CHANGE),
        "test values": values_test_request(SCOPE, "me@example.com", CHANGE),
    }


@pytest.mark.parametrize("what", ["create", "patch", "delete", "test with changes", "test values"])
async def test_a_read_only_profile_stores_nothing_and_mails_no_unsaved_value(
    server: Sandbox, record_id: str, what: str
) -> None:
    async with _connections(server, Access.READ_ONLY) as connections:
        request = _requests(record_id)[what]
        connections.client.confirm(request, NAME)
        with pytest.raises(AccessRefused, match="read-only"):
            await _write(connections, request)
    assert server.requests == ()


async def test_a_read_only_profile_sends_a_test_email_of_a_saved_record(
    server: Sandbox, record_id: str
) -> None:
    before = server.records()
    async with _connections(server, Access.READ_ONLY) as connections:
        await connections.test(_requests(record_id)["test"], as_it_came)
    assert _writes(server) == [Operation.TEST_SAVED]
    assert server.records() == before


@pytest.mark.parametrize("access", Access)
@pytest.mark.parametrize("what", ["test", "test with changes", "test values"])
async def test_a_profile_that_forbids_test_emails_sends_none_whatever_its_access(
    server: Sandbox, record_id: str, what: str, access: Access
) -> None:
    async with _connections(server, access, test_emails=False) as connections:
        with pytest.raises(TestsForbidden, match="allows no test emails"):
            await connections.test(_requests(record_id)[what], as_it_came)
    assert server.requests == ()


async def test_a_profile_that_forbids_test_emails_still_writes(
    server: Sandbox, record_id: str
) -> None:
    async with _connections(server, Access.NORMAL, test_emails=False) as connections:
        await connections.write(_requests(record_id)["patch"])
    assert _writes(server) == [Operation.MODIFY]


@pytest.mark.parametrize("what", ["create", "patch", "delete"])
async def test_a_protected_profile_writes_nothing_without_the_typed_name(
    server: Sandbox, record_id: str, what: str
) -> None:
    async with _connections(server, Access.PROTECTED) as connections:
        with pytest.raises(AccessRefused, match="type the record's name"):
            await _write(connections, _requests(record_id)[what])
    assert server.requests == ()


@pytest.mark.parametrize("what", ["create", "patch", "delete"])
async def test_a_protected_profile_compares_the_typed_name_with_the_servers(
    server: Sandbox, record_id: str, what: str
) -> None:
    async with _connections(server, Access.PROTECTED) as connections:
        request = _requests(record_id)[what]
        connections.client.confirm(request, "SECONDARY")
        with pytest.raises(AccessRefused, match="another name"):
            await _write(connections, request)
        assert _writes(server) == []
        connections.client.confirm(request, NAME)
        await _write(connections, request)
    assert len(_writes(server)) == 1


async def test_a_name_is_good_for_one_write_of_one_request(server: Sandbox, record_id: str) -> None:
    async with _connections(server, Access.PROTECTED) as connections:
        patch = _requests(record_id)["patch"]
        connections.client.confirm(patch, NAME)
        with pytest.raises(AccessRefused):
            await connections.write(_requests(record_id)["delete"])
        connections.client.confirm(patch, NAME)
        await connections.write(patch)
        with pytest.raises(AccessRefused):
            await connections.write(patch)
    assert _writes(server) == [Operation.MODIFY]


async def test_a_test_email_needs_no_name(server: Sandbox, record_id: str) -> None:
    async with _connections(server, Access.PROTECTED) as connections:
        await connections.test(_requests(record_id)["test"], as_it_came)
    assert _writes(server) == [Operation.TEST_SAVED]


async def test_a_normal_profile_asks_for_no_name(server: Sandbox, record_id: str) -> None:
    async with _connections(server, Access.NORMAL) as connections:
        await connections.write(_requests(record_id)["patch"])
    assert [request.operation for request in server.requests] == [Operation.MODIFY]
