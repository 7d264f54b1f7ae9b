"""The sandbox's own controls over HTTP, for an administrator."""

from __future__ import annotations

import pytest

from tests.failing_sandbox import Phase, Sandbox, refuse
from tests.sandbox.caller import RECORDS, Caller


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
    sandbox.mail.play(refuse(Phase.RCPT, reply))
    answer = admin.send_test(hostname="127.0.0.1", port=sandbox.smtp_port)
    assert answer.status == error["statusCode"]
    assert error.items() <= answer.error.items()
    assert ("response" in answer.error) is ("response" in error)


def test_the_shape_of_the_answers_to_test_emails_can_be_chosen(
    sandbox: Sandbox, admin: Caller
) -> None:
    assert admin.call("POST", "/sandbox/test-answers", {"shape": "result_error"}).status == 200
    answer = admin.send_test(hostname="127.0.0.1", port=1)
    assert (answer.status, answer.json()) == (
        200,
        {"result": "error", "details": "connect ECONNREFUSED 127.0.0.1:1"},
    )
    assert admin.call("POST", "/sandbox/test-answers", {"shape": "round"}).status == 400
    assert admin.call("POST", "/sandbox/test-answers", {}).status == 400


def test_requests_and_mail_can_be_looked_at(sandbox: Sandbox, admin: Caller) -> None:
    admin.send_test("anna@example.com", hostname="localhost", port=sandbox.smtp_port)
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
