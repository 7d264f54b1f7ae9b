"""What stands on the screen is not sent again, and the screen never differs for it."""

import pyte
from hypothesis import given, settings
from hypothesis import strategies as st

from smtp_tui.ui.terminal.frame_diff import FrameDiff

SIZE = COLUMNS, LINES = 12, 4
AT_HOME = "\x1b[1;1H"

LOOKS = st.sampled_from(["", "1", "7", "2;39;49"])
WORDS = st.text(st.sampled_from("ab ─é日"), min_size=1, max_size=5)
RUNS = st.lists(st.tuples(LOOKS, WORDS), min_size=1, max_size=3)
PLACES = st.tuples(st.integers(1, LINES), st.integers(1, COLUMNS))
Piece = tuple[tuple[int, int], list[tuple[str, str]]]
FRAMES = st.lists(st.lists(st.tuples(PLACES, RUNS), max_size=4).map(sorted), max_size=6)


def run(look: str, words: str) -> str:
    return f"\x1b[{look}m{words}\x1b[0m" if look else words


def frame(*pieces: Piece) -> str:
    """Pieces of lines as Textual sends them, from the top, then the cursor's place."""
    sent, line = "", 0
    for (y, x), runs in pieces:
        sent += "\n" if line not in (0, y) else ""
        sent += f"\x1b[{y};{x}H" + "".join(run(look, words) for look, words in runs)
        line = y
    return sent + AT_HOME


class Shown:
    """A terminal, told all of it or only the changes."""

    def __init__(self) -> None:
        self.screen = pyte.Screen(COLUMNS, LINES)
        self.screen.reset_mode(7, private=True)  # a line does not run over, as in the program
        self.stream = pyte.Stream(self.screen)

    def cells(self) -> list[list[object]]:
        """Each cell with its look."""
        buffer = self.screen.buffer
        return [[buffer[y][x] for x in range(COLUMNS)] for y in range(LINES)]


@settings(max_examples=60, deadline=None)
@given(FRAMES)
def test_the_screen_is_the_same_as_if_all_were_sent(frames: list[list[Piece]]) -> None:
    whole, changed, diff = Shown(), Shown(), FrameDiff()
    for pieces in frames:
        fitting = [
            piece
            for piece in pieces
            if piece[0][1] + sum(2 * len(w) for _, w in piece[1]) <= COLUMNS
        ]
        sent = frame(*fitting)
        whole.stream.feed(sent)
        changed.stream.feed(diff.changes(sent, SIZE))
    assert changed.cells() == whole.cells()
    assert diff.changes(AT_HOME, SIZE) == ("" if frames else AT_HOME)


def test_a_frame_that_stands_there_is_not_sent_again() -> None:
    diff = FrameDiff()
    sent = frame(((2, 3), [("1", "name"), ("", " x")]))
    assert diff.changes(sent, SIZE) == sent
    assert diff.changes(sent, SIZE) == ""


def test_of_a_line_only_the_runs_that_differ_are_sent() -> None:
    diff = FrameDiff()
    diff.changes(frame(((2, 1), [("1", "ab"), ("", "cd"), ("7", "ef")])), SIZE)
    sent = diff.changes(frame(((2, 1), [("1", "ab"), ("", "cd"), ("1", "ef")])), SIZE)
    assert sent == "\x1b[2;5H\x1b[1mef\x1b[0m" + AT_HOME


def test_all_is_sent_again_after_a_resize_and_when_the_screen_was_not_ours() -> None:
    diff = FrameDiff()
    sent = frame(((2, 3), [("1", "name")]))
    diff.changes(sent, SIZE)
    assert diff.changes(sent, (COLUMNS + 1, LINES)) == sent
    diff.changes("\x1b[?1049h", (COLUMNS + 1, LINES))
    assert diff.changes(sent, (COLUMNS + 1, LINES)) == sent


def test_a_frame_larger_than_the_screen_leaves_nothing_known() -> None:
    diff = FrameDiff()
    first, crowded = frame(((4, 1), [("", "a")])), frame(((5, 1), [("", "b")]))
    diff.changes(first, SIZE)
    assert diff.changes(crowded, SIZE) == crowded
    assert diff.changes(first, SIZE) == first.removesuffix(AT_HOME) + AT_HOME


def test_a_line_with_characters_of_another_width_is_always_sent() -> None:
    diff = FrameDiff()
    sent = frame(((1, 1), [("", "日本")]), ((2, 1), [("", "e\u0301")]))
    diff.changes(sent, SIZE)
    assert diff.changes(sent, SIZE).replace("\n", "") == sent.replace("\n", "")


def test_what_is_no_frame_is_sent_as_it_is() -> None:
    for data in ("\x1b[?25l", "\x1b]52;c;YQ==\x07", "", "plain"):
        assert FrameDiff().changes(data, SIZE) == data
