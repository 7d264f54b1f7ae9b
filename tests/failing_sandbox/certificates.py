"""Certificates with one defect each."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.x509.oid import NameOID

from smtp_tui.sandbox.certificate import Certificate, make_certificate

OTHER_HOST = "elsewhere.example"


class CertificateKind(StrEnum):
    """What is wrong with a certificate, besides that no authority known to the system signed it."""

    SELF_SIGNED = "self-signed"  # nothing: whoever trusts the file itself can verify it
    WRONG_NAME = "wrong-name"  # made for another host
    EXPIRED = "expired"  # since yesterday
    UNKNOWN_ISSUER = "unknown-issuer"  # signed by an authority that nobody knows


@cache
def certificate_of(kind: CertificateKind) -> Certificate:
    """The certificate of a kind for loopback, the same one in each call."""
    match kind:
        case CertificateKind.WRONG_NAME:
            return make_certificate((x509.DNSName(OTHER_HOST),))
        case CertificateKind.EXPIRED:
            return signed_again(days=-1)
        case CertificateKind.UNKNOWN_ISSUER:
            return signed_again(issuer="unknown authority")
        case CertificateKind.SELF_SIGNED:
            return make_certificate()


@cache
def trusted_by_mailer() -> tuple[str, ...]:
    """What a careful mailer trusts: the certificates of which only the contents are wrong."""
    kinds = (CertificateKind.EXPIRED, CertificateKind.WRONG_NAME)
    return tuple(certificate_of(kind).certificate for kind in kinds)


def signed_again(days: int = 365, issuer: str | None = None) -> Certificate:
    """A certificate for loopback that ends in so many days, and is signed by an issuer if named."""
    made = make_certificate()
    model = x509.load_pem_x509_certificate(made.certificate.encode())
    key = load_pem_private_key(made.key.encode(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    name = model.subject
    if issuer is not None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(
        issuer_name=name,
        subject_name=model.subject,
        public_key=model.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=now - timedelta(days=30),
        not_valid_after=now + timedelta(days=days),
    )
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())
    for extension in model.extensions:
        same = not isinstance(extension.value, x509.AuthorityKeyIdentifier)
        builder = builder.add_extension(extension.value if same else authority, extension.critical)
    signed = builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)
    return Certificate(signed.decode("ascii"), made.key)
