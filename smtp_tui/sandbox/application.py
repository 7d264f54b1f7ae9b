"""The sandbox over HTTP, as an ASGI application: who may ask, and which endpoint answers.

A web page can make a browser of this machine send requests to any address, and the page's own name
can resolve to loopback. Both show in the `Host` and `Origin` headers, so only names of loopback are
served.
"""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import re
import uuid
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from email.utils import formatdate
from typing import Any, Final, TypeAlias
from urllib.parse import parse_qsl, urlsplit

from msgspec import Struct, field

from smtp_tui.sandbox import controls, identity, mail_tests, records
from smtp_tui.sandbox.call import Call, RecordedRequest, Services
from smtp_tui.sandbox.loopback import MODEL, ErrorAnswer, LoopBackError, forbidden
from smtp_tui.sandbox.sending import is_loopback_name

Receive: TypeAlias = Callable[[], Awaitable[dict[str, Any]]]
Send: TypeAlias = Callable[[dict[str, Any]], Awaitable[None]]
Endpoint: TypeAlias = Callable[..., Awaitable[object]]

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

ROUTES: Final[tuple[tuple[str, str, str, Endpoint], ...]] = (
    ("list", "GET", f"{RECORDS_PATH}/?", records.list_records),
    ("create", "POST", f"{RECORDS_PATH}/?", records.create_record),
    ("get", "GET", f"{RECORDS_PATH}/([^/]+)", records.get_record),
    ("delete", "DELETE", f"{RECORDS_PATH}/([^/]+)", records.delete_record),
    ("modify", "POST", MODIFY_PATH, records.modify_record),
    ("test", "POST", f"{COMPOSER_PATH}/testEmail", mail_tests.test_unsaved),
    ("test_saved", "POST", f"{COMPOSER_PATH}/testEmailById", mail_tests.test_saved),
    ("token", "POST", TOKEN_PATH, identity.issue_token),
    ("tenant", "GET", TENANT_PATH, identity.get_tenant),
    ("other", "POST", "/sandbox/test-answers", controls.choose_test_answers),
    ("other", "POST", "/sandbox/expire-tokens", controls.expire_tokens),
    ("other", "GET", "/sandbox/requests", controls.show_requests),
    ("other", "GET", "/sandbox/mailbox", controls.show_mailbox),
)
"""Operation, method, pattern of the path, and the endpoint, which takes the groups of the pattern.

An endpoint returns the content of a 200, or raises an `ErrorAnswer`. The controls, which the
package documents, are the sandbox's own; the rest is what the real server serves.
"""


class Answer(Struct, frozen=True):
    """Status, headers in order, and body."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


class Application(Struct):
    """The ASGI application. Tests extend `respond`."""

    services: Services
    numbers: Iterator[int] = field(default_factory=itertools.count)

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        """Serve one request, which is read whole first."""
        body = await _body(receive)
        if body is None:
            return
        request = _recorded(scope, body)
        if _foreign_header(request) or request.path.startswith(CONTROL_PREFIX):
            await send_answer(send, await self.answer(request))
        else:
            self.services.requests.append(request)
            await self.respond(request, receive, send)

    async def respond(self, request: RecordedRequest, receive: Receive, send: Send) -> None:
        """Answer a request that was recorded."""
        await send_answer(send, await self.answer(request))

    async def answer(self, request: RecordedRequest) -> Answer:
        """The answer, with headers of Express and of the real server's proxy and session store."""
        try:
            status, content = 200, await self._content(request)
        except ErrorAnswer as error:
            status, content = error.status, error.content
        # As Express writes JSON: compact, with a weak Etag of length and SHA-1.
        body = json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode()
        digest = base64.b64encode(hashlib.sha1(body, usedforsecurity=False).digest()).decode()
        # The id follows from the number of answers: the same steps show the same id.
        request_id = str(uuid.uuid5(REQUEST_IDS, str(next(self.numbers))))
        headers = {
            "content-type": "application/json; charset=utf-8",
            "etag": f'W/"{len(body):x}-{digest[:27]}"',
            "content-length": str(len(body)),
            **server_headers(request_id),
        }
        return Answer(status, tuple(headers.items()), body)

    async def _content(self, request: RecordedRequest) -> object:
        foreign = _foreign_header(request)
        if foreign:
            words = f"The sandbox answers only to names of this machine, not to {foreign}"
            raise LoopBackError(403, words)
        if len(request.body) > BODY_LIMIT:
            raise LoopBackError(413, "request entity too large", name="PayloadTooLargeError")
        _, endpoint, arguments = _route(request.method, request.path)
        if endpoint is None:
            raise _unserved(request)
        call = Call(request, self.services)
        if request.path.startswith(CONTROL_PREFIX) and not call.account().administrator:
            raise forbidden()
        return await endpoint(call, *arguments)


def server_headers(request_id: str) -> dict[str, str]:
    """The headers that the real server's proxy and session store add."""
    session = hashlib.sha256(request_id.encode()).hexdigest()
    return {
        "server": "nginx",
        "date": formatdate(usegmt=True),
        "x-request-id": request_id,
        "set-cookie": f"connect.sid=s%3A{session[:32]}.{session[32:]}; Path=/; HttpOnly",
    }


async def send_answer(send: Send, answer: Answer) -> None:
    """Send an answer over HTTP."""
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})


async def _body(receive: Receive) -> bytes | None:
    """The request body, or None when the client left before its end.

    Of a body over the limit the rest is read and dropped, so that the client reads the answer.
    """
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        if len(body) <= BODY_LIMIT:
            body += message["body"]
        if not message["more_body"]:
            return bytes(body)


def _recorded(scope: Mapping[str, Any], body: bytes) -> RecordedRequest:
    method, path, query = scope["method"], scope["path"], scope["query_string"].decode("latin-1")
    return RecordedRequest(
        method=method,
        path=path,
        target=scope["raw_path"].decode("latin-1") + (f"?{query}" if query else ""),
        query=dict(parse_qsl(query, keep_blank_values=True)),
        headers=_joined(scope["headers"]),
        body=body,
        operation=_route(method, path)[0],
    )


def _joined(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """The headers by name; the values of one that came more than once are joined by commas."""
    found: dict[str, str] = {}
    for raw, value in headers:
        name, text = raw.decode(), value.decode("latin-1")
        found[name] = f"{found[name]}, {text}" if name in found else text
    return found


def _route(method: str, path: str) -> tuple[str, Endpoint | None, Sequence[str]]:
    """The operation that is asked for, the endpoint if there is one, and its arguments."""
    for operation, served, pattern, endpoint in ROUTES:
        found = re.fullmatch(pattern, path)
        if found and served == ("GET" if method == "HEAD" else method):
            return operation, endpoint, found.groups()
    return "other", None, ()


def _foreign_header(request: RecordedRequest) -> str:
    """The header that is not for this machine, as `Name: value`; empty if there is none."""
    host, origin = request.headers.get("host", ""), request.headers.get("origin")
    if not _is_loopback_url(f"//{host}"):
        return f"Host: {host or '(none)'}"
    return f"Origin: {origin}" if origin is not None and not _is_loopback_url(origin) else ""


def _is_loopback_url(url: str) -> bool:
    """Whether it is one URL of this machine, and not two that were joined by a comma."""
    try:
        parts = urlsplit(url)
        plain = "," not in url and parts.username is None
        return plain and is_loopback_name(parts.hostname or "")
    except ValueError:
        return False


def _unserved(request: RecordedRequest) -> LoopBackError:
    """A path or method that no route serves, answered without a token too, as LoopBack does.

    The path in the message is relative: to the model if that is known, else to the REST root.
    """
    for model in (RECORDS_PATH, COMPOSER_PATH):
        if request.path == model or request.path.startswith(f"{model}/"):
            rest = request.target.removeprefix(model)
            rest = rest if rest.startswith("/") else f"/{rest}"
            words = f'Shared class "{MODEL}" has no method handling {request.method} {rest}'
            return LoopBackError(404, words)
    root = next((root for root in REST_ROOTS if request.target.startswith(f"{root}/")), "")
    target = request.target.removeprefix(root)
    return LoopBackError(404, f"There is no method to handle {request.method} {target}")
