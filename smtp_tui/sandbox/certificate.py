"""Self-signed certificates, which is what most CAM hosts have."""

from __future__ import annotations

import ipaddress
import ssl
import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from msgspec import Struct

from smtp_tui.sandbox.store import Store

LOOPBACK_NAMES = (
    x509.DNSName("localhost"),
    *(x509.IPAddress(ipaddress.ip_address(address)) for address in ("127.0.0.1", "::1")),
)


class Certificate(Struct, frozen=True):
    """A certificate and its private key, both PEM."""

    certificate: str
    key: str

    @property
    def sha256(self) -> str:
        """Its fingerprint: SHA-256 of its DER form, in pairs of hexadecimal digits, capitals."""
        shown = x509.load_pem_x509_certificate(self.certificate.encode())
        return shown.fingerprint(hashes.SHA256()).hex(":").upper()

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


def make_certificate(names: Iterable[x509.GeneralName] = LOOPBACK_NAMES) -> Certificate:
    """A new self-signed certificate for these host names and addresses, valid for a year.

    A client can trust the file: for one that signed itself, OpenSSL's strict mode asks no more.
    """
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "smtp-tui sandbox")])
    builder = x509.CertificateBuilder(
        issuer_name=subject,
        subject_name=subject,
        public_key=key.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=now - timedelta(hours=1),
        not_valid_after=now + timedelta(days=365),
    )
    extensions = (
        x509.SubjectAlternativeName(names),
        # They tell one sandbox from another: all have the same subject.
        x509.SubjectKeyIdentifier.from_public_key(key.public_key()),
        x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()),
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    pem = serialization.Encoding.PEM
    pkcs8, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return Certificate(
        builder.sign(key, hashes.SHA256()).public_bytes(pem).decode("ascii"),
        key.private_bytes(pem, pkcs8, plain).decode("ascii"),
    )


def kept_certificate(store: Store) -> Certificate:
    """The certificate that an earlier run kept in the store if it is still valid, else a new one.

    A client that pinned it meets the same certificate after a restart.
    """
    certificate, key = store.setting("certificate"), store.setting("key")
    if certificate is not None and key is not None:
        ends = x509.load_pem_x509_certificate(certificate.encode()).not_valid_after_utc
        if ends > datetime.now(UTC):
            return Certificate(certificate, key)
    made = make_certificate()
    store.keep_setting("certificate", made.certificate)
    store.keep_setting("key", made.key)
    return made
