"""The tree of commands. Each command's module is imported only when it runs."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import smtp_tui
from smtp_tui.cli.exit_codes import ExitCode

DESCRIPTION = "Manage the SMTP connections of IBM Cloud Automation Manager from the keyboard."


def run(arguments: Sequence[str]) -> int:
    """Run one command; the answer is the exit code. Words go to stderr, data to stdout."""
    options = _parser().parse_args(arguments)
    match options.command:
        case "sandbox":
            return _sandbox(options)
        case "list":
            from smtp_tui.cli.records import list_records  # noqa: PLC0415 - without the UI

            return list_records(os.environ, options.profile, as_json=options.json)
        case "demo":
            return _screen(options)
    return _screen(options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="smtp-tui", description=DESCRIPTION)
    parser.add_argument("--version", action="version", version=smtp_tui.__version__)
    parser.add_argument("--profile", help="start with this profile")
    parser.add_argument("--read-only", action="store_true", help="allow no change in this run")
    commands = parser.add_subparsers(dest="command", metavar="command")
    commands.add_parser("demo", help="open the UI on a sandbox with its own mail server")
    _add_sandbox(commands)
    listing = commands.add_parser("list", help="print the records")
    listing.add_argument("--json", action="store_true", help="as JSON, secrets never included")
    listing.add_argument("--profile", default=argparse.SUPPRESS, help="of this profile")
    return parser


def _add_sandbox(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    sandbox = commands.add_parser("sandbox", help="serve a stand-in for the CAM server")
    sandbox.add_argument("--port", type=int, default=30000, help="of the API (30000)")
    sandbox.add_argument("--tls", action="store_true", help="https, self-signed")
    sandbox.add_argument("--data", type=Path, help="an SQLite file that keeps the records")
    sandbox.add_argument("--smtp-port", type=int, default=0, help="of its mail server (any free)")
    sandbox.add_argument("--empty", action="store_true", help="start without the demo's records")


def _sandbox(options: argparse.Namespace) -> int:
    try:
        from smtp_tui.sandbox.options import SandboxOptions  # noqa: PLC0415 - an extra
        from smtp_tui.sandbox.serve import serve  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        return complain(f"The sandbox needs the package {error.name}: install smtp-tui[sandbox].")
    wanted = SandboxOptions(
        port=options.port,
        tls=options.tls,
        data=options.data,
        smtp_port=options.smtp_port,
        demo_records=not options.empty,
    )
    try:
        return serve(wanted, lambda line: print(line, flush=True))
    except OSError as error:
        return complain(f"The sandbox cannot listen: {error.strerror or error}.")


def _screen(options: argparse.Namespace) -> int:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return complain("smtp-tui needs a terminal; `smtp-tui list` works without one.")
    from smtp_tui.cli import screen  # noqa: PLC0415 - Textual, only for the screen

    if options.command == "demo":
        return screen.open_demo()
    return screen.open_screen(os.environ, options.profile, read_only=options.read_only)


def complain(words: str, code: ExitCode = ExitCode.USAGE) -> int:
    """Say one line on stderr; the answer is the exit code."""
    print(f"smtp-tui: {words}", file=sys.stderr)
    return int(code)
