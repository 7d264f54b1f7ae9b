"""The application that lets requests fail as the plan says."""

from __future__ import annotations

from msgspec.structs import astuple

from smtp_tui.sandbox.application import Application, Receive, Send, send_answer
from smtp_tui.sandbox.call import RecordedRequest
from tests.failing_sandbox.answers import ITEM, Answer, as_told, made_up, spoilt
from tests.failing_sandbox.faults import Fault, FaultKind, FaultPlan
from tests.failing_sandbox.wire import Wire

_ITEMS_AT_ONCE = 50


class FailingApplication(Application, kw_only=True):
    """The sandbox's application; its own controls never fail."""

    plan: FaultPlan

    async def respond(self, request: RecordedRequest, receive: Receive, send: Send) -> None:
        """Serve one request, properly or with the fault that the plan has for it."""
        fault = self.plan.take(request.operation, request.path)
        if fault is None:
            await super().respond(request, receive, send)
            return
        wire = Wire(receive, send)
        if fault.kind is FaultKind.DELAY and not fault.works:
            # A back end does not notice that its client left: the work is done all the same.
            await wire.pause(fault.seconds)
            await super().respond(request, receive, send)
            return
        answer = Answer(*astuple(await self.answer(request))) if fault.works else None
        await _fail(fault, wire, answer, send)


async def _fail(fault: Fault, wire: Wire, answer: Answer | None, send: Send) -> None:
    instead = made_up(fault)
    if instead is not None:
        await send_answer(send, instead)
    elif fault.kind is FaultKind.RAW:
        await wire.answer(as_told(fault))
    elif not await _break(fault, wire, answer) and answer is not None:
        await send_answer(send, spoilt(fault, answer))


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
