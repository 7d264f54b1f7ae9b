"""TLS as the mailer of the CAM server does it, and what it says when that does not come about."""

from __future__ import annotations

import ssl
from collections.abc import Collection

_OTHER_NAME, _OTHER_ADDRESS = 62, 64  # OpenSSL's X509_V_ERR_*


def mailer_context(trusted: Collection[str] | None) -> ssl.SSLContext:
    """TLS for a mailer that trusts these certificates (PEM) alone; None verifies nothing."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if trusted is None:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    else:
        context.load_verify_locations(cadata="\n".join(trusted))
    return context


def tls_words(error: ssl.SSLError, hostname: str) -> str:
    """OpenSSL's own line, as Node shows it; of a handshake that just ended, Node's words."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return _certificate_words(error, hostname)
    if isinstance(error, (ssl.SSLEOFError, ssl.SSLZeroReturnError)):
        return "Client network socket disconnected before secure TLS connection was established"
    reason = (error.reason or str(error)).lower().replace("_", " ")
    return f"error:0A000000:SSL routines::{reason}"


def _certificate_words(error: ssl.SSLCertVerificationError, hostname: str) -> str:
    """What Node says of a certificate that does not verify: its own words for a wrong name."""
    if error.verify_code in (_OTHER_NAME, _OTHER_ADDRESS):
        return f"Hostname/IP does not match certificate's altnames: Host: {hostname}."
    return error.verify_message
