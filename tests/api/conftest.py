"""A running sandbox and a client at work on it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from smtp_tui.sandbox.certificate import Certificate, make_certificate
from tests.api.desk import Desk, desk
from tests.failing_sandbox import Sandbox, SandboxOptions


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(SandboxOptions(mail_timeout=1.0)) as running:
        yield running


@pytest.fixture
async def work(sandbox: Sandbox) -> AsyncIterator[Desk]:
    async with desk(sandbox) as held:
        yield held


@pytest.fixture(scope="session")
def certificate() -> Certificate:
    return make_certificate()
