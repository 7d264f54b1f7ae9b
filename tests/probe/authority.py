"""An authority of certificates, with as many others between it and a server as a test needs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from smtp_tui.sandbox.certificate import LOOPBACK_NAMES, Certificate

Key: TypeAlias = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


class Authority:
    """A root that signs certificates; ``certificate`` is its own one, which a machine may know."""

    def __init__(self, key: Key | None = None) -> None:
        self._key = key or ec.generate_private_key(ec.SECP256R1())
        self._name = _named("root")
        self.certificate = _pem(_signed(self._name, self._key, self._name, self._key, 3650))

    def sign(
        self,
        days: int = 365,
        between: int = 0,
        names: tuple[x509.GeneralName, ...] = LOOPBACK_NAMES,
        key: Key | None = None,
    ) -> Certificate:
        """A server's key and chain: its own certificate first, the root left out."""
        signer, chain = self._name, ""
        signer_key: Key = self._key
        for number in range(between):
            name, next_key = _named(f"between {number}"), ec.generate_private_key(ec.SECP256R1())
            chain = _pem(_signed(name, next_key, signer, signer_key, 3650)) + chain
            signer, signer_key = name, next_key
        own_key = key or ec.generate_private_key(ec.SECP256R1())
        own = _pem(_signed(_named("relay"), own_key, signer, signer_key, days, names))
        shown_key = own_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return Certificate(own + chain, shown_key.decode("ascii"))


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _signed(
    name: x509.Name,
    key: Key,
    signer: x509.Name,
    signer_key: Key,
    days: int,
    names: tuple[x509.GeneralName, ...] = (),
) -> x509.Certificate:
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(
        issuer_name=signer,
        subject_name=name,
        public_key=key.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=now - timedelta(days=30),
        not_valid_after=now + timedelta(days=days),
    )
    authority = x509.BasicConstraints(ca=not names, path_length=None)
    builder = builder.add_extension(authority, critical=True)
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return builder.sign(signer_key, hashes.SHA256())


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode("ascii")
