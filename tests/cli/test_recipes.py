"""The recipes of the README, run as they stand there."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from smtp_tui.editing.document import read_document
from tests.cli.console import Console, Result
from tests.cli.test_many import add_profile, fill
from tests.failing_sandbox import Sandbox, SandboxOptions
from tests.house.tree import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
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


def follow(console: Console, recipe: str) -> list[Result]:
    """Run the lines of a recipe."""
    lines = [shlex.split(line) for line in RECIPES[recipe].splitlines()]
    assert all(line[0] == "smtp-tui" for line in lines)
    return [console.run(*line[1:]) for line in lines]


def held(name: str, *sandboxes: Sandbox) -> list[object]:
    """The values of a parameter in all records."""
    return [record.values.get(name) for each in sandboxes for record in each.records()]


def test_there_are_four_recipes() -> None:
    assert len(RECIPES) == 4


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
    assert (looked.code, moved.code) == (0, 0), moved.err
    assert "change port 25 → 587 in 12 records" in looked.out
    assert set(held("port", sandbox, other)) == {587}


def test_dead_relays_are_found(two: Console, sandbox: Sandbox, other: Sandbox) -> None:
    sandbox.add_record("GOOD", {"hostname": "127.0.0.1", "port": sandbox.smtp_port})
    other.add_record("DOWN", {"hostname": "127.0.0.1", "port": 9})
    (result,) = follow(two, "find dead relays")
    assert result.code == 11
    assert [(each["name"], each["verdict"]) for each in result.json()] == [
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
