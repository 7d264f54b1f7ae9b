"""The sandbox as one object for tests."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias, TypeVar

from msgspec.structs import replace

from smtp_tui import sandbox
from smtp_tui.sandbox import SandboxOptions
from smtp_tui.sandbox.accounts import ADMINISTRATOR, ALL_TEAMS, TENANT_ID, USER, Account
from smtp_tui.sandbox.call import RecordedRequest
from smtp_tui.sandbox.certificate import Certificate, kept_certificate, make_certificate
from smtp_tui.sandbox.mail_server import ReceivedMail
from smtp_tui.sandbox.parameters import Parameter
from smtp_tui.sandbox.store import StoredRecord
from tests.failing_sandbox.application import FailingApplication
from tests.failing_sandbox.faults import BackEnd, FaultPlan
from tests.failing_sandbox.mail import PlayingMailServer

Item = TypeVar("Item")
Given: TypeAlias = Mapping[str, object] | Sequence[Mapping[str, object]]
"""Parameters as tests give them: `{"port": 25}`, or the API's list."""

LOOK_SECONDS = 0.002


class Sandbox(sandbox.Sandbox):
    """The program's sandbox, with a plan of faults and a mail server that plays scenarios.

    `faults` and `mail` may be changed at any time. It shows the certificate that is given, else the
    sandbox's own.
    """

    def __init__(
        self,
        options: SandboxOptions = SandboxOptions(),  # noqa: B008 - frozen
        certificate: Certificate | None = None,
    ) -> None:
        """Open all of it, see there."""
        self.faults = FaultPlan()
        self.mail = PlayingMailServer()
        self.certificate_path: Path | None = None
        self._certificate = certificate
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._directory = ExitStack()
        self._open(options)

    def _open(self, options: SandboxOptions) -> None:
        super().__init__(
            options,
            application=lambda services: FailingApplication(services, plan=self.faults),
            mail=self.mail,
        )

    def start_again(self) -> None:
        """Serve again after `stop`, at the same port and with the same tokens."""
        tokens, requests = self.tokens, self.services.requests
        self._open(replace(self.options, port=self.port))
        self.tokens = self.services.tokens = tokens
        self.services.requests = requests

    def tls_context(self) -> ssl.SSLContext:
        """A context whose certificate can be changed."""
        self.show(self._certificate or kept_certificate(self.store))
        return self._context

    def show(self, certificate: Certificate) -> None:
        """Show this certificate from the next connection on; over TLS, keep it as a file too."""
        self._certificate = certificate
        certificate.show_in(self._context)
        if not self.options.tls:
            return
        if self.certificate_path is None:
            directory = self._directory.enter_context(TemporaryDirectory())
            self.certificate_path = Path(directory) / "certificate.pem"
        self.certificate_path.write_text(certificate.certificate, encoding="ascii")

    def verify_mail_servers(self, authorities: Collection[str]) -> None:
        """Send mail only to servers that show one of these certificates (PEM), or one signed so."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(cadata="\n".join(authorities))
        self.services.mailer = replace(self.services.mailer, context=context)

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
        self.services.requests.clear()

    def add_record(
        self, name: str, parameters: Given, *, tenant: str | None = None, team: str | None = None
    ) -> str:
        """Store a record as another client would, unchecked; returns its id.

        `parameters` is `{"port": 25}` or the API's list; `team` None is the administrator's.
        """
        made = StoredRecord(
            name, tuple(as_parameters(parameters)), tenant or TENANT_ID, team or ALL_TEAMS
        )
        return self.store.add(made).id

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
        return tuple(kept for kept in self.store.all() if tenant in (None, kept.tenant))

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
