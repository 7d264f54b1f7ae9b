"""The program's own client works against both servers, and finds the same."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from smtp_tui.api.activity import Activity
from smtp_tui.api.client import Client
from smtp_tui.api.clock import Clock
from smtp_tui.api.errors import ApiError, NotFound, TokenRefused
from smtp_tui.api.models import Assignment
from smtp_tui.api.requests import (
    create_request,
    delete_request,
    patch_request,
)
from smtp_tui.api.requests import (
    test_saved_request as saved_test_request,
)
from smtp_tui.api.requests import (
    test_values_request as values_test_request,
)
from smtp_tui.api.secret import SecretStr
from smtp_tui.api.smtp_connections import SmtpConnections
from smtp_tui.api.target import Scope, Target, parse_origin
from tests.api.desk import HeldToken, Pad, as_it_came
from tests.contract.servers import RECORDS_PATH, Server, ask
from tests.failing_sandbox import TENANT_ID

SECRET = "a-password-of-the-contract"


@asynccontextmanager
async def at_work(server: Server) -> AsyncIterator[SmtpConnections]:
    """The program's client for a server of the contract."""
    origin = parse_origin(f"http://127.0.0.1:{server.port}")
    target = Target("contract", origin, Scope(TENANT_ID, "all", "default"), identity=origin)
    client = Client(target, HeldToken(server.admin_token), Activity(), Clock(), Pad())
    try:
        yield SmtpConnections(client)
    finally:
        await client.aclose()


SCOPE = Scope(TENANT_ID, "all", "default")
VALUES = (
    Assignment("hostname", "localhost"),
    Assignment("port", 2525),
    Assignment("username", "relay"),
    Assignment("password", SecretStr(SECRET)),
)


async def test_a_record_is_created_read_changed_and_deleted(server: Server) -> None:
    async with at_work(server) as connections:
        assert (await connections.list()).records == ()
        await connections.write(create_request(SCOPE, "FIRST", VALUES))
        await connections.write(create_request(SCOPE, "SECOND", VALUES[:1]))
        listed = (await connections.list()).records
        assert [record.name for record in listed] == ["FIRST", "SECOND"]
        first = listed[0].id
        assert first is not None
        assert (await connections.get(first)).name == "FIRST"
        change = (Assignment("port", 587), Assignment("from", "a@example.com"))
        await connections.write(patch_request(SCOPE, first, change))
        assert server.stored(first) == {
            "hostname": "localhost",
            "port": 587,
            "username": "relay",
            "password": SECRET,
            "from": "a@example.com",
        }
        assert not (await connections.write(delete_request(SCOPE, first)))[1].gone
        assert (await connections.write(delete_request(SCOPE, first)))[1].gone
        assert [record.name for record in (await connections.list()).records] == ["SECOND"]
        with pytest.raises(NotFound):
            await connections.get(first)
        with pytest.raises(NotFound):
            await connections.write(patch_request(SCOPE, first, change))


async def test_a_stored_password_is_not_told(server: Server) -> None:
    async with at_work(server) as connections:
        await connections.write(create_request(SCOPE, "FIRST", VALUES))
        (record,) = (await connections.list()).records
    assert SECRET not in repr(record)
    assert SECRET not in ask(server, "GET", RECORDS_PATH).text


async def test_an_ended_token_is_a_refused_token_each_time(server: Server) -> None:
    server.admin_token, kept = server.ended_token(), server.admin_token
    try:
        async with at_work(server) as connections:
            for _ in range(2):
                with pytest.raises(TokenRefused):
                    await connections.list()
    finally:
        server.admin_token = kept


async def test_a_refused_record_is_an_error_of_ours(server: Server) -> None:
    async with at_work(server) as connections:
        with pytest.raises(ApiError) as caught:
            await connections.write(create_request(SCOPE, "FIRST", VALUES[1:]))
    assert SECRET not in "\n".join(caught.value.lines())
    assert "hostname can't be blank" in "\n".join(caught.value.lines())


async def test_saved_and_unsaved_values_are_tested(server: Server) -> None:
    host = (Assignment("hostname", "localhost"), Assignment("port", server.mail_port))
    async with at_work(server) as connections:
        await connections.write(create_request(SCOPE, "FIRST", host))
        (record,) = (await connections.list()).records
        assert record.id is not None
        to = "ops@example.com"
        for request in (
            values_test_request(SCOPE, to, host),
            saved_test_request(SCOPE, record.id, to, host[1:]),
        ):
            answer = await connections.test(request, as_it_came)
            assert "250 2." in repr(answer)
