"""The sandbox as one object: its servers in a background thread, and what reached them."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Self

from msgspec import Struct

from smtp_tui.sandbox.accounts import (
    ADMINISTRATOR,
    OTHER_TENANT_ID,
    TENANT_ID,
    TENANT_NAME,
    Account,
    TokenBook,
)
from smtp_tui.sandbox.application import Application
from smtp_tui.sandbox.background import HOST, Listeners, listen, serving
from smtp_tui.sandbox.call import RecordedRequest, Services
from smtp_tui.sandbox.certificate import kept_certificate
from smtp_tui.sandbox.demo import demo_records
from smtp_tui.sandbox.mail_server import MailServer, ReceivedMail
from smtp_tui.sandbox.sending import Mailer
from smtp_tui.sandbox.store import Store


class SandboxOptions(Struct, frozen=True):
    """The settings of one sandbox, fixed before it starts.

    `port` and `smtp_port` are TCP ports; 0 is any free one. When `smtp_port` is given, SMTP inside
    TLS is at the next one up if that is free, so that a demo shows the same numbers each time.
    `data` is an SQLite file, which holds passwords, see `store`; None keeps the records in memory.
    `demo_records` fills an empty store. `allow_mail_to` names the hosts besides loopback that test
    mail may go to. `token_lifetime` and `mail_timeout` are in seconds.
    """

    port: int = 0
    tls: bool = False
    data: Path | None = None
    smtp_port: int = 0
    allow_mail_to: tuple[str, ...] = ()
    token_lifetime: float = 43199.0
    demo_records: bool = False
    mail_timeout: float = 5.0


class Sandbox:
    """A CAM server and a mail server on loopback, from its making until `stop`.

    It stops at the end of a `with` block too. Tests extend it in two places: `application` may be
    one that fails, and `mail` a mail server that holds its conversations differently.
    """

    host = HOST
    tenant_id = TENANT_ID
    other_tenant_id = OTHER_TENANT_ID
    tenant_name = TENANT_NAME

    def __init__(
        self,
        options: SandboxOptions = SandboxOptions(),  # noqa: B008 - frozen
        *,
        application: Callable[[Services], Application] = Application,
        mail: MailServer | None = None,
    ) -> None:
        """Open the store, listen and serve; raises `OSError` when a port is in use."""
        self.options = options
        self.tokens = TokenBook(options.token_lifetime)
        mail = mail or MailServer()
        with ExitStack() as opened:
            self.store = Store(options.data)
            opened.callback(self.store.close)
            listeners = self._listen(opened)
            self.port, self.smtp_port, self.smtps_port = (
                listener.getsockname()[1] for listener in listeners
            )
            if options.demo_records and not self.store.all():
                for record in demo_records(self.smtp_port, self.smtps_port):
                    self.store.add(record)
            mailer = Mailer(options.mail_timeout, options.allow_mail_to)
            self.services = Services(self.store, self.tokens, mailer, mail.mailbox)
            app, context = application(self.services), self.tls_context()
            opened.enter_context(serving(app, mail, listeners, context, https=options.tls))
            self._opened = opened.pop_all()

    def __enter__(self) -> Self:
        """It runs already."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self.stop()

    def stop(self) -> None:
        """Drop all connections and stop; recorded requests and mail stay readable."""
        self._opened.close()

    def tls_context(self) -> ssl.SSLContext:
        """The TLS of all its servers."""
        return kept_certificate(self.store).server_context()

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the certificate that all its servers show."""
        return kept_certificate(self.store).sha256

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
            "ICP_TEAM": account.namespaces[0].team,
            "NAMESPACE": account.namespaces[0].uid,
        }

    @property
    def admin_token(self) -> str:
        """The administrator's first token, another one in each sandbox."""
        return self.tokens.first[ADMINISTRATOR.name]

    @property
    def requests(self) -> tuple[RecordedRequest, ...]:
        """Every request so far, oldest first, except those to `/sandbox/`."""
        return tuple(self.services.requests)

    @property
    def mailbox(self) -> tuple[ReceivedMail, ...]:
        """Every mail that arrived, oldest first."""
        return tuple(self.services.mailbox)

    def _listen(self, opened: ExitStack) -> Listeners:
        """Listen on the three ports.

        The mail ports of an earlier run on the same file are used again if they are free, because
        the demo's records name them.
        """
        kept, given = self.store.setting, self.options.smtp_port
        http = opened.enter_context(listen(self.options.port))
        wanted = given or int(kept("smtp_port") or 0)
        smtp = opened.enter_context(listen(wanted, or_any=not given))
        wanted = int(kept("smtps_port") or (given and given + 1))
        smtps = opened.enter_context(listen(wanted, or_any=True))
        self.store.keep_setting("smtp_port", str(smtp.getsockname()[1]))
        self.store.keep_setting("smtps_port", str(smtps.getsockname()[1]))
        return http, smtp, smtps
