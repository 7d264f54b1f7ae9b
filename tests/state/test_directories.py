from __future__ import annotations

import pwd
from pathlib import Path

import pytest

from smtp_tui.state.files import FileProblem, state_directory


def test_the_variable_moves_the_state(tmp_path: Path) -> None:
    assert state_directory({"SMTP_TUI_STATE_DIR": str(tmp_path)}) == tmp_path
    assert state_directory({"SMTP_TUI_STATE_DIR": "here"}) == Path.cwd() / "here"


def test_without_the_variable_it_is_the_users_state_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert state_directory({}) == tmp_path / "smtp-tui"
    assert state_directory({"SMTP_TUI_STATE_DIR": ""}) == tmp_path / "smtp-tui"


def test_without_a_home_the_variable_that_helps_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(_: int) -> None:
        raise KeyError

    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.setattr(pwd, "getpwuid", unknown)
    for environ in ({}, {"SMTP_TUI_STATE_DIR": "~/state"}):
        with pytest.raises(FileProblem, match="no home directory; set SMTP_TUI_STATE_DIR"):
            state_directory(environ)
