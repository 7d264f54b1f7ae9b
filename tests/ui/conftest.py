"""A real sandbox on loopback for each test of the screens."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from smtp_tui.sandbox.demo import demo_records
from tests.failing_sandbox import Sandbox, SandboxOptions

NAMES = (
    *("PRIMARY", "SECONDARY", "OLD-RELAY", "BATCH", "PARTNER", "INVOICES"),
    *("EU-RELAY", "EU-ALERTS", "EU-LEGACY"),
)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A sandbox without records."""
    with Sandbox(SandboxOptions(mail_timeout=1.0)) as running:
        yield running


@pytest.fixture
def demo() -> Iterator[Sandbox]:
    """A sandbox with the demo's records under names of the tests' own: PRIMARY, SECONDARY,
    OLD-RELAY, BATCH, PARTNER, INVOICES; EU-RELAY, EU-ALERTS and EU-LEGACY in the other tenant.
    """
    with Sandbox(SandboxOptions(mail_timeout=1.0)) as running:
        for name, record in zip(
            NAMES, demo_records(running.smtp_port, running.smtps_port), strict=True
        ):
            running.store.add(replace(record, name=name))
        yield running
