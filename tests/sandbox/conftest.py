"""A running sandbox, and someone to ask it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.failing_sandbox import Sandbox, SandboxOptions
from tests.sandbox.caller import Caller


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(SandboxOptions(mail_timeout=1.0)) as running:
        yield running


@pytest.fixture
def admin(sandbox: Sandbox) -> Caller:
    return Caller(sandbox)


@pytest.fixture
def maria(sandbox: Sandbox) -> Caller:
    return Caller(sandbox, sandbox.user_token)
