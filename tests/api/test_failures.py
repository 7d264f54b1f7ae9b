"""Every way in which a server says no has its kind of error, in words a person can act on."""

from __future__ import annotations

import re

import pytest

from smtp_tui.api.errors import (
    AccessDenied,
    ApiError,
    BadAnswer,
    Invalid,
    LoginRefused,
    NotFound,
    Operation,
    ServerFault,
    StatusError,
    TokenNeeded,
    TokenRefused,
    TooManyRequests,
)
from smtp_tui.api.models import TestAnswer
from smtp_tui.api.secret import SecretStr
from smtp_tui.sandbox import Fault, FaultKind, Sandbox
from smtp_tui.sandbox import Operation as Call
from tests.api.desk import READS, WRITES, Desk, desk

REFUSALS = [
    (Fault(FaultKind.UNAUTHORIZED), TokenRefused, "answered 401: Authorization Required"),
    (Fault(FaultKind.FORBIDDEN), AccessDenied, "answered 403: Access Denied"),
    (Fault(FaultKind.NOT_FOUND), NotFound, 'answered 404: Unknown "SmtpConnection" id "123".'),
    (Fault(FaultKind.INVALID), Invalid, "answered 422: The `SmtpConnection` instance is not valid"),
    (Fault(FaultKind.TOO_MANY), TooManyRequests, "answered 429: Too Many Requests"),
    (Fault(FaultKind.CONFLICT), StatusError, "answered 409: Conflict"),
    (Fault(FaultKind.TOO_LARGE), StatusError, "answered 413: request entity too large"),
    (Fault(FaultKind.SERVER_ERROR), ServerFault, "answered 500: Internal Server Error"),
    (
        Fault(FaultKind.BAD_GATEWAY, count=None),
        ServerFault,
        "answered 502: an HTML page titled “502 Bad Gateway”",
    ),
    (
        Fault(FaultKind.UNAVAILABLE, count=None),
        ServerFault,
        "answered 503: an HTML page titled “Application is not available”",
    ),
    (Fault(FaultKind.RAW, status=418), StatusError, "answered 418, without a word of explanation"),
    (Fault(FaultKind.RAW, status=403, body=b"no"), AccessDenied, "answered 403: no"),
    (
        Fault(FaultKind.REDIRECT, status=307, location="https://login.example.com/x"),
        BadAnswer,
        "The server redirects to https://login.example.com/x (307), which is not followed",
    ),
]

UNREADABLE = [
    (FaultKind.LOGIN_PAGE, "an HTML page titled “Log in to your account”"),
    (FaultKind.NOT_JSON, "The answer is not JSON (line 1 column 2)"),
    (FaultKind.EMPTY, "The answer is empty"),
    (FaultKind.BOM, "begins with a byte order mark"),
    (FaultKind.UTF16, "is not UTF-8 text (byte 0)"),
    (FaultKind.BAD_UTF8, "is not UTF-8 text (byte "),
    (FaultKind.NAN, "The answer holds NaN, which is not JSON"),
    (FaultKind.DEEP, "The answer is nested too deeply"),
    (FaultKind.BIG_INTEGER, "The answer holds a number of thousands of digits"),
]

ODD_WORDS = re.compile(
    r"<|>|Traceback|Error\(|httpx|httpcore|json\.|None|Exception|ssl\.c|Operation\.|\\x|\bint\b"
)


def _name(value: object) -> str:
    return str(value.kind) if isinstance(value, Fault) else ""


def _reads_well(error: ApiError) -> None:
    """Plain, short, and with the operation and the host."""
    lines = error.lines()
    assert len(lines) <= 6
    assert error.place.operation.value in lines[0] or error.outcome_unknown
    assert error.place.host in lines[0]
    for line in lines:
        assert not ODD_WORDS.search(line), line
        assert line[0].isupper()
        assert len(line) < 500


@pytest.mark.parametrize(("fault", "kind", "words"), REFUSALS, ids=_name)
@pytest.mark.parametrize("name", READS)
async def test_a_refused_read_has_its_kind_of_error_and_the_words_of_the_server(
    work: Desk, name: str, fault: Fault, kind: type[ApiError], words: str
) -> None:
    work.sandbox.faults.add(fault)
    error = await work.refused(name)
    assert type(error) is kind
    assert words in error.why
    assert not error.outcome_unknown
    _reads_well(error)


@pytest.mark.parametrize(("fault", "kind", "words"), REFUSALS, ids=_name)
@pytest.mark.parametrize("name", ["create", "patch", "delete"])
async def test_a_refused_write_is_unknown_where_a_server_behind_may_have_done_it(
    work: Desk, name: str, fault: Fault, kind: type[ApiError], words: str
) -> None:
    work.sandbox.faults.add(fault)
    error = await work.refused(name)
    assert type(error) is kind
    assert words in error.why
    assert error.outcome_unknown is (kind in {ServerFault, BadAnswer})
    _reads_well(error)


@pytest.mark.parametrize(("kind", "words"), UNREADABLE)
@pytest.mark.parametrize("name", READS)
async def test_an_answer_that_cannot_be_read_says_what_is_wrong_with_it(
    work: Desk, name: str, kind: FaultKind, words: str
) -> None:
    work.sandbox.faults.add(Fault(kind))
    error = await work.refused(name)
    assert type(error) is BadAnswer
    assert words in error.why
    _reads_well(error)


@pytest.mark.parametrize("kind", [kind for kind, _ in UNREADABLE if kind != FaultKind.LOGIN_PAGE])
@pytest.mark.parametrize("name", ["create", "patch", "delete"])
async def test_a_write_with_a_good_status_needs_no_body_that_can_be_read(
    work: Desk, name: str, kind: FaultKind
) -> None:
    work.sandbox.faults.add(Fault(kind))
    assert await work.do(name) in (None, True)


@pytest.mark.parametrize("name", ["create", "patch", "delete"])
async def test_a_login_page_is_no_yes_to_a_write(work: Desk, name: str) -> None:
    before = work.sandbox.records()
    work.sandbox.faults.add(Fault(FaultKind.LOGIN_PAGE))
    error = await work.refused(name)
    assert type(error) is BadAnswer
    assert "Log in to your account" in error.why
    assert error.outcome_unknown
    assert work.sandbox.records() == before


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"{}", "The answer is a single object, not a list of records"),
        (b"null", "The answer is null, not a list of records"),
        (b'"x"', "The answer is a text, not a list of records"),
        (b"7", "The answer is a number or truth value, not a list of records"),
    ],
)
async def test_a_list_that_is_no_list_is_said(work: Desk, body: bytes, words: str) -> None:
    work.sandbox.faults.add(Fault(FaultKind.RAW, body=body))
    assert (await work.refused("list")).why == words


async def test_a_record_with_two_ids_is_counted_and_takes_no_other_down(work: Desk) -> None:
    work.sandbox.faults.add(Fault(FaultKind.DUPLICATE_KEYS))
    found = await work.listed()
    assert found.records == ()
    assert [one.position for one in found.unreadable] == [1]
    assert "twice" in found.unreadable[0].why


async def test_a_wrong_content_type_does_not_matter(work: Desk) -> None:
    work.sandbox.faults.add(Fault(FaultKind.WRONG_CONTENT_TYPE))
    assert len((await work.listed()).records) == 1


@pytest.mark.parametrize("name", [*READS, *WRITES])
async def test_the_request_id_that_the_server_told_is_shown(work: Desk, name: str) -> None:
    headers = (("X-Request-Id", "5f0c-77"),)
    work.sandbox.faults.add(Fault(FaultKind.RAW, status=403, headers=headers))
    error = await work.refused(name)
    assert error.lines()[-1] == "Request id: 5f0c-77"


async def test_the_request_id_of_the_sandbox_itself_is_shown(work: Desk) -> None:
    work.sandbox.faults.add(Fault(FaultKind.FORBIDDEN))
    error = await work.refused("list")
    assert error.place.request_id
    assert error.place.request_id == work.activity.exchanges[0].request_id


async def test_what_the_server_says_of_each_field_is_handed_on(work: Desk) -> None:
    work.sandbox.faults.add(Fault(FaultKind.INVALID))
    error = await work.refused("create")
    assert isinstance(error, Invalid)
    assert error.fields == (("name", "can't be blank"),)
    assert error.status == 422


@pytest.mark.parametrize("status", [401, 403, 404, 429])
@pytest.mark.parametrize("name", ["test_values", "test_saved"])
async def test_a_test_that_is_not_let_through_is_an_error(
    work: Desk, name: str, status: int
) -> None:
    work.sandbox.faults.add(Fault(FaultKind.RAW, status=status))
    error = await work.refused(name)
    assert isinstance(error, StatusError)
    assert not error.outcome_unknown
    _reads_well(error)


@pytest.mark.parametrize("status", [502, 503, 504])
async def test_a_test_whose_answer_was_lost_may_have_been_sent(work: Desk, status: int) -> None:
    work.sandbox.faults.add(Fault(FaultKind.RAW, status=status))
    error = await work.refused("test_saved")
    assert error.outcome_unknown
    assert "may have been sent" in error.what
    assert error.advice == "Look in the mailbox of the recipient before you test again."
    _reads_well(error)


@pytest.mark.parametrize("status", [200, 400, 422, 500])
async def test_a_verdict_is_an_answer_with_whatever_status_it_comes(
    work: Desk, status: int
) -> None:
    body = b'{"error":{"message":"550 5.1.1 no such user"}}'
    work.sandbox.faults.add(Fault(FaultKind.RAW, status=status, body=body))
    answer = await work.do("test_saved")
    assert answer == TestAnswer(status, {"error": {"message": "550 5.1.1 no such user"}})


async def test_a_verdict_that_is_no_json_is_given_as_its_text(work: Desk) -> None:
    work.sandbox.faults.add(Fault(FaultKind.RAW, status=500, body=b"550 caf\xe9"))
    assert await work.do("test_values") == TestAnswer(500, "550 caf�")


@pytest.mark.parametrize("status", [400, 401, 403])
async def test_a_refused_login_speaks_of_the_password_and_not_of_a_token(
    work: Desk, status: int
) -> None:
    body = b'{"error":"invalid_grant","error_description":"The password is not right."}'
    work.sandbox.faults.add(Fault(FaultKind.RAW, Call.TOKEN, status=status, body=body))
    with pytest.raises(LoginRefused) as caught:
        await work.identity.log_in("admin", SecretStr("wrong-one"))
    assert caught.value.words == "The password is not right."
    assert "token" not in " ".join(caught.value.lines()).lower()
    assert caught.value.place.operation is Operation.TOKEN


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"{}", "The answer lacks what is needed: access_token"),
        (b'{"access_token": ""}', "The token is empty"),
        (b'{"access_token": 7}', "The answer lacks what is needed: access_token"),
        (b"<html><title>Welcome</title>", "an HTML page titled “Welcome”"),
        (b"[]", "The answer lacks what is needed"),
    ],
)
async def test_a_login_without_a_token_in_its_answer_is_said(
    work: Desk, body: bytes, words: str
) -> None:
    work.sandbox.faults.add(Fault(FaultKind.RAW, body=body))
    with pytest.raises(BadAnswer) as caught:
        await work.identity.log_in("admin", SecretStr("admin-password"))
    assert words in caught.value.why
    _reads_well(caught.value)


async def test_a_path_that_the_server_does_not_know_points_at_the_host(work: Desk) -> None:
    work.sandbox.faults.add(Fault(FaultKind.NOT_FOUND), Fault(FaultKind.NOT_FOUND))
    assert "host and port" in (await work.refused("list")).advice
    assert "deleted" in (await work.refused("get")).advice


@pytest.mark.parametrize("token", [None, "two words", "new\nline", "Tökèn", ""])
@pytest.mark.parametrize("name", ["list", "patch"])
async def test_what_cannot_be_a_token_is_never_sent(
    sandbox: Sandbox, name: str, token: str | None
) -> None:
    async with desk(sandbox, token=token) as held:
        error = await held.refused(name)
    assert isinstance(error, TokenNeeded)
    assert not error.outcome_unknown
    assert sandbox.requests == ()
    if token:
        assert token not in " ".join((*error.lines(), str(error)))
    _reads_well(error)


async def test_the_error_names_the_host_that_was_asked(sandbox: Sandbox) -> None:
    async with desk(sandbox) as held:
        sandbox.faults.add(Fault(FaultKind.FORBIDDEN))
        error = await held.refused("list")
    assert error.what == f"Could not list the connections at http://127.0.0.1:{sandbox.port}"
