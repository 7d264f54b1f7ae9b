"""Small, poor and missing terminals: what is drawn on them, and what a change of size keeps."""

import difflib
import re
import signal
from functools import partial
from pathlib import Path

import pytest

from smtp_tui.cli.exit_codes import ExitCode
from tests.e2e.matrix import KINDS, Kind, locale_directory, terminal_of, walk
from tests.e2e.program import (
    Seed,
    cursor_on,
    edit,
    field,
    listed,
    places,
    program,
    retype,
    says,
    write_profiles,
)
from tests.e2e.terminal import Terminal, installed_program
from tests.failing_sandbox import Sandbox


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_each_kind_of_terminal_shows_what_its_picture_shows(
    kind: Kind, sandbox: Sandbox, seeded: Seed, tmp_path: Path
) -> None:
    locales = None
    if kind.encoding == "latin-1":
        locales = locale_directory(tmp_path)
        if locales is None:
            pytest.skip("localedef or the locale's source is missing: install Debian's locales")
    with terminal_of(kind, sandbox, tmp_path, locales) as terminal:
        seen = walk(terminal, kind.columns)
        terminal.raw.decode(kind.encoding)
        assert not re.search(rb"\\u[0-9a-f]{4}|\\x[0-9a-f]{2}", terminal.raw)
        assert not re.search(rb"\x1b\](?:0|1|2);|\x1bk", terminal.raw), "a title was set"
    kept = kind.path.read_text(encoding="utf-8")
    differs = "\n".join(difflib.unified_diff(kept.split("\n"), seen.split("\n"), lineterm=""))
    assert not differs, f"python -m tests.e2e.matrix makes the pictures anew\n{differs}"


def test_another_size_keeps_focus_cursor_and_text(
    sandbox: Sandbox, seeded: Seed, tmp_path: Path
) -> None:
    with program(sandbox, tmp_path) as terminal:
        terminal.wait_for("SECONDARY")
        terminal.press("down")
        terminal.wait_for(cursor_on("SECONDARY"))
        terminal.resize(20, 60)
        terminal.wait_for(cursor_on("SECONDARY"))
        edit(terminal, "SECONDARY")
        retype(terminal, "Hostname", "mail.example.com")
        terminal.press(*["left"] * 4)
        for rows, columns in ((60, 200), (20, 60), (24, 80)):
            terminal.resize(rows, columns)
            terminal.wait_quiet(0.3)
            terminal.type("x")
        terminal.wait_for(lambda screen: field(screen, "Hostname") == "mail.examplexxx.com")


def test_a_character_that_is_no_utf_8_ends_nothing_and_is_told_of(
    sandbox: Sandbox, seeded: Seed, tmp_path: Path
) -> None:
    with program(sandbox, tmp_path) as terminal:
        terminal.wait_for("SECONDARY")
        terminal.send(b"\xff")
        terminal.wait_for("bytes that are not UTF-8")
        terminal.press("down")
        terminal.wait_for(cursor_on("SECONDARY"))


@pytest.mark.parametrize("term", ["dumb", "unknown"])
def test_on_a_terminal_without_a_cursor_it_says_so_in_one_line(term: str, tmp_path: Path) -> None:
    env = places(tmp_path) | {"TERM": term}
    with Terminal([installed_program()], cwd=tmp_path, env=env) as terminal:
        assert terminal.exit_code() == 2
        assert re.fullmatch(rf"smtp-tui: .*\bTERM={term}\b.*\r\n", terminal.raw.decode())


def test_a_screen_that_would_be_drawn_into_a_file_is_not_drawn(tmp_path: Path) -> None:
    command: list[str | Path] = ["/bin/sh", "-c", 'exec "$0" 2>drawn', installed_program()]
    with Terminal(command, cwd=tmp_path, env=places(tmp_path)) as terminal:
        assert terminal.exit_code() == 2
    assert re.fullmatch(r"smtp-tui: .*\bterminal\b.*\n", (tmp_path / "drawn").read_text())


def test_a_key_that_clashes_is_told_with_its_line_before_anything_is_shown(tmp_path: Path) -> None:
    write_profiles(tmp_path, "schema = 1\n")
    settings = tmp_path / "config" / "config.toml"
    settings.write_text('[keys]\nrecord.edit = "d"\n', encoding="utf-8")
    settings.chmod(0o600)
    with Terminal([installed_program()], cwd=tmp_path, env=places(tmp_path)) as terminal:
        assert terminal.exit_code() == 2
        assert b'config.toml, line 2, column 1: "record.edit" uses the key of' in terminal.raw


def test_a_letter_of_a_latin_1_terminal_is_typed(
    sandbox: Sandbox, seeded: Seed, tmp_path: Path
) -> None:
    kind = next(kind for kind in KINDS if kind.encoding == "latin-1")
    locales = locale_directory(tmp_path)
    if locales is None:
        pytest.skip("localedef or the locale's source is missing: install Debian's locales")
    with terminal_of(kind, sandbox, tmp_path, locales) as terminal:
        terminal.wait_for("SECONDARY")
        terminal.press("/")
        terminal.wait_for("port:587")
        terminal.send("été".encode("latin-1"))
        terminal.wait_for("été")


def told_since(terminal: Terminal, mark: int, screen: str) -> bool:
    words = "Press Enter to return"
    return words.encode() in terminal.bytes_since(mark) and words in screen


def test_a_text_is_shown_plainly_outside_the_screen_until_enter_or_ctrl_c(
    sandbox: Sandbox, seeded: Seed, tmp_path: Path
) -> None:
    with program(sandbox, tmp_path) as terminal:
        terminal.wait_for("SECONDARY")
        terminal.press("y", "tab")
        terminal.wait_for("smtp-tui get")
        for key in ("enter", "ctrl+c"):
            mark = terminal.mark()  # the words of the round before still stand there
            terminal.press("v")
            screen = terminal.wait_for(partial(told_since, terminal, mark))
            assert f"\nsmtp-tui get --profile environment {seeded.primary}\n" in screen
            assert not terminal.in_alternate_screen
            terminal.press(key)
            terminal.wait_for("Copy PRIMARY")
            assert terminal.in_alternate_screen
        terminal.signal(signal.SIGINT)  # heard as before
        assert terminal.exit_code() == ExitCode.INTERRUPTED
        assert terminal.modes_restored() == []


def test_at_home_the_mouse_is_taken_and_a_click_puts_the_cursor_on_a_row(
    sandbox: Sandbox, seeded: Seed, tmp_path: Path
) -> None:
    with program(sandbox, tmp_path) as terminal:
        terminal.wait_for(cursor_on("PRIMARY"))
        assert b"\x1b[?1000h" in terminal.raw
        row = next(at for at, line in enumerate(terminal.lines(), 1) if "SECONDARY" in line)
        terminal.send(b"\x1b[<0;5;%dM\x1b[<0;5;%dm" % (row, row))
        terminal.wait_for(cursor_on("SECONDARY"))
        terminal.press("q")
        assert terminal.exit_code() == 0
        assert terminal.modes_restored() == []


KEYBOARD = "the keyboard protocol is on"


@pytest.mark.parametrize(
    ("env", "settings", "left_on"),
    [
        ({"SSH_CONNECTION": "a 1 b 22"}, "", set()),
        ({"SSH_TTY": "/dev/pts/1"}, "", set()),
        ({"SSH_TTY": "/dev/pts/1"}, "enhanced_keyboard = true", {KEYBOARD}),
        ({"SSH_TTY": "/dev/pts/1"}, "mouse = true", {"mouse"}),
        ({}, "", {KEYBOARD, "mouse"}),
        ({}, "mouse = false\nenhanced_keyboard = false", set()),
    ],
    ids=["ssh", "ssh -t", "ssh, keyboard set", "ssh, mouse set", "home", "home, set off"],
)
def test_only_what_is_set_or_safe_at_home_stays_on_in_the_terminal_of_a_killed_program(
    env: dict[str, str],
    settings: str,
    left_on: set[str],
    sandbox: Sandbox,
    seeded: Seed,
    tmp_path: Path,
) -> None:
    directory = tmp_path / "config"
    directory.mkdir(mode=0o700)
    (directory / "config.toml").write_text(settings, encoding="utf-8")
    (directory / "config.toml").chmod(0o600)
    with program(sandbox, tmp_path, dict(sandbox.environment()) | env) as terminal:
        terminal.wait_for(listed("SECONDARY"))
        terminal.wait_quiet(0.2)
        terminal.signal(signal.SIGKILL)
        terminal.exit_code()
        left = {
            "mouse" if re.search(r"mode 10[01]\d is on", mode) else mode
            for mode in terminal.modes_restored()
        }
    # The screen, the cursor, wrapping and pastes are what a shell or `reset` puts right.
    display = {f"mode {mode} is on" for mode in (1049, 2004)} | {
        *("mode 25 is off", "mode 7 is off", "line settings differ")
    }
    assert left - display == left_on


WRITTEN_OVER = (
    b"\x1b[3;1H\x07Broadcast message from root\r\n\x1b[41mdown at noon\x1b[0m\x1b[24;1H\n\n"
)


def test_what_another_program_wrote_over_the_screen_is_gone_after_a_redraw(
    sandbox: Sandbox, seeded: Seed, tmp_path: Path
) -> None:
    def standing(terminal: Terminal) -> str:
        return re.sub(r"─*( sorted by name · read )\d+s ago", r"\1", terminal.screen_text())

    def restored(before: str, _: str) -> bool:
        return standing(terminal) == before

    with program(sandbox, tmp_path) as terminal:
        for opening, ready in (
            ([], listed("SECONDARY")),
            (["?"], says("search the keys")),
            (["esc", "e"], says("Edit PRIMARY", "ctrl+s")),
        ):
            terminal.press(*opening)
            terminal.wait_for(ready)
            terminal.wait_quiet(0.3)
            before = standing(terminal)
            terminal.write_over(WRITTEN_OVER)
            terminal.wait_for("down at noon")
            terminal.press("ctrl+l")
            terminal.wait_for(partial(restored, before))


def test_a_program_that_was_stopped_unasked_draws_its_screen_anew(
    sandbox: Sandbox, seeded: Seed, tmp_path: Path
) -> None:
    with program(sandbox, tmp_path) as terminal:
        terminal.wait_for(listed("SECONDARY"))
        terminal.press("e")
        terminal.wait_for(says("Edit", "ctrl+s"))
        terminal.wait_quiet(0.5)
        before = terminal.screen_text()
        terminal.signal(signal.SIGSTOP)
        terminal.write_over(WRITTEN_OVER)
        terminal.wait_for("down at noon")
        terminal.signal(signal.SIGCONT)
        terminal.wait_for(lambda screen: screen == before)


def test_a_size_that_came_and_went_unseen_leaves_the_screen_whole(
    sandbox: Sandbox, seeded: Seed, tmp_path: Path
) -> None:
    with program(sandbox, tmp_path) as terminal:
        terminal.wait_for(listed("SECONDARY"))
        terminal.press("e")
        terminal.wait_for(says("Edit", "ctrl+s"))
        terminal.wait_quiet(0.7)
        before = terminal.screen_text()
        terminal.signal(signal.SIGSTOP)
        terminal.resize(5, 20)
        terminal.resize(24, 80)
        assert terminal.screen_text() != before
        terminal.signal(signal.SIGCONT)
        terminal.wait_for(lambda screen: screen == before)
