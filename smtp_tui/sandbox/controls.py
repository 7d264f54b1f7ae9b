"""The sandbox's own controls over HTTP, for those who run it with `smtp-tui sandbox`.

The application lets only an administrator ask. Secrets in recorded requests are masked: only what
is understood is shown, JSON and forms with the values of secret names masked. Any other body is
shown as its length, because it may hold a secret anywhere.
"""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import parse_qsl, urlencode

from msgspec.structs import asdict

from smtp_tui.sandbox.call import Call, RecordedRequest
from smtp_tui.sandbox.loopback import LoopBackError
from smtp_tui.sandbox.mail_tests import REFUSED
from smtp_tui.sandbox.parameters import MASK

_SECRET_HEADERS = frozenset({"authorization", "cookie", "proxy-authorization"})
_SECRET_NAME = re.compile(r"pass|secret|token|credential|key", re.IGNORECASE)


async def choose_test_answers(call: Call) -> object:
    """`POST /sandbox/test-answers`: the shape of the answers to test emails."""
    shape = str(call.json_object().get("shape"))
    if shape not in REFUSED:
        raise LoopBackError(400, f"There is no such shape: {shape}")
    call.services.test_shape = shape
    return {"shape": shape}


async def expire_tokens(call: Call) -> object:
    """`POST /sandbox/expire-tokens`: make every token expire, that of this request included."""
    call.services.tokens.expire_all()
    return {"expired": True}


async def show_requests(call: Call) -> object:
    """`GET /sandbox/requests`: every request so far, oldest first."""
    return [_shown(request) for request in call.services.requests]


async def show_mailbox(call: Call) -> object:
    """`GET /sandbox/mailbox`: every mail that arrived, oldest first."""
    return [asdict(mail) for mail in call.services.mailbox]


def _shown(request: RecordedRequest) -> dict[str, object]:
    headers = {
        name: MASK if name in _SECRET_HEADERS else value for name, value in request.headers.items()
    }
    return {**asdict(request), "headers": headers, "body": _shown_body(request)}


def _shown_body(request: RecordedRequest) -> str:
    try:
        text = request.body.decode("utf-8")
        if not text:
            return ""
        if "json" in request.content_type:
            return json.dumps(_masked(json.loads(text)), ensure_ascii=False)
        if "form" in request.content_type:
            pairs = parse_qsl(text, keep_blank_values=True, strict_parsing=True)
            return urlencode([(k, MASK if _is_secret(k) and v else v) for k, v in pairs], safe="*")
    except (ValueError, RecursionError):
        pass
    return f"({len(request.body)} bytes, not shown)"


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
