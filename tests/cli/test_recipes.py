"""The recipes of the README, run as they stand there."""

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

from smtp_tui.editing.document import read_document
from tests.cli.console import Console, Result
from tests.cli.test_many import add_profile, fill
from tests.failing_sandbox import Sandbox, SandboxOptions
from tests.failing_sandbox.certificates import CertificateKind, certificate_of, signed_again
from tests.house.tree import ROOT
from tests.probe.relay import relay
from tests.probe.test_cases import starttls

README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGE = (ROOT / "smtp_tui" / "help" / "scripts.md").read_text(encoding="utf-8")
RUN = dict(re.findall(r"^<!-- run: (.*?) -->\n```sh\n(.*?)^```$", PAGE, re.M | re.S))
RECIPES = dict(re.findall(r"^<!-- recipe: (.*?) -->\n```sh\n(.*?)^```$", README, re.M | re.S))


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
    text = re.sub(r"mx\.example\.com:\d+", relay_at or r"\g<0>", RECIPES[recipe])
    lines = [shlex.split(line) for line in text.splitlines()]
    assert all(line[0] == "smtp-tui" for line in lines)
    return [console.run(*line[1:]) for line in lines]


def held(name: str, *sandboxes: Sandbox) -> list[object]:
    """The values of a parameter in all records."""
    return [record.values.get(name) for each in sandboxes for record in each.records()]


def test_there_are_six_recipes() -> None:
    assert len(RECIPES) == 6


def test_the_document_that_is_shown_is_one() -> None:
    (text,) = re.findall(r"^```yaml\n(.*?)^```$", README, re.M | re.S)
    (record,) = read_document(text).records
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
    shown = re.findall(r"^SMTP OK - .*$", README, re.M)
    assert [re.sub(r"\d+", "0", line) for line in shown] == [
        re.sub(r"\d+", "0", result.out.replace(", it is self-signed", "").rstrip())
    ]


def test_relays_are_watched_with_prometheus_from_cron(
    empty_console: Console, sandbox: Sandbox, tmp_path: Path
) -> None:
    (line,) = re.findall(r"^<!-- cron: .*? -->\n```\n(.*)\n```$", README, re.M)
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


def test_each_command_of_the_page_about_scripts_is_run_by_a_test() -> None:
    assert len(re.findall("^```.", PAGE, re.M)) == len(RUN) == 2


@pytest.mark.parametrize("name", RUN)
def test_the_commands_of_the_page_about_scripts_do_what_they_say(
    environ: dict[str, str], two: Console, sandbox: Sandbox, other: Sandbox, name: str
) -> None:
    fill(sandbox, 2, 1)
    program = Path("bin/smtp-tui")
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m smtp_tui "$@"\n')
    program.chmod(0o755)
    for each in ("CAM_HOST", "CAM_PORT"):
        environ.pop(each, None)
    env = {**environ, "PATH": f"{program.parent.resolve()}:{environ['PATH']}"}
    env |= {each: os.environ[each] for each in ("TOKEN_OLD", "TOKEN_NEW")}
    env["SMTP_TUI_PROFILE"] = "old"
    done = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", RUN[name]],
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    if name == "formats":
        names = [json.loads(line)["name"] for line in Path("names.jsonl").read_text().splitlines()]
        assert names == ["OLD-0", "OLD-1", "NEW-0"]
        assert [*json.loads(done.stdout.splitlines()[-1])] == ["schema", "id", "port"]
        assert len(Path("records.csv").read_text().splitlines()) == 4
    else:
        assert held("port", other) == held("port", sandbox)
        assert held("password", other) == [None] * 3
