"""The sandbox's own controls over HTTP, for those who run it with `smtp-tui sandbox`.

All need an administrator's bearer token. Secrets in recorded requests are masked: only what is
understood is shown, JSON and forms with the values of secret names masked. Any other body is shown
as its length, because it may hold a secret anywhere.
"""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import parse_qsl, urlencode

from msgspec.structs import asdict
from starlette.requests import Request
from starlette.responses import Response

from smtp_tui.sandbox.endpoint import json_object, json_response, require_administrator, services
from smtp_tui.sandbox.loopback import bad_argument
from smtp_tui.sandbox.options import TestShape
from smtp_tui.sandbox.parameters import MASK
from smtp_tui.sandbox.recording import RecordedRequest

_SECRET_HEADERS = frozenset({"authorization", "cookie", "proxy-authorization"})
_SECRET_NAME = re.compile(r"pass|secret|token|credential|key", re.IGNORECASE)


async def choose_test_answers(request: Request) -> Response:
    """`POST /sandbox/test-answers`: the shape of the answers to test emails, a `TestShape`."""
    require_administrator(request)
    given = await json_object(request)
    try:
        shape = TestShape(str(given.get("shape")))
    except ValueError as error:
        raise bad_argument(f"There is no such shape: {error}") from error
    services(request).test_answers.shape = shape
    return json_response({"shape": shape})


async def expire_tokens(request: Request) -> Response:
    """`POST /sandbox/expire-tokens`: make every token expire, that of this request included."""
    require_administrator(request)
    services(request).tokens.expire_all()
    return json_response({"expired": True})


async def show_requests(request: Request) -> Response:
    """`GET /sandbox/requests`: every request so far, oldest first."""
    require_administrator(request)
    return json_response([_shown(recorded) for recorded in services(request).requests])


async def show_mailbox(request: Request) -> Response:
    """`GET /sandbox/mailbox`: every mail that arrived, oldest first."""
    require_administrator(request)
    return json_response([asdict(mail) for mail in services(request).mailbox])


def _shown(request: RecordedRequest) -> dict[str, object]:
    shown = asdict(request)
    shown["body"] = _shown_body(request.headers.get("content-type", ""), request.body)
    shown["headers"] = {
        name: MASK if name in _SECRET_HEADERS else value for name, value in request.headers.items()
    }
    return shown


def _shown_body(content_type: str, body: bytes) -> str:
    if not body:
        return ""
    try:
        text = body.decode("utf-8")
        if "json" in content_type:
            return json.dumps(_masked(json.loads(text)), ensure_ascii=False)
        if "form" in content_type:
            pairs = parse_qsl(text, keep_blank_values=True, strict_parsing=True)
            return urlencode([(k, MASK if _is_secret(k) and v else v) for k, v in pairs], safe="*")
    except (ValueError, RecursionError):
        pass
    return f"({len(body)} bytes, not shown)"


def _masked(content: Any) -> Any:
    if isinstance(content, list):
        return [_masked(item) for item in content]
    if not isinstance(content, dict):
        return content
    secured = str(content.get("secured")).lower() == "true"
    parameter = secured or _is_secret(str(content.get("name")))
    return {
        name: MASK
        if value and (_is_secret(name) or (parameter and name == "value"))
        else _masked(value)
        for name, value in content.items()
    }


def _is_secret(name: str) -> bool:
    return _SECRET_NAME.search(name) is not None
