"""What the README names is there: its two commands, its pictures, its keys, its exit codes."""

import os
import re
import shlex

import pytest

from smtp_tui.cli.arguments import parse
from smtp_tui.ui.actions import ACTIONS
from tests.house.blocks import BLOCKS, KINDS, README, Block, named
from tests.house.tree import ROOT

PICTURES = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README)
WIDTH = 100
"""Columns that a command may have: it is read before it is pasted."""


def section(title: str) -> str:
    """The text between a heading and the next one."""
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", README, re.M | re.S)
    assert found, title
    return found[1]


def keys() -> list[tuple[str, str, str]]:
    """Every place, key and label of the key table, labels in lower case."""
    found = []
    for place, cell in re.findall(r"^\| ([^|`]+?) \| (`.*) \|$", section("Keys"), re.M):
        for part in cell.split(" · "):
            label = part.rpartition("` ")[2]
            found += [(place, key, label) for key in re.findall(r"`([^`]+)`", part)]
    return found


@pytest.mark.parametrize("name", ["demo", "test"])
def test_a_command_is_one_line_that_needs_python3_alone(name: str) -> None:
    text = named("command")[name]
    assert text.count("\n") == 1
    assert len(text) <= WIDTH
    programs = [part.split()[0] for part in text.split(" && ")]
    assert programs[0] == "python3"
    assert all(program.startswith(".venv/bin/") for program in programs[1:])


def test_uv_does_the_same_and_the_demo_is_what_pip_installs() -> None:
    commands = named("command")
    demo, test, pip = (commands[name] for name in ("demo", "test", "install with pip"))
    with_uv = (demo + test).replace("python3 -m venv .venv", "uv venv -q --allow-existing .venv")
    assert named("read")["with uv"] == with_uv.replace(".venv/bin/pip install", "uv pip install")
    installed = pip.strip().replace("~/.local/share/smtp-tui", ".venv")
    assert demo == installed.replace("install", "install -q -e") + " && .venv/bin/smtp-tui demo\n"


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: f"{block.page}-{block.name}")
def test_each_block_of_the_readme_and_the_pages_is_used_by_a_test_or_says_why_not(
    block: Block,
) -> None:
    assert block.kind in KINDS
    assert block.language
    same = [other for other in BLOCKS if other[1:3] == block[1:3]]
    if block.kind == "not run":
        for line in block.text.splitlines():
            words = shlex.split(line)
            if words[0].endswith("smtp-tui"):
                parse(words[1:])
    else:
        assert same == [block]
        texts = (path.read_text(encoding="utf-8") for path in (ROOT / "tests").glob("*/test_*.py"))
        assert any(f'"{block.name}"' in text for text in texts)


def test_the_commands_stand_before_anything_else_but_the_picture_and_one_sentence() -> None:
    opening = README[: README.index("## ")]
    assert opening.index("connections-120x40.svg") < opening.index("<!-- command: demo -->")
    assert opening.index("<!-- command: demo -->") < opening.index("<!-- command: test -->")


def test_ci_takes_the_test_line_from_the_readme() -> None:
    script = ROOT / ".ci" / "run"
    text = script.read_text(encoding="utf-8")
    assert "line_of test" in text
    own = [line for line in text.splitlines() if "pytest" in line]
    assert all(line.lstrip().startswith('"$1/bin/python"') for line in own), "the line stands twice"
    assert os.access(script, os.X_OK)


def test_every_picture_is_there_once_and_the_page_of_all_is_linked() -> None:
    assert [path for path in PICTURES if not (ROOT / path).is_file()] == []
    assert len(set(PICTURES)) == len(PICTURES) >= 6
    assert "](screenshots/all.md)" in section("Pictures")


def test_the_key_table_is_read() -> None:
    assert ("A record", "e", "edit") in keys()
    assert ("Everywhere", "ctrl+p", "commands") in keys()
    assert len(keys()) > 30


def bound_keys() -> list[tuple[str, str, str]]:
    """Every place, key and label of the actions, labels in lower case."""
    return [
        (action.place.value, key, action.label.casefold())
        for action in ACTIONS
        for key in action.key_display.split()
    ]


def test_each_action_stands_in_the_table_with_all_its_keys() -> None:
    told = keys()
    assert [row for row in bound_keys() if row not in told] == []


def test_each_key_of_the_table_does_what_it_says() -> None:
    bound, told = bound_keys(), keys()
    assert [row for row in told if bound.count(row) != 1] == []
    places = [(place, key) for place, key, _ in bound]
    assert [row for row in told if places.count(row[:2]) != 1] == []
