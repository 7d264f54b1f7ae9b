"""Self-signed certificates, which is what most CAM hosts have."""

from __future__ import annotations

import ipaddress
import ssl
import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from msgspec import Struct

from smtp_tui.sandbox.store import Store

LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")

Period: TypeAlias = tuple[timedelta, timedelta]
"""From when until when a certificate is valid, relative to now."""

ONE_YEAR: Period = (timedelta(hours=-1), timedelta(days=365))


class Issuer(Struct, frozen=True):
    """Who signs a certificate."""

    name: x509.Name
    key: ec.EllipticCurvePrivateKey

    @classmethod
    def new(cls, common_name: str) -> Issuer:
        """An issuer with a new key."""
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
        return cls(name, ec.generate_private_key(ec.SECP256R1()))


class Certificate(Struct, frozen=True):
    """A certificate and its private key, both PEM."""

    certificate: str
    key: str

    def server_context(self) -> ssl.SSLContext:
        """A TLS context for a server that shows this certificate."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.show_in(context)
        return context

    def show_in(self, context: ssl.SSLContext) -> None:
        """Make a running server show this certificate from its next handshake on."""
        # The ssl module reads keys from files only. The directory has mode 0700.
        with tempfile.TemporaryDirectory(prefix="smtp-tui-sandbox-") as directory:
            chain = Path(directory) / "chain.pem"
            chain.write_text(self.key + self.certificate, encoding="ascii")
            context.load_cert_chain(chain)


def make_certificate(
    names: Iterable[str] = LOOPBACK_NAMES, period: Period = ONE_YEAR, issuer: Issuer | None = None
) -> Certificate:
    """A new certificate for these host names and addresses; without an issuer it signs itself.

    It has all that OpenSSL's strict mode requires of a CA, so that a client can trust the file.
    """
    subject = Issuer.new("smtp-tui sandbox")
    issuer, public_key, now = issuer or subject, subject.key.public_key(), datetime.now(UTC)
    usage = x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    extensions: dict[x509.ExtensionType, bool] = {
        x509.BasicConstraints(ca=True, path_length=0): True,
        usage: True,
        x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]): False,
        x509.SubjectAlternativeName(map(_general_name, dict.fromkeys(names))): False,
        x509.SubjectKeyIdentifier.from_public_key(public_key): False,
        x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()): False,
    }
    builder = x509.CertificateBuilder(
        issuer_name=issuer.name,
        subject_name=subject.name,
        public_key=public_key,
        serial_number=x509.random_serial_number(),
        not_valid_before=now + period[0],
        not_valid_after=now + period[1],
    )
    for extension, critical in extensions.items():
        builder = builder.add_extension(extension, critical)
    return Certificate(
        builder.sign(issuer.key, hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
        .decode("ascii"),
        subject.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode("ascii"),
    )


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def kept_certificate(store: Store, host: str) -> Certificate:
    """The certificate that an earlier run kept in the store if it is still valid, else a new one.

    A client that pinned it meets the same certificate after a restart.
    """
    certificate, key = store.setting("certificate"), store.setting("key")
    if certificate is not None and key is not None:
        ends = x509.load_pem_x509_certificate(certificate.encode()).not_valid_after_utc
        if ends > datetime.now(UTC):
            return Certificate(certificate, key)
    made = make_certificate((*LOOPBACK_NAMES, host))
    store.keep_setting("certificate", made.certificate)
    store.keep_setting("key", made.key)
    return made
