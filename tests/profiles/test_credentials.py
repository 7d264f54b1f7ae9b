from __future__ import annotations

import asyncio
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from smtp_tui.profiles.model import Profile
from smtp_tui.profiles.sources import (
    CommandToken,
    CredentialError,
    EnvironmentToken,
    IssuedToken,
    clean_token,
    read_environment_token,
)
from smtp_tui.profiles.token_command import COMMAND_BYTES, parse_output, run_token_command
from smtp_tui.profiles.tokens import Tokens

SENTINEL = "S3ntinel.Token-_~+/=="


def shell(script: str, *arguments: str) -> CommandToken:
    return CommandToken(("/bin/sh", "-c", script, "sh", *arguments))


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    """A pipe for a process to write its number to."""
    os.mkfifo(tmp_path / "pipe")
    return tmp_path / "pipe"


async def told(pipe: Path) -> int:
    """The number of a process, once it wrote it to the pipe."""
    loop, written = asyncio.get_running_loop(), asyncio.Event()
    descriptor = os.open(pipe, os.O_RDWR | os.O_NONBLOCK)
    loop.add_reader(descriptor, written.set)
    try:
        async with asyncio.timeout(10):
            await written.wait()
        return int(os.read(descriptor, 100))
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)


async def ended(pid: int) -> None:
    """Wait until a process has ended, which need not be a child of ours."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    loop, over = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(descriptor, over.set)
    try:
        async with asyncio.timeout(10):
            await over.wait()
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)


def gone(file: Path) -> bool:
    """Whether the process whose number a file holds has ended; a zombie has."""
    try:
        status = Path(f"/proc/{int(file.read_text())}/stat").read_text()
    except FileNotFoundError:
        return True
    return status.rsplit(")", 1)[1].split()[0] == "Z"


@pytest.mark.parametrize(
    "text", [SENTINEL, f" {SENTINEL}\r\n", f"Bearer {SENTINEL}", f"\tbearer   {SENTINEL}\n"]
)
def test_what_is_copied_with_a_token_is_taken_off(text: str) -> None:
    assert clean_token(text).get_secret_value() == SENTINEL


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "Bearer",
        "Bearer \n",
        "a b",
        "a\nb",
        "a\x00",
        "tökén",
        "=a",
        "a=b",
        "a'",
        "Basic a",
    ],
)
def test_what_no_header_may_carry_is_refused(text: str) -> None:
    with pytest.raises(CredentialError):
        clean_token(text)


def test_no_error_says_anything_of_the_token() -> None:
    for text in (
        f"{SENTINEL}\x00",
        f"{SENTINEL} ü",
        f"{SENTINEL}\n{SENTINEL}",
        f'{{"token": "{SENTINEL}"}}',
        f'{{"token": "{SENTINEL}"',
    ):
        for read in (clean_token, lambda text: parse_output(text.encode())):
            with pytest.raises(CredentialError) as caught:
                read(text)
            error = caught.value
            assert "S3ntinel" not in repr((error, str(error), error.__context__, error.__cause__))
    assert "S3ntinel" not in repr(parse_output(SENTINEL.encode()))


def test_a_token_is_read_from_the_variable_that_the_profile_names() -> None:
    environ = {"A": f"Bearer {SENTINEL}\n", "B": "other"}
    assert read_environment_token(EnvironmentToken("A"), environ).get_secret_value() == SENTINEL


@pytest.mark.parametrize("environ", [{}, {"A": ""}, {"A": " \n"}])
def test_a_variable_without_a_token_is_named(environ: dict[str, str]) -> None:
    with pytest.raises(CredentialError, match="the environment variable A is not set"):
        read_environment_token(EnvironmentToken("A"), environ)


def test_a_variable_with_something_else_is_named_without_it() -> None:
    with pytest.raises(CredentialError, match=r"^A: a token has letters") as caught:
        read_environment_token(EnvironmentToken("A"), {"A": "S3ntinel ü"})
    assert "S3ntinel" not in str(caught.value)


async def test_a_command_prints_the_token_on_one_line() -> None:
    issued = await run_token_command(shell(f"echo '{SENTINEL}'"))
    assert issued.token.get_secret_value() == SENTINEL
    assert issued.expires_at is None


def test_a_command_may_print_json_that_says_when_the_token_ends() -> None:
    issued = parse_output(
        b'{"version": 1,\n "token": "Bearer abc", "expires_at": "2030-01-31T14:00:00+02:00"}\n'
    )
    assert issued == IssuedToken(clean_token("abc"), datetime(2030, 1, 31, 12, tzinfo=UTC))
    assert parse_output(b'{"version": 1, "token": "abc"}').expires_at is None


@pytest.mark.parametrize(
    ("output", "words"),
    [
        (b"", "empty"),
        (b"one\ntwo\n", "several lines"),
        (b"\xff\xfe", "letters, digits"),
        (b'{"version": 1', "cannot be read"),
        (b'{"a":' * 20_000, "cannot be read"),
        (b'{"token": "abc"}', "version 1"),
        (b'{"version": 2, "token": "abc"}', "version 1"),
        (b'{"version": 1}', 'no text for "token"'),
        (b'{"version": 1, "token": 7}', 'no text for "token"'),
        (b'{"version": 1, "token": "a b"}', "letters, digits"),
        (b'{"version": 1, "token": "a", "expires_at": "soon"}', "expires_at"),
        (b'{"version": 1, "token": "a", "expires_at": 7}', "expires_at"),
        (b'{"version": 1, "token": "a", "expires_at": "2030-01-31T12:00:00"}', "expires_at"),
    ],
)
def test_an_output_that_is_no_token_is_refused_in_words(output: bytes, words: str) -> None:
    with pytest.raises(CredentialError, match=words):
        parse_output(output)


async def test_there_is_no_shell_between() -> None:
    source = CommandToken(("/bin/echo", "$HOME;`id`"))
    with pytest.raises(CredentialError, match="letters, digits"):
        await run_token_command(source)
    issued = await run_token_command(shell('printf %s "$1"', "a.b/c"))
    assert issued.token.get_secret_value() == "a.b/c"


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (CommandToken(("no-such-program-here",)), '"no-such-program-here" was not found'),
        (CommandToken(("/",)), "cannot be started"),
        (CommandToken(("a\0b",)), "cannot be started"),
        (shell("exit 3"), "exited with status 3"),
        (shell("kill -9 $$"), "was killed by signal 9"),
        (shell("true"), "the token is empty"),
    ],
)
async def test_a_command_that_fails_is_named_with_the_reason(
    source: CommandToken, words: str
) -> None:
    with pytest.raises(CredentialError, match=words):
        await run_token_command(source)


async def test_neither_its_output_nor_its_arguments_are_told(
    capfd: pytest.CaptureFixture[str],
) -> None:
    script = "echo S3ntinel-out; echo no luck with S3ntinel-out >&2; exit 1"
    with pytest.raises(CredentialError) as caught:
        await run_token_command(shell(script, "S3ntinel-argument"))
    assert str(caught.value).endswith("status 1. It said: no luck with **********")
    assert capfd.readouterr() == ("", "")


async def test_what_it_says_is_told_line_by_line_while_it_runs(pipe: Path) -> None:
    heard: asyncio.Queue[str] = asyncio.Queue()
    script = f'echo one >&2; printf "Touch your key: " >&2; read go < {pipe}; echo abc'
    running = asyncio.create_task(run_token_command(shell(script), say=heard.put_nowait))
    async with asyncio.timeout(10):
        assert [await heard.get(), await heard.get()] == ["one", "Touch your key:"]
        assert not running.done()
        await asyncio.to_thread(pipe.write_text, "go\n")
        assert (await running).token.get_secret_value() == "abc"


JWT = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("Touch your key", "Touch your key"),
        ("\x1b[1;31mTouch\x1b[0m your \x07key\u202e", "Touch your key"),
        ("\x1b]0;title\x07Touch", "Touch"),
        ("10 %\r50 %\r100 %\r", "100 %"),
        ("Open https://login.example.com/device and type ABCD-EFGH", None),
        ("ERROR: AADSTS50076: use multi-factor authentication", None),
        ('File "/usr/lib/python3.11/site-packages/keyring/backend.py", line 12', None),
        (f"+ echo {JWT}", "+ echo **********"),
        (f"Authorization: Bearer {JWT}", "Authorization: Bearer **********"),
        ("password=hunter2", "password=**********"),
        ('{"token": "abc123"}', '{"token": "**********"}'),
        ("https://x.example/?t=AbCdEfGhIjKlMnOpQrStUv123", "https://x.example/?**********"),
        (f"got {'0123456789abcdef' * 4}", "got **********"),
        ("mine is S3ntinel-of-another", "mine is **********"),
        ("x" * 500, "x" * 200 + "…"),
    ],
)
async def test_what_it_says_is_cleaned_and_redacted(said: str, told: str | None) -> None:
    heard: list[str] = []
    environ = {"PATH": os.defpath, "OTHER_TOKEN": "S3ntinel-of-another"}
    other = Profile("test", "test.example.com", token=EnvironmentToken("OTHER_TOKEN"))
    with pytest.raises(CredentialError) as caught:
        await run_token_command(
            shell('printf "%s\\n" "$1" >&2; exit 1', said), environ, (other,), say=heard.append
        )
    assert heard == [told or said]
    assert str(caught.value).endswith(f"It said: {told or said}")


@pytest.mark.slow
async def test_the_last_lines_are_told_where_it_fails_in_any_way() -> None:
    for script, words in (
        ("exit 3", "exited with status 3"),
        ("kill -9 $$", "was killed by signal 9"),
        ("echo a b", "letters, digits"),
        ("sleep 600", "did not finish within 2 s"),
    ):
        with pytest.raises(CredentialError, match=words) as caught:
            await run_token_command(
                shell(f"for n in 1 2 3 4 5; do echo line $n >&2; done; {script}"), seconds=2.0
            )
        assert str(caught.value).endswith("It said: line 3 / line 4 / line 5")


async def test_words_without_end_are_cut_and_hold_up_nothing() -> None:
    heard: list[str] = []
    script = "yes x | tr -d '\\n' | head -c 3000000 >&2; echo token"
    issued = await run_token_command(shell(script), say=heard.append)
    assert issued.token.get_secret_value() == "token"
    assert max(map(len, heard)) <= 201


async def test_it_reads_nothing_of_what_is_typed_and_has_no_terminal() -> None:
    script = (
        "import os, sys; assert sys.stdin.read() == ''; assert os.getsid(0) == os.getpid();"
        "print('alone')"
    )
    issued = await run_token_command(CommandToken((sys.executable, "-c", script)))
    assert issued.token.get_secret_value() == "alone"


async def test_the_vendors_token_variables_are_not_handed_on() -> None:
    environ = {"PATH": os.defpath, "CAM_BEARER_TOKEN": "S3ntinel", "VAULT_ADDR": "vault"}
    script = shell('printf %s "${CAM_BEARER_TOKEN-none}.$VAULT_ADDR"')
    issued = await run_token_command(script, environ)
    assert issued.token.get_secret_value() == "none.vault"


async def test_a_command_is_not_given_the_token_of_any_other_profile() -> None:
    environ = {"PATH": os.defpath, "TEST_HOST_TOKEN": "S3ntinel", "VAULT_ADDR": "vault"}
    other = Profile("test", "test.example.com", token=EnvironmentToken("TEST_HOST_TOKEN"))
    source = shell('printf %s "${TEST_HOST_TOKEN-none}.$VAULT_ADDR"')
    tokens = Tokens(source, environ, lambda: (other,))
    assert await tokens.fetch()
    issued = tokens.token()
    assert issued is not None
    assert issued.get_secret_value() == "none.vault"


@pytest.mark.parametrize("bytes_printed", [COMMAND_BYTES, COMMAND_BYTES + 1])
async def test_an_output_over_the_limit_is_refused(bytes_printed: int) -> None:
    source = shell(f"head -c {bytes_printed} /dev/zero | tr '\\0' a")
    if bytes_printed > COMMAND_BYTES:
        with pytest.raises(CredentialError, match="more than 65,536 bytes"):
            await run_token_command(source)
    else:
        issued = await run_token_command(source)
        assert len(issued.token.get_secret_value()) == bytes_printed


async def test_an_output_without_end_ends_the_command(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    with pytest.raises(CredentialError, match="more than 65,536 bytes"):
        await run_token_command(shell('echo $$ > "$1"; exec yes', str(pid)))
    assert gone(pid)


FAMILY = 'sleep 600 & echo $! > "$1"; wait'


async def test_a_command_that_takes_too_long_is_ended_with_all_that_it_started(
    pipe: Path,
) -> None:
    telling = asyncio.create_task(told(pipe))
    with pytest.raises(CredentialError, match=r"did not finish within 1 s"):
        await run_token_command(shell(FAMILY, str(pipe)), seconds=1.0)
    await ended(await telling)


async def test_a_command_that_is_given_up_is_ended_with_all_that_it_started(
    pipe: Path,
) -> None:
    task = asyncio.create_task(run_token_command(shell(FAMILY, str(pipe))))
    child = await told(pipe)
    os.kill(child, 0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await ended(child)


async def test_a_command_has_answered_when_it_exits_whoever_holds_its_pipes(pipe: Path) -> None:
    telling = asyncio.create_task(told(pipe))
    script = 'setsid sh -c "echo \\$\\$ > $1; exec sleep 600" & sleep 0.2; echo token'
    issued = await run_token_command(shell(script, str(pipe)))
    assert issued.token.get_secret_value() == "token"
    os.kill(await telling, 9)


@pytest.mark.parametrize("status", [0, 1])
async def test_what_a_command_left_running_in_its_group_is_ended_with_it(
    pipe: Path, status: int
) -> None:
    telling = asyncio.create_task(told(pipe))
    script = f'sleep 600 & echo $! > "$1"; echo token; exit {status}'
    if status:
        with pytest.raises(CredentialError, match="status 1"):
            await run_token_command(shell(script, str(pipe)))
    else:
        await run_token_command(shell(script, str(pipe)))
    await ended(await telling)


async def test_no_descriptor_is_left_open() -> None:
    async def both() -> None:
        await run_token_command(shell("echo token"))
        with pytest.raises(CredentialError):
            await run_token_command(shell("sleep 600"), seconds=0.05)

    await both()
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(5):
        await both()
    assert len(os.listdir("/proc/self/fd")) == before
