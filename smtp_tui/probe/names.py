"""Looking up a relay's name: its addresses, and from DNS itself why there are none."""

from __future__ import annotations

import asyncio
import importlib
import ipaddress
import socket
from collections.abc import Iterable
from itertools import chain, zip_longest
from typing import TYPE_CHECKING, Final

from smtp_tui.api.reach import addresses_of
from smtp_tui.probe.failures import failure
from smtp_tui.probe.model import Address, Failure, Reason

if TYPE_CHECKING:
    from dns.asyncresolver import Resolver
    from dns.resolver import NoNameservers

_SHOWN: Final = 4
"""How many mail servers of a domain are named."""
_NO_SUCH: Final = frozenset({socket.EAI_NONAME, socket.EAI_NODATA})


class NoAddress(Exception):
    """A name gave no address to connect to."""

    def __init__(self, why: Failure) -> None:
        super().__init__(why.words)
        self.failure = why


class Names:
    """Looks names up as every program of this machine does; ``resolver`` is asked why not.

    Without a ``resolver`` the name servers of ``/etc/resolv.conf`` are asked.
    """

    def __init__(self, resolver: Resolver | None = None) -> None:
        self._resolver = resolver

    async def addresses(self, address: Address, seconds: float) -> tuple[str, ...]:
        """All addresses of a host, in the order to try them. Raises :class:`NoAddress`."""
        host = address.hostname
        if not host.isprintable() or " " in host:  # the system would look up the part before a NUL
            raise NoAddress(failure(Reason.NO_NAME, "this cannot be a host name"))
        try:
            found = await addresses_of(host, address.port, seconds)
        except TimeoutError:
            words = f"no answer from DNS within {seconds:g} s"
            raise NoAddress(failure(Reason.NO_DNS, words)) from None
        except UnicodeError:
            raise NoAddress(failure(Reason.NO_NAME, "this cannot be a host name")) from None
        except OSError as error:
            if error.errno not in _NO_SUCH and error.errno != socket.EAI_AGAIN:
                words = f"the name could not be looked up: {error.strerror}"
                raise NoAddress(failure(Reason.NO_DNS, words)) from None
            raise NoAddress(await self._why_not(host, seconds, error.errno)) from None
        return alternating(found)

    async def _why_not(self, host: str, seconds: float, number: int | None) -> Failure:
        """Ask DNS why there is no address; the system's word counts where DNS gives none."""
        await asyncio.to_thread(importlib.import_module, "dns.asyncresolver")  # large
        import dns.exception  # noqa: PLC0415 - only for names that lead nowhere
        import dns.resolver  # noqa: PLC0415

        try:
            async with asyncio.timeout(seconds):
                mail_servers = await self._mail_servers(host)
        except dns.resolver.NXDOMAIN:
            return failure(Reason.NO_NAME, "the name does not exist (NXDOMAIN)")
        except dns.resolver.NoAnswer:
            return failure(Reason.NO_ADDRESS, "the name exists and has no address")
        except (dns.exception.DNSException, OSError, UnicodeError) as error:
            if isinstance(error, dns.resolver.NoNameservers) and _answered(error):
                return failure(Reason.NO_DNS, "the name servers failed to answer (SERVFAIL)")
            if number in _NO_SUCH:
                return failure(Reason.NO_NAME, "the name is not known")
            return failure(Reason.NO_DNS, "no answer from DNS")
        listed = ", ".join(mail_servers[:_SHOWN]) or "none, it takes no mail"
        more = f" and {len(mail_servers) - _SHOWN} more" if mail_servers[_SHOWN:] else ""
        words = f"a mail domain without an address; its MX: {listed}{more}"
        return failure(Reason.NO_ADDRESS, words)

    async def _mail_servers(self, host: str) -> list[str]:
        """The mail servers of a domain, the preferred first. Raises ``DNSException``."""
        import dns.asyncresolver  # noqa: PLC0415 - as above

        resolver = self._resolver
        if resolver is None:  # made in a thread, for it reads the file that names the name servers
            resolver = await asyncio.to_thread(dns.asyncresolver.Resolver)
        answer = await resolver.resolve(host, "MX")
        found = sorted((each.preference, each.exchange.to_text()) for each in answer)
        return [name.removesuffix(".") for _, name in found]


def _answered(error: NoNameservers) -> bool:
    """Whether a name server answered at all; the others could not be asked."""
    return any(response is not None for *_, response in error.kwargs["errors"])


def alternating(addresses: Iterable[str]) -> tuple[str, ...]:
    """IPv6, IPv4, IPv6 and so on, the system's first choice first (RFC 8305, section 4).

    So a family that leads nowhere from here does not use up all attempts.
    """
    families: dict[str, list[str]] = {}
    for address in dict.fromkeys(addresses):
        families.setdefault(family_of(address), []).append(address)
    return tuple(filter(None, chain.from_iterable(zip_longest(*families.values()))))


def family_of(address: str) -> str:
    """``IPv4`` or ``IPv6``."""
    return f"IPv{ipaddress.ip_address(address.partition('%')[0]).version}"
