"""Running the token command of a profile: what it prints is the token, what it says is shown."""

from __future__ import annotations

import asyncio
import os
import re
import signal
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Final

from msgspec import Struct

from smtp_tui.api.decode import cut
from smtp_tui.api.redaction import text_without_echo
from smtp_tui.api.secret import MASK

COMMAND_BYTES: Final = 64 * 1024
LINES_KEPT: Final = 3
_LINE_BYTES: Final = 1_000
_SHOWN: Final = 200
_PAUSE: Final = 0.3
"""Seconds after which a line that has no end yet is shown, as a prompt has none."""

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


class Finished(Struct, frozen=True):
    """How a command ended: its status, at most one byte over the cap of what it printed, and the
    last lines of what it said, cleaned and redacted."""

    status: int
    output: bytes
    said: tuple[str, ...]


async def run(
    argv: tuple[str, ...],
    environ: Mapping[str, str],
    secrets: tuple[str, ...],
    say: Callable[[str], None],
) -> Finished:
    """Start a program in a session of its own and wait until it has ended, however it does.

    ``say`` is told each line of its stderr as it comes, without ``secrets`` and what looks like
    one. The program has answered when it exits, although a child may still hold its pipes; then,
    or when the caller gives up, all that is left of its process group is ended.
    """
    changed = asyncio.Event()
    output, errors = _Pipe(changed), _Pipe(changed)
    words = _Words(secrets)
    try:
        process = await _started(argv, environ, output, errors)
        ending = asyncio.ensure_future(process.wait())
        ending.add_done_callback(lambda _: changed.set())
        try:
            while not ending.done() and len(output.content) <= COMMAND_BYTES:
                await _wait_for(changed, words)
                words.add(errors.take())
                words.tell(say)
            ended = ending.done()
        finally:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            status = await ending
        output.read()
        errors.read()
        words.add(errors.take())
        words.end_line()
        words.tell(say)
        printed = tuple(output.content.decode(errors="replace").split())
        said = tuple(text_without_echo(line, printed) for line in words.last)
        return Finished(status if ended else -signal.SIGKILL, bytes(output.content), said)
    finally:
        output.close()
        errors.close()


async def _started(
    argv: tuple[str, ...], environ: Mapping[str, str], output: _Pipe, errors: _Pipe
) -> asyncio.subprocess.Process:
    """The program, writing to the pipes, which are listened to even where it does not start."""
    try:
        return await asyncio.create_subprocess_exec(
            *argv,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output.write_end,
            stderr=errors.write_end,
            env=dict(environ),
            start_new_session=True,
        )
    finally:
        output.listen()
        errors.listen()


async def _wait_for(changed: asyncio.Event, words: _Words) -> None:
    """Wait for news; a line without an end, such as a prompt, ends after a pause."""
    changed.clear()
    try:
        async with asyncio.timeout(_PAUSE if words.begun else None):
            await changed.wait()
    except TimeoutError:
        words.end_line()


class _Pipe:
    """What a program writes to one of its descriptors, read as it comes and never waited for."""

    def __init__(self, changed: asyncio.Event) -> None:
        self._read_end, self.write_end = os.pipe()
        os.set_blocking(self._read_end, False)
        self._changed = changed
        self.content = bytearray()

    def listen(self) -> None:
        """Read from now on; the write end belongs to the program alone."""
        os.close(self.write_end)
        asyncio.get_running_loop().add_reader(self._read_end, self.read)

    def read(self) -> None:
        """Take what is there now, one byte over the cap at most."""
        self._changed.set()
        with suppress(BlockingIOError):
            while len(self.content) <= COMMAND_BYTES:
                chunk = os.read(self._read_end, COMMAND_BYTES + 1 - len(self.content))
                if not chunk:
                    break
                self.content += chunk
            else:
                return  # the rest stays in the pipe; whoever waits for it is told
            asyncio.get_running_loop().remove_reader(self._read_end)

    def take(self) -> bytes:
        """What was read since the last time."""
        taken = bytes(self.content)
        self.content.clear()
        return taken

    def close(self) -> None:
        """Listen no more."""
        asyncio.get_running_loop().remove_reader(self._read_end)
        os.close(self._read_end)


class _Words:
    """The lines that a program says, each cleaned and redacted."""

    def __init__(self, secrets: tuple[str, ...]) -> None:
        self.last: deque[str] = deque(maxlen=LINES_KEPT)
        self._secrets = secrets
        self._begun = b""
        self._new: list[str] = []

    @property
    def begun(self) -> bool:
        """Whether a line has no end yet."""
        return bool(self._begun)

    def add(self, content: bytes) -> None:
        """More of what it says."""
        *lines, self._begun = (self._begun + content).split(b"\n")
        for line in lines[-LINES_KEPT:]:  # however many it says, nobody reads more
            self._take(line)
        if len(self._begun) > _LINE_BYTES:
            self.end_line()

    def end_line(self) -> None:
        """Let the line that has begun end here."""
        self._take(self._begun)
        self._begun = b""

    def _take(self, line: bytes) -> None:
        line = line.rstrip(b"\r").rpartition(b"\r")[2]
        if len(line) > _LINE_BYTES:  # half a secret would not be known as one
            line = line[:_LINE_BYTES].rpartition(b" ")[0] or line[:_SHOWN]
        text = line.decode(errors="replace")
        text = " ".join(_SEQUENCE.sub("", text).split())
        text = "".join(one for one in text if one.isprintable())
        if text:
            shown = cut(without_secrets(text, self._secrets), _SHOWN)
            self.last.append(shown)
            self._new.append(shown)

    def tell(self, say: Callable[[str], None]) -> None:
        """Say the lines since the last time."""
        new, self._new = self._new, []
        for line in new:
            say(line)


def without_secrets(text: str, secrets: tuple[str, ...]) -> str:
    """A line without the secrets that are known, and without what looks like one."""
    text = _NAMED.sub(rf"\1{MASK}", text_without_echo(text, secrets))
    words = [_without_random(word) for word in text.split(" ")]
    return " ".join(words)


def _without_random(word: str) -> str:
    """A word, masked where it is random; of an address or a path only the random parts are."""
    if "://" in word or word.lstrip("\"'(").startswith("/"):
        return _RANDOM.sub(MASK, word)
    return MASK if _RANDOM.search(word) else word
