"""What stands on the screen is not sent again, and the screen never differs for it."""

from collections.abc import Iterable

import pyte
from hypothesis import example, given, settings
from hypothesis import strategies as st

from smtp_tui.ui.terminal.frame_diff import FrameDiff, Look

SIZE = COLUMNS, LINES = 24, 4
AT_HOME = "\x1b[1;1H"

LOOKS = st.sampled_from(
    ["", "1", "7", "39;49", "2;39;49", "1;36;49", "44", "1;97;44", "4;31", "38;2;39;49;1;48;5;49"]
)
WORDS = st.text(st.sampled_from("ab ─é日"), min_size=1, max_size=5)
BLANKS = st.integers(1, COLUMNS).map(lambda columns: " " * columns)
RUNS = st.lists(st.tuples(LOOKS, WORDS | BLANKS), min_size=1, max_size=4)
PLACES = st.tuples(st.integers(1, LINES), st.integers(1, COLUMNS))
Piece = tuple[tuple[int, int], list[tuple[str, str]]]
PIECES = st.lists(st.tuples(PLACES, RUNS), max_size=5).map(sorted)
FRAMES = st.lists(st.tuples(PIECES, st.booleans()), max_size=8)


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


def fitting(pieces: Iterable[Piece]) -> list[Piece]:
    """The pieces that end on the screen."""
    return [
        (place, runs)
        for place, runs in pieces
        if place[1] - 1 + sum(len(words) + words.count("日") for _, words in runs) <= COLUMNS
    ]


def changes(diff: FrameDiff, *frames: str, size: tuple[int, int] = SIZE) -> str:
    """What is sent of these frames together."""
    for each in frames:
        assert diff.take(each, size)
    return diff.changes()


class Shown:
    """A terminal, told all of it or only the changes."""

    def __init__(self) -> None:
        self.screen = pyte.Screen(COLUMNS, LINES)
        self.screen.reset_mode(7, private=True)  # a line does not run over, as in the program
        self.stream = pyte.Stream(self.screen)

    def cells(self) -> list[list[object]]:
        """All that can be seen: each cell with its look, of a blank only what it shows."""
        buffer = self.screen.buffer
        return [[seen(buffer[y][x]) for x in range(COLUMNS)] for y in range(LINES)]

    @property
    def look(self) -> pyte.screens.Char:
        """How the next character would look."""
        return self.screen.cursor.attrs


def seen(cell: pyte.screens.Char) -> object:
    marked = cell.reverse or cell.underscore or cell.strikethrough or cell.blink
    return cell if marked or cell.data != " " else cell.bg


@settings(max_examples=200, deadline=None)
@given(FRAMES)
@example([([((2, 1), [("44", "b"), ("", " " * 23)])], True)])  # the rest of a line is erased
@example([([((2, 1), [("", " " * 23 + "z")])], True)])  # and something stands behind it
@example([([((2, 1), [("7", "a"), ("1", "b")])], True)])  # a look ends as another begins
def test_the_screen_is_the_same_as_if_all_were_sent(
    frames: list[tuple[list[Piece], bool]],
) -> None:
    whole, changed, diff = Shown(), Shown(), FrameDiff()
    box: Piece = ((2, 1), [("36", "│"), ("", "a box of words, filled"), ("36", "│")])
    for pieces, at_once in [([box, ((3, 1), box[1])], True), *frames]:
        sent = frame(*fitting(pieces))
        whole.stream.feed(sent)
        assert diff.take(sent, SIZE)
        if at_once:
            changed.stream.feed(diff.changes())
            assert changed.cells() == whole.cells()
            assert changed.look == Shown().look
    changed.stream.feed(diff.changes())
    assert changed.cells() == whole.cells()
    assert changes(diff, AT_HOME) == ""


def test_a_frame_that_stands_there_is_not_sent_again() -> None:
    diff = FrameDiff()
    sent = frame(((2, 3), [("1", "name"), ("", " x")]))
    assert changes(diff, sent) == "\x1b[2;3H\x1b[1mname \x1b[mx" + AT_HOME
    assert changes(diff, sent) == ""


def test_of_a_line_only_the_cells_that_differ_are_sent() -> None:
    diff = FrameDiff()
    changes(diff, frame(((2, 1), [("1", "ab"), ("", "cd"), ("7", "ef")])))
    sent = changes(diff, frame(((2, 1), [("1", "ab"), ("", "cd"), ("7", "eg")])))
    assert sent == "\x1b[2;6H\x1b[7mg\x1b[m" + AT_HOME


def test_a_look_is_sent_once_and_blanks_between_need_none_of_their_own() -> None:
    diff = FrameDiff()
    runs = [("36;49", "│"), ("36;49", "─"), ("39;49", "  "), ("1;36;49", "esc"), ("39;49", " Go")]
    sent = changes(diff, frame(((2, 1), runs)))
    assert sent == "\x1b[2H\x1b[36m│─  \x1b[1mesc \x1b[mGo" + AT_HOME


def test_what_frames_change_together_is_sent_once() -> None:
    diff = FrameDiff()
    first, second = (frame(((2, 1), [("", text)])) for text in ("old words", "new words"))
    assert changes(diff, first, second) == "\x1b[2Hnew words" + AT_HOME


def test_blanks_are_erased_and_what_stands_behind_them_is_drawn_again() -> None:
    diff = FrameDiff()
    words, blanks = "words that fill the box", " " * 23
    changes(diff, frame(((2, 1), [("", words), ("36", "│")])))
    sent = changes(diff, frame(((2, 1), [("49", blanks), ("36", "│")])))
    assert sent == "\x1b[2H\x1b[K\x1b[23C\x1b[36m│\x1b[m" + AT_HOME


def test_blanks_in_a_colour_are_written_as_not_every_terminal_erases_in_one() -> None:
    diff = FrameDiff()
    for look in ("44", "7", "4"):
        sent = changes(diff, frame(((2, 1), [(look, " " * COLUMNS)])))
        assert sent == f"\x1b[2H\x1b[{look}m{' ' * COLUMNS}\x1b[m{AT_HOME}"


def test_all_is_sent_again_after_a_resize_and_when_the_screen_was_not_ours() -> None:
    diff = FrameDiff()
    sent = frame(((2, 3), [("1", "name")]))
    first = changes(diff, sent)
    assert changes(diff, sent, size=(COLUMNS + 1, LINES)) == first
    assert not diff.take("\x1b[?1049h", SIZE)
    assert changes(diff, sent, size=(COLUMNS + 1, LINES)) == first


def test_what_was_not_sent_yet_when_the_screen_was_forgotten_is_sent_all_the_same() -> None:
    diff = FrameDiff()
    diff.take(frame(((2, 3), [("", "name")])), SIZE)
    diff.forget()
    assert "name" in changes(diff, AT_HOME)


def test_a_frame_larger_than_the_screen_is_not_sent_and_leaves_nothing_known() -> None:
    diff = FrameDiff()
    first, crowded = frame(((4, 1), [("", "a")])), frame(((5, 1), [("", "b")]))
    sent = changes(diff, first)
    assert changes(diff, crowded) == ""
    assert changes(diff, first) == sent


def test_a_line_with_characters_of_another_width_is_always_sent() -> None:
    diff = FrameDiff()
    sent = frame(((1, 1), [("", "日本")]), ((2, 1), [("", "e\u0301")]))
    changes(diff, sent)
    assert changes(diff, sent) == sent.replace("\n", "")


def test_what_is_no_frame_is_not_taken() -> None:
    for data in ("\x1b[?25l", "\x1b]52;c;YQ==\x07", "", "plain"):
        diff = FrameDiff()
        assert not diff.take(data, SIZE)
        assert diff.changes() == ""


def test_a_look_adds_to_the_one_before_or_begins_anew_if_something_ends() -> None:
    before = Look.of("1;36;49")
    assert Look.of("1;4;33;49").after(before) == "\x1b[4;33m"
    assert Look.of("1;36;48;2;39;49;7").after(before) == "\x1b[48;2;39;49;7m"
    assert Look.of("2;36").after(before) == "\x1b[;2;36m"
    assert Look.of("1;39").after(before) == "\x1b[;1m"
    assert Look.of("39;49").after(before) == "\x1b[m"
    assert Look.of("36;1;49").after(before) == ""
