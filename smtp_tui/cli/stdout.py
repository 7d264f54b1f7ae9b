"""Writing to stdout, for every command: data that is lost is an error, and not only in scripts.

It imports nothing, because a help text and the version need nothing else.
"""

from __future__ import annotations

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
