"""The HTTP application: the routes, and what every request passes before it reaches one."""

from __future__ import annotations

import hashlib
import itertools
import uuid
from collections.abc import Callable, Iterator
from email.utils import formatdate
from typing import Any, Final, TypeAlias
from urllib.parse import parse_qsl

from msgspec import Struct, field
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from smtp_tui.sandbox import controls, identity, mail_tests, records
from smtp_tui.sandbox.endpoint import Services, error_response
from smtp_tui.sandbox.loopback import (
    LoopBackError,
    no_method,
    no_method_of_model,
    not_for_this_machine,
    too_large,
)
from smtp_tui.sandbox.origin import refused_origin
from smtp_tui.sandbox.recording import Operation, RecordedRequest

Middleware: TypeAlias = Callable[[ASGIApp], ASGIApp]
"""Wraps the application; it is called with requests that are recorded already."""

BODY_LIMIT = 3 * 1024 * 1024
"""Bytes of a request body; more is answered with 413."""

CONTROL_PREFIX = "/sandbox/"
"""Paths of the sandbox's own controls, which are not recorded."""

RECORDS_PATH = "/cam/api/v1/smtpconnections"
COMPOSER_PATH = "/cam/composer/api/v1/smtpconnections"
MODIFY_PATH = f"{COMPOSER_PATH}/patchConnectionParametersById"
REST_ROOTS = ("/cam/api/v1", "/cam/composer/api/v1", "/cam/tenant/api/v1")
TOKEN_PATH = "/idprovider/v1/auth/identitytoken"
TENANT_PATH = "/cam/tenant/api/v1/tenants/getTenantOnPrem"

REQUEST_IDS = uuid.uuid5(uuid.NAMESPACE_DNS, "sandbox.example")

OPERATIONS: Final = tuple(
    Route(path, endpoint, methods=[method], name=operation)
    for operation, method, path, endpoint in (
        (Operation.LIST, "GET", RECORDS_PATH, records.list_records),
        (Operation.LIST, "GET", f"{RECORDS_PATH}/", records.list_records),
        (Operation.CREATE, "POST", RECORDS_PATH, records.create_record),
        (Operation.CREATE, "POST", f"{RECORDS_PATH}/", records.create_record),
        (Operation.GET, "GET", f"{RECORDS_PATH}/{{id}}", records.get_record),
        (Operation.DELETE, "DELETE", f"{RECORDS_PATH}/{{id}}", records.delete_record),
        (Operation.MODIFY, "POST", MODIFY_PATH, records.modify_record),
        (Operation.TEST, "POST", f"{COMPOSER_PATH}/testEmail", mail_tests.test_unsaved),
        (Operation.TEST_SAVED, "POST", f"{COMPOSER_PATH}/testEmailById", mail_tests.test_saved),
        (Operation.TOKEN, "POST", TOKEN_PATH, identity.issue_token),
        (Operation.TENANT, "GET", TENANT_PATH, identity.get_tenant),
    )
)
"""What the real server serves; the names of the routes are operations."""

CONTROLS: Final = (
    Route("/sandbox/test-answers", controls.choose_test_answers, methods=["POST"]),
    Route("/sandbox/expire-tokens", controls.expire_tokens, methods=["POST"]),
    Route("/sandbox/requests", controls.show_requests, methods=["GET"]),
    Route("/sandbox/mailbox", controls.show_mailbox, methods=["GET"]),
)
"""The sandbox's own controls, documented in the package."""


def operation_of(scope: Scope) -> Operation:
    """The operation that a request's method and path stand for; `OTHER` for anything unknown."""
    for route in OPERATIONS:
        if route.matches(scope)[0] is Match.FULL:
            return Operation(route.name)
    return Operation.OTHER


def application(services: Services, middleware: Middleware | None = None) -> ASGIApp:
    """The application that serves these services, with a middleware around its routes."""
    routes: list[BaseRoute] = [*OPERATIONS, *CONTROLS]
    made = Starlette(
        routes=routes, exception_handlers={HTTPException: _unserved, LoopBackError: _refused}
    )
    # A redirect of `…/` would resend passwords; the real server has none.
    made.router.redirect_slashes = False
    made.state.services = services
    answering = Answering(made)
    return Gate(middleware(answering) if middleware else answering, services.requests)


class Gate(Struct, frozen=True):
    """Refuses requests that are not addressed to this machine, and records the others.

    A request is read whole before it goes on.
    """

    app: ASGIApp
    requests: list[RecordedRequest]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        refused = refused_origin(scope["headers"])
        if refused is not None:
            await error_response(not_for_this_machine(refused))(scope, receive, send)
            return
        body = await _body(receive)
        if body is None:
            return
        if not scope["path"].startswith(CONTROL_PREFIX):
            self.requests.append(_recorded(scope, body))
        if len(body) > BODY_LIMIT:
            await error_response(too_large())(scope, receive, send)
            return
        await self.app(scope, replay(body, receive), send)


class Answering(Struct, frozen=True):
    """Adds the headers of the real server's proxy and session store to each answer."""

    app: ASGIApp
    numbers: Iterator[int] = field(default_factory=itertools.count)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""

        async def send_with_headers(message: Message) -> None:
            """Send a part of the answer, with more headers in its first part."""
            if message["type"] == "http.response.start":
                # The id follows from the number of answers: the same steps show the same id.
                headers = server_headers(str(uuid.uuid5(REQUEST_IDS, str(next(self.numbers)))))
                message = {**message, "headers": [*message["headers"], *headers]}
            await send(message)

        await self.app(scope, receive, send_with_headers)


def server_headers(request_id: str) -> list[tuple[bytes, bytes]]:
    """The headers that the real server's proxy and session store add."""
    session = hashlib.sha256(request_id.encode()).hexdigest()
    headers = {
        "server": "nginx",
        "date": formatdate(usegmt=True),
        "x-request-id": request_id,
        "set-cookie": f"connect.sid=s%3A{session[:32]}.{session[32:]}; Path=/; HttpOnly",
    }
    return [(name.encode(), value.encode()) for name, value in headers.items()]


def replay(body: bytes, receive: Receive) -> Receive:
    """What yields a body that was read already, and then what the original yields."""
    unread: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive_again() -> Message:
        """The next message."""
        return unread.pop() if unread else await receive()

    return receive_again


async def _body(receive: Receive) -> bytes | None:
    """The request body, or None when the client left before its end.

    Of a body over the limit the rest is read and dropped, so that the client reads the answer.
    """
    body = bytearray()
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        if len(body) <= BODY_LIMIT:
            body += message.get("body", b"")
        more = message.get("more_body", False)
    return bytes(body)


def _recorded(scope: Scope, body: bytes) -> RecordedRequest:
    query = scope["query_string"].decode("latin-1")
    headers: list[tuple[bytes, bytes]] = scope["headers"]
    return RecordedRequest(
        method=scope["method"],
        path=scope["path"],
        target=_target(scope),
        query=dict(parse_qsl(query, keep_blank_values=True)),
        headers={name.decode("latin-1"): value.decode("latin-1") for name, value in headers},
        body=body,
        operation=operation_of(scope),
    )


def _target(scope: Scope) -> str:
    """The raw path, with the query as sent."""
    raw: bytes = scope["raw_path"]
    query: bytes = scope["query_string"]
    return (raw + b"?" + query if query else raw).decode("latin-1")


async def _refused(_: Request, error: Any) -> Response:
    """The answer to a `LoopBackError`."""
    return error_response(error)


async def _unserved(request: Request, _: Exception) -> Response:
    """A path or method that no route serves, answered without a token too, as LoopBack does.

    The path in the message is relative: to the model if that is known, else to the REST root.
    """
    target, path = _target(request.scope), request.url.path
    for model in (RECORDS_PATH, COMPOSER_PATH):
        if path == model or path.startswith(f"{model}/"):
            rest = target.removeprefix(model)
            rest = rest if rest.startswith("/") else f"/{rest}"
            return error_response(no_method_of_model(request.method, rest))
    root = next((root for root in REST_ROOTS if target.startswith(f"{root}/")), "")
    return error_response(no_method(request.method, target.removeprefix(root)))
