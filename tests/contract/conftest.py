"""Each test of the contract runs against the sandbox and against LoopBack."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contract.servers import (
    Server,
    loopback_application,
    sandbox_server,
    why_no_loopback,
)


@pytest.fixture(scope="session", params=["sandbox", "loopback"])
def running(request: pytest.FixtureRequest) -> Iterator[Server]:
    if request.param == "sandbox":
        with sandbox_server() as sandbox:
            yield sandbox
        return
    why = why_no_loopback()
    if why:
        pytest.skip(why)
    with loopback_application() as application:
        yield application


@pytest.fixture
def server(running: Server) -> Server:
    running.empty()
    return running
