"""The edge of the program: from arguments to an exit code, whatever happens in between."""

from __future__ import annotations

import gc
import io
import os
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import smtp_tui
from smtp_tui.cli.exit_codes import ExitCode
from smtp_tui.cli.say import OutputLost, complain, is_terminal

if TYPE_CHECKING:
    import argparse

Command: TypeAlias = "Callable[[argparse.Namespace, Mapping[str, str]], int]"
"""Does what the arguments ask, with the environment; the answer is the exit code."""
_NO_SCREEN = ("dumb", "unknown")
"""Names of terminals that cannot place a cursor."""


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code. Words go to stderr, data to stdout."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # what the locale lacks is still told
    try:
        return _run(arguments)
    except BrokenPipeError:
        return ExitCode.PIPE_CLOSED
    except OutputLost as error:
        return complain(str(error), ExitCode.OUTPUT_LOST)
    except KeyboardInterrupt:
        return complain("interrupted", ExitCode.INTERRUPTED)
    except EOFError:
        return complain("nothing was typed, so nothing was done", ExitCode.REFUSED)
    except Exception as error:  # noqa: BLE001 - the edge: a traceback helps nobody but us
        return complain(_crash_words(error), ExitCode.CRASHED)
    finally:
        _flush()


def _flush() -> None:
    """Write out what is left; if nobody takes it any more, the exit code still stands."""
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())  # for the flush at exit


def _run(arguments: Sequence[str]) -> int:
    if not arguments:  # the most frequent start, and the tree of arguments takes 10 ms to make
        return _screen()
    from smtp_tui.cli.arguments import UsageProblem, parse  # noqa: PLC0415 - see above

    try:
        options = parse(arguments)
    except UsageProblem as problem:
        return complain(str(problem))
    except SystemExit as leaving:  # after --help and --version
        return int(leaving.code or 0)
    if options.command in (None, "demo"):
        return _screen(options)
    from smtp_tui.cli.failing import EXPECTED, tell  # noqa: PLC0415 - not for the screen

    module, _, name = options.run.partition(".")
    command: Command = getattr(import_module(f"smtp_tui.cli.{module}"), name)
    try:
        return command(options, os.environ)
    except EXPECTED as error:
        return tell(error)


def _screen(options: argparse.Namespace | None = None) -> int:
    if not all(map(is_terminal, (sys.stdin, sys.stdout, sys.stderr))):
        return complain("smtp-tui needs a terminal; `smtp-tui list` works without one.")
    term = os.environ.get("TERM")
    if term in _NO_SCREEN:
        return complain(f"A terminal with TERM={term} shows no screen; `smtp-tui list` needs none.")
    # Nothing that the start makes is garbage, and looking for some takes a tenth of the start. The
    # app turns this on again.
    gc.disable()
    from smtp_tui.cli import screen  # noqa: PLC0415 - Textual, only for the screen

    if options is None:
        return screen.open_screen(os.environ, None, read_only=False)
    if options.command == "demo":
        return screen.open_demo(options.allow_mail_to)
    return screen.open_screen(os.environ, options.profile, read_only=options.read_only)


def _crash_words(error: Exception) -> str:
    """An unforeseen error in one line: its kind and its place, never its text or a value."""
    package = str(Path(smtp_tui.__file__).parent)
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if frame.filename.startswith(package)]
    place = ""
    if ours:
        place = f" at {os.path.relpath(ours[-1].filename, package)}:{ours[-1].lineno}"
    return f"ended by a fault of its own ({type(error).__name__}{place})."


__all__ = ["run"]
