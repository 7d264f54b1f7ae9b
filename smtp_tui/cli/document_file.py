"""The file of ``plan`` and ``apply``: its text from a path or from stdin, as a document."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path
from typing import Final

from smtp_tui.cli.exit_codes import Refusal
from smtp_tui.cli.say import say
from smtp_tui.editing.document import Document, NotADocument, read_document
from smtp_tui.state.files import DEFAULT_CAP, FileProblem, problems_of

STDIN: Final = Path("-")


def text_of(file: Path) -> str:
    """The text of a file, or of stdin for ``-``. Raises :class:`FileProblem`."""
    if file == STDIN:
        file = Path("stdin")
        content = b"" if sys.stdin is None else sys.stdin.buffer.read(DEFAULT_CAP + 1)
    else:
        with problems_of(file), open(file, "rb") as opened:
            if not stat.S_ISREG(os.fstat(opened.fileno()).st_mode):
                raise FileProblem(file, "is not a regular file; use - to read stdin")
            content = opened.read(DEFAULT_CAP + 1)
    if len(content) > DEFAULT_CAP:
        raise FileProblem(file, f"is longer than {DEFAULT_CAP:,} bytes")
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise FileProblem(file, f"is not UTF-8 at byte {error.start}") from None


def document_of(file: Path, text: str) -> Document:
    """The document of a file. Raises :class:`Refusal`, after each mistake was told."""
    try:
        return read_document(text)
    except NotADocument as problem:
        raise refusal(file, problem) from None


def refusal(file: Path, problem: NotADocument) -> Refusal:
    """Tell each mistake with its place, in their order; the refusal says the last one."""
    where = "stdin" if file == STDIN else file
    *others, last = (f"{each.line}:{each.column}: {each.words}" for each in problem.problems)
    for line in others:
        say(f"smtp-tui: {where}:{line}")
    return Refusal(f"{where}:{last}")
