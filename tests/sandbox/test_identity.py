"""Tokens and the tenant call let a client fill in everything from a user name and a password."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from tests.failing_sandbox import ADMINISTRATOR, TENANT_ID, USER, Sandbox, SandboxOptions
from tests.sandbox.caller import RECORDS, TENANT, TOKEN, Caller, Reply

FORM = {"Content-Type": "application/x-www-form-urlencoded", "Authorization": ""}


def login(caller: Caller) -> dict[str, str]:
    return {
        "grant_type": "password",
        "username": "admin",
        "password": caller.sandbox.password(),
        "scope": "openid",
    }


def log_in(caller: Caller, **changes: str) -> Reply:
    return caller.call("POST", TOKEN, urlencode(login(caller) | changes).encode(), headers=FORM)


def test_a_login_by_form_or_json_gives_a_token_that_works(sandbox: Sandbox, admin: Caller) -> None:
    by_json = admin.call("POST", TOKEN, login(admin), headers={"Authorization": ""})
    for reply in (log_in(admin), by_json):
        assert reply.status == 200
        content = reply.json()
        assert (content["token_type"], content["expires_in"]) == ("Bearer", 43199)
        assert {"scope", "refresh_token", "id_token"} < content.keys()
        token = content["access_token"]
        assert len(token) == 1024
        assert set(token) <= set("0123456789abcdef")
        assert Caller(sandbox, token).call("GET", RECORDS).status == 200


@pytest.mark.parametrize(
    "changes", [{"password": "wrong"}, {"username": "nobody"}, {"grant_type": "guess"}]
)
def test_a_bad_login_gives_no_token(admin: Caller, changes: dict[str, str]) -> None:
    reply = log_in(admin, **changes)
    assert reply.status in {400, 401}
    assert "access_token" not in reply.json()


def test_the_tenant_call_names_tenant_team_and_namespace(admin: Caller, maria: Caller) -> None:
    for_admin = admin.call("GET", TENANT, query={}).json()
    for_maria = maria.call("GET", TENANT, query={}).json()
    assert (for_admin["id"], for_admin["name"]) == (TENANT_ID, "ICP Account")
    assert for_admin["ownerId"] == "On_Prem"
    assert {space["teamId"] for space in for_admin["namespaces"]} == {"all"}
    assert for_admin["namespaces"][0]["uid"] == "default"
    (own,) = for_maria["namespaces"]
    assert (own["uid"], own["teamId"]) == ("mail", "mail-operators")
    assert own["roles"][0]["id"].startswith("crn:v1:icp:private:iam::::role:")


def test_expired_tokens_are_refused_until_a_new_login(sandbox: Sandbox, admin: Caller) -> None:
    sandbox.expire_tokens()
    assert admin.call("GET", RECORDS).status == 401
    fresh = log_in(admin).json()["access_token"]
    assert Caller(sandbox, fresh).call("GET", RECORDS).status == 200


def test_a_lifetime_ends(sandbox: Sandbox) -> None:
    over = sandbox.issue_token(USER, lifetime=0.0)
    good = sandbox.issue_token(USER, lifetime=60.0)
    assert Caller(sandbox, over).call("GET", RECORDS).status == 401
    assert Caller(sandbox, good).call("GET", RECORDS).status == 200


def test_a_shortened_lifetime_is_told_at_login() -> None:
    with Sandbox(SandboxOptions(token_lifetime=90.0)) as sandbox:
        assert log_in(Caller(sandbox)).json()["expires_in"] == 90


def test_tokens_and_passwords_are_new_for_each_sandbox(sandbox: Sandbox) -> None:
    with Sandbox() as other:
        for account in (ADMINISTRATOR, USER):
            assert other.token(account) != sandbox.token(account)
            assert other.password(account) != sandbox.password(account)
        assert Caller(sandbox, other.admin_token).call("GET", RECORDS).status == 401
        assert log_in(Caller(sandbox), password=other.password()).status == 401


def test_the_vendors_variables_carry_the_accounts_token_and_scope(sandbox: Sandbox) -> None:
    with Sandbox() as other:
        assert other.environment(USER) | {"CAM_PORT": ""} == {
            "CAM_HOST": "http://127.0.0.1",
            "CAM_PORT": "",
            "CAM_BEARER_TOKEN": other.user_token,
            "CAM_TENANT_ID": TENANT_ID,
            "ICP_TEAM": "mail-operators",
            "NAMESPACE": "mail",
        }
    assert sandbox.environment(ADMINISTRATOR)["ICP_TEAM"] == "all"
