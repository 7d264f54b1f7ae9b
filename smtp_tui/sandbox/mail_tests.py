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

from smtp_tui.sandbox.call import Call, argument, text
from smtp_tui.sandbox.loopback import LoopBackError
from smtp_tui.sandbox.parameters import Parameter, merged, read_parameters, values
from smtp_tui.sandbox.records import view, visible_record
from smtp_tui.sandbox.sending import MailFailure

_SYSTEM_CALL: Final = re.compile(r"(\w+) (E[A-Z]+)\b")
_TRACE: Final = "\n    at SMTPConnection._formatError (/app/node_modules/smtp-connection/index.js)"


async def test_unsaved(call: Call) -> object:
    """Send a mail with parameters that are not stored."""
    view(call, composer=True)
    content = call.json_object()
    recipient = argument(content, "to")
    parameters = read_parameters("conn_params", argument(content, "conn_params"))
    return await _tested(call, recipient, parameters)


async def test_saved(call: Call) -> object:
    """Send a mail with a record's parameters overlaid with the given ones; nothing is saved."""
    seen = view(call, composer=True)
    content = call.json_object()
    record_id, recipient = (argument(content, name) for name in ("id", "to"))
    record_id, given = text(record_id), content.get("conn_params")
    overrides = [] if given is None else read_parameters("conn_params", given)
    record = visible_record(call, seen, record_id)
    return await _tested(call, recipient, merged(record.connection_parameters, overrides))


async def _tested(call: Call, recipient: object, parameters: Iterable[Parameter]) -> object:
    mailer, shape = call.services.mailer, call.services.test_shape
    try:
        sent = await asyncio.to_thread(mailer.send, values(parameters), text(recipient))
    except MailFailure as failure:
        answer = REFUSED[shape](failure)
        if isinstance(answer, LoopBackError):
            raise answer from failure
        return answer
    return _ACCEPTED[shape](str(sent["response"])) if shape in _ACCEPTED else sent


def _error(status: int, failure: MailFailure) -> LoopBackError:
    return LoopBackError(status, str(failure), **failure.details)


def _failed(**members: object) -> LoopBackError:
    return LoopBackError(400, "Test email failed", **members)


def _stringified(failure: MailFailure) -> dict[str, object]:
    """What `JSON.stringify` keeps of an error: all members but the message."""
    found = dict(failure.details)
    call = _SYSTEM_CALL.match(str(failure))
    if call is not None and call[1] != "getaddrinfo":
        number = getattr(errno, call[2], None)
        found |= {"syscall": call[1], "errno": -number if number else None}
    elif call is not None:
        found |= {"syscall": call[1], "errno": -3008, "code": call[2]}
    return found


_ACCEPTED: Final[dict[str, Callable[[str], object]]] = {
    "success_false": lambda _: {"success": True, "message": "Test email sent"},
    "status_failed": lambda _: {"status": "success", "message": "Email sent successfully"},
    "result_error": lambda said: {"result": "success", "details": said},
    "data_text": lambda said: {"status": "success", "data": {"text": said}},
    "stderr": lambda said: {"code": 0, "stdout": said, "stderr": ""},
    "text": lambda said: f"Test email sent: {said}",
    "reasons": lambda said: [{"status": "success", "reason": said}],
    "queued": lambda _: {"message": "Test email queued"},
}
"""The body of the 200 after an accepted mail, with the mail server's last reply, for shapes other
than nodemailer's result."""

REFUSED: Final[dict[str, Callable[[MailFailure], object]]] = {
    "loopback": lambda no: _error(400, no),
    "unauthorized": lambda no: _error(401, no),
    "not_found": lambda no: _error(404, no),
    "hidden": lambda no: _error(500, no),
    "bad_gateway": lambda no: _error(502, no),
    "smtp_status": lambda no: _error(int(no.response[:3]) if no.response else 500, no),
    "details_text": lambda no: _failed(details=str(no)),
    "details_list": lambda no: _failed(details=[str(no)]),
    "causes": lambda no: _failed(
        cause={"message": "The mailer failed", "cause": {"reason": str(no)}}
    ),
    "inner_json": lambda no: LoopBackError(400, json.dumps({"message": str(no), **no.details})),
    "success_false": lambda no: {"success": False, "error": str(no)},
    "status_failed": lambda no: {"status": "failed", "message": str(no)},
    "status_number": lambda no: {"status": 500, "message": str(no)},
    "result_error": lambda no: {"result": "error", "details": str(no)},
    "data_text": lambda no: {"status": "error", "data": {"text": str(no)}},
    "error_message": lambda no: {"errorMessage": str(no)},
    "stderr": lambda no: {"code": 1, "stderr": f"Error: {no}{_TRACE}", "stdout": ""},
    "text": str,
    "reasons": lambda no: [{"status": "failed", "reason": str(no)}],
    "stringified": lambda no: {"error": _stringified(no)},
    "queued": lambda _: {"message": "Test email queued"},
}
"""Every shape of an answer, by its name, and what it is after a refused mail: the body of a 200, or
the error."""
