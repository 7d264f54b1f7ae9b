"""The first frame waits for no library that only a request, a login or a write needs."""

import subprocess
import sys

import pytest

HEAVY = (
    "httpx",
    "pydantic",
    "tomlkit",
    "filelock",
    "cryptography",
    "email_validator",
    "uvicorn",
    "aiosmtpd",
)


def heavy_after(module: str) -> list[str]:
    """Which of the heavy libraries an interpreter of its own holds after an import."""
    code = f"import {module}, sys; print(*[one for one in {HEAVY} if one in sys.modules])"
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    return found.stdout.split()


@pytest.mark.parametrize("module", ["smtp_tui.cli.main", "smtp_tui.cli.screen", "smtp_tui.ui.app"])
def test_opening_the_screens_imports_nothing_heavy(module: str) -> None:
    assert heavy_after(module) == []


def test_the_check_sees_a_library_that_is_imported() -> None:
    assert "httpx" in heavy_after("httpx")
