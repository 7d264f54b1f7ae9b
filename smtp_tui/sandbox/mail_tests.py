"""The two test operations, which send a real mail and answer with what the mail server said.

What the real service answers is unknown, so all shapes of answers are guesses. The default one has
the words of nodemailer, the library that a Node service would use: 200 with its result, or 400 with
its error inside a LoopBack error. The others are seen in public code around such calls, or are what
LoopBack makes of an error. Each tells what the mail server said, as far as the shape allows.
"""

from __future__ import annotations

import asyncio
import errno
import json
import re
from collections.abc import Callable, Iterable
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from smtp_tui.sandbox.endpoint import argument, json_object, json_response, services, text
from smtp_tui.sandbox.loopback import LoopBackError
from smtp_tui.sandbox.options import TestShape
from smtp_tui.sandbox.parameters import Parameter, merged, read_parameters, values
from smtp_tui.sandbox.records import view, visible_record
from smtp_tui.sandbox.sending import (
    MailFailure,
    Relay,
    SentMail,
    mailer_context,
    send_test_mail,
)

_SYSTEM_CALL: Final = re.compile(r"(\w+) (E[A-Z]+)\b")
_TRACE: Final = "\n    at SMTPConnection._formatError (/app/node_modules/smtp-connection/index.js)"


async def test_unsaved(request: Request) -> Response:
    """Send a mail with parameters that are not stored."""
    view(request, composer=True)
    content = await json_object(request)
    recipient = argument(content, "to")
    parameters = read_parameters("conn_params", argument(content, "conn_params"))
    return await _tested(request, recipient, parameters)


async def test_saved(request: Request) -> Response:
    """Send a mail with a record's parameters overlaid with the given ones; nothing is saved."""
    seen = view(request, composer=True)
    content = await json_object(request)
    record_id = argument(content, "id")
    recipient = argument(content, "to")
    record_id = text(record_id)
    given = content.get("conn_params")
    overrides = [] if given is None else read_parameters("conn_params", given)
    record = visible_record(request, seen, record_id)
    return await _tested(request, recipient, merged(record.connection_parameters, overrides))


async def _tested(request: Request, recipient: object, parameters: Iterable[Parameter]) -> Response:
    to, relay = text(recipient), Relay.of(values(parameters))
    options, shape = services(request).options, services(request).test_answers.shape
    context = mailer_context(options.mail_authorities)
    try:
        sent = await asyncio.to_thread(
            send_test_mail, relay, to, options.mail_timeout, context, options.allow_mail_to
        )
    except MailFailure as failure:
        answer = _REFUSED[shape](failure)
        if isinstance(answer, LoopBackError):
            raise answer from failure
        return json_response(answer)
    return json_response(_ACCEPTED.get(shape, _nodemailer_result)(sent))


def _nodemailer_result(sent: SentMail) -> object:
    return {
        "accepted": [sent.recipient],
        "rejected": [],
        "envelope": {"from": sent.mail_from, "to": [sent.recipient]},
        "messageId": sent.message_id,
        "response": sent.response,
    }


def _error(status: int, failure: MailFailure) -> LoopBackError:
    return LoopBackError(status, str(failure), **failure.details())


def _failed(**members: object) -> LoopBackError:
    return LoopBackError(400, "Test email failed", **members)


def _stringified(failure: MailFailure) -> dict[str, object]:
    """What `JSON.stringify` keeps of an error: all members but the message."""
    found = failure.details()
    call = _SYSTEM_CALL.match(str(failure))
    if call is not None and call[1] != "getaddrinfo":
        number = getattr(errno, call[2], None)
        found |= {"syscall": call[1], "errno": -number if number else None}
    elif call is not None:
        found |= {"syscall": call[1], "errno": -3008, "code": call[2]}
    return found


_ACCEPTED: Final[dict[TestShape, Callable[[SentMail], object]]] = {
    TestShape.SUCCESS_FALSE: lambda _: {"success": True, "message": "Test email sent"},
    TestShape.STATUS_FAILED: lambda _: {"status": "success", "message": "Email sent successfully"},
    TestShape.RESULT_ERROR: lambda sent: {"result": "success", "details": sent.response},
    TestShape.DATA_TEXT: lambda sent: {"status": "success", "data": {"text": sent.response}},
    TestShape.STDERR: lambda sent: {"code": 0, "stdout": sent.response, "stderr": ""},
    TestShape.TEXT: lambda sent: f"Test email sent: {sent.response}",
    TestShape.REASONS: lambda sent: [{"status": "success", "reason": sent.response}],
    TestShape.QUEUED: lambda _: {"message": "Test email queued"},
}
"""The body of the 200 after an accepted mail, for shapes other than nodemailer's result."""

_REFUSED: Final[dict[TestShape, Callable[[MailFailure], object]]] = {
    TestShape.LOOPBACK: lambda no: _error(400, no),
    TestShape.UNAUTHORIZED: lambda no: _error(401, no),
    TestShape.NOT_FOUND: lambda no: _error(404, no),
    TestShape.HIDDEN: lambda no: _error(500, no),
    TestShape.BAD_GATEWAY: lambda no: _error(502, no),
    TestShape.SMTP_STATUS: lambda no: _error(int(no.response[:3]) if no.response else 500, no),
    TestShape.DETAILS_TEXT: lambda no: _failed(details=str(no)),
    TestShape.DETAILS_LIST: lambda no: _failed(details=[str(no)]),
    TestShape.CAUSES: lambda no: _failed(
        cause={"message": "The mailer failed", "cause": {"reason": str(no)}}
    ),
    TestShape.INNER_JSON: lambda no: LoopBackError(
        400, json.dumps({"message": str(no), **no.details()})
    ),
    TestShape.SUCCESS_FALSE: lambda no: {"success": False, "error": str(no)},
    TestShape.STATUS_FAILED: lambda no: {"status": "failed", "message": str(no)},
    TestShape.STATUS_NUMBER: lambda no: {"status": 500, "message": str(no)},
    TestShape.RESULT_ERROR: lambda no: {"result": "error", "details": str(no)},
    TestShape.DATA_TEXT: lambda no: {"status": "error", "data": {"text": str(no)}},
    TestShape.ERROR_MESSAGE: lambda no: {"errorMessage": str(no)},
    TestShape.STDERR: lambda no: {"code": 1, "stderr": f"Error: {no}{_TRACE}", "stdout": ""},
    TestShape.TEXT: str,
    TestShape.REASONS: lambda no: [{"status": "failed", "reason": str(no)}],
    TestShape.STRINGIFIED: lambda no: {"error": _stringified(no)},
    TestShape.QUEUED: lambda _: {"message": "Test email queued"},
}
"""After a refused mail: the body of a 200, or the error."""
