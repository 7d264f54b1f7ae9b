"""Passwords for a command: from stdin or a private file, never from the command line.

The command line of a process can be read by everyone on the machine, and stays in the history.
"""

from __future__ import annotations

import argparse
import os
import stat
import sys
from pathlib import Path
from typing import Final

from smtp_tui.api.paths import FileProblem, open_trusted, problem_of
from smtp_tui.api.secret import SecretStr
from smtp_tui.cli.failing import Refusal
from smtp_tui.cli.say import ask_secret, on_terminal

CAP: Final = 16 * 1024
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


def read_password(options: argparse.Namespace) -> SecretStr | None:
    """The password that ``--password-stdin`` or ``--password-file`` gives; None without them.

    One line end at its end is not part of it. Raises :class:`Refusal` for an empty one, and
    :class:`FileProblem` for a file that others may read.
    """
    if options.password_stdin:
        return _checked(_from_stdin(), "stdin")
    if options.password_file is not None:
        return _checked(_from_file(options.password_file), str(options.password_file))
    return None


def _from_stdin() -> bytes:
    if on_terminal():
        return ask_secret("SMTP password:").encode(errors="surrogateescape")
    if sys.stdin is None:
        raise Refusal("stdin is closed, so there is no password to read")
    return sys.stdin.buffer.read(CAP + 1)


def _from_file(path: Path) -> bytes:
    """The content of a file that nobody else can read or exchange."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise FileProblem(path, "is no regular file; use --password-stdin")
        with os.fdopen(open_trusted(path), "rb") as file:
            if os.fstat(file.fileno()).st_mode & _OTHERS:
                raise FileProblem(path, f"others may read it; try: chmod 600 {path}")
            return file.read(CAP + 1)
    except OSError as error:
        raise problem_of(path, error) from None


def _checked(content: bytes, where: str) -> SecretStr:
    if len(content) > CAP:
        raise Refusal(f"the password from {where} is longer than {CAP:,} bytes")
    try:
        text = content.decode()
    except UnicodeDecodeError:
        raise Refusal(f"the password from {where} is not UTF-8 text") from None
    text = text.removesuffix("\n").removesuffix("\r")
    if not text:
        raise Refusal(f"the password from {where} is empty; --clear-password removes a stored one")
    return SecretStr(text)
