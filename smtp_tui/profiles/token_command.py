"""The token command of a profile: what it prints is the token, what it says is shown."""

from __future__ import annotations

import asyncio
import os
import re
import signal
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Annotated, Final, Literal, TypeVar

import msgspec

from smtp_tui.api.decode import cut
from smtp_tui.api.redaction import text_without_echo
from smtp_tui.api.secret import MASK
from smtp_tui.profiles import sources
from smtp_tui.profiles.model import Profile
from smtp_tui.profiles.sources import CredentialError, IssuedToken
from smtp_tui.typed import typed

Secret = TypeVar("Secret")

COMMAND_SECONDS: Final = 10.0
COMMAND_BYTES: Final = 64 * 1024
LINES_KEPT: Final = 3
_LINE_BYTES: Final = 1_000
_SHOWN: Final = 200
_PROMPT_SECONDS: Final = 0.3
"""After this time a line that has no end yet is shown, as a prompt has none."""
_PIPE_SECONDS: Final = 0.2
"""How long the pipes of a command that has exited may stay open: its group is ended by then."""

_SEQUENCE: Final = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]P^_X].*?(?:\x07|\x1b\\|$)|[ -/]*[0-~])"
)
_NAMED: Final = re.compile(
    r"""(?ix) ( (?<! [\w-] ) [\w-]*
    (?: token | secret | passw\w* | pwd | bearer | authorization | api_?-?key )
    [\w-]* ["']? (?: \s*=\s* | \s*:\s* | \s+ ) ["']? (?: bearer \s+ )? ) ( [^\s"']* \d [^\s"']* )"""
)
_RANDOM: Final = re.compile(
    r"(?<![\w~+=-])(?=[A-Za-z_~+=-]*\d)(?=[0-9_~+=-]*[A-Za-z])[A-Za-z0-9_~+=-]{20,}"
)


async def run_token_command(
    source: sources.CommandToken,
    environ: Mapping[str, str] = os.environ,
    profiles: Iterable[Profile] = (),
    seconds: float = COMMAND_SECONDS,
    say: Callable[[str], None] = lambda line: None,
) -> IssuedToken:
    """Start the program of a profile and read the token it prints; as :func:`run_command`."""
    what = "token command"
    return await run_command(source.argv, what, parse_output, environ, profiles, seconds, say)


async def run_command(
    argv: tuple[str, ...],
    what: str,
    read: Callable[[bytes], Secret],
    environ: Mapping[str, str] = os.environ,
    profiles: Iterable[Profile] = (),
    seconds: float = COMMAND_SECONDS,
    say: Callable[[str], None] = lambda line: None,
) -> Secret:
    """Start a program that prints a secret, which ``read`` finds in what it printed.

    No shell, a session of its own, no input, at most ``COMMAND_BYTES``; ``say`` is told what it
    writes to stderr, line by line, cleaned and redacted. Of ``environ`` no variable is handed on
    that holds the token of one of these profiles, nor the vendor's. When it takes longer than
    ``seconds``, or the caller gives up, it is ended with all that it started.
    Raises :class:`CredentialError`, with the last lines that it said; ``what`` is what it calls
    the program.
    """
    handed = without_tokens(environ, profiles)
    secrets = tuple(environ[name] for name in environ.keys() - handed.keys())
    command = _Command(secrets, say)
    try:
        async with asyncio.timeout(seconds):
            status = await _run(argv, handed, command)
        if len(command.output) > COMMAND_BYTES:
            words = f" printed more than {COMMAND_BYTES:,} bytes"
        elif status == 0:
            return read(bytes(command.output))
        else:
            words = (
                f" exited with status {status}"
                if status > 0
                else f" was killed by signal {-status}"
            )
    except TimeoutError:
        words = f" did not finish within {seconds:g} s"
    except FileNotFoundError:
        words = " was not found"
    except (OSError, ValueError):
        words = " cannot be started"
    except CredentialError as error:
        words = f": {error}"
    raise CredentialError(f'the {what} "{argv[0]}"{words}{command.last_words()}')


async def _run(argv: tuple[str, ...], environ: Mapping[str, str], command: _Command) -> int:
    """Start a program in a session of its own and wait until it exits; its status.

    It has answered when it exits, although a child may still hold its pipes. Then, or when the
    caller gives up, all that is left of its process group is ended.
    """
    starting = asyncio.ensure_future(
        asyncio.get_running_loop().subprocess_exec(
            lambda: command,
            *argv,
            stdin=asyncio.subprocess.DEVNULL,
            env=dict(environ),
            start_new_session=True,
        )
    )
    try:
        await asyncio.shield(starting)  # it may have started children before it counts as started
        await command.answered.wait()
    finally:
        transport, _ = await starting
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(transport.get_pid(), signal.SIGKILL)
        await command.exited.wait()
        with suppress(TimeoutError):
            async with asyncio.timeout(_PIPE_SECONDS):
                await command.closed.wait()
        transport.close()
        await command.closed.wait()
        command.end_line()
    return transport.get_returncode() or 0


class _Command(asyncio.SubprocessProtocol):
    """What a program prints, one byte over the cap at most, and what it says meanwhile.

    ``answered`` is set when it has exited or has printed too much.
    """

    def __init__(self, secrets: tuple[str, ...], say: Callable[[str], None]) -> None:
        self.output = bytearray()
        self.answered = asyncio.Event()
        self.exited = asyncio.Event()
        self.closed = asyncio.Event()
        self._secrets = secrets
        self._say = say
        self._last: deque[str] = deque(maxlen=LINES_KEPT)
        self._begun = b""
        self._prompt: asyncio.TimerHandle | None = None

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        """Keep what it prints; show what it says."""
        if fd == 1:
            self.output += data[: COMMAND_BYTES + 1 - len(self.output)]
            if len(self.output) > COMMAND_BYTES:
                self.answered.set()
            return
        *lines, self._begun = (self._begun + data).split(b"\n")
        for line in lines[-LINES_KEPT:]:  # however many it says, nobody reads more
            self._take(line)
        if len(self._begun) > _LINE_BYTES:
            self.end_line()
        if self._prompt is not None:
            self._prompt.cancel()
        loop = asyncio.get_running_loop()
        self._prompt = loop.call_later(_PROMPT_SECONDS, self.end_line)

    def process_exited(self) -> None:
        """It has answered."""
        self.answered.set()
        self.exited.set()

    def connection_lost(self, exc: Exception | None) -> None:
        """It has exited, and its pipes are closed."""
        self.closed.set()

    def end_line(self) -> None:
        """Let the line that has begun end here."""
        begun, self._begun = self._begun, b""
        self._take(begun)

    def _take(self, line: bytes) -> None:
        line = line.rstrip(b"\r").rpartition(b"\r")[2]
        if len(line) > _LINE_BYTES:  # half a secret would not be known as one
            line = line[:_LINE_BYTES].rpartition(b" ")[0] or line[:_SHOWN]
        text = " ".join(_SEQUENCE.sub("", line.decode(errors="replace")).split())
        text = "".join(filter(str.isprintable, text))
        if text:
            shown = cut(_without_secrets(text, self._secrets), _SHOWN)
            self._last.append(shown)
            self._say(shown)

    def last_words(self) -> str:
        """The last lines that it said, without what it printed, to complete an error."""
        printed = tuple(self.output.decode(errors="replace").split())
        lines = " / ".join(text_without_echo(line, printed) for line in self._last)
        return f". It said: {lines}" if lines else ""


def without_tokens(environ: Mapping[str, str], profiles: Iterable[Profile]) -> dict[str, str]:
    """What a program may know: nobody else's token."""
    held = [profile.token for profile in profiles]
    named = {source.variable for source in held if isinstance(source, sources.EnvironmentToken)}
    return {name: environ[name] for name in environ.keys() - named - set(sources.TOKEN_VARIABLES)}


def _without_secrets(text: str, secrets: tuple[str, ...]) -> str:
    """A line without the secrets that are known, and without what looks like one."""
    text = _NAMED.sub(rf"\1{MASK}", text_without_echo(text, secrets))
    return " ".join(map(_without_random, text.split(" ")))


def _without_random(word: str) -> str:
    """A word, masked where it is random; of an address or a path only the random parts are."""
    if "://" in word or word.lstrip("\"'(").startswith("/"):
        return _RANDOM.sub(MASK, word)
    return MASK if _RANDOM.search(word) else word


class _Printed(msgspec.Struct):
    """The JSON that a command may print in place of the bare token."""

    version: Literal[1]
    token: str
    expires_at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None


_PROBLEMS: Final = {
    "`version`": "its JSON must say version 1",
    "`token`": 'its JSON has no text for "token"',
    "`expires_at`": '"expires_at" must be a time with its zone: 2030-01-31T12:00:00Z',
}


def parse_output(output: bytes) -> IssuedToken:
    """One line with the token, or ``{"version": 1, "token": …, "expires_at": …}``.

    Raises :class:`CredentialError`.
    """
    text = output.decode("ascii", errors="replace").strip()
    if not text.startswith("{"):
        if len(text.splitlines()) > 1:
            raise CredentialError("it printed several lines; a token is one line")
        return IssuedToken(sources.clean_token(text))
    try:
        printed = typed(msgspec.json.decode(text), _Printed)
    except (msgspec.DecodeError, RecursionError) as error:
        said = str(error).replace("$.", "")
        problems = (words for field, words in _PROBLEMS.items() if field in said)
        raise CredentialError(next(problems, "it printed JSON that cannot be read")) from None
    return IssuedToken(sources.clean_token(printed.token), printed.expires_at)
