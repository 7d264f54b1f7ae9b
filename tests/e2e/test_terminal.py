"""The driver itself, tried on small programs, so that a story that fails is the story's fault."""

import re
import signal
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.e2e.emulator import Emulator
from tests.e2e.keys import encode
from tests.e2e.terminal import Terminal

SMALL_APP = """
from textual.app import App
from textual.widgets import Input, Static

class Small(App):
    BINDINGS = [("ctrl+s", "save", "Save"), ("escape", "leave", "Leave")]

    def compose(self):
        yield Input(id="name")
        yield Static("nothing yet", id="said", markup=False)

    def say(self, text):
        self.query_one("#said", Static).update(text)

    def action_save(self):
        self.say("saved " + self.query_one(Input).value)

    def action_leave(self):
        self.exit(return_code=7)

    def on_resize(self, event):
        self.say(f"size {event.size.height}x{event.size.width}")

app = Small()
app.run()
raise SystemExit(app.return_code)
"""


def python(program: str, cwd: Path, **env: str) -> Terminal:
    """A terminal in which this Python runs `program`."""
    return Terminal([sys.executable, "-c", program], cwd=cwd, env=env)


def test_a_textual_app_is_driven_by_keys_and_leaves_the_terminal_as_it_was(tmp_path: Path) -> None:
    with python(SMALL_APP, tmp_path) as terminal:
        terminal.wait_for("size 24x80")
        assert terminal.in_alternate_screen
        assert terminal.modes_restored() != []
        terminal.type("mail-relay")
        terminal.press("left", "backspace", "end", "ctrl+s")
        terminal.wait_for("saved mail-rely")
        terminal.resize(20, 60)
        terminal.wait_for("size 20x60")
        terminal.wait_gone("saved")
        assert max(len(line) for line in terminal.lines()) <= 60
        terminal.press("escape")
        assert terminal.exit_code() == 7
        assert terminal.modes_restored() == []
        assert not terminal.in_alternate_screen


def test_a_program_that_dies_is_told_by_what_it_left_behind(tmp_path: Path) -> None:
    with python(SMALL_APP, tmp_path) as terminal:
        terminal.wait_for("size 24x80")
        terminal.signal(signal.SIGKILL)
        assert terminal.exit_code() == -signal.SIGKILL
        left = terminal.modes_restored()
        assert "mode 1049 is on" in left
        assert "mode 25 is off" in left
        assert "mode 2004 is on" in left
        assert "the keyboard protocol is on" in left
        assert "line settings differ" in left


def test_what_stood_before_the_alternate_screen_stands_after_it(tmp_path: Path) -> None:
    program = r"""
print("prompt$ program")
print("\033[?1049h\033[Hinside", end="", flush=True)
input()
print("\033[?1049lone plain line")
"""
    with python(program, tmp_path) as terminal:
        terminal.wait_for("inside")
        assert "prompt" not in terminal.screen_text()
        terminal.press("enter")
        assert terminal.exit_code() == 0
        assert terminal.lines()[:2] == ["prompt$ program", "one plain line"]


def test_a_wait_that_fails_shows_the_screen(tmp_path: Path) -> None:
    with python("print('all there is'); input()", tmp_path) as terminal:
        terminal.wait_for("all there is")
        with pytest.raises(AssertionError, match=r"(?s)not seen: 'more'.*all there is"):
            terminal.wait_for("more", timeout=0.2)
        with pytest.raises(AssertionError, match=r"(?s)still there.*all there is"):
            terminal.wait_gone("all", timeout=0.2)
        with pytest.raises(AssertionError, match=r"(?s)still running.*all there is"):
            terminal.exit_code(timeout=0.2)


def test_a_wait_for_a_program_that_ended_does_not_wait_the_time_out(tmp_path: Path) -> None:
    with (
        python("print('bye'); raise SystemExit(3)", tmp_path) as terminal,
        pytest.raises(AssertionError, match=r"(?s)ended with 3.*bye"),
    ):
        terminal.wait_for("never", timeout=60)


def test_waits_take_a_text_a_pattern_or_a_function(tmp_path: Path) -> None:
    with python("print('port 587'); input()", tmp_path) as terminal:
        assert "port 587" in terminal.wait_for("port")
        assert "port 587" in terminal.wait_for(re.compile(r"port \d+$", re.MULTILINE))
        assert "port 587" in terminal.wait_for(lambda screen: terminal.lines()[0] == "port 587")


def test_the_environment_is_what_was_asked_for_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAM_BEARER_TOKEN", "from-outside")
    program = "import os; print(os.environ.get('CAM_BEARER_TOKEN'), os.environ['NO_COLOR'])"
    with python(program, tmp_path, NO_COLOR="1") as terminal:
        terminal.wait_for("None 1")
        assert terminal.exit_code() == 0


def test_bytes_are_counted_from_a_mark(tmp_path: Path) -> None:
    with python("print('one'); input(); print('two')", tmp_path) as terminal:
        terminal.wait_for("one")
        mark = terminal.mark()
        terminal.press("enter")
        assert terminal.exit_code() == 0
        assert terminal.bytes_since(mark) == b"\r\ntwo\r\n"
        assert terminal.raw == b"one\r\n\r\ntwo\r\n"


def test_a_signal_reaches_the_program(tmp_path: Path) -> None:
    program = (
        "import signal, sys; signal.signal(signal.SIGHUP, lambda *_: sys.exit(129));"
        " print('ready'); signal.pause()"
    )
    with python(program, tmp_path) as terminal:
        terminal.wait_for("ready")
        terminal.signal(signal.SIGHUP)
        assert terminal.exit_code() == 129


def test_questions_are_answered_as_a_terminal_does() -> None:
    emulator = Emulator(24, 80)
    assert emulator.feed(b"\x1b[c") == b"\x1b[?62;22c"
    assert emulator.feed(b"\x1b[3;4H\x1b[6n\x1b[5n") == b"\x1b[3;4R\x1b[0n"
    assert emulator.feed(b"\x1b[?2026$p") == b"\x1b[?2026;0$y"
    assert emulator.feed(b"\x1b[?25l\x1b[?25$p") == b"\x1b[?25;2$y"


@given(
    pieces=st.lists(
        st.sampled_from(
            [
                *(b"plain", "漢字é".encode(), b"\x1b[2;3H", b"\x1b[38;2;1;2;3mred\x1b[0m"),
                *(b"\x1b[>13u", b"\x1b[<u", b"\x1b[?2026$p", b"\x1b]52;c;YWJj\x07", b"\x1b[6n"),
                *(b"\x1b]0;a title\x1b\\", b"\x1b[?1049h", b"\x1b[?1049l", b"\r\n", b"\x1b[K"),
            ]
        )
    ),
    data=st.data(),
)
def test_output_cut_anywhere_gives_the_same_screen(
    pieces: list[bytes], data: st.DataObject
) -> None:
    output = b"".join([*pieces, b"\x1b[10;1Hlast"])
    whole, cut = Emulator(10, 40), Emulator(10, 40)
    answers = whole.feed(output)
    place = data.draw(st.integers(0, len(output)))
    assert cut.feed(output[:place]) + cut.feed(output[place:]) == answers
    assert cut.screen.display == whole.screen.display
    assert cut.modes == whole.modes
    assert whole.screen.display[9].startswith("last")
    assert not any(mark in "\n".join(whole.screen.display) for mark in ("$", "]52", "title", "<u"))


def test_a_key_that_does_not_exist_is_refused() -> None:
    assert (encode("ctrl+s"), encode("shift+tab"), encode("é")) == (b"\x13", b"\x1b[Z", b"\xc3\xa9")
    with pytest.raises(ValueError, match="no such key: 'retrun'"):
        encode("retrun")
