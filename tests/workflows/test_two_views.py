"""What a probe and CAM's last test email say together."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from smtp_tui.probe.failures import failure
from smtp_tui.probe.model import Address, Ask, Probe, Reason, Result, Step, StepResult, TlsFound
from smtp_tui.state.history import TestRun
from smtp_tui.workflows.two_views import Cam, Here, another_server, cam_of, conclusion, here_of

ASK = Ask(Address("relay.example", 587))


def run(verdict: str, phase: str = "unknown", words: str = "") -> TestRun:
    """A test email that CAM sent."""
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return TestRun(at, "one", "you@there.example", (), verdict, phase, words, 10)


def failed(reason: Reason) -> Probe:
    """A probe that ended so."""
    step = StepResult(Step.CONNECT, Result.FAILED, "x", failure=failure(reason, "x"))
    return Probe(ASK, (step,))


@pytest.mark.parametrize("here", Here)
@pytest.mark.parametrize("cam", Cam)
def test_each_combination_says_what_it_means_and_what_it_does_not_prove(
    here: Here, cam: Cam
) -> None:
    found = conclusion(here, cam)
    assert found.both.endswith(".")
    assert found.means.endswith(".")
    assert found.not_proven.endswith(".")


def test_two_views_that_differ_are_told_apart() -> None:
    views = {conclusion(here, cam) for here in Here for cam in Cam}
    assert len(views) == len(Here) * len(Cam)


@pytest.mark.parametrize(
    ("probe", "here"),
    [
        (Probe(ASK), Here.GOOD),
        (Probe(ASK, tls=TlsFound("TLSv1.3", "x", ())), Here.GOOD),
        (Probe(ASK, tls=TlsFound("TLSv1.3", "x", (), ("it has expired",))), Here.CERTIFICATE),
        (failed(Reason.FILTERED), Here.UNREACHABLE),
        (failed(Reason.NO_NAME), Here.UNREACHABLE),
        (failed(Reason.SILENT), Here.TROUBLE),
        (failed(Reason.UNSAFE_LOGIN), Here.GOOD),
        (failed(Reason.NO_METHOD), Here.GOOD),
        (failed(Reason.NOT_ASCII), Here.GOOD),
        (failed(Reason.NOT_AN_ADDRESS), Here.GOOD),
        (failed(Reason.INJECTED), Here.TROUBLE),
    ],
)
def test_a_probe_is_read_for_the_table(probe: Probe, here: Here) -> None:
    assert here_of(probe) is here


@pytest.mark.parametrize(
    ("test", "cam"),
    [
        (None, Cam.NONE),
        (run("ACCEPTED"), Cam.ACCEPTED),
        (run("REJECTED", "login", "535 no"), Cam.REJECTED),
        (run("UNREACHABLE", "connect", "ECONNREFUSED"), Cam.UNREACHABLE),
        (run("REJECTED", "TLS", "self signed certificate"), Cam.CERTIFICATE),
        (run("UNREACHABLE", "TLS", "CERT_HAS_EXPIRED"), Cam.CERTIFICATE),
        (run("UNKNOWN"), Cam.UNKNOWN),
    ],
)
def test_a_test_email_is_read_for_the_table(test: TestRun | None, cam: Cam) -> None:
    assert cam_of(test, same_values=True) is cam


def test_a_test_of_other_values_says_nothing_of_these() -> None:
    assert cam_of(run("ACCEPTED"), same_values=False) is Cam.OTHER_VALUES


@pytest.mark.parametrize(
    ("greeting", "told"),
    [
        ("220 mx1.relay.example ESMTP", True),
        ("220 mx2.relay.example ESMTP", False),
        ("220 MX2.RELAY.EXAMPLE. ready", False),
        ("220 relay", False),
        ("", False),
    ],
)
def test_two_servers_under_one_name_are_noticed(greeting: str, told: bool) -> None:
    words = "250 2.0.0 <1@x> [InternalId=1, Hostname=mx2.relay.example] Queued mail for delivery"
    found = another_server(Probe(ASK, greeting=greeting), run("ACCEPTED", "message", words))
    assert bool(found) is told
