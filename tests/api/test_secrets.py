"""No secret is found where somebody may look: errors, reports of crashes, what is kept, curl lines.

Each test plants texts that stand nowhere else and looks for them in every form.
"""

from __future__ import annotations

import base64
import gc
import json
import pickle
import traceback
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import quote

import pytest

from smtp_tui.api.activity import Activity, Exchange
from smtp_tui.api.curl import curl_line
from smtp_tui.api.errors import ApiError
from smtp_tui.api.identity import log_in
from smtp_tui.api.models import Assignment
from smtp_tui.api.requests import patch_request
from smtp_tui.api.secret import MASK, SecretStr
from tests.api.desk import BODY_PASSWORD, IMPATIENT, READS, WRITES, Desk, as_it_came, desk, send
from tests.failing_sandbox import Fault, FaultKind, Operation, Sandbox, SandboxOptions
from tests.waiting import turns

TOKEN = "tokenSentinel0123456789abcdef"
STORED = "stored-Sentinel-1"

ALL_FAULTS = (
    *(Fault(kind, count=2) for kind in FaultKind if kind not in {FaultKind.DELAY, FaultKind.RAW}),
    Fault(FaultKind.RAW, status=500, body=b"oh", count=2),
)


def _reported(error: BaseException) -> str:
    """All that the fullest report of a crash would print: causes, frames, their variables."""
    seen: set[int] = set()
    parts = []

    def follow(one: BaseException | None) -> Iterator[BaseException]:
        while one is not None and id(one) not in seen:
            seen.add(id(one))
            yield one
            yield from follow(one.__cause__)
            one = one.__context__

    for held in follow(error):
        report = traceback.TracebackException.from_exception(held, capture_locals=True)
        parts += [*report.format(), repr(held), str(held), repr(vars(held))]
        frame = held.__traceback__
        while frame is not None:
            parts += [repr(value) for value in frame.tb_frame.f_locals.values()]
            frame = frame.tb_next
    return "\n".join(parts)


def _forms(secret: str) -> tuple[str, ...]:
    return (secret, quote(secret, safe=""), base64.b64encode(secret.encode()).decode())


def _clean(text: str, *secrets: str) -> None:
    for secret in secrets:
        for form in _forms(secret):
            assert form not in text


def _echo(work: Desk, status: int, body: bytes, call: Operation | None = None) -> None:
    work.sandbox.faults.add(Fault(FaultKind.RAW, call, status=status, body=body))


@pytest.mark.parametrize("fault", ALL_FAULTS, ids=lambda fault: str(fault.kind))
async def test_no_report_of_an_error_holds_a_secret(sandbox: Sandbox, fault: Fault) -> None:
    async with desk(sandbox, limits=IMPATIENT) as held:
        sandbox.faults.add(fault)
        try:
            await held.do("patch")
        except ApiError as error:
            text = _reported(error)
        else:
            text = ""
    _clean(text, sandbox.admin_token, BODY_PASSWORD, STORED)


@pytest.mark.parametrize("name", ["list", "create"])
async def test_no_report_of_a_refused_certificate_holds_a_secret(name: str) -> None:
    with Sandbox(SandboxOptions(tls=True)) as server:
        async with desk(server) as held:
            await held.client.trust(held.client.target.pinned(held.client.target.origin, "0" * 64))
            with pytest.raises(ApiError) as caught:
                await held.do(name)
    _clean(_reported(caught.value), server.admin_token, BODY_PASSWORD)


BAD_TOKENS = {"space": f"{TOKEN} x", "newline": f"{TOKEN}\n", "letter": f"{TOKEN}é"}


@pytest.mark.parametrize("wrong", BAD_TOKENS)
async def test_a_token_that_cannot_be_sent_is_not_told_either(sandbox: Sandbox, wrong: str) -> None:
    async with desk(sandbox, token=BAD_TOKENS[wrong]) as held:
        with pytest.raises(ApiError) as caught:
            await held.listed()
    _clean(_reported(caught.value), TOKEN)


@pytest.mark.parametrize(
    "body",
    [
        b'{"error": {"message": "bad password Hunter-Sentinel-2 for Bearer %s"}}',
        b"bad password Hunter-Sentinel-2 for %s",
        b"<html><title>Hunter-Sentinel-2 %s</title>",
        b'{"error": {"message": "x", "details": {"messages": {"a": ["Hunter-Sentinel-2 %s"]}}}}',
        b'{"error": {"message": "H\\u0075nter-Sentinel\\u002d2 %s"}}',
        b'{"error": {"message": "auth SHVudGVyLVNlbnRpbmVsLTI= %s"}}',
    ],
    ids=["json", "text", "page", "fields", "escaped", "base64"],
)
@pytest.mark.parametrize("status", [400, 403, 422, 500])
async def test_what_was_sent_is_not_shown_when_the_server_says_it_again(
    work: Desk, status: int, body: bytes
) -> None:
    _echo(work, status, body % work.sandbox.admin_token.encode())
    with pytest.raises(ApiError) as caught:
        await work.do("patch")
    error = caught.value
    shown = [*error.lines(), repr(vars(error)), *map(repr, work.activity.exchanges)]
    _clean("\n".join(shown), BODY_PASSWORD, work.sandbox.admin_token)
    assert MASK in "\n".join(shown)


async def test_a_password_with_odd_characters_is_found_in_an_echo(work: Desk) -> None:
    odd = 'q"ü<&\\Sentinel/3'
    body = json.dumps({"error": {"message": f"no: {odd}"}}).encode()
    _echo(work, 422, body)
    change = (Assignment("password", SecretStr(odd)),)
    with pytest.raises(ApiError) as caught:
        await work.connections.write(patch_request(work.scope, work.record_id, change))
    assert caught.value.why == f"The server answered 422: no: {MASK}"
    assert "Sentinel/3" not in work.activity.exchanges[0].answer


@pytest.mark.parametrize("status", [200, 400, 500])
async def test_a_verdict_does_not_repeat_the_password_nor_one_that_the_server_knows(
    work: Desk, status: int
) -> None:
    config = {"host": "h", "auth": {"user": "u", "pass": STORED}, "said": f"AUTH {BODY_PASSWORD}"}
    _echo(work, status, json.dumps(config).encode())
    answer = await work.connections.test(work.request("test_saved"), as_it_came)
    _clean(repr(answer), STORED, BODY_PASSWORD)
    assert f"'user': 'u', 'pass': '{MASK}'" in repr(answer)
    assert f"'said': 'AUTH {MASK}'" in repr(answer)


async def test_what_headers_repeat_is_masked_too(work: Desk) -> None:
    headers = (
        ("X-Request-Id", f"id-{work.sandbox.admin_token}"),
        ("Location", f"https://x.example/?t={work.sandbox.admin_token}"),
    )
    work.sandbox.faults.add(Fault(FaultKind.RAW, status=302, headers=headers))
    error = await work.refused("list")
    told = "\n".join(error.lines())
    _clean(told, work.sandbox.admin_token)
    assert f"https://x.example/?t={MASK}" in told
    _clean(repr(work.activity.exchanges), work.sandbox.admin_token)
    assert str(work.activity.exchanges[0].request_id).startswith(f"id-{MASK}")


def _text(exchange: Exchange) -> str:
    """All that can be had of an exchange, by any means."""
    pickled = pickle.dumps(_plain(exchange)).decode("latin-1")
    return f"{exchange!r}{exchange.answer}{exchange.request.masked_body()}{pickled}"


def _plain(exchange: Exchange) -> object:
    return (exchange.request.body, exchange.request.query, exchange.request.path, exchange.answer)


async def _everything(held: Desk) -> None:
    """All calls, well and badly answered."""
    for name in (*READS, *WRITES):
        await send(held.client, held.request(name), 400, 404)
    await held.log_in()
    with suppress(ApiError):
        await log_in(held.client, "admin", SecretStr(BODY_PASSWORD))
    await held.tenant()


async def test_what_is_kept_of_a_session_holds_no_secret(sandbox: Sandbox) -> None:
    async with desk(sandbox) as held:
        await _everything(held)
        exchanges = held.activity.exchanges
    assert len(exchanges) == 10
    whole = "\n".join(map(_text, exchanges))
    _clean(whole, sandbox.admin_token, BODY_PASSWORD, STORED, sandbox.password())
    issued = [name for name in ("access_token", "refresh_token", "id_token") if name in whole]
    assert len(issued) == 3
    assert "unsigned" not in whole, "the id_token's own text"
    lines = "\n".join(curl_line(held.client.target, exchange.request) for exchange in exchanges)
    _clean(lines, sandbox.admin_token, BODY_PASSWORD, sandbox.password())


async def test_no_object_keeps_a_password_once_its_request_is_gone(sandbox: Sandbox) -> None:
    unique = "gone-Sentinel-" + "x" * 8
    async with desk(sandbox) as held:
        change = (Assignment("password", SecretStr(unique)),)
        await held.connections.write(patch_request(held.scope, held.record_id, change))
        del change
        gc.collect()
        held_secrets = [thing for thing in gc.get_objects() if isinstance(thing, Activity)]
        kept = [
            value
            for activity in held_secrets
            for exchange in activity.exchanges
            for value in (*exchange.request.secrets(), *exchange.request.assigned())
        ]
    assert unique not in map(str, kept)
    assert ("password", MASK) in kept


@pytest.mark.parametrize(
    "body",
    [
        b'[{"id":"a","name":"A","connection_parameters":[{"name":"password","value":"%s"}]}]',
        b'[{"id":"a","connection_parameters":[{"name":"smtp_pass","value":"%s"}]}]',
        b'[{"id":"a","connection_parameters":[{"name":"pin","value":"%s","secured":"true"}]}]',
        b'[{"id":"a","connection_parameters":[{"name":"auth","value":{"pass":"%s"}}]}]',
        b'[{"id":"a","password":"%s","connection_parameters":[]}]',
    ],
)
async def test_a_password_that_the_server_shows_is_dropped_everywhere(
    work: Desk, body: bytes
) -> None:
    _echo(work, 200, body % STORED.encode())
    found = await work.listed()
    assert [record.id for record in found.records] == ["a"]
    _clean(repr(found), STORED)
    _clean("\n".join(map(_text, work.activity.exchanges)), STORED)


@pytest.mark.parametrize(
    "body",
    [
        b'[{"id":"a","connection_parameters":[{"name":"password","value":"%s"}]},NaN]',
        b'[{"name":"password","value":"%s"',
        b"password=%s",
        b'<form><input type="password" value="%s"></form>',
        b'\xff{"access_token":"%s"}',
        b"Authorization: Bearer %s",
        b'{"pass": "%s"',
    ],
)
async def test_an_answer_that_cannot_be_read_is_not_kept_if_it_may_hold_a_secret(
    work: Desk, body: bytes
) -> None:
    _echo(work, 200, body % STORED.encode())
    error = await work.refused("list")
    _clean("\n".join(error.lines()), STORED)
    _clean(repr(work.activity.exchanges), STORED)
    assert "not kept" in work.activity.exchanges[0].answer


async def test_other_answers_are_kept_as_they_are(work: Desk) -> None:
    _echo(work, 502, b"<html><title>Down</title></html>")
    _echo(work, 500, b'{"error":{"message":"oh","port":25}}')
    await work.refused("list")
    first, second = work.activity.exchanges
    assert first.answer == "<html><title>Down</title></html>"
    assert json.loads(second.answer) == {"error": {"message": "oh", "port": 25}}


async def test_a_large_answer_is_not_kept_but_its_size_is(work: Desk) -> None:
    work.sandbox.faults.add(Fault(FaultKind.BIG, megabytes=1))
    await work.listed()
    assert work.activity.exchanges[0].answer.endswith("bytes: too large to keep here)")


async def test_an_answer_that_is_deep_but_readable_does_no_harm(work: Desk) -> None:
    deep = b"[" * 600 + b"]" * 600
    _echo(work, 200, b'[{"id":"a","x":' + deep + b"}]")
    _echo(work, 500, b'{"error":' + deep + b"}")
    assert len((await work.listed()).records) == 1
    with pytest.raises(ApiError):
        await work.do("patch")
    assert len(work.activity.exchanges) == 2


@pytest.mark.parametrize("name", ["list", "patch", "test_values"])
@pytest.mark.parametrize(
    "body",
    [
        b'{"count": 1, "echo": "%s and Hunter-Sentinel-2"}',
        b'[{"id": "a1", "name": "%s Hunter-Sentinel-2", "connection_parameters": []}]',
        b"plain %s Hunter-Sentinel-2",
    ],
    ids=["object", "list", "text"],
)
async def test_a_yes_that_repeats_token_or_password_leaves_neither_in_the_activity(
    work: Desk, name: str, body: bytes
) -> None:
    _echo(work, 200, body % work.sandbox.admin_token.encode())
    await work.error_of(name)
    (exchange,) = work.activity.exchanges
    assert exchange.status == 200
    secrets = 1 if name == "list" else 2  # a list sends no password that could be repeated
    assert exchange.answer.count(MASK) == secrets
    _clean(repr(exchange), *(work.sandbox.admin_token, BODY_PASSWORD)[:secrets])


async def test_the_activity_keeps_the_last_ones_only_and_tells_who_listens(work: Desk) -> None:
    await work.listed()
    one = work.activity.exchanges[0]
    activity = Activity()
    heard: list[int] = []
    end = activity.listen(lambda: heard.append(len(activity.exchanges)))
    for _ in range(501):
        activity.record(one)
    await turns()
    end()
    activity.record(one)
    await turns()
    assert len(activity.exchanges) == 500
    assert len(heard) == 501


def _shown(work: Desk, error: ApiError) -> str:
    return "\n".join([*error.lines(), repr(vars(error)), str(work.activity.exchanges)])


LONG_PASSWORD = "Sentinel-hunter-2-of-many-letters-xyz"


@pytest.mark.parametrize(
    "quote",
    [
        f"(value: [ {{ value: '{LONG_PASSWORD[:9]}...}} ])",
        f'(value: "{LONG_PASSWORD[:25]}...{LONG_PASSWORD[-3:]}")',
        f"(value: '{LONG_PASSWORD[:1]}...')",
        f"(value: '{LONG_PASSWORD[:12]}\u2026')",
        f"password {LONG_PASSWORD[:20]}...",
        f"[ {{ name: 'password', value: '{LONG_PASSWORD}' }} ]",
    ],
    ids=["bracket", "both ends", "one letter", "sign", "no quote", "whole"],
)
@pytest.mark.parametrize("place", ["message", "connection_parameters"])
async def test_a_password_is_not_shown_where_the_servers_quote_of_it_is_cut(
    work: Desk, quote: str, place: str
) -> None:
    error: dict[str, object] = {"message": "not valid"}
    if place == "message":
        error["message"] = quote
    else:
        error["details"] = {"messages": {place: [quote]}}
    _echo(work, 422, json.dumps({"error": error}).encode())
    change = (Assignment("password", SecretStr(LONG_PASSWORD)),)
    with pytest.raises(ApiError) as caught:
        await work.connections.write(patch_request(work.scope, work.record_id, change))
    shown = "\n".join(
        [*caught.value.lines(), repr(vars(caught.value)), str(work.activity.exchanges)]
    )
    _clean(shown, LONG_PASSWORD[:3], LONG_PASSWORD[-3:], "'S")
    assert MASK in shown


@pytest.mark.parametrize(
    "quote",
    [
        "[ { name: 'password', value: 'Stored' } ]",
        "[ { name: 'password', value: 'Stor...} ]",
        '[{"name":"password","value":"Stored"}]',
        "[ { value: 'Stored', name: 'password' } ]",
        r"[ { name: 'password', value: 'it\'s Stored' } ]",
    ],
)
async def test_a_stored_password_is_not_shown_where_a_message_quotes_the_parameters(
    work: Desk, quote: str
) -> None:
    body = {"error": {"message": quote, "details": {"messages": {"x": [f"bad: {quote}"]}}}}
    _echo(work, 422, json.dumps(body).encode())
    with pytest.raises(ApiError) as caught:
        await work.do("patch")
    shown = "\n".join(
        [*caught.value.lines(), repr(vars(caught.value)), str(work.activity.exchanges)]
    )
    _clean(shown, "Stor")
    assert MASK in shown


async def test_values_that_are_no_secret_are_quoted_as_they_came(work: Desk) -> None:
    quote = "[ { name: 'port', value: '99999' }, { value: 'zz...' } ]"
    _echo(work, 422, json.dumps({"error": {"message": quote}}).encode())
    with pytest.raises(ApiError) as caught:
        await work.do("patch")
    assert quote in caught.value.why
