"""What the commands say: data on stdout, words on stderr, questions only where a person sits.

Words are of three kinds: ``inform`` says how it goes, which ``--quiet`` leaves out; ``warn`` says
what may go wrong; ``fail`` says why a command ends, and ``say`` the lines that belong to that.

All text from outside is cleaned here, so that no name or server message can drive the terminal.
"""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from typing import Final, TextIO

from smtp_tui import log
from smtp_tui.cli.exit_codes import ExitCode, Refusal
from smtp_tui.cli.signals import exit_on_signal
from smtp_tui.cli.stdout import wanted_columns, write
from smtp_tui.text import cell_width, clean, fit

_NARROWEST: Final = 6
"""Cells that a column of a table has at least, if it needs them."""
_WHOLE: Final = (("NAME", "ADDRESS", "RECORD", "PROFILE", "ID", "TIME"), ("ID", "TIME"), ())
"""The columns that stay whole as long as the others can give way; if they cannot, the next ones."""
_LONGEST: Final = 20_000
"""Characters of a line that are printed: a whole value of a request, for one."""
_PLAINER: Final = str.maketrans({"→": "->", "·": "-", "…": "...", "“": '"', "”": '"'})


def show(text: str) -> None:
    """Data, on stdout. The caller has cleaned it. Raises what ``stdout.write`` does."""
    with exit_on_signal():
        write(_fitting(text, sys.stdout))


def show_json(value: object, indent: int | None = 2) -> None:
    """Data as JSON in ASCII, which no terminal takes for a control sequence; as ``show``."""
    show(json.dumps(value, ensure_ascii=True, indent=indent).replace("\x7f", "\\u007f"))


def table(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns as wide as their widest cell, in terminal cells; every text is cleaned here.

    The widest columns are cut until all fit the terminal; what names a record, and when, is cut
    last. What goes elsewhere is whole.
    """
    cells = [[clean(cell) for cell in row] for row in (heading, *rows)]
    widths = [max(map(cell_width, column)) for column in zip(*cells, strict=True)]
    if (room := columns()) is not None:
        widths = _cut(heading, widths, room - 2 * (len(widths) - 1))
    fitted = partial(fit, ellipsis=_fitting("…", sys.stdout))
    return "\n".join("  ".join(map(fitted, row, widths)).rstrip() for row in cells)


def _cut(heading: Sequence[str], widths: Sequence[int], room: int) -> list[int]:
    """The widths of columns that fit the room, if the narrowest do."""
    found = [*widths]
    for whole in _WHOLE:
        for most in range(max(widths), _NARROWEST - 1, -1):
            pairs = zip(heading, widths, strict=True)
            found = [width if name in whole else min(width, most) for name, width in pairs]
            if sum(found) <= room:
                return found
    return found


_held: list[list[tuple[str, str]]] = []
"""With ``--quiet`` one list of what would have been said: only a question brings it out."""


def hold_back() -> Callable[[], None]:
    """Say nothing from now on but errors and warnings, and what belongs to a question.

    The answer is the function that ends this.
    """
    _held.append([])
    return _held.clear


def inform(text: str, logged: str = "") -> None:
    """Say how it goes; ``--quiet`` leaves it out. ``logged`` as in :func:`say`."""
    if _held:
        log.decision(f"not said: {logged or text}")
        _held[-1].append((text, logged))
    else:
        say(text, logged)


def pass_on(source: str, line: str) -> None:
    """Say what a program of the user's wrote to stderr, but log it nowhere: it may be a secret.

    It may also ask for something, such as a touch of a key: a person sees it with ``--quiet`` too.
    """
    tell = say if is_terminal(sys.stderr) else inform
    tell(f"{source}: {line}", f"{source}: (a line that is not kept)")


def warn(words: str) -> None:
    """Say what may go wrong."""
    say(f"warning: {words}")


def say(text: str, logged: str = "") -> None:
    """Print one line on stderr, cleaned here. Where nobody takes it, the exit code still tells.

    ``logged`` is logged in its place.
    """
    log.decision(f"said: {logged or text}")
    if sys.stderr is None:  # ``print`` would take stdout instead
        return
    with suppress(OSError), exit_on_signal():
        print(f"{_fitting(clean(text, _LONGEST), sys.stderr)}\n", end="", file=sys.stderr)


def fail(words: str, code: ExitCode = ExitCode.USAGE) -> ExitCode:
    """Say why the command ends; the answer is the exit code."""
    say(f"smtp-tui: {words}")
    return code


def on_terminal() -> bool:
    """Whether someone sits there who can read a question and answer it."""
    return is_terminal(sys.stdin) and is_terminal(sys.stderr)


def is_terminal(stream: TextIO | None) -> bool:
    """Whether a stream is a terminal; one that was closed before the start is None."""
    return stream is not None and stream.isatty()


def columns() -> int | None:
    """The width of the terminal that shows the data; None where it goes elsewhere.

    There it is whole, even if ``COLUMNS`` is set: readline, for one, sets it for all programs that
    a shell in Python starts, and then nobody asked for it.
    """
    return wanted_columns() if is_terminal(sys.stdout) else None


def ask(question: str) -> str:
    """The answer of the person at the terminal, without its line end.

    Raises ``EOFError`` at the end of the input.
    """
    with _asking(question):
        print(_fitting(question, sys.stderr), end=" ", file=sys.stderr, flush=True)
        answer = sys.stdin.readline()
        if not answer:
            raise EOFError
        return answer.rstrip("\r\n")


def confirm(question: str, nothing: str, *answers: str) -> None:
    """Go on after a yes only. Raises :class:`Refusal`, which begins with ``nothing``."""
    if not on_terminal():
        words = f"{nothing}: there is no terminal to ask on; use --yes"
        raise Refusal(words, ExitCode.REFUSED)
    if ask(question).strip().lower() not in ("yes", *answers):
        raise Refusal(f"{nothing}: not confirmed", ExitCode.REFUSED)


def ask_secret(question: str) -> str:
    """What the person at the terminal types unseen. Raises ``EOFError`` at the end of the input."""
    from getpass import getpass  # noqa: PLC0415 - rarely needed

    with _asking(question):
        return getpass(f"{question} ")


@contextmanager
def _asking(question: str) -> Iterator[None]:
    """Let a signal end a question at once; what is said next begins a line of its own.

    An event loop would only take note of the first ctrl+c. What ``--quiet`` held back comes first:
    nobody says yes to what was not shown.
    """
    for text, logged in _held[-1] if _held else ():
        say(text, logged)
    if _held:
        _held[-1].clear()
    log.decision(f"asked: {question}")
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with exit_on_signal():
            yield
    except (EOFError, KeyboardInterrupt, SystemExit):
        with suppress(OSError):
            print(file=sys.stderr)
        raise
    finally:
        signal.signal(signal.SIGINT, before)


def _fitting(text: str, stream: TextIO | None) -> str:
    """The text with plainer signs where the stream's encoding has not ours."""
    encoding = "utf-8" if stream is None else stream.encoding or ""
    return text if encoding.lower().startswith("utf") else text.translate(_PLAINER)
