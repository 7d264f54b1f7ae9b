"""The sandbox refuses in the framework's words: each case is asked of both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from smtp_tui.sandbox.loopback import LoopBackError
from tests.contract.servers import (
    COMPOSER_PATH,
    RECORDS_PATH,
    SCOPE,
    LoopBackServer,
    Server,
    ask,
)

PATCH = f"{COMPOSER_PATH}/patchConnectionParametersById"
TEST = f"{COMPOSER_PATH}/testEmail"
TEST_SAVED = f"{COMPOSER_PATH}/testEmailById"
HOST = {"name": "hostname", "value": "mail.example.com"}
PASSWORD = {"name": "password", "value": "secret"}
QUERY = f"?tenantId={SCOPE['tenantId']}&ace_orgGuid=all"
ANY = "(any)"
"""A message that belongs to the version of the JSON parser."""


@dataclass(frozen=True)
class Case:
    """A request, and the error it is answered with."""

    name: str
    method: str
    path: str
    status: int
    message: str
    body: object = None
    token: str | None = None
    more: Mapping[str, object] = field(default_factory=dict)
    error_name: str = "Error"
    query: dict[str, str] | None = None

    def expected(self) -> dict[str, object]:
        """The error object."""
        return {
            "statusCode": self.status,
            "name": self.error_name,
            "message": self.message,
            **self.more,
        }


def without(name: str) -> dict[str, str]:
    """The scope without one of its arguments."""
    return {key: value for key, value in SCOPE.items() if key != name}


AUTHORIZATION = {"code": "AUTHORIZATION_REQUIRED"}
UNKNOWN = {"code": "MODEL_NOT_FOUND"}
NO_METHOD = 'Shared class "SmtpConnection" has no method handling'
CASES = [
    Case("no token", "GET", RECORDS_PATH, 401, "Authorization Required", token="",
         more=AUTHORIZATION),
    Case("unknown token", "GET", RECORDS_PATH, 401, "Authorization Required", token="nonsense",
         more=AUTHORIZATION),
    Case("unknown token for a test", "POST", TEST, 401, "Authorization Required", token="nonsense",
         body={"to": "a@example.com", "conn_params": []}, more=AUTHORIZATION),
    Case("get of an unknown id", "GET", f"{RECORDS_PATH}/123", 404,
         'Unknown "SmtpConnection" id "123".', more=UNKNOWN),
    Case("get of an unknown hexadecimal id", "GET", f"{RECORDS_PATH}/5e7a1c0d3b2f4a6890100001", 404,
         'Unknown "SmtpConnection" id "5e7a1c0d3b2f4a6890100001".', more=UNKNOWN),
    Case("patch of an unknown id", "POST", PATCH, 404, 'Unknown "SmtpConnection" id "123".',
         body={"id": "123", "connection_parameters": []}, more=UNKNOWN),
    Case("test of an unknown id", "POST", TEST_SAVED, 404, 'Unknown "SmtpConnection" id "123".',
         body={"id": "123", "to": "a@example.com"}, more=UNKNOWN),
    Case("missing method", "POST", f"{RECORDS_PATH}/nope", 404, f"{NO_METHOD} POST /nope{QUERY}"),
    Case("missing method without a token", "POST", f"{RECORDS_PATH}/nope", 404,
         f"{NO_METHOD} POST /nope{QUERY}", token=""),
    Case("missing verb", "PUT", RECORDS_PATH, 404, f"{NO_METHOD} PUT /{QUERY}"),
    Case("missing verb of an id", "PATCH", f"{RECORDS_PATH}/7", 404,
         f"{NO_METHOD} PATCH /7{QUERY}"),
    Case("missing method of the composer", "POST", f"{COMPOSER_PATH}/testEmails", 404,
         f"{NO_METHOD} POST /testEmails{QUERY}"),
    Case("unknown model", "GET", "/cam/api/v1/nowhere/7", 404,
         f"There is no method to handle GET /nowhere/7{QUERY}"),
    Case("unknown model without a token", "GET", "/cam/composer/api/v1/nowhere", 404,
         f"There is no method to handle GET /nowhere{QUERY}", token=""),
    *(Case(f"list without {name}", "GET", RECORDS_PATH, 400, f"{name} is a required argument",
           query=without(name)) for name in SCOPE),
    *(Case(f"test without {name}", "POST", TEST, 400, f"{name} is a required argument",
           body={"to": "a@example.com", "conn_params": []}, query=without(name)) for name in SCOPE),
    Case("patch without an id", "POST", PATCH, 400, "id is a required argument",
         body={"connection_parameters": []}),
    Case("patch of a blank id", "POST", PATCH, 400, "id is a required argument",
         body={"id": "", "connection_parameters": []}),
    Case("patch of a null id", "POST", PATCH, 400, "Value is not a string.",
         body={"id": None, "connection_parameters": []}),
    Case("patch of a number", "POST", PATCH, 400, "Value is not a string.",
         body={"id": 7, "connection_parameters": []}),
    Case("patch of nothing", "POST", PATCH, 400, "connection_parameters is a required argument",
         body={"id": "7"}),
    Case("patch with a text", "POST", PATCH, 400, "Value is not an array.",
         body={"id": "7", "connection_parameters": "x"}),
    Case("patch with an object", "POST", PATCH, 400, "Value is not an array.",
         body={"id": "7", "connection_parameters": {"port": 25}}),
    Case("test to nobody", "POST", TEST, 400, "to is a required argument",
         body={"conn_params": []}),
    Case("test to a blank", "POST", TEST, 400, "to is a required argument",
         body={"to": "", "conn_params": []}),
    Case("test to a list", "POST", TEST, 400, "Value is not a string.",
         body={"to": ["a@example.com"], "conn_params": []}),
    Case("test of nothing", "POST", TEST, 400, "conn_params is a required argument",
         body={"to": "a@example.com"}),
    Case("test with an object", "POST", TEST, 400, "Value is not an array.",
         body={"to": "a@example.com", "conn_params": {}}),
    Case("saved test to nobody", "POST", TEST_SAVED, 400, "to is a required argument",
         body={"id": "7"}),
    *(Case(f"broken body {body!r}", "POST", RECORDS_PATH, 400, ANY, body=body,
           error_name="SyntaxError") for body in (b"{", b'{"name": NaN}', b'"x"', b"{]}")),
    Case("create with a text for parameters", "POST", RECORDS_PATH, 400,
         'could not create List from JSON string: "x"',
         body={"name": "A", "connection_parameters": "x"}),
    Case("create with an object for parameters", "POST", RECORDS_PATH, 400,
         'Items must be an array: {"hostname":"h"}',
         body={"name": "A", "connection_parameters": {"hostname": "h"}}),
    Case("body too large", "POST", RECORDS_PATH, 413, "request entity too large",
         body={"name": "A" * (3 * 1024 * 1024)}, error_name="PayloadTooLargeError"),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_refusal_has_the_status_and_the_words_of_the_framework(
    server: Server, case: Case
) -> None:
    reply = ask(server, case.method, case.path, case.body, token=case.token, query=case.query)
    found = reply.content["error"]
    assert reply.status == case.status
    expected = case.expected()
    if case.message == ANY:
        assert found.pop("message")
        del expected["message"]
    assert found == expected


@pytest.mark.parametrize("scheme", ["bearer", "BEARER", "Basic", "Token"])
def test_only_the_scheme_bearer_in_this_case_is_taken(server: Server, scheme: str) -> None:
    assert ask(server, "GET", RECORDS_PATH, scheme=scheme).status == 401
    assert ask(server, "GET", RECORDS_PATH).status == 200


def test_an_ended_token_says_so_once_and_is_unknown_from_then_on(server: Server) -> None:
    token = server.ended_token()
    first = ask(server, "GET", RECORDS_PATH, token=token)
    second = ask(server, "GET", RECORDS_PATH, token=token)
    assert (first.status, second.status) == (401, 401)
    assert first.content["error"]["code"] == "INVALID_TOKEN"
    assert first.content["error"]["message"] == "Invalid Access Token"
    assert second.content["error"]["code"] == "AUTHORIZATION_REQUIRED"
    assert second.content["error"]["message"] == "Authorization Required"


def test_who_may_not_do_it_is_refused_with_403(server: Server) -> None:
    record = {"name": "A", "connection_parameters": [HOST]}
    reply = ask(server, "POST", RECORDS_PATH, record, token=server.user_token)
    assert reply.status == 403
    assert reply.content["error"] == {
        "statusCode": 403,
        "name": "Error",
        "message": "Access Denied",
        "code": "ACCESS_DENIED",
    }


BLANK_NAME = "`name` can't be blank (value: {0}); `name` can't be blank (value: {0})"
BLANK_HOST = "`connection_parameters` hostname can't be blank (value: {0})"
BAD_PORT = "`connection_parameters` port must be a number from 1 to 65535 (value: {0})"
CUT = "[\n  { name: 'hostname', val...]"
"""A list that does not fit on a line is cut, here before the password."""


def parameters(*given: object) -> dict[str, object]:
    """A record with these parameters."""
    return {"name": "A", "connection_parameters": given}


INVALID: dict[str, tuple[dict[str, object], list[str]]] = {
    "nothing at all": ({}, [BLANK_NAME.format("undefined"), BLANK_HOST.format("[]")]),
    "no name": ({"connection_parameters": [HOST]}, [BLANK_NAME.format("undefined")]),
    "a null name": ({"name": None, "connection_parameters": [HOST]}, [BLANK_NAME.format("null")]),
    "an empty name": ({"name": "", "connection_parameters": [HOST]}, [BLANK_NAME.format('""')]),
    "no hostname": (parameters(), [BLANK_HOST.format("[]")]),
    "a blank hostname": (
        parameters({**HOST, "value": " "}),
        [BLANK_HOST.format("[ { name: 'hostname', val...} ]")],
    ),
    "a list that is cut": (
        parameters({**HOST, "value": ""}, PASSWORD, {"name": "a", "value": 1}),
        [BLANK_HOST.format(CUT)],
    ),
    "a bad port": (parameters(HOST, {"name": "port", "value": 65536}), [BAD_PORT.format(CUT)]),
    "a port in words": (
        parameters({"name": "port", "value": "it's smtp"}, HOST),
        [BAD_PORT.format("[\n  { name: 'port', value: ...]")],
    ),
    "no hostname and a bad port": (
        parameters({"name": "port", "value": 0}),
        [
            BLANK_HOST.format("[ { name: 'port', value: 0 } ]"),
            BAD_PORT.format("[ { name: 'port', value: 0 } ]"),
        ],
    ),
    "a quote": (parameters({"name": "it's"}), [BLANK_HOST.format('[ { name: "it\'s" } ]')]),
    "nested values": (
        parameters({"name": "x", "value": {"y": [1]}}),
        [BLANK_HOST.format("[ { name: 'x', value: [Ob...} ]")],
    ),
}


@pytest.mark.parametrize("name", INVALID)
def test_a_record_that_is_not_valid_is_refused_property_by_property(
    server: Server, name: str
) -> None:
    record, said = INVALID[name]
    reply = ask(server, "POST", RECORDS_PATH, record)
    error = reply.content["error"]
    assert reply.status == 422
    assert list(error) == ["statusCode", "name", "message", "details"]
    assert error["name"] == "ValidationError"
    assert error["message"] == (
        f"The `SmtpConnection` instance is not valid. Details: {'; '.join(said)}."
    )
    codes: dict[str, list[str]] = {}
    messages: dict[str, list[str]] = {}
    for sentence in "; ".join(said).split("; "):
        _, key, words = sentence.partition(" (value: ")[0].split("`", 2)
        code = "presence" if key == "name" else f"custom.{words.split()[0]}"
        codes.setdefault(key, []).append(code)
        messages.setdefault(key, []).append(words.strip())
    assert error["details"] == {"context": "SmtpConnection", "codes": codes, "messages": messages}


@pytest.mark.parametrize("status", [400, 404, 409, 413, 422, 500, 502, 503, 535, 550, 554])
def test_an_error_that_a_method_hands_on_keeps_its_words_below_500_only(
    server: Server, status: int
) -> None:
    told: dict[str, object] = {"statusCode": status, "message": PHRASES.get(status)}
    if status < 500:
        words = "the mail server said no"
        told = {"statusCode": status, "name": "Error", "message": words, "code": "EAUTH"}
    if isinstance(server, LoopBackServer):
        body = {"to": "a@example.com", "conn_params": [{**HOST, "value": f"status.{status}"}]}
        reply = ask(server, "POST", TEST, body)
        assert (reply.status, reply.content) == (status, {"error": told})
    else:
        error = LoopBackError(status, "the mail server said no", code="EAUTH")
        assert (error.status, error.content) == (status, {"error": told})


PHRASES = {
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    535: "Unknown Error",
    550: "Unknown Error",
    554: "Unknown Error",
}


@pytest.mark.parametrize(
    ("host", "details"),
    [("details.text", "535 5.7.8 no"), ("details.list", ["535 5.7.8 no", "really"])],
)
def test_details_are_passed_on_as_they_are(server: Server, host: str, details: object) -> None:
    body: object = LoopBackError(422, "the test failed", details=details).content
    if isinstance(server, LoopBackServer):
        sent = {"to": "a@example.com", "conn_params": [{**HOST, "value": host}]}
        body = ask(server, "POST", TEST, sent).content
    assert body == {
        "error": {
            "statusCode": 422,
            "name": "Error",
            "message": "the test failed",
            "details": details,
        }
    }
