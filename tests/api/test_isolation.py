"""A request goes to one place, says nothing of others, and a read-only profile changes nothing."""

from __future__ import annotations

import socket
from contextlib import ExitStack

import pytest

from smtp_tui.api.errors import AccessRefused, ApiError, BadAnswer
from smtp_tui.api.smtp_connections import Written
from smtp_tui.api.target import Access
from tests.api.desk import WRITES, Desk, desk
from tests.failing_sandbox import Fault, FaultKind, Sandbox, SandboxOptions

PROXY_VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy")


@pytest.mark.parametrize("tls", [False, True])
async def test_a_proxy_in_the_environment_sees_nothing(
    monkeypatch: pytest.MonkeyPatch, tls: bool
) -> None:
    with ExitStack() as held_open:
        proxy = held_open.enter_context(socket.create_server(("127.0.0.1", 0)))
        proxy.setblocking(False)
        for variable in PROXY_VARIABLES:
            monkeypatch.setenv(variable, f"http://127.0.0.1:{proxy.getsockname()[1]}")
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        server = held_open.enter_context(Sandbox(SandboxOptions(tls=tls)))
        async with desk(server) as held:
            assert len((await held.listed()).records) == 1
            await held.do("patch")
        with pytest.raises(BlockingIOError):
            proxy.accept()


async def test_a_login_in_the_home_directory_is_not_sent(
    monkeypatch: pytest.MonkeyPatch, tmp_path: object, sandbox: Sandbox
) -> None:
    netrc = f"{tmp_path}/.netrc"
    with open(netrc, "w", encoding="ascii") as file:  # noqa: ASYNC230 - a line, before the client
        file.write("machine 127.0.0.1 login someone password else\n")
    monkeypatch.setenv("NETRC", netrc)
    monkeypatch.setenv("HOME", str(tmp_path))
    async with desk(sandbox) as held:
        await held.log_in()
        await held.listed()
    login, listed = sandbox.requests
    assert "authorization" not in login.headers
    assert listed.headers["authorization"] == f"Bearer {sandbox.admin_token}"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("name", ["list", "patch"])
async def test_no_redirect_is_followed(work: Desk, name: str, status: int) -> None:
    with Sandbox() as other:
        location = f"{other.base_url}/cam/api/v1/smtpconnections"
        work.sandbox.faults.add(Fault(FaultKind.REDIRECT, status=status, location=location))
        error = await work.refused(name)
        assert other.requests == ()
    assert type(error) is BadAnswer
    assert location in error.why
    assert len(work.sandbox.requests) == 1


async def test_a_login_is_not_redirected_with_its_password(work: Desk) -> None:
    with Sandbox() as other:
        work.sandbox.faults.add(Fault(FaultKind.REDIRECT, status=307, location=other.base_url))
        with pytest.raises(BadAnswer):
            await work.log_in()
        assert other.requests == ()


@pytest.mark.parametrize("name", WRITES)
async def test_a_read_only_profile_sends_no_write(sandbox: Sandbox, name: str) -> None:
    async with desk(sandbox, access=Access.READ_ONLY) as held:
        before = sandbox.records()
        error = await held.refused(name)
    assert isinstance(error, AccessRefused)
    assert error.why == "The profile work is read-only"
    assert not error.outcome_unknown
    assert sandbox.requests == ()
    assert sandbox.records() == before
    assert sandbox.mailbox == ()


async def test_a_read_only_profile_reads_and_logs_in(sandbox: Sandbox) -> None:
    async with desk(sandbox, access=Access.READ_ONLY) as held:
        await held.log_in()
        assert (await held.tenant()).id == Sandbox.tenant_id
        assert (await held.record()).name == "OLD"
        assert len((await held.listed()).records) == 1


async def test_a_protected_profile_may_write_once_the_name_is_typed(sandbox: Sandbox) -> None:
    async with desk(sandbox, access=Access.PROTECTED) as held:
        assert isinstance(await held.refused("delete"), AccessRefused)
        held.client.confirm(held.request("delete"), "OLD")
        done = await held.do("delete")
        assert isinstance(done, Written)
        assert not done.gone
        assert held.record_id not in [record.id for record in sandbox.records()]


async def test_two_clients_share_nothing(sandbox: Sandbox) -> None:
    with Sandbox() as other:
        async with desk(sandbox) as mine, desk(other, token="no-good-token") as theirs:
            with pytest.raises(ApiError, match="401"):
                await theirs.listed()
            assert len((await mine.listed()).records) == 1
    assert other.requests[0].headers["authorization"] == "Bearer no-good-token"


async def test_the_host_header_is_the_origin(work: Desk) -> None:
    await work.listed()
    assert work.sandbox.requests[0].headers["host"] == f"127.0.0.1:{work.sandbox.port}"
