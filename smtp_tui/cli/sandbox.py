"""Serving the sandbox: its variables on stdout for a shell to evaluate, until a signal ends it."""

from __future__ import annotations

import argparse
import sqlite3

from smtp_tui.cli.say import complain
from smtp_tui.cli.signals import exit_on_signal

_PORTS = range(65536)


def serve_sandbox(options: argparse.Namespace) -> int:
    """Serve until SIGINT or SIGTERM; the answer is the exit code."""
    try:
        from smtp_tui.sandbox.options import SandboxOptions  # noqa: PLC0415 - an extra
        from smtp_tui.sandbox.serve import serve  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        return complain(f"The sandbox needs the package {error.name}: install smtp-tui[sandbox].")
    if options.port not in _PORTS or options.smtp_port not in _PORTS:
        return complain("A port is a number from 1 to 65535, or 0 for any that is free.")
    wanted = SandboxOptions(
        port=options.port,
        tls=options.tls,
        data=options.data,
        smtp_port=options.smtp_port,
        demo_records=not options.empty,
        allow_mail_to=tuple(options.allow_mail_to),
    )
    try:
        with exit_on_signal():
            return serve(wanted, lambda line: print(line, flush=True))
    except OSError as error:
        return complain(_words(options, error))
    except sqlite3.Error as error:
        return complain(f"The sandbox cannot keep its records in {options.data}: {error}.")


def _words(options: argparse.Namespace, error: OSError) -> str:
    """Which file or port was refused: only errors about files name one."""
    why = error.strerror or str(error)
    if error.filename is not None:
        return f"The sandbox cannot use {error.filename}: {why}."
    ports = f"port {options.port}"
    if options.smtp_port:
        ports += f" or mail port {options.smtp_port}"
    return f"The sandbox cannot listen on {ports}: {why}."
