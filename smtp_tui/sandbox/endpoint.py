"""What every endpoint needs: the parts of the sandbox, the caller, JSON in and JSON out."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any, NoReturn

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from smtp_tui.sandbox.accounts import Account, TokenBook
from smtp_tui.sandbox.loopback import (
    LoopBackError,
    bad_argument,
    bad_json,
    forbidden,
    invalid_token,
    missing,
    unauthorized,
)
from smtp_tui.sandbox.options import SandboxOptions, TestAnswers
from smtp_tui.sandbox.recording import ReceivedMail, RecordedRequest
from smtp_tui.sandbox.store import Store


class Services(Struct, frozen=True):
    """The parts of one running sandbox."""

    options: SandboxOptions
    store: Store
    tokens: TokenBook
    requests: list[RecordedRequest]
    mailbox: list[ReceivedMail]
    test_answers: TestAnswers


def services(request: Request) -> Services:
    """The services of the application that serves this request."""
    found = request.app.state.services
    assert isinstance(found, Services)
    return found


def caller(request: Request) -> Account:
    """The account whose bearer token the request carries; raises a 401 LoopBackError.

    The scheme is `Bearer`, in this case only. The first use of an expired token is answered as
    such; after that the token is unknown.
    """
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    tokens, token = services(request).tokens, token.strip()
    account = tokens.owner(token) if scheme == "Bearer" else None
    if account is not None:
        return account
    expired = scheme == "Bearer" and tokens.forget_expired(token)
    raise invalid_token() if expired else unauthorized()


def require_administrator(request: Request) -> None:
    """Raise a 401 or 403 LoopBackError unless the token is an administrator's."""
    if not caller(request).administrator:
        raise forbidden()


def json_response(content: object, status: int = 200) -> Response:
    """A JSON answer as Express writes it: compact, with a weak Etag of length and SHA-1."""
    body = json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode()
    digest = base64.b64encode(hashlib.sha1(body, usedforsecurity=False).digest()).decode("ascii")
    headers = {
        "content-type": "application/json; charset=utf-8",
        "etag": f'W/"{len(body):x}-{digest[:27]}"',
    }
    return Response(body, status, headers)


def error_response(error: LoopBackError) -> Response:
    """The answer that an error stands for."""
    return json_response(error.body, error.status)


async def json_object(request: Request) -> dict[str, Any]:
    """The request's JSON object; `{}` for a body of another content type, as with Express.

    Raises a 400 LoopBackError when the body is declared as JSON and is not, or is no object.
    """
    body = await request.body()
    if not body or "json" not in request.headers.get("content-type", ""):
        return {}
    try:
        content = json.loads(body.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise bad_json(f"Unexpected token in JSON: {error}") from error
    if not isinstance(content, dict):
        raise bad_json("Unexpected token in JSON at position 0")
    return content


def argument(arguments: Mapping[str, Any], name: str) -> Any:
    """A required argument; raises a 400 LoopBackError when it is absent or ''.

    A null is present: it is of the wrong type.
    """
    value = arguments.get(name, "")
    if value == "":
        raise missing(name)
    return value


def text(value: object) -> str:
    """An argument that has to be a string; raises a 400 LoopBackError."""
    if not isinstance(value, str):
        raise bad_argument("Value is not a string.")
    return value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
