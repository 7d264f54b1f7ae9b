"""Sends the requests of one profile: who may, with which token, how often, and what is kept of it.

How a single request travels is told in :mod:`smtp_tui.api.transport`.
"""

from __future__ import annotations

import asyncio
import os
import ssl
from collections.abc import Callable
from typing import Final, Protocol, TypeAlias, TypeVar

from msgspec.structs import replace

import smtp_tui
from smtp_tui import log
from smtp_tui.api import errors
from smtp_tui.api.activity import Activity, Exchange
from smtp_tui.api.clock import Clock
from smtp_tui.api.decode import Undecodable, decode_record, sentence
from smtp_tui.api.errors import ApiError, Call, raise_for_status
from smtp_tui.api.models import Record
from smtp_tui.api.redaction import redacted, text_without_echo, without_echo
from smtp_tui.api.requests import CHANGES, TESTS, Answer, Operation, Request, Write, get_request
from smtp_tui.api.secret import SecretStr, is_token
from smtp_tui.api.target import Access, Origin, Target, Trust
from smtp_tui.api.tls import CaFileUnusable, ssl_context
from smtp_tui.api.transport import LIMITS, Limits, Transport
from smtp_tui.api.writes import Ended, GivenUp, WriteLog, Writes, nothing_sent

USER_AGENT: Final = f"smtp-tui/{smtp_tui.__version__}"
_SHORT: Final = 16 * 1024
"""Bytes of an answer that are decoded within a millisecond, which costs less than a thread."""
_RETRIED_STATUSES: Final = frozenset({502, 503, 504})

T = TypeVar("T")
Reader: TypeAlias = Callable[[Answer, Call], T]
"""What an answer with any status means. Raises ``ApiError``."""


class TokenHolder(Protocol):
    """Whoever keeps the token of a profile."""

    def token(self) -> SecretStr | None:
        """The token to send now, or None where one has to be asked for."""

    @property
    def origin(self) -> str:
        """Where the token came from, to complete "The token …"; it tells nothing of its text."""


class Client:
    """Sends requests of one profile; closed when the profile is left.

    Writes go through ``writes``: they are journalled, and finished even if nobody awaits them any
    more, because a write that is cancelled may have been done.
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
        self.writes = Writes(journal, activity.writes)
        self._tokens = tokens
        self._activity = activity
        self._clock = clock
        self._limits = limits
        self._contexts: dict[tuple[Origin, Trust], ssl.SSLContext] = {}
        self._closed = False
        self._confirmed: list[tuple[Request, str]] = []

    def confirm(self, request: Request, name: str) -> None:
        """A person typed the record's name for this request, as a protected profile asks.

        It is good for one write of that very request, and replaces an earlier one for the record.
        """
        self._take_confirmed(request)
        self._confirmed.append((request, name))

    def _take_confirmed(self, request: Request) -> tuple[Request, str] | None:
        """What was confirmed for the record of a request; it is used up."""
        about = request.record_id, request.new_name
        for confirmed in self._confirmed:
            if (confirmed[0].record_id, confirmed[0].new_name) == about:
                self._confirmed.remove(confirmed)
                return confirmed
        return None

    async def _check_access(self, request: Request, call: Call) -> None:
        """Refuse a write that the profile does not allow. Raises ``AccessRefused``.

        In a protected profile the typed name is compared with the one that the server tells. A
        read-only profile allows a test email of a saved record: nothing is stored by it.
        """
        if request.operation in TESTS and not self.target.test_emails:
            raise errors.TestsForbidden(
                call, f"The profile {self.target.name} allows no test emails"
            )
        if self.target.access is Access.READ_ONLY and not request.tests_as_saved:
            raise errors.AccessRefused(call, f"The profile {self.target.name} is read-only")
        if self.target.access is not Access.PROTECTED or request.operation not in CHANGES:
            return
        protected = f"The profile {self.target.name} is protected"
        confirmed = self._take_confirmed(request)
        if confirmed is None or confirmed[0] != request:
            raise errors.AccessRefused(call, f"{protected}: type the record's name to confirm")
        name = request.new_name
        if name is None:
            read = get_request(self.target.scope, request.record_id or "")
            name = (await self.read(read, decode_record)).name
        if confirmed[1] != name:
            raise errors.AccessRefused(call, f"{protected}, and the record has another name")

    async def read(self, request: Request, decode: Callable[[bytes], T]) -> T:
        """Ask for something; ``decode`` may raise ``Undecodable``. A long answer is decoded in a
        thread.

        Asked once more after a connection that was never made and after a 502, 503 or 504. Raises
        an :class:`~smtp_tui.api.errors.ApiError` unless there is a whole answer with a 2xx status.
        """
        call = self.call(request)
        try:
            self._check_open(request, call)
            answer = await self._answer(request, call)
            if len(answer.body) <= _SHORT:
                return decode(answer.body)
            return await asyncio.to_thread(decode, answer.body)
        except Undecodable as error:
            raise errors.BadAnswer(
                replace(call, request_id=answer.request_id), sentence(error)
            ) from None
        except ApiError as error:
            raise error.alone() from None

    async def write(
        self,
        request: Request,
        judge: Reader[tuple[T, Ended]],
        record: Record | None = None,
        run: str = "",
    ) -> tuple[Write, T]:
        """Send a change or a test email, once. Gives what was journalled and what ``judge`` makes
        of the answer; the journal keeps the other half, what ``record`` was before, and the ``run``
        that it belongs to.

        Raises an :class:`~smtp_tui.api.errors.ApiError`.
        """
        call = self.call(request)
        try:
            self._check_open(request, call)
            with nothing_sent():
                await self._check_access(request, call)
            self._check_open(request, call)
            log.decision(f"{call.operation.value}: allowed, {_allowed(self.target)}")
            write = Write(
                os.urandom(8).hex(),
                self.target,
                request.without_secrets(),
                record,
                self._clock.monotonic(),
                run,
            )
            told = await self.writes.run(
                write, call, lambda begins: self._exchange(request, call, judge, begins, record)
            )
            return write, told
        except ApiError as error:
            log.decision(f"{call.operation.value}: {error.why}")
            raise error.alone() from None

    def _check_open(self, request: Request, call: Call) -> None:
        """Refuse what cannot be sent; asked again after each wait, for the profile may be left."""
        if self._closed:
            raise errors.NotSent(call, "The profile was closed before the request was sent")
        if request.lacks_tenant:
            raise errors.TenantNeeded(call, f"The profile {self.target.name} has no tenant")

    async def _answer(self, request: Request, call: Call) -> Answer:
        try:
            return await self._exchange(request, call, raise_for_status)
        except (errors.HostUnreachable, errors.ServerFault) as error:
            if isinstance(error, errors.HostUnreachable):
                asked, again = None, not error.timed_out
            else:
                asked, again = error.retry_after, error.status in _RETRIED_STATUSES
            pause = self._limits.retry_pause if asked is None else asked
            if not again or request.method != "GET" or pause > self._limits.longest_retry_after:
                raise
        log.decision(f"{request.operation.value} is asked again in {pause:g} s")
        await asyncio.sleep(pause)
        self._check_open(request, call)
        return await self._exchange(request, call, raise_for_status)

    async def trust(self, trust: Trust) -> None:
        """Trust this from now on. Reads that were to use the earlier trust are not sent."""
        self.target = replace(self.target, trust=trust)
        await self.writes.finish()

    async def aclose(self, seconds: float | None = None) -> tuple[GivenUp, ...]:
        """Finish the writes under way; nothing is sent any more.

        ``seconds`` and the answer are those of :meth:`Writes.finish`.
        """
        self._closed = True
        return await self.writes.finish(seconds)

    def call(self, request: Request) -> Call:
        """What names a request in an error."""
        return Call(request.operation, self._origin(request).text)

    def _origin(self, request: Request) -> Origin:
        is_login = request.operation is Operation.TOKEN
        return self.target.identity_origin if is_login else self.target.origin

    async def _exchange(
        self,
        request: Request,
        call: Call,
        read: Reader[T],
        begins: Callable[[], None] = lambda: None,
        record: Record | None = None,
    ) -> T:
        """Send once, and judge the answer about a record, if it is known; ``begins`` is called
        just before the first byte."""
        headers, token = self._headers(request, call)
        started, at = self._clock.monotonic(), self._clock.now()
        answer: Answer | None = None
        failure, status, received, keeps = "", None, 0, self._activity.keeps_answers
        secrets = (*request.secrets(), *token)
        try:
            whole = await self._sent(request, call, headers, begins)
            received = len(whole.body)
            answer = _cleaned(whole, request, secrets)
            status = answer.status
            return read(answer, replace(call, request_id=answer.request_id))
        except ApiError as error:
            if token and isinstance(error, errors.TokenRefused):
                error.why = f"{error.why.removesuffix('.')}. The token {self._tokens.origin}"
            failure = error.why
            if isinstance(error, errors.HostUnreachable):
                status = error.status
            raise
        except asyncio.CancelledError:
            failure = "Stopped before the answer arrived"
            raise
        finally:
            self._activity.record(
                Exchange(
                    at=at,
                    profile=self.target.name,
                    origin=self._origin(request).url,
                    request=request.without_secrets(),
                    status=status,
                    milliseconds=round((self._clock.monotonic() - started) * 1000),
                    answer=_kept(answer, secrets) if answer and keeps else "",
                    failure=failure,
                    request_id=answer.request_id if answer else None,
                    sent_bytes=len(request.content()),
                    received_bytes=received,
                    tls=answer.tls if answer else "",
                    record_name=record.name if record is not None else "",
                )
            )

    def _headers(self, request: Request, call: Call) -> tuple[dict[str, str], tuple[str, ...]]:
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
            raise errors.TokenNeeded(call, "This profile has no token yet")
        token = held.get_secret_value()
        if not is_token(token):
            raise errors.TokenNeeded(
                call, "The token contains characters that a bearer token cannot have"
            )
        headers["Authorization"] = f"Bearer {token}"
        return headers, (token,)

    async def _sent(
        self, request: Request, call: Call, headers: dict[str, str], begins: Callable[[], None]
    ) -> Answer:
        origin = self._origin(request)
        trust = self.target.trust_for(origin)

        def ready() -> None:
            """A read is not sent where its profile was left or another trust was confirmed."""
            given_up = self._closed or self.target.trust_for(origin) != trust
            if given_up and not call.operation.writes:
                raise errors.HostUnreachable(call, "Stopped before the request was sent")
            begins()

        context = await self._context(origin, trust, call)
        return await Transport(origin, context, self._limits).send(request, call, headers, ready)

    async def _context(self, origin: Origin, trust: Trust, call: Call) -> ssl.SSLContext:
        """What verifies an origin's certificate, made at the first request to it.

        Certificates are read in a thread: a CA file may lie on a disk that does not answer.
        """
        if (origin, trust) not in self._contexts:
            try:
                async with asyncio.timeout(self._limits.connect):
                    context = await asyncio.to_thread(ssl_context, origin, trust)
            except CaFileUnusable as error:
                raise errors.CertificateRefused(call, error) from None
            except TimeoutError:
                seconds = f"{self._limits.connect:g} s"
                why = f"The CA certificates could not be read within {seconds}"
                raise errors.HostUnreachable(call, why) from None
            self._contexts[origin, trust] = context
        return self._contexts[origin, trust]


def _allowed(target: Target) -> str:
    return f"the access of the profile {target.name} is {target.access.value}"


def _cleaned(answer: Answer, request: Request, secrets: tuple[str, ...]) -> Answer:
    """The answer without an echo of what was sent, wherever its words are shown to a person.

    The body of a success is left as it is: decoding it drops the secrets.
    """
    shown = not 200 <= answer.status < 300 or request.operation in TESTS
    return replace(
        answer,
        body=without_echo(answer.body, secrets) if shown else answer.body,
        request_id=answer.request_id and text_without_echo(answer.request_id, secrets),
        retry_after=answer.retry_after and text_without_echo(answer.retry_after, secrets),
        location=answer.location and text_without_echo(answer.location, secrets),
    )


def _kept(answer: Answer, secrets: tuple[str, ...]) -> str:
    """The answer as Activity keeps it."""
    if answer.unreadable:
        return f"({answer.unreadable})"
    return redacted(answer.body, secrets)
