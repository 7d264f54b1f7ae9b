"""The one owner of HTTP: sends a request, once, and gives back a whole answer or an error in words.

No redirect is followed, no cookie kept, no proxy taken from the environment and no compressed body
read: each of these sends a secret, or an unbounded number of bytes, where nobody looked.
"""

from __future__ import annotations

import asyncio
import ssl
from codecs import BOM_UTF8
from collections.abc import Callable, Mapping
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Final, Protocol, TypeAlias

import httpx
from msgspec import Struct
from msgspec.structs import replace

import smtp_tui
from smtp_tui.api.activity import Activity, Exchange
from smtp_tui.api.clock import Clock
from smtp_tui.api.confirmation import CHANGES, Confirmations, new_name, record_path
from smtp_tui.api.decode import Undecodable, decode_record, other_encoding, sentence
from smtp_tui.api.errors import (
    AccessRefused,
    ApiError,
    BadAnswer,
    CertificateRefused,
    HostUnreachable,
    NoAnswer,
    NotSent,
    Operation,
    Place,
    ServerFault,
    TokenNeeded,
    TokenRefused,
)
from smtp_tui.api.failures import (
    MEANT_FOR_TLS,
    Received,
    cleaned,
    may_come_from_tls,
    no_connection_in_time,
    raise_for_status,
    raise_if_unreadable,
    raise_in_words,
)
from smtp_tui.api.models import Record
from smtp_tui.api.pages import cut
from smtp_tui.api.reach import speaks_tls
from smtp_tui.api.redaction import redacted
from smtp_tui.api.requests import Request
from smtp_tui.api.secret import SecretStr, is_token
from smtp_tui.api.target import Access, Origin, Target, Trust
from smtp_tui.api.transport import SENDING, SHAKING_HANDS, Transport
from smtp_tui.api.trust import CaFileUnusable, ssl_context
from smtp_tui.api.writes import Answer, Judge, Write, WriteLog, Writes, done, new_write_id

USER_AGENT: Final = f"smtp-tui/{smtp_tui.__version__}"
_RETRIED_STATUSES: Final = frozenset({502, 503, 504})


Answers: TypeAlias = Callable[[Received], bool]
"""Whether an answer with any status is what was asked for, whatever its status says."""


def no_other(_: Received) -> bool:
    """Take no answer but those with a good status."""
    return False


class TokenHolder(Protocol):
    """Whoever keeps the token of a profile."""

    def token(self) -> SecretStr | None:
        """The token to send now, or None where one has to be asked for."""

    @property
    def origin(self) -> str:
        """Where the token came from, to complete "The token …", without anything of it."""


class Limits(Struct, frozen=True):
    """How long and how much. Seconds, and bytes of a body; ``total`` bounds a whole request."""

    connect: float = 10.0
    read: float = 60.0
    total: float = 120.0
    body: int = 64 * 1024 * 1024
    longest_retry_after: float = 10.0
    retry_pause: float = 0.5


LIMITS: Final = Limits()


class Client:
    """Sends requests of one profile; closed when the profile is left.

    What writes goes through ``writes``: it is journalled, and finished although nobody may await it
    any more, because a write cancelled half-way may have been done.
    """

    def __init__(
        self,
        target: Target,
        tokens: TokenHolder,
        activity: Activity,
        clock: Clock,
        journal: WriteLog,
        limits: Limits = LIMITS,
    ) -> None:
        self.target = target
        self._tokens = tokens
        self._activity = activity
        self._clock = clock
        self._limits = limits
        self._contexts: dict[str, ssl.SSLContext] = {}
        self._clients: dict[str, httpx.AsyncClient] = {}
        self._closed = False
        self._confirmations = Confirmations(target.name)
        self.writes = Writes(journal, activity.writes)

    def confirm(self, request: Request, name: str) -> None:
        """A person typed the record's name for this request, as a protected profile asks."""
        self._confirmations.add(request, name)

    async def _judge(self, request: Request, place: Place) -> None:
        """Refuse a write that the profile does not allow. Raises ``AccessRefused``.

        In a protected profile the record is read, to compare its name with the typed one.
        """
        if self.target.access is Access.READ_ONLY:
            raise AccessRefused(place, f"The profile {self.target.name} is read-only")
        if self.target.access is not Access.PROTECTED or request.operation not in CHANGES:
            return
        typed = self._confirmations.take(request, place)
        name = new_name(request)
        if name is None:
            query = (
                ("tenantId", self.target.scope.tenant),
                ("ace_orgGuid", self.target.scope.team),
            )
            read = Request(Operation.GET, "GET", record_path(request), query)
            answer = await self.send(read)
            try:
                name = decode_record(answer.body).name
            except Undecodable as error:
                raise BadAnswer(self._place(read), sentence(error)) from None
        self._confirmations.compare(typed, name, place)

    async def send(
        self,
        request: Request,
        *,
        answers: Answers = no_other,
        record: Record | None = None,
        judge: Judge = done,
    ) -> Answer:
        """Send one request; a read is repeated once after a connection that was never made or a
        502, 503 or 504. Raises an :class:`~smtp_tui.api.errors.ApiError` for everything else than
        a whole answer with a 2xx status, or another that ``answers`` holds for.

        Of a write the journal is told what ``record`` was before it, and what ``judge`` makes of
        the answer."""
        place = self._place(request)
        try:
            self._check_open(place)
            if not request.operation.writes:
                return await self._read(request, place, answers)
            await self._judge(request, place)
            self._check_open(place)
            write = Write(
                new_write_id(),
                self.target,
                request.without_secrets(),
                record,
                self._clock.monotonic(),
            )
            return await self.writes.run(
                write, place, lambda: self._exchange(request, place, answers), judge
            )
        except ApiError as error:
            raise error.alone() from None

    def _check_open(self, place: Place) -> None:
        """Asked again after each wait: meanwhile the profile may have been left."""
        if self._closed:
            raise NotSent(place, "The profile was left before this was sent")

    async def _read(self, request: Request, place: Place, answers: Answers) -> Answer:
        try:
            return await self._exchange(request, place, answers)
        except (HostUnreachable, ServerFault) as error:
            fault = isinstance(error, ServerFault) and error.status not in _RETRIED_STATUSES
            late = isinstance(error, HostUnreachable) and error.timed_out
            if fault or late or request.method != "GET":
                raise
            await asyncio.sleep(self._pause(error))
            self._check_open(place)
            return await self._exchange(request, place, answers)

    def _pause(self, error: ApiError) -> float:
        """Seconds before a read is repeated; a longer wait than the limit is not waited for."""
        asked = error.retry_after if isinstance(error, ServerFault) else None
        if asked is None:
            return self._limits.retry_pause
        if asked > self._limits.longest_retry_after:
            raise error
        return asked

    async def trust(self, trust: Trust) -> None:
        """Believe this from now on; connections that were judged otherwise are not used again."""
        self.target = replace(self.target, trust=trust)
        judged, self._clients = self._clients, {}
        self._contexts.clear()
        await self.writes.finish()
        for client in judged.values():
            await client.aclose()

    async def aclose(self, seconds: float | None = None) -> tuple[Write, ...]:
        """Finish the writes under way, then close the connections; nothing is sent any more.

        ``seconds`` and the answer are those of :meth:`Writes.finish`.
        """
        self._closed = True
        given_up = await self.writes.finish(seconds)
        for client in self._clients.values():
            await client.aclose()
        self._clients.clear()
        return given_up

    def _place(self, request: Request) -> Place:
        return Place(request.operation, self._origin(request).text)

    def _origin(self, request: Request) -> Origin:
        is_login = request.operation is Operation.TOKEN
        return self.target.identity_origin if is_login else self.target.origin

    async def _exchange(self, request: Request, place: Place, answers: Answers) -> Answer:
        headers, token = self._headers(request, place)
        started, at = self._clock.monotonic(), self._clock.now()
        received: Received | None = None
        failure = ""
        secrets = (*request.secrets(), *token)
        try:
            received = await self._receive(request, place, headers)
            received = cleaned(received, request.operation, secrets)
            if answers(received):
                raise_if_unreadable(received, place)
            else:
                raise_for_status(received, place)
            return Answer(received.status, received.body, received.request_id, received.unreadable)
        except ApiError as error:
            told = await self._rather(error, self._origin(request))
            if token and isinstance(told, TokenRefused):
                told.tell_origin(self._tokens.origin)
            failure = told.why
            raise told from None
        except asyncio.CancelledError:
            failure = "Given up before the answer came"
            raise
        finally:
            self._activity.record(
                Exchange(
                    at=at,
                    profile=self.target.name,
                    origin=self._origin(request).url,
                    request=request.without_secrets(),
                    status=received.status if received else None,
                    milliseconds=round((self._clock.monotonic() - started) * 1000),
                    answer=_kept(received, secrets) if received else "",
                    failure=failure,
                    request_id=received.request_id if received else None,
                )
            )

    async def _rather(self, error: ApiError, origin: Origin) -> ApiError:
        """The error, or in its place that plain http was spoken to a port of TLS."""
        if origin.scheme == "https" or not may_come_from_tls(error):
            return error
        tls = await speaks_tls(origin, self._limits.connect)
        return HostUnreachable(error.place, MEANT_FOR_TLS) if tls else error

    def _headers(self, request: Request, place: Place) -> tuple[dict[str, str], tuple[str, ...]]:
        """The headers, and the token among them as a secret to look for in the answer."""
        headers = {
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "User-Agent": USER_AGENT,
        }
        if request.body is not None:
            headers["Content-Type"] = request.content_type
        if request.operation is Operation.TOKEN:
            return headers, ()
        held = self._tokens.token()
        if held is None:
            raise TokenNeeded(place, "This profile has no token yet")
        token = held.get_secret_value()
        if not is_token(token):
            raise TokenNeeded(place, "The token has characters that no bearer token has")
        headers["Authorization"] = f"Bearer {token}"
        return headers, (token,)

    async def _receive(self, request: Request, place: Place, headers: dict[str, str]) -> Received:
        origin = self._origin(request)
        context = await self._context(origin, place)
        try:
            if not request.operation.writes:
                return await self._answer(self._client(origin, context), request, place, headers)
            # On a connection that was used before, a late answer would be taken for this one's.
            async with self._new_client(origin, context) as own:
                return await self._answer(own, request, place, headers)
        except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL, OSError) as error:
            raise_in_words(error, place, self._limits.read)

    async def _answer(
        self, client: httpx.AsyncClient, request: Request, place: Place, headers: dict[str, str]
    ) -> Received:
        """Send and read. All addresses of the host and TLS share the time for a connection."""
        shaking_hands = False

        async def trace(step: str, _: Mapping[str, object]) -> None:
            """Note that TLS has begun; the time for a connection ends when sending begins."""
            nonlocal shaking_hands
            shaking_hands = shaking_hands or step == SHAKING_HANDS
            if step == SENDING:
                connecting.reschedule(None)

        url = self._origin(request).url + request.address
        try:
            async with (
                asyncio.timeout(self._limits.total),
                asyncio.timeout(self._limits.connect) as connecting,
                client.stream(
                    request.method,
                    url,
                    headers=headers,
                    content=request.content(),
                    extensions={"trace": trace},
                ) as response,
            ):
                return await self._whole(response)
        except TimeoutError:
            if connecting.expired():
                raise no_connection_in_time(place, self._limits.connect, shaking_hands) from None
            raise NoAnswer(
                place, f"No whole answer within {self._limits.total:g} seconds"
            ) from None

    async def _context(self, origin: Origin, place: Place) -> ssl.SSLContext:
        """What judges an origin's certificate, made at the first request to it.

        Certificates are read in a thread: a CA file may lie on a disk that does not answer.
        """
        trust = self.target.trust_for(origin)
        if origin.url not in self._contexts:
            try:
                async with asyncio.timeout(self._limits.connect):
                    context = await asyncio.to_thread(ssl_context, origin, trust)
            except CaFileUnusable as error:
                raise CertificateRefused(place, str(error)) from None
            except TimeoutError:
                seconds = f"{self._limits.connect:g} seconds"
                why = f"The certificates to verify with could not be read within {seconds}"
                raise HostUnreachable(place, why) from None
            if trust != self.target.trust_for(origin):  # another one was confirmed meanwhile
                return await self._context(origin, place)
            if not place.operation.writes:  # writes under way are finished
                self._check_open(place)
            self._contexts[origin.url] = context
        return self._contexts[origin.url]

    def _client(self, origin: Origin, context: ssl.SSLContext) -> httpx.AsyncClient:
        """The connections to one origin that reads share."""
        client = self._clients.get(origin.url)
        if client is None:
            client = self._clients[origin.url] = self._new_client(origin, context)
        return client

    def _new_client(self, origin: Origin, context: ssl.SSLContext) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            transport=Transport(origin, context),
            trust_env=False,
            follow_redirects=False,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            timeout=httpx.Timeout(self._limits.read, connect=None),
        )

    async def _whole(self, response: httpx.Response) -> Received:
        """The whole answer, or why its body is not read."""
        received = Received(
            response.status_code,
            b"",
            cut(response.headers.get("X-Request-Id", ""), 128) or None,
            response.headers.get("Retry-After"),
            response.headers.get("Location"),
        )
        encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
        if encoding not in ("", "identity"):
            words = f"the answer is compressed ({cut(encoding, 40)}), unasked"
            return replace(received, unreadable=words)
        body = bytearray()
        async for chunk in response.aiter_raw():
            body += chunk
            if len(body) > self._limits.body:
                size = f"{self._limits.body / (1024 * 1024):.3g} MiB"
                words = f"the answer is larger than {size} and was not read on"
                return replace(received, unreadable=words)
        if body.startswith(BOM_UTF8):
            del body[: len(BOM_UTF8)]
        whole = bytes(body)
        unreadable = other_encoding(whole)
        return replace(received, body=b"" if unreadable else whole, unreadable=unreadable)


def _kept(received: Received, secrets: tuple[str, ...]) -> str:
    """The answer as Activity keeps it."""
    if received.unreadable:
        return f"({received.unreadable})"
    return redacted(received.body, secrets)
