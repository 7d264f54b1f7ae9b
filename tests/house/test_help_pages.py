"""The pages of help say what the code says, and each can be found and read."""

from __future__ import annotations

import ast
import re

import pytest

from smtp_tui.cli.fields import FIELDS
from smtp_tui.help.pages import TOPICS, page, plain, wrapped
from smtp_tui.profiles.preferences import Preferences
from smtp_tui.text import cell_width
from tests.house.blocks import PAGES, README
from tests.house.help_blocks import with_blocks
from tests.house.share import manual
from tests.house.tree import PACKAGE, sources

VARIABLE = re.compile(r"(?:SMTP_TUI|CAM|TSA|MCM|ICP)_[A-Z_]+|NAMESPACE|ESCDELAY|NO_COLOR\Z")
"""What the program reads of the environment itself, by its name in the source."""


@pytest.mark.parametrize("topic", TOPICS)
def test_what_follows_from_the_code_is_current(topic: str) -> None:
    assert page(topic) == with_blocks(page(topic)), "run python -m tests.house.help_blocks"


def test_each_page_has_a_topic_and_a_link_in_the_readme() -> None:
    assert {path.stem for path in (PACKAGE / "help").glob("*.md")} == set(TOPICS)
    linked = re.findall(r"\]\(smtp_tui/help/(\w+)\.md\)", README)
    assert set(linked) == set(TOPICS)


@pytest.mark.parametrize("topic", TOPICS)
def test_a_page_is_read_in_80_columns_without_marks(topic: str) -> None:
    text = plain(page(topic))
    assert text.startswith("# ")
    assert max(map(cell_width, text.splitlines())) <= 80
    for mark in ("<!--", "```", "`", "**", "]("):
        assert mark not in text


def test_each_variable_that_is_read_is_told() -> None:
    texts = {
        node.value
        for _, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    read = {text for text in texts if VARIABLE.fullmatch(text)}
    assert read >= {"SMTP_TUI_PROFILE", "CAM_HOST", "TSA_HOST", "ESCDELAY"}
    assert sorted(name for name in read if name not in page("configuration")) == []


def test_each_file_is_told() -> None:
    kept = [*(PACKAGE / "state").glob("*.py"), PACKAGE / "workflows" / "backup.py"]
    texts = "\n".join(path.read_text(encoding="utf-8") for path in kept)
    names = re.findall(r'(?:directory / |with_name\()"([\w.]+)"', texts)
    assert {*names} >= {"tests.jsonl", "saved", "backups"}
    assert [name for name in names if f"`{name}`" not in page("files")] == []


def test_each_preference_is_told() -> None:
    told = page("configuration").partition("## config.toml")[2].partition("\n## ")[0]
    assert [name for name in Preferences.__struct_fields__ if f"`{name}`" not in told] == []


def test_no_field_is_told_by_its_name_alone() -> None:
    told = [(name, words) for fields in FIELDS.values() for name, words in fields.items()]
    assert [name for name, words in told if words.removeprefix("the ") == name] == []


def test_a_test_email_has_one_name() -> None:
    found = [name for name, text in {**PAGES, "--help": manual()}.items() if "est mail" in text]
    assert found == []


@pytest.mark.parametrize("topic", TOPICS)
@pytest.mark.parametrize("width", [52, 120])
def test_a_page_is_wrapped_to_any_width_and_loses_no_word(topic: str, width: int) -> None:
    text = plain(page(topic))
    shown = "\n\n".join(wrapped(each, width) for each in text.split("\n\n"))
    assert shown.split() == text.split()
    prose = [line for line in shown.splitlines() if not line.startswith("    ")]
    assert max(map(cell_width, prose)) <= width
