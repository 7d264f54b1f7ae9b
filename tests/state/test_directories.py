from __future__ import annotations

import pwd
from pathlib import Path

import pytest

from smtp_tui.api.target import Scope, Target, parse_origin
from smtp_tui.state.encoding import RecordKey, record_key
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


def test_a_record_is_known_by_server_and_tenant_whatever_the_profile_is_called() -> None:
    def key(name: str, host: str, tenant: str) -> RecordKey:
        return record_key(Target(name, parse_origin(host), Scope(tenant)), "1")

    assert key("a", "https://CAM.example.com:30000/", "t") == key("b", "cam.example.com:30000", "t")
    assert key("a", "cam.example.com", "t") != key("a", "cam.example.com", "u")
    assert key("a", "cam.example.com", "t") != key("a", "cam2.example.com", "t")
