"""Relays on loopback for the tests of the probe."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.ui.probe.relays import Relays


@pytest.fixture
def relays() -> Iterator[Relays]:
    with ExitStack() as stack:
        yield Relays(stack)
