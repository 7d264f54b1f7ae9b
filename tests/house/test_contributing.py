"""CONTRIBUTING.md names files that are there, and a glossary that can be learned."""

from __future__ import annotations

import re

from tests.house.tree import ROOT

GUIDE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
MOST_WORDS = 40


def test_every_file_it_names_is_there() -> None:
    named = set(re.findall(r"`((?:smtp_tui|tests|screenshots|\.ci)[\w/.]*)`", GUIDE))
    assert len(named) > 20
    assert sorted(path for path in named if not (ROOT / path).exists()) == []


def test_the_glossary_is_short_and_names_each_word_once() -> None:
    glossary = GUIDE.partition("## Words")[2].partition("## Rules")[0]
    words = re.findall(r"^\| ([a-z][^|]*?) \|", glossary, re.MULTILINE)
    assert 20 < len(words) <= MOST_WORDS
    assert len(set(words)) == len(words)
