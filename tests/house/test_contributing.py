"""CONTRIBUTING.md names files that are there, and a glossary that can be learned."""

from __future__ import annotations

import re
import tomllib

import yaml

from tests.house.tree import ROOT

GUIDE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
MOST_WORDS = 40
QUICK = ".ci/run --quick"


def test_every_file_it_names_is_there() -> None:
    named = set(re.findall(r"`((?:smtp_tui|tests|screenshots|\.ci)[\w/.]*)`", GUIDE))
    assert len(named) > 20
    assert sorted(path for path in named if not (ROOT / path).exists()) == []


def test_the_one_test_that_it_runs_is_there() -> None:
    ((path, name),) = re.findall(r"pytest (tests/\S+\.py)::(\w+)$", GUIDE, re.MULTILINE)
    assert f"def {name}(" in (ROOT / path).read_text(encoding="utf-8")


def test_each_marker_is_described() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    registered = settings["tool"]["pytest"]["ini_options"]["markers"]
    described = re.findall(r"^\| `(\w+)` \| ", GUIDE, re.MULTILINE)
    assert described == [line.partition(":")[0] for line in registered]


def test_git_can_run_the_quick_part_before_each_commit() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    (local,) = hooks["repos"]
    assert (local["repo"], [hook["entry"] for hook in local["hooks"]]) == ("local", [QUICK])
    assert f"$ {QUICK} " in GUIDE
    assert "--quick)" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_the_glossary_is_short_and_names_each_word_once() -> None:
    glossary = GUIDE.partition("## Words")[2].partition("## Rules")[0]
    words = re.findall(r"^\| ([a-z][^|]*?) \|", glossary, re.MULTILINE)
    assert 20 < len(words) <= MOST_WORDS
    assert len(set(words)) == len(words)
