"""What Python can do to a running sandbox, a shell can do over HTTP."""

from __future__ import annotations

import base64

import pytest

from tests.failing_sandbox import Sandbox
from tests.sandbox.caller import RECORDS, Caller


def test_a_fault_can_be_posted_seen_and_cleared(admin: Caller) -> None:
    fault = {"kind": "too_many", "operation": "list", "retry_after": "3", "count": 2}
    assert admin.call("POST", "/sandbox/faults", fault).status == 200
    assert admin.call("GET", RECORDS).status == 429
    (pending,) = admin.call("GET", "/sandbox/faults").json()
    assert (pending["kind"], pending["count"]) == ("too_many", 1)
    admin.call("DELETE", "/sandbox/faults")
    assert admin.call("GET", RECORDS).status == 200


def test_a_raw_fault_may_carry_any_bytes(admin: Caller) -> None:
    packed = base64.b64encode(b"\xff\x00").decode()
    fault = {"kind": "raw", "status": 200, "headers": {"X-Odd": "1"}, "body_base64": packed}
    admin.call("POST", "/sandbox/faults", fault)
    reply = admin.call("GET", RECORDS)
    assert (reply.headers["x-odd"], reply.body) == ("1", b"\xff\x00")


@pytest.mark.parametrize(
    "fault",
    [
        {},
        {"kind": "unheard-of"},
        {"kind": "delay", "secnods": 3},
        {"kind": "raw", "body": 3},
        {"kind": "raw", "body_base64": "%"},
        {"kind": "raw", "headers": []},
    ],
)
def test_a_fault_that_is_none_is_refused(sandbox: Sandbox, admin: Caller, fault: object) -> None:
    assert admin.call("POST", "/sandbox/faults", fault).status == 400
    assert sandbox.faults.pending == ()


def test_the_mail_server_can_be_told_what_to_play(sandbox: Sandbox, admin: Caller) -> None:
    scenario = {"phase": "rcpt", "reply": "450 4.2.0 try later"}
    assert admin.call("POST", "/sandbox/scenario", scenario).status == 200
    refused = admin.test(hostname="localhost", port=sandbox.smtp_port)
    assert refused.error["response"] == "450 4.2.0 try later"
    admin.call("DELETE", "/sandbox/scenario")
    assert admin.test(hostname="localhost", port=sandbox.smtp_port).status == 200
    assert admin.call("POST", "/sandbox/scenario", {"phase": "lunch"}).status == 400


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        ("550 5.1.1 no such user", {"statusCode": 550, "message": "Unknown Error"}),
        ("500 5.5.1 no such command", {"statusCode": 500, "message": "Internal Server Error"}),
        ("450 4.2.0 try later", {"statusCode": 450, "response": "450 4.2.0 try later"}),
    ],
)
def test_a_reply_code_as_a_status_keeps_its_words_below_500_only(
    admin: Caller, sandbox: Sandbox, reply: str, error: dict[str, object]
) -> None:
    """As LoopBack does with the status of any error, see `tests/contract`."""
    admin.call("POST", "/sandbox/test-answers", {"shape": "smtp_status"})
    admin.call("POST", "/sandbox/scenario", {"phase": "rcpt", "reply": reply})
    answer = admin.test(hostname="127.0.0.1", port=sandbox.smtp_port)
    assert answer.status == error["statusCode"]
    assert error.items() <= answer.error.items()
    assert ("response" in answer.error) is ("response" in error)


def test_the_shape_of_the_answers_to_test_emails_can_be_chosen(
    sandbox: Sandbox, admin: Caller
) -> None:
    assert admin.call("POST", "/sandbox/test-answers", {"shape": "result_error"}).status == 200
    answer = admin.test(hostname="127.0.0.1", port=1)
    assert (answer.status, answer.json()) == (
        200,
        {"result": "error", "details": "connect ECONNREFUSED 127.0.0.1:1"},
    )
    assert admin.call("POST", "/sandbox/test-answers", {"shape": "round"}).status == 400
    assert admin.call("POST", "/sandbox/test-answers", {}).status == 400


def test_requests_and_mail_can_be_looked_at(sandbox: Sandbox, admin: Caller) -> None:
    admin.test("anna@example.com", hostname="localhost", port=sandbox.smtp_port)
    shown = admin.call("GET", "/sandbox/requests")
    (request,) = shown.json()
    assert request["operation"] == "test"
    assert "anna@example.com" in request["body"]
    assert sandbox.admin_token.encode() not in shown.body
    (mail,) = admin.call("GET", "/sandbox/mailbox").json()
    assert mail["rcpt_to"] == ["anna@example.com"]


def test_tokens_can_be_ended(admin: Caller) -> None:
    assert admin.call("POST", "/sandbox/expire-tokens").status == 200
    assert admin.call("GET", RECORDS).status == 401
