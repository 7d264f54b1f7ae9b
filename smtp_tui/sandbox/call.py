"""A request as it came, and what an endpoint needs to answer it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NoReturn

from msgspec import Struct

from smtp_tui.sandbox.accounts import Account, TokenBook
from smtp_tui.sandbox.loopback import LoopBackError
from smtp_tui.sandbox.mail_server import ReceivedMail
from smtp_tui.sandbox.sending import Mailer
from smtp_tui.sandbox.store import Store


class RecordedRequest(Struct, frozen=True):
    """One HTTP request as it came.

    `path` is percent-decoded, `target` is the raw path with the query as sent; header names are in
    lower case; of a query argument that was sent twice, the last value is kept. `operation` is what
    it is for, judged by method and path alone: a name of `application.ROUTES`.
    """

    method: str
    path: str
    target: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    operation: str

    @property
    def content_type(self) -> str:
        """What the body is said to be."""
        return self.headers.get("content-type", "")

    def json(self) -> Any:
        """The body parsed; raises `ValueError` when it is not JSON."""
        return json.loads(self.body)


class Services(Struct):
    """The parts of a sandbox.

    `test_shape` is the shape of the answers to test emails, see `mail_tests`.
    """

    store: Store
    tokens: TokenBook
    mailer: Mailer
    mailbox: list[ReceivedMail]
    requests: list[RecordedRequest] = []
    test_shape: str = "loopback"


class Call(Struct, frozen=True):
    """A request, and the sandbox that it came to."""

    request: RecordedRequest
    services: Services

    def account(self) -> Account:
        """The account whose bearer token the request carries; raises a 401 LoopBackError.

        The scheme is `Bearer`, in this case only. The first use of an expired token is answered as
        such; after that the token is unknown.
        """
        scheme, _, token = self.request.headers.get("authorization", "").partition(" ")
        tokens, token = self.services.tokens, token.strip()
        account = tokens.owner(token) if scheme == "Bearer" else None
        if account is not None:
            return account
        if scheme == "Bearer" and tokens.forget_expired(token):
            raise LoopBackError(401, "Invalid Access Token", code="INVALID_TOKEN")
        raise LoopBackError(401, "Authorization Required", code="AUTHORIZATION_REQUIRED")

    def json_object(self) -> dict[str, Any]:
        """The request's JSON object; `{}` for a body of another content type, as with Express.

        Raises a 400 LoopBackError when the body is declared as JSON and is not, or is no object.
        """
        if not self.request.body or "json" not in self.request.content_type:
            return {}
        try:
            content = json.loads(self.request.body.decode(), parse_constant=_no_constant)
            if isinstance(content, dict):
                return content
            reason = "at position 0"
        except (ValueError, RecursionError) as error:
            reason = str(error)
        raise LoopBackError(400, f"Unexpected token in JSON: {reason}", name="SyntaxError")


def argument(arguments: Mapping[str, Any], name: str) -> Any:
    """A required argument; raises a 400 LoopBackError when it is absent or ''.

    A null is present: it is of the wrong type.
    """
    value = arguments.get(name, "")
    if value == "":
        raise LoopBackError(400, f"{name} is a required argument")
    return value


def text(value: object) -> str:
    """An argument that has to be a string; raises a 400 LoopBackError."""
    if not isinstance(value, str):
        raise LoopBackError(400, "Value is not a string.")
    return value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
