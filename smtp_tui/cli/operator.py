"""The operator of a command: asks only a person at a terminal, and tells on stderr."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from smtp_tui.api.secret import SecretStr
from smtp_tui.api.target import Trust
from smtp_tui.cli.say import ask_secret, clean, on_terminal, remark
from smtp_tui.profiles.credentials import CredentialError, clean_token
from smtp_tui.profiles.model import Profile
from smtp_tui.profiles.sources import LoginToken, PromptToken
from smtp_tui.workflows.operator import Kind, Notice, RefusedCertificate, Sent
from smtp_tui.workflows.session import Session


class CommandOperator:
    """Answers the questions of a workflow with what the command line allows."""

    async def new_token(self, session: Session, why: str) -> bool:
        """Have a token or a password typed, unseen, where the profile's token is typed at all.

        Raises ``ApiError`` from a login, and ``CredentialError`` where nobody can be asked for the
        first token.
        """
        source, tokens = session.tokens.source, session.tokens
        if not isinstance(source, LoginToken | PromptToken):
            return False
        if not on_terminal():
            if tokens.token() is not None:
                return False  # it was refused, which the error of the request says better
            raise CredentialError(_no_terminal(session.profile))
        if isinstance(source, LoginToken):
            password = SecretStr(ask_secret(f"Password of {clean(source.user)}:"))
            await tokens.log_in(session.client, password)
        else:
            question = f"Token for the profile {clean(session.profile.name)}:"
            tokens.accept(clean_token(ask_secret(question)))
        return True

    async def trust(self, session: Session, refused: RefusedCertificate) -> Trust | None:
        """Trust nothing: a command changes no profile on the way to something else."""
        return None

    def waiting(
        self, what: str, *, sent: Sent | None = None, stop: Callable[[], object] | None = None
    ) -> AbstractContextManager[None]:
        """Say nothing: ctrl+c ends a command at any time."""
        return nullcontext()

    def tell(self, notice: Notice) -> None:
        """Print a notice on stderr."""
        warning = "warning: " if notice.kind is Kind.WARNING else ""
        remark(f"{warning}{clean(notice.words)}")


def _no_terminal(profile: Profile) -> str:
    if profile.variables is not None:
        return (
            f"the profile {profile.name} has no token, and there is no terminal to type it on:"
            f" set {profile.variables.token}"
        )
    return (
        f"the token of the profile {profile.name} is typed, and there is no terminal to type it on;"
        f" to read it instead: smtp-tui profiles set {shlex.quote(profile.name)} --token-env VAR"
    )


__all__ = ["CommandOperator"]
