"""A TLS handshake that goes on whatever the certificate is, and says what is wrong with it.

Python's own ``ssl`` stops at the first problem, or finds none; pyOpenSSL tells all of them, and
shows the chain on every Python that is supported.
"""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from typing import Final

from OpenSSL import SSL, crypto

from smtp_tui.api.tls import Certificate, read_certificate
from smtp_tui.probe.model import TlsFound

_CODES: Final = SSL.X509VerificationCodes
_NO_ISSUER: Final = frozenset(
    {
        _CODES.ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
        _CODES.ERR_UNABLE_TO_GET_ISSUER_CERT,
        _CODES.ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE,
    }
)
_WORDS: Final = {
    _CODES.ERR_CERT_HAS_EXPIRED: "it has expired",
    _CODES.ERR_CERT_NOT_YET_VALID: "it is not valid yet",
    _CODES.ERR_DEPTH_ZERO_SELF_SIGNED_CERT: "it is self-signed",
    _CODES.ERR_SELF_SIGNED_CERT_IN_CHAIN: "its authority is not known to this machine",
}
"""What is said of a problem by OpenSSL's number (``X509_verify_cert_error_string(3)``)."""
_RSA_BITS: Final = 2048
_OLD: Final = frozenset({"SSLv3", "TLSv1", "TLSv1.1"})


class Handshake:
    """The client's side of TLS, without I/O: bytes go in and out by ``take`` and ``give``.

    Certificates are judged as of ``now``. Making one reads the authorities that this machine
    trusts.
    """

    def __init__(self, hostname: str, now: datetime) -> None:
        context = SSL.Context(SSL.TLS_CLIENT_METHOD)
        # Old versions too: that a server knows no other is what a person wants to see.
        context.set_min_proto_version(SSL.TLS1_VERSION)
        context.set_cipher_list(b"DEFAULT:@SECLEVEL=0")
        paths = ssl.get_default_verify_paths()
        if paths.cafile or paths.capath:
            with suppress(SSL.Error):  # of a file that cannot be read no authority is known
                context.load_verify_locations(paths.cafile, paths.capath)
        context.set_verify(SSL.VERIFY_PEER, self._look)
        store = context.get_cert_store()
        if store is not None:
            store.set_time(now)
        self._now = now
        self._problems: dict[tuple[int, int], None] = {}
        self._hostname = hostname if is_ip(hostname) else ascii_name(hostname)
        self.connection = SSL.Connection(context, None)
        self.connection.set_connect_state()
        if not is_ip(hostname):
            self.connection.set_tlsext_host_name(self._hostname.encode())

    def _look(
        self, connection: SSL.Connection, certificate: crypto.X509, number: int, depth: int, ok: int
    ) -> bool:
        """Note a problem of the chain, and go on; called by OpenSSL for each certificate."""
        if not ok:
            self._problems[number, depth] = None
        return True

    def take(self, data: bytes) -> None:
        """Bytes that came from the server."""
        self.connection.bio_write(data)

    def give(self) -> bytes:
        """Bytes that are to be sent to the server."""
        try:
            return self.connection.bio_read(1 << 16)
        except SSL.WantReadError:
            return b""

    def step(self) -> bool:
        """Go on with the handshake; whether it is finished. Raises ``SSL.Error``."""
        try:
            self.connection.do_handshake()
        except SSL.WantReadError:
            return False
        return True

    def found(self) -> TlsFound:
        """What a finished handshake showed."""
        shown = self.connection.get_peer_cert_chain() or []
        ders = [crypto.dump_certificate(crypto.FILETYPE_ASN1, each) for each in shown]
        chain = tuple(map(read_certificate, ders))
        end = chain[0].not_after if chain else None
        return TlsFound(
            version=self.connection.get_protocol_version_name(),
            cipher=self.connection.get_cipher_name() or "",
            chain=chain,
            problems=tuple(dict.fromkeys(self._words(chain))),
            days_left=(end - self._now).days if end is not None else None,
        )

    def _words(self, chain: tuple[Certificate, ...]) -> Iterator[str]:
        for number, depth in self._problems:
            if number in _NO_ISSUER:
                yield (
                    "its authority is not known to this machine, and no certificate between them"
                    " was sent"
                    if len(chain) == 1
                    else "its authority is not known to this machine"
                )
            elif number in _WORDS:
                words = _WORDS[number]
                yield words if depth == 0 else words.replace("it ", "a certificate above it ", 1)
            else:
                yield f"OpenSSL refuses it (number {number})"
        yield from self._weaknesses()
        if chain and not belongs_to(self._hostname, chain[0].names):
            yield f"it is not for {self._hostname}"
        if self.connection.get_protocol_version_name() in _OLD:
            yield f"{self.connection.get_protocol_version_name()} is out of use (RFC 8996)"

    def _weaknesses(self) -> Iterator[str]:
        """What OpenSSL at its usual level refuses; this handshake takes everything."""
        own = self.connection.get_peer_certificate()
        if own is None:
            return
        key = own.get_pubkey()
        if key.type() == crypto.TYPE_RSA and key.bits() < _RSA_BITS:
            yield f"its key has only {key.bits()} bits, and many mailers want {_RSA_BITS}"
        if b"sha1" in own.get_signature_algorithm().lower():
            yield "it is signed with SHA-1, which many mailers refuse"


def ascii_name(hostname: str) -> str:
    """A name as DNS and certificates have it: in A-labels, without a dot at its end."""
    return hostname.removesuffix(".").encode("idna").decode("ascii")


def is_ip(hostname: str) -> bool:
    """Whether a host is given by its address."""
    try:
        ipaddress.ip_address(hostname)
    except ValueError:
        return False
    return True


def belongs_to(hostname: str, names: tuple[str, ...]) -> bool:
    """Whether a certificate with these names is for a host (RFC 9525, section 6.3).

    A ``*`` stands for one whole label, the first one.
    """
    wanted = hostname.removesuffix(".").casefold()
    if is_ip(wanted):
        return any(is_ip(each) and _same_ip(each, wanted) for each in names)
    _, _, domain = wanted.partition(".")
    known = {each.removesuffix(".").casefold() for each in names}
    return wanted in known or ("." in domain and f"*.{domain}" in known)


def _same_ip(one: str, other: str) -> bool:
    return ipaddress.ip_address(one) == ipaddress.ip_address(other)
