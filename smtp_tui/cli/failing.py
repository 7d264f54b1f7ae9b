"""From what went wrong to words on stderr and an exit code, in one place for all commands."""

from __future__ import annotations

from typing import Final

from smtp_tui.api.errors import (
    AccessDenied,
    AccessRefused,
    ApiError,
    CertificateRefused,
    HostUnreachable,
    Invalid,
    LoginRefused,
    NoAnswer,
    NotFound,
    NotJournalled,
    NotSent,
    TokenNeeded,
    TokenRefused,
)
from smtp_tui.api.requests import IdRefused
from smtp_tui.api.target import HostRefused
from smtp_tui.cli.exit_codes import ExitCode
from smtp_tui.cli.say import clean, complain, remark
from smtp_tui.editing.values import DraftProblem
from smtp_tui.profiles.choosing import NoSuchProfile
from smtp_tui.profiles.credentials import CredentialError
from smtp_tui.profiles.reading import ProfilesFileError
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
    ProfilesFileError,
)
"""What a command may raise; each has words of its own."""


def tell(error: Exception) -> int:
    """Say what went wrong; the answer is the exit code."""
    match error:
        case ApiError():
            return _tell_api_error(error)
        case Refusal(code=code):
            return complain(str(error), code)
        case CredentialError():
            return complain(str(error), ExitCode.TOKEN)
    return complain(str(error), ExitCode.USAGE)


def _tell_api_error(error: ApiError) -> int:
    complain(f"{error.what}: {error.why}")
    if isinstance(error, Invalid):
        for name, words in error.fields:
            remark(f"  {clean(name, 100)}: {clean(words, 400)}")
    advice = _advice(error)
    if advice:
        remark(f"  {clean(advice)}")
    if error.place.request_id:
        remark(f"  Request id: {clean(error.place.request_id)}")
    return int(code_of(error))


def code_of(error: ApiError) -> ExitCode:
    """The exit code of what a request came to."""
    if error.outcome_unknown:
        return ExitCode.UNKNOWN_OUTCOME
    match error:
        case TokenNeeded() | TokenRefused() | LoginRefused():
            return ExitCode.TOKEN
        case AccessRefused() | NotJournalled():
            return ExitCode.REFUSED
        case NotSent() | NoAnswer():
            return ExitCode.UNREACHABLE
        case NotFound():
            return ExitCode.NOT_FOUND
    return ExitCode.FAILED


_ADVICE: Final[dict[type[ApiError], str]] = {
    HostUnreachable: "Check the host and port of the profile: smtp-tui profiles check",
    CertificateRefused: "Trust a CA file or one certificate: smtp-tui profiles set NAME --trust …",
    NotJournalled: NotJournalled.next_step,
    TokenNeeded: "Set the variable that the profile names, or give it --token-command.",
    TokenRefused: "Get a new token; nothing was repeated.",
    AccessDenied: "Check the team of the profile, or ask for a role that may do this.",
}


_CHANGED: Final = (
    "The certificate is not the one that the profile trusts. Ask the administrator of the host"
    " whether it was renewed before you change what the profile trusts."
)


def _advice(error: ApiError) -> str:
    """What to do next, in a shell; the errors' own advice names keys of the screen."""
    if isinstance(error, CertificateRefused) and error.pinned:
        return _CHANGED
    if error.advice != type(error).next_step:
        return error.advice  # the server's own, such as how long to wait
    return _ADVICE.get(type(error), "")
