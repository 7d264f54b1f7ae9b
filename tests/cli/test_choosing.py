"""Which profile is used: one rule for every command and for the screen, and what it overrules is
said.
"""

from __future__ import annotations

import itertools
import sys
from pathlib import Path

import pytest
from msgspec import Struct

from tests.cli.console import Console, Typist
from tests.e2e.terminal import Terminal
from tests.failing_sandbox import Sandbox

PROGRAM = (sys.executable, "-m", "smtp_tui")
OPTION, VARIABLE, VENDOR, DEFAULT, ONLY = (
    "--profile",
    "SMTP_TUI_PROFILE",
    "CAM_HOST",
    "the default",
    "the only profile",
)
NOT_DECIDED = "no profile chosen;"


class Case(Struct, frozen=True):
    """What is there to choose from; None and 0 where something is not there."""

    option: str | None
    variable: str | None
    vendor: bool
    stored: tuple[str, ...]
    default: str | None

    @property
    def sources(self) -> list[tuple[str, str]]:
        """Source and profile, in the documented order."""
        only = self.stored[0] if len(self.stored) == 1 and self.default is None else None
        named = (
            (OPTION, self.option),
            (VARIABLE, self.variable),
            (VENDOR, "environment" if self.vendor else None),
            (DEFAULT, self.default),
            (ONLY, only),
        )
        return [(source, name) for source, name in named if name is not None]

    @property
    def remark(self) -> str:
        """What has to be said, empty where nothing is overruled."""
        (source, name), *others = self.sources
        overruled = " or ".join(f"{other} ({by})" for by, other in others if other != name)
        return f"Using the profile {name} ({source}), not {overruled}." if overruled else ""


def _cases() -> list[Case]:
    files: list[tuple[tuple[str, ...], str | None]] = [
        ((), None),
        (("a",), None),
        (("a",), "a"),
        (("a", "b"), None),
        (("a", "b"), "a"),
    ]
    found = []
    for (stored, default), vendor in itertools.product(files, (False, True)):
        names = (None, *stored, *(("environment",) if vendor else ()))
        for option, variable in itertools.product(names, names):
            found.append(Case(option, variable, vendor, stored, default))
    return found


CASES = _cases()


def _id(case: Case) -> str:
    chosen = f"option={case.option} variable={case.variable} vendor={case.vendor}"
    return f"{chosen} stored={''.join(case.stored)} default={case.default}"


def _write(directory: Path, case: Case, host: str = "{}.example") -> None:
    if not case.stored:
        return
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    lines = ["schema = 1", *([f'default = "{case.default}"'] if case.default else [])]
    for name in case.stored:
        lines += [f"[profiles.{name}]", f'host = "{host.format(name)}"', f'tenant = "t-{name}"']
    path = directory / "profiles.toml"
    path.write_text("\n".join(lines) + "\n")
    path.chmod(0o600)


@pytest.mark.parametrize("case", CASES, ids=_id)
def test_the_most_specific_source_chooses_and_what_it_overrules_is_said_once(
    empty_console: Console, tmp_path: Path, case: Case
) -> None:
    """A wrong value ends each run before anything is sent, and after the profile was named."""
    _write(tmp_path / "config", case)
    empty_console.unset("SMTP_TUI_PROFILE")
    if case.vendor:
        empty_console.setenv(CAM_HOST="environment.example", CAM_TENANT_ID="t-environment")
    if case.variable is not None:
        empty_console.setenv(SMTP_TUI_PROFILE=case.variable)
    option = () if case.option is None else ("--profile", case.option)
    for arguments in (
        (*option, "create", "NEW", "port=x", "--yes"),
        ("create", *option, "NEW", "port=x", "--yes"),
    ):
        result = empty_console.run(*arguments)
        first, *others = result.err.splitlines()
        assert result.code == 2
        if not case.sources:
            assert NOT_DECIDED in first or "no profile" in first
            continue
        name = case.sources[0][1]
        assert first.startswith(f"profile {name} · host {name}.example · tenant t-{name} · ")
        said = [line for line in others if line.startswith("Using the profile")]
        assert said == ([case.remark] if case.remark else [])


@pytest.mark.parametrize(
    "case",
    [case for case in CASES if case.vendor and case.option is None and case.variable is None],
    ids=_id,
)
def test_the_screen_follows_the_same_rule_and_says_it_in_the_header_and_in_profiles(
    sandbox: Sandbox, environ: dict[str, str], tmp_path: Path, case: Case
) -> None:
    _write(tmp_path / "config", case, host=sandbox.base_url)
    with Terminal(PROGRAM, cwd=tmp_path, env=environ, rows=30, columns=120) as terminal:
        terminal.wait_for("No SMTP connections")
        header = "\n".join(terminal.screen_text().splitlines()[:2])
        assert "environment" in header
        overruled = " or ".join(name for _, name in case.sources[1:])
        assert (f"CAM_HOST overrides {overruled}" in header) is bool(overruled)
        terminal.press("p")
        terminal.wait_for("switch (this session only)")
        assert ("At the start: Using the profile environment" in terminal.screen_text()) is bool(
            overruled
        )


def test_a_choice_by_hand_is_not_said_to_overrule_anything(
    sandbox: Sandbox, environ: dict[str, str], tmp_path: Path
) -> None:
    case = Case(None, None, True, ("a",), "a")
    _write(tmp_path / "config", case, host=sandbox.base_url)
    with Terminal(PROGRAM, cwd=tmp_path, env=environ, rows=30, columns=120) as terminal:
        terminal.wait_for("CAM_HOST overrides a")
        terminal.press("p")
        terminal.wait_for("switch (this session only)")
        terminal.press("enter")
        terminal.wait_gone("CAM_HOST overrides")


def test_two_products_variables_with_two_hosts_are_said(empty_console: Console) -> None:
    empty_console.setenv(CAM_HOST="cam.example", CAM_TENANT_ID="1", TSA_HOSTNAME="tsa.example")
    said = "Using the profile environment (CAM_HOST), not tsa.example (TSA_HOSTNAME)."
    assert said in empty_console.run("create", "NEW", "port=x").err
    empty_console.setenv(TSA_HOSTNAME="cam.example")
    assert "Using" not in empty_console.run("create", "NEW", "port=x").err


@pytest.mark.parametrize(
    ("option", "variable", "words"),
    [
        (("--profile", "b"), None, 'there is no profile named b (--profile); did you mean "bb"?'),
        ((), "b", 'there is no profile named b (SMTP_TUI_PROFILE); did you mean "bb"?'),
        (("--profile", "environment"), None, "named environment (--profile): CAM_HOST is not set"),
    ],
)
def test_a_profile_that_is_not_there_is_named_with_its_source_and_nothing_else_is_used(
    empty_console: Console,
    tmp_path: Path,
    option: tuple[str, ...],
    variable: str | None,
    words: str,
) -> None:
    _write(tmp_path / "config", Case(None, None, False, ("bb",), "bb"))
    empty_console.setenv(SMTP_TUI_PROFILE=variable or "")
    result = empty_console.run(*option, "create", "NEW", "port=25")
    assert result.code == 2
    assert words in result.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("set", "A", "port=587", "--yes"),
        ("set", "A", "port=587", "--dry-run"),
        ("set", "A", "port=x", "--yes"),
        ("create", "NEW", "hostname=a.example", "port=25", "--yes"),
        ("create", "NEW", "--preset", "gmail", "--dry-run"),
        ("create", "NEW", "--preset", "nobody", "--yes"),
        ("delete", "A", "--yes"),
        ("delete", "A", "--dry-run"),
        ("delete", "NOBODY", "--yes"),
        ("test", "A", "--to", "a@example.com"),
        ("test", "A", "--to", "nobody"),
        ("test", "--values", "hostname=127.0.0.1", "port=1", "--to", "a@example.com"),
    ],
)
def test_a_command_that_writes_names_profile_host_and_tenant_before_anything_else(
    console: Console, sandbox: Sandbox, arguments: tuple[str, ...]
) -> None:
    sandbox.add_record("A", {"hostname": "127.0.0.1", "port": 25})
    first = console.run(*arguments).err.splitlines()[0]
    assert first == (
        f"profile environment · host {sandbox.base_url} · tenant {sandbox.tenant_id} · team all"
    )


@pytest.mark.parametrize("arguments", [("list",), ("get", "A")])
def test_a_command_that_reads_names_them_where_a_person_reads_stderr(
    console: Console, sandbox: Sandbox, arguments: tuple[str, ...]
) -> None:
    sandbox.add_record("A", {"hostname": "127.0.0.1", "port": 25})
    assert console.run(*arguments).err == ""
    at_a_terminal = console.run(*arguments, typist=Typist(""))
    assert at_a_terminal.err == (
        f"profile environment · host {sandbox.base_url} · tenant {sandbox.tenant_id} · team all\n"
    )
    assert at_a_terminal.out == console.run(*arguments).out


def test_help_and_readme_give_the_order_of_the_sources(console: Console) -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text().partition("Which profile")[2]
    helped = console.run("--help").out.partition("which profile is used")[2]
    for command in ("list", "get", "set", "create", "delete", "test"):
        said = " ".join(console.run(command, "--help").out.split())
        assert "See 'smtp-tui --help' for how the profile is chosen" in said
    for text in (readme, helped):
        flat = " ".join(text.replace("`", "").split())
        places = [
            flat.index(words)
            for words in (
                "--profile",
                "SMTP_TUI_PROFILE",
                "the vendor's variables, if CAM_HOST or TSA_HOSTNAME is set",
                "the default in profiles.toml",
                "the only profile",
            )
        ]
        assert places == sorted(places)
