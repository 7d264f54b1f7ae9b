"""`doctor`: tells what is wrong with the files, sends nothing and shows no secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from smtp_tui import __version__
from smtp_tui.api.transport import LIMITS
from tests.cli.console import Console
from tests.failing_sandbox import Sandbox


def test_a_healthy_machine_exits_0(console: Console, sandbox: Sandbox, tmp_path: Path) -> None:
    console.run("profiles", "add", "a", "--host", "h.example", "--tenant", "t")
    result = console.run("doctor")
    assert result.code == 0
    for words in (__version__, str(tmp_path / "config" / "profiles.toml"), "1 profile, default: a"):
        assert words in result.out
    assert sandbox.requests == ()


def test_no_secret_is_shown(console: Console, sandbox: Sandbox) -> None:
    console.setenv(CAM_HOST="user:planted@host", TSA_BEARER_TOKEN="planted")
    for arguments in (("doctor",), ("doctor", "--json")):
        result = console.run(*arguments)
        assert sandbox.admin_token not in result.out + result.err
        assert "planted" not in result.out + result.err


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        ("chmod 644 profiles.toml", "chmod 600"),
        ("chmod 755 config", "chmod 700"),
        ("break profiles.toml", "profiles.toml, line 2"),
        ("unknown config.toml", 'config.toml, line 2, column 1: there is no action "record.edt"'),
        (
            "clash config.toml",
            'line 2, column 1: "record.edit" uses the key of "record.delete" (d)',
        ),
    ],
)
def test_what_is_wrong_with_a_file_is_marked(
    console: Console, tmp_path: Path, spoil: str, words: str
) -> None:
    console.run("profiles", "add", "a", "--host", "h.example", "--tenant", "t")
    config = tmp_path / "config"
    match spoil.split():
        case ["break", name]:
            (config / name).write_text("schema = [\n")
        case [("unknown" | "clash") as how, name]:
            action = "record.edt" if how == "unknown" else "record.edit"
            (config / name).write_text(f'[keys]\n{action} = "d"\n')
            (config / name).chmod(0o600)
        case ["chmod", mode, "config"]:
            config.chmod(int(mode, 8))
        case ["chmod", mode, name]:
            (config / name).chmod(int(mode, 8))
    result = console.run("doctor")
    assert result.code == 1
    [marked] = [line for line in result.out.splitlines() if line.startswith(" ! ")]
    assert words in marked


def test_help_and_doctor_tell_the_time_outs_and_what_is_not_used(console: Console) -> None:
    for text in (console.run("--help").out, console.run("help", "configuration").out):
        flat = " ".join(text.replace("`", "").split())
        assert (
            f"has {LIMITS.connect:g} s to connect, ends after {LIMITS.read:g} s of silence,"
            f" and after {LIMITS.total:g} s at the latest" in flat
        )
        assert "Proxies, .netrc, REQUESTS_CA_BUNDLE and SSLKEYLOGFILE in the environment" in flat
    console.setenv(https_proxy="http://user:planted@proxy.example")
    console.unset("SSLKEYLOGFILE")
    facts = {fact["name"]: fact["words"] for fact in console.run("doctor", "--json").json()}
    assert facts["connect timeout"] == f"{LIMITS.connect:g} s"
    assert facts["read timeout"] == f"{LIMITS.read:g} s"
    assert facts["total timeout"] == f"{LIMITS.total:g} s"
    assert facts["https_proxy"] == "set, but ignored"
    assert facts["SSLKEYLOGFILE"] == "not set"
    assert "planted" not in console.run("doctor").out


def test_it_tells_that_the_default_is_overruled_and_shows_no_host(console: Console) -> None:
    console.setenv(TSA_HOSTNAME="user:planted@host")
    console.run("profiles", "add", "a", "--host", "h.example", "--tenant", "t")
    result = console.run("doctor")
    assert "1 profile, default: a, overridden by CAM_HOST" in result.out
    assert "planted" not in result.out + result.err + console.run("list").err
