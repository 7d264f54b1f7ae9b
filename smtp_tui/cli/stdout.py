"""Stdout, for every command: its width, and writing to it. Data that is lost is an error.

It imports nothing, because a help text and the version need nothing else.
"""

from __future__ import annotations

import os
import sys


def write(text: str) -> None:
    """Print a line and see it leave. Nobody reads a stdout that was closed before the start.

    Raises ``BrokenPipeError`` where the reader has left, and :class:`Refusal`.
    """
    try:
        if sys.stdout is not None:
            print(f"{text}\n", end="", flush=True)  # at once, also where nothing is buffered
    except BrokenPipeError:
        raise
    except OSError as error:
        from smtp_tui.cli.exit_codes import ExitCode, Refusal  # noqa: PLC0415 - rarely needed

        words = f"cannot write to stdout: {(error.strerror or '').lower()}"
        raise Refusal(words, ExitCode.OUTPUT_LOST) from None


def wanted_columns() -> int | None:
    """The width that the user wants, or that of the terminal; None where neither is known.

    argparse finds it with ``shutil``: that module, with all the compression that it imports, would
    take a tenth of ``--help``.
    """
    try:
        found = int(os.environ.get("COLUMNS", ""))
    except ValueError:
        found = 0
    if found <= 0 and sys.__stdout__ is not None:
        try:
            found = os.get_terminal_size(sys.__stdout__.fileno()).columns
        except (ValueError, OSError):  # it is closed, or no terminal
            found = 0
    return found if found > 0 else None
