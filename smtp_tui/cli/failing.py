"""From what went wrong to words on stderr and an exit code, in one place for all commands."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import Final

import smtp_tui
from smtp_tui.api import errors
from smtp_tui.api.requests import IdRefused
from smtp_tui.api.target import HostRefused
from smtp_tui.cli.exit_codes import ExitCode, Refusal
from smtp_tui.cli.say import fail, say
from smtp_tui.editing.values import DraftProblem
from smtp_tui.mail.outcome import Verdict
from smtp_tui.profiles.choosing import NoSuchProfile
from smtp_tui.profiles.sources import CredentialError
from smtp_tui.profiles.store import ProfileRefused
from smtp_tui.state.files import FileProblem
from smtp_tui.text import clean

_CODES: Final[dict[type[Exception], ExitCode]] = {
    Refusal: ExitCode.USAGE,  # or its own
    DraftProblem: ExitCode.USAGE,
    FileProblem: ExitCode.USAGE,
    HostRefused: ExitCode.USAGE,
    IdRefused: ExitCode.USAGE,
    ModuleNotFoundError: ExitCode.USAGE,
    NoSuchProfile: ExitCode.USAGE,
    ProfileRefused: ExitCode.USAGE,
    CredentialError: ExitCode.TOKEN,
    errors.ApiError: ExitCode.FAILED,
    errors.TokenNeeded: ExitCode.TOKEN,
    errors.TokenRefused: ExitCode.TOKEN,
    errors.LoginRefused: ExitCode.TOKEN,
    errors.TenantNeeded: ExitCode.USAGE,
    errors.AccessRefused: ExitCode.REFUSED,
    errors.NotJournalled: ExitCode.REFUSED,
    errors.NotSent: ExitCode.UNREACHABLE,
    errors.NoAnswer: ExitCode.UNREACHABLE,
    errors.NotFound: ExitCode.NOT_FOUND,
}
"""What a command may raise, and its exit code; that of its own class counts, else of the nearest
base class. Each has words of its own."""
VERDICT_CODES: Final = {
    Verdict.ACCEPTED: ExitCode.OK,
    Verdict.REJECTED: ExitCode.MAIL_REJECTED,
    Verdict.UNREACHABLE: ExitCode.MAIL_UNREACHABLE,
    Verdict.UNKNOWN: ExitCode.UNKNOWN_OUTCOME,
}
EXPECTED: Final = tuple(kind for kind in _CODES if kind is not ModuleNotFoundError)
"""What every command may raise."""
_SANDBOX: Final = str(Path(smtp_tui.__file__).parent / "sandbox")


def is_expected(error: Exception) -> bool:
    """Whether a command may raise this: a module may be missing where the sandbox wants it."""
    if isinstance(error, ModuleNotFoundError):
        frames = traceback.extract_tb(error.__traceback__)
        return any(frame.filename.startswith(_SANDBOX) for frame in frames)
    return isinstance(error, tuple(_CODES))


def code_of(error: Exception) -> ExitCode:
    """The exit code of an expected error."""
    if isinstance(error, Refusal):
        return error.code
    if isinstance(error, errors.ApiError) and error.outcome_unknown:
        return ExitCode.UNKNOWN_OUTCOME
    if isinstance(error, errors.NotFound) and not error.about_record:
        return ExitCode.FAILED
    return next(_CODES[kind] for kind in type(error).__mro__ if kind in _CODES)


def tell(error: Exception, *found: str) -> ExitCode:
    """Say what went wrong, and what was found out then; the answer is the exit code."""
    if isinstance(error, ModuleNotFoundError):
        return _tell_missing(error)
    if not isinstance(error, errors.ApiError):
        return fail(str(error), code_of(error))
    fail(f"{error.what[:1].lower()}{error.what[1:]}: {error.why}")
    if isinstance(error, errors.Invalid):
        for name, words in error.fields:
            say(f"  {clean(name, 100)}: {clean(words, 400)}")
    for words in filter(None, map(_for_shell, error.advice)):
        say(f"  {words}")
    if error.call.request_id:
        say(f"  Request id: {error.call.request_id}")
    for words in found:
        say(f"  {words}.")
    return code_of(error)


def _tell_missing(error: ModuleNotFoundError) -> ExitCode:
    """Say that a package of the sandbox is missing, and the command that installs it here."""
    from smtp_tui.cli.installed import command_for  # noqa: PLC0415 - rarely needed

    code = fail(f"the package {error.name} is missing, which the sandbox needs; install it:")
    say(f"  {command_for('sandbox')}")
    return code


def _for_shell(line: errors.AdviceLine) -> str:
    """An advice line for a shell; blank where only a key on a screen could do it."""
    if line.command:
        return f"{line.text}: smtp-tui {line.command}"
    return "" if line.actions else line.sentence
