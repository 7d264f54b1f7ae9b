"""The recipes of the README and the lines of the page about scripts, run as they stand there."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from smtp_tui.cli.completion import SCRIPTS
from smtp_tui.editing.document import read_document
from tests.cli.console import Console, Result
from tests.cli.test_many import add_profile, fill
from tests.failing_sandbox import Sandbox, SandboxOptions
from tests.failing_sandbox.certificates import CertificateKind, certificate_of, signed_again
from tests.house.blocks import named
from tests.probe.relay import relay
from tests.probe.test_cases import starttls


@pytest.fixture
def other() -> Iterator[Sandbox]:
    with Sandbox(SandboxOptions(mail_timeout=1.0)) as running:
        yield running


@pytest.fixture
def two(
    empty_console: Console,
    sandbox: Sandbox,
    other: Sandbox,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Console:
    """A console with two profiles, ``old`` and ``new``, in a directory of its own."""
    (tmp_path / "work").mkdir(mode=0o700)
    monkeypatch.chdir(tmp_path / "work")
    add_profile(empty_console, "old", sandbox)
    add_profile(empty_console, "new", other)
    return empty_console


def follow(console: Console, recipe: str, relay_at: str = "") -> list[Result]:
    """Run the lines of a recipe, with a relay of ours for that of the example."""
    text = re.sub(r"mx\.example\.com:\d+", relay_at or r"\g<0>", named("recipe")[recipe])
    lines = [shlex.split(line) for line in text.splitlines()]
    assert all(line[0] == "smtp-tui" for line in lines)
    return [console.run(*line[1:]) for line in lines]


def held(name: str, *sandboxes: Sandbox) -> list[object]:
    """The values of a parameter in all records."""
    return [record.values.get(name) for each in sandboxes for record in each.records()]


def test_the_document_that_is_shown_is_one() -> None:
    (record,) = read_document(named("read")["desired state"]).records
    assert (record.name, record.values["port"], [*record.secrets]) == ("ALERTS", 587, ["password"])


def test_a_password_is_rotated_everywhere(two: Console, sandbox: Sandbox, other: Sandbox) -> None:
    for place in (sandbox, other):
        fill(place, 1)
        place.add_record("RELAY", {"hostname": "relay.example.com", "port": 587, "password": "a"})
    file = Path("new.txt")
    file.touch(mode=0o600)
    file.write_text("n3w-secret\n")
    (result,) = follow(two, "rotate a password")
    assert result.code == 0, result.err
    assert held("password", sandbox, other) == ["old-secret", "n3w-secret"] * 2


def test_a_port_is_moved_everywhere(two: Console, sandbox: Sandbox, other: Sandbox) -> None:
    fill(sandbox, 12, 1)
    fill(other, 2, 1)
    looked, moved = follow(two, "move a port")
    assert (looked.code, moved.code) == (9, 0), moved.err
    assert "change port 25 → 587 in 12 records" in looked.out
    assert set(held("port", sandbox, other)) == {587}


def test_dead_relays_are_found(two: Console, sandbox: Sandbox, other: Sandbox) -> None:
    sandbox.add_record("GOOD", {"hostname": "127.0.0.1", "port": sandbox.smtp_port})
    other.add_record("DOWN", {"hostname": "127.0.0.1", "port": 9})
    (result,) = follow(two, "find dead relays")
    assert result.code == 11
    assert [(each["name"], each["verdict"]) for each in result.json("outcomes")] == [
        ("GOOD", "ACCEPTED"),
        ("DOWN", "UNREACHABLE"),
    ]


def test_a_tenant_is_set_up_like_another_one(
    two: Console, sandbox: Sandbox, other: Sandbox
) -> None:
    fill(sandbox, 2, 1)
    assert [result.code for result in follow(two, "set up a tenant")] == [0, 2, 0]
    assert sorted(map(str, held("port", other))) == sorted(map(str, held("port", sandbox)))
    assert held("password", other) == [None] * 3
    assert [result.code for result in follow(two, "set up a tenant")] == [0, 0, 0]


def test_a_relay_is_probed(
    empty_console: Console, sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = signed_again()
    known = tmp_path / "authorities.pem"
    known.write_text(made.certificate)
    monkeypatch.setenv("SSL_CERT_FILE", str(known))
    tmp_path.chmod(0o700)
    monkeypatch.chdir(tmp_path)
    file = Path("new.txt")
    file.touch(mode=0o600)
    file.write_text("n3w-secret\n")
    empty_console.setenv(**sandbox.environment())
    with relay(starttls(), made) as server:
        sandbox.add_record("RELAY", {"hostname": "127.0.0.1", "port": server.port})
        results = follow(empty_console, "probe a relay", f"127.0.0.1:{server.port}")
    assert [result.code for result in results] == [0, 0, 0, 0], results
    verbs = [line.split()[0].decode("ascii", "replace") for line in server.heard]
    assert "RCPT" in verbs
    assert "AUTH" in verbs
    assert "DATA" not in verbs


def test_a_relay_is_watched_with_nagios(empty_console: Console) -> None:
    with relay(starttls(), certificate_of(CertificateKind.SELF_SIGNED)) as server:
        at = f"127.0.0.1:{server.port}"
        (result,) = follow(empty_console, "watch a relay with nagios", at)
    assert result.code == 0
    told = result.out.replace(", it is self-signed", "")
    assert re.sub(r"\d+", "0", named("shown")["nagios"]) == re.sub(r"\d+", "0", told)


def test_relays_are_watched_with_prometheus_from_cron(
    empty_console: Console, sandbox: Sandbox, tmp_path: Path
) -> None:
    line = named("cron")["watch relays with prometheus"]
    *when, program, arguments = line.split(maxsplit=6)
    assert (when, program) == (["*/5", *"****"], "smtp-tui")
    folder = tmp_path / "folder"
    folder.mkdir(mode=0o755)
    words = [
        word.replace("/var/lib/prometheus/node-exporter", str(folder))
        for word in shlex.split(arguments)
    ]
    empty_console.setenv(**sandbox.environment())
    sandbox.add_record("A", {"hostname": "127.0.0.1", "port": sandbox.smtp_port})
    result = empty_console.run(*words)
    assert (result.code, result.out, result.err) == (0, "", "")  # nothing for cron to mail
    (file,) = folder.iterdir()
    assert f'success{{address="127.0.0.1:{sandbox.smtp_port}"}} 1\n' in file.read_text()


def in_bash(lines: str, env: dict[str, str], typed: str = "") -> str:
    """Run lines where ``smtp-tui`` is this program; the answer is what they print."""
    program = Path("bin/smtp-tui")
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m smtp_tui "$@"\n')
    program.chmod(0o755)
    done = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", lines],
        env={**env, "PATH": f"{program.parent.resolve()}:{env['PATH']}"},
        input=typed,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("name", ["formats", "to another host", "without a screen"])
def test_commands_that_are_shown_do_what_they_say(
    environ: dict[str, str], two: Console, sandbox: Sandbox, other: Sandbox, name: str
) -> None:
    fill(sandbox, 2, 1)
    for each in ("CAM_HOST", "CAM_PORT"):
        environ.pop(each, None)
    env = environ | {each: os.environ[each] for each in ("TOKEN_OLD", "TOKEN_NEW")}
    out = in_bash(named("run")[name], {**env, "SMTP_TUI_PROFILE": "old"})
    if name == "formats":
        names = [json.loads(line)["name"] for line in Path("names.jsonl").read_text().splitlines()]
        assert names == ["OLD-0", "OLD-1", "NEW-0"]
        assert [*json.loads(out.splitlines()[-1])] == ["schema", "id", "port"]
        assert len(Path("records.csv").read_text().splitlines()) == 4
    else:
        assert sorted(map(str, held("port", other))) == sorted(map(str, held("port", sandbox)))
        assert held("password", other) == [None] * 3


def test_the_completions_are_put_where_the_shells_look(
    environ: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    recipe = named("run")["completion"]
    in_bash(recipe, environ)
    for shell, place in (
        ("bash", ".local/share/bash-completion/completions/smtp-tui"),
        ("zsh", ".zfunc/_smtp-tui"),
        ("fish", ".config/fish/completions/smtp-tui.fish"),
    ):
        text = SCRIPTS[shell].read_text()
        assert (tmp_path / place).read_text() == text
        (install,) = (line for line in recipe.splitlines() if f"completion {shell} >" in line)
        assert f"# Install: {install}\n" in text


def test_the_vendor_s_variables_and_a_typed_token_are_all_that_it_needs(
    environ: dict[str, str], sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    sandbox.add_record("HERE", {})
    lines = named("read")["the vendor's variables"]
    for shown, name in (
        ("cam.example.com", "CAM_HOST"),
        ("30000", "CAM_PORT"),
        ("…", "CAM_TENANT_ID"),
    ):
        assert shown in lines
        lines = lines.replace(shown, environ[name])
    token = environ["CAM_BEARER_TOKEN"]
    bare = {name: value for name, value in environ.items() if name not in sandbox.environment()}
    out = in_bash(lines.replace(".venv/bin/smtp-tui", "smtp-tui list -o name"), bare, token + "\n")
    assert out == "HERE\n"
