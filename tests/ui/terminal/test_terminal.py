"""What a poor terminal is sent instead, the way of a copy, and when modes are switched on."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping

import pytest
from rich.cells import cell_len

from smtp_tui.ui.terminal.clipboard import (
    LIMIT,
    THROUGH_SCREEN,
    THROUGH_TMUX,
    TO_THE_TERMINAL,
    TOO_LONG,
    wrapped,
)
from smtp_tui.ui.terminal.driver import STAND_INS, drawable
from smtp_tui.ui.terminal.over_ssh import switched_on

DRAWN = "╭─╮│…·→▌▲▼✓✗“•”漢é"


@pytest.mark.parametrize(
    ("encodings", "term", "shown"),
    [
        ({"UTF-8"}, "xterm-256color", DRAWN),
        ({"ISO-8859-1", "iso8859-1"}, "xterm", '+-+|~·>>^v+x"*"??é'),
        ({"ANSI_X3.4-1968", "utf-8"}, "xterm", '+-+|~->>^v+x"*"???'),
        ({"utf-8"}, "linux", "┌─┐│~·→▌▲▼+x“•”漢é"),
    ],
)
def test_what_a_terminal_lacks_is_shown_by_a_sign_of_the_same_width(
    encodings: set[str], term: str, shown: str
) -> None:
    text = drawable(DRAWN, encodings, term)
    assert text == shown
    assert cell_len(text) == cell_len(DRAWN)


def test_each_stand_in_is_ascii_and_as_wide_as_what_it_stands_for() -> None:
    assert all(sign.isascii() for sign in STAND_INS.values())
    assert [cell_len(sign) for sign in STAND_INS.values()] == list(map(cell_len, STAND_INS))


@pytest.mark.parametrize(
    ("environ", "words"),
    [({}, TO_THE_TERMINAL), ({"TMUX": "/tmp/x"}, THROUGH_TMUX), ({"STY": "1.p"}, THROUGH_SCREEN)],
)
def test_a_copy_arrives_whole_through_what_stands_between(
    environ: Mapping[str, str], words: str
) -> None:
    text = "curl 'https://cam.example.com/é' " * 40
    copy = f"\x1b]52;c;{base64.b64encode(text.encode()).decode()}\x07"
    sent, said = wrapped(copy, environ)
    assert said == words
    strings = re.findall(r"\x1bP(.*?)(?<!\x1b)\x1b\\", sent, re.DOTALL)
    if "TMUX" in environ:
        assert sent.startswith(copy)
        assert [text.removeprefix("tmux;").replace("\x1b\x1b", "\x1b") for text in strings] == [
            copy
        ]
    elif "STY" in environ:
        assert "".join(strings) == copy
        assert max(map(len, strings)) <= 256
    else:
        assert sent == copy


@pytest.mark.parametrize("environ", [{}, {"TMUX": "/tmp/x"}, {"STY": "1.p"}])
def test_what_is_too_long_for_a_clipboard_is_not_sent_in_part(environ: Mapping[str, str]) -> None:
    assert wrapped("\x1b]52;c;" + "A" * LIMIT + "\x07", environ) == ("", TOO_LONG)


@pytest.mark.parametrize(
    ("setting", "environ", "taken"),
    [
        (None, {}, True),
        (None, {"SSH_CONNECTION": "a 1 b 22"}, False),
        (None, {"SSH_TTY": "/dev/pts/1"}, False),
        (True, {"SSH_CONNECTION": "a 1 b 22"}, True),
        (False, {}, False),
    ],
)
def test_what_stays_on_after_a_dropped_line_is_switched_on_as_set_else_at_home_only(
    setting: bool | None, environ: Mapping[str, str], taken: bool
) -> None:
    assert switched_on(setting, environ) is taken
