"""A signed-in session on a real sandbox, as a command has it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from smtp_tui.cli.running import known_profiles, session_of
from smtp_tui.workflows.session import Session
from tests.failing_sandbox import Sandbox, SandboxOptions


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(SandboxOptions(mail_timeout=1.0)) as running:
        yield running


@pytest.fixture
def tls() -> Iterator[Sandbox]:
    with Sandbox(SandboxOptions(tls=True)) as running:
        yield running


@pytest_asyncio.fixture
async def session(sandbox: Sandbox, tmp_path: Path) -> AsyncIterator[Session]:
    environ = {
        **sandbox.environment(),
        "SMTP_TUI_CONFIG_DIR": str(tmp_path / "config"),
        "SMTP_TUI_STATE_DIR": str(tmp_path / "state"),
    }
    profile = known_profiles(environ).decided(None).profile
    async with session_of(profile, environ) as session:
        await session.tokens.fetch()
        yield session
