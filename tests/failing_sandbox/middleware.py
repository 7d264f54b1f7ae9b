"""The ASGI middleware that lets requests fail as the plan says."""

from __future__ import annotations

from msgspec import Struct
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from smtp_tui.sandbox.application import CONTROL_PREFIX, operation_of, replay
from tests.failing_sandbox.answers import ITEM, Answer, as_told, made_up, spoilt
from tests.failing_sandbox.faults import Fault, FaultKind, FaultPlan
from tests.failing_sandbox.wire import Wire

_ITEMS_AT_ONCE = 50


class FaultMiddleware(Struct, frozen=True):
    """Wraps the sandbox's application; its own controls never fail."""

    app: ASGIApp
    plan: FaultPlan

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, properly or with the fault that the plan has for it."""
        fault = None
        if not scope["path"].startswith(CONTROL_PREFIX):
            fault = self.plan.take(operation_of(scope), scope["path"])
        if fault is None:
            await self.app(scope, receive, send)
            return
        body: bytes = (await receive())["body"]
        wire = Wire(receive, send)
        if fault.kind is FaultKind.DELAY and not fault.works:
            # A back end does not notice that its client left: the work is done all the same.
            await wire.pause(fault.seconds)
            await self.app(scope, replay(body, receive), send)
            return
        answer = await self._worked(scope, replay(body, receive)) if fault.works else None
        await _fail(fault, wire, answer, send)

    async def _worked(self, scope: Scope, receive: Receive) -> Answer:
        """What the application answers."""
        messages: list[Message] = []

        async def capture(message: Message) -> None:
            """Keep a part of the answer instead of sending it."""
            messages.append(message)

        await self.app(scope, receive, capture)
        start, *parts = messages
        headers = tuple((name.decode(), value.decode()) for name, value in start["headers"])
        return Answer(start["status"], headers, b"".join(part["body"] for part in parts))


async def _fail(fault: Fault, wire: Wire, answer: Answer | None, send: Send) -> None:
    instead = made_up(fault)
    if instead is not None:
        await _send(send, instead)
    elif fault.kind is FaultKind.RAW:
        await wire.answer(as_told(fault))
    elif not await _break(fault, wire, answer) and answer is not None:
        await _send(send, spoilt(fault, answer))


async def _send(send: Send, answer: Answer) -> None:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})


async def _break(fault: Fault, wire: Wire, answer: Answer | None) -> bool:
    """Play a fault of time or of the connection; False when an answer is still to be sent."""
    head, body = (answer.head(), answer.body) if answer is not None else (b"", b"")
    half = head + body[: len(body) // 2]
    match fault.kind:
        case FaultKind.HANG:
            await wire.pause(None)
        case FaultKind.RESET:
            await wire.reset()
        case FaultKind.RESET_MID_BODY | FaultKind.RESET_MID_HEAD:
            in_head = fault.kind is FaultKind.RESET_MID_HEAD
            await wire.write(head[: len(head) // 2] if in_head else half)
            # Time for the half to arrive: a RST may overtake what the client has not read.
            await wire.pause(0.05)
            await wire.reset()
        case FaultKind.TRUNCATED:
            await wire.write(half)
            await wire.close()
        case FaultKind.DRIPPING:
            await _drip(wire, head, body, fault.seconds)
        case FaultKind.ENDLESS:
            await _stream_forever(wire)
        case FaultKind.DELAY:
            await wire.pause(fault.seconds)
            return False
        case _:
            return False
    return True


async def _drip(wire: Wire, head: bytes, body: bytes, seconds: float) -> None:
    await wire.write(head)
    for index in range(len(body)):
        if not await wire.pause(seconds) or not await wire.write(body[index : index + 1]):
            break
    await wire.close()


async def _stream_forever(wire: Wire) -> None:
    head = b"HTTP/1.1 200 OK\r\nserver: nginx\r\ncontent-type: application/json\r\n"
    alive = await wire.write(head + b"connection: close\r\n\r\n[")
    number = 0
    while alive:
        items = b"".join(ITEM % (number + offset) for offset in range(_ITEMS_AT_ONCE))
        number += _ITEMS_AT_ONCE
        # Gives the loop a turn even while the client reads as fast as this writes.
        alive = await wire.write(items) and await wire.pause(0.001)
    await wire.close()
