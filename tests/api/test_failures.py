"""Every way in which a server says no has its kind of error, in words a person can act on."""

from __future__ import annotations

import json
import re

import pytest

from smtp_tui.api.errors import (
    ApiError,
    BadAnswer,
    Invalid,
    LoginRefused,
    NotFound,
    OperationMissing,
    StatusError,
    TenantNeeded,
    TokenNeeded,
)
from smtp_tui.api.identity import log_in
from smtp_tui.api.models import TestAnswer
from smtp_tui.api.requests import Operation
from smtp_tui.api.secret import SecretStr
from smtp_tui.api.smtp_connections import Written
from smtp_tui.api.target import Access, Scope
from smtp_tui.api.writes import WriteOutcome
from tests.api.desk import READS, WRITES, Desk, desk
from tests.failing_sandbox import Fault, FaultKind, Sandbox
from tests.failing_sandbox import Operation as Call

ODD_WORDS = re.compile(
    r"<|>|Traceback|Error\(|httpx|httpcore|json\.|None|Exception|ssl\.c|Operation\.|\\x|\bint\b"
)


def _reads_well(error: ApiError) -> None:
    """Plain, short, and with the operation and the host."""
    lines = error.lines()
    assert len(lines) <= 6
    assert error.call.operation.value in lines[0] or error.outcome_unknown
    assert error.call.host in lines[0]
    for line in lines:
        assert not ODD_WORDS.search(line), line
        assert line[0].isupper()
        assert len(line) < 500


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


@pytest.mark.parametrize("name", ["create", "patch", "delete"])
async def test_a_write_is_not_done_where_a_good_status_comes_with_an_error(
    work: Desk, name: str
) -> None:
    body = b'{"error": {"message": "the back end is away"}}'
    work.sandbox.faults.add(Fault(FaultKind.RAW, status=200, body=body))
    error = await work.refused(name)
    assert error.why == "The answer (200) contains an error: the back end is away"
    assert error.outcome_unknown


async def test_a_record_with_a_member_named_error_is_a_record(work: Desk) -> None:
    body = json.dumps({"id": work.record_id, "name": "OLD", "error": "none"}).encode()
    work.sandbox.faults.add(Fault(FaultKind.RAW, status=200, body=body))
    assert (await work.record()).name == "OLD"


async def test_a_record_with_two_ids_is_counted_and_takes_no_other_down(work: Desk) -> None:
    work.sandbox.faults.add(Fault(FaultKind.DUPLICATE_KEYS))
    found = await work.listed()
    assert found.records == ()
    assert [entry.position for entry in found.unreadable] == [1]
    assert found.unreadable[0].why == "a record with two ids"


@pytest.mark.parametrize("name", [*READS, *WRITES])
async def test_the_request_id_that_the_server_told_is_shown(work: Desk, name: str) -> None:
    headers = (("X-Request-Id", "5f0c-77"),)
    work.sandbox.faults.add(Fault(FaultKind.RAW, status=403, headers=headers))
    error = await work.refused(name)
    assert error.lines()[-1] == "Request id: 5f0c-77"


async def test_the_request_id_of_the_sandbox_itself_is_shown(work: Desk) -> None:
    work.sandbox.faults.add(Fault(FaultKind.FORBIDDEN))
    error = await work.refused("list")
    assert error.call.request_id
    assert error.call.request_id == work.activity.exchanges[0].request_id


NO_METHOD = {
    "statusCode": 404,
    "name": "Error",
    "message": 'Shared class "SmtpConnection" has no method handling POST /x?tenantId=1',
}
NO_PATH = {**NO_METHOD, "message": "There is no method to handle POST /x?tenantId=1"}
UNKNOWN_ID = {**NO_METHOD, "message": 'Unknown "SmtpConnection" id "1".', "code": "MODEL_NOT_FOUND"}
NO_INSTANCE = {
    **NO_METHOD,
    "message": "No instance with id 1 found for SmtpConnection",
    "code": "NOT_FOUND",
}
HTML = b"<html><head><title>404 Not Found</title></head><body>nginx</body></html>"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(json.dumps({"error": NO_METHOD}).encode(), id="no method"),
        pytest.param(json.dumps({"error": NO_PATH}).encode(), id="no path"),
        pytest.param(json.dumps({"error": UNKNOWN_ID}).encode(), id="MODEL_NOT_FOUND"),
        pytest.param(json.dumps({"error": NO_INSTANCE}).encode(), id="NOT_FOUND"),
        pytest.param(HTML, id="a page"),
        pytest.param(b"", id="nothing"),
        pytest.param(b"[404]", id="another shape"),
        pytest.param(b'{"error": {"code": 404, "message": "no"}}', id="a numeric code"),
    ],
)
@pytest.mark.parametrize("name", ["get", "patch", "delete"])
async def test_a_404_means_gone_only_by_its_code_or_to_a_read_of_a_record(
    work: Desk, name: str, body: bytes
) -> None:
    work.sandbox.faults.add(Fault(FaultKind.RAW, status=404, body=body))
    gone = name == "get" or b"NOT_FOUND" in body
    if gone and name == "delete":  # what was to be gone is gone, which is no error
        done = await work.do(name)
        assert isinstance(done, Written)
        assert done.gone
        return
    error = await work.refused(name)
    assert type(error) is (NotFound if gone else OperationMissing)
    assert ("does not support this operation" in error.why) is not gone
    assert not error.outcome_unknown
    _reads_well(error)


async def test_what_the_server_says_of_each_field_is_handed_on(work: Desk) -> None:
    work.sandbox.faults.add(Fault(FaultKind.INVALID))
    error = await work.refused("create")
    assert isinstance(error, Invalid)
    assert error.fields == (("name", "can't be blank"),)
    assert error.status == 422


async def test_a_test_whose_answer_was_lost_may_have_been_sent(work: Desk) -> None:
    work.sandbox.faults.add(Fault(FaultKind.RAW, status=504))
    error = await work.refused("test_saved")
    assert error.outcome_unknown
    assert "may have been sent" in error.what
    assert error.lines()[2] == "Check the recipient's mailbox before you test again."
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
        await log_in(work.client, "admin", SecretStr("wrong-one"))
    assert caught.value.words == "The password is not right."
    assert "token" not in " ".join(caught.value.lines()).lower()
    assert caught.value.call.operation is Operation.TOKEN


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"{}", "The answer lacks what is needed: access_token"),
        (b'{"access_token": ""}', "The token is empty"),
        (b'{"access_token": 7}', "The answer lacks what is needed: access_token"),
        (b"<html><title>Welcome</title>", "an HTML page titled “Welcome”"),
        (b"[]", "The answer is not one object"),
        (b'{"access_token": "a", "access_token": "b"}', "names each of its members once"),
    ],
)
async def test_a_login_without_a_token_in_its_answer_is_said(
    work: Desk, body: bytes, words: str
) -> None:
    work.sandbox.faults.add(Fault(FaultKind.RAW, body=body))
    with pytest.raises(BadAnswer) as caught:
        await work.log_in()
    assert words in caught.value.why
    _reads_well(caught.value)


async def test_a_path_that_the_server_does_not_know_points_at_the_host(work: Desk) -> None:
    work.sandbox.faults.add(Fault(FaultKind.NOT_FOUND), Fault(FaultKind.NOT_FOUND))
    assert "host and port" in " ".join((await work.refused("list")).lines())
    assert "deleted" in " ".join((await work.refused("get")).lines())


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


@pytest.mark.parametrize("access", [Access.NORMAL, Access.PROTECTED])
@pytest.mark.parametrize("name", [*READS, *WRITES])
async def test_without_a_tenant_nothing_about_records_is_sent(
    sandbox: Sandbox, name: str, access: Access
) -> None:
    async with desk(sandbox, scope=Scope(""), access=access) as held:
        error = await held.refused(name)
    assert type(error) is TenantNeeded
    assert error.why == "The profile work has no tenant"
    assert not error.outcome_unknown
    assert (sandbox.requests, held.activity.exchanges, held.pad.lines) == ((), (), [])
    (line,) = error.advice
    assert (line.actions, line.command) == (("app.profiles",), "profiles check NAME")
    _reads_well(error)


async def test_without_a_tenant_a_login_and_the_question_for_the_tenant_are_sent(
    sandbox: Sandbox,
) -> None:
    async with desk(sandbox, scope=Scope("")) as held:
        assert (await held.log_in()).access_token
        assert (await held.tenant()).id == sandbox.tenant_id


async def test_the_error_names_the_host_that_was_asked(sandbox: Sandbox) -> None:
    async with desk(sandbox) as held:
        sandbox.faults.add(Fault(FaultKind.FORBIDDEN))
        error = await held.refused("list")
    assert error.what == f"Could not list the connections at http://127.0.0.1:{sandbox.port}"


ODD_BODIES = {
    "compressed": Fault(FaultKind.GZIP),
    "UTF-16": Fault(FaultKind.UTF16),
    "not UTF-8": Fault(FaultKind.BAD_UTF8),
    "not JSON": Fault(FaultKind.NOT_JSON),
    "cut short": Fault(FaultKind.SHORT),
    "too deep": Fault(FaultKind.DEEP),
}


@pytest.mark.parametrize("body", ODD_BODIES)
@pytest.mark.parametrize("name", ["create", "patch", "delete"])
async def test_a_change_that_was_answered_yes_is_done_and_says_that_the_answer_is_unreadable(
    work: Desk, name: str, body: str
) -> None:
    work.sandbox.faults.add(ODD_BODIES[body])
    done = await work.do(name)
    assert isinstance(done, Written)
    assert done.unreadable.startswith("the answer ")
    _, ended = work.pad.lines[-1]
    assert ended is not None
    assert ended.outcome is WriteOutcome.DONE
    if name == "create":
        assert {record.name for record in work.sandbox.records()} == {"OLD", "NEW"}


@pytest.mark.parametrize("fault", [None, Fault(FaultKind.BOM), Fault(FaultKind.EMPTY)])
@pytest.mark.parametrize("name", ["create", "patch", "delete"])
async def test_an_answer_to_a_change_that_can_be_read_or_is_empty_is_not_called_unreadable(
    work: Desk, name: str, fault: Fault | None
) -> None:
    if fault is not None:
        work.sandbox.faults.add(fault)
    done = await work.do(name)
    assert isinstance(done, Written)
    assert done.unreadable == ""
    if name == "create" and (fault is None or fault.kind is FaultKind.BOM):
        assert done.record is not None
        assert done.record.name == "NEW"


@pytest.mark.parametrize("status", [401, 403, 409, 422, 500])
@pytest.mark.parametrize("body", ["compressed", "UTF-16"])
@pytest.mark.parametrize("name", ["get", "patch"])
async def test_a_status_that_says_no_is_told_although_its_words_cannot_be_read(
    work: Desk, name: str, body: str, status: int
) -> None:
    headers = (("Content-Encoding", "gzip"),) if body == "compressed" else ()
    words = {
        "compressed": "compressed (gzip), which was not requested",
        "UTF-16": "UTF-16 text, not UTF-8",
    }
    text = '{"error": {"message": "x"}}'.encode("utf-16")
    work.sandbox.faults.add(Fault(FaultKind.RAW, status=status, body=text, headers=headers))
    error = await work.refused(name)
    assert isinstance(error, StatusError)
    assert error.status == status
    assert error.why.startswith(f"The server answered {status}: the answer is {words[body]}")
    _reads_well(error)


@pytest.mark.parametrize("name", ["list", "patch"])
async def test_304_is_no_redirect(work: Desk, name: str) -> None:
    work.sandbox.faults.add(Fault(FaultKind.RAW, status=304))
    error = await work.refused(name)
    assert isinstance(error, StatusError)
    assert error.why.startswith("The server answered 304")


@pytest.mark.parametrize("length", [119, 120, 121, 5000])
async def test_the_address_of_a_redirect_is_cut_with_a_mark(work: Desk, length: int) -> None:
    address = "https://login.example.com/".ljust(length, "x")
    fault = Fault(FaultKind.REDIRECT, status=302, location=address)
    work.sandbox.faults.add(fault)
    error = await work.refused("list")
    shown = address if length <= 120 else f"{address[:120]}…"
    assert error.why == f"The server redirects to {shown} (302); redirects are not followed"
