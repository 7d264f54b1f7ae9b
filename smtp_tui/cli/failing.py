"""From what went wrong to words on stderr and an exit code, in one place for all commands."""

from __future__ import annotations

from typing import Final

from smtp_tui.api.errors import (
    AccessRefused,
    AdviceLine,
    ApiError,
    Invalid,
    LoginRefused,
    NoAnswer,
    NotFound,
    NotJournalled,
    NotSent,
    TenantNeeded,
    TokenNeeded,
    TokenRefused,
)
from smtp_tui.api.requests import IdRefused
from smtp_tui.api.target import HostRefused
from smtp_tui.cli.exit_codes import ExitCode
from smtp_tui.cli.say import clean, complain, remark
from smtp_tui.editing.values import DraftProblem
from smtp_tui.profiles.choosing import NoSuchProfile
from smtp_tui.profiles.sources import CredentialError
from smtp_tui.profiles.store import ProfileRefused
from smtp_tui.state.files import FileProblem


class Refusal(Exception):
    """A command that stops on its own account; the message is one plain sentence."""

    def __init__(self, words: str, code: ExitCode = ExitCode.USAGE) -> None:
        super().__init__(words)
        self.code = code


EXPECTED: Final = (
    Refusal,
    ApiError,
    CredentialError,
    DraftProblem,
    FileProblem,
    HostRefused,
    IdRefused,
    NoSuchProfile,
    ProfileRefused,
)
"""What a command may raise; each has words of its own."""


def tell(error: Exception) -> ExitCode:
    """Say what went wrong; the answer is the exit code."""
    match error:
        case ApiError():
            return _tell_api_error(error)
        case Refusal(code=code):
            return complain(str(error), code)
        case CredentialError():
            return complain(str(error), ExitCode.TOKEN)
    return complain(str(error), ExitCode.USAGE)


def _tell_api_error(error: ApiError) -> ExitCode:
    complain(f"{error.what}: {error.why}")
    if isinstance(error, Invalid):
        for name, words in error.fields:
            remark(f"  {clean(name, 100)}: {clean(words, 400)}")
    for words in filter(None, map(_for_shell, error.advice)):
        remark(f"  {words}")
    if error.call.request_id:
        remark(f"  Request id: {error.call.request_id}")
    return code_of(error)


_CODES: Final = (
    ((TokenNeeded, TokenRefused, LoginRefused), ExitCode.TOKEN),
    ((TenantNeeded,), ExitCode.USAGE),
    ((AccessRefused, NotJournalled), ExitCode.REFUSED),
    ((NotSent, NoAnswer), ExitCode.UNREACHABLE),
    ((NotFound,), ExitCode.NOT_FOUND),
)
"""Kinds of errors and their exit codes; the first that fits counts, so a class stands before its
base class."""


def code_of(error: ApiError) -> ExitCode:
    """The exit code of what a request came to."""
    if error.outcome_unknown:
        return ExitCode.UNKNOWN_OUTCOME
    fitting = (code for kinds, code in _CODES if isinstance(error, kinds))
    return next(fitting, ExitCode.FAILED)


def _for_shell(line: AdviceLine) -> str:
    """An advice line for a shell; blank where only a key on a screen could do it."""
    if line.command:
        return f"{line.text}: smtp-tui {line.command}"
    return "" if line.actions else line.sentence
