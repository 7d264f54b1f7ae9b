"""The completion of the shells and the man page say what the commands say, and are installed."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from zipfile import ZipFile

import pytest
from hatchling.builders.wheel import WheelBuilder

from smtp_tui.cli.completion import SHARE
from tests.house.share import MAN, share
from tests.house.test_packages import ours
from tests.house.tree import ROOT


def test_the_completions_and_the_man_page_are_current() -> None:
    kept = {path: path.read_text(encoding="utf-8") for path in share()}
    assert kept == share(), "run python -m tests.house.share"
    assert {str(path.relative_to(ROOT)) for path in share()} == ours(SHARE)


def test_the_wheel_installs_them_where_shells_and_man_look(tmp_path: Path) -> None:
    (wheel,) = WheelBuilder(str(ROOT)).build(directory=str(tmp_path))
    with ZipFile(wheel) as archive:
        data = {name.partition(".data/data/share/")[2] for name in archive.namelist()}
    assert data == {"", *(path.relative_to(SHARE).as_posix() for path in share())}


@pytest.mark.skipif(shutil.which("groff") is None, reason="groff is not installed")
def test_the_man_page_is_set_without_a_warning_and_loses_no_dash() -> None:
    argv = ["groff", "-man", "-ww", "-Tascii", "-P-cbou", str(MAN)]
    done = subprocess.run(argv, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    for words in (
        *("smtp-tui - manage", "--profile PROFILE", "smtp-tui set PRIMARY", "143"),
        *("smtp-tui set [-h] [--json [FIELDS]", "FILES\n", "audit.jsonl\n", "ENVIRONMENT\n"),
        "CAM_HOST or CAM_HOSTNAME, CAM_PORT, CAM_TENANT_ID\n",
    ):
        assert words in done.stdout
