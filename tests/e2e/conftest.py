"""A sandbox with records whose names and values the stories know."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.program import Seed, seed
from tests.failing_sandbox import Sandbox, SandboxOptions


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    """A running sandbox that keeps its records when it is stopped and started again."""
    options = SandboxOptions(data=tmp_path / "sandbox.sqlite", mail_timeout=2.0)
    with Sandbox(options) as running:
        yield running


@pytest.fixture
def seeded(sandbox: Sandbox) -> Seed:
    """The ids of the records in it."""
    return seed(sandbox)
