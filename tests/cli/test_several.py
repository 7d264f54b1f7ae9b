"""Starting in the table of several profiles: which they are, and what is refused."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.console import Console
from tests.e2e.terminal import Terminal
from tests.failing_sandbox import Operation, Sandbox

PROGRAM = (sys.executable, "-m", "smtp_tui")
PROFILES = {"prod-eu": ("production", ""), "prod-us": ("production", ""), "lab": ("other", "Blue")}


@pytest.fixture
def labs() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture
def environ(sandbox: Sandbox, labs: Sandbox, tmp_path: Path) -> dict[str, str]:
    """The variables of a start with three profiles in the file, two of them on one host."""
    directory = tmp_path / "config"
    directory.mkdir(0o700)
    lines = ["schema = 1"]
    for name, (environment, label) in PROFILES.items():
        host = labs if name == "lab" else sandbox
        lines += [
            f"[profiles.{name}]",
            f'host = "{host.base_url}"',
            f'tenant = "{host.tenant_id}"',
            f'environment = "{environment}"',
            f'label = "{label}"',
            f'token = {{ env = "TOKEN_{"LAB" if name == "lab" else "PROD"}" }}',
        ]
    file = directory / "profiles.toml"
    file.write_text("\n".join(lines))
    file.chmod(0o600)
    sandbox.add_record("PRODUCTION-RELAY", {"hostname": "mx.example", "port": 587})
    labs.add_record("LAB-RELAY", {"hostname": "mx.example", "port": 587})
    return {
        "SMTP_TUI_CONFIG_DIR": str(directory),
        "SMTP_TUI_STATE_DIR": str(tmp_path / "state"),
        "TOKEN_PROD": sandbox.admin_token,
        "TOKEN_LAB": labs.admin_token,
    }


def started(environ: dict[str, str], directory: Path, *arguments: str) -> Terminal:
    argv = (*PROGRAM, *arguments)
    return Terminal(argv, cwd=directory, env=environ, rows=30, columns=120)


@pytest.mark.parametrize(
    ("arguments", "header"),
    [
        (("--all",), " all profiles   3 profiles"),
        (("--profiles", "prod-eu,lab"), " several profiles   2 of 3 profiles  prod-eu, lab"),
        (("--label", "BLUE", "--read-only"), " several profiles   READ-ONLY  1 of 3 profiles"),
    ],
)
def test_the_table_of_these_profiles_comes_up(
    environ: dict[str, str], tmp_path: Path, arguments: tuple[str, ...], header: str
) -> None:
    with started(environ, tmp_path, *arguments) as terminal:
        terminal.wait_for("LAB-RELAY")
        assert header in terminal.screen_text()


def test_a_label_is_that_of_the_profile_or_its_environment_and_others_are_not_asked(
    environ: dict[str, str], tmp_path: Path, labs: Sandbox
) -> None:
    with started(environ, tmp_path, "--label", "production") as terminal:
        terminal.wait_for("PRODUCTION-RELAY")
        terminal.wait_for("2 of 3 profiles")
        assert not any(request.operation is Operation.LIST for request in labs.requests)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--profiles", "prod-eu,prod"), "there is no profile named prod (--profiles)"),
        (("--profiles", "prod-eu,,lab"), "--profiles: a name is empty"),
        (("--label", "staging"), "no profile with the label staging; labels: production, blue"),
        (("--all", "--label", "blue"), "--label cannot be used with --all"),
    ],
)
def test_what_there_is_not_is_refused_with_what_there_is(
    environ: dict[str, str],
    tmp_path: Path,
    sandbox: Sandbox,
    arguments: tuple[str, ...],
    words: str,
) -> None:
    with started(environ, tmp_path, *arguments) as terminal:
        terminal.wait_for(words)
        assert terminal.exit_code() == 2
    assert sandbox.requests == ()


@pytest.mark.parametrize("option", [("--all",), ("--profiles", "a"), ("--label", "a")])
def test_a_command_that_would_ignore_them_refuses_them(
    console: Console, option: tuple[str, ...]
) -> None:
    result = console.run(*option, "get", "A")
    assert result.code == 2
    assert f"{option[0]} cannot be used with this command" in result.err


def test_the_profiles_of_a_command_may_stand_before_it(console: Console) -> None:
    result = console.run("--profiles", "nobody", "list")
    assert result.code == 2
    assert "there is no profile named nobody" in result.err


def test_without_a_profile_in_use_p_offers_the_profiles_and_q_quits(
    environ: dict[str, str], tmp_path: Path
) -> None:
    with started(environ, tmp_path, "--all") as terminal:
        terminal.wait_for("LAB-RELAY")
        terminal.press("p")
        terminal.wait_for("switch (this session only)")
        terminal.press("escape")
        terminal.wait_gone("switch (this session only)")
        terminal.press("q")
        assert terminal.exit_code() == 0
