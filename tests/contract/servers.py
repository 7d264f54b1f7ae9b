"""The two servers that have to answer alike: the sandbox, and a real LoopBack 3 application.

The application is in `loopback/`. Install what it needs with
`npm ci --ignore-scripts --prefix tests/contract/loopback`.
"""

from __future__ import annotations

import http.client
import json
import os
import secrets
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlencode

from smtp_tui.sandbox.application import COMPOSER_PATH, RECORDS_PATH
from tests.failing_sandbox import TENANT_ID, USER, Sandbox, SandboxOptions

APPLICATION = Path(__file__).with_name("loopback")
SCOPE = {"tenantId": TENANT_ID, "ace_orgGuid": "all"}
START_SECONDS = 30.0


@dataclass(frozen=True)
class Reply:
    """What came back."""

    status: int
    text: str

    @property
    def content(self) -> Any:
        """The body parsed."""
        return json.loads(self.text)


class Server(Protocol):
    """A server of the contract."""

    port: int
    mail_port: int
    """Where a test mail is accepted."""
    admin_token: str
    user_token: str
    """A good token that may not list records."""

    def ended_token(self) -> str:
        """A token that is over, and was not used since."""

    def stored(self, record_id: str) -> dict[str, object]:
        """Parameter name to stored value."""

    def empty(self) -> None:
        """Delete all records."""


def ask(
    server: Server,
    method: str,
    path: str,
    body: object = None,
    *,
    token: str | None = None,
    scheme: str = "Bearer",
    query: dict[str, str] | None = None,
) -> Reply:
    """One request; `body` goes as JSON, bytes as they are; the query is the usual scope."""
    sent = {"Accept": "application/json", "Content-Type": "application/json"}
    token = server.admin_token if token is None else token
    sent |= {"Authorization": f"{scheme} {token}"} if token else {}
    payload = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    target = f"{path}?{urlencode(SCOPE if query is None else query)}"
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)) as connection:
        connection.request(method, target, payload, sent)
        answer = connection.getresponse()
        return Reply(answer.status, answer.read().decode())


class SandboxServer:
    """The sandbox."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.port = sandbox.port
        self.mail_port = sandbox.smtp_port
        self.admin_token = sandbox.admin_token
        self.user_token = sandbox.user_token

    def ended_token(self) -> str:
        """A token of the user that is over."""
        return self.sandbox.issue_token(USER, lifetime=0.0)

    def stored(self, record_id: str) -> dict[str, object]:
        """The values that the server holds, secrets included."""
        return self.sandbox.record(record_id).values

    def empty(self) -> None:
        """Delete every record."""
        for record in self.sandbox.records():
            self.sandbox.delete_record(record.id)


class LoopBackServer:
    """The LoopBack application in a process of its own."""

    def __init__(self, port: int, admin_token: str, user_token: str) -> None:
        self.port = port
        self.mail_port = 25  # it sends none
        self.admin_token = admin_token
        self.user_token = user_token

    def ended_token(self) -> str:
        """A token of the user that is over."""
        token = secrets.token_hex(20)
        assert ask(self, "POST", f"/test/expired-token/{token}").status == 200
        return token

    def stored(self, record_id: str) -> dict[str, object]:
        """The values that the server holds, secrets included."""
        record = ask(self, "GET", f"/test/records/{record_id}").content
        return {item["name"]: item["value"] for item in record["connection_parameters"]}

    def empty(self) -> None:
        """Delete every record."""
        assert ask(self, "DELETE", "/test/records").status == 200


def why_no_loopback() -> str:
    """Why the real application cannot run here; empty when it can."""
    if shutil.which("node") is None:
        return "node is not installed"
    if not (APPLICATION / "node_modules" / "loopback").is_dir():
        return "LoopBack is not installed: npm ci --ignore-scripts --prefix tests/contract/loopback"
    return ""


@contextmanager
def loopback_application() -> Iterator[LoopBackServer]:
    """Run the application; it ends with its standard input, so it outlives no test."""
    tokens = secrets.token_hex(32), secrets.token_hex(32)
    process = subprocess.Popen(
        ["node", "app.js", *tokens],
        cwd=APPLICATION,
        env={"PATH": os.environ["PATH"], "NODE_ENV": "production"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    limit = threading.Timer(START_SECONDS, process.kill)
    limit.start()
    try:
        assert process.stdout is not None
        port = process.stdout.readline()
        limit.cancel()
        assert port, "the LoopBack application did not start"
        yield LoopBackServer(int(port), *tokens)
    finally:
        limit.cancel()
        process.kill()
        process.communicate()


@contextmanager
def sandbox_server() -> Iterator[SandboxServer]:
    """Run the sandbox."""
    with Sandbox(SandboxOptions(mail_timeout=1.0)) as sandbox:
        yield SandboxServer(sandbox)


__all__ = ["COMPOSER_PATH", "RECORDS_PATH", "SCOPE", "Reply", "Server", "ask"]
