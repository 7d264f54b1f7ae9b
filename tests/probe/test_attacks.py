"""What a hostile or strange relay, name or address must not bring about."""

from __future__ import annotations

import asyncio
import base64
import gc
import os
from contextlib import suppress
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from OpenSSL import SSL

from smtp_tui.api.clock import Clock
from smtp_tui.api.secret import SecretStr
from smtp_tui.probe.model import Address, Ask, Limits, Probe, Reason, Security, Step
from smtp_tui.probe.names import Names, NoAddress
from smtp_tui.probe.prober import Prober
from smtp_tui.sandbox.certificate import Certificate
from tests.failing_sandbox.certificates import certificate_of
from tests.probe.authority import Authority
from tests.probe.relay import Part, Talk, relay
from tests.probe.test_cases import (
    CASES,
    PATIENT,
    RCPT,
    SELF,
    at_once,
    full_port,
    plain,
    probed,
    silent,
    starttls,
)
from tests.state.processes import start
from tests.waiting import turns, until

MADE = certificate_of(SELF)
TLS = Security.TLS


class ListedNames(Names):
    """A name server that gives these addresses for every name."""

    def __init__(self, *addresses: str) -> None:
        super().__init__()
        self._addresses = addresses

    async def addresses(self, address: Address, seconds: float) -> tuple[str, ...]:
        """These addresses."""
        return self._addresses


async def probed_by_name(
    hostname: str, port: int, *addresses: str, limits: Limits = PATIENT, **asked: Any
) -> Probe:
    """Probe a name that leads to these addresses."""
    ask = Ask(Address(hostname, port), **asked)
    names = ListedNames(*addresses)
    return await Prober(Clock(), names, limits).probe(ask, lambda _: None, others=False)


# Addresses


async def test_four_addresses_are_tried_and_the_fourth_answers() -> None:
    dead = ("127.0.0.2", "127.0.0.3", "127.0.0.4")
    with relay(plain(), MADE, "127.0.0.5") as server:
        probe = await probed_by_name("relay.example", server.port, *dead, "127.0.0.5")
    connect = probe.steps[1]
    assert connect.words == f"127.0.0.5, port {server.port}, IPv4"
    assert connect.details == tuple(f"{each}: connection refused" for each in dead)
    assert probe.failed is None


async def test_a_fifth_address_is_not_tried_and_it_is_said() -> None:
    dead = tuple(f"127.0.0.{number}" for number in range(2, 6))
    with relay(plain(), MADE, "127.0.0.6") as server:
        probe = await probed_by_name("relay.example", server.port, *dead, "127.0.0.6")
        assert server.heard == []
    assert probe.failure is not None
    assert probe.failure.reason is Reason.REFUSED
    assert probe.failed is not None
    assert probe.failed.details[-1] == "1 more address not tried"


async def test_an_address_that_answers_says_more_than_one_that_does_not() -> None:
    with full_port() as port:
        both = ("127.0.0.2", "127.0.0.1")
        limits = Limits(step=2.0, whole=8.0)  # a busy machine refuses in more than half a second
        probe = await probed_by_name("relay.example", port, *both, limits=limits)
    assert probe.failure is not None
    assert probe.failure.reason is Reason.REFUSED


async def test_a_relay_with_ipv6_alone_is_greeted_by_its_family() -> None:
    with relay(plain(), MADE, "::1") as server:
        ask = Ask(Address("::1", server.port))
        probe = await Prober(Clock(), Names(), PATIENT).probe(ask, lambda _: None, others=False)
        assert server.heard[0].strip() == b"EHLO [IPv6:::1]"
    assert probe.steps[1].words.endswith("IPv6")
    assert probe.failed is None


@pytest.mark.parametrize("host", ["nul\0.example", "a..example", "x" * 64, "-\udcff", " "])
async def test_a_host_that_no_name_server_can_be_asked_for_is_no_name(host: str) -> None:
    with pytest.raises(NoAddress) as caught:
        await Names().addresses(Address(host, 25), 2.0)
    assert caught.value.failure.reason is Reason.NO_NAME


async def test_an_international_name_is_compared_and_sent_as_the_certificate_has_it(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = Authority()
    made = authority.sign(names=(x509.DNSName("xn--bcher-kva.example"),))
    (tmp_path / "authority.pem").write_text(authority.certificate)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    wanted: list[str] = []
    with relay(names_wanted(wanted), made) as server:
        for name in ("bücher.example", "BÜCHER.example."):
            probe = await probed_by_name(name, server.port, "127.0.0.1", security=TLS)
            assert probe.tls is not None
            assert probe.tls.problems == ()
    assert wanted == ["xn--bcher-kva.example", "xn--bcher-kva.example"]


def names_wanted(wanted: list[str]) -> Part:
    """A relay that notes the name that its client wants (SNI)."""

    def part(talk: Talk) -> None:
        talk.begin_tls(wanted=wanted)
        talk.say("220 relay.example")
        talk.serve()

    return part


# TLS


async def test_a_server_that_wants_a_client_certificate_is_told_by_its_alert() -> None:
    def part(talk: Talk) -> None:
        talk.begin_tls(client_certificate=True)

    with relay(part, MADE) as server:
        probe = await probed(server.port, TLS)
    assert probe.failure is not None
    assert probe.failure.reason is Reason.NO_HANDSHAKE
    assert "certificate required" in probe.failure.words


async def test_the_server_learns_why_the_handshake_failed() -> None:
    told: list[bytes] = []

    def part(talk: Talk) -> None:
        talk.send(b"\x16\x03\x03\x00\x04\x02\x00\x00\x00")  # a hello of no length
        with suppress(OSError):
            while data := talk.plain_socket().recv(4096):
                told.append(data)

    with relay(part, MADE) as server:
        probe = await probed(server.port, TLS)
        assert probe.failure is not None
        assert probe.failure.reason is Reason.NO_HANDSHAKE
        await until(lambda: b"\x15\x03\x03\x00\x02\x02" in b"".join(told))


async def test_a_long_chain_is_shown_and_a_huge_one_refused() -> None:
    authority = Authority()
    with relay(at_once, authority.sign(between=40)) as server:
        probe = await probed(server.port, TLS)
        assert probe.tls is not None
        assert len(probe.tls.chain) == 41
    with relay(at_once, authority.sign(between=400)) as server:
        probe = await probed(server.port, TLS)
    assert probe.failure is not None
    assert probe.failure.reason is Reason.NO_HANDSHAKE


def damaged(made: Certificate, old: bytes, new: bytes) -> Certificate:
    """A certificate with other bytes in it, which OpenSSL shows and other parsers may refuse."""
    der = x509.load_pem_x509_certificate(made.certificate.encode()).public_bytes(Encoding.DER)
    assert old in der
    text = base64.encodebytes(der.replace(old, new)).decode()
    return Certificate(f"-----BEGIN CERTIFICATE-----\n{text}-----END CERTIFICATE-----\n", made.key)


async def test_a_certificate_that_cannot_be_read_is_a_note_and_no_crash() -> None:
    with relay(at_once, damaged(Authority().sign(), b"localhost", b"loc\xff\xffhost")) as server:
        probe = await probed(server.port, TLS)
    assert probe.tls is not None
    assert not probe.tls.trusted
    assert probe.tls.chain[0].sha256
    assert probe.failed is None


RSA_WITH = b"\x2a\x86\x48\x86\xf7\x0d\x01\x01"


@pytest.mark.parametrize(
    ("bits", "change", "problem"),
    [
        (1024, RSA_WITH, "its key has only 1024 bits, and many mailers want 2048"),
        (2048, RSA_WITH + b"\x05", "it is signed with SHA-1, which many mailers refuse"),
    ],
)
async def test_a_certificate_that_is_too_weak_for_many_mailers_is_told(
    bits: int, change: bytes, problem: str
) -> None:
    key = rsa.generate_private_key(65537, bits)
    with_sha256 = RSA_WITH + b"\x0b"
    made = damaged(Authority(key).sign(key=key), with_sha256[: len(change)], change)
    with relay(at_once, made) as server:
        probe = await probed(server.port, TLS)
    assert probe.tls is not None
    assert problem in probe.tls.problems


async def test_a_file_of_authorities_that_is_damaged_is_no_crash(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bad.pem").write_text("-----BEGIN CERTIFICATE-----\nno\n")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "bad.pem"))
    with relay(at_once, MADE) as server:
        probe = await probed(server.port, TLS)
    assert probe.tls is not None
    assert not probe.tls.trusted


async def test_a_server_may_shake_hands_again() -> None:
    def part(talk: Talk) -> None:
        context = SSL.Context(SSL.TLS_SERVER_METHOD)
        context.set_max_proto_version(SSL.TLS1_2_VERSION)
        key = load_pem_private_key(MADE.key.encode(), None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        context.use_privatekey(key)
        context.use_certificate(x509.load_pem_x509_certificate(MADE.certificate.encode()))
        sock = talk.plain_socket()
        sock.settimeout(None)
        line = SSL.Connection(context, sock)
        line.set_accept_state()
        line.do_handshake()
        line.renegotiate()
        try:
            line.do_handshake()
            line.sendall(b"220 relay.example ESMTP\r\n")
            while data := line.recv(4096):
                line.sendall(b"221 bye\r\n" if b"QUIT" in data else b"250 relay.example\r\n")
        except SSL.Error:
            return

    with relay(part, MADE) as server:
        probe = await probed(server.port, TLS)
    assert probe.failed is None
    assert not [each for each in probe.notes if each.step is not Step.TLS]


# Commands and secrets


@pytest.mark.parametrize(
    "address", ["a@b.example>\r\nDATA", "a@b.example\nRSET", "a\0@b.example", "\udcff@b.example"]
)
@pytest.mark.parametrize("field", ["sender", "recipient"])
async def test_an_address_cannot_carry_a_command(field: str, address: str) -> None:
    asked: dict[str, Any] = {**RCPT, field: address}
    with relay(plain(EHLO="250-a\r\n250 SMTPUTF8"), MADE) as server:
        probe = await probed(server.port, **asked)
        verbs = [line.split()[0] for line in server.heard if line.split()]
    assert probe.failure is not None
    assert probe.failure.reason is Reason.NOT_AN_ADDRESS
    assert verbs == [b"EHLO", b"QUIT"]


@pytest.mark.parametrize("methods", ["PLAIN", "LOGIN"])
async def test_a_secret_that_the_server_repeats_is_masked(methods: str) -> None:
    secret = "correct-horse"

    def part(talk: Talk) -> None:
        talk.say("220 relay.example")
        talk.hear()
        talk.say("250-a", f"250 AUTH {methods}")
        while line := talk.hear():
            last = line.split()[-1]
            if methods == "LOGIN" and (line == "AUTH LOGIN" or last == "Y2Ft"):
                talk.say("334 VXNlcm5hbWU6")
            else:
                talk.say(f"535-5.7.8 not taken: {line} {secret}", "535 5.7.8 no")
                return

    with relay(part, MADE) as server:
        probe = await probed(server.port, username="cam", password=SecretStr(secret), insecure=True)
    shown = repr((probe.steps, probe.dialogue))
    assert "535 5.7.8 no" in shown
    for hidden in (secret, base64.b64encode(secret.encode()).decode(), "AGNhbQ"):
        assert hidden not in shown


async def test_a_user_name_from_an_odd_terminal_is_sent_as_it_was_typed() -> None:
    with relay(plain(EHLO="250-a\r\n250 AUTH PLAIN"), MADE) as server:
        probe = await probed(
            server.port, username="caf\udce9", password=SecretStr("pass\udcff"), insecure=True
        )
        sent = server.heard[1].split()[2]
    assert probe.failed is None
    assert base64.b64decode(sent) == b"\0caf\xe9\0pass\xff"


# Time


async def test_a_time_that_is_over_is_told_in_short_numbers() -> None:
    limits = Limits(step=5.0, whole=0.51234)
    with relay(silent, MADE) as server:
        probe = await probed(server.port, limits=limits)
    assert probe.failure is not None
    assert probe.failure.words == "no greeting within 0.5 s, all that was left of 0.5 s"


async def test_no_other_port_is_tried_when_the_time_is_over() -> None:
    limits = Limits(step=5.0, whole=0.3)
    with relay(silent, MADE) as server, relay(plain(), MADE) as other:
        ask = Ask(Address("127.0.0.1", server.port))
        probe = await Prober(Clock(), Names(), limits, (other.port,)).probe(ask, lambda _: None)
    assert probe.others == ()


LONGEST_TURN = """
import asyncio, sys, time
import tests.guard.sitecustomize
from smtp_tui.api.clock import Clock
from smtp_tui.mail.replies import table
from smtp_tui.probe.model import Address, Ask, Limits
from smtp_tui.probe.names import Names
from smtp_tui.probe.prober import Prober

longest = 0.0

async def watch():
    global longest
    while True:
        before = time.thread_time()
        await asyncio.sleep(0)
        longest = max(longest, time.thread_time() - before)

async def main():
    watching = asyncio.create_task(watch())
    for host in ("127.0.0.1", "gone.example"):
        address = Address(host, int(sys.argv[1]))
        ask = Ask(address, sender="a@b.example", recipient="c@d.example")
        probe = await Prober(Clock(), Names(), Limits()).probe(ask, lambda _: None, others=False)
        print(probe.steps[-1].step.value, file=sys.stderr)
    watching.cancel()
    table.cache_clear()
    before = time.thread_time()
    table()
    print(longest, time.thread_time() - before)

asyncio.run(main())
"""


async def test_the_event_loop_never_works_long_in_one_turn() -> None:
    """In a new process, where nothing is loaded: the thread's own work, held against reading the
    table of replies, which is the smallest thing that has to be done elsewhere."""
    refuses = starttls(RCPT="554 5.7.1 Relay access denied")
    with relay(refuses, Authority().sign(between=20)) as server:
        process = start(LONGEST_TURN, str(server.port))
        output, _ = await asyncio.to_thread(process.communicate, timeout=30)
    assert process.returncode == 0
    longest, reading = map(float, output.split())
    assert longest < 1.5 * reading


# What is left behind


def open_files() -> int:
    """How many files and sockets this process holds."""
    return len(os.listdir("/proc/self/fd"))


class SlowNames(Names):
    """A name server that never answers."""

    async def addresses(self, address: Address, seconds: float) -> tuple[str, ...]:
        """None ever."""
        await asyncio.get_running_loop().create_future()
        return ()


HANGING: dict[Step, Part] = {
    Step.GREETING: silent,
    Step.EHLO: plain(EHLO=""),
    Step.TLS: CASES["TLS hangs"][0],
    Step.EHLO_TLS: starttls(EHLO=""),
    Step.LOGIN: starttls(AUTH=""),
    Step.SENDER: starttls(MAIL=""),
    Step.RECIPIENT: starttls(RCPT=""),
    Step.QUIT: starttls(QUIT=""),
}


@pytest.mark.parametrize("step", [Step.NAMES, Step.CONNECT, *HANGING])
async def test_a_probe_that_is_cancelled_leaves_nothing_behind(step: Step) -> None:
    gc.collect()
    before, tasks = open_files(), asyncio.all_tasks()
    seen = [Probe(Ask(Address("127.0.0.1", 25)))]
    steps = list(Step)
    with relay(HANGING.get(step, silent), MADE) as server, full_port() as full:
        port = full if step is Step.CONNECT else server.port
        names = SlowNames() if step is Step.NAMES else Names()
        ask = Ask(
            *(Address("127.0.0.1", port), Security.AUTO, "cam", SecretStr("secret")),
            *("a@b.example", "c@d.example", True),
        )
        prober = Prober(Clock(), names, Limits(step=30.0, whole=60.0))
        probing = asyncio.create_task(prober.probe(ask, seen.append))
        await until(lambda: [each.step for each in seen[-1].steps] == steps[: steps.index(step)])
        await turns(10)  # somewhere into the step
        probing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await probing
        assert asyncio.all_tasks() == tasks
    gc.collect()
    await until(lambda: open_files() <= before)


async def test_two_hundred_probes_leave_no_file_open() -> None:
    parts = [plain(), starttls(), at_once, CASES["TLS breaks"][0], CASES["HTTP"][0]]
    gc.collect()
    before = open_files()
    for part in parts:
        with relay(part, MADE) as server:
            for _ in range(40):
                await probed(server.port, TLS if part is at_once else Security.AUTO)
    gc.collect()
    await until(lambda: open_files() <= before)
