"""Whether a request is addressed to this machine, and whether a web page made a browser send it.

A web page can make a browser of this machine send requests to any address, and the page's own name
can resolve to loopback. Both show in the `Host` and `Origin` headers, so only names of loopback are
served.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from urllib.parse import urlsplit


def is_loopback_name(host: str) -> bool:
    """Whether a host name or address (without brackets or port) always means this machine."""
    host = host.removesuffix(".").lower()
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def refused_origin(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    """The header that is not for this machine, as `Name: value`, or None."""
    given = [(name.lower(), value.decode("latin-1")) for name, value in headers]
    hosts = [value for name, value in given if name == b"host"]
    if len(hosts) != 1 or not _is_loopback_url(f"//{hosts[0]}"):
        return f"Host: {', '.join(hosts) or '(none)'}"
    for name, value in given:
        if name == b"origin" and not _is_loopback_url(value):
            return f"Origin: {value}"
    return None


def _is_loopback_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.username is None and is_loopback_name(parts.hostname or "")
    except ValueError:
        return False
