"""Where the requests of a profile go and what they may do: origin, scope, access and trust."""

from __future__ import annotations

import ipaddress
import re
from enum import Enum
from pathlib import Path
from typing import Final, Literal, TypeAlias

from msgspec import Struct, field
from msgspec.structs import force_setattr, replace

DEFAULT_IDENTITY_PORT: Final = 8443
LONGEST_LABEL: Final = 63
_HOST_NAME: Final = re.compile(r"(?=.{1,253}\Z)[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?\Z")
_FINGERPRINT: Final = re.compile(r"[0-9a-f]{64}\Z")


class Access(Enum):
    """What a profile may change; the client enforces it, not only the keys."""

    NORMAL = "normal"
    PROTECTED = "protected"
    READ_ONLY = "read-only"


class SystemTrust(Struct, frozen=True):
    """Certificates are verified against the system's authorities."""


class CaFile(Struct, frozen=True, forbid_unknown_fields=True):
    """Certificates are verified against the authorities of one PEM file."""

    path: Path = field(name="ca_file")


class Pinned(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Exactly one certificate is trusted: SHA-256 of its DER form, 64 lower-case hex digits.

    ``identity`` is that of the server which issues tokens, where it shows another one; either may
    be blank, not both: a blank ``sha256`` leaves the API's certificate to the system. Raises
    ``ValueError`` where a text is no such fingerprint (colons and capitals are taken).
    """

    sha256: str = field(default="", name="pin")
    identity: str = field(default="", name="identity_pin")

    def __post_init__(self) -> None:
        for name, text in (("sha256", self.sha256), ("identity", self.identity)):
            plain = text.replace(":", "").strip().lower()
            if not _FINGERPRINT.match(plain) and (text or not (self.sha256 or self.identity)):
                raise ValueError("a SHA-256 fingerprint has 64 hexadecimal digits")
            force_setattr(self, name, plain)


class Unverified(Struct, frozen=True):
    """No certificate is checked; every screen says so."""


Scheme: TypeAlias = Literal["http", "https"]
Trust: TypeAlias = SystemTrust | CaFile | Pinned | Unverified


class HostRefused(ValueError):
    """A host that no request is sent to; the message says what is wrong with it."""


class Proxy(Struct, frozen=True):
    """An HTTP proxy that passes TLS through (``CONNECT``, RFC 9110, section 9.3.6)."""

    host: str
    port: int

    @property
    def text(self) -> str:
        """Host and port."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class Origin(Struct, frozen=True):
    """Scheme, host and port: the one place a token goes to. ``port`` None is the scheme's own.

    ``proxy`` is what it is reached through; only https can be.
    """

    scheme: Scheme
    host: str
    port: int | None = None
    proxy: Proxy | None = None

    @property
    def text(self) -> str:
        """The host as a person names it: without scheme when it is https, IPv6 in brackets."""
        return self.url.removeprefix("https://")

    @property
    def url(self) -> str:
        """The origin as the beginning of a URL, without a trailing slash."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return (
            f"{self.scheme}://{host}"
            if self.port is None
            else f"{self.scheme}://{host}:{self.port}"
        )

    @property
    def proxy_text(self) -> str:
        """The proxy's host and port; blank without one."""
        return self.proxy.text if self.proxy is not None else ""

    @property
    def actual_port(self) -> int:
        """The port to connect to."""
        return self.port or {"http": 80, "https": 443}[self.scheme]

    @property
    def loopback(self) -> bool:
        """Whether the host is this machine by its literal name or address."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


class Scope(Struct, frozen=True):
    """The tenant (``tenantId``), team (``ace_orgGuid``) and namespace (``cloudOE_spaceGuid``)."""

    tenant: str
    team: str = "all"
    namespace: str = ""


class Target(Struct, frozen=True):
    """All that the client needs to know of a profile. ``name`` is the profile's, for messages.

    ``test_emails`` is whether any may be sent.
    """

    name: str
    origin: Origin
    scope: Scope
    access: Access = Access.NORMAL
    trust: Trust = SystemTrust()
    identity: Origin | None = None
    test_emails: bool = True

    @property
    def identity_origin(self) -> Origin:
        """Where tokens are issued: the profile's own, else port 8443 of the same host (vendor)."""
        if self.identity is not None:
            return self.identity
        return replace(self.origin, port=DEFAULT_IDENTITY_PORT)

    def trust_for(self, origin: Origin) -> Trust:
        """What to trust at one of the two origins: each may have its own certificate."""
        if not isinstance(self.trust, Pinned):
            return self.trust
        pin = self.trust.sha256
        if origin != self.origin:
            pin = self.trust.identity or pin
        return Pinned(pin) if pin else SystemTrust()

    def meets_first(self, origin: Origin) -> bool:
        """Whether no certificate of that origin was confirmed yet, so that one may be offered.

        Neither a CA file nor a pin can be overridden.
        """
        if isinstance(self.trust, Pinned):
            return not (self.trust.sha256 if origin == self.origin else self.trust.identity)
        return isinstance(self.trust, SystemTrust)

    def pinned(self, origin: Origin, sha256: str) -> Pinned:
        """The trust of this target once that certificate of one of its origins is confirmed."""
        before = self.trust if isinstance(self.trust, Pinned) else None
        if origin == self.origin:
            return Pinned(sha256, before.identity if before else "")
        return Pinned(before.sha256 if before else "", sha256)


def parse_origin(text: str, port: int | None = None, *, allow_http: bool = False) -> Origin:
    """Read a host as people type it: with or without scheme and port; a trailing slash is taken.

    Plain http goes to loopback only, unless ``allow_http``. Raises :class:`HostRefused` with words
    for anything else than a scheme, a host and a port, so that no request is sent to a guess.
    """
    named, separator, rest = text.strip().removesuffix("/").partition("://")
    if separator and named.lower() not in {"http", "https"}:
        raise HostRefused("the scheme must be https or http")
    scheme: Scheme = "http" if separator and named.lower() == "http" else "https"
    host, own_port = _split_port(rest if separator else named)
    if port is not None and _port(str(port)) != (own_port or port):
        raise HostRefused(f"port {own_port} in the host differs from the profile's port {port}")
    origin = Origin(scheme, _checked_host(host), own_port or port)
    if scheme == "http" and not (allow_http or origin.loopback):
        raise HostRefused(
            "plain http is allowed to this machine only; use https, or a profile that allows http"
        )
    return origin


PROXY_NEEDS_TLS: Final = "a proxy is used for https only: it would read what plain http sends"


def behind(origin: Origin, proxy: Proxy) -> Origin:
    """The origin as it is reached through a proxy. Raises :class:`HostRefused` for plain http."""
    if origin.scheme == "http":
        raise HostRefused(PROXY_NEEDS_TLS)
    return replace(origin, proxy=proxy)


def parse_proxy(text: str) -> Proxy:
    """Read ``http://host:port``; the scheme may be left out. Raises :class:`HostRefused`.

    A proxy that wants a password is refused: a profile holds no secret.
    """
    named, separator, rest = text.strip().removesuffix("/").partition("://")
    if separator and named.lower() != "http":
        raise HostRefused("the scheme of a proxy must be http")
    if "@" in text:
        raise HostRefused("a proxy with a user or password is not supported")
    host, port = _split_port(rest if separator else named)
    if port is None:
        raise HostRefused("a proxy needs a port, such as http://proxy.example.com:3128")
    return Proxy(_checked_host(host), port)


def _split_port(text: str) -> tuple[str, int | None]:
    odd = next((sign for sign in text if sign in "@/?#\\% " or not sign.isprintable()), "")
    if odd:
        shown = f"'{odd}'" if odd.isprintable() else "control characters"
        unwanted = "spaces" if odd == " " else shown
        raise HostRefused(f"must be a host or host:port, without {unwanted}")
    if text.startswith("["):
        host, bracket, rest = text[1:].partition("]")
        if not bracket or (rest and not rest.startswith(":")):
            raise HostRefused("an IPv6 address needs brackets, such as [::1]:30000")
        return host, _port(rest[1:]) if rest else None
    if text.count(":") > 1:
        return text, None
    host, colon, digits = text.partition(":")
    return host, _port(digits) if colon else None


def _port(digits: str) -> int:
    number = int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 5 else 0
    if not 1 <= number <= 65535:
        raise HostRefused("port must be a number from 1 to 65535")
    return number


def _checked_host(host: str) -> str:
    if not host:
        raise HostRefused("a host is required, such as cam.example.com")
    if ":" in host:
        try:
            return ipaddress.IPv6Address(host).compressed
        except ValueError:
            raise HostRefused("not a valid IPv6 address") from None
    if any(len(part) > LONGEST_LABEL for part in host.split(".")):
        raise HostRefused(f"each part of a host name can have at most {LONGEST_LABEL} characters")
    if not _HOST_NAME.match(host) or ".." in host:
        raise HostRefused("a host name can have only letters, digits, '-', '_' and dots")
    return host.lower()
