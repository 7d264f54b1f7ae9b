"""Getting a token from where a profile says it is; what goes wrong is told without the token."""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final

from msgspec import Struct

from smtp_tui.api.secret import SecretStr, is_token
from smtp_tui.profiles.environment import TOKEN_VARIABLES
from smtp_tui.profiles.model import Profile
from smtp_tui.profiles.running import COMMAND_BYTES, LINES_KEPT, run
from smtp_tui.profiles.sources import CommandToken, EnvironmentToken

COMMAND_SECONDS: Final = 10.0
_BEARER: Final = re.compile(r"bearer\s+", re.IGNORECASE)


class CredentialError(Exception):
    """A token that could not be had; ``words`` never hold any of it."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


class IssuedToken(Struct, frozen=True):
    """A token and, where its source says so, when it ends (UTC)."""

    token: SecretStr
    expires_at: datetime | None = None


def clean_token(text: str) -> SecretStr:
    """A token without the space and the ``Bearer`` that were copied with it.

    Raises :class:`CredentialError` for what no header may carry.
    """
    plain = _BEARER.sub("", text.strip(), count=1) if _BEARER.match(text.strip()) else text.strip()
    if not plain or plain.lower() == "bearer":
        raise CredentialError("the token is empty")
    if not is_token(plain):
        words = "a token has letters, digits and - . _ ~ + / only; this one has something else"
        raise CredentialError(f"{words} ({len(plain)} characters)")
    return SecretStr(plain)


def read_environment_token(source: EnvironmentToken, environ: Mapping[str, str]) -> SecretStr:
    """The token in an environment variable. Raises :class:`CredentialError` naming the variable."""
    text = environ.get(source.variable)
    if not text or not text.strip():
        raise CredentialError(f"the environment variable {source.variable} is not set")
    try:
        return clean_token(text)
    except CredentialError as error:
        raise CredentialError(f"{source.variable}: {error.words}") from None


async def run_token_command(
    source: CommandToken,
    environ: Mapping[str, str] | None = None,
    profiles: Iterable[Profile] = (),
    seconds: float = COMMAND_SECONDS,
    say: Callable[[str], None] = lambda line: None,
) -> IssuedToken:
    """Start the program of a profile and read the token it prints.

    No shell, a session of its own, no input, at most ``COMMAND_BYTES``; ``say`` is told what it
    writes to stderr, line by line, cleaned and redacted. Of ``environ`` (this process's where None)
    no variable is handed on that holds the token of one of these profiles, nor the vendor's. When
    it takes longer than ``seconds``, or the caller gives up, it is ended with all that it started.
    Raises :class:`CredentialError`, with the last lines that it said.
    """
    if not source.argv or not source.argv[0]:
        raise CredentialError("the token command is empty")
    known = os.environ if environ is None else environ
    handed = _without_tokens(known, profiles)
    secrets = tuple(known[name] for name in known.keys() - handed.keys())
    name = f'the token command "{source.argv[0]}"'
    said: deque[str] = deque(maxlen=LINES_KEPT)

    def hear(line: str) -> None:
        """Keep the last lines for an error, and pass each one on."""
        said.append(line)
        say(line)

    try:
        async with asyncio.timeout(seconds):
            finished = await run(source.argv, handed, secrets, hear)
    except TimeoutError:
        words = f"{name} gave no answer within {seconds:g} seconds"
        raise CredentialError(_with_lines(words, said)) from None
    except FileNotFoundError:
        raise CredentialError(f"{name} was not found") from None
    except (OSError, ValueError):
        raise CredentialError(f"{name} cannot be started") from None
    if len(finished.output) > COMMAND_BYTES:
        raise CredentialError(f"{name} printed more than {COMMAND_BYTES:,} bytes")
    if finished.status != 0:
        words = f"{name} {_ended(finished.status)}"
        raise CredentialError(_with_lines(words, finished.said))
    try:
        return parse_output(finished.output)
    except CredentialError as error:
        raise CredentialError(_with_lines(f"{name}: {error.words}", finished.said)) from None


def _with_lines(words: str, said: Iterable[str]) -> str:
    """What went wrong, and the last lines that the command said of it."""
    lines = " / ".join(said)
    return f"{words}. It said: {lines}" if lines else words


def _without_tokens(environ: Mapping[str, str], profiles: Iterable[Profile]) -> dict[str, str]:
    """What a program may know: nobody else's token."""
    sources = [one.token for one in profiles]
    named = {one.variable for one in sources if isinstance(one, EnvironmentToken)}
    return {name: environ[name] for name in environ.keys() - named - set(TOKEN_VARIABLES)}


def _ended(status: int) -> str:
    return f"ended with status {status}" if status > 0 else f"was ended by signal {-status}"


def parse_output(output: bytes) -> IssuedToken:
    """One line with the token, or ``{"version": 1, "token": …, "expires_at": …}``.

    Raises :class:`CredentialError`.
    """
    text = output.decode("ascii", errors="replace").strip()
    if text.startswith("{"):
        return _parse_json(text)
    if len(text.splitlines()) > 1:
        raise CredentialError("it printed several lines; a token is one line")
    return IssuedToken(clean_token(text))


def _parse_json(text: str) -> IssuedToken:
    values: object = None
    with suppress(ValueError, RecursionError):  # an error kept as context would hold the text
        values = json.loads(text)
    if not isinstance(values, dict):
        raise CredentialError("it printed JSON that cannot be read")
    if values.get("version") != 1:
        raise CredentialError("its JSON must say version 1")
    token = values.get("token")
    if not isinstance(token, str):
        raise CredentialError('its JSON has no text for "token"')
    return IssuedToken(clean_token(token), _expiry(values.get("expires_at")))


def _expiry(value: object) -> datetime | None:
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise CredentialError('"expires_at" must be a time with its zone: 2030-01-31T12:00:00Z')
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return None  # no calendar holds it, so nothing usable was told
