"""Certificates with one defect each."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from functools import cache

from smtp_tui.sandbox.certificate import Certificate, Issuer, make_certificate

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
            return make_certificate((OTHER_HOST,))
        case CertificateKind.EXPIRED:
            return make_certificate(period=(timedelta(days=-30), timedelta(days=-1)))
        case CertificateKind.UNKNOWN_ISSUER:
            return make_certificate(issuer=Issuer.new("unknown authority"))
        case CertificateKind.SELF_SIGNED:
            return make_certificate()


@cache
def trusted_by_mailer() -> tuple[str, ...]:
    """What a careful mailer trusts: the certificates of which only the contents are wrong."""
    kinds = (CertificateKind.EXPIRED, CertificateKind.WRONG_NAME)
    return tuple(certificate_of(kind).certificate for kind in kinds)
