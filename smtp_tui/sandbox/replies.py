"""Reading JSON requests and writing JSON answers the way Express does."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NoReturn

from starlette.requests import Request
from starlette.responses import Response

from smtp_tui.sandbox.answer import JSON_TYPE
from smtp_tui.sandbox.loopback import bad_json, missing


def json_response(content: object, status: int = 200) -> Response:
    """A compact JSON answer."""
    body = json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode()
    return Response(body, status, {"content-type": JSON_TYPE})


async def json_object(request: Request) -> dict[str, Any]:
    """The request's JSON object; `{}` for a body of another content type, as Express leaves it.

    Raises a 400 LoopBackError when the body says it is JSON and is not, or is no object.
    """
    if "json" not in request.headers.get("content-type", ""):
        return {}
    body = await request.body()
    if not body:
        return {}
    try:
        content = json.loads(body.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise bad_json(f"Unexpected token in JSON: {error}") from error
    if not isinstance(content, dict):
        raise bad_json("Unexpected token in JSON at position 0")
    return content


def argument(arguments: Mapping[str, Any], name: str) -> Any:
    """An argument that has to be there; raises a 400 LoopBackError when it is absent or ''.

    A null is there: it is of the wrong kind.
    """
    value = arguments.get(name, "")
    if value == "":
        raise missing(name)
    return value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")
