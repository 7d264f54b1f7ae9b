"""What a probe says of every kind of relay: the step that ends it, why, and what to try."""

from __future__ import annotations

import re
import socket
import ssl
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

from smtp_tui.api.clock import Clock
from smtp_tui.api.secret import SecretStr
from smtp_tui.cli.probe_formats import HOW, Looked, result_text, step_text
from smtp_tui.probe.channel import Channel
from smtp_tui.probe.model import (
    Address,
    Ask,
    Limits,
    Probe,
    Reason,
    Result,
    Security,
    Side,
    Step,
    Suggestion,
)
from smtp_tui.probe.names import Names
from smtp_tui.probe.prober import Prober
from smtp_tui.probe.words import also_tried, not_tried, not_tried_words
from smtp_tui.workflows.two_views import Here, here_of
from tests.failing_sandbox.certificates import CertificateKind, certificate_of, signed_again
from tests.probe.relay import Part, Relay, Talk, relay

LIMITS = Limits(step=0.6, whole=4.0)
"""For relays that say nothing."""
PATIENT = Limits(step=10.0, whole=40.0)
"""For all others: a busy machine is no failure."""
SECRET = "correct-horse"


class Wanted(Struct, frozen=True):
    """How a probe has to end: the step, the reason, and words that have to be said."""

    step: Step | None
    reason: Reason | None = None
    words: str = ""
    advice: str = ""
    result: Result = Result.FAILED


def plain(**replies: str) -> Part:
    """A server without TLS."""

    def part(talk: Talk) -> None:
        talk.say("220 relay.example ESMTP")
        talk.serve(**replies)

    return part


def starttls(*before: str, **replies: str) -> Part:
    """A server that offers STARTTLS, and AUTH only inside."""

    def part(talk: Talk) -> None:
        talk.say("220 relay.example ESMTP")
        talk.serve(EHLO="250-relay.example\r\n250 STARTTLS")
        talk.begin_tls()
        talk.serve(**{"EHLO": "250-relay.example\r\n250 AUTH PLAIN LOGIN", **replies})

    return part


def at_once(talk: Talk) -> None:
    """A server with TLS before its greeting."""
    talk.begin_tls()
    talk.say("220 relay.example ESMTP")
    talk.serve()


def old_tls(talk: Talk) -> None:
    """A server that knows no TLS of this century's second decade."""
    talk.begin_tls(oldest=True)
    talk.say("220 relay.example ESMTP")
    talk.serve()


def silent(talk: Talk) -> None:
    """A port that takes connections and says nothing."""
    talk.wait()


def greets(*lines: str) -> Part:
    """A server that greets like this and then only listens."""

    def part(talk: Talk) -> None:
        talk.say(*lines)
        talk.serve()

    return part


def never_ends(talk: Talk) -> None:
    """A greeting of which the last line never comes."""
    talk.say("220-relay.example", "220-please wait")
    talk.wait()


def endless(talk: Talk) -> None:
    """A greeting of lines without end."""
    while True:
        talk.say("220-and on")


def one_long_line(talk: Talk) -> None:
    """A greeting of one line without end."""
    talk.send(b"220 ")
    while True:
        talk.send(b"x" * 4096)


def hangs_up(talk: Talk) -> None:
    """A port that closes at once."""
    talk.close()


def resets(talk: Talk) -> None:
    """A port that ends the connection with a reset."""
    sock = talk.plain_socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    talk.close()


def resets_after(command: str) -> Part:
    """A server that offers STARTTLS, and resets after a command."""

    def part(talk: Talk) -> None:
        talk.say("220 relay.example ESMTP")
        while talk.hear().split()[0] != command:
            talk.say("250-relay.example", "250 STARTTLS")
        if command == "STARTTLS":
            talk.say("220 ready")
            talk.peek()
        resets(talk)

    return part


def hangs_up_later(talk: Talk) -> None:
    """A server that closes after EHLO."""
    talk.say("220 relay.example ESMTP")
    talk.hear()
    talk.send(b"250-relay.ex")


def web(talk: Talk) -> None:
    """A web server that minds the silence."""
    talk.send(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n<h1>Bad Request</h1>")


def injected(talk: Talk) -> None:
    """Somebody on the way adds a reply to that to STARTTLS."""
    talk.say("220 relay.example ESMTP")
    talk.hear()
    talk.say("250-relay.example", "250 STARTTLS")
    talk.hear()
    talk.say("220 ready", "250 I am inside TLS, believe me")
    talk.wait()


def tls_hangs(talk: Talk) -> None:
    """A server that agrees to STARTTLS and never shakes hands."""
    talk.say("220 relay.example ESMTP")
    talk.serve(EHLO="250-relay.example\r\n250 STARTTLS")
    talk.wait()


def tls_breaks(talk: Talk) -> None:
    """A server that agrees to STARTTLS and hangs up."""
    talk.say("220 relay.example ESMTP")
    talk.serve(EHLO="250-relay.example\r\n250 STARTTLS")
    talk.close()


def speaks_twice(talk: Talk) -> None:
    """A server that answers more than it was asked."""
    talk.say("220 relay.example ESMTP")
    talk.hear()
    talk.say("250 relay.example", "250 and another one")
    talk.wait()


def drops_quit(talk: Talk) -> None:
    """A server that closes without an answer to QUIT."""
    talk.say("220 relay.example ESMTP")
    talk.hear()
    talk.say("250 relay.example")
    talk.hear()


def no_ehlo(talk: Talk) -> None:
    """A server of before 1995."""
    talk.say("220 relay.example SMTP")
    talk.serve(EHLO="502 what?")


def slow(talk: Talk) -> None:
    """A server that looks its client up before it greets."""
    talk.send(b"22")
    time.sleep(0.3)  # the server is slow: nothing is awaited
    talk.say("0 relay.example")
    time.sleep(0.3)
    talk.serve()


def drips(talk: Talk) -> None:
    """A server that sends its bytes one at a time."""
    for byte in b"220-relay.example\r\n220 ready\r\n":
        talk.send(bytes((byte,)))
    talk.serve()


def no_line_feed(talk: Talk) -> None:
    """A server that ends its lines with CR alone."""
    talk.send(b"220 relay.example\r")
    talk.wait()


def database(talk: Talk) -> None:
    """A MySQL server, which greets first and in bytes without a line."""
    talk.send(b"\x4a\x00\x00\x00\x0a8.0.35\x00\x08\x00\x00\x00")
    talk.wait()


def injected_late(talk: Talk) -> None:
    """The added reply comes in a packet of its own, when TLS has begun on this side."""
    talk.say("220 relay.example ESMTP")
    talk.serve(EHLO="250-relay.example\r\n250 STARTTLS")
    talk.peek()
    talk.say("250 I am inside TLS, believe me")
    talk.wait()


def hangs_up_in_tls(talk: Talk) -> None:
    """A server that shakes hands and closes."""
    talk.begin_tls()
    talk.close()


def hangs_up_in_a_reply(talk: Talk) -> None:
    """A server that ends TLS in the middle of a reply."""
    talk.begin_tls()
    talk.send(b"220 relay.ex")
    talk.end_tls()


def drips_in_tls(talk: Talk) -> None:
    """A server that sends each byte in a TLS record of its own."""
    talk.begin_tls()
    for byte in b"220-relay.example\r\n220 ready\r\n":
        talk.send(bytes((byte,)))
    talk.serve()


def asks_without_end(talk: Talk) -> None:
    """A server that has one more question at each step of a login."""
    talk.say("220 relay.example ESMTP")
    talk.hear()
    talk.say("250-relay.example", "250 AUTH LOGIN")
    while line := talk.hear():
        talk.say("501 5.7.0 cancelled" if line == "*" else "334 VXNlcm5hbWU6")
        if line == "*":
            talk.serve()


def stops(*before: str) -> Part:
    """A server that is shut down between two commands: it says 421 unasked (RFC 5321, 3.8)."""

    def part(talk: Talk) -> None:
        talk.say("220 relay.example ESMTP")
        talk.hear()
        talk.say("250 relay.example", "421 4.3.2 shutting down")

    return part


def closes_at_rset(talk: Talk) -> None:
    """A server that takes the recipient, and closes when it is asked to forget it."""
    talk.say("220 relay.example ESMTP")
    for _ in range(3):
        talk.hear()
        talk.say("250 2.1.0 Ok")
    talk.hear()


ANY = Security.AUTO
TLS, PLAIN, UPGRADE = Security.TLS, Security.PLAIN, Security.STARTTLS
LOGIN = {"username": "cam", "password": SecretStr(SECRET)}
RCPT = {"sender": "cam@here.example", "recipient": "you@there.example"}
SELF, EXPIRED = CertificateKind.SELF_SIGNED, CertificateKind.EXPIRED
OTHER, UNKNOWN = CertificateKind.WRONG_NAME, CertificateKind.UNKNOWN_ISSUER

W = Wanted
CASES: dict[str, tuple[Part, Security, Mapping[str, Any], Wanted]] = {
    "plain relay": (plain(), ANY, {}, W(None)),
    "STARTTLS, self-signed": (
        starttls(), ANY, {}, W(Step.TLS, words="self-signed", result=Result.NOTE)),
    "TLS at once, self-signed": (
        at_once, TLS, {}, W(Step.TLS, words="self-signed", result=Result.NOTE)),
    "old TLS": (old_tls, TLS, {}, W(Step.TLS, words="out of use", result=Result.NOTE)),
    "no STARTTLS offered": (plain(), ANY, {}, W(Step.TLS, words="not offered", result=Result.NOTE)),
    "no STARTTLS, but wanted": (
        plain(), UPGRADE, {}, W(Step.TLS, Reason.NO_STARTTLS, "offers no STARTTLS", "(--plain).")),
    "STARTTLS refused": (
        plain(EHLO="250-relay.example\r\n250 STARTTLS", STARTTLS="454 4.7.0 TLS not available"),
        ANY, {}, W(Step.TLS, Reason.SAYS_NO, "454 4.7.0")),
    "TLS hangs": (tls_hangs, ANY, {}, W(Step.TLS, Reason.NO_HANDSHAKE, "no TLS handshake within")),
    "TLS breaks": (tls_breaks, ANY, {}, W(Step.TLS, Reason.NO_HANDSHAKE, "hung up during")),
    "plain text where TLS is expected": (
        plain(), TLS, {}, W(Step.TLS, Reason.NOT_TLS, "220 relay.example", "usually 465")),
    "TLS where plain text is expected": (
        at_once, ANY, {}, W(Step.GREETING, Reason.SILENT, "no greeting within")),
    "injected after STARTTLS": (
        injected, ANY, {}, W(Step.TLS, Reason.INJECTED, "before TLS", "passwords")),
    "silent": (
        silent, ANY, {},
        W(Step.GREETING, Reason.SILENT, "no greeting within 0.6 s", "be no mail server.")),
    "greeting never ends": (
        never_ends, ANY, {}, W(Step.GREETING, Reason.UNFINISHED, "did not end within")),
    "endless greeting": (endless, ANY, {}, W(Step.GREETING, Reason.TOO_LONG, "100 lines")),
    "endless line": (one_long_line, ANY, {}, W(Step.GREETING, Reason.TOO_LONG, "64 KiB")),
    "554 greeting": (
        greets("554 5.7.1 no service for you"), ANY, {}, W(Step.GREETING, Reason.SAYS_NO, "554")),
    "421 greeting": (
        greets("421 4.3.2 too busy"), ANY, {}, W(Step.GREETING, Reason.SAYS_NO, "421 4.3.2")),
    "several greeting lines": (greets("220-relay.example", "220 ready"), ANY, {}, W(None)),
    "escape sequences in the greeting": (
        greets("220 \x1b[2J\x1b]0;owned\x07 ready"), ANY, {}, W(None)),
    "hangs up at once": (hangs_up, ANY, {}, W(Step.GREETING, Reason.CLOSED, "hung up without")),
    "hangs up in a reply": (
        hangs_up_later, ANY, {}, W(Step.EHLO, Reason.CLOSED, "in the middle of a reply")),
    "HTTP": (web, ANY, {}, W(Step.GREETING, Reason.NOT_SMTP, "HTTP/1.1 400", "port")),
    "SSH": (greets("SSH-2.0-OpenSSH_9.2"), ANY, {}, W(Step.GREETING, Reason.NOT_SMTP, "SSH-2.0")),
    "POP3": (greets("+OK ready"), ANY, {}, W(Step.GREETING, Reason.NOT_SMTP, "+OK ready")),
    "more replies than asked for": (
        speaks_twice, ANY, {}, W(Step.QUIT, words="more than one reply", result=Result.NOTE)),
    "slow greeting": (slow, ANY, {}, W(Step.GREETING, words="220 relay", result=Result.OK)),
    "bytes one at a time": (drips, ANY, {}, W(None)),
    "bytes one at a time in TLS": (drips_in_tls, TLS, {}, W(None)),
    "NUL in the greeting": (greets("220 re\0lay"), ANY, {}, W(None)),
    "CR without LF": (no_line_feed, ANY, {}, W(Step.GREETING, Reason.UNFINISHED, "did not end")),
    "CR twice": (greets("220 relay.example\r"), ANY, {}, W(Step.GREETING, words="relay.example",
        result=Result.OK)),
    "a code of four digits": (greets("2200 hi"), ANY, {}, W(Step.GREETING, Reason.NOT_SMTP)),
    "a line without a code": (
        greets("220-relay.example", "hello", "220 ready"), ANY, {},
        W(Step.GREETING, Reason.NOT_SMTP, "hello")),
    "MySQL": (database, ANY, {}, W(Step.GREETING, Reason.NOT_SMTP, "it said: J", "port")),
    "NNTP": (greets("200 news ready"), ANY, {}, W(Step.GREETING, Reason.NOT_SMTP, "200 news")),
    "FTP": (
        plain(EHLO="530 Please login with USER and PASS.", QUIT="221 Goodbye."), ANY, {},
        W(Step.EHLO, Reason.SAYS_NO, "530")),
    "100 lines": (
        plain(EHLO="250-x\r\n" * 99 + "250 x"), ANY, {}, W(Step.EHLO, result=Result.OK)),
    "101 lines": (
        plain(EHLO="250-x\r\n" * 100 + "250 x"), ANY, {}, W(Step.EHLO, Reason.TOO_LONG, "100")),
    "421 unasked": (stops(), ANY, RCPT, W(Step.SENDER, Reason.SAYS_NO, "421 4.3.2", "again")),
    "421 in place of a reply": (
        plain(MAIL="421 4.4.2 timeout"), ANY, RCPT, W(Step.SENDER, Reason.SAYS_NO, "421 4.4.2")),
    "injected late after STARTTLS": (
        injected_late, ANY, {}, W(Step.TLS, Reason.INJECTED, "before TLS", "passwords")),
    "STARTTLS answered as DATA is": (
        plain(EHLO="250-a\r\n250 STARTTLS", STARTTLS="354 go on"), ANY, {},
        W(Step.TLS, Reason.SAYS_NO, "354")),
    "hangs up after the handshake": (
        hangs_up_in_tls, TLS, {}, W(Step.GREETING, Reason.CLOSED, "hung up without")),
    "reset after EHLO": (
        resets_after("EHLO"), ANY, {},
        W(Step.EHLO, Reason.CLOSED, "hung up (connection reset)", "log says why")),
    "reset in the handshake": (
        resets_after("STARTTLS"), ANY, {},
        W(Step.TLS, Reason.NO_HANDSHAKE, "hung up during")),
    "TLS ends in a reply": (
        hangs_up_in_a_reply, TLS, {}, W(Step.GREETING, Reason.CLOSED, "in the middle of a reply")),
    "MAIL answered as DATA is": (
        plain(MAIL="354 go on"), ANY, RCPT, W(Step.SENDER, Reason.SAYS_NO, "354")),
    "RSET unanswered": (
        closes_at_rset, ANY, RCPT, W(Step.RECIPIENT, words="250 2.1.0", result=Result.OK)),
    "a login that asks without end": (
        asks_without_end, ANY, {**LOGIN, "insecure": True},
        W(Step.LOGIN, Reason.NO_METHOD, "asks for more")),
    "a login that asks after everything was said": (
        plain(EHLO="250-a\r\n250 AUTH PLAIN", AUTH="334 "), ANY, {**LOGIN, "insecure": True},
        W(Step.LOGIN, Reason.NO_METHOD, "asks for more")),
    "strange login methods": (
        plain(EHLO="250-a\r\n250-AUTH\r\n250 AUTH  =PLAIN= \x1b[2J X" + "Y" * 300), ANY,
        {**LOGIN, "insecure": True}, W(Step.LOGIN, Reason.NO_METHOD, "=PLAIN=")),
    "login in the way of before RFC 4954": (
        plain(EHLO="250-a\r\n250 AUTH=PLAIN"), ANY, {**LOGIN, "insecure": True},
        W(Step.LOGIN, words="235", result=Result.OK)),
    "no EHLO": (no_ehlo, ANY, {}, W(Step.EHLO, words="no EHLO", result=Result.NOTE)),
    "EHLO refused": (
        plain(EHLO="550 5.7.1 who?", HELO="550 5.7.1 who?"), ANY, {},
        W(Step.EHLO, Reason.SAYS_NO, "550 5.7.1")),
    "no answer to QUIT": (drops_quit, ANY, {}, W(Step.QUIT, words="hung up", result=Result.NOTE)),
    "login without TLS": (
        plain(EHLO="250-a\r\n250 AUTH PLAIN"), ANY, LOGIN,
        W(Step.LOGIN, Reason.UNSAFE_LOGIN, "no TLS", "allow it (--insecure).")),
    "login with an untrusted certificate": (
        starttls(), ANY, LOGIN, W(Step.LOGIN, Reason.UNSAFE_LOGIN, "not trusted")),
    "login refused": (
        starttls(AUTH="535 5.7.8 Authentication credentials invalid"), ANY,
        {**LOGIN, "insecure": True}, W(Step.LOGIN, Reason.SAYS_NO, "535 5.7.8")),
    "login": (
        starttls(), ANY, {**LOGIN, "insecure": True},
        W(Step.LOGIN, words="235", result=Result.OK)),
    "no login offered": (
        starttls(EHLO="250-a\r\n250 AUTH CRAM-MD5"), ANY, {**LOGIN, "insecure": True},
        W(Step.LOGIN, Reason.NO_METHOD, "CRAM-MD5")),
    "sender refused": (
        plain(MAIL="553 5.7.1 sender not yours"), ANY, RCPT, W(Step.SENDER, Reason.SAYS_NO, "553")),
    "recipient refused": (
        plain(RCPT="554 5.7.1 Relay access denied"), ANY, RCPT,
        W(Step.RECIPIENT, Reason.SAYS_NO, "554 5.7.1")),
    "greylisted": (
        plain(RCPT="450 4.2.0 Greylisted, try again"), ANY, RCPT,
        W(Step.RECIPIENT, Reason.SAYS_NO, "450 4.2.0")),
    "recipient taken": (plain(), ANY, RCPT, W(Step.RECIPIENT, words="250 2.1.5", result=Result.OK)),
    "an address that needs SMTPUTF8": (
        plain(), ANY, {"sender": "", "recipient": "grüße@there.example"},
        W(Step.SENDER, Reason.NOT_ASCII, "ASCII")),
}  # fmt: skip
"""The relay's part, how TLS is asked for, what else is asked, and how it has to end."""


async def probed(
    port: int, security: Security = ANY, limits: Limits = PATIENT, **asked: Any
) -> Probe:
    """Probe a port of this machine, and no other one."""
    ask = Ask(Address("127.0.0.1", port), security, **asked)
    return await Prober(Clock(), Names(), limits).probe(ask, lambda _: None, others=False)


def assert_ended_as(probe: Probe, wanted: Wanted) -> None:
    """Hold a probe against what is wanted of it."""
    if wanted.step is None:
        assert probe.failed is None
        assert probe.steps[-1].step is Step.QUIT
        return
    found = next(each for each in probe.steps if each.step is wanted.step)
    assert found.result is wanted.result
    assert wanted.words in " ".join((found.words, *found.details))
    if wanted.reason is not None:
        assert probe.failure is not None
        assert probe.failed is found
        assert probe.failure.reason is wanted.reason
        assert probe.failure.meaning
        assert wanted.advice in probe.failure.advised(HOW)


@pytest.mark.parametrize("name", CASES)
async def test_each_relay_is_told_by_its_step_its_words_and_its_advice(name: str) -> None:
    part, security, asked, wanted = CASES[name]
    waits = wanted.reason in (Reason.SILENT, Reason.UNFINISHED) or "within" in wanted.words
    with relay(part, certificate_of(SELF)) as server:
        probe = await probed(server.port, security, LIMITS if waits else PATIENT, **asked)
        assert_ended_as(probe, wanted)
        never_mails(server, probe)
    assert said_twice(probe) == []


def said_twice(probe: Probe) -> list[str]:
    """The sentences that stand twice in what the shell prints; the server's words do not count."""
    steps = (step_text(each) for each in probe.steps)
    text = "\n".join((*steps, result_text(Looked(probe, ()))))
    parts = [each.strip(" .").casefold() for each in re.split(r"[.;:]\s|\n|  ", text)]
    own = [each for each in parts if each.count(" ") > 1 and not each[0].isdigit()]
    return [each for each, times in Counter(own).items() if times > 1]


def never_mails(server: Relay, probe: Probe) -> None:
    """No mail was sent, and no secret stands in what is shown."""
    verbs = {line.split()[0].upper() for line in server.heard if line.split()}
    assert not verbs & {b"DATA", b"BDAT"}
    shown = repr((probe.steps, probe.dialogue))
    assert SECRET not in shown
    assert "AGNhbQ" not in shown  # how a login of cam begins in base64
    here = [line.text for line in probe.dialogue if line.side is Side.HERE]
    assert not any(text.upper().startswith(("DATA", "BDAT")) for text in here)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (SELF, "it is self-signed"),
        (EXPIRED, "it has expired"),
        (OTHER, "it is not for 127.0.0.1"),
        (
            UNKNOWN,
            "its authority is not known to this machine, and no certificate between them was sent",
        ),
    ],
)
async def test_what_is_wrong_with_a_certificate_is_told(kind: CertificateKind, words: str) -> None:
    with relay(at_once, certificate_of(kind)) as server:
        probe = await probed(server.port, TLS)
    assert probe.tls is not None
    assert words in probe.tls.problems
    assert probe.failed is None


async def test_a_certificate_that_the_machine_knows_is_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = signed_again(days=6)
    known = tmp_path / "authorities.pem"
    known.write_text(made.certificate)
    monkeypatch.setenv("SSL_CERT_FILE", str(known))
    with relay(at_once, made) as server:
        probe = await probed(server.port, TLS)
    assert probe.tls is not None
    assert probe.tls.trusted
    assert probe.tls.days_left in (5, 6)
    assert [step.step for step in probe.notes] == [Step.TLS]


async def test_the_chain_is_told_by_its_subjects_and_the_issuer_where_it_is_not_in_it() -> None:
    for kind, lines in (
        (SELF, ["Chain of 1 certificate: CN=smtp-tui sandbox"]),
        (
            UNKNOWN,
            ["Issued by CN=unknown authority", "Chain of 1 certificate: CN=smtp-tui sandbox"],
        ),
    ):
        with relay(at_once, certificate_of(kind)) as server:
            probe = await probed(server.port, TLS)
        tls = next(each for each in probe.steps if each.step is Step.TLS)
        assert [each for each in tls.details if each.startswith(("Issued", "Chain"))] == lines


async def test_the_authorities_are_read_in_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    threads = set()
    paths = ssl.get_default_verify_paths

    def looked() -> ssl.DefaultVerifyPaths:
        threads.add(threading.current_thread())
        return paths()

    monkeypatch.setattr(ssl, "get_default_verify_paths", looked)
    with relay(at_once, certificate_of(SELF)) as server:
        await probed(server.port, TLS)
    assert threads
    assert threading.main_thread() not in threads


async def test_what_this_machine_loads_is_no_time_of_the_server(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    paths = ssl.get_default_verify_paths

    def slow_disk() -> ssl.DefaultVerifyPaths:
        time.sleep(1.0)  # the disk is slow: nothing is awaited
        return paths()

    monkeypatch.setattr(ssl, "get_default_verify_paths", slow_disk)
    with relay(at_once, certificate_of(SELF)) as server:
        probe = await probed(server.port, TLS)
    assert probe.seconds > 1.0
    assert sum(each.seconds for each in probe.steps) < 1.0


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (6, "5 days left"),
        (1, "0 days left"),
        (0, "ended less than a day ago"),
        (-1, "ended 1 day ago"),
        (-3, "ended 3 days ago"),
    ],
)
async def test_the_days_of_a_certificate_are_whole_days(days: int, words: str) -> None:
    with relay(at_once, signed_again(days=days)) as server:
        probe = await probed(server.port, TLS)
    tls = next(each for each in probe.steps if each.step is Step.TLS)
    assert words in " ".join(tls.details)


class Later(Clock):
    """The time in 400 days."""

    def now(self) -> datetime:
        return super().now() + timedelta(days=400)


async def test_a_certificate_is_judged_as_of_the_time_that_the_days_are_counted_from() -> None:
    with relay(at_once, certificate_of(SELF)) as server:
        ask = Ask(Address("127.0.0.1", server.port), TLS)
        probe = await Prober(Later(), Names(), LIMITS).probe(ask, lambda _: None)
    assert probe.tls is not None
    assert "it has expired" in probe.tls.problems
    assert probe.tls.days_left in (-35, -36)


async def test_a_port_where_nothing_listens_is_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    probe = await probed(port)
    assert_ended_as(probe, Wanted(Step.CONNECT, Reason.REFUSED, "connection refused", "port"))


@contextmanager
def full_port() -> Iterator[int]:
    """A port that answers nothing: its queue is full, and the system drops what comes."""
    with socket.socket() as listener, ExitStack() as queue:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port: int = listener.getsockname()[1]
        for _ in range(3):
            waiting = queue.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(("127.0.0.1", port))
        yield port


async def test_a_port_that_answers_nothing_is_told_from_one_that_refuses() -> None:
    with full_port() as port:
        probe = await probed(port, limits=LIMITS)
    assert_ended_as(probe, Wanted(Step.CONNECT, Reason.FILTERED, "no answer within", "port"))


async def test_a_name_that_does_not_exist_is_told() -> None:
    ask = Ask(Address("no-such-relay.invalid", 25))
    probe = await Prober(Clock(), Names(), Limits()).probe(ask, lambda _: None)
    assert_ended_as(probe, Wanted(Step.NAMES, Reason.NO_NAME, "", "hostname"))


async def test_the_other_ports_are_looked_at_where_one_fails() -> None:
    certificate = certificate_of(SELF)
    with relay(silent, certificate) as server, relay(starttls(), certificate) as other:
        ask = Ask(Address("127.0.0.1", server.port))
        prober = Prober(Clock(), Names(), LIMITS, (other.port,))
        probe = await prober.probe(ask, lambda _: None)
    told = f"{other.port} answers and offers STARTTLS; this is {server.port}."
    assert probe.suggestion == Suggestion(told)


@pytest.mark.parametrize(
    ("part", "security", "tried", "suggestion"),
    [
        (at_once, ANY, "TLS at once",
         "expects TLS from the first byte; probe again with TLS at once (--tls)."),
        (at_once, UPGRADE, "TLS at once",
         "expects TLS from the first byte; probe again with TLS at once (--tls)."),
        (starttls(), TLS, "plain text",
         "begins in plain text and offers STARTTLS; probe again with STARTTLS (--starttls)."),
        (plain(), TLS, "plain text",
         "begins in plain text and offers no TLS; probe again without TLS (--plain)."),
        (silent, ANY, "TLS at once", None),
        (silent, TLS, "plain text", None),
        (web, ANY, "TLS at once", None),
        (greets("554 5.7.1 not you"), ANY, None, None),
        (plain(), UPGRADE, None, None),
    ],
)  # fmt: skip
async def test_where_tls_begins_the_other_way_that_is_tried_and_told(
    part: Part, security: Security, tried: str | None, suggestion: str | None
) -> None:
    with relay(part, certificate_of(SELF)) as server:
        asked: Mapping[str, Any] = LOGIN | RCPT
        ask = Ask(Address("127.0.0.1", server.port), security, **asked)
        probe = await Prober(Clock(), Names(), LIMITS, ()).probe(ask, lambda _: None)
    assert [name for name, _ in also_tried(probe)] == ([tried] if tried else [])
    told = probe.suggestion.told(HOW) if probe.suggestion is not None else None
    assert told == (f"{server.port} {suggestion}" if suggestion else None)
    assert (here_of(probe) is Here.OTHER_TLS) is (suggestion is not None)
    assert not any(line.split()[0] in (b"AUTH", b"MAIL") for line in server.heard if line.split())
    assert said_twice(probe) == []


@pytest.mark.parametrize(
    ("part", "asked", "told"),
    [
        (plain(), {}, "login (no password), recipient (none given)"),
        (plain(), RCPT, "login (no password)"),
        (starttls(), LOGIN | {"insecure": True}, "recipient (none given)"),
        (starttls(), LOGIN | RCPT | {"insecure": True}, ""),
        (starttls(), LOGIN | RCPT,
         "login (the certificate is not trusted), recipient (the login came first)"),
        (plain(EHLO="250-a\r\n250 AUTH PLAIN"), LOGIN | RCPT,
         "login (there is no TLS), recipient (the login came first)"),
        (plain(MAIL="553 no"), RCPT,
         "login (no password), recipient (the sender came first)"),
        (plain(), {"recipient": "grüße@there.example"},
         "sender (the server takes only addresses in ASCII), login (no password),"
         " recipient (the sender came first)"),
        (greets("554 no"), RCPT, ""),
        (plain(EHLO="554 no"), RCPT, ""),
    ],
)  # fmt: skip
async def test_what_was_not_tried_is_told_with_its_reason_in_the_dialogue_too(
    part: Part, asked: Mapping[str, Any], told: str
) -> None:
    with relay(part, certificate_of(SELF)) as server:
        probe = await probed(server.port, **asked)
    words = f"Not tried: {told}." if told else ""
    assert not_tried_words(not_tried(probe)) == words
    notes = [line.text for line in probe.dialogue if line.side is Side.NOTE]
    assert [note for note in notes if note.startswith("Not")] == ([words] if words else [])
    assert said_twice(probe) == []


async def test_each_step_is_shown_when_it_ends() -> None:
    seen: list[int] = []
    with relay(plain(), certificate_of(SELF)) as server:
        ask = Ask(Address("127.0.0.1", server.port))
        probe = await Prober(Clock(), Names(), LIMITS).probe(
            ask, lambda so_far: seen.append(len(so_far.steps)), others=False
        )
    assert sorted(set(seen)) == [*range(len(probe.steps) + 1)][min(seen) :]


async def test_the_whole_probe_ends_in_its_time() -> None:
    limits = Limits(step=5.0, whole=0.5)
    with relay(silent, certificate_of(SELF)) as server:
        probe = await probed(server.port, limits=limits)
    assert_ended_as(probe, Wanted(Step.GREETING, Reason.SILENT))
    assert probe.seconds < 4


@pytest.mark.parametrize(
    ("listed", "details"),
    [
        (["127.0.0.3", "127.0.0.2"], ["127.0.0.3: connection refused"]),
        (["127.0.0.1", "127.0.0.2", "127.0.0.3"],
         ["127.0.0.1: no answer within", "1 more address not tried"]),
        (["::1", "127.0.0.2"], ["::1: connection refused"]),
    ],
)  # fmt: skip
async def test_the_next_address_is_tried_and_what_the_others_did_is_told(
    monkeypatch: pytest.MonkeyPatch, listed: list[str], details: list[str]
) -> None:
    with full_port() as port, relay(plain(), certificate_of(SELF), "127.0.0.2", port):
        monkeypatch.setattr(socket, "getaddrinfo", looked_up(listed))
        ask = Ask(Address("many.example", port))
        probe = await Prober(Clock(), Names(), Limits(step=2.0)).probe(ask, lambda _: None)
    names, connect = probe.steps[:2]
    assert names.words == ", ".join(listed)
    assert connect.words == f"127.0.0.2, port {port}, IPv4"
    assert probe.failed is None
    assert all(map(str.startswith, connect.details, details))
    assert len(connect.details) == len(details)
    assert connect.result is Result.NOTE


async def test_an_address_that_takes_the_connection_is_the_one_that_is_told_of(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with (
        relay(silent, certificate_of(SELF), "127.0.0.3") as mute,
        relay(plain(), certificate_of(SELF), "127.0.0.2", mute.port),
    ):
        monkeypatch.setattr(socket, "getaddrinfo", looked_up(["127.0.0.3", "127.0.0.2"]))
        ask = Ask(Address("many.example", mute.port))
        prober = Prober(Clock(), Names(), Limits(step=0.5))
        probe = await prober.probe(ask, lambda _: None, others=False)
    assert_ended_as(probe, Wanted(Step.GREETING, Reason.SILENT))
    connect = probe.steps[1]
    assert connect.words == f"127.0.0.3, port {mute.port}, IPv4"
    assert connect.details == ("1 more address not tried",)


def looked_up(addresses: list[str]) -> Callable[..., list[object]]:
    """What the system would answer for a name with these addresses."""

    def look_up(*_: object, **__: object) -> list[object]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, 0)) for each in addresses]

    return look_up


async def test_four_of_many_addresses_are_tried_and_share_the_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    listed = [f"127.0.0.{number}" for number in range(2, 12)]

    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    monkeypatch.setattr(socket, "getaddrinfo", looked_up(listed))
    ask = Ask(Address("many.example", port))
    probe = await Prober(Clock(), Names(), LIMITS).probe(ask, lambda _: None, others=False)
    names, connect = probe.steps
    assert names.words == ", ".join(listed)
    assert [each.partition(":")[0] for each in connect.details[:-1]] == listed[:4]
    assert connect.details[-1] == "6 more addresses not tried"


async def test_a_reply_may_have_as_many_lines_and_bytes_as_the_limits_say() -> None:
    limits = Limits(step=2.0, whole=4.0, reply_lines=4, reply_bytes=100)
    for lines, reason in (
        (("220-a",) * 3, None),
        (("220-a",) * 4, Reason.TOO_LONG),
        (("220-" + "a" * 85,), None),
        (("220-" + "a" * 85, "220-aaaaa"), Reason.TOO_LONG),
    ):
        with relay(greets(*lines, "220 b"), certificate_of(SELF)) as server:
            probe = await probed(server.port, limits=limits)
        assert (probe.failure and probe.failure.reason) is reason, lines


async def test_no_second_line_gets_into_a_command() -> None:
    one, other = socket.socketpair()
    with one, other:
        channel = Channel(one, LIMITS, lambda _: None)
        with pytest.raises(ValueError, match="line"):
            await channel.send("MAIL FROM:<a@b.example>\r\nDATA")
        other.setblocking(False)
        with pytest.raises(BlockingIOError):
            other.recv(1)
