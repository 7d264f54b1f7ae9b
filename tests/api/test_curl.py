"""A request copied as a curl line does the same when a shell runs it, and shows no secret."""

from __future__ import annotations

import asyncio
import json
import os
import shutil

import pytest
from msgspec.structs import replace

from smtp_tui.api import requests
from smtp_tui.api.curl import curl_line
from smtp_tui.api.models import Assignment
from smtp_tui.api.secret import SecretStr
from smtp_tui.api.target import CaFile, Scope
from tests.api.desk import BODY_PASSWORD, READS, WRITES, Desk, desk, send
from tests.failing_sandbox import TENANT_ID, RecordedRequest, Sandbox, SandboxOptions

CURL = shutil.which("curl")
pytestmark = pytest.mark.skipif(CURL is None, reason="curl is not installed")

SAME = ("method", "target", "query", "operation")


async def _run(line: str, **variables: str) -> tuple[int, str]:
    """The exit code and the output of a line that a shell runs with these variables."""
    environment = {
        "PATH": os.environ["PATH"],
    }
    running = await asyncio.create_subprocess_exec(
        "/bin/sh",
        "-c",
        line,
        env=environment | variables,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(30):
        output, _ = await running.communicate()
    assert running.returncode is not None
    return running.returncode, output.decode()


async def _assert_curl_sends_the_same(
    held: Desk, request: requests.Request, **variables: str
) -> None:
    """Send a request by the client and by curl, and compare what arrived."""
    line = curl_line(held.client.target, request)
    for secret in (*request.secrets(), held.sandbox.admin_token):
        assert not secret or secret not in line
    held.sandbox.forget_requests()
    await send(held.client, request, 400, 401, 404, 422)
    code, output = await _run(line, CAM_BEARER_TOKEN=held.sandbox.admin_token, **variables)
    assert code == 0, output
    ours, theirs = held.sandbox.requests
    assert [getattr(ours, name) for name in SAME] == [getattr(theirs, name) for name in SAME]
    assert ours.headers.get("authorization") == theirs.headers.get("authorization")
    assert ours.headers.get("content-type") == theirs.headers.get("content-type")
    assert _body(ours) == _body(theirs)


def _body(asked: RecordedRequest) -> object:
    if not asked.body:
        return None
    if "json" in asked.headers["content-type"]:
        return json.loads(asked.body)
    return asked.body.decode().replace("%20", "+").lower()


@pytest.mark.parametrize("name", [*READS, *WRITES])
async def test_a_copied_line_sends_what_the_program_sends(work: Desk, name: str) -> None:
    await _assert_curl_sends_the_same(work, work.request(name), SMTP_PASSWORD=BODY_PASSWORD)


async def test_a_copied_login_sends_the_same_form(work: Desk) -> None:
    request = requests.token_request("a b&c=d'%", SecretStr("p w&=+é'\""))
    await _assert_curl_sends_the_same(work, request, SMTP_PASSWORD="p w&=+é'\"")


async def test_the_tenant_call_can_be_copied(work: Desk) -> None:
    await _assert_curl_sends_the_same(work, requests.tenant_request())


@pytest.mark.parametrize(
    "text", ["it's", "$HOME `id` $(id)", "é\u202e\x9b", "\\u0000", "\x00", "a\nb", "SECRET0."]
)
async def test_any_text_reaches_the_server_as_it_is(work: Desk, text: str) -> None:
    values = (Assignment("x", text), Assignment("password", SecretStr("pw-Sentinel")))
    await _assert_curl_sends_the_same(
        work, requests.create_request(work.scope, text, values), SMTP_PASSWORD="pw-Sentinel"
    )


async def test_a_line_to_paste_has_no_character_that_drives_a_terminal(work: Desk) -> None:
    values = (Assignment("x", "\x1b[2J\x9b\u202e\u200b"),)
    line = curl_line(work.client.target, requests.create_request(work.scope, "N", values))
    assert line.replace("\n", "").isprintable()
    assert line.isascii()


async def test_each_secret_has_a_variable_of_its_own(work: Desk) -> None:
    values = (
        Assignment("password", SecretStr("first-Sentinel")),
        Assignment("api-key", SecretStr("second-Sentinel")),
        Assignment("api_key", SecretStr("third-Sentinel")),
    )
    await _assert_curl_sends_the_same(
        work,
        requests.patch_request(work.scope, work.record_id, values),
        SMTP_PASSWORD="first-Sentinel",
        SMTP_API_KEY="second-Sentinel",
        SMTP_API_KEY_2="third-Sentinel",
    )


async def test_a_cleared_password_is_cleared_by_the_line_too(work: Desk) -> None:
    request = requests.patch_request(
        work.scope, work.record_id, (Assignment("password", SecretStr("")),)
    )
    await _assert_curl_sends_the_same(work, request, SMTP_PASSWORD="not this one")


async def test_odd_ids_and_scopes_reach_the_server_as_they_are(sandbox: Sandbox) -> None:
    async with desk(sandbox, scope=Scope(TENANT_ID, "a&b 'c'", "n/é?#[1-3]{x}")) as held:
        await _assert_curl_sends_the_same(held, requests.get_request(held.scope, "a b?c#d%2e [1]"))
        await _assert_curl_sends_the_same(held, held.request("patch"), SMTP_PASSWORD=BODY_PASSWORD)


async def test_the_trust_of_the_profile_is_in_the_line(sandbox: Sandbox) -> None:
    with Sandbox(SandboxOptions(tls=True)) as server:
        assert server.certificate_path is not None
        async with desk(server) as held:
            await _assert_curl_sends_the_same(held, held.request("list"))
            target = replace(held.client.target, trust=CaFile(server.certificate_path))
            code, output = await _run(
                curl_line(target, held.request("list")), CAM_BEARER_TOKEN=server.admin_token
            )
            assert code == 0
            assert json.loads(output)[0]["name"] == "OLD"
            pinned = replace(target, trust=target.pinned(target.origin, "0" * 64))
            server.forget_requests()
            code, _ = await _run(
                curl_line(pinned, held.request("list")), CAM_BEARER_TOKEN=server.admin_token
            )
            assert code != 0, "curl knows no such pin, and sends nothing"
            assert server.requests == ()


def test_what_is_kept_of_a_request_gives_the_same_line() -> None:
    scope = Scope(TENANT_ID)
    values = (Assignment("password", SecretStr("x-Sentinel")), Assignment("token", SecretStr("")))
    request = requests.patch_request(scope, "id", values)
    with Sandbox() as sandbox:
        origin = requests.list_request(scope)
        assert origin.without_secrets() == origin
        assert sandbox.requests == ()
    assert request.without_secrets().secrets() == ()
    assert request.without_secrets().masked_body() == request.masked_body()
