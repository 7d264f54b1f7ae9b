"""A server's certificate as something to look at: what ssh shows of a new host key.

Reading a certificate's fields needs a parser of X.509: Python's own gives none for a certificate
that it did not verify. A certificate that the parser refuses still has its fingerprint.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from smtp_tui.api.trust import fingerprint

if TYPE_CHECKING:
    from cryptography import x509

UNREADABLE: Final = "(cannot be read)"


class Certificate(Struct, frozen=True):
    """What tells one certificate from another; ``sha256`` is 64 hex digits, the dates are UTC.

    ``names`` are the host names and addresses it is good for.
    """

    sha256: str
    subject: str = UNREADABLE
    issuer: str = UNREADABLE
    not_before: datetime | None = None
    not_after: datetime | None = None
    names: tuple[str, ...] = ()

    @property
    def self_signed(self) -> bool:
        """Whether it names itself as its issuer."""
        return self.subject == self.issuer != UNREADABLE


def spaced(sha256: str) -> str:
    """A fingerprint as people compare it: capitals, in pairs, on two lines of sixteen."""
    pairs = [sha256[at : at + 2].upper() for at in range(0, len(sha256), 2)]
    return "\n".join(":".join(pairs[at : at + 16]) for at in range(0, len(pairs), 16))


def read_certificate(der: bytes) -> Certificate:
    """The fields of a certificate in DER form; where it is odd, its fingerprint alone."""
    from cryptography import x509  # noqa: PLC0415 - large, and only for a certificate to be shown

    sha256 = fingerprint(der)
    try:
        found = x509.load_der_x509_certificate(der)
        return Certificate(
            sha256=sha256,
            subject=found.subject.rfc4514_string() or "(blank)",
            issuer=found.issuer.rfc4514_string() or "(blank)",
            not_before=found.not_valid_before_utc,
            not_after=found.not_valid_after_utc,
            names=_names(found),
        )
    except (ValueError, x509.UnsupportedGeneralNameType, x509.DuplicateExtension):
        return Certificate(sha256)


def _names(certificate: x509.Certificate) -> tuple[str, ...]:
    from cryptography import x509  # noqa: PLC0415 - as above

    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return ()
    names = extension.value
    addresses = map(str, names.get_values_for_type(x509.IPAddress))
    return (*names.get_values_for_type(x509.DNSName), *addresses)
