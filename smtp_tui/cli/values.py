"""What a command is given for a record: ``name=value`` arguments and a password.

They become a draft, checked as the form checks it. A password comes from stdin or a private file,
never from the command line: that can be read by everyone on the machine, and stays in the history.
"""

from __future__ import annotations

import argparse
import os
import stat
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

from msgspec import Struct

from smtp_tui.api.models import PASSWORD, Record
from smtp_tui.api.paths import FileProblem, open_trusted, problem_of
from smtp_tui.api.secret import SecretStr
from smtp_tui.cli.exit_codes import Refusal, UsageError
from smtp_tui.cli.say import ask_secret, on_terminal, warn
from smtp_tui.editing.draft import KEEP, Clear, Draft, Replace, SecretEdit
from smtp_tui.editing.patch import Patch, patch_for
from smtp_tui.mail.presets import Preset, presets
from smtp_tui.mail.recipient import parse_recipient
from smtp_tui.mail.remarks import Severity
from smtp_tui.profiles.model import Profile
from smtp_tui.text import after_colon, clean, nearest
from smtp_tui.workflows.validation import NAME, remarks

_CAP: Final = 16 * 1024
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


class Values(Struct, frozen=True):
    """Texts by parameter, what happens to the password, and the parameters that may be new."""

    texts: dict[str, str]
    password: SecretEdit
    new: Sequence[str]

    def refuse_nothing(self) -> None:
        """Raise :class:`Refusal` where there is nothing to set."""
        if not self.texts and self.password == KEEP:
            raise UsageError("nothing to set; give name=value, a password or --clear-password")

    def fill(
        self,
        draft: Draft,
        opened: Record | None,
        say: Callable[[str], object] = warn,
    ) -> tuple[Draft, Patch]:
        """The draft with these values, and what it changes; what is odd about them is said.

        Raises :class:`Refusal` for a secret among the texts, for a name that is neither known nor
        in the draft nor new, and for what surely is wrong.
        """
        for name in self.new:
            if name not in self.texts:
                raise UsageError(f"--new-parameter {name} needs {name}=value")
        known = draft.names
        for name, text in self.texts.items():
            self._check_name(name, draft, known)
            draft = draft.with_text(name, text)
        draft = draft.with_secret(PASSWORD, self.password)
        patch = patch_for(draft, opened)
        names = draft.names if opened is None else patch.names
        _check(draft, (NAME, *names) if opened is None and draft.name else names, opened, say)
        return draft, patch

    def _check_name(self, name: str, draft: Draft, known: tuple[str, ...]) -> None:
        if draft.is_secret(name):
            raise Refusal(
                f"{name} is a secret, and everyone on this machine can read a command line;"
                " use --password-stdin or --password-file (the screen for other secrets)"
            )
        if name == NAME and name not in dict(draft.texts):
            raise UsageError("name is not a parameter; a record cannot be renamed")
        if name not in known and name not in self.new:
            near = nearest(name, known)
            raise UsageError(
                f"unknown parameter {name}{near}; use --new-parameter {name} to add it"
            )


def _check(
    draft: Draft, names: Iterable[str], opened: Record | None, say: Callable[[str], object]
) -> None:
    """Say what is odd, and stop at what is wrong. Hints are for a form; none is said here."""
    found = [(name, said) for name in names for said in remarks(draft, name, opened)]
    for name, said in found:
        if said.severity is Severity.WARNING:
            say(f"{clean(name, 100)}: {after_colon(said.text)}")
    wrong = [(name, said) for name, said in found if said.severity is Severity.ERROR]
    if wrong:
        raise Refusal("; ".join(f"{name}: {after_colon(said.text)}" for name, said in wrong))


def read_values(options: argparse.Namespace, arguments: Iterable[str]) -> Values:
    """The values of these arguments and the password of the options.

    Raises :class:`Refusal`, which never holds a value, since that may be secret; and as
    :func:`read_password`.
    """
    texts: dict[str, str] = {}
    for position, argument in enumerate(arguments, start=1):
        name, separator, value = argument.partition("=")
        if not separator or not name.strip():
            field = "; fields are chosen as --json=a,b" if argument in options.after_json else ""
            raise UsageError(f"value {position} is not in the form name=value{field}")
        if name in texts:
            raise UsageError(f"{name} is given twice")
        texts[name] = value
    password = read_password(options)
    edit = Clear() if options.clear_password else KEEP if password is None else Replace(password)
    return Values(texts, edit, options.new_parameters)


def gives_password(options: argparse.Namespace) -> bool:
    """Whether the options change the password; nothing is read yet."""
    return bool(options.password_stdin or options.password_file or options.clear_password)


def read_password(options: argparse.Namespace) -> SecretStr | None:
    """The password that ``--password-stdin`` or ``--password-file`` gives; None without them.

    One line end at its end is not part of it. Raises :class:`Refusal` for an empty one, and
    :class:`FileProblem` for a file that others may read.
    """
    if options.password_stdin:
        content, where = _from_stdin(), "stdin"
    elif options.password_file is not None:
        content, where = _from_file(options.password_file), str(options.password_file)
    else:
        return None
    if len(content) > _CAP:
        raise Refusal(f"the password from {where} is longer than {_CAP:,} bytes")
    try:
        text = content.decode().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        raise Refusal(f"the password from {where} is not UTF-8 text") from None
    if not text:
        raise Refusal(f"the password from {where} is empty; --clear-password removes a stored one")
    return SecretStr(text)


def _from_stdin() -> bytes:
    if on_terminal():
        return ask_secret("SMTP password:").encode(errors="surrogateescape")
    if sys.stdin is None:
        raise Refusal("stdin is closed, so there is no password to read")
    return sys.stdin.buffer.read(_CAP + 1)


def _from_file(path: Path) -> bytes:
    """The content of a file that nobody else can read or exchange."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise FileProblem(path, "is not a regular file; use --password-stdin")
        with os.fdopen(open_trusted(path), "rb") as file:
            if os.fstat(file.fileno()).st_mode & _OTHERS:
                raise FileProblem(path, f"others can read it; run: chmod 600 {path}")
            return file.read(_CAP + 1)
    except OSError as error:
        raise problem_of(path, error) from None


def recipient_of(option: str, text: str) -> str:
    """The address that an option gives. Raises :class:`Refusal`."""
    address, found = parse_recipient(text)
    if address is None:
        words = " ".join(said.text for said in found)
        raise Refusal(f"{option}: {after_colon(words)}")
    return address


def test_recipient(options: argparse.Namespace, profile: Profile) -> str:
    """Who gets a test email: as ``--to`` says, or the profile. Raises :class:`Refusal`."""
    if options.to is not None:
        return recipient_of("--to", options.to)
    if not profile.recipient:
        raise UsageError(f"give --to, for the profile {profile.name} names no recipient")
    return recipient_of(f"the recipient of the profile {profile.name}", profile.recipient)


def preset_named(wanted: str) -> Preset:
    """The provider of that name, or the only one whose name holds it. Raises :class:`Refusal`."""
    sought = wanted.casefold()
    known = presets().preset
    exact = [preset for preset in known if preset.name.casefold() == sought]
    matching = exact or [preset for preset in known if sought in preset.name.casefold()]
    if len(matching) == 1:
        return matching[0]
    names = [preset.name for preset in (matching or known)]
    what = f"{wanted} matches several presets" if matching else f"there is no preset {wanted}"
    near = "" if matching else nearest(wanted, names)
    raise UsageError(f"{what}{near}; --preset can be: {', '.join(names)}")
