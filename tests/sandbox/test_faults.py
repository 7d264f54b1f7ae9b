"""The faults of the tests' sandbox: each does what it says, and ends when it is used up."""

from __future__ import annotations

import gzip
import http.client
import json
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.failing_sandbox import Fault, FaultKind, Operation, Sandbox, SandboxOptions
from tests.sandbox.caller import COMPOSER, RECORDS, SCOPE, Caller

NEW = {"name": "NEW", "connection_parameters": [{"name": "hostname", "value": "h"}]}

STATUSES = {
    FaultKind.UNAUTHORIZED: 401,
    FaultKind.FORBIDDEN: 403,
    FaultKind.NOT_FOUND: 404,
    FaultKind.REQUEST_TIMEOUT: 408,
    FaultKind.CONFLICT: 409,
    FaultKind.TOO_LARGE: 413,
    FaultKind.INVALID: 422,
    FaultKind.TOO_MANY: 429,
    FaultKind.SERVER_ERROR: 500,
    FaultKind.BAD_GATEWAY: 502,
    FaultKind.UNAVAILABLE: 503,
    FaultKind.LOGIN_PAGE: 200,
    FaultKind.REDIRECT: 302,
}


@contextmanager
def open_get(caller: Caller, timeout: float = 5.0) -> Iterator[http.client.HTTPConnection]:
    """A list request that is under way."""
    connection = caller.connection(timeout)
    headers = {"Authorization": f"Bearer {caller.sandbox.admin_token}"}
    query = "&".join(f"{name}={value}" for name, value in SCOPE.items())
    try:
        connection.request("GET", f"{RECORDS}?{query}", headers=headers)
        yield connection
    finally:
        connection.close()


@pytest.mark.parametrize(("kind", "status"), STATUSES.items())
def test_a_status_fault_hits_once_and_does_no_work(
    sandbox: Sandbox, admin: Caller, kind: FaultKind, status: int
) -> None:
    sandbox.faults.add(Fault(kind))
    reply = admin.call("POST", RECORDS, NEW)
    assert reply.status == status
    assert sandbox.records() == ()
    if reply.headers["content-type"].startswith("application/json"):
        assert reply.error["statusCode"] == status
    assert admin.call("POST", RECORDS, NEW).status == 200
    assert len(sandbox.records()) == 1


@pytest.mark.parametrize(
    "kind", [FaultKind.SERVER_ERROR, FaultKind.RESET, FaultKind.HANG, FaultKind.ENDLESS]
)
def test_the_work_can_be_done_before_it_fails(
    sandbox: Sandbox, admin: Caller, kind: FaultKind
) -> None:
    sandbox.faults.add(Fault(kind, after_work=True))
    connection = admin.connection(0.3)
    headers = {"Authorization": f"Bearer {sandbox.admin_token}", "Content-Type": "application/json"}
    target = f"{RECORDS}?tenantId={SCOPE['tenantId']}&ace_orgGuid=all"
    connection.request("POST", target, json.dumps(NEW), headers)
    try:
        assert connection.getresponse().status in {200, 500}
    except (TimeoutError, ConnectionError):
        assert kind in {FaultKind.RESET, FaultKind.HANG}
    finally:
        connection.close()
    assert [record.name for record in sandbox.records()] == ["NEW"]


def test_pages_of_proxies_are_html(sandbox: Sandbox, admin: Caller) -> None:
    sandbox.faults.add(*(Fault(kind) for kind in (FaultKind.BAD_GATEWAY, FaultKind.UNAVAILABLE)))
    gateway, router = admin.call("GET", RECORDS), admin.call("GET", RECORDS)
    assert gateway.headers["content-type"] == router.headers["content-type"] == "text/html"
    assert b"<center>nginx</center>" in gateway.body
    assert b"Application is not available" in router.body


def test_too_many_requests_says_when_to_come_back(sandbox: Sandbox, admin: Caller) -> None:
    sandbox.faults.add(Fault(FaultKind.TOO_MANY, retry_after="3"))
    assert admin.call("GET", RECORDS).headers["retry-after"] == "3"


def test_a_redirect_names_another_place(sandbox: Sandbox, admin: Caller) -> None:
    sandbox.faults.add(Fault(FaultKind.REDIRECT, status=307, location="http://127.0.0.1:1/x"))
    reply = admin.call("GET", RECORDS)
    assert (reply.status, reply.headers["location"]) == (307, "http://127.0.0.1:1/x")


def test_a_fault_hits_only_its_operation(sandbox: Sandbox, admin: Caller) -> None:
    sandbox.faults.add(
        Fault(FaultKind.FORBIDDEN, Operation.CREATE),
        Fault(FaultKind.CONFLICT, "/cam/composer/*"),
    )
    assert admin.call("GET", RECORDS).status == 200
    assert admin.call("POST", f"{COMPOSER}/testEmail").status == 409
    assert admin.call("POST", RECORDS, NEW).status == 403
    assert sandbox.faults.pending == ()


def test_a_count_is_used_up_and_no_count_lasts_until_cleared(
    sandbox: Sandbox, admin: Caller
) -> None:
    sandbox.faults.add(Fault(FaultKind.FORBIDDEN, count=2), Fault(FaultKind.CONFLICT, count=None))
    statuses = [admin.call("GET", RECORDS).status for _ in range(4)]
    sandbox.faults.clear()
    assert [*statuses, admin.call("GET", RECORDS).status] == [403, 403, 409, 409, 200]


def test_a_delay_takes_its_time_and_then_answers(sandbox: Sandbox, admin: Caller) -> None:
    sandbox.faults.add(
        Fault(FaultKind.DELAY, seconds=0.2), Fault(FaultKind.DELAY, seconds=0.2, after_work=True)
    )
    for _ in range(2):
        began = time.monotonic()
        assert admin.call("GET", RECORDS).json() == []
        assert time.monotonic() - began >= 0.2


def test_delayed_work_is_done_though_the_client_left(sandbox: Sandbox, admin: Caller) -> None:
    record_id = sandbox.add_record("A", {"hostname": "h"})
    sandbox.faults.add(Fault(FaultKind.DELAY, seconds=30.0))
    connection = admin.connection(0.2)
    headers = {"Authorization": f"Bearer {sandbox.admin_token}"}
    target = f"{RECORDS}/{record_id}?tenantId={SCOPE['tenantId']}&ace_orgGuid=all"
    connection.request("DELETE", target, headers=headers)
    with pytest.raises(TimeoutError):
        connection.getresponse()
    assert len(sandbox.records()) == 1
    connection.close()
    # The next answer comes after the server saw the first client leave.
    deadline = time.monotonic() + 5
    while sandbox.records() and time.monotonic() < deadline:
        admin.call("GET", RECORDS)
    assert sandbox.records() == ()


@pytest.mark.parametrize("tls", [False, True])
def test_a_reset_cuts_the_connection_without_work(tls: bool) -> None:
    with Sandbox(SandboxOptions(tls=tls)) as sandbox:
        sandbox.faults.add(Fault(FaultKind.RESET))
        # OpenSSL calls a reset that it meets while writing an EOF.
        with pytest.raises((ConnectionError, ssl.SSLEOFError)):
            Caller(sandbox).call("POST", RECORDS, NEW)
        assert sandbox.records() == ()
        assert Caller(sandbox).call("GET", RECORDS).status == 200


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        (FaultKind.TRUNCATED, http.client.IncompleteRead),
        (FaultKind.RESET_MID_BODY, ConnectionResetError),
    ],
)
def test_half_a_body_is_all_that_comes(
    sandbox: Sandbox, admin: Caller, kind: FaultKind, error: type[Exception]
) -> None:
    sandbox.add_record("A", {"hostname": "h"})
    whole = int(admin.call("GET", RECORDS).headers["content-length"])
    sandbox.faults.add(Fault(kind))
    with open_get(admin) as connection:
        response = connection.getresponse()
        assert int(response.headers["content-length"]) == whole
        with pytest.raises(error):
            response.read()


def test_a_dripping_body_comes_byte_by_byte(sandbox: Sandbox, admin: Caller) -> None:
    sandbox.faults.add(Fault(FaultKind.DRIPPING, seconds=0.05))
    began = time.monotonic()
    reply = admin.call("GET", RECORDS)
    assert reply.body == b"[]"
    assert time.monotonic() - began >= 0.1


def test_a_hang_lasts_until_the_client_gives_up(sandbox: Sandbox, admin: Caller) -> None:
    sandbox.faults.add(Fault(FaultKind.HANG))
    with open_get(admin, 0.2) as connection, pytest.raises(TimeoutError):
        connection.getresponse()
    assert admin.call("GET", RECORDS).status == 200


def test_an_endless_body_goes_on(sandbox: Sandbox, admin: Caller) -> None:
    sandbox.faults.add(Fault(FaultKind.ENDLESS))
    with open_get(admin) as connection:
        response = connection.getresponse()
        assert len(response.read(200_000)) == 200_000
    assert admin.call("GET", RECORDS).status == 200


def test_a_big_body_has_the_megabytes_asked_for_and_is_json(
    sandbox: Sandbox, admin: Caller
) -> None:
    sandbox.faults.add(Fault(FaultKind.BIG, megabytes=2))
    reply = admin.call("GET", RECORDS)
    assert len(reply.json()) == 2048
    assert abs(len(reply.body) / 2**20 - 2) < 0.2


def test_a_gzip_bomb_is_small_until_opened(sandbox: Sandbox, admin: Caller) -> None:
    sandbox.faults.add(Fault(FaultKind.GZIP_BOMB, megabytes=4))
    reply = admin.call("GET", RECORDS)
    assert reply.headers["content-encoding"] == "gzip"
    assert len(reply.body) < 10_000
    assert len(gzip.decompress(reply.body)) > 4 * 2**20


def test_a_real_body_can_be_spoilt_in_its_bytes(sandbox: Sandbox, admin: Caller) -> None:
    sandbox.add_record("É", {"hostname": "h"})
    good = admin.call("GET", RECORDS).body
    kinds = (FaultKind.EMPTY, FaultKind.BOM, FaultKind.UTF16, FaultKind.NOT_JSON)
    sandbox.faults.add(*(Fault(kind) for kind in kinds))
    empty, bom, utf16, no_json = (admin.call("GET", RECORDS).body for _ in kinds)
    assert empty == b""
    assert bom == b"\xef\xbb\xbf" + good
    assert utf16.decode("utf-16") == good.decode()
    with pytest.raises(ValueError, match="Expecting"):
        json.loads(no_json)


def test_a_content_type_can_be_wrong(sandbox: Sandbox, admin: Caller) -> None:
    sandbox.faults.add(Fault(FaultKind.WRONG_CONTENT_TYPE))
    reply = admin.call("GET", RECORDS)
    assert (reply.headers["content-type"], reply.body) == ("text/plain", b"[]")


@pytest.mark.parametrize(
    ("kind", "planted"),
    [
        (FaultKind.BAD_UTF8, b'"extra":"caf\xe9"}'),
        (FaultKind.DEEP, b'"extra":' + b"[" * 100_000),
        (FaultKind.NAN, b'"extra":NaN}'),
        (FaultKind.BIG_INTEGER, b'"extra":' + b"1" * 5000 + b"}"),
        (FaultKind.DUPLICATE_KEYS, b'"id":"ffffffffffffffffffffffff"}'),
    ],
)
def test_something_bad_can_be_planted_in_each_record(
    sandbox: Sandbox, admin: Caller, kind: FaultKind, planted: bytes
) -> None:
    record_id = sandbox.add_record("A", {"hostname": "h"})
    sandbox.faults.add(Fault(kind), Fault(kind))
    for path in (RECORDS, f"{RECORDS}/{record_id}"):
        reply = admin.call("GET", path)
        assert planted in reply.body
        assert record_id.encode() in reply.body


def test_members_of_the_real_body_can_be_removed_doubled_or_changed(
    sandbox: Sandbox, admin: Caller
) -> None:
    sandbox.add_record("A", {"hostname": "h"})
    good = admin.call("GET", RECORDS).json()[0]

    def listed(kind: FaultKind) -> list[dict[str, Any]]:
        sandbox.faults.add(Fault(kind))
        found: list[dict[str, Any]] = admin.call("GET", RECORDS).json()
        return found

    assert listed(FaultKind.DOUBLED_ID) == [good, good]
    assert "id" not in listed(FaultKind.MISSING_ID)[0]
    assert "connection_parameters" not in listed(FaultKind.MISSING_PARAMETERS)[0]
    (doubled,) = listed(FaultKind.DOUBLED_PARAMETERS)
    assert doubled["connection_parameters"] == good["connection_parameters"] * 2
    assert listed(FaultKind.UNKNOWN_FIELDS)[0].items() > good.items()
    assert set(map(str, listed(FaultKind.WRONG_TYPES)[0].values())) == {"{'is': [7]}"}
    assert listed(FaultKind.NULL) is None


def test_a_real_answer_can_be_compressed_cut_or_hold_an_error_or_cookies(
    sandbox: Sandbox, admin: Caller
) -> None:
    good = admin.call("GET", RECORDS).body
    kinds = (FaultKind.GZIP, FaultKind.SHORT, FaultKind.ERROR_INSIDE, FaultKind.COOKIES)
    sandbox.faults.add(*(Fault(kind) for kind in kinds))
    packed, short, error, cookies = (admin.call("GET", RECORDS) for _ in kinds)
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == good
    assert short.body == good[: len(good) // 2]
    assert (error.status, error.error["statusCode"]) == (200, 500)
    assert (cookies.body, cookies.headers["set-cookie"][:4]) == (good, "a=1;")


def test_a_raw_answer_goes_out_as_it_is(sandbox: Sandbox, admin: Caller) -> None:
    headers = (("X-Odd", "yes"), ("Content-Length", "3"))
    sandbox.faults.add(Fault(FaultKind.RAW, status=299, headers=headers, body=b"\x00\xff\x01"))
    reply = admin.call("GET", RECORDS)
    assert (reply.status, reply.headers["x-odd"], reply.body) == (299, "yes", b"\x00\xff\x01")


def test_failed_requests_are_recorded_too(sandbox: Sandbox, admin: Caller) -> None:
    sandbox.faults.add(Fault(FaultKind.CONFLICT), Fault(FaultKind.RESET))
    admin.call("POST", RECORDS, NEW)
    with pytest.raises(ConnectionError):
        admin.call("POST", RECORDS, NEW)
    assert [seen.operation for seen in sandbox.requests] == [Operation.CREATE, Operation.CREATE]
    assert sandbox.requests[0].json() == NEW


def test_a_stop_ends_what_hangs() -> None:
    before = threading.active_count()
    sandbox = Sandbox()
    sandbox.faults.add(Fault(FaultKind.HANG))
    with socket.create_connection((sandbox.host, sandbox.port), 5) as client:
        client.sendall(b"GET /x HTTP/1.1\r\nhost: localhost\r\n\r\n")
        sandbox.wait_for_requests(1)
        sandbox.stop()
        assert client.recv(10) == b""
    assert threading.active_count() == before
