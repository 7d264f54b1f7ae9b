"""The project installs from wherever its user's tools are set to, on any machine."""

import re

import pytest

from tests.house.tree import ROOT, files

# Written so that no pattern matches its own text.
HOSTS = re.compile(
    r"\b(?:py[p]i\.org|python[h]osted\.org|registry\.npm[j]s|ghcr\.[i]o|docker\.[i]o|quay\.[i]o)"
    r"|--(?:extra-)?inde[x]-url|PIP_INDE[X]_URL|UV_(?:DEFAULT_)?INDE[X]"
    r"|\b(?:artifactor[y]|nexu[s]|devp[i])\.[a-z]",
    re.IGNORECASE,
)
PATHS = re.compile(r"(?<![\w.\-}/])/(?:wor[k]|roo[t]|User[s]|tmp/de[v])(?:/|\b)(?![\w-])")


def hits(pattern: re.Pattern[str]) -> list[str]:
    """Where in the project's texts a pattern is found."""
    found = []
    for path in files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        for match in pattern.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            found.append(f"{path.relative_to(ROOT)}:{line} {match[0]}")
    return found


def test_no_package_registry_is_named() -> None:
    assert hits(HOSTS) == []


def test_no_path_of_one_machine_is_named() -> None:
    assert hits(PATHS) == []


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        (HOSTS, "https://py" + "pi.org/simple", True),
        (HOSTS, "pip install --ind" + "ex-url x", True),
        (HOSTS, "the IANA registry of enhanced codes", False),
        (PATHS, "see /wo" + "rk/main/README.md", True),
        (PATHS, '"/ro' + 'ot"', True),
        (PATHS, "at home/work or https://example.com/work/", False),
        (PATHS, "/workers", False),
    ],
)
def test_what_is_looked_for_is_found_and_no_more(
    pattern: re.Pattern[str], text: str, found: bool
) -> None:
    assert bool(pattern.search(text)) is found


def test_all_of_the_project_is_looked_at() -> None:
    seen = {str(path.relative_to(ROOT)) for path in files()}
    assert {"pyproject.toml", "smtp_tui/__init__.py", "tests/house/test_registry.py"} <= seen
