"""Why a name has no address, told by a real name server on loopback."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import dns.asyncresolver
import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from smtp_tui.probe.model import Address, Reason
from smtp_tui.probe.names import Names, NoAddress, family_of
from tests.probe.test_cases import looked_up

ANSWERS = {
    "gone.example.": dns.rcode.NXDOMAIN,
    "broken.example.": dns.rcode.SERVFAIL,
    "empty.example.": dns.rcode.NOERROR,
    "domain.example.": dns.rcode.NOERROR,
}


@contextmanager
def name_server() -> Iterator[int]:
    """A name server that knows the answers above; ``domain.example`` has two mail servers."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                data, peer = sock.recvfrom(4096)
            except OSError:
                return
            query = dns.message.from_wire(data)
            answer = dns.message.make_response(query)
            name = query.question[0].name.to_text()
            answer.set_rcode(ANSWERS[name])
            if name == "domain.example.":
                mx = dns.rrset.from_text(
                    name, 60, "IN", "MX", "20 second.example.", "10 first.example."
                )
                answer.answer.append(mx)
            sock.sendto(answer.to_wire(), peer)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield sock.getsockname()[1]
    finally:
        sock.close()


def names_asking(port: int) -> Names:
    """Names that ask this name server."""
    resolver = dns.asyncresolver.Resolver(configure=False)
    resolver.nameservers = ["127.0.0.1"]
    resolver.port = port
    return Names(resolver)


@pytest.mark.parametrize(
    ("host", "reason", "words"),
    [
        ("gone.example", Reason.NO_NAME, "NXDOMAIN"),
        ("broken.example", Reason.NO_DNS, "SERVFAIL"),
        ("empty.example", Reason.NO_ADDRESS, "has no address"),
        ("domain.example", Reason.NO_ADDRESS, "its MX: first.example, second.example"),
    ],
)
async def test_dns_says_why_a_name_has_no_address(host: str, reason: Reason, words: str) -> None:
    with name_server() as port, pytest.raises(NoAddress) as caught:
        await names_asking(port).addresses(Address(host, 25), 2.0)
    assert caught.value.failure.reason is reason
    assert words in caught.value.failure.words


async def test_a_name_server_that_is_silent_is_told_from_one_that_says_no() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        with pytest.raises(NoAddress) as caught:
            await names_asking(silent.getsockname()[1]).addresses(Address("a.example", 25), 0.3)
    # The system itself said that it knows no such name; DNS did not contradict it.
    assert caught.value.failure.reason is Reason.NO_NAME


@pytest.mark.parametrize(
    ("listed", "by_turn"),
    [
        (["::1", "::2", "::3", "127.0.0.1", "127.0.0.2"],
         ["::1", "127.0.0.1", "::2", "127.0.0.2", "::3"]),
        (["127.0.0.1", "127.0.0.2", "::1", "127.0.0.1"], ["127.0.0.1", "::1", "127.0.0.2"]),
        (["127.0.0.1"], ["127.0.0.1"]),
    ],
)  # fmt: skip
async def test_the_families_take_turns(
    monkeypatch: pytest.MonkeyPatch, listed: list[str], by_turn: list[str]
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", looked_up(listed))
    assert [*await Names().addresses(Address("many.example", 25), 2.0)] == by_turn


async def test_both_families_are_found() -> None:
    addresses = await Names().addresses(Address("localhost", 25), 2.0)
    assert {family_of(each) for each in addresses} <= {"IPv4", "IPv6"}
    assert "127.0.0.1" in addresses


async def test_what_cannot_be_a_name_is_refused_in_words() -> None:
    with pytest.raises(NoAddress) as caught:
        await Names().addresses(Address("a" * 70 + ".example", 25), 2.0)
    assert caught.value.failure.reason is Reason.NO_NAME
