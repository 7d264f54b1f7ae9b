"""TLS: which certificates are trusted, why one was not, and what a certificate says.

A pin holds whatever else is set. It is compared inside the handshake, before any byte of a request
exists.
"""

from __future__ import annotations

import re
import ssl
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from smtp_tui.api.paths import FileProblem, read_trusted
from smtp_tui.api.target import CaFile, Origin, Pinned, SystemTrust, Trust, Unverified

if TYPE_CHECKING:
    from cryptography import x509

UNREADABLE: Final = "(cannot be read)"
CA_BYTES: Final = 16 * 1024 * 1024
_UNTRUSTED: Final = "The server's certificate is not trusted"
_NO_TLS: Final = (
    "The server does not speak TLS on this port. For plain http, write http:// before the host;"
    " to other machines, the profile must allow it"
)
_BROKEN_OFF: Final = (
    "The server closed the connection during the TLS handshake; it may not speak TLS on this port"
)
_REASONS: Final = (
    ("self.signed", f"{_UNTRUSTED}: it is self-signed"),
    ("expired", f"{_UNTRUSTED}: it has expired"),
    ("not yet valid", f"{_UNTRUSTED}: it is not valid yet"),
    ("mismatch", f"{_UNTRUSTED}: it belongs to another host"),
    ("unable to get (local )?issuer", f"{_UNTRUSTED}: its issuer is unknown"),
    ("wrong version number|record layer", _NO_TLS),
    ("unexpected_eof", _BROKEN_OFF),
)
"""What is said for OpenSSL's words."""
_MARKS: Final = re.compile(r"\[[^\]]*\]|\(_ssl\.c:\d+\)")


class PinMismatch(ssl.SSLCertVerificationError):
    """The server showed another certificate than the pinned one; ``seen`` is its SHA-256."""

    def __init__(self, pinned: str, seen: str) -> None:
        super().__init__(1, "the certificate is not the pinned one")
        self.pinned = pinned
        self.seen = seen


class CaFileUnusable(ssl.SSLError):
    """The CA file of a profile cannot be read or holds no certificate."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(1, f"the CA file {path} cannot be used: {why}")


def ssl_context(origin: Origin, trust: Trust) -> ssl.SSLContext:
    """The context that verifies the origin's certificate. Raises :class:`CaFileUnusable`.

    For plain http no authorities are loaded: reading them takes longer than the first request.
    """
    # ``ssl.create_default_context`` would write the keys of each connection into the file that
    # ``SSLKEYLOGFILE`` in the environment names.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if origin.scheme == "http":
        return context
    if isinstance(trust, Pinned | Unverified):
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    elif sys.version_info >= (3, 13):
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN | ssl.VERIFY_X509_STRICT
    match trust:
        case SystemTrust():
            context.load_default_certs()
        case CaFile(path):
            _load_authorities(context, path)
        case Pinned(sha256):
            context.sslobject_class = _comparing(sha256)
    return context


def _load_authorities(context: ssl.SSLContext, path: Path) -> None:
    try:
        content = read_trusted(path, CA_BYTES)
    except FileProblem as problem:
        raise CaFileUnusable(path, problem.words) from None
    if content is None:
        raise CaFileUnusable(path, "there is no such file")
    try:
        # Only comments, which are skipped, may hold anything but ASCII.
        context.load_verify_locations(cadata=content.decode("ascii", "ignore"))
    except (ssl.SSLError, ValueError):  # the latter for a blank file
        raise CaFileUnusable(path, "it contains no PEM certificate") from None
    # Private authorities often lack what RFC 5280 asks for and Python 3.13 insists on.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT


def _comparing(sha256: str) -> type[ssl.SSLObject]:
    class PinnedObject(ssl.SSLObject):
        """Compares the certificate as the last step of the handshake."""

        def do_handshake(self) -> None:
            """Shake hands. Raises :class:`PinMismatch` for another certificate."""
            super().do_handshake()
            seen = fingerprint(self.getpeercert(binary_form=True) or b"")
            if seen != sha256:
                raise PinMismatch(sha256, seen)

    return PinnedObject


def fingerprint(certificate: bytes) -> str:
    """SHA-256 of a certificate in DER form, 64 lower-case hex digits."""
    import hashlib  # noqa: PLC0415 - plain http does without

    return hashlib.sha256(certificate).hexdigest()


def tls_reason(error: ssl.SSLError) -> str:
    """Why a handshake failed, in words instead of OpenSSL's."""
    if isinstance(error, CaFileUnusable):
        return str(error)
    if isinstance(error, PinMismatch):
        return (
            "The certificate changed. Nothing was sent. "
            f"Pinned SHA-256 {error.pinned}, the server shows {error.seen}"
        )
    text = getattr(error, "verify_message", "") or str(error)
    for pattern, words in _REASONS:
        if re.search(pattern, text.lower()):
            return words
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"{_UNTRUSTED}: {_openssl_words(text)}"
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return _BROKEN_OFF
    return f"TLS handshake failed: {_openssl_words(getattr(error, 'reason', '') or text)}"


def _openssl_words(text: str) -> str:
    """OpenSSL's own words, without the place in its source and the name of the error."""
    return _MARKS.sub("", text).replace("_", " ").strip().lower() or "no reason given"


class Certificate(Struct, frozen=True):
    """What tells one certificate from another, as ssh shows of a new host key.

    ``sha256`` is 64 hex digits, the dates are UTC, ``names`` are the host names and addresses that
    it is valid for.
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
    """The fields of a certificate in DER form; only its fingerprint where the parser refuses it.

    Python's own ``ssl`` gives no fields of a certificate that it did not verify.
    """
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
