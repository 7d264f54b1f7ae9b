"""Certificates for the sandbox: self-signed ones, because that is what its users meet in the field,
and those that are wrong in one way each."""

from __future__ import annotations

import ipaddress
import ssl
import tempfile
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from msgspec import Struct

from smtp_tui.sandbox.store import Store

NAMES = ("localhost", "127.0.0.1", "::1")
OTHER_HOST = "elsewhere.example"


class CertificateKind(StrEnum):
    """What is wrong with a certificate, beside that no authority known to a system signed it."""

    SELF_SIGNED = "self-signed"  # nothing: whoever trusts the file itself can verify it
    WRONG_NAME = "wrong-name"  # made for another host
    EXPIRED = "expired"  # over since yesterday
    UNKNOWN_ISSUER = "unknown-issuer"  # signed by an authority that nobody has ever seen


class Certificate(Struct, frozen=True):
    """A certificate and its key, both PEM."""

    certificate: str
    key: str

    def server_context(self) -> ssl.SSLContext:
        """A TLS context for a server that shows this certificate."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.show_in(context)
        return context

    def show_in(self, context: ssl.SSLContext) -> None:
        """Have a server that runs show this certificate from its next handshake on."""
        # The ssl module reads keys from files only; mkdtemp makes them for this user alone.
        with tempfile.TemporaryDirectory(prefix="smtp-tui-sandbox-") as directory:
            chain = Path(directory) / "chain.pem"
            chain.write_text(self.key + self.certificate, encoding="ascii")
            context.load_cert_chain(chain)


def make_certificate(host: str, kind: CertificateKind = CertificateKind.SELF_SIGNED) -> Certificate:
    """A new certificate for loopback and `host`, self-signed and good for a year but for its kind.

    It carries what OpenSSL's strict mode asks of a CA, so that a client may trust the file itself.
    """
    start, end = timedelta(hours=-1), timedelta(days=365)
    if kind is CertificateKind.EXPIRED:
        start, end = timedelta(days=-30), timedelta(days=-1)
    names = (OTHER_HOST,) if kind is CertificateKind.WRONG_NAME else (*NAMES, host)
    key = issuer_key = ec.generate_private_key(ec.SECP256R1())
    name = issuer = _name("smtp-tui sandbox")
    if kind is CertificateKind.UNKNOWN_ISSUER:
        issuer_key, issuer = ec.generate_private_key(ec.SECP256R1()), _name("nobody's authority")
    now = datetime.now(UTC)
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
    subject_key = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
    signed = (
        x509.CertificateBuilder(issuer_name=issuer, subject_name=name, public_key=key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + start)
        .not_valid_after(now + end)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(_names(names)), critical=False)
        .add_extension(subject_key, critical=False)
        .add_extension(authority, critical=False)
        .sign(issuer_key, hashes.SHA256())
    )
    return Certificate(
        signed.public_bytes(serialization.Encoding.PEM).decode("ascii"),
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode("ascii"),
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _names(names: tuple[str, ...]) -> list[x509.GeneralName]:
    made: list[x509.GeneralName] = []
    for name in dict.fromkeys(names):
        try:
            made.append(x509.IPAddress(ipaddress.ip_address(name)))
        except ValueError:
            made.append(x509.DNSName(name))
    return made


def kept_certificate(store: Store, host: str) -> Certificate:
    """The certificate of an earlier run on the same store while it is good, else a new one, kept.

    A client that pinned it meets the same one after a restart.
    """
    certificate, key = store.setting("certificate"), store.setting("key")
    if certificate is not None and key is not None:
        ends = x509.load_pem_x509_certificate(certificate.encode()).not_valid_after_utc
        if ends > datetime.now(UTC):
            return Certificate(certificate, key)
    made = make_certificate(host)
    store.keep_setting("certificate", made.certificate)
    store.keep_setting("key", made.key)
    return made
