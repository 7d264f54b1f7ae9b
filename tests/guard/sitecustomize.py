"""Keeps the tests on this machine: who looks up another name is told that there is none, who asks
a name server finds no network, and who connects to another machine fails.

Importing this is what sets it up. An interpreter that finds it on its path under this name does so
as it starts, which is how the programs are guarded that the tests run in a terminal.
"""

from __future__ import annotations

import errno
import ipaddress
import socket
import sys
from typing import Any

LOOK_UPS = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}
NAME_SERVERS = 53
SENDS = {"socket.connect", "socket.sendto", "socket.sendmsg"}


class LeftTheMachine(BaseException):
    """A test tried to talk to another machine; no handler for errors may swallow it."""


def local(host: object) -> bool:
    """Whether a host can only be this machine: a name of loopback, or an address of it."""
    text = host.decode() if isinstance(host, bytes) else host
    if text is None or text == "" or text == "localhost":
        return True
    address = _address(text)
    return address is not None and address.is_loopback


def _address(host: object) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(str(host).partition("%")[0])
    except ValueError:
        return None


def watch(event: str, arguments: tuple[Any, ...]) -> None:
    """Python calls this before it does what `event` names."""
    if event in LOOK_UPS:
        host = arguments[0]
        if not local(host) and _address(host) is None:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    elif event in SENDS and arguments[0].family in (socket.AF_INET, socket.AF_INET6):
        address = arguments[1]
        if address is not None and not local(address[0]):
            if address[1] == NAME_SERVERS:
                raise OSError(errno.ENETUNREACH, "Network is unreachable")
            raise LeftTheMachine(f"{event} to {address[0]}")


sys.addaudithook(watch)
