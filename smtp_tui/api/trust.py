"""TLS: whom to believe. A pin holds whatever else is set, and is judged inside the handshake,
before any byte of a request exists."""

from __future__ import annotations

import re
import ssl
import sys
from pathlib import Path
from typing import Final

from smtp_tui.api.errors import CertificateRefused, Place
from smtp_tui.api.paths import FileProblem, read_trusted
from smtp_tui.api.target import CaFile, Origin, Pinned, SystemTrust, Trust, Unverified

CA_BYTES: Final = 16 * 1024 * 1024
_REASONS: Final = (
    ("self-signed", "it is self-signed"),
    ("self signed", "it is self-signed"),
    ("expired", "it has expired"),
    ("not yet valid", "it is not valid yet"),
    ("mismatch", "it belongs to another host"),
    ("unable to get local issuer", "its issuer is not known here"),
    ("unable to get issuer", "its issuer is not known here"),
)


_MARKS: Final = re.compile(r"\[[^\]]*\]|\(_ssl\.c:\d+\)")


class PinMismatch(ssl.SSLCertVerificationError):
    """The server showed another certificate than the pinned one; ``seen`` is its SHA-256."""

    def __init__(self, pinned: str, seen: str) -> None:
        super().__init__(1, "the certificate is not the pinned one")
        self.pinned = pinned
        self.seen = seen


class CaFileUnusable(ValueError):
    """The CA file of a profile cannot be read or holds no certificate."""


def ssl_context(origin: Origin, trust: Trust) -> ssl.SSLContext:
    """The context that judges the origin's certificate. Raises :class:`CaFileUnusable`.

    For plain http no authority is loaded: reading them takes longer than the first request.
    """
    if origin.scheme == "http":
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    match trust:
        case SystemTrust():
            context = _verifying_context()
            context.load_default_certs()
            return context
        case CaFile(path):
            return _ca_context(path)
        case Pinned(sha256):
            return _pinned_context(sha256)
        case Unverified():
            return _lenient_context()


def _ca_context(path: Path) -> ssl.SSLContext:
    try:
        content = read_trusted(path, CA_BYTES)
    except FileProblem as problem:
        words = f"the CA file {path} cannot be used: {problem.words}"
        raise CaFileUnusable(words) from None
    if content is None:
        raise CaFileUnusable(f"the CA file {path} cannot be used: there is no such file")
    context = _verifying_context()
    try:
        # Only comments, which are skipped, may hold anything but ASCII.
        context.load_verify_locations(cadata=content.decode("ascii", "ignore"))
    except (ssl.SSLError, ValueError):  # the latter for a blank file
        words = f"the CA file {path} cannot be used: it holds no certificate in PEM form"
        raise CaFileUnusable(words) from None
    # Private authorities often lack what RFC 5280 asks for and Python 3.13 insists on.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


def _verifying_context() -> ssl.SSLContext:
    """As ``ssl.create_default_context`` makes it, which would write the keys of each connection
    into the file that ``SSLKEYLOGFILE`` in the environment names."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if sys.version_info >= (3, 13):
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN | ssl.VERIFY_X509_STRICT
    return context


def _lenient_context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _pinned_context(sha256: str) -> ssl.SSLContext:
    class PinnedObject(ssl.SSLObject):
        """Compares the certificate as the last step of the handshake."""

        def do_handshake(self) -> None:
            """Shake hands. Raises :class:`PinMismatch` for another certificate."""
            super().do_handshake()
            seen = fingerprint(self.getpeercert(binary_form=True) or b"")
            if seen != sha256:
                raise PinMismatch(sha256, seen)

    context = _lenient_context()
    context.sslobject_class = PinnedObject
    return context


def fingerprint(certificate: bytes) -> str:
    """SHA-256 of a certificate in DER form, 64 lower-case hex digits."""
    import hashlib  # noqa: PLC0415 - plain http does without

    return hashlib.sha256(certificate).hexdigest()


def tls_reason(error: ssl.SSLError) -> str:
    """Why a handshake failed, in words instead of OpenSSL's."""
    if isinstance(error, PinMismatch):
        return (
            "The certificate changed. Nothing was sent. "
            f"Pinned SHA-256 {error.pinned}, the server shows {error.seen}"
        )
    text = getattr(error, "verify_message", "") or str(error)
    for needle, words in _REASONS:
        if needle in text.lower():
            return f"The server's certificate was not trusted: {words}"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"The server's certificate was not trusted: {_openssl_words(text)}"
    if "wrong version number" in text.lower() or "record layer" in text.lower():
        return (
            "The server does not speak TLS on this port. Where it speaks plain http, write http://"
            " before the host: that goes to this machine, to others only if the profile allows it"
        )
    if isinstance(error, ssl.SSLEOFError) or "unexpected_eof" in text.lower():
        return (
            "The server broke the connection off while TLS was agreed on: perhaps it does not"
            " speak TLS on this port"
        )
    return f"TLS could not be agreed on: {_openssl_words(getattr(error, 'reason', '') or text)}"


def _openssl_words(text: str) -> str:
    """OpenSSL's own words, without the place in its source and the name of the error."""
    return _MARKS.sub("", text).replace("_", " ").strip().lower() or "no reason told"


def certificate_refused(error: ssl.SSLError, place: Place) -> CertificateRefused:
    """A handshake that did not succeed, with what there is to look at."""
    if isinstance(error, PinMismatch):
        why = tls_reason(error)
        return CertificateRefused(place, why, untrusted=True, pinned=error.pinned, seen=error.seen)
    untrusted = isinstance(error, ssl.SSLCertVerificationError)
    return CertificateRefused(place, tls_reason(error), untrusted=untrusted)
