"""The sandbox as one object: its servers in a background thread, and what reached them."""

from __future__ import annotations

import ssl
from contextlib import ExitStack
from typing import Self

from smtp_tui.sandbox.accounts import (
    ADMINISTRATOR,
    OTHER_TENANT_ID,
    TENANT_ID,
    Account,
    TokenBook,
)
from smtp_tui.sandbox.application import Middleware, application
from smtp_tui.sandbox.background import HOST, Listeners, listen, serving
from smtp_tui.sandbox.certificate import Certificate, kept_certificate
from smtp_tui.sandbox.demo import seed
from smtp_tui.sandbox.endpoint import Services
from smtp_tui.sandbox.mail_server import MailServer
from smtp_tui.sandbox.options import SandboxOptions, TestAnswers
from smtp_tui.sandbox.recording import ReceivedMail, RecordedRequest
from smtp_tui.sandbox.store import Store


class Sandbox:
    """A CAM server and a mail server on loopback; use it as a context manager.

    `port`, `smtp_port` and `smtps_port` are known once it runs. After `stop` it may be started
    again, on the same ports and with the same certificate: with a data file the records are still
    there, without one it starts afresh.

    Tests extend it in two places: `middleware` wraps the HTTP application, and `mail` may be a
    mail server that holds its conversations differently.
    """

    host = HOST
    tenant_id = TENANT_ID
    other_tenant_id = OTHER_TENANT_ID

    def __init__(
        self,
        options: SandboxOptions = SandboxOptions(),  # noqa: B008 - frozen
        *,
        middleware: Middleware | None = None,
        mail: MailServer | None = None,
    ) -> None:
        """Nothing is opened before `start`."""
        self.options = options
        self.port = options.port
        self.smtp_port = options.smtp_port
        self.smtps_port = options.smtps_port
        self.tokens = TokenBook(options.token_lifetime)
        self.test_answers = TestAnswers()
        self._requests: list[RecordedRequest] = []
        self._middleware = middleware
        self._mail = mail or MailServer()
        self._certificate = options.certificate
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
        """Open the store, listen and serve; raises `OSError` when a port is in use."""
        with ExitStack() as opened:
            store = Store(self.options.data, self.options.numeric_ids)
            opened.callback(store.close)
            listeners = self._listen(store, opened)
            self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.show(self._certificate or kept_certificate(store))
            if self.options.demo_records and not store.all():
                seed(store, self.smtp_port, self.smtps_port)
            self._store = store
            app = application(self._services(store), self._middleware)
            opened.enter_context(
                serving(app, self._mail, listeners, self._context, https=self.options.tls)
            )
            self._closing = opened.pop_all()

    def stop(self) -> None:
        """Drop all connections and stop; recorded requests and mail stay readable."""
        self._closing.close()

    def show(self, certificate: Certificate) -> None:
        """Show this certificate from the next connection on."""
        if self._context is None:
            raise RuntimeError("the sandbox was never started")
        self._certificate = certificate
        certificate.show_in(self._context)

    @property
    def store(self) -> Store:
        """The records and settings; raises `RuntimeError` before the first start."""
        if self._store is None:
            raise RuntimeError("the sandbox was never started")
        return self._store

    @property
    def base_url(self) -> str:
        """Scheme, host and port, without a slash at the end."""
        return f"{'https' if self.options.tls else 'http'}://{self.host}:{self.port}"

    def environment(self, account: Account = ADMINISTRATOR) -> dict[str, str]:
        """The vendor's variables for an account.

        CAM_HOST is the bare host over TLS, as the vendor's curl lines want it; over plain HTTP it
        has a scheme, because a host without one means https.
        """
        return {
            "CAM_HOST": self.host if self.options.tls else f"http://{self.host}",
            "CAM_PORT": str(self.port),
            "CAM_BEARER_TOKEN": self.tokens.first[account.name],
            "CAM_TENANT_ID": self.tenant_id,
            "ICP_TEAM": account.team,
            "NAMESPACE": account.namespace,
        }

    @property
    def admin_token(self) -> str:
        """The administrator's first token, another one in each sandbox."""
        return self.tokens.first[ADMINISTRATOR.name]

    @property
    def requests(self) -> tuple[RecordedRequest, ...]:
        """Every request so far, oldest first, except those to `/sandbox/`."""
        return tuple(self._requests)

    @property
    def mailbox(self) -> tuple[ReceivedMail, ...]:
        """Every mail that arrived, oldest first."""
        return tuple(self._mail.mailbox)

    def _services(self, store: Store) -> Services:
        return Services(
            options=self.options,
            store=store,
            tokens=self.tokens,
            requests=self._requests,
            mailbox=self._mail.mailbox,
            test_answers=self.test_answers,
        )

    def _listen(self, store: Store, opened: ExitStack) -> Listeners:
        """Listen on the three ports, and learn which they are.

        The mail ports of an earlier run on the same file are used again if they are free, because
        the demo's records name them.
        """
        options = self.options
        http = opened.enter_context(listen(self.port))
        wanted = self.smtp_port or int(store.setting("smtp_port") or 0)
        smtp = opened.enter_context(listen(wanted, not options.smtp_port))
        wanted = self.smtps_port or int(store.setting("smtps_port") or 0)
        if not wanted and options.smtp_port:
            wanted = options.smtp_port + 1
        smtps = opened.enter_context(listen(wanted, not options.smtps_port))
        self.port, self.smtp_port, self.smtps_port = (
            listener.getsockname()[1] for listener in (http, smtp, smtps)
        )
        store.keep_setting("smtp_port", str(self.smtp_port))
        store.keep_setting("smtps_port", str(self.smtps_port))
        return http, smtp, smtps
