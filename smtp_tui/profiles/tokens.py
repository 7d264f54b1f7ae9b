"""The token of one profile while the program runs: in memory only, never in a file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from smtp_tui.api.secret import SecretStr
from smtp_tui.profiles.credentials import (
    CredentialError,
    read_environment_token,
    run_token_command,
)
from smtp_tui.profiles.model import (
    CommandToken,
    EnvironmentToken,
    LoginToken,
    PromptToken,
    TokenSource,
)


class Tokens:
    """Holds the token and knows where the next one comes from. ``expires_at`` None: not told."""

    def __init__(self, source: TokenSource, environ: Mapping[str, str]) -> None:
        self.source = source
        self._environ = environ
        self._token: SecretStr | None = None
        self.expires_at: datetime | None = None
        self.typed = False

    def token(self) -> SecretStr | None:
        """The token to send now, or None where one has to be found or asked for."""
        return self._token

    def accept(
        self, token: SecretStr, expires_at: datetime | None = None, *, typed: bool = True
    ) -> None:
        """Use this token from now on."""
        self._token = token
        self.expires_at = expires_at
        self.typed = typed

    async def fetch(self) -> bool:
        """Ask the source where it can answer without a person; whether there is a token now.

        Raises :class:`~smtp_tui.profiles.credentials.CredentialError` with words.
        """
        match self.source:
            case EnvironmentToken():
                self.accept(read_environment_token(self.source, self._environ), typed=False)
                return True
            case CommandToken():
                issued = await run_token_command(self.source)
                self.accept(issued.token, issued.expires_at, typed=False)
                return True
            case LoginToken() | PromptToken():
                return False

    @property
    def words(self) -> str:
        """Where the token comes from, without anything of it."""
        if self.typed:
            return "typed"
        match self.source:
            case EnvironmentToken(variable):
                return f"${variable}"
            case CommandToken(argv):
                return f"command {argv[0]}" if argv else "command"
            case LoginToken(user):
                return f"login {user}"
            case PromptToken():
                return "asked for"


__all__ = ["CredentialError", "Tokens"]
