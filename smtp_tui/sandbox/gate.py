"""The door of the HTTP server: every request for this machine is read whole, recorded, worked on
and answered here, properly or as the fault plan says.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, MutableMapping
from typing import Any
from urllib.parse import parse_qsl

from msgspec import Struct, field
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from smtp_tui.sandbox import loopback
from smtp_tui.sandbox.answer import Answer, dressed, json_answer
from smtp_tui.sandbox.fault_answers import ITEM, made_up, raw, spoilt
from smtp_tui.sandbox.faults import Fault, FaultKind, FaultPlan
from smtp_tui.sandbox.journal import Journal, RecordedRequest, operation_of
from smtp_tui.sandbox.origin import refused_origin
from smtp_tui.sandbox.wire import Wire

BODY_LIMIT = 3 * 1024 * 1024
"""Bytes of a request body; more is answered with 413."""

_ITEMS_AT_ONCE = 50

CONTROL_PREFIX = "/sandbox/"
"""Paths of the sandbox's own controls: never recorded, never failing."""


class Gate(Struct, frozen=True):
    """The ASGI application that stands before the routes."""

    routes: ASGIApp
    faults: FaultPlan
    requests: Journal[RecordedRequest]
    numbers: Iterator[int] = field(default_factory=itertools.count)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        wire: Wire = scope["state"]["wire"]
        refused = refused_origin(scope["headers"])
        if refused is not None:
            error = loopback.not_for_this_machine(refused)
            await _send(send, dressed(json_answer(error.status, error.body)))
            return
        if scope["path"].startswith(CONTROL_PREFIX):
            controls = await _body(receive)
            if controls is not None:
                await _send(send, await self._work(scope, controls))
            return
        operation = operation_of(scope["method"], scope["path"])
        fault = self.faults.take(operation, scope["path"])
        if fault is not None and fault.kind is FaultKind.RESET and not fault.works:
            self.requests.add(_recorded(scope, b""))
            await wire.reset()
            return
        body = await _body(receive)
        if body is None:
            return
        self.requests.add(_recorded(scope, body))
        if fault is None:
            await _send(send, await self._work(scope, body))
            return
        await self._fail(fault, scope, body, send)

    async def _work(self, scope: Scope, body: bytes) -> Answer:
        """What the routes answer, with the headers of the real server."""
        if len(body) > BODY_LIMIT:
            error = loopback.too_large()
            return dressed(json_answer(error.status, error.body))
        captured: list[Message] = []

        async def receive() -> Message:
            """The body that was read already, in one piece."""
            return {"type": "http.request", "body": body, "more_body": False}

        async def capture(message: Message) -> None:
            """Keep a part of the answer instead of sending it."""
            captured.append(message)

        await self.routes(scope, receive, capture)
        return dressed(_answer(captured), next(self.numbers))

    async def _fail(self, fault: Fault, scope: Scope, body: bytes, send: Send) -> None:
        wire: Wire = scope["state"]["wire"]
        if fault.kind is FaultKind.DELAY and not fault.works:
            # A back end does not notice that its client left: the work is done all the same.
            await wire.pause(fault.seconds)
            await _send(send, await self._work(scope, body))
            return
        answer = await self._work(scope, body) if fault.works else None
        instead = made_up(fault)
        if instead is not None:
            await _send(send, instead)
        elif fault.kind is FaultKind.RAW:
            await wire.answer(raw(fault))
        elif not await _misbehave(fault, wire, answer) and answer is not None:
            await _send(send, spoilt(fault, answer))


async def _misbehave(fault: Fault, wire: Wire, answer: Answer | None) -> bool:
    """Play a fault of the connection; False when an answer is still to be sent."""
    half = b"" if answer is None else answer.head() + answer.body[: len(answer.body) // 2]
    match fault.kind:
        case FaultKind.HANG:
            await wire.pause(None)
        case FaultKind.RESET:
            await wire.reset()
        case FaultKind.RESET_MID_BODY | FaultKind.RESET_MID_HEAD:
            whole = answer.head() if answer is not None else b""
            in_head = fault.kind is FaultKind.RESET_MID_HEAD
            await wire.write(whole[: len(whole) // 2] if in_head else half)
            # Time for the half to arrive: a RST may overtake what the client has not read.
            await wire.pause(0.05)
            await wire.reset()
        case FaultKind.TRUNCATED:
            await wire.write(half)
            await wire.close()
        case FaultKind.DRIPPING if answer is not None:
            await _drip(wire, answer, fault.seconds)
        case FaultKind.ENDLESS:
            await _stream_forever(wire)
        case FaultKind.DELAY:
            await wire.pause(fault.seconds)
            return False
        case _:
            return False
    return True


async def _drip(wire: Wire, answer: Answer, seconds: float) -> None:
    await wire.write(answer.head())
    for place in range(len(answer.body)):
        if not await wire.pause(seconds) or not await wire.write(answer.body[place : place + 1]):
            break
    await wire.close()


async def _stream_forever(wire: Wire) -> None:
    head = b"HTTP/1.1 200 OK\r\nserver: nginx\r\ncontent-type: application/json\r\n"
    alive = await wire.write(head + b"connection: close\r\n\r\n[")
    number = 0
    while alive:
        items = b"".join(ITEM % (number + place) for place in range(_ITEMS_AT_ONCE))
        number += _ITEMS_AT_ONCE
        # Gives the loop a turn even while the client reads as fast as this writes.
        alive = await wire.write(items) and await wire.pause(0.001)
    await wire.close()


async def _body(receive: Receive) -> bytes | None:
    """The request body, or None when the client left before its end.

    Of a body over the limit the rest is read and dropped, so that the client reads the answer.
    """
    body = bytearray()
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        if len(body) <= BODY_LIMIT:
            body += message.get("body", b"")
        more = message.get("more_body", False)
    return bytes(body)


async def _send(send: Send, answer: Answer) -> None:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})


def _answer(messages: list[Message]) -> Answer:
    start: MutableMapping[str, Any] = messages[0]
    headers = tuple(
        (name.decode("latin-1"), value.decode("latin-1")) for name, value in start["headers"]
    )
    return Answer(start["status"], headers, b"".join(m.get("body", b"") for m in messages[1:]))


def _recorded(scope: Scope, body: bytes) -> RecordedRequest:
    raw_query: bytes = scope["query_string"]
    raw_path: bytes = scope["raw_path"]
    query = raw_query.decode("latin-1")
    return RecordedRequest(
        method=scope["method"],
        path=scope["path"],
        target=raw_path.decode("latin-1") + (f"?{query}" if query else ""),
        query=dict(parse_qsl(query, keep_blank_values=True)),
        headers={
            name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]
        },
        body=body,
        operation=operation_of(scope["method"], scope["path"]),
    )
