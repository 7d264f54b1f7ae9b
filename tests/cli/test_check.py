"""`profiles check`: which step fails and why, for each profile, none holding up another."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from smtp_tui.cli.profiles_check import all_steps
from smtp_tui.profiles.model import Profile
from smtp_tui.profiles.sources import EnvironmentToken
from smtp_tui.workflows.check_profile import Result
from tests.cli.console import Console
from tests.failing_sandbox import Fault, FaultKind, Operation, Sandbox, SandboxOptions


def steps(console: Console, *names: str) -> dict[str, dict[str, str]]:
    """Profile to step to result."""
    found = console.run("profiles", "check", *names, "--json").json("checks")
    return {
        one["profile"]: {step["step"]: step["result"] for step in one["steps"]} for one in found
    }


def words(console: Console, name: str, step: str) -> str:
    """What is said of one step."""
    [found] = console.run("profiles", "check", name, "--json").json("checks")
    said = {step["step"]: str(step["words"]) for step in found["steps"]}
    return said[step]


@pytest.fixture
def tls() -> Iterator[Sandbox]:
    with Sandbox(SandboxOptions(tls=True)) as running:
        yield running


def test_a_profile_that_works_passes_every_step(console: Console, sandbox: Sandbox) -> None:
    sandbox.add_record("A", {"hostname": "h", "port": 1})
    result = console.run("profiles", "check")
    assert result.code == 0
    lines = [line.split() for line in result.out.splitlines()]
    assert [line[:2] for line in lines[1:]] == [
        ["ok", name] for name in ("name", "connect", "certificate", "token", "tenant", "list")
    ]
    assert "1 record for team all" in result.out
    assert sandbox.admin_token not in result.out + result.err


def test_the_first_step_that_fails_is_named_and_those_after_it_skipped(
    console: Console, sandbox: Sandbox
) -> None:
    for name, host, failing in (
        ("no-name", "nowhere.invalid", "name"),
        ("no-port", "127.0.0.1:1", "connect"),
        ("no-token", sandbox.base_url, "token"),
    ):
        options = ("--host", host, "--tenant", "t", "--token-env", "NOT_SET_AT_ALL")
        assert console.run("profiles", "add", name, *options).code == 0
        found = steps(console, name)[name]
        order = list(found)
        at = order.index(failing)
        assert [found[stage] for stage in order[:at]] == ["ok"] * at, name
        assert found[failing] == "failed", name
        assert {found[stage] for stage in order[at + 1 :]} == {"skipped"}, name
    assert sandbox.requests == ()
    assert console.run("profiles", "check", "no-port").code == 1


def test_a_token_the_server_refuses_and_a_broken_list_are_told_apart(
    console: Console, sandbox: Sandbox
) -> None:
    console.setenv(CAM_BEARER_TOKEN="expired")
    found = steps(console)["environment"]
    assert (found["tenant"], found["list"]) == ("skipped", "failed")
    console.setenv(CAM_BEARER_TOKEN=sandbox.admin_token)
    sandbox.faults.add(Fault(FaultKind.FORBIDDEN, Operation.LIST, count=None))
    found = steps(console)["environment"]
    assert (found["tenant"], found["list"]) == ("ok", "failed")


def test_a_profile_without_a_tenant_is_told_which_one_the_token_has(
    console: Console, sandbox: Sandbox
) -> None:
    console.unset("CAM_TENANT_ID")
    assert sandbox.tenant_id in words(console, "environment", "tenant")
    assert steps(console)["environment"]["tenant"] == "failed"


def test_a_tenant_that_is_not_told_hinders_no_profile_that_names_one(
    console: Console, sandbox: Sandbox
) -> None:
    sandbox.faults.add(Fault(FaultKind.FORBIDDEN, Operation.TENANT, count=None))
    found = steps(console)["environment"]
    assert (found["tenant"], found["list"]) == ("skipped", "ok")
    assert "403" in words(console, "environment", "tenant")
    assert console.run("profiles", "check").code == 0
    console.unset("CAM_TENANT_ID")
    assert steps(console)["environment"]["tenant"] == "failed"
    assert console.run("profiles", "check").code == 1


def test_another_tenant_than_the_token_s_own_is_named_and_asked_for(
    console: Console, sandbox: Sandbox
) -> None:
    console.setenv(CAM_TENANT_ID=sandbox.other_tenant_id)
    said = words(console, "environment", "tenant")
    assert sandbox.tenant_id in said
    assert sandbox.other_tenant_id in said
    assert steps(console)["environment"]["tenant"] == "ok"


def test_a_certificate_is_judged_before_any_byte_of_the_token(
    empty_console: Console, tls: Sandbox, tmp_path: Path
) -> None:
    empty_console.setenv(TOKEN=tls.admin_token)
    options = ("--host", tls.base_url, "--tenant", tls.tenant_id, "--token-env", "TOKEN")
    empty_console.run("profiles", "add", "a", *options)
    found = list(steps(empty_console)["a"].values())
    assert found == ["ok", "ok", "failed", "skipped", "skipped", "skipped"]
    said = words(empty_console, "a", "certificate")
    assert "self-signed" in said
    seen = said.partition("SHA-256 ")[2][:64]
    assert tls.requests == ()
    empty_console.run("profiles", "set", "a", "--trust", f"pin:{seen}")
    assert set(steps(empty_console)["a"].values()) == {"ok"}
    assert f"SHA-256 {seen}" in words(empty_console, "a", "certificate")
    asked = len(tls.requests)
    empty_console.run("profiles", "set", "a", "--trust", f"pin:{'0' * 64}")
    assert "changed" in words(empty_console, "a", "certificate")
    assert len(tls.requests) == asked
    empty_console.run("profiles", "set", "a", "--trust", f"ca:{tls.certificate_path}")
    assert set(steps(empty_console)["a"].values()) == {"ok"}
    empty_console.run("profiles", "set", "a", "--trust", "off")
    assert "NOT VERIFIED" in words(empty_console, "a", "certificate")


def test_a_typed_token_is_not_asked_for(console: Console, sandbox: Sandbox) -> None:
    options = ("--host", sandbox.base_url, "--tenant", sandbox.tenant_id, "--token-prompt")
    console.run("profiles", "add", "a", *options)
    result = console.run("profiles", "check", "a")
    assert result.code == 0
    assert "skipped  token" in result.out


@pytest.fixture
def silent() -> Iterator[int]:
    """A port that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


async def test_a_silent_host_is_given_up_on_and_the_late_step_named(silent: int) -> None:
    profile = Profile("s", f"https://127.0.0.1:{silent}", tenant="t", token=EnvironmentToken("T"))
    steps_taken = await all_steps(profile, {"T": "abc"}, seconds=0.2)
    assert [step.result for step in steps_taken] == [
        *(Result.OK, Result.OK, Result.FAILED),
        *(Result.SKIPPED, Result.SKIPPED, Result.SKIPPED),
    ]
    assert "0.2 s" in steps_taken[2].words


def test_the_answers_of_the_quick_do_not_wait_for_the_slow(
    console: Console, sandbox: Sandbox
) -> None:
    slow = ("--host", sandbox.base_url, "--tenant", sandbox.tenant_id)
    console.run("profiles", "add", "slow", *slow, "--token-command", "sleep 0.5")
    console.run("profiles", "add", "quick", "--host", "127.0.0.1:1", "--tenant", "t")
    out = console.run("profiles", "check", "slow", "quick").out
    assert out.index("quick  127.0.0.1:1") < out.index("slow  http")
