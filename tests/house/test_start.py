"""The first frame waits for no library that only a request, a login or a write needs.

A command waits for no module that only other commands need.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.program import changed, places
from tests.failing_sandbox import Sandbox
from tests.waiting import wait_for

HEAVY = {
    "httpx",
    "pydantic",
    "yaml",
    "tomlkit",
    "filelock",
    "cryptography",
    "email_validator",
    "uvicorn",
    "aiosmtpd",
    "OpenSSL",
    "dns",
}
RUN = "from smtp_tui.__main__ import main; main()"
TELLS_WHEN_LOADED = """
import sys, threading, time
def tell():
    while not {"smtp_tui.ui.bulk.jobs", "smtp_tui.ui.probe.dialog"} <= sys.modules.keys():
        time.sleep(0.01)
    open("loaded", "w").close()
threading.Thread(target=tell, daemon=True).start()
"""
FOR_MOST_COMMANDS = {"typing", "json", "pathlib", "traceback", "importlib", "smtp_tui.text"}
"""What neither the version nor a help text needs."""


def modules_after(code: str, *arguments: str, **variables: str) -> set[str]:
    """The modules that an interpreter of its own holds after this code."""
    told = f"import sys; {code}; print(*sys.modules, file=sys.stderr)"
    argv = [sys.executable, "-c", told, *arguments]
    env = os.environ | variables
    done = subprocess.run(argv, capture_output=True, text=True, check=True, timeout=60, env=env)
    return {*done.stderr.split()}


def loaded_by(*arguments: str, **variables: str) -> set[str]:
    """The modules that a run of the program adds to those of any interpreter."""
    return modules_after(RUN, *arguments, **variables) - modules_after("pass")


def ours(modules: set[str]) -> set[str]:
    """Those of the program."""
    return {module for module in modules if module.startswith("smtp_tui.")}


@pytest.mark.parametrize("module", ["smtp_tui.cli.main", "smtp_tui.cli.screen", "smtp_tui.ui.app"])
def test_opening_the_screens_imports_nothing_heavy(module: str) -> None:
    loaded = modules_after(f"import {module}")
    assert loaded & HEAVY == set()
    assert [
        each for each in loaded if each.startswith(("smtp_tui.probe", "smtp_tui.ui.probe"))
    ] == []


def test_the_screens_are_loaded_before_a_key_needs_them_once_the_rows_are_there(
    tmp_path: Path,
) -> None:
    with Sandbox() as sandbox, changed(TELLS_WHEN_LOADED, sandbox, tmp_path) as terminal:
        terminal.wait_for("No SMTP connections")
        wait_for((tmp_path / "loaded").exists)
        terminal.press("q")
        assert terminal.exit_code() == 0


def test_the_version_is_told_without_a_module_that_it_does_not_need() -> None:
    loaded = loaded_by("--version")
    modules = {"smtp_tui.__main__", "smtp_tui.cli", "smtp_tui.cli.main", "smtp_tui.cli.stdout"}
    assert ours(loaded) == modules
    assert loaded & {"argparse", *FOR_MOST_COMMANDS} == set()


@pytest.mark.parametrize("command", ["", "list", "set", "profiles", "profiles check", "doctor"])
def test_help_is_told_without_a_module_that_only_a_command_needs(command: str) -> None:
    loaded = loaded_by(*command.split(), "--help")
    assert ours(loaded) - ours(loaded_by("--version")) == {
        "smtp_tui.cli.arguments",
        "smtp_tui.cli.exit_codes",
        "smtp_tui.cli.fields",
        "smtp_tui.cli.parser",
    }
    assert loaded & {"msgspec", "asyncio", "shutil", "difflib", *FOR_MOST_COMMANDS} == set()


def test_reading_the_records_imports_nothing_that_only_a_change_or_a_screen_needs(
    tmp_path: Path,
) -> None:
    with Sandbox() as sandbox:
        loaded = loaded_by("list", **places(tmp_path), **sandbox.environment())
    assert loaded & (HEAVY | {"textual", "difflib"}) == {"httpx"}
    rooms = {".".join(module.split(".")[:2]) for module in ours(loaded)}
    assert rooms & {"smtp_tui.ui", "smtp_tui.mail", "smtp_tui.editing", "smtp_tui.sandbox"} == set()
    assert {module for module in ours(loaded) if module.startswith("smtp_tui.workflows.")} == {
        "smtp_tui.workflows.operator",
        "smtp_tui.workflows.session",
        "smtp_tui.workflows.sign_in",
    }


@pytest.mark.parametrize("arguments", [("port=587",), ("--match", "port=25", "port=587")])
def test_changing_records_imports_nothing_that_only_a_document_needs(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    with Sandbox() as sandbox:
        sandbox.add_record("A", {"hostname": "mx.example", "port": 25})
        command = ("set", "A", *arguments, "--yes")
        loaded = loaded_by(*command, **places(tmp_path), **sandbox.environment())
        assert sandbox.records()[0].values["port"] == 587
    assert loaded & {"yaml", "pydantic", "textual"} == set()


@pytest.mark.parametrize("kind", ["records", "profiles", "presets"])
def test_completing_a_name_imports_nothing_heavy(tmp_path: Path, kind: str) -> None:
    loaded = loaded_by("completion", "names", "zsh", kind, "smtp-tui ", **places(tmp_path))
    assert loaded & (HEAVY | {"textual", "argparse", "asyncio", "ssl", "rich"}) == set()


def test_the_check_sees_a_library_that_is_imported() -> None:
    assert "httpx" in modules_after("import httpx") & HEAVY
