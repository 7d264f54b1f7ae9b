"""Both views side by side: what was found from here, and CAM's last test of the same values."""

from __future__ import annotations

import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from smtp_tui.mail.outcome import Phase, Verdict
from smtp_tui.sandbox.certificate import Certificate
from smtp_tui.state.history import TestHistory
from tests.failing_sandbox import Fault, FaultKind, Operation, Sandbox
from tests.failing_sandbox.certificates import signed_again
from tests.probe.relay import Relay, relay
from tests.probe.test_cases import greets, plain, starttls
from tests.ui.helpers import opened
from tests.ui.mail_steps import add
from tests.ui.probe.relays import Relays, at
from tests.ui.probe.steps import BRIEF, begin, cam_tested, has_ended, probing


@contextmanager
def trusted_relay(certificate: Certificate) -> Iterator[Relay]:
    """A relay with a certificate that this machine trusts while it runs."""
    with tempfile.TemporaryDirectory() as directory, pytest.MonkeyPatch.context() as patch:
        known = Path(directory) / "authorities.pem"
        known.write_text(certificate.certificate)
        patch.setenv("SSL_CERT_FILE", str(known))
        with relay(starttls(), certificate) as server:
            yield server


def closed_port() -> int:
    """A port where nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


async def test_only_this_machine_reaches_it(sandbox: Sandbox, relays: Relays) -> None:
    record = add(sandbox, **at(relays(plain())))
    async with opened(sandbox, services=probing()) as ui:
        cam_tested(ui, record, Verdict.UNREACHABLE, Phase.CONNECT, "connect ETIMEDOUT 10.0.0.9:25")
        await begin(ui)
        await has_ended(ui, "▲ UNREACHABLE · connect · 3h ago · connect ETIMEDOUT 10.0.0.9:25")
        await ui.sees(
            "Only this machine reaches it.",
            "A firewall between CAM and the relay, or another DNS answer there.",
            "The relay may have changed since CAM's test.",
        )


async def test_only_cam_reaches_it(sandbox: Sandbox) -> None:
    record = add(sandbox, hostname="127.0.0.1", port=closed_port())
    async with opened(sandbox, services=probing(BRIEF)) as ui:
        cam_tested(ui, record, Verdict.ACCEPTED, Phase.UNKNOWN, "250 2.0.0 Ok: queued as A1")
        await begin(ui)
        await has_ended(ui, "▲ not reached · at connect: connection refused")
        await ui.sees("✓ ACCEPTED · 3h ago · 250 2.0.0 Ok", "Only CAM reaches it.")
        await ui.sees("Nothing is wrong with the record.")


async def test_a_test_with_other_values_does_not_count_and_is_told(
    sandbox: Sandbox, relays: Relays
) -> None:
    record = add(sandbox, **at(relays(plain())))
    async with opened(sandbox, services=probing()) as ui:
        cam_tested(ui, record, Verdict.ACCEPTED, Phase.UNKNOWN, "250 ok", port=2526)
        await begin(ui)
        await has_ended(ui, "tested with other values · 127.0.0.1:2526 3h ago")
        await ui.sees("This machine reaches it.", "CAM's last test used other values.")


async def test_what_cam_never_tested_is_told_as_unknown(sandbox: Sandbox, relays: Relays) -> None:
    add(sandbox, **at(relays(plain())))
    async with opened(sandbox, services=probing()) as ui:
        await begin(ui)
        await has_ended(ui, "not tested yet", "Nothing is known of how CAM sees it")


async def test_a_test_email_of_another_process_counts_too(sandbox: Sandbox, relays: Relays) -> None:
    record = add(sandbox, **at(relays(plain())))
    async with opened(sandbox, services=probing()) as ui:
        await ui.sees("MAIL", "never")
        other = TestHistory(ui.services.history.path.parent)
        cam_tested(ui, record, Verdict.ACCEPTED, Phase.UNKNOWN, "250 2.0.0 Ok", into=other)
        await begin(ui)
        await has_ended(ui, "✓ ACCEPTED · 3h ago · 250 2.0.0 Ok", "Both reach it.")


async def test_another_server_behind_the_same_name_is_remarked(
    sandbox: Sandbox, relays: Relays
) -> None:
    record = add(sandbox, **at(relays(greets("220 mx1.example ESMTP"))))
    async with opened(sandbox, services=probing()) as ui:
        words = "250 2.0.0 <1@x> [InternalId=1, Hostname=mx2.example] Queued mail for delivery"
        cam_tested(ui, record, Verdict.ACCEPTED, Phase.UNKNOWN, words)
        await begin(ui)
        await has_ended(ui, "! Here mx1.example answers; CAM's mail was taken by mx2.example")


async def test_a_test_email_that_ends_meanwhile_changes_the_view(sandbox: Sandbox) -> None:
    add(sandbox)
    sandbox.faults.add(Fault(FaultKind.DELAY, Operation.TEST_SAVED, seconds=1.0))
    async with opened(sandbox, services=probing()) as ui:
        await ui.sees("MAIL")
        await ui.press("t", "enter")
        await ui.sees("esc Stop waiting")
        await ui.press("x")
        await has_ended(ui, "✓ ACCEPTED · now", "Both reach it")


async def test_the_border_is_no_plain_yes_where_only_this_machine_reaches_it(
    sandbox: Sandbox,
) -> None:
    record = add(sandbox)
    known = signed_again()
    with trusted_relay(known) as server:
        sandbox.change_record(record, at(server))
        async with opened(sandbox, services=probing()) as ui:
            await begin(ui)
            await has_ended(ui, "✓ answers · in ")
            assert "-good" in ui.app.screen.classes
            await ui.press("escape")
            cam_tested(ui, record, Verdict.UNREACHABLE, Phase.CONNECT, "connect ETIMEDOUT")
            await begin(ui)
            await has_ended(ui, "✓ answers · in ", "Only this machine reaches it.")
            assert "-warn" in ui.app.screen.classes


async def test_a_certificate_that_ends_soon_is_told_first(sandbox: Sandbox) -> None:
    record = add(sandbox)
    with trusted_relay(signed_again(days=6)) as server:
        sandbox.change_record(record, at(server))
        async with opened(sandbox, services=probing()) as ui:
            await begin(ui)
            await has_ended(ui, "! answers · certificate ends in 5 days", "! TLS")
            assert "5 days left" in ui.line("Valid until")


@pytest.mark.parametrize(
    ("greeting", "words", "role"),
    [
        ("220 relay.example ESMTP", "! answers", "-warn"),
        ("554 5.7.1 not you", "✗ refuses · at greeting: 554 5.7.1 not you", "-bad"),
        ("SSH-2.0-OpenSSH_9.2", "✗ fails · at greeting", "-bad"),
    ],
)
async def test_the_border_tells_how_it_went(
    sandbox: Sandbox, relays: Relays, greeting: str, words: str, role: str
) -> None:
    add(sandbox, **at(relays(greets(greeting))))
    async with opened(sandbox, services=probing()) as ui:
        await begin(ui)
        await has_ended(ui, words)
        classes = ui.app.screen.classes & {"-good", "-warn", "-bad"}
        assert classes == {role}
