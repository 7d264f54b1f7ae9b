"""The edge of the program: from arguments to an exit code, whatever happens in between.

Only what every start needs is imported here; the rest when it is known what a run needs.
"""

from __future__ import annotations

import io
import os
import sys
from types import SimpleNamespace

import smtp_tui
from smtp_tui.cli.stdout import write

TYPE_CHECKING = False  # that of ``typing``, which takes longer than what is imported here
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any, TypeAlias

    Command: TypeAlias = Callable[[Any, Mapping[str, str]], int]
    """Does what the arguments ask, with the environment; the answer is the exit code."""

_NO_ARGUMENTS = {
    "command": None,
    "run": "screen.open_screen",
    "profile": None,
    "all": False,
    "profiles": None,
    "label": None,
    "read_only": False,
    "quiet": False,
    "verbose": False,
    "debug": None,
}
"""The options of the most frequent start, for which argparse would take 10 ms."""


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code. Words go to stderr, data to stdout."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # what the locale lacks is still told
    at_end: list[Callable[[], None]] = []
    try:
        try:
            code = _run(arguments, at_end)
        except SystemExit as leaving:  # after --help, --version and a signal
            code = int(leaving.code or 0)
        except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the edge: a traceback helps nobody but us
            code = _failed(error)
        if at_end:
            from smtp_tui import log

            log.decision(f"exit code {int(code)}")
        return code
    finally:
        for stop in at_end:
            stop()
        _flush()


def _flush() -> None:
    """Write out what is left; if nobody takes it any more, the exit code still stands."""
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())  # for the flush at exit


def _run(arguments: Sequence[str], at_end: list[Callable[[], None]]) -> int:
    """Do what the arguments ask; ``at_end`` is filled with what has to be called afterwards."""
    if [*arguments] == ["--version"]:  # which needs no argparse
        write(f"smtp-tui {smtp_tui.__version__}")
        return 0
    if [*arguments[:2]] == ["completion", "names"]:  # asked at a key, by the scripts of the shells
        from smtp_tui.cli.completion import print_names

        return print_names(arguments[2:], os.environ)
    options: Any = SimpleNamespace(**_NO_ARGUMENTS)
    if arguments:
        from smtp_tui.cli.arguments import parse

        options = parse(arguments)
    if options.quiet and options.verbose:  # argparse cannot say it of options that help hides
        options.parser.error("--quiet cannot be used with --verbose")
    if options.quiet or options.verbose or options.debug is not None:
        from smtp_tui.cli.verbosity import set_verbosity

        at_end += set_verbosity(options)
    if options.command in (None, "demo"):
        if options.quiet or options.verbose:
            words = (
                "--quiet and --verbose are for other commands; --debug FILE is for the screen too"
            )
            options.parser.error(words)
        from smtp_tui.cli.say import fail, is_terminal

        if not all(map(is_terminal, (sys.stdin, sys.stdout, sys.stderr))):
            return fail("the screen needs a terminal; `smtp-tui list` works without one")
        term = os.environ.get("TERM")
        if term in ("dumb", "unknown"):  # which cannot place a cursor
            words = f"the screen cannot run with TERM={term}; `smtp-tui list` works without it"
            return fail(words)
    from importlib import import_module

    module, _, name = options.run.partition(".")
    command: Command = getattr(import_module(f"smtp_tui.cli.{module}"), name)
    from smtp_tui.cli.exit_codes import UsageError

    try:
        return command(options, os.environ)
    except UsageError as mistake:
        options.parser.error(str(mistake))
        raise


def _failed(error: Exception | KeyboardInterrupt) -> int:
    """Say what went wrong: of an unforeseen error its kind and place, never its text or a value."""
    from smtp_tui.cli.exit_codes import ExitCode
    from smtp_tui.cli.say import fail

    match error:
        case BrokenPipeError():
            return ExitCode.PIPE_CLOSED
        case KeyboardInterrupt():
            return fail("interrupted", ExitCode.INTERRUPTED)
        case EOFError():
            return fail("no answer; nothing was done", ExitCode.REFUSED)
    from smtp_tui.cli.failing import is_expected, tell

    if is_expected(error):
        return tell(error)
    import traceback

    package = os.path.dirname(smtp_tui.__file__)
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if frame.filename.startswith(package)]
    places = [f" at {os.path.relpath(frame.filename, package)}:{frame.lineno}" for frame in ours]
    kind, place = type(error).__name__, "".join(places[-1:])
    return fail(f"internal error ({kind}{place})", ExitCode.CRASHED)
