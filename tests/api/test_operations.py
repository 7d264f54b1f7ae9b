"""Each call goes out as the vendor's page has it, and what comes back is read whole."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

import pytest

import smtp_tui
from smtp_tui.api import requests
from smtp_tui.api.errors import LoginRefused
from smtp_tui.api.identity import log_in
from smtp_tui.api.models import Assignment, SecretState
from smtp_tui.api.secret import MASK, SecretStr
from smtp_tui.api.target import Scope
from tests.api.desk import READS, WRITES, Desk, as_it_came, desk, send
from tests.failing_sandbox import OTHER_TENANT_ID, TENANT_ID, RecordedRequest, Sandbox

RECORDS = "/cam/api/v1/smtpconnections"
COMPOSER = "/cam/composer/api/v1/smtpconnections"
TEAM = {"tenantId": TENANT_ID, "ace_orgGuid": "mail-operators"}
SPACE = {"tenantId": TENANT_ID, "ace_orgGuid": "all", "cloudOE_spaceGuid": "mail"}
ALL = {"tenantId": TENANT_ID, "ace_orgGuid": "all"}
OF_A_TEAM = Scope(TENANT_ID, "mail-operators", "mail")
PASSWORD_PAIR = {"name": "password", "value": "Hunter-Sentinel-2"}


def _asked(sandbox: Sandbox) -> RecordedRequest:
    (request,) = sandbox.requests
    return request


@pytest.mark.parametrize(
    ("name", "method", "path", "query"),
    [
        ("create", "POST", RECORDS, TEAM),
        ("list", "GET", RECORDS, TEAM),
        ("get", "GET", f"{RECORDS}/ID", TEAM),
        ("delete", "DELETE", f"{RECORDS}/ID", TEAM),
        ("patch", "POST", f"{COMPOSER}/patchConnectionParametersById", SPACE),
        ("test_values", "POST", f"{COMPOSER}/testEmail", ALL),
        ("test_saved", "POST", f"{COMPOSER}/testEmailById", SPACE),
    ],
)
async def test_each_operation_has_the_method_path_query_and_bearer_of_the_vendor(
    sandbox: Sandbox, name: str, method: str, path: str, query: dict[str, str]
) -> None:
    async with desk(sandbox, scope=OF_A_TEAM) as held:
        await send(held.client, held.request(name), 400, 404)
        asked = _asked(sandbox)
        assert (asked.method, asked.path) == (method, path.replace("ID", held.record_id))
    assert asked.query == query
    assert asked.headers["authorization"] == f"Bearer {sandbox.admin_token}"


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("patch", {"id": "ID", "connection_parameters": [PASSWORD_PAIR]}),
        ("test_saved", {"id": "ID", "to": "ops@example.com", "conn_params": [PASSWORD_PAIR]}),
        ("delete", None),
        ("list", None),
        ("get", None),
    ],
)
async def test_a_body_holds_what_the_operation_needs_and_no_more(
    work: Desk, name: str, body: dict[str, Any] | None
) -> None:
    await send(work.client, work.request(name), 400)
    asked = _asked(work.sandbox)
    if body is None:
        assert asked.body == b""
        assert "content-type" not in asked.headers
        return
    assert asked.json() == body | ({"id": work.record_id} if "id" in body else {})
    assert asked.headers["content-type"] == "application/json"


async def test_a_create_sends_the_name_and_the_values_as_pairs(work: Desk) -> None:
    values = (Assignment("hostname", "mail.example.com"), Assignment("port", 587))
    request = requests.create_request(work.scope, "SECOND", values)
    created = (await work.connections.write(request))[1].record
    assert _asked(work.sandbox).json() == {
        "name": "SECOND",
        "connection_parameters": [
            {"name": "hostname", "value": "mail.example.com"},
            {"name": "port", "value": 587},
        ],
    }
    assert created is not None
    assert work.sandbox.record(created.id).name == "SECOND"


async def test_a_test_of_values_sends_them_as_conn_params_and_the_mail_arrives(work: Desk) -> None:
    values = (Assignment("hostname", "127.0.0.1"), Assignment("port", work.sandbox.smtp_port))
    request = requests.test_values_request(work.scope, "ops@example.com", values)
    answer = await work.connections.test(request, as_it_came)
    assert answer.status == 200
    assert _asked(work.sandbox).json() == {
        "to": "ops@example.com",
        "conn_params": [
            {"name": "hostname", "value": "127.0.0.1"},
            {"name": "port", "value": work.sandbox.smtp_port},
        ],
    }
    assert [mail.rcpt_to for mail in work.sandbox.mailbox] == [("ops@example.com",)]


async def test_a_test_of_a_saved_record_without_overrides_sends_none(work: Desk) -> None:
    request = requests.test_saved_request(work.scope, work.record_id, "ops@example.com")
    await work.connections.test(request, as_it_came)
    assert _asked(work.sandbox).json() == {"id": work.record_id, "to": "ops@example.com"}


async def test_a_patch_changes_the_assigned_parameters_and_leaves_the_others(work: Desk) -> None:
    port = (Assignment("port", 587),)
    await work.connections.write(requests.patch_request(work.scope, work.record_id, port))
    assert _asked(work.sandbox).json() == {
        "id": work.record_id,
        "connection_parameters": [{"name": "port", "value": 587}],
    }
    stored = work.sandbox.record(work.record_id).values
    assert stored == {
        "hostname": "mail.example.com",
        "port": 587,
        "password": "stored-Sentinel-1",
    }


async def test_a_login_is_a_form_without_a_bearer_and_gives_a_token_that_works(
    sandbox: Sandbox,
) -> None:
    async with desk(sandbox, token=None) as held:
        issued = await held.log_in()
    asked = _asked(sandbox)
    assert (asked.method, asked.target) == ("POST", "/idprovider/v1/auth/identitytoken")
    assert "authorization" not in asked.headers
    assert asked.headers["content-type"] == "application/x-www-form-urlencoded"
    assert parse_qs(asked.body.decode()) == {
        "grant_type": ["password"],
        "username": ["admin"],
        "password": [sandbox.password()],
        "scope": ["openid"],
    }
    assert issued.expires_in == 43199
    async with desk(sandbox, token=issued.access_token.get_secret_value()) as held:
        assert len((await held.listed()).records) == 2


async def test_a_password_with_any_character_arrives_as_it_was_typed(sandbox: Sandbox) -> None:
    odd = "a&b=c d%+é\"\\'\n$(x)"
    async with desk(sandbox) as held:
        change = (Assignment("password", SecretStr(odd)),)
        await held.connections.write(requests.patch_request(held.scope, held.record_id, change))
        assert sandbox.record(held.record_id).values["password"] == odd
        with pytest.raises(LoginRefused, match="not right"):
            await log_in(held.client, "admin", SecretStr(odd))
    assert parse_qs(sandbox.requests[-1].body.decode())["password"] == [odd]


async def test_the_tenant_call_has_a_bearer_and_no_query_and_tells_the_namespaces(
    sandbox: Sandbox,
) -> None:
    async with desk(sandbox, token=sandbox.user_token) as held:
        tenant = await held.tenant()
    asked = _asked(sandbox)
    assert asked.method == "GET"
    assert asked.target == "/cam/tenant/api/v1/tenants/getTenantOnPrem"
    assert asked.headers["authorization"] == f"Bearer {sandbox.user_token}"
    assert tenant.id == TENANT_ID
    assert [(namespace.uid, namespace.team_id) for namespace in tenant.namespaces] == [
        ("mail", "mail-operators")
    ]


@pytest.mark.parametrize("name", [*READS, *WRITES])
async def test_every_request_names_the_program_and_asks_for_plain_json(
    work: Desk, name: str
) -> None:
    await send(work.client, work.request(name), 400)
    headers = _asked(work.sandbox).headers
    assert headers["user-agent"] == f"smtp-tui/{smtp_tui.__version__}"
    assert headers["accept"] == "application/json"
    assert headers["accept-encoding"] == "identity"
    assert "cookie" not in headers


async def test_a_tenant_sees_its_own_records_only(sandbox: Sandbox) -> None:
    sandbox.add_record("THEIRS", {"hostname": "h"}, tenant=OTHER_TENANT_ID)
    async with desk(sandbox, scope=Scope(OTHER_TENANT_ID)) as held:
        assert [record.name for record in (await held.listed()).records] == ["THEIRS"]


@pytest.mark.parametrize("port", [25, "25", "", None, 2525.5, True])
async def test_a_port_keeps_the_json_type_it_came_in(work: Desk, port: object) -> None:
    work.sandbox.change_record(work.record_id, [{"name": "port", "value": port}])
    found = (await work.record()).parameter("port")
    assert found is not None
    assert (type(found.value), found.value) == (type(port), port)


async def test_a_record_says_whether_a_password_is_set_and_never_which(work: Desk) -> None:
    shown = await work.record()
    assert shown.password is SecretState.SET
    assert "Sentinel" not in repr(shown)
    assert MASK not in repr(shown)


async def test_parameters_that_nobody_documented_are_kept_in_the_record(work: Desk) -> None:
    odd = [{"name": "x-tls", "value": {"min": [1, 2]}, "label": "TLS", "description": "why"}]
    work.sandbox.change_record(work.record_id, odd)
    found = (await work.record()).parameter("x-tls")
    assert found is not None
    assert found.value == {"min": [1, 2]}


async def test_a_delete_of_what_is_gone_says_so(work: Desk) -> None:
    request = work.request("delete")
    assert not (await work.connections.write(request))[1].gone
    assert (await work.connections.write(request))[1].gone


async def test_an_empty_list_is_a_list(sandbox: Sandbox) -> None:
    async with desk(sandbox, scope=Scope(TENANT_ID, "no-such-team")) as held:
        assert (await held.listed()).records == ()
