"""Passwords come from stdin or a file that only its owner reads; everything else is refused."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.cli.console import Console
from tests.failing_sandbox import Sandbox


@pytest.fixture
def record_id(sandbox: Sandbox) -> str:
    return sandbox.add_record("A", {"hostname": "h.example", "port": 25, "password": "old"})


def secret_file(directory: Path, mode: int, content: bytes = b"planted-secret\n") -> Path:
    """A file with a password."""
    path = directory / "password"
    path.write_bytes(content)
    path.chmod(mode)
    return path


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o620, 0o604, 0o601])
def test_a_file_open_to_others_is_refused(
    console: Console, sandbox: Sandbox, record_id: str, tmp_path: Path, mode: int
) -> None:
    path = secret_file(tmp_path, mode)
    result = console.run("set", "A", "--password-file", str(path), "--yes")
    assert (result.code, sandbox.requests) == (2, ())
    assert f"chmod 600 {path}" in result.err


def test_a_link_is_judged_by_the_file_it_leads_to(
    console: Console, sandbox: Sandbox, record_id: str, tmp_path: Path
) -> None:
    link = tmp_path / "link"
    link.symlink_to(secret_file(tmp_path, 0o644))
    assert console.run("set", "A", "--password-file", str(link), "--yes").code == 2
    secret_file(tmp_path, 0o600)
    assert console.run("set", "A", "--password-file", str(link), "--yes").code == 0
    assert sandbox.record(record_id).values["password"] == "planted-secret"


def test_what_is_no_file_is_refused_and_never_waited_for(
    console: Console, sandbox: Sandbox, record_id: str, tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    for name in ("pipe", "missing", "."):
        result = console.run("set", "A", "--password-file", str(tmp_path / name), "--yes")
        assert (result.code, sandbox.requests) == (2, ()), name


@pytest.mark.parametrize(
    ("content", "stored"),
    [
        (b"plain", "plain"),
        (b"plain\n", "plain"),
        (b"plain\r\n", "plain"),
        (b" inner  space\n", " inner  space"),
        ("pässwörd".encode(), "pässwörd"),
        (b"", None),
        (b"\n", None),
        (b"two\nlines\n", None),
        (b"\xff\xfe", None),
        (b"x" * 20_000, None),
    ],
)
def test_one_line_end_is_not_part_of_a_password_and_nonsense_is_refused(
    console: Console, sandbox: Sandbox, record_id: str, content: bytes, stored: str | None
) -> None:
    result = console.run("set", "A", "--password-stdin", "--yes", stdin=content)
    assert result.code == (2 if stored is None else 0)
    assert sandbox.record(record_id).values["password"] == (stored or "old")


def test_two_sources_at_once_are_refused(console: Console, sandbox: Sandbox) -> None:
    arguments = ("set", "A", "--password-stdin", "--clear-password", "--yes")
    assert (console.run(*arguments).code, sandbox.requests) == (2, ())
