"""A sandbox with the demo's records under names of the tests' own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from msgspec.structs import replace

from smtp_tui.sandbox.demo import demo_records
from tests.failing_sandbox import Sandbox, SandboxOptions

NAMES: Final = (
    *("PRIMARY", "SECONDARY", "OLD-RELAY", "BATCH", "PARTNER", "INVOICES"),
    *("EU-RELAY", "EU-ALERTS", "EU-LEGACY"),
)
"""Six in the first tenant, three in the other one."""


@contextmanager
def sandbox_with_records(options: SandboxOptions) -> Iterator[Sandbox]:
    """Run a sandbox with these options that holds the records."""
    with Sandbox(options) as running:
        records = demo_records(running.smtp_port, running.smtps_port)
        for name, record in zip(NAMES, records, strict=True):
            running.store.add(replace(record, name=name))
        yield running
