"""A probe of real servers: Postfix with Dovecot's logins, and swaks beside it."""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from smtp_tui.api.clock import Clock
from smtp_tui.api.secret import SecretStr
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
    Way,
)
from smtp_tui.probe.names import Names
from smtp_tui.probe.prober import Prober
from tests.postfix import NEEDS_POSTFIX, PASSWORD, RECIPIENT, USER, Postfix
from tests.waiting import until

pytestmark = NEEDS_POSTFIX

SENDER = "cam@here.example"
RCPT = {"sender": SENDER, "recipient": RECIPIENT}
LOGIN = {"username": USER, "password": SecretStr(PASSWORD)}
ELSEWHERE = {"sender": SENDER, "recipient": "someone@elsewhere.example"}


@pytest.fixture(autouse=True)
def known_authority(postfix: Postfix, monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine knows the authority of the certificate that is not to be complained of."""
    monkeypatch.setenv("SSL_CERT_FILE", str(postfix.authority))


@pytest.fixture(autouse=True)
def no_mail(postfix: Postfix) -> Iterator[None]:
    """Postfix counts the commands of each conversation: no probe says DATA or BDAT."""
    yield
    assert postfix.mailed() == []


async def probed(postfix: Postfix, service: str, **asked: Any) -> Probe:
    """Probe a service, and wait until Postfix has written what it heard."""
    before = len(postfix.conversations(service))
    security = Security.TLS if service == "tls at once" else Security.AUTO
    asked = {"security": security, **asked}
    ask = Ask(Address("127.0.0.1", postfix.ports[service]), **asked)
    probe = await Prober(Clock(), Names(), Limits()).probe(ask, lambda _: None, others=False)
    await until(lambda: len(postfix.conversations(service)) > before)
    return probe


def replies(probe: Probe) -> list[str]:
    """What the server said, in order."""
    return [line.text for line in probe.dialogue if line.side is Side.SERVER]


def step(probe: Probe, wanted: Step) -> tuple[Result, str]:
    """How a step ended, and its words."""
    found = next(each for each in probe.steps if each.step is wanted)
    return found.result, found.words


async def test_a_postfix_with_starttls_and_dovecot_takes_the_right_password(
    postfix: Postfix,
) -> None:
    probe = await probed(postfix, "starttls", **LOGIN, **ELSEWHERE)
    assert probe.failed is None
    assert not probe.notes
    assert probe.tls is not None
    assert probe.tls.trusted
    assert len(probe.tls.chain) == 2
    assert step(probe, Step.LOGIN) == (Result.OK, "235 2.7.0 Authentication successful")
    assert step(probe, Step.RECIPIENT) == (Result.OK, "250 2.1.5 Ok")
    heard = "ehlo=2 starttls=1 auth=1 mail=1 rcpt=1 rset=1 quit=1 commands=8"
    assert heard in postfix.conversations("starttls")


async def test_dovecot_refuses_the_wrong_password(postfix: Postfix) -> None:
    probe = await probed(postfix, "starttls", username=USER, password=SecretStr("wrong-horse"))
    assert probe.failed is not None
    assert probe.failed.step is Step.LOGIN
    assert probe.failure is not None
    assert probe.failure.words.startswith("535 5.7.8 Error: authentication failed")
    assert probe.failure.parameter == "password"
    assert "wrong-horse" not in repr(probe)
    assert probe.steps[-1].step is Step.QUIT


async def test_a_postfix_offers_no_login_before_starttls(postfix: Postfix) -> None:
    probe = await probed(postfix, "starttls", security=Security.PLAIN, insecure=True, **LOGIN)
    assert probe.failure is not None
    assert probe.failure.reason is Reason.NO_METHOD


async def test_a_postfix_with_tls_at_once_takes_a_login(postfix: Postfix) -> None:
    probe = await probed(postfix, "tls at once", **LOGIN, **ELSEWHERE)
    assert probe.failed is None
    assert not probe.notes
    assert step(probe, Step.LOGIN)[0] is Result.OK


async def test_a_postfix_with_tls_at_once_is_told_to_one_who_waits(
    postfix: Postfix,
) -> None:
    ask = Ask(Address("127.0.0.1", postfix.ports["tls at once"]))
    prober = Prober(Clock(), Names(), Limits(step=0.5), ())
    probe = await prober.probe(ask, lambda _: None)
    assert probe.failure is not None
    assert probe.failure.reason is Reason.SILENT
    assert probe.suggestion is not None
    assert probe.suggestion.way is Way.TLS_FIRST


@pytest.mark.parametrize(
    ("service", "problem"),
    [("expired", "it has expired"), ("self-signed", "it is self-signed")],
)
async def test_a_postfix_with_a_bad_certificate_is_noted_and_gets_no_password(
    postfix: Postfix, service: str, problem: str
) -> None:
    probe = await probed(postfix, service, **LOGIN)
    assert probe.tls is not None
    assert problem in probe.tls.problems
    assert step(probe, Step.TLS)[0] is Result.NOTE
    assert probe.failure is not None
    assert probe.failure.reason is Reason.UNSAFE_LOGIN
    assert not [each for each in postfix.conversations(service) if "auth=" in each]


async def test_a_postfix_that_greylists_is_read_as_temporary(postfix: Postfix) -> None:
    probe = await probed(postfix, "greylist", **RCPT)
    assert probe.failed is not None
    assert probe.failed.step is Step.RECIPIENT
    assert "450 4.7.1" in probe.failed.words
    assert "Greylisted" in probe.failed.words
    assert probe.failure is not None
    assert "again" in probe.failure.advice


async def test_a_postfix_that_relays_for_nobody_says_so(postfix: Postfix) -> None:
    probe = await probed(postfix, "relay", **ELSEWHERE)
    assert probe.failure is not None
    assert probe.failed is not None
    assert probe.failed.step is Step.RECIPIENT
    assert "Relay access denied" in probe.failure.words
    assert probe.failure.parameter == "username"


async def test_a_postfix_without_its_certificate_is_told_by_its_answer(postfix: Postfix) -> None:
    probe = await probed(postfix, "no certificate")
    assert probe.failed is not None
    assert "TLS" in probe.failed.words


async def test_a_postfix_that_wants_tls_first_says_so(postfix: Postfix) -> None:
    probe = await probed(postfix, "must use tls", security=Security.PLAIN, **RCPT)
    assert probe.failure is not None
    assert "530 5.7.0 Must issue a STARTTLS command first" in probe.failure.words
    assert "TLS" in probe.failure.meaning + probe.failure.advice


# Beside swaks


def swaks(postfix: Postfix, service: str, recipient: str, *more: str) -> list[str]:
    """What the server said to swaks, in order."""
    done = subprocess.run(
        [
            *("swaks", "--server", "127.0.0.1", "--port", str(postfix.ports[service])),
            *("--helo", "[127.0.0.1]", "--from", SENDER, "--to", recipient),
            *("--quit-after", "RCPT", *more),
        ],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    return [text for text in map(said, done.stdout.splitlines()) if text is not None]


def said(line: str) -> str | None:
    """What a server said in a line of swaks."""
    found = re.match(r"(?:<-|<~|<\*\*|<~\*)\s+(.*)", line)
    return found[1] if found else None


def without_reset(probe: Probe) -> Iterator[str]:
    """The server's replies but for the one to RSET, which swaks does not say."""
    asked = ""
    for line in probe.dialogue:
        if line.side is Side.HERE:
            asked = line.text
        elif line.side is Side.SERVER and asked != "RSET":
            yield line.text


@pytest.mark.skipif(shutil.which("swaks") is None, reason="swaks is not installed")
@pytest.mark.parametrize(
    ("service", "asked", "more"),
    [
        ("relay", RCPT, ()),
        ("relay", ELSEWHERE, ()),
        ("greylist", RCPT, ()),
        ("refused", RCPT, ()),
        ("refused sender", RCPT, ()),
        ("starttls", RCPT, ("--tls",)),
        (
            "starttls",
            {**LOGIN, **ELSEWHERE},
            ("--tls", "--auth", "PLAIN", "-au", USER, "-ap", PASSWORD),
        ),
        (
            "starttls",
            {**ELSEWHERE, **LOGIN, "password": SecretStr("no")},
            ("--tls", "--auth", "PLAIN", "-au", USER, "-ap", "no"),
        ),
        ("tls at once", RCPT, ("--tls-on-connect",)),
        ("expired", RCPT, ("--tls",)),
        ("no certificate", RCPT, ("--tls",)),
    ],
)
async def test_swaks_hears_the_same_replies_in_the_same_order(
    postfix: Postfix, service: str, asked: dict[str, Any], more: tuple[str, ...]
) -> None:
    heard = await asyncio.to_thread(swaks, postfix, service, asked["recipient"], *more)
    probe = await probed(postfix, service, **asked)
    assert list(without_reset(probe)) == heard
    assert heard
