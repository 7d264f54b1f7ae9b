"""A real sandbox on loopback for each test of the screens."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.failing_sandbox import Sandbox, SandboxOptions
from tests.ui.records import sandbox_with_records


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
    with sandbox_with_records(SandboxOptions(mail_timeout=1.0)) as running:
        yield running
