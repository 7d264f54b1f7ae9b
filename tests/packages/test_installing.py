"""The README's ways to install the program, each in an empty home without internet."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from smtp_tui.cli.completion import SHARE
from tests.house.blocks import named
from tests.house.share import share
from tests.packages.host import WHEELHOUSE, Host, is_there, wheel

pytestmark = [
    pytest.mark.skipif(not is_there(), reason="no new build/wheelhouse: `.ci/run` makes it"),
    pytest.mark.timeout(180),
]
PLACES = {
    "install with pipx": ".local/bin/smtp-tui",
    "install with uv": ".local/bin/smtp-tui",
    "install with pip": ".local/share/smtp-tui/bin/smtp-tui",
}
"""Where each line of the README puts the program, below the home."""


@pytest.fixture
def host(tmp_path: Path) -> Host:
    """A host with nothing but Python, pipx and uv."""
    return Host(tmp_path)


def install(host: Host, line: str) -> None:
    """Run a line that has to succeed."""
    done = host.run(line)
    assert done.returncode == 0, done.stderr


def shown_to_man_and_shells(program: Path) -> bool:
    """Whether the completions and the man page are installed with a program."""
    top = program.resolve().parent.parent / "share"
    return all((top / path.relative_to(SHARE)).is_file() for path in share())


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("install with pipx", "checkout"),
        ("install with pipx", "wheel"),
        ("install with uv", "checkout"),
        ("install with uv", "wheel"),
        ("install with pip", "checkout"),  # from wheels it installs in the test of the wheelhouse
    ],
)
def test_a_line_of_the_readme_installs_a_program_whose_demo_starts(
    host: Host, name: str, source: str
) -> None:
    line = named("command")[name]
    assert "'.[sandbox]'" in line
    install(host, line.replace("'.[", f"'{wheel()}[") if source == "wheel" else line)
    host.demo(host.home / PLACES[name])
    assert shown_to_man_and_shells(host.home / PLACES[name])
    if name == "install with pipx":
        assert (host.home / ".local/share/man/man1/smtp-tui.1").exists()


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("pipx install {wheel}", PLACES["install with pipx"]),
        ("pipx install -e .", PLACES["install with pipx"]),
        ("uv tool install -q {wheel}", PLACES["install with uv"]),
        ("uv tool install -q .", PLACES["install with uv"]),
        ("python3 -m venv ~/v && ~/v/bin/pip install -q smtp-tui", "v/bin/smtp-tui"),
        ("uv venv -q ~/v && uv pip install -q -p ~/v -e .", "v/bin/smtp-tui"),
    ],
)
def test_a_program_without_the_sandbox_says_the_command_that_adds_it(
    host: Host, line: str, place: str
) -> None:
    install(host, line.format(wheel=wheel()))
    lacking = host.run(f"~/{place} sandbox")  # which needs no terminal
    assert lacking.returncode == 2
    said, hint = lacking.stderr.splitlines()
    assert said.endswith("install it:")
    install(host, hint)
    host.demo(host.home / place)
    assert shown_to_man_and_shells(host.home / place)


def test_a_wheelhouse_is_all_that_a_host_without_internet_needs(host: Host, tmp_path: Path) -> None:
    carried = tmp_path / "carried"
    shutil.copytree(WHEELHOUSE, carried / "wheelhouse")
    done = host.run(named("command")["install from a wheelhouse"], cwd=carried)
    assert done.returncode == 0, done.stderr
    host.demo(carried / "smtp-tui" / "bin" / "smtp-tui")
