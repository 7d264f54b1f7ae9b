"""A sandbox, and a console whose environment leads to it and nowhere else."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.console import Console
from tests.failing_sandbox import Sandbox, SandboxOptions

ROOT = str(Path(__file__).parents[2])


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(SandboxOptions(mail_timeout=1.0)) as running:
        yield running


@pytest.fixture
def empty_console(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Console:
    """A console that knows no server."""
    console = Console(capsys, monkeypatch)
    console.unset("CAM_HOST", "CAM_HOSTNAME", "TSA_HOSTNAME", "TSA_HOST", "MCM_HOSTNAME")
    console.unset("MCM_HOST", "CAM_BEARER_TOKEN", "MCM_TEAM", "NO_COLOR")
    console.unset("SMTP_TUI_PROFILE")
    console.setenv(
        SMTP_TUI_CONFIG_DIR=str(tmp_path / "config"), SMTP_TUI_STATE_DIR=str(tmp_path / "state")
    )
    return console


@pytest.fixture
def console(empty_console: Console, sandbox: Sandbox) -> Console:
    """A console with the vendor's variables of the sandbox."""
    empty_console.setenv(**sandbox.environment())
    return empty_console


@pytest.fixture
def environ(sandbox: Sandbox, tmp_path: Path) -> dict[str, str]:
    """An environment that leads to the sandbox and holds nothing else."""
    return {
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "HOME": str(tmp_path),
        "PYTHONPATH": ROOT,
        "SMTP_TUI_CONFIG_DIR": str(tmp_path / "config"),
        "SMTP_TUI_STATE_DIR": str(tmp_path / "state"),
        **sandbox.environment(),
    }
