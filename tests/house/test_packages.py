"""What the wheel and the sdist contain, and what is said of them."""

import re
import tarfile
import tomllib
from email import message_from_string
from pathlib import Path
from zipfile import ZipFile

import pytest
from hatchling.builders.sdist import SdistBuilder
from hatchling.builders.wheel import WheelBuilder

from tests.house.tree import PACKAGE, ROOT, files

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
DEPENDENCIES = [*PROJECT["dependencies"], *EXTRAS["sandbox"], *EXTRAS["dev"]]


def ours(top: Path) -> set[str]:
    """The names of all files of the project below a folder."""
    return {path.relative_to(ROOT).as_posix() for path in files(top)}


def test_the_wheel_contains_the_whole_package_and_says_that_it_is_typed(tmp_path: Path) -> None:
    package = ours(PACKAGE)
    assert package >= {"smtp_tui/mail/presets.toml", "smtp_tui/py.typed"}
    (wheel,) = WheelBuilder(str(ROOT)).build(directory=str(tmp_path))
    with ZipFile(wheel) as archive:
        assert package <= set(archive.namelist())


def test_the_description_shows_on_an_index_page_without_any_other_file(tmp_path: Path) -> None:
    (wheel,) = WheelBuilder(str(ROOT)).build(directory=str(tmp_path))
    with ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        metadata = message_from_string(archive.read(name).decode())
    text = metadata.get_payload()
    assert isinstance(text, str)
    links = re.findall(r"\]\(([^)]+)\)", text)
    assert [link for link in links if not link.startswith(("#", "https://"))] == []
    opening = text[: text.index("<!-- command: demo -->")]
    (first,) = re.findall(r"^```text\n(.*?)^```$", opening, re.MULTILINE | re.DOTALL)
    assert {"ALL-GOOD", "BAD-LOGIN"} <= set(first.split())
    lines = first.splitlines()
    assert (len(lines), max(map(len, lines))) == (40, 120)


def test_the_sdist_contains_all_that_its_tests_need(tmp_path: Path) -> None:
    (sdist,) = SdistBuilder(str(ROOT)).build(directory=str(tmp_path))
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    needed = [ours(ROOT / folder) for folder in ("smtp_tui", "tests", "screenshots", ".ci")]
    papers = {"README.md", "CONTRIBUTING.md", "pyproject.toml", ".pre-commit-config.yaml"}
    assert papers.union(*needed) <= names


@pytest.mark.parametrize("requirement", DEPENDENCIES)
def test_a_dependency_names_its_lowest_version(requirement: str) -> None:
    assert re.fullmatch(r"[\w-]+>=\d[\d.]*(,<\d+(\.\d+)?)?|smtp-tui\[sandbox\]", requirement)


def test_each_python_that_is_named_is_tried_by_ci() -> None:
    classifiers = "\n".join(PROJECT["classifiers"])
    said = set(re.findall(r":: Python :: (3\.\d+)$", classifiers, re.MULTILINE))
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    tried = re.search(r"for version in ([\d. ]+);", script)
    assert tried
    assert said == {PROJECT["requires-python"].removeprefix(">="), *tried[1].split()}
