"""The answers of the two test operations, in the shape that was chosen.

What the real service answers is unknown, so all shapes are guesses. The default one has the words
of nodemailer, the library that a Node service would use: 200 with its result, or 400 with its error
inside a LoopBack error. The others are seen in public code around such calls, or are what LoopBack
makes of an error. Each tells what the mail server really said, as far as the shape allows.
"""

from __future__ import annotations

import errno
import json
import re
from collections.abc import Callable
from enum import StrEnum
from typing import Final

from smtp_tui.sandbox.loopback import LoopBackError, server_fault
from smtp_tui.sandbox.sending import MailFailure, SentMail

_SYSTEM_CALL: Final = re.compile(r"(\w+) (E[A-Z]+)\b")
_TRACE: Final = "\n    at SMTPConnection._formatError (/app/node_modules/smtp-connection/index.js)"


class TestShape(StrEnum):
    """The shape of an answer. The comment shows the answer to a refused mail."""

    __test__ = False  # no test case, despite its name

    LOOPBACK = "loopback"  # 400, nodemailer's error in a LoopBack error
    UNAUTHORIZED = "unauthorized"  # 401, the same
    NOT_FOUND = "not_found"  # 404, the same
    HIDDEN = "hidden"  # 500 {"error":{"statusCode":500,"message":"Internal Server Error"}}
    BAD_GATEWAY = "bad_gateway"  # 502 {"error":{"statusCode":502,"message":"Bad Gateway"}}
    SMTP_STATUS = "smtp_status"  # 535 {"error":{"statusCode":535,"message":"Unknown Error"}}
    DETAILS_TEXT = "details_text"  # 400 {"error":{"message":"Test email failed","details":"…"}}
    DETAILS_LIST = "details_list"  # 400 {"error":{"message":…,"details":["…"]}}
    CAUSES = "causes"  # 400 {"error":{"message":…,"cause":{"message":…,"cause":{…}}}}
    INNER_JSON = "inner_json"  # 400 {"error":{"message":"Error: {\"code\":…}"}}
    SUCCESS_FALSE = "success_false"  # 200 {"success":false,"error":"…"}
    STATUS_FAILED = "status_failed"  # 200 {"status":"failed","message":"…"}
    STATUS_NUMBER = "status_number"  # 200 {"status":500,"message":"…"}
    RESULT_ERROR = "result_error"  # 200 {"result":"error","details":"…"}
    DATA_TEXT = "data_text"  # 200 {"status":"error","data":{"text":"…"}}
    ERROR_MESSAGE = "error_message"  # 200 {"errorMessage":"…"}
    STDERR = "stderr"  # 200 {"code":1,"stderr":"…"}
    TEXT = "text"  # 200 "…"
    REASONS = "reasons"  # 200 [{"status":"failed","reason":"…"}]
    STRINGIFIED = "stringified"  # 200 {"error":{"code":"ESOCKET","syscall":"connect",…}}
    QUEUED = "queued"  # 200 {"message":"Test email queued"}, also before the mail is refused


class TestAnswers:
    """The shape that is chosen, which may change at any time, and the answers in it."""

    __test__ = False  # no test case, despite its name

    def __init__(self) -> None:
        """Start with nodemailer's words in a LoopBack error."""
        self.shape = TestShape.LOOPBACK

    def accepted(self, sent: SentMail, recipient: str) -> object:
        """The body of the 200 after a mail that was accepted."""
        make = _ACCEPTED.get(self.shape)
        if make is not None:
            return make(sent.response)
        return {
            "accepted": [recipient],
            "rejected": [],
            "envelope": {"from": sent.mail_from, "to": [recipient]},
            "messageId": sent.message_id,
            "response": sent.response,
        }

    def refused(self, failure: MailFailure) -> object:
        """The body of a 200 after a refusal; raises a LoopBackError when the shape has an error."""
        make = _REFUSED.get(self.shape)
        if make is not None:
            return make(failure)
        raise _error(self.shape, failure)


_ACCEPTED: Final[dict[TestShape, Callable[[str], object]]] = {
    TestShape.SUCCESS_FALSE: lambda _: {"success": True, "message": "Test email sent"},
    TestShape.STATUS_FAILED: lambda _: {"status": "success", "message": "Email sent successfully"},
    TestShape.RESULT_ERROR: lambda said: {"result": "success", "details": said},
    TestShape.DATA_TEXT: lambda said: {"status": "success", "data": {"text": said}},
    TestShape.STDERR: lambda said: {"code": 0, "stdout": said, "stderr": ""},
    TestShape.TEXT: lambda said: f"Test email sent: {said}",
    TestShape.REASONS: lambda said: [{"status": "success", "reason": said}],
    TestShape.QUEUED: lambda _: {"message": "Test email queued"},
}

_REFUSED: Final[dict[TestShape, Callable[[MailFailure], object]]] = {
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


def _error(shape: TestShape, failure: MailFailure) -> LoopBackError:
    """The refusal as an error of LoopBack, which shows no message from status 500 on."""
    said, failed, details = str(failure), "Test email failed", failure.details()
    code = int(failure.response[:3]) if failure.response else 500
    cause = {"message": "The mailer failed", "cause": {"reason": said}}
    errors = {
        TestShape.HIDDEN: server_fault(),
        TestShape.BAD_GATEWAY: LoopBackError(502, said),
        TestShape.SMTP_STATUS: LoopBackError(code, said, **details),
        TestShape.DETAILS_TEXT: LoopBackError(400, failed, details=said),
        TestShape.DETAILS_LIST: LoopBackError(400, failed, details=[said]),
        TestShape.CAUSES: LoopBackError(400, failed, cause=cause),
        TestShape.INNER_JSON: LoopBackError(400, json.dumps({"message": said, **details})),
        TestShape.UNAUTHORIZED: LoopBackError(401, said, **details),
        TestShape.NOT_FOUND: LoopBackError(404, said, **details),
    }
    return errors.get(shape, LoopBackError(400, said, **details))


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
