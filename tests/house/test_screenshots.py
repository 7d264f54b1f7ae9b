"""The pictures can be trusted: made anew they are the same, and a changed one is found."""

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from filelock import FileLock

from screenshots.make import differing, pictures, report
from screenshots.story import PORTS, SIZES
from tests.house.tree import ROOT

HERE = ROOT / "screenshots"
SHOWN = ("connections", "edit", "review", "test-accepted", "test-rejected", "profiles")
FORMAT = "http://www.w3.org/2000/svg"
"""The name of the format; nothing is fetched from it."""


def make(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the script as a person does, in an environment of their own."""
    command = [sys.executable, str(HERE / "make.py"), *arguments]
    return subprocess.run(
        command, env=os.environ | environment, capture_output=True, text=True, check=False
    )


def outside(svg: str) -> list[str]:
    """What in a picture names another host or something to be fetched.

    What the screen shows is left out: it is drawn, not followed.
    """
    markup = re.sub(r"(<text [^>]*>)[^<]*(?=</text>)", r"\1", svg)
    found = re.findall(r"\w+://[^\s\"'<>)]*|url\((?!#)[^)]*\)|@import|href=|src:", markup)
    return [one for one in found if one != FORMAT]


@pytest.mark.timeout(180)
def test_pictures_made_anew_are_the_same_and_the_check_names_what_is_not_current(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # One test, because each making of the pictures takes seconds.
    made, kept = tmp_path / "made", tmp_path / "kept"
    made.mkdir()
    done = make(str(made), NO_COLOR="1", LC_ALL="C", TERM="dumb", PYTHONHASHSEED="1")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    drawn = pictures(made)
    assert {f"{name}-{size}.svg" for name in SHOWN for size in SIZES} <= set(drawn)
    assert {ET.fromstring(svg).tag for svg in drawn.values()} == {f"{{{FORMAT}}}svg"}

    shutil.copytree(made, kept)
    assert report(differing(made, kept)) == 0
    assert capsys.readouterr().out == ""

    changed = kept / "edit-wide.svg"
    changed.write_bytes(changed.read_bytes().replace(b"587", b"588", 1))
    (kept / "review-80x24.svg").unlink()
    (kept / "removed-screen-wide.svg").write_text("<svg/>", encoding="utf-8")
    done = make("--check", str(kept), TZ="Asia/Tokyo", COLORTERM="", PYTHONHASHSEED="2")
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "edit-wide.svg: differs",
        "removed-screen-wide.svg: left over",
        "review-80x24.svg: missing",
        "Renew them with: python screenshots/make.py",
    ]


@pytest.mark.timeout(180)
def test_a_port_that_is_taken_is_said_in_words(tmp_path: Path) -> None:
    # The lock under which pictures are made, so that no other test needs the port meanwhile; this
    # one's script looks for it elsewhere.
    alone = FileLock(Path(tempfile.gettempdir()) / "smtp-tui-pictures.lock", timeout=120)
    with alone, socket.create_server(("127.0.0.1", PORTS.smtp_port)):
        done = make("--check", TMPDIR=str(tmp_path))
    assert done.returncode == 2
    assert str(PORTS.smtp_port) in done.stderr
    assert "Traceback" not in done.stderr


def test_no_picture_names_an_outside_host() -> None:
    kept = pictures(HERE)
    assert kept
    assert {
        name: outside(svg.decode()) for name, svg in kept.items() if outside(svg.decode())
    } == {}


@pytest.mark.parametrize(
    "svg",
    [
        '<style>@font-face { src: url("https://fonts.example/a.woff2") }</style>',
        '<image xlink:href="//host.example/a.png"/>',
        "<!-- see https://www.example.org -->",
        "<style>@import 'a.css';</style>",
        '<text x="0"><a href="https://host.example">link</a></text>',
    ],
)
def test_what_names_an_outside_host_is_found(svg: str) -> None:
    assert outside(svg)
