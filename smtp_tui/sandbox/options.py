"""What can be chosen about a sandbox before it starts."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from smtp_tui.sandbox.certificate import CertificateKind


class SandboxOptions(Struct, frozen=True):
    """One sandbox's settings, frozen so that a running server cannot drift from what was asked.

    `port`, `smtp_port` and `smtps_port` are TCP ports, 0 meaning any free one. When `smtp_port`
    is given, `smtps_port` 0 means the next one up where that is free, so that a demo shows the same
    numbers each time. `data` is an SQLite file that holds passwords, see `data_file`; None keeps
    records in memory. `demo_records` fills a store that is empty. `numeric_ids` numbers new
    records as LoopBack's memory connector does: `"id": 7`, as the last member. `allow_mail_to`
    names the hosts beside loopback that test mail may go to.
    `token_lifetime` and `mail_timeout` are seconds. `certificate` is what is wrong with the one
    that is shown; only a self-signed one is kept over restarts. `verify_mail_server` has the
    certificate of a mail server verified as a careful mailer does, who knows the expired one and
    the one for another name, and not the others.
    """

    host: str = "127.0.0.1"
    port: int = 0
    tls: bool = False
    data: Path | None = None
    smtp_port: int = 0
    smtps_port: int = 0
    allow_mail_to: tuple[str, ...] = ()
    token_lifetime: float = 43199.0
    demo_records: bool = False
    numeric_ids: bool = False
    mail_timeout: float = 5.0
    certificate: CertificateKind = CertificateKind.SELF_SIGNED
    verify_mail_server: bool = False
