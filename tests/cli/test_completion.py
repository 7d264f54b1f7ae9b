"""What the program tells a shell at a Tab."""

from __future__ import annotations

from pathlib import Path

import pytest

from smtp_tui.cli.completion import SCRIPTS, for_bash, taken_apart
from smtp_tui.cli.values import preset_named
from tests.cli.console import Console
from tests.e2e.program import other_tenant, write_profiles
from tests.failing_sandbox import Sandbox

BREAKS = " \t\n\"'@><=;|&(:"
NAMES = ("A one", "B $(x)", "C's", "D: e", "f@g", "größe", "h`i`", 'j"k')


@pytest.mark.parametrize(
    ("line", "replies"),
    [
        ("smtp-tui get A", [r"A\ one"]),
        (r"smtp-tui get A\ ", [r"A\ one"]),
        ("smtp-tui get B", [r"B\ \$\(x\)"]),
        ("smtp-tui get 'B ", ["B $(x)"]),
        ('smtp-tui get "B ', []),  # it would be run within these quotes
        ('smtp-tui get "A ', ["A one"]),
        ("smtp-tui get C", [r"C\'s"]),
        ("smtp-tui get 'C", []),
        ('smtp-tui get "C', ["C's"]),
        ("smtp-tui get D:", [r"\ e"]),  # bash replaces what follows the colon
        (r"smtp-tui get D\:", [r"D\:\ e"]),
        ("smtp-tui get f@g", [r"\@g"]),
        ("smtp-tui get gr", ["größe"]),
        ("smtp-tui get h", [r"h\`i\`"]),
        ("smtp-tui get j", [r"j\"k"]),
        ("""smtp-tui get "A "'o""", []),
        ("smtp-tui get A'", []),
        ("x; smtp-tui get A", [r"A\ one"]),
    ],
)
def test_bash_gets_one_word_in_place_of_what_it_replaces(line: str, replies: list[str]) -> None:
    assert [*for_bash(NAMES, taken_apart(line), BREAKS)] == replies


@pytest.mark.parametrize("shell", SCRIPTS)
def test_the_script_of_a_shell_is_printed(empty_console: Console, shell: str) -> None:
    done = empty_console.run("completion", shell)
    assert (done.code, done.out) == (0, SCRIPTS[shell].read_text(encoding="utf-8"))


def test_another_shell_is_refused(empty_console: Console) -> None:
    assert empty_console.run("completion", "csh").code == 2


def names(console: Console, kind: str, line: str) -> list[str]:
    """What zsh is told."""
    done = console.run("completion", "names", "zsh", kind, f"smtp-tui {line}")
    assert (done.code, done.err) == (0, "")
    return done.out.splitlines()


def test_names_are_those_of_the_last_list_of_the_profile_that_is_typed(
    console: Console, sandbox: Sandbox, tmp_path: Path
) -> None:
    write_profiles(tmp_path, other_tenant(sandbox))
    assert names(console, "records", "get ") == []
    sandbox.add_record("HERE", {})
    sandbox.add_record("EU", {}, tenant=sandbox.other_tenant_id)
    assert console.run("list").code == 0
    assert console.run("list", "--profiles", "europe").code == 0
    asked = len(sandbox.requests)
    assert names(console, "records", "get ") == ["HERE"]
    assert names(console, "records", "--profile europe get ") == ["EU"]
    assert names(console, "records", "get --profile='europe' ") == ["EU"]
    console.setenv(SMTP_TUI_PROFILE="europe")
    assert names(console, "records", "get ") == ["EU"]
    assert names(console, "profiles", "--profile ") == ["environment", "europe"]
    assert names(console, "several", "--profiles europe,") == ["europe,environment"]
    assert len(sandbox.requests) == asked


def test_each_preset_is_offered_as_it_is_typed_and_is_understood(empty_console: Console) -> None:
    small = names(empty_console, "presets", "create X --preset ")
    assert "gmail" in small
    assert small == [name.casefold() for name in small]
    assert names(empty_console, "presets", "create X --preset=gm") == small
    capital = names(empty_console, "presets", "create X --preset Gm")
    assert [name.casefold() for name in capital] == small
    assert "Gmail" in capital
    for name in small + capital:
        assert preset_named(name).name.casefold() == name.casefold()


def test_for_several_profiles_the_names_are_those_of_these(
    console: Console, sandbox: Sandbox, tmp_path: Path
) -> None:
    write_profiles(tmp_path, other_tenant(sandbox))
    sandbox.add_record("HERE", {})
    sandbox.add_record("EU", {}, tenant=sandbox.other_tenant_id)
    assert console.run("list", "--all-profiles").code == 0
    assert names(console, "records", "delete --profiles europe ") == ["EU"]
    assert names(console, "records", "delete --profiles=environment,europe ") == ["HERE", "EU"]
    assert names(console, "records", "delete --all-profiles ") == ["HERE", "EU"]


def test_a_profile_that_leads_elsewhere_completes_no_name_of_before(
    console: Console, sandbox: Sandbox
) -> None:
    sandbox.add_record("HERE", {})
    assert console.run("list").code == 0
    console.setenv(CAM_HOST="http://127.0.0.1:9")
    assert names(console, "records", "delete ") == []


@pytest.mark.parametrize("text", [None, "", "[", "schema = 1\n[profiles.a]\n", "default = 'b'"])
def test_where_something_is_wrong_there_is_nothing_to_complete(
    empty_console: Console, tmp_path: Path, text: str | None
) -> None:
    if text is not None:
        write_profiles(tmp_path, text)
    for line in ("get ", "--profile none get ", "'", "\\"):
        assert names(empty_console, "records", line) == []
    assert empty_console.run("completion", "names").code == 0
