"""A real sshd on loopback with keys of its own, and a line to it that can be slow or be cut."""

import getpass
import os
import shlex
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import Queue

import pytest

from tests.e2e.program import places
from tests.e2e.terminal import TIMEOUT, Terminal, installed_program
from tests.failing_sandbox import Sandbox

_SSHD = "/usr/sbin/sshd"
_SEPARATION = Path("/run/sshd")
"""Where a root's sshd separates privileges; the service makes it when it starts."""


class Line:
    """A TCP relay to a port: each byte takes `delay` seconds each way, until the line is cut."""

    def __init__(self, port: int, delay: float) -> None:
        self._port = port
        self._delay = delay
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._ends: list[socket.socket] = []
        threading.Thread(target=self._accept, name="line", daemon=True).start()

    @property
    def port(self) -> int:
        """Where the line begins."""
        port: int = self._listening.getsockname()[1]
        return port

    def cut(self) -> None:
        """Close both ends at once, as when a network goes away."""
        for end in (self._listening, *self._ends):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listening.accept()
                far = socket.create_connection(("127.0.0.1", self._port))
                self._ends += [near, far]
                for source, target in ((near, far), (far, near)):
                    due: Queue[tuple[float, bytes]] = Queue()
                    for work in (self._take, self._give):
                        end = source if work == self._take else target
                        threading.Thread(target=work, args=(end, due), daemon=True).start()

    def _take(self, source: socket.socket, due: "Queue[tuple[float, bytes]]") -> None:
        data = b"-"
        while data:
            try:
                data = source.recv(65_536)
            except OSError:
                data = b""
            due.put((time.monotonic() + self._delay, data))

    def _give(self, target: socket.socket, due: "Queue[tuple[float, bytes]]") -> None:
        with suppress(OSError):
            while True:
                at, data = due.get()
                time.sleep(max(0.0, at - time.monotonic()))  # the delay itself, nothing awaited
                if not data:
                    target.shutdown(socket.SHUT_WR)
                    return
                target.sendall(data)


@dataclass
class Sshd:
    """A running sshd, and the terminals that log in to it."""

    directory: Path
    port: int
    lines: list[Line] = field(default_factory=list)

    def line(self, delay: float = 0.0) -> Line:
        """A new line to it."""
        self.lines.append(Line(self.port, delay))
        return self.lines[-1]

    def login(self, line: Line, sandbox: Sandbox, variables: Mapping[str, str]) -> Terminal:
        """`ssh -t` with the program at the other end, not started yet; files stay below here."""
        env = places(self.directory) | dict(sandbox.environment()) | {"LANG": "C.UTF-8"}
        words = [f"{name}={value}" for name, value in (env | dict(variables)).items()]
        remote = shlex.join(["exec", "env", *words, str(installed_program())])
        options = {
            "IdentitiesOnly": "yes",
            "StrictHostKeyChecking": "no",
            "UserKnownHostsFile": "/dev/null",
            "LogLevel": "ERROR",
        }
        argv = ["ssh", "-tt", "-F", "none", "-p", str(line.port), "-i", "user_key"]
        argv += [f"-o{name}={value}" for name, value in options.items()]
        argv += [f"{getpass.getuser()}@127.0.0.1", remote]
        return Terminal(argv, cwd=self.directory)


@contextmanager
def sshd(directory: Path) -> Iterator[Sshd]:
    """Start one that lets this user in by a key made here; skips where there is no sshd."""
    if not Path(_SSHD).exists() or shutil.which("ssh-keygen") is None:
        pytest.skip("sshd is missing: install Debian's openssh-server and openssh-client")
    if os.geteuid() == 0:
        _SEPARATION.mkdir(mode=0o755, exist_ok=True)
    for name in ("host_key", "user_key"):
        make = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(directory / name)]
        subprocess.run(make, check=True, timeout=TIMEOUT)
    port = _free_port()
    (directory / "sshd_config").write_text(_config(directory, port), encoding="utf-8")
    command = [_SSHD, "-D", "-e", "-f", str(directory / "sshd_config")]
    with (
        (directory / "sshd.log").open("wb") as log,
        subprocess.Popen(command, stderr=log) as server,
    ):
        found = Sshd(directory, port)
        try:
            _wait_for(port, server)
            yield found
        finally:
            for line in found.lines:
                line.cut()
            server.terminate()


def _config(directory: Path, port: int) -> str:
    settings = {
        "Port": port,
        "ListenAddress": "127.0.0.1",
        "HostKey": directory / "host_key",
        "AuthorizedKeysFile": directory / "user_key.pub",
        "PidFile": "none",
        "StrictModes": "no",
        "UsePAM": "no",
        "PasswordAuthentication": "no",
        "KbdInteractiveAuthentication": "no",
    }
    return "".join(f"{name} {value}\n" for name, value in settings.items())


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port


def _wait_for(port: int, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + TIMEOUT
    while time.monotonic() < deadline and server.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
    raise AssertionError("sshd does not answer; its log stands beside its settings")
