"""`doctor`: tells what is wrong with the files, sends nothing and shows no secret."""

from __future__ import annotations

import json
import re
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
    assert result.out.endswith("\nNo problem found.\n")
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
        ("break profiles.toml", "or needs quotes around it. Fix line 2 of {path}."),
        (
            "misspell profiles.toml",
            'profile "b": Unknown key "tema"; did you mean "team"? Fix line',
        ),
        ("unknown config.toml", 'there is no action "record.edt"'),
        (
            "clash config.toml",
            '"record.edit" uses the key of "record.delete" (d). Fix line 2 of {path}.',
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
        case ["misspell", name]:
            with (config / name).open("a") as file:
                file.write('[profiles.b]\nhost = "h"\ntema = "x"\n')
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
    assert words.format(path=config / spoil.split()[1]) in marked
    assert result.out.endswith(f"1 problem found: {marked.split()[1]}.\n")


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
    facts = {fact["name"]: fact["words"] for fact in console.run("doctor", "--json").json("facts")}
    assert facts["connect timeout"] == f"{LIMITS.connect:g} s"
    assert facts["read timeout"] == f"{LIMITS.read:g} s"
    assert facts["total timeout"] == f"{LIMITS.total:g} s"
    assert facts["https_proxy"].startswith("set, but ignored: a proxy is used only where")
    assert facts["SSLKEYLOGFILE"] == "not set"
    assert "planted" not in console.run("doctor").out


def test_it_tells_that_the_default_is_overruled_and_shows_no_host(console: Console) -> None:
    console.setenv(TSA_HOSTNAME="user:planted@host")
    console.run("profiles", "add", "a", "--host", "h.example", "--tenant", "t")
    result = console.run("doctor")
    assert "1 profile, default: a, overridden by CAM_HOST" in result.out
    assert "planted" not in result.out + result.err + console.run("list").err


def facts(console: Console, topic: str, *arguments: str) -> dict[str, str]:
    """What the doctor found about a topic."""
    found = console.run("doctor", "--json", *arguments).json("facts")
    return {fact["name"]: fact["words"] for fact in found if fact["topic"] == topic}


def test_it_tells_where_each_setting_of_the_profile_comes_from(
    console: Console, sandbox: Sandbox
) -> None:
    told = facts(console, "profile")
    assert told["profile"] == "environment (CAM_HOST)"
    assert told["tenant"] == f"{sandbox.tenant_id} (CAM_TENANT_ID)"
    assert told["team"] == "all (default)"
    console.run("profiles", "add", "a", "--host", "h.example", "--tenant", "t", "--team", "ops")
    told = facts(console, "profile", "--profile", "a")
    assert told["profile"] == "a (--profile overrides environment)"
    assert told["host"] == "h.example (profiles.toml)"
    assert told["team"] == "ops (profiles.toml)"
    assert told["trust"] == "system (default)"
    assert told["token"] == "prompt (default)"


def test_with_check_it_tries_the_profile_step_by_step(console: Console, sandbox: Sandbox) -> None:
    assert not [name for name in facts(console, "profile") if name.startswith("check")]
    assert sandbox.requests == ()
    told = facts(console, "profile", "--check")
    assert [name for name in told if name.startswith("check")] == [
        f"check: {step}" for step in ("name", "connect", "certificate", "token", "tenant", "list")
    ]
    assert told["check: list"].startswith("ok: ")
    console.setenv(CAM_BEARER_TOKEN="wrong")
    result = console.run("doctor", "--check")
    assert result.code == 1
    assert " ! check: " in result.out
    assert re.search(r"\n1 problem found: check: \w+\.\n\Z", result.out)


def test_a_profile_that_leads_nowhere_is_marked_and_its_host_not_shown(console: Console) -> None:
    console.setenv(CAM_HOST="user:planted@host")
    result = console.run("doctor")
    assert result.code == 1
    assert " ! host  " in result.out
    assert "planted" not in result.out


@pytest.mark.parametrize(
    ("variables", "name", "words"),
    [
        ({"NO_COLOR": "1"}, "colours", "none (NO_COLOR)"),
        ({"COLORTERM": "truecolor"}, "colours", "16 million (COLORTERM)"),
        ({"TERM": "xterm-256color"}, "colours", "256 (TERM)"),
        ({"TERM": "vt100"}, "colours", "16"),
        ({"TMUX": "/x,1,2"}, "multiplexer", "tmux"),
        ({"STY": "1.x"}, "multiplexer", "screen"),
        ({}, "multiplexer", "none"),
        ({"STY": "1.x"}, "clipboard", "a copy is sent through screen (OSC 52)"),
        ({"SSH_CONNECTION": "1 2 3 4"}, "mouse", "not used (over ssh)"),
        ({}, "keyboard protocol", "used (default)"),
    ],
)
def test_it_tells_what_the_terminal_can_do(
    console: Console, variables: dict[str, str], name: str, words: str
) -> None:
    console.unset("COLORTERM", "TMUX", "STY", "SSH_CONNECTION", "SSH_TTY")
    console.setenv(**variables)
    assert facts(console, "terminal")[name] == words


def test_a_bundle_is_listed_first_and_holds_no_secret(
    console: Console, sandbox: Sandbox, tmp_path: Path
) -> None:
    command = "curl -u me:planted https://vault.example"
    console.run("profiles", "add", "a", "--host", "h.example", "--token-command", command)
    sandbox.add_record("RELAY", {"hostname": "mx.example", "port": 25, "password": "planted"})
    console.run("set", "RELAY", "--password-stdin", "--yes", stdin=b"planted-too")
    file = tmp_path / "bundle.json"
    refused = console.run("doctor", "--bundle", str(file))
    assert refused.code == 4
    assert not file.exists()
    for words in ("  2 profiles with the source", "  1 write of the journal", "use --yes"):
        assert words in refused.err
    assert console.run("doctor", "--bundle", str(file), "--yes").code == 0
    text = file.read_text(encoding="utf-8")
    assert "planted" not in text
    assert sandbox.admin_token not in text
    bundle = json.loads(text)
    assert [write["record_name"] for write in bundle["writes"]] == ["RELAY"]
    assert {profile["token"] for profile in bundle["profiles"]} == {
        "$CAM_BEARER_TOKEN",
        "command curl",
    }
    assert file.stat().st_mode & 0o777 == 0o600
