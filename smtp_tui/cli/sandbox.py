"""`smtp-tui sandbox`: prints the variables for a shell, and serves until a signal ends it."""

from __future__ import annotations

import argparse
import gc
import shlex
import signal
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from smtp_tui.cli.output import show_one
from smtp_tui.cli.say import fail
from smtp_tui.cli.shapes import Served
from smtp_tui.cli.signals import exit_on_signal
from smtp_tui.sandbox import Sandbox, SandboxOptions

_STOPPING = (signal.SIGINT, signal.SIGTERM)


def serve_sandbox(options: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """Serve until SIGINT or SIGTERM; returns the exit code."""
    wanted = SandboxOptions(
        port=options.port,
        tls=options.tls,
        data=options.data,
        smtp_port=options.smtp_port,
        demo_records=not options.empty,
        allow_mail_to=tuple(options.allow_mail_to),
    )
    gc.enable()
    try:
        with exit_on_signal(), Sandbox(wanted) as sandbox, _stop_signals() as stopped:
            if options.json:
                show_one(options, _served(sandbox))
            else:
                for line in _announcement(sandbox):
                    print(line, flush=True)
            stopped.wait()
    except OSError as error:
        return fail(_message(options, error))
    except sqlite3.Error as error:
        return fail(f"the sandbox cannot keep its records in {options.data}: {error}")
    return 0


@contextmanager
def _stop_signals() -> Iterator[threading.Event]:
    """An event that SIGINT and SIGTERM set inside the block. Main thread only."""
    stopped = threading.Event()
    before = {number: signal.signal(number, lambda *_: stopped.set()) for number in _STOPPING}
    try:
        yield stopped
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _served(sandbox: Sandbox) -> Served:
    return Served(
        sandbox.base_url,
        f"{sandbox.host}:{sandbox.smtp_port}",
        dict(sandbox.tokens.passwords),
        sandbox.fingerprint.replace(":", "").lower() if sandbox.options.tls else None,
        dict(sandbox.environment()),
    )


def _announcement(sandbox: Sandbox) -> Iterator[str]:
    """Comments that say what runs where, then the vendor's variables, ready to paste."""
    passwords = sandbox.tokens.passwords.items()
    accounts = ", ".join(f"{name}/{password}" for name, password in passwords)
    yield f"# sandbox: {sandbox.base_url}, mail server: {sandbox.host}:{sandbox.smtp_port}"
    yield f"# token and accounts are new in each run; accounts: {accounts}"
    if sandbox.options.tls:
        pairs = sandbox.fingerprint.split(":")
        yield "# SHA-256 of its certificate:"
        yield from (f"#   {':'.join(half)}" for half in (pairs[:16], pairs[16:]))
    yield "# press ctrl+c to stop"
    for name, value in sandbox.environment().items():
        yield f"export {name}={shlex.quote(value)}"


def _message(options: argparse.Namespace, error: OSError) -> str:
    """Which file or port was refused: only errors about files name one."""
    why = error.strerror or str(error)
    if error.filename is not None:
        return f"the sandbox cannot use {error.filename}: {why}"
    ports = f"port {options.port}"
    if options.smtp_port:
        ports += f" or mail port {options.smtp_port}"
    return f"the sandbox cannot listen on {ports}: {why}"
