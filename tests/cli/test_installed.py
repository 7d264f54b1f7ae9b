"""What adds an extra to this installation, for each way in which it can have been made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from smtp_tui.cli.installed import line_for

WHEEL = {"url": "file:///home/me/my%20files/smtp_tui-1-py3-none-any.whl", "archive_info": {}}
CHECKOUT = {"url": "file:///src/smtp-tui", "dir_info": {}}
EDITABLE = {"url": "file:///src/smtp-tui", "dir_info": {"editable": True}}
GIT = {
    "url": "https://git.example/smtp-tui",
    "vcs_info": {"vcs": "git", "commit_id": "1a2b", "requested_revision": "main"},
}
MIRROR = {"url": "https://mirror.example/smtp_tui-1-py3-none-any.whl", "archive_info": {}}
MARKS = {"pipx": "pipx_metadata.json", "uv tool": "uv-receipt.toml"}


@pytest.mark.parametrize(
    ("tool", "origin", "line"),
    [
        ("pipx", {}, "pipx install --force 'smtp-tui[sandbox]'"),
        (
            "pipx",
            WHEEL,
            "pipx install --force '/home/me/my files/smtp_tui-1-py3-none-any.whl[sandbox]'",
        ),
        ("pipx", CHECKOUT, "pipx install --force '/src/smtp-tui[sandbox]'"),
        ("pipx", EDITABLE, "pipx install --force -e '/src/smtp-tui[sandbox]'"),
        (
            "pipx",
            GIT,
            "pipx install --force 'smtp-tui[sandbox] @ git+https://git.example/smtp-tui@1a2b'",
        ),
        ("uv tool", {}, "uv tool install 'smtp-tui[sandbox]'"),
        (
            "uv tool",
            MIRROR,
            "uv tool install 'smtp-tui[sandbox] @"
            " https://mirror.example/smtp_tui-1-py3-none-any.whl'",
        ),
        ("uv tool", EDITABLE, "uv tool install -e '/src/smtp-tui[sandbox]'"),
        ("pip", {}, "{python} -m pip install 'smtp-tui[sandbox]'"),
        ("pip", WHEEL, "{python} -m pip install 'smtp-tui[sandbox]'"),
        ("pip", EDITABLE, "{python} -m pip install -e '/src/smtp-tui[sandbox]'"),
        ("uv pip", WHEEL, "uv pip install --python {python} 'smtp-tui[sandbox]'"),
        ("uv pip", EDITABLE, "uv pip install --python {python} -e '/src/smtp-tui[sandbox]'"),
    ],
)
def test_an_extra_is_added_by_the_tool_and_from_the_place_of_the_installation(
    tmp_path: Path, tool: str, origin: dict[str, Any], line: str
) -> None:
    if tool in MARKS:
        (tmp_path / MARKS[tool]).touch()
    python = tmp_path / "bin" / "python"
    found = line_for("sandbox", origin, tmp_path, python, has_pip=tool == "pip")
    assert found == line.format(python=python)
