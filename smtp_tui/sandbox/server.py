"""The sandbox as one object: servers in a background thread, and what a test wants to know."""

from __future__ import annotations

import ssl
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Self

from smtp_tui.sandbox.accounts import (
    ADMINISTRATOR,
    DEFAULT_NAMESPACE,
    NAMESPACES,
    OTHER_TENANT_ID,
    TENANT_ID,
    USER,
    Account,
    TokenBook,
)
from smtp_tui.sandbox.back_ends import BackEnd
from smtp_tui.sandbox.certificate import (
    Certificate,
    CertificateKind,
    kept_certificate,
    make_certificate,
)
from smtp_tui.sandbox.demo import seed
from smtp_tui.sandbox.faults import FaultPlan
from smtp_tui.sandbox.journal import Journal, ReceivedMail, RecordedRequest
from smtp_tui.sandbox.mailserver import MailServer
from smtp_tui.sandbox.options import SandboxOptions
from smtp_tui.sandbox.parameters import Given, as_parameters
from smtp_tui.sandbox.services import Services
from smtp_tui.sandbox.serving import Listeners, Servers, bound
from smtp_tui.sandbox.store import NewRecord, Store, StoredRecord
from smtp_tui.sandbox.test_answers import TestAnswers

EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - translated, not bound
"""Addresses that mean any, and the one to reach them by."""


class Sandbox:
    """A CAM server and a mail server on loopback; use it as a context manager.

    `port`, `smtp_port` and `smtps_port` are known once it runs. After `stop` it may be started
    again, on the same ports and with the same certificate: with a data file the records are still
    there, without one it starts afresh. `faults` and `mail` may be changed at any time.
    """

    tenant_id = TENANT_ID
    other_tenant_id = OTHER_TENANT_ID

    def __init__(self, options: SandboxOptions = SandboxOptions()) -> None:  # noqa: B008 - frozen
        """Nothing is opened before `start`."""
        self.options = options
        self.port = options.port
        self.smtp_port = options.smtp_port
        self.smtps_port = options.smtps_port
        self.certificate_path: Path | None = None
        self.faults = FaultPlan()
        self._requests: Journal[RecordedRequest] = Journal()
        self._mailbox: Journal[ReceivedMail] = Journal()
        self.mail = MailServer(self._mailbox)
        self.test_answers = TestAnswers()
        self._tokens = TokenBook(options.token_lifetime)
        self._certificate: Certificate | None = None
        self._context: ssl.SSLContext | None = None
        self._store: Store | None = None
        self._closing = ExitStack()

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self.stop()

    def start(self) -> None:
        """Open the store, listen and serve; raises `OSError` when a port is taken."""
        with ExitStack() as opened:
            store = Store(self.options.data, self.options.numeric_ids)
            opened.callback(store.close)
            listeners = self._bind(store)
            opened.callback(listeners.close)
            self._certificate = self._certificate or self._first_certificate(store)
            if self.options.tls:
                directory = opened.enter_context(
                    tempfile.TemporaryDirectory(prefix="smtp-tui-sandbox-")
                )
                self.certificate_path = Path(directory) / "certificate.pem"
                self.certificate_path.write_text(self._certificate.certificate, encoding="ascii")
            self._context = self._certificate.server_context()
            if self.options.demo_records and not store.all():
                seed(store, self.smtp_port, self.smtps_port)
            self._store = store
            servers = Servers(self._services(store), listeners, self._context)
            servers.start()
            opened.callback(servers.stop)
            self._closing = opened.pop_all()

    def stop(self) -> None:
        """Drop all connections and stop; recorded requests and mail stay readable."""
        self._closing.close()

    @property
    def host(self) -> str:
        """The address to reach it by, without brackets."""
        return EVERYWHERE.get(self.options.host, self.options.host)

    @property
    def base_url(self) -> str:
        """Scheme, host and port, without a slash at the end."""
        return f"{'https' if self.options.tls else 'http'}://{self._url_host}:{self.port}"

    def environment(self, account: Account = ADMINISTRATOR) -> dict[str, str]:
        """The vendor's variables for an account.

        CAM_HOST is the bare host over TLS, as the vendor's curl lines want it; over plain HTTP it
        carries the scheme, because a host without one means https.
        """
        return {
            "CAM_HOST": self._url_host if self.options.tls else f"http://{self._url_host}",
            "CAM_PORT": str(self.port),
            "CAM_BEARER_TOKEN": self.token(account),
            "CAM_TENANT_ID": self.tenant_id,
            "ICP_TEAM": account.team,
            "NAMESPACE": account.namespace,
        }

    @property
    def admin_token(self) -> str:
        """The administrator's first token."""
        return self.token(ADMINISTRATOR)

    @property
    def user_token(self) -> str:
        """The user's first token."""
        return self.token(USER)

    def token(self, account: Account) -> str:
        """The token that an account holds from the start, another one in each sandbox."""
        return self._tokens.credentials[account.name].token

    def password(self, account: Account = ADMINISTRATOR) -> str:
        """The password that an account logs in with, another one in each sandbox."""
        return self._tokens.credentials[account.name].password

    @property
    def requests(self) -> tuple[RecordedRequest, ...]:
        """Every request so far, oldest first, those to `/sandbox/` left out."""
        return self._requests.items

    @property
    def mailbox(self) -> tuple[ReceivedMail, ...]:
        """Every mail that arrived, oldest first."""
        return self._mailbox.items

    def wait_for_requests(self, count: int, timeout: float = 10.0) -> tuple[RecordedRequest, ...]:
        """The requests once there are `count`; raises `TimeoutError` after `timeout` seconds."""
        return self._requests.wait_for(count, timeout)

    def wait_for_mail(self, count: int, timeout: float = 10.0) -> tuple[ReceivedMail, ...]:
        """The mail once there are `count`; raises `TimeoutError` after `timeout` seconds."""
        return self._mailbox.wait_for(count, timeout)

    def forget_requests(self) -> None:
        """Empty `requests`, so that a test can count from here."""
        self._requests.clear()

    def add_record(
        self, name: str, parameters: Given, *, tenant: str | None = None, team: str | None = None
    ) -> str:
        """Store a record as a second client would, unchecked; returns its id.

        `parameters` is `{"port": 25}` or the API's list; `team` None is the administrator's.
        """
        wanted = team or DEFAULT_NAMESPACE.team
        namespace = next((one for one in NAMESPACES if one.team == wanted), DEFAULT_NAMESPACE)
        record = NewRecord(
            name=name,
            parameters=tuple(as_parameters(parameters)),
            tenant=tenant or TENANT_ID,
            team=wanted,
            namespace=namespace.uid,
        )
        return self._open_store.add(record).id

    def change_record(self, record_id: str, parameters: Given) -> None:
        """Merge parameters into a record as a second client would; raises `KeyError`."""
        if self._open_store.change(record_id, as_parameters(parameters)) is None:
            raise KeyError(record_id)

    def delete_record(self, record_id: str) -> None:
        """Delete a record as a second client would; raises `KeyError`."""
        if not self._open_store.delete(record_id):
            raise KeyError(record_id)

    def records(self, tenant: str | None = None) -> tuple[StoredRecord, ...]:
        """The records of a tenant, or of all, as stored: real passwords included."""
        return self._open_store.all(tenant)

    def record(self, record_id: str) -> StoredRecord:
        """One record as stored; raises `KeyError`."""
        found = self._open_store.get(record_id)
        if found is None:
            raise KeyError(record_id)
        return found

    def change_certificate(self, kind: CertificateKind = CertificateKind.SELF_SIGNED) -> None:
        """Show a new certificate from the next connection on; `certificate_path` holds it."""
        if self._context is None:
            raise RuntimeError("the sandbox was never started")
        self._certificate = make_certificate(self.options.host, kind)
        self._certificate.show_in(self._context)
        if self.certificate_path is not None:
            self.certificate_path.write_text(self._certificate.certificate, encoding="ascii")

    def take_down(self, back_end: BackEnd) -> None:
        """Have the proxy answer 502 for one of the back ends, the others working on."""
        self.faults.add(back_end.fault)

    def bring_up(self, back_end: BackEnd) -> None:
        """Have a back end work again; other faults of the plan stay."""
        self.faults.drop(back_end.fault)

    def expire_tokens(self) -> None:
        """End every token there is, the first ones too."""
        self._tokens.expire_all()

    def issue_token(self, account: Account = ADMINISTRATOR, lifetime: float | None = None) -> str:
        """A new token for an account, good for `lifetime` seconds (None: the options' lifetime)."""
        return self._tokens.issue(account, lifetime)

    @property
    def _url_host(self) -> str:
        return f"[{self.host}]" if ":" in self.host else self.host

    @property
    def _open_store(self) -> Store:
        if self._store is None:
            raise RuntimeError("the sandbox was never started")
        return self._store

    def _first_certificate(self, store: Store) -> Certificate:
        kind = self.options.certificate
        if kind is CertificateKind.SELF_SIGNED:
            return kept_certificate(store, self.options.host)
        return make_certificate(self.options.host, kind)

    def _services(self, store: Store) -> Services:
        return Services(
            options=self.options,
            store=store,
            tokens=self._tokens,
            faults=self.faults,
            requests=self._requests,
            mailbox=self._mailbox,
            mail=self.mail,
            test_answers=self.test_answers,
        )

    def _bind(self, store: Store) -> Listeners:
        """Bind the three sockets and learn their ports.

        The mail ports of an earlier run on the same file are used again where they are free,
        because the demo's records name them.
        """
        options = self.options
        with ExitStack() as opened:
            http = opened.enter_context(bound(options.host, self.port))
            before = self.smtp_port or int(store.setting("smtp_port") or 0)
            smtp = opened.enter_context(bound(options.host, before, not options.smtp_port))
            self.smtp_port = smtp.getsockname()[1]
            before = self.smtps_port or int(store.setting("smtps_port") or 0)
            if not before and options.smtp_port:
                before = options.smtp_port + 1
            smtps = opened.enter_context(bound(options.host, before, not options.smtps_port))
            opened.pop_all()
        self.port = http.getsockname()[1]
        self.smtps_port = smtps.getsockname()[1]
        store.keep_setting("smtp_port", str(self.smtp_port))
        store.keep_setting("smtps_port", str(self.smtps_port))
        return Listeners(http, smtp, smtps)
