"""The sandbox as one object for tests."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias, TypeVar

from smtp_tui import sandbox
from smtp_tui.sandbox import SandboxOptions
from smtp_tui.sandbox.accounts import (
    ADMINISTRATOR,
    DEFAULT_NAMESPACE,
    TENANT_ID,
    USER,
    Account,
    namespace_of,
)
from smtp_tui.sandbox.certificate import Certificate, make_certificate
from smtp_tui.sandbox.parameters import Parameter
from smtp_tui.sandbox.recording import ReceivedMail, RecordedRequest
from smtp_tui.sandbox.store import StoredRecord
from tests.failing_sandbox.faults import BackEnd, FaultPlan
from tests.failing_sandbox.mail import PlayingMailServer
from tests.failing_sandbox.middleware import FaultMiddleware

Item = TypeVar("Item")
Given: TypeAlias = Mapping[str, object] | Sequence[Mapping[str, object]]
"""Parameters as tests give them: `{"port": 25}`, or the API's list."""

LOOK_SECONDS = 0.002


class Sandbox(sandbox.Sandbox):
    """The program's sandbox, with a plan of faults and a mail server that plays scenarios.

    `faults` and `mail` may be changed at any time.
    """

    def __init__(self, options: SandboxOptions = SandboxOptions()) -> None:  # noqa: B008 - frozen
        """Nothing is opened before `start`."""
        self.faults = FaultPlan()
        self.mail = PlayingMailServer()
        self.certificate_path: Path | None = None
        self._directory = ExitStack()
        super().__init__(
            options, middleware=lambda app: FaultMiddleware(app, self.faults), mail=self.mail
        )

    def show(self, certificate: Certificate) -> None:
        """Show this certificate from the next connection on; over TLS, keep it as a file too."""
        super().show(certificate)
        if not self.options.tls:
            return
        if self.certificate_path is None:
            directory = self._directory.enter_context(TemporaryDirectory())
            self.certificate_path = Path(directory) / "certificate.pem"
        self.certificate_path.write_text(certificate.certificate, encoding="ascii")

    def stop(self) -> None:
        """Stop, and remove the file of the certificate."""
        super().stop()
        self._directory.close()
        self.certificate_path = None

    @property
    def user_token(self) -> str:
        """The user's first token."""
        return self.token(USER)

    def password(self, account: Account = ADMINISTRATOR) -> str:
        """The password of an account."""
        return self.tokens.passwords[account.name]

    def token(self, account: Account) -> str:
        """The token that an account has from the start."""
        return self.tokens.first[account.name]

    def issue_token(self, account: Account = ADMINISTRATOR, lifetime: float | None = None) -> str:
        """A new token for an account, valid for `lifetime` seconds (None: as the options say)."""
        return self.tokens.issue(account, lifetime)

    def expire_tokens(self) -> None:
        """Make every token expire, the first ones included."""
        self.tokens.expire_all()

    def wait_for_requests(self, count: int, timeout: float = 10.0) -> tuple[RecordedRequest, ...]:
        """The requests once there are `count`; raises `TimeoutError` after `timeout` seconds."""
        return _wait(lambda: self.requests, count, timeout)

    def wait_for_mail(self, count: int, timeout: float = 10.0) -> tuple[ReceivedMail, ...]:
        """The mail once there are `count`; raises `TimeoutError` after `timeout` seconds."""
        return _wait(lambda: self.mailbox, count, timeout)

    def forget_requests(self) -> None:
        """Empty `requests`, so that a test can count from here."""
        self._requests.clear()

    def add_record(
        self, name: str, parameters: Given, *, tenant: str | None = None, team: str | None = None
    ) -> str:
        """Store a record as another client would, unchecked; returns its id.

        `parameters` is `{"port": 25}` or the API's list; `team` None is the administrator's.
        """
        wanted = team or DEFAULT_NAMESPACE.team
        record = StoredRecord(
            id="",
            name=name,
            connection_parameters=tuple(as_parameters(parameters)),
            created_at="",
            tenant=tenant or TENANT_ID,
            team=wanted,
            namespace=namespace_of(wanted).uid,
        )
        return self.store.add(record).id

    def change_record(self, record_id: str, parameters: Given) -> None:
        """Merge parameters into a record as another client would; raises `KeyError`."""
        if self.store.change(record_id, as_parameters(parameters)) is None:
            raise KeyError(record_id)

    def delete_record(self, record_id: str) -> None:
        """Delete a record as another client would; raises `KeyError`."""
        if not self.store.delete(record_id):
            raise KeyError(record_id)

    def records(self, tenant: str | None = None) -> tuple[StoredRecord, ...]:
        """The records of a tenant, or of all, as stored: real passwords included."""
        return self.store.all(tenant)

    def record(self, record_id: str) -> StoredRecord:
        """One record as stored; raises `KeyError`."""
        found = self.store.get(record_id)
        if found is None:
            raise KeyError(record_id)
        return found

    def change_certificate(self) -> None:
        """Show a new self-signed certificate from the next connection on."""
        self.show(make_certificate())

    def take_down(self, back_end: BackEnd) -> None:
        """Have the proxy answer 502 for one of the back ends, while the others work."""
        self.faults.add(back_end.fault)

    def bring_up(self, back_end: BackEnd) -> None:
        """Have a back end work again; other faults of the plan stay."""
        self.faults.drop(back_end.fault)


def as_parameters(given: Given) -> list[Parameter]:
    """The API's list for parameters given in either form."""
    if isinstance(given, Mapping):
        return [{"name": name, "value": value} for name, value in given.items()]
    return [dict(parameter) for parameter in given]


def _wait(items: Callable[[], tuple[Item, ...]], count: int, timeout: float) -> tuple[Item, ...]:
    ends = time.monotonic() + timeout
    while len(found := items()) < count:
        if time.monotonic() > ends:
            raise TimeoutError(f"{len(found)} of {count} came within {timeout} s")
        time.sleep(LOOK_SECONDS)
    return found
