"""A host without internet: an empty home, pipx, uv, and a wheelhouse that was carried there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.e2e.terminal import Terminal
from tests.house.tree import PACKAGE, ROOT, files

WHEELHOUSE = ROOT / "build" / "wheelhouse"
"""Where the README's line puts it."""
TOOLS = Path(sys.executable).parent
NOWHERE = "http://127.0.0.1:9"
"""A proxy that refuses: nothing listens on this port."""
LOOPBACK = """
import fcntl, os, socket, struct, sys
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
    SIOCSIFFLAGS, IFF_UP = 0x8914, 1
    fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh22x", b"lo", IFF_UP))
os.execvp(sys.argv[1], sys.argv[1:])
"""
"""Starts a program where there is no network but loopback."""


class Host:
    """Runs lines of a shell there, and programs in a terminal."""

    def __init__(self, directory: Path) -> None:
        """Begin with an empty home in a directory."""
        self.home = directory / "home"
        tools = directory / "tools"
        for new in (self.home, tools):
            new.mkdir(mode=0o700)
        for tool in ("pipx", "uv"):
            (tools / tool).symlink_to(TOOLS / tool)
        python = Path(sys.executable).resolve().parent
        self._env = {
            "HOME": str(self.home),
            "PATH": f"{tools}:{python}:/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "PIP_CONFIG_FILE": "/dev/null",
            "PIP_NO_COMPILE": "1",
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(WHEELHOUSE),
            "UV_NO_INDEX": "1",
            "UV_OFFLINE": "1",
            "UV_FIND_LINKS": str(WHEELHOUSE),
            "http_proxy": NOWHERE,
            "https_proxy": NOWHERE,
        }

    def run(self, line: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
        """Run a line of a shell."""
        return subprocess.run(
            [*alone(), "sh", "-c", line],
            cwd=cwd,
            env=self._env,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def demo(self, program: Path) -> None:
        """Start the demo in a terminal, look at its records and quit."""
        with Terminal([*alone(), program, "demo"], cwd=self.home) as terminal:
            terminal.wait_for("ALL-GOOD", timeout=60)
            terminal.press("q")
            assert terminal.exit_code() == 0


def alone() -> list[str]:
    """What stands before a command to run it without a network, where the kernel lets us."""
    words = ["unshare", "--map-root-user", "--net", sys.executable, "-c", LOOPBACK]
    can = subprocess.run([*words, "true"], capture_output=True, check=False).returncode == 0
    return words if can else []


def wheel() -> Path:
    """The program's own wheel."""
    (found,) = WHEELHOUSE.glob("smtp_tui-*.whl")
    return found


def is_there() -> bool:
    """Whether pipx and uv are here, and the wheelhouse was made after the last change."""
    changed = max(path.stat().st_mtime for path in files(PACKAGE))
    tools = all((TOOLS / tool).exists() for tool in ("pipx", "uv"))
    wheels = WHEELHOUSE.glob("smtp_tui-*.whl")
    return tools and any(wheel.stat().st_mtime > changed for wheel in wheels)
