"""The settings of a sandbox: those that are fixed at the start, and the shape of test answers."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from msgspec import Struct

from smtp_tui.sandbox.certificate import Certificate


class SandboxOptions(Struct, frozen=True):
    """The settings of one sandbox, fixed before it starts.

    `port`, `smtp_port` and `smtps_port` are TCP ports; 0 is any free one. When `smtp_port` is
    given, `smtps_port` 0 is the next one up if that is free, so that a demo shows the same numbers
    each time. `data` is an SQLite file, which holds passwords, see `data_file`; None keeps the
    records in memory. `demo_records` fills an empty store. `numeric_ids` numbers new records as
    LoopBack's memory connector does: `"id": 7`, as the last member. `allow_mail_to` names the hosts
    besides loopback that test mail may go to. `token_lifetime` and `mail_timeout` are in seconds.
    `certificate` is the one to show; None makes a self-signed one and keeps it over restarts.
    `mail_authorities` are certificates (PEM) of which a mail server has to show one, or one that
    they signed; None verifies nothing.
    """

    port: int = 0
    tls: bool = False
    data: Path | None = None
    smtp_port: int = 0
    smtps_port: int = 0
    allow_mail_to: tuple[str, ...] = ()
    token_lifetime: float = 43199.0
    demo_records: bool = False
    numeric_ids: bool = False
    mail_timeout: float = 5.0
    certificate: Certificate | None = None
    mail_authorities: tuple[str, ...] | None = None


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


class TestAnswers(Struct):
    """The shape that is chosen; it may change while the sandbox runs."""

    __test__ = False  # no test case, despite its name

    shape: TestShape = TestShape.LOOPBACK
