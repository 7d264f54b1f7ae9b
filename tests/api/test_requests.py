"""A request is what was shown: it addresses one record, and shows its secrets to nobody."""

from __future__ import annotations

import json
from urllib.parse import parse_qsl, unquote, urlsplit

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtp_tui.api import requests
from smtp_tui.api.models import Assignment
from smtp_tui.api.requests import IdRefused, Request
from smtp_tui.api.secret import MASK, SecretStr
from smtp_tui.api.target import Scope
from smtp_tui.sandbox import application
from tests.api.desk import Desk, send

SCOPE = Scope("tenant", "team", "space")
PORT = (Assignment("port", 587),)
TEXTS = st.text(max_size=30)
ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=()), max_size=30)


def _for_id(record_id: str) -> tuple[Request, ...]:
    return (
        requests.get_request(SCOPE, record_id),
        requests.delete_request(SCOPE, record_id),
        requests.patch_request(SCOPE, record_id, PORT),
        requests.test_saved_request(SCOPE, record_id, "a@example.com"),
    )


@pytest.mark.parametrize("record_id", ["", ".", "..", "\ud800", "a/b", "../x", "/", "\\", "a\\b"])
def test_an_id_that_addresses_no_record_is_refused(record_id: str) -> None:
    for build in (requests.get_request, requests.delete_request):
        with pytest.raises(IdRefused):
            build(SCOPE, record_id)
    with pytest.raises(IdRefused):
        requests.patch_request(SCOPE, record_id, PORT)
    with pytest.raises(IdRefused):
        requests.test_saved_request(SCOPE, record_id, "a@example.com")


@given(ANY_TEXT)
def test_any_other_id_stays_one_part_of_the_path(record_id: str) -> None:
    try:
        shown, _, patched, _ = _for_id(record_id)
    except IdRefused:
        return
    base, _, last = shown.path.rpartition("/")
    assert base == requests.RECORDS_PATH
    assert unquote(last) == record_id
    sent = httpx.URL("https://cam.example.com" + shown.address)
    assert sent.raw_path.decode().split("?")[0] == shown.path
    assert json.loads(patched.content())["id"] == record_id


@pytest.mark.parametrize(
    "record_id",
    ["a?b", "a#b", "%2e%2e", "..%2f", "a b", "é", "...", "a;b", "a\nb"],
)
async def test_an_odd_id_reaches_the_server_as_it_is_and_nothing_else_does(
    work: Desk, record_id: str
) -> None:
    request = requests.delete_request(work.scope, record_id)
    await send(work.client, request, 404)
    (asked,) = work.sandbox.requests
    raw = asked.target.split("?")[0]
    assert unquote(raw.removeprefix(f"{requests.RECORDS_PATH}/")) == record_id
    assert "/" not in raw.removeprefix(f"{requests.RECORDS_PATH}/")
    assert [record.name for record in work.sandbox.records()] == ["OLD"]


@given(TEXTS, TEXTS, TEXTS)
def test_tenant_team_and_namespace_arrive_as_they_are(tenant: str, team: str, space: str) -> None:
    scope = Scope(tenant, team, space)
    for request in (
        requests.list_request(scope),
        requests.patch_request(scope, "id", PORT),
        requests.test_values_request(scope, "a@example.com", PORT),
    ):
        query = urlsplit(request.address).query
        assert parse_qsl(query, keep_blank_values=True, strict_parsing=True) == list(request.query)


@given(ANY_TEXT, ANY_TEXT)
def test_any_text_can_be_sent_without_a_fault_of_ours(tenant: str, value: str) -> None:
    request = requests.create_request(Scope(tenant), value, (Assignment("x", value),))
    assert request.address.isascii()
    assert json.loads(request.content())["name"] == value
    login = requests.token_request(value, SecretStr(value))
    assert login.content().isascii()


@given(st.text(alphabet="abcdefghij", min_size=12, max_size=30))
def test_a_request_shows_its_secrets_to_nobody_but_the_wire(secret: str) -> None:
    values = (Assignment("password", SecretStr(secret)), Assignment("port", 25))
    for request in (
        requests.create_request(SCOPE, "N", values),
        requests.patch_request(SCOPE, "id", values),
        requests.test_values_request(SCOPE, "to@x.yz", values),
        requests.test_saved_request(SCOPE, "id", "to@x.yz", values),
        requests.token_request("user", SecretStr(secret)),
    ):
        shown = f"{request!r}{request}{request.masked_body()}{request.masked_body(indent=2)}"
        assert secret not in shown + repr(request.without_secrets())
        assert secret.encode() in request.content()
        assert secret not in request.without_secrets().masked_body()
        with pytest.raises(TypeError):
            request.without_secrets().content()
        assert request.secrets() == (secret,)
        assert MASK in request.masked_body()


def test_a_cleared_password_is_shown_as_empty_and_sent_as_empty() -> None:
    request = requests.patch_request(SCOPE, "id", (Assignment("password", SecretStr("")),))
    pair = {"name": "password", "value": ""}
    assert json.loads(request.masked_body())["connection_parameters"] == [pair]
    assert json.loads(request.content())["connection_parameters"] == [pair]


def test_a_patch_without_a_change_is_not_built() -> None:
    with pytest.raises(ValueError, match="a patch without a change is not sent"):
        requests.patch_request(SCOPE, "id", ())


@pytest.mark.parametrize("port", [25, "25", None, 2.5, True, [1], {"a": None}])
def test_a_value_is_sent_in_the_json_type_it_has(port: object) -> None:
    request = requests.patch_request(SCOPE, "id", (Assignment("port", port),))  # type: ignore[arg-type]
    sent = json.loads(request.content())["connection_parameters"][0]["value"]
    assert (type(sent), sent) == (type(port), port)


def test_the_body_that_is_shown_is_the_one_that_is_sent() -> None:
    values = (Assignment("hostname", "mail.example.com"), Assignment("port", 587))
    request = requests.create_request(SCOPE, "É", values)
    assert json.loads(request.masked_body()) == json.loads(request.content())


def test_the_sandbox_names_the_paths_itself_and_they_agree() -> None:
    ours = (requests.RECORDS_PATH, requests.COMPOSER_PATH, requests.TOKEN_PATH)
    assert ours == (application.RECORDS_PATH, application.COMPOSER_PATH, application.TOKEN_PATH)
    assert requests.TENANT_PATH == application.TENANT_PATH
