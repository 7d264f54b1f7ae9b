"""A client at work on one sandbox, as a profile would set it up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from msgspec.structs import replace

from smtp_tui.api.activity import Activity
from smtp_tui.api.answers import IssuedToken, Tenant
from smtp_tui.api.client import Client
from smtp_tui.api.clock import Clock
from smtp_tui.api.errors import ApiError, Call, StatusError, raise_for_status
from smtp_tui.api.identity import find_tenant, log_in
from smtp_tui.api.models import Assignment, Record, RecordList, TestAnswer
from smtp_tui.api.requests import (
    Answer,
    Request,
    Write,
    create_request,
    delete_request,
    get_request,
    list_request,
    patch_request,
    tenant_request,
    test_saved_request,
    test_values_request,
)
from smtp_tui.api.secret import SecretStr
from smtp_tui.api.smtp_connections import SmtpConnections
from smtp_tui.api.target import Access, Scope, Target, Trust, Unverified, parse_origin
from smtp_tui.api.transport import Limits
from smtp_tui.api.writes import Ended, WriteLog, WriteOutcome, done
from tests.failing_sandbox import RecordedRequest, Sandbox

QUICK = Limits(connect=2.0, read=5.0, total=10.0, longest_retry_after=2.0, retry_pause=0.01)
"""Time-outs for tests in which none is meant to run out."""

IMPATIENT = Limits(connect=2.0, read=0.3, total=0.6, retry_pause=0.01)
"""Time-outs that run out at once where a server is silent."""

BODY_PASSWORD = "Hunter-Sentinel-2"
"""A password that must be found in no place but the request itself."""

UNVERIFIED = Unverified()
OWN_TOKEN = "the token of the sandbox's administrator"
ADMINISTRATORS = Scope(Sandbox.tenant_id, "all", "default")

WRITES = ("create", "patch", "delete", "test_values", "test_saved")
READS = ("list", "get")


def as_it_came(answer: TestAnswer) -> tuple[TestAnswer, Ended] | None:
    """Judge a test email by its status alone, for tests that are not about verdicts."""
    if answer.status not in (200, 400, 422, 500):
        return None
    return answer, Ended(WriteOutcome.MAIL_ACCEPTED, answer.status, answer.request_id)


async def send(client: Client, request: Request, *accepted: int) -> bytes:
    """Send any request; the body of its answer, blank for an error with an accepted status."""

    def judge(answer: Answer, call: Call) -> tuple[bytes, Ended]:
        return raise_for_status(answer, call).body, done(answer)

    try:
        if request.operation.writes:
            return (await client.write(request, judge))[1]
        return await client.read(request, bytes)
    except StatusError as error:
        if error.status in accepted:
            return b""
        raise


@dataclass
class HeldToken:
    """Keeps one token, or none."""

    value: str | None

    def token(self) -> SecretStr | None:
        """The token, wrapped."""
        return None if self.value is None else SecretStr(self.value)

    @property
    def origin(self) -> str:
        """Where it came from."""
        return "was held by a test"


@dataclass
class Pad:
    """A journal on a pad of paper: what was to be kept, in order, or why it cannot be."""

    lines: list[tuple[Write, Ended | None]] = field(default_factory=list)
    problem: str = ""
    warnings: list[str] = field(default_factory=list)

    async def keep(self, write: Write, ended: Ended | None) -> str:
        if not self.problem:
            self.lines.append((write, ended))
        return self.problem

    def warn(self, problem: str) -> None:
        self.warnings.append(problem)


@dataclass(frozen=True)
class Desk:
    """What a test holds in its hands."""

    sandbox: Sandbox
    client: Client
    connections: SmtpConnections
    activity: Activity
    record_id: str
    pad: Pad

    @property
    def scope(self) -> Scope:
        """Tenant, team and namespace."""
        return self.client.target.scope

    def request(self, name: str) -> Request:
        """One of the requests on records, with a password in those that can carry one."""
        values = (
            Assignment("hostname", "127.0.0.1"),
            Assignment("port", self.sandbox.smtp_port),
            Assignment("password", SecretStr(BODY_PASSWORD)),
        )
        to = "ops@example.com"
        requests = {
            "list": list_request(self.scope),
            "get": get_request(self.scope, self.record_id),
            "create": create_request(self.scope, "NEW", values),
            "patch": patch_request(self.scope, self.record_id, values[2:]),
            "delete": delete_request(self.scope, self.record_id),
            "test_values": test_values_request(self.scope, to, values),
            "test_saved": test_saved_request(self.scope, self.record_id, to, values[2:]),
        }
        return requests[name]

    async def do(self, name: str) -> object:
        """Carry one of the requests out as the screens do."""
        request = self.request(name) if name not in ("tenant", "token") else tenant_request()
        match name:
            case "list":
                return await self.connections.list()
            case "get":
                return await self.connections.get(self.record_id)
            case "create" | "patch" | "delete":
                return (await self.connections.write(request))[1]
            case "tenant":
                return await self.tenant()
            case "token":
                return await self.log_in()
        return await self.connections.test(request, as_it_came)

    async def log_in(self) -> IssuedToken:
        """Log in with the administrator's password."""
        return await log_in(self.client, "admin", SecretStr(self.sandbox.password()))

    async def tenant(self) -> Tenant:
        """The tenant of the token."""
        return await find_tenant(self.client)

    async def refused(self, name: str) -> ApiError:
        """The error that a request ends in."""
        with pytest.raises(ApiError) as caught:
            await self.do(name)
        return caught.value

    async def error_of(self, name: str) -> ApiError | None:
        """The error that a request ends in, if it does."""
        try:
            await self.do(name)
        except ApiError as error:
            return error
        return None

    async def listed(self) -> RecordList:
        """The list of records."""
        return await self.connections.list()

    async def record(self) -> Record:
        """The record that is there from the start."""
        return await self.connections.get(self.record_id)

    async def asked(self, count: int) -> tuple[RecordedRequest, ...]:
        """What the sandbox was asked, once that many requests came."""
        return await asyncio.to_thread(self.sandbox.wait_for_requests, count)


@asynccontextmanager
async def desk(
    sandbox: Sandbox,
    *,
    token: str | None = OWN_TOKEN,
    limits: Limits = QUICK,
    access: Access = Access.NORMAL,
    trust: Trust = UNVERIFIED,
    scope: Scope = ADMINISTRATORS,
    journal: WriteLog | None = None,
) -> AsyncIterator[Desk]:
    """A client for the sandbox, and one record in it; closed at the end."""
    token = sandbox.admin_token if token == OWN_TOKEN else token
    origin = parse_origin(sandbox.base_url)
    target = Target("work", origin, scope, access, trust, identity=origin)
    activity = Activity()
    pad = Pad()
    client = Client(target, HeldToken(token), activity, Clock(), journal or pad, limits)
    parameters = {"hostname": "mail.example.com", "port": 25, "password": "stored-Sentinel-1"}
    record_id = sandbox.add_record("OLD", parameters)
    try:
        yield Desk(sandbox, client, SmtpConnections(client), activity, record_id, pad)
    finally:
        await client.aclose()


def elsewhere(held: Desk, port: int, *, scheme: str = "http", limits: Limits = QUICK) -> Client:
    """A client like the one at the desk, for another port of loopback."""
    origin = parse_origin(f"{scheme}://127.0.0.1:{port}")
    target = replace(held.client.target, origin=origin, identity=origin)
    token = HeldToken(held.sandbox.admin_token)
    return Client(target, token, held.activity, Clock(), held.pad, limits)
