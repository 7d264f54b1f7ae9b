"""Serving a sandbox until someone stops it, for the command line."""

from __future__ import annotations

import shlex
import signal
import threading
from collections.abc import Callable
from types import FrameType

from smtp_tui.sandbox.accounts import ADMINISTRATOR, USER
from smtp_tui.sandbox.options import SandboxOptions
from smtp_tui.sandbox.server import Sandbox

STOPPING = (signal.SIGINT, signal.SIGTERM)
LOOK_SECONDS = 3600.0


def serve(options: SandboxOptions, announce: Callable[[str], None]) -> int:
    """Serve until SIGINT or SIGTERM and return the exit code 0; call it from the main thread.

    `announce` gets the vendor's variables, one `export NAME=value` line each, quoted for a shell to
    paste, after comment lines that say what runs where. Raises `OSError` when a port is taken.
    """
    stopped = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        """End the wait below."""
        stopped.set()

    with Sandbox(options) as sandbox:
        before = {number: signal.signal(number, stop) for number in STOPPING}
        try:
            for line in lines(sandbox):
                announce(line)
            while not stopped.wait(LOOK_SECONDS):
                pass
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
    return 0


def lines(sandbox: Sandbox) -> list[str]:
    """What a running sandbox has to say, ready to paste into a shell."""
    said = [
        f"# sandbox at {sandbox.base_url}, its mail server at {sandbox.host}:{sandbox.smtp_port}",
        "# new for this run: the token below, and the accounts "
        + ", ".join(
            f"{account.name}/{sandbox.password(account)}" for account in (ADMINISTRATOR, USER)
        ),
        "# stop with ctrl+c",
    ]
    variables = sandbox.environment().items()
    return said + [f"export {name}={shlex.quote(value)}" for name, value in variables]
