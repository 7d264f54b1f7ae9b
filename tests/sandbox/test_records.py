"""The five operations on records behave as the vendor's page says, and as LoopBack does."""

from __future__ import annotations

import re

import pytest

from tests.failing_sandbox import OTHER_TENANT_ID, TENANT_ID, Sandbox
from tests.sandbox.caller import COMPOSER, RECORDS, SCOPE, TENANT, Caller

PAGE = {
    "name": "SECONDARY",
    "connection_parameters": [
        {"name": "hostname", "value": "test"},
        {"name": "port", "value": 25},
        {"name": "username", "value": "test"},
        {"name": "password", "value": "test"},
    ],
}


def test_a_created_record_is_stored_and_listed_with_its_password_masked(
    sandbox: Sandbox, admin: Caller
) -> None:
    created = admin.call("POST", RECORDS, PAGE)
    assert created.status == 200
    record = created.json()
    assert list(record) == [
        "id",
        "name",
        "connection_parameters",
        "created_at",
        "tenantId",
        "namespaceId",
    ]
    assert re.fullmatch("[0-9a-f]{24}", record["id"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", record["created_at"])
    assert record["tenantId"] == TENANT_ID
    assert record["connection_parameters"][3] == {"name": "password", "value": "*****"}
    assert admin.call("GET", RECORDS).json() == [record]
    assert admin.call("GET", f"{RECORDS}/{record['id']}").json() == record
    assert sandbox.record(record["id"]).values["password"] == "test"


def test_a_modify_merges_by_name_and_keeps_everything_else(sandbox: Sandbox, admin: Caller) -> None:
    record_id = sandbox.add_record(
        "A",
        [
            {"name": "hostname", "value": "h", "label": "Host", "required": "true"},
            {"name": "port", "value": "25"},
            {"name": "password", "value": "old"},
        ],
    )
    reply = admin.modify(
        record_id,
        {"name": "port", "value": 587},
        {"name": "password", "value": "new"},
        {"name": "Port", "value": "another name"},
    )
    assert reply.status == 200
    assert sandbox.record(record_id).connection_parameters == (
        {"name": "hostname", "value": "h", "label": "Host", "required": "true"},
        {"name": "port", "value": 587},
        {"name": "password", "value": "new"},
        {"name": "Port", "value": "another name"},
    )


def test_a_mask_that_is_sent_back_destroys_the_password(sandbox: Sandbox, admin: Caller) -> None:
    record_id = sandbox.add_record("A", {"hostname": "h", "password": "real"})
    admin.modify(record_id, {"name": "password", "value": "*****"})
    assert sandbox.record(record_id).values["password"] == "*****"


@pytest.mark.parametrize("port", [25, "25"])
def test_a_port_keeps_the_json_type_it_came_with(
    sandbox: Sandbox, admin: Caller, port: object
) -> None:
    record_id = sandbox.add_record("A", {"hostname": "h", "port": port})
    admin.modify(record_id, {"name": "hostname", "value": "other"})
    shown = admin.call("GET", f"{RECORDS}/{record_id}").json()["connection_parameters"][1]["value"]
    assert (shown, type(shown)) == (port, type(port))


def test_a_password_that_was_never_given_is_absent_and_an_empty_one_stays_empty(
    sandbox: Sandbox, admin: Caller
) -> None:
    sandbox.add_record("none", {"hostname": "h"})
    sandbox.add_record("empty", {"hostname": "h", "password": ""})
    none, empty = admin.call("GET", RECORDS).json()
    assert none["connection_parameters"] == [{"name": "hostname", "value": "h"}]
    assert empty["connection_parameters"][1] == {"name": "password", "value": ""}


def test_delete_counts_what_it_deleted(sandbox: Sandbox, admin: Caller) -> None:
    record_id = sandbox.add_record("A", {"hostname": "h"})
    first = admin.call("DELETE", f"{RECORDS}/{record_id}")
    second = admin.call("DELETE", f"{RECORDS}/{record_id}")
    assert (first.status, first.json()) == (200, {"count": 1})
    assert (second.status, second.json()) == (200, {"count": 0})
    assert sandbox.records() == ()


def test_tenants_do_not_see_each_others_records(sandbox: Sandbox, admin: Caller) -> None:
    record_id = sandbox.add_record("HERE", {"hostname": "h"})
    sandbox.add_record("THERE", {"hostname": "h"}, tenant=OTHER_TENANT_ID)
    there = SCOPE | {"tenantId": OTHER_TENANT_ID}
    assert admin.names() == ["HERE"]
    assert admin.names(tenantId=OTHER_TENANT_ID) == ["THERE"]
    assert admin.names(tenantId="unknown") == []
    assert admin.call("GET", f"{RECORDS}/{record_id}", query=there).status == 404
    assert admin.call("DELETE", f"{RECORDS}/{record_id}", query=there).json() == {"count": 0}
    assert len(sandbox.records()) == 2


def test_a_user_sees_only_the_records_of_the_own_team(
    sandbox: Sandbox, admin: Caller, maria: Caller
) -> None:
    hidden = sandbox.add_record("ALL", {"hostname": "h"})
    hers = sandbox.add_record("HERS", {"hostname": "h"}, team="mail-operators")
    assert admin.names() == ["ALL", "HERS"]
    assert admin.names(ace_orgGuid="mail-operators") == ["HERS"]
    assert admin.names(ace_orgGuid="unknown") == []
    assert maria.names(ace_orgGuid="mail-operators") == ["HERS"]
    assert maria.names(ace_orgGuid="all") == []
    assert maria.names(ace_orgGuid="unknown") == []
    sandbox.add_record("THEIRS", {"hostname": "h"}, team="finance")
    sandbox.add_record("FAR", {"hostname": "h"}, tenant=OTHER_TENANT_ID, team="mail-operators")
    assert maria.names(ace_orgGuid="finance") == []
    assert maria.names(ace_orgGuid="mail-operators", tenantId=OTHER_TENANT_ID) == []
    # The composer's calls say `all` for everyone, and still reach her own records only.
    assert maria.modify(hers, {"name": "port", "value": 25}).status == 200
    assert maria.modify(hidden, {"name": "port", "value": 25}).status == 404
    assert maria.call("POST", RECORDS, PAGE).status == 403


@pytest.mark.parametrize(
    ("method", "path", "authorization"),
    [
        ("GET", RECORDS, ""),
        ("GET", RECORDS, "Bearer nonsense"),
        ("GET", RECORDS, "Basic YTpi"),
        ("POST", f"{COMPOSER}/testEmail", ""),
        ("GET", TENANT, "Bearer"),
    ],
)
def test_nothing_is_told_without_a_valid_token(
    admin: Caller, method: str, path: str, authorization: str
) -> None:
    reply = admin.call(method, path, headers={"Authorization": authorization})
    assert reply.status == 401
    assert reply.json() == {
        "error": {
            "statusCode": 401,
            "name": "Error",
            "message": "Authorization Required",
            "code": "AUTHORIZATION_REQUIRED",
        }
    }


@pytest.mark.parametrize("missing", ["tenantId", "ace_orgGuid"])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", RECORDS),
        ("POST", RECORDS),
        ("GET", f"{RECORDS}/1"),
        ("DELETE", f"{RECORDS}/1"),
        ("POST", f"{COMPOSER}/patchConnectionParametersById"),
        ("POST", f"{COMPOSER}/testEmail"),
        ("POST", f"{COMPOSER}/testEmailById"),
    ],
)
def test_tenant_and_team_are_needed_everywhere(
    admin: Caller, method: str, path: str, missing: str
) -> None:
    query = {name: value for name, value in SCOPE.items() if name != missing}
    reply = admin.call(method, path, query=query)
    assert reply.status == 400
    assert reply.error["message"] == f"{missing} is a required argument"


@pytest.mark.parametrize(
    ("call", "content", "missing"),
    [
        ("patchConnectionParametersById", {"connection_parameters": []}, "id"),
        ("patchConnectionParametersById", {"id": "1"}, "connection_parameters"),
        ("testEmail", {"conn_params": []}, "to"),
        ("testEmail", {"to": "a@example.com"}, "conn_params"),
        ("testEmailById", {"to": "a@example.com"}, "id"),
        ("testEmailById", {"id": "1"}, "to"),
    ],
)
def test_a_missing_argument_is_named(
    admin: Caller, call: str, content: object, missing: str
) -> None:
    reply = admin.call("POST", f"{COMPOSER}/{call}", content)
    assert reply.status == 400
    assert reply.error["message"] == f"{missing} is a required argument"


@pytest.mark.parametrize("body", [b"{", b"[1]", b"\xff", b'{"name": NaN}', b"[" * 200_000])
def test_a_body_that_is_no_json_object_is_a_syntax_error(admin: Caller, body: bytes) -> None:
    reply = admin.call("POST", RECORDS, body)
    assert (reply.status, reply.error["name"]) == (400, "SyntaxError")


@pytest.mark.parametrize("port", [0, -1, 65536, "x", "", True, 25.5, None, [25]])
def test_a_bad_port_is_not_stored(sandbox: Sandbox, admin: Caller, port: object) -> None:
    record_id = sandbox.add_record("A", {"hostname": "h", "port": 25})
    reply = admin.modify(record_id, {"name": "port", "value": port})
    assert (reply.status, list(reply.error["details"]["codes"].values())) == (
        422,
        [["custom.port"]],
    )
    assert sandbox.record(record_id).values["port"] == 25


def test_an_unknown_id_is_not_found(admin: Caller) -> None:
    for reply in (
        admin.call("GET", f"{RECORDS}/123"),
        admin.modify("123", {"name": "port", "value": 25}),
        admin.send_test_of("123"),
    ):
        assert reply.status == 404
        assert reply.error["message"] == 'Unknown "SmtpConnection" id "123".'
        assert reply.error["code"] == "MODEL_NOT_FOUND"


@pytest.mark.parametrize(
    ("method", "path", "said"),
    [
        ("GET", "/cam/nowhere", "There is no method to handle GET /cam/nowhere"),
        ("PUT", RECORDS, 'Shared class "SmtpConnection" has no method handling PUT /'),
        ("GET", f"{TENANT}/", "There is no method to handle GET /tenants/getTenantOnPrem/"),
    ],
)
def test_what_is_not_served_is_named(admin: Caller, method: str, path: str, said: str) -> None:
    reply = admin.call(method, path, query={"a": "b c"})
    assert reply.status == 404
    assert reply.error["message"] == f"{said}?a=b+c"


def test_a_body_over_three_megabytes_is_refused(sandbox: Sandbox, admin: Caller) -> None:
    padded = dict(PAGE, padding="x" * (3 * 1024 * 1024))
    assert admin.call("POST", RECORDS, padded).status == 413
    assert sandbox.records() == ()


def test_answers_carry_the_headers_of_the_real_server(admin: Caller) -> None:
    headers = admin.call("GET", RECORDS).headers
    assert headers["server"] == "nginx"
    assert headers["content-type"] == "application/json; charset=utf-8"
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", headers["x-request-id"])
    assert headers["etag"].startswith('W/"2-')
    assert headers["set-cookie"].startswith("connect.sid=")


def test_a_request_is_recorded_as_it_came(sandbox: Sandbox, admin: Caller) -> None:
    query = SCOPE | {"cloudOE_spaceGuid": "default"}
    admin.call("GET", f"{RECORDS}/a%2Fb", query=query)
    (seen,) = sandbox.requests
    assert (seen.method, seen.path) == ("GET", f"{RECORDS}/a/b")
    assert seen.target.startswith(f"{RECORDS}/a%2Fb?tenantId=")
    assert seen.query == query
    assert seen.headers["authorization"] == f"Bearer {sandbox.admin_token}"
    admin.call("POST", RECORDS, PAGE)
    assert sandbox.wait_for_requests(2)[1].json() == PAGE
