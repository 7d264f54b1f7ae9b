"""``smtp-tui help``: the pages that are installed with the program."""

from __future__ import annotations

import pytest

from smtp_tui.cli.exit_codes import ExitCode
from smtp_tui.help.pages import TOPICS, page, plain
from tests.cli.console import Console


def test_help_lists_the_topics(empty_console: Console) -> None:
    ran = empty_console.run("help")
    assert ran.code == ExitCode.OK
    assert [line.split()[0] for line in ran.out.splitlines()] == [*TOPICS]


@pytest.mark.parametrize("topic", TOPICS)
def test_a_page_is_printed(empty_console: Console, topic: str) -> None:
    assert empty_console.run("help", topic).out.strip() == plain(page(topic))


def test_a_topic_that_is_none_is_refused_and_the_nearest_one_named(empty_console: Console) -> None:
    ran = empty_console.run("help", "terminal")
    assert ran.code == ExitCode.USAGE
    assert 'did you mean "terminals"?' in ran.err
