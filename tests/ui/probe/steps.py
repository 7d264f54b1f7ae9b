"""What the tests of the probe press and read again and again."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

from msgspec.structs import replace

from smtp_tui.api.clock import Clock
from smtp_tui.mail.outcome import Phase, Verdict
from smtp_tui.probe.model import Limits
from smtp_tui.probe.names import Names
from smtp_tui.probe.prober import Prober
from smtp_tui.state.history import TestHistory, TestRun
from smtp_tui.ui.services import Services
from tests.failing_sandbox import Sandbox
from tests.probe.relay import Relay
from tests.ui.helpers import Ui, opened
from tests.ui.mail_steps import add
from tests.ui.probe.relays import at

MACHINE = "desk-7"
PATIENT = Limits(step=120.0, whole=300.0)
"""Longer than a test waits: what ends a probe is not its time."""
BRIEF = Limits(step=0.6, whole=4.0)


def probing(limits: Limits = PATIENT, *ports: int) -> Callable[[Services], Services]:
    """Services of this machine, whose probes look at these other ports."""

    def wired(services: Services) -> Services:
        return replace(
            services,
            machine=MACHINE,
            make_prober=lambda _: Prober(Clock(), Names(), limits, ports),
        )

    return wired


async def begin(ui: Ui) -> None:
    """Probe the record under the cursor."""
    await ui.sees("MAIL")
    await ui.press("x")
    await ui.sees("Probe · MAIL")


@asynccontextmanager
async def probed(sandbox: Sandbox, server: Relay | None = None) -> AsyncIterator[Ui]:
    """The dialog of a probe that has ended: of this relay, or of the sandbox's own server."""
    add(sandbox, **(at(server) if server is not None else {}))
    async with opened(sandbox, services=probing()) as ui:
        await begin(ui)
        await has_ended(ui)
        yield ui


async def has_ended(ui: Ui, *texts: str) -> None:
    """Wait until both views stand there, with these texts."""
    await ui.sees("From here", "From CAM", *texts)


def cam_tested(
    ui: Ui,
    record_id: str,
    verdict: Verdict,
    phase: Phase,
    words: str,
    *,
    into: TestHistory | None = None,
    **values: object,
) -> None:
    """Let CAM have tested the record three hours ago, with its values or with others.

    That is kept in the memory of the program, or in the file of the history ``into``.
    """
    record = ui.sandbox.record(record_id)
    used = {name: str(value) for name, value in (record.values | values).items()}
    key = ui.services.session(ui.profile).key(record_id)
    run = TestRun(
        at=ui.clock.now() - timedelta(hours=3),
        profile=ui.profile.name,
        recipient="you@there.example",
        values=tuple(used.items()),
        verdict=verdict.value,
        phase=phase.value,
        words=words,
        milliseconds=120,
    )
    if into is None:
        ui.services.history.remember(key, run)
    else:
        into.add(key, run)
