"""The mail servers of the pictures of a probe: on loopback, always alike, with fixed certificates.

Their authority is known to the program only while :func:`played` runs.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from screenshots.stage import START, Stage
from screenshots.starts import Start
from smtp_tui.api.clock import Clock
from smtp_tui.probe.model import Address, Limits
from smtp_tui.probe.names import Names
from smtp_tui.probe.prober import Prober
from smtp_tui.sandbox.certificate import Certificate
from smtp_tui.state.history import TestRun
from tests.probe.relay import Talk, relay

RELAY: Final = "MAIL-RELAY"
_ID: Final = "5e7a1c0d3b2f4a6890100077"
HOST: Final = "mail.example.com"
GOOD, CLOSED, ENDS_SOON = (-53, -52, -51)
"""From the port of the sandbox to those of the relays; nothing listens on the second."""
_CALL: Final = 0.004
"""Seconds between two looks at the clock of a probe."""
_GREETED: Final = "250-mail.example.com\r\n250-PIPELINING\r\n250-SIZE 52428800\r\n250-8BITMIME\r\n"


class _Ticks(Clock):
    """Each look at it takes a moment, so that a step takes as long in every run."""

    def __init__(self) -> None:
        self._looks = 0

    def now(self) -> datetime:
        return START

    def monotonic(self) -> float:
        self._looks += 1
        return _CALL * self._looks


class _Loopback(Names):
    """Every name leads to this machine."""

    async def addresses(self, address: Address, seconds: float) -> tuple[str, ...]:
        return ("127.0.0.1",)


def probing(start: Start) -> Start:
    """Start on a machine with a name, whose probes look at no port but those of these relays."""
    others = (start.sandbox.port + GOOD,)
    services = msgspec.structs.replace(
        start.services,
        machine="ops-laptop",
        make_prober=lambda _: Prober(_Ticks(), _Loopback(), Limits(), others),
    )
    return replace(start, services=services)


def part(talk: Talk) -> None:
    """A relay as there are many: STARTTLS, and a login inside."""
    talk.say("220 mail.example.com ESMTP Postfix")
    talk.serve(EHLO=f"{_GREETED}250 STARTTLS")
    talk.begin_tls()
    talk.serve(EHLO=f"{_GREETED}250 AUTH PLAIN LOGIN")


@contextmanager
def played(stage: Stage) -> Iterator[None]:
    """Two relays, one with a certificate that ends soon; their authority is known."""
    authority, good = _issued(timedelta(days=88))
    _, ends_soon = _issued(timedelta(days=6, hours=3))
    known = Path("authority.pem").absolute()
    known.write_text(authority)
    before = os.environ.get("SSL_CERT_FILE")
    os.environ["SSL_CERT_FILE"] = str(known)
    port = stage.sandbox.port
    try:
        with relay(part, good, port=port + GOOD), relay(part, ends_soon, port=port + ENDS_SOON):
            yield
    finally:
        del os.environ["SSL_CERT_FILE"]
        if before is not None:
            os.environ["SSL_CERT_FILE"] = before


def stored(stage: Stage, offset: int, verdict: str, phase: str, words: str) -> None:
    """Let the record lead to a port, where CAM tested it three hours ago."""
    port = stage.sandbox.port + offset
    values = {"hostname": HOST, "port": port, "username": "cam"}
    records = stage.sandbox.records()
    if not any(each.name == RELAY for each in records):
        like = records[0]
        record = msgspec.structs.replace(like, name=RELAY, id=_ID)
        stage.sandbox.store.add(record)
    stage.sandbox.change_record(_ID, {**values, "password": "kept-on-the-server"})
    run = TestRun(
        at=START - timedelta(hours=3),
        profile=stage.home.session.profile.name,
        recipient="ops@example.com",
        values=tuple((name, str(value)) for name, value in values.items()),
        verdict=verdict,
        phase=phase,
        words=words,
        milliseconds=213,
    )
    stage.services.history.remember(stage.home.session.key(_ID), run)


def _issued(left: timedelta) -> tuple[str, Certificate]:
    """An authority, and a certificate of it with its chain that ends so long after the start."""
    authority = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(2, 34)))
    ca = _signed("Example CA", authority, "Example CA", authority, timedelta(days=9999))
    own = _signed(HOST, key, "Example CA", authority, left)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return ca, Certificate(own + ca, private)


def _signed(
    name: str, key: Ed25519PrivateKey, issuer: str, signer: Ed25519PrivateKey, left: timedelta
) -> str:
    subject, by = (
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, each)]) for each in (name, issuer)
    )
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by)
        .public_key(key.public_key())
        .serial_number(2020)
        .not_valid_before(START - timedelta(days=60))
        .not_valid_after(START + left)
        .add_extension(x509.BasicConstraints(ca=name == issuer, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(signer, None)
    )
    return made.public_bytes(Encoding.PEM).decode()
