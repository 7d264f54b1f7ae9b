"""The settings of a sandbox."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from smtp_tui.sandbox.certificate import Certificate


class SandboxOptions(Struct, frozen=True):
    """The settings of one sandbox, fixed before it starts.

    `port`, `smtp_port` and `smtps_port` are TCP ports; 0 is any free one. When `smtp_port` is
    given, `smtps_port` 0 is the next one up if that is free, so that a demo shows the same numbers
    each time. `data` is an SQLite file, which holds passwords, see `data_file`; None keeps the
    records in memory. `demo_records` fills an empty store. `numeric_ids` numbers new records as
    LoopBack's memory connector does: `"id": 7`, as the last member. `allow_mail_to` names the hosts
    besides loopback that test mail may go to. `token_lifetime` and `mail_timeout` are in seconds.
    `certificate` is the one to show; None makes a self-signed one and keeps it over restarts.
    `mail_authorities` are certificates (PEM) of which a mail server has to show one, or one that
    they signed; None verifies nothing.
    """

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
    certificate: Certificate | None = None
    mail_authorities: tuple[str, ...] | None = None
