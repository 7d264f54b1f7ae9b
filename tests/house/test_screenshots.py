"""The pictures can be trusted: made anew they are the same, and a changed one is found."""

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

import pytest
from filelock import FileLock

from screenshots.make import SHEET, differing, pictures, report
from screenshots.pictures import PICTURES, Drawing, Look, Size, drawings, sheet
from screenshots.stage import words
from screenshots.starts import MAIL
from screenshots.story import PORTS, SCENES
from tests.house.tree import ROOT

HERE = ROOT / "screenshots"
LARGEST = 60_000
"""Bytes of a picture."""
FORMAT = "http://www.w3.org/2000/svg"
"""The name of the format; nothing is fetched from it."""


def make(*arguments: str, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the script as a person does, in an environment of their own."""
    command = [sys.executable, str(HERE / "make.py"), *arguments]
    env = os.environ | environment
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)


def outside(svg: str) -> list[str]:
    """What in a picture names another host or something to be fetched.

    What the screen shows is left out: it is drawn, not followed.
    """
    markup = re.sub(r"(<text [^>]*>)[^<]*(?=</text>)", r"\1", svg)
    found = re.findall(r"\w+://[^\s\"'<>)]*|url\((?!#)[^)]*\)|@import|href=|src:", markup)
    return [one for one in found if one != FORMAT]


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_pictures_made_anew_are_the_same_and_the_check_names_what_is_not_current(
    tmp_path: Path,
) -> None:
    # One test, because each making of the pictures takes seconds.
    made, kept = tmp_path / "made", tmp_path / "kept"
    made.mkdir()
    some = ("--only", "connections", "start-problem")
    done = make(str(made), *some, NO_COLOR="1", LC_ALL="C", TERM="dumb", PYTHONHASHSEED="1")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    drawn = pictures(made)
    named = [each.file for each in drawings() if each.picture in some]
    assert drawn.keys() == {SHEET, *named}
    assert {ET.fromstring(drawn[name]).tag for name in named} == {f"{{{FORMAT}}}svg"}

    shutil.copytree(made, kept)
    changed = kept / "connections-120x40.svg"
    changed.write_bytes(changed.read_bytes().replace(b"localhost", b"localhoax", 1))
    (kept / "connections-80x24-light.svg").unlink()
    (kept / SHEET).write_text("# None\n", encoding="utf-8")
    done = make("--check", str(kept), *some, TZ="Asia/Tokyo", COLORTERM="", PYTHONHASHSEED="2")
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "all.md: differs",
        "connections-120x40.svg: differs",
        "connections-80x24-light.svg: missing",
        "Renew them with: python screenshots/make.py",
    ]


def test_drawing_leaves_nothing_in_the_directory_it_was_started_in(tmp_path: Path) -> None:
    made, started = tmp_path / "made", tmp_path / "started"
    started.mkdir()
    # That picture writes a file of profiles.
    done = make(str(made), "--only", "start-problem", cwd=started)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert [*started.iterdir()] == []


def test_a_picture_that_is_made_no_more_is_left_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made, kept = tmp_path / "made", tmp_path / "kept"
    for directory in (made, kept):
        directory.mkdir()
        (directory / "connections-80x24.svg").write_text("<svg/>", encoding="utf-8")
    assert report(differing(made, kept)) == 0
    (kept / "removed-screen-80x24.svg").write_text("<svg/>", encoding="utf-8")
    assert report(differing(made, kept)) == 1
    assert "removed-screen-80x24.svg: left over\n" in capsys.readouterr().out


@pytest.mark.timeout(180)
def test_a_port_that_is_taken_is_said_in_words(tmp_path: Path) -> None:
    # The lock under which pictures are made, so that no other test needs the port meanwhile; this
    # one's script looks for it elsewhere.
    port = PORTS[Size.SMALL, Look.TERMINAL]
    directory = Path(tempfile.gettempdir())
    alone = FileLock(directory / f"smtp-tui-pictures-{port}.lock", timeout=120)
    with alone, socket.create_server(("127.0.0.1", port + MAIL)):
        done = make("--check", "--only", "start-problem", TMPDIR=str(tmp_path))
    assert done.returncode == 2
    assert str(port + MAIL) in done.stderr
    assert "Traceback" not in done.stderr


def test_each_picture_of_the_table_has_one_scene() -> None:
    given = Counter(name for scene in SCENES for name in scene.gives)
    assert given == Counter(name for part in PICTURES.values() for name in part)


def test_the_pictures_that_are_kept_are_those_of_the_table_and_none_is_large() -> None:
    kept = pictures(HERE)
    assert kept.keys() == {SHEET, *(each.file for each in drawings())}
    assert {name: len(svg) for name, svg in kept.items() if len(svg) > LARGEST} == {}


def test_the_page_of_all_pictures_shows_each_once() -> None:
    shown = re.findall(r"!\[[^]]+\]\(([^)]+)\)", sheet())
    assert Counter(shown) == Counter(each.file for each in drawings())


def test_a_picture_in_colour_has_the_colours_of_a_terminal_and_one_without_has_none() -> None:
    kept = pictures(HERE)
    for name in ("connections", "edit", "review", "test-rejected"):
        assert colours(kept[f"{name}-80x24.svg"]), name
        assert colours(kept[f"{name}-80x24-light.svg"]), name
        assert colours(kept[f"{name}-80x24-no-colour.svg"]) == set(), name


def test_what_is_drawn_in_other_looks_too_says_the_same_words_there() -> None:
    kept = pictures(HERE)
    looked_at = [name for part in PICTURES.values() for name in part if part[name].in_all_looks]
    assert len(looked_at) >= 6
    for name in looked_at:
        files = [Drawing(name, Size.SMALL, look).file for look in Look]
        terminal, *others = (without_ports(words(kept[file].decode())) for file in files)
        assert [*others] == [terminal, terminal], name


def without_ports(text: str) -> str:
    """The text without blanks, and without the ports of the sandbox, of which each look has its
    own; a heavy frame, which is the focus without colours, like any other."""
    return re.sub(r"\s|27[0-9]{3}", "", text.translate(str.maketrans("┏┓┗┛━┃", "╭╮╰╯─│")))


def colours(svg: bytes) -> set[str]:
    """The colours in a picture of a terminal that are no grey; the buttons of its frame are not
    counted."""
    drawn = re.findall(rb"fill[=:] ?\"?#([0-9a-f]{6})", svg)
    found = {number.decode() for number in drawn} - {"ff5f57", "febc2e", "28c840"}
    return {each for each in found if len({each[:2], each[2:4], each[4:]}) > 1}


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
