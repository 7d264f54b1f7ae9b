"""The repository holds the project, and nothing that a run has left in it."""

import shutil
import subprocess

import pytest

from tests.house.tree import ROOT

GIT = shutil.which("git") or ""
PARTS = {"smtp_tui", "tests", "screenshots", "pyproject.toml", ".ci"}
SETTINGS = {".editorconfig", ".gitignore", ".pre-commit-config.yaml"}
PAPERS = {"README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "LICENSE"}


@pytest.mark.skipif(not (GIT and (ROOT / ".git").exists()), reason="an archive, or no git")
def test_the_top_of_the_repository_holds_nothing_but_the_project() -> None:
    command = [GIT, "-c", "safe.directory=*", "ls-files", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    tops = {path.split("/")[0] for path in listed.stdout.split("\0") if path}
    assert tops == PARTS | SETTINGS | PAPERS
