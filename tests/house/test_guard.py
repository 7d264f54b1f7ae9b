"""No test reaches another machine, by whatever call, and neither do the programs that it runs."""

import asyncio
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.terminal import Terminal
from tests.guard.sitecustomize import LeftTheMachine

# Addresses for documentation (RFC 5737 and 3849), and a name that a resolver would know.
FAR = "192.0.2.1"
FAR_6 = "2001:db8::1"
NAME = "localhost.example.com"


def _connected(family: socket.AddressFamily, host: str) -> None:
    with socket.socket(family) as one:
        one.connect((host, 9))


def _sent(host: str) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as one:
        one.sendto(b"x", (host, 9))


@pytest.mark.parametrize(
    "leave",
    [
        lambda: _connected(socket.AF_INET, FAR),
        lambda: _connected(socket.AF_INET6, FAR_6),
        lambda: _sent(FAR),
        lambda: asyncio.run(_opened(FAR)),
    ],
    ids=["connect", "connect 6", "sendto", "asyncio"],
)
def test_a_test_that_talks_to_another_machine_fails(leave: Callable[[], object]) -> None:
    with pytest.raises(LeftTheMachine):
        leave()


async def _opened(host: str) -> None:
    await asyncio.open_connection(host, 9)


@pytest.mark.parametrize(
    "look_up",
    [
        lambda: socket.getaddrinfo(NAME, 80),
        lambda: socket.gethostbyname(NAME),
        lambda: socket.create_connection((NAME, 80)),
        lambda: asyncio.run(_opened(NAME)),
    ],
    ids=["getaddrinfo", "gethostbyname", "create_connection", "asyncio"],
)
def test_no_other_name_is_asked_of_a_resolver(look_up: Callable[[], object]) -> None:
    with pytest.raises(socket.gaierror) as caught:
        look_up()
    assert caught.value.errno == socket.EAI_NONAME


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_this_machine_can_be_talked_to(host: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection((host, port)) as line:
            assert line.getpeername() == ("127.0.0.1", port)


def test_a_program_in_a_terminal_is_guarded_too(tmp_path: Path) -> None:
    code = f"import socket; socket.create_connection(({FAR!r}, 9))"
    with Terminal([sys.executable, "-c", code], cwd=tmp_path) as terminal:
        assert terminal.exit_code() != 0
        assert b"LeftTheMachine" in terminal.raw
