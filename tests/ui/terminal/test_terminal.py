"""What a poor terminal is sent instead, the way of a copy, and when modes are switched on."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping

import pytest
from rich.cells import cell_len

from smtp_tui.ui.terminal.clipboard import LIMIT, Way, way, wrapped
from smtp_tui.ui.terminal.driver import STAND_INS, drawable, switched_on

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
    ("environ", "by"),
    [({}, Way.TERMINAL), ({"TMUX": "/tmp/tmux"}, Way.TMUX), ({"STY": "1.pts"}, Way.SCREEN)],
)
def test_a_copy_arrives_whole_through_what_stands_between(
    environ: Mapping[str, str], by: Way
) -> None:
    text = "curl 'https://cam.example.com/é' " * 40
    copy = f"\x1b]52;c;{base64.b64encode(text.encode()).decode()}\x07"
    assert way(environ) is by
    sent = wrapped(copy, by)
    strings = re.findall(r"\x1bP(.*?)(?<!\x1b)\x1b\\", sent, re.DOTALL)
    if by is Way.TMUX:
        assert sent.startswith(copy)
        assert [text.removeprefix("tmux;").replace("\x1b\x1b", "\x1b") for text in strings] == [
            copy
        ]
    elif by is Way.SCREEN:
        assert "".join(strings) == copy
        assert max(map(len, strings)) <= 256
    else:
        assert sent == copy


@pytest.mark.parametrize("by", Way)
def test_what_is_too_long_for_a_clipboard_is_not_sent_in_part(by: Way) -> None:
    assert wrapped("\x1b]52;c;" + "A" * LIMIT + "\x07", by) == ""


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
