"""Bytes from a terminal: keys and pastes are told apart from all else, however they arrive."""

from __future__ import annotations

import string
import time
from collections.abc import Iterable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from textual.events import Key, MouseDown, MouseEvent, MouseUp, Paste
from textual.message import Message
from textual.messages import TerminalSupportsSynchronizedOutput

from smtp_tui.ui.terminal.reader import (
    BAD_ENCODING,
    ESCAPE_SECONDS,
    PASTE_BROKEN_OFF,
    PASTE_LIMIT,
    PASTE_SECONDS,
    PASTE_TOO_LONG,
    SEQUENCE_SECONDS,
    TerminalReader,
    Told,
    escape_seconds,
)

LONGEST_NAME = 60


def read(*pieces: bytes, encoding: str = "utf-8") -> list[Message]:
    """What comes of these reads, the last of which is followed by silence."""
    source = TerminalReader(encoding)
    events = [event for piece in pieces for event in source.feed(piece)]
    if source.patience is not None:
        events += source.give_up()
    assert source.patience is None
    return events


def pressed(events: Iterable[Message]) -> list[str]:
    """The names of the keys; anything else is an error."""
    found = list(events)
    assert all(isinstance(event, Key) for event in found), found
    return [event.key for event in found if isinstance(event, Key)]


def came(events: Iterable[Message]) -> list[str]:
    """The names of keys, what is pasted in quotes, and what the person is told."""
    words = []
    for event in events:
        match event:
            case Key(key=key):
                words.append(key)
            case Paste(text=text):
                words.append(repr(text))
            case Told(words=told):
                words.append(told)
            case _:
                words.append(type(event).__name__)
    return words


KEYS = {
    **{b"a": "a", b"A": "A", b" ": "space", b"/": "slash", b"-": "minus", b"@": "at"},
    **{b"?": "question_mark", "é".encode(): "é", "у".encode(): "у", "§".encode(): "section_sign"},
    **{b"\r": "enter", b"\n": "enter", b"\t": "tab", b"\x7f": "backspace", b"\x08": "backspace"},
    **{b"\x00": "ctrl+space", b"\x03": "ctrl+c", b"\x13": "ctrl+s", b"\x1a": "ctrl+z"},
    **{b"\x1c": "ctrl+backslash", b"\x1f": "ctrl+underscore", b"\x1b": "escape"},
    **{b"\x1b[A": "up", b"\x1bOB": "down", b"\x1b[1;2C": "shift+right", b"\x1b[1;5D": "ctrl+left"},
    **{b"\x1b[5D": "ctrl+left", b"\x1bOd": "ctrl+left", b"\x1b[d": "shift+left"},
    **{b"\x1b[H": "home", b"\x1bOF": "end", b"\x1b[1~": "home", b"\x1b[4~": "end"},
    **{b"\x1b[7~": "home", b"\x1b[8~": "end", b"\x1b[7$": "shift+home", b"\x1b[8^": "ctrl+end"},
    **{b"\x1b[2~": "insert", b"\x1b[3~": "delete", b"\x1b[3;2~": "shift+delete"},
    **{b"\x1b[3^": "ctrl+delete", b"\x1b[3@": "ctrl+shift+delete", b"\x1b[5~": "pageup"},
    **{b"\x1b[6~": "pagedown", b"\x1b[Z": "shift+tab", b"\x1b\t": "shift+tab"},
    **{b"\x1bOP": "f1", b"\x1b[[A": "f1", b"\x1b[11~": "f1", b"\x1b[P": "f1", b"\x1b[[E": "f5"},
    **{b"\x1bOR": "f3", b"\x1b[R": "f3", b"\x1b[13~": "f3", b"\x1b[15~": "f5", b"\x1b[24~": "f12"},
    **{b"\x1b[1;2P": "shift+f1", b"\x1b[15;5~": "ctrl+f5", b"\x1b[34~": "f20"},
    **{b"\x1bOM": "enter", b"\x1bOj": "asterisk", b"\x1bOp": "0", b"\x1bOy": "9"},
    **{b"\x1bx": "alt+x", b"\x1bP": "alt+shift+p", b"\x1b\x7f": "ctrl+w", b"\x1bb": "ctrl+left"},
    **{b"\x1b\x01": "alt+ctrl+a", b"\x1b[1;3D": "alt+left", b"\x1b\r": "alt+enter"},
    # kitty's keyboard protocol
    **{b"\x1b[27u": "escape", b"\x1b[13u": "enter", b"\x1b[9;2u": "shift+tab"},
    **{b"\x1b[127u": "backspace", b"\x1b[127;1:1u": "backspace", b"\x1b[127;2u": "backspace"},
    **{b"\x1b[127;3u": "ctrl+w", b"\x1b[97u": "a", b"\x1b[97;2u": "A", b"\x1b[97:65;2u": "A"},
    **{b"\x1b[49:33;2u": "exclamation_mark", b"\x1b[99;5u": "ctrl+c", b"\x1b[99;69u": "ctrl+c"},
    **{b"\x1b[115;5:2u": "ctrl+s", b"\x1b[97:65;6u": "ctrl+shift+a", b"\x1b[32;5u": "ctrl+space"},
    **{b"\x1b[104;5u": "backspace", b"\x1b[105;5u": "tab", b"\x1b[109;5u": "enter"},
    **{b"\x1b[91;5u": "escape", b"\x1b[97;;97u": "a", b"\x1b[57400u": "1", b"\x1b[57419u": "up"},
    **{b"\x1b[57376u": "f13", b"\x1b[57414u": "enter", b"\x1b[1;1:1A": "up"},
    **{b"\x1b[1089::99;5u": "ctrl+c", b"\x1b[1099:1067:115;5u": "ctrl+s", b"\x1b[1089u": "с"},
    **{b"\x1b[1089::99;;1089u": "с", b"\x1b[1079::112;3u": "alt+p", b"\x1b[1089;5u": "ctrl+с"},
    **{b"\x1b[27;5;115~": "ctrl+s", b"\x1b[27;5;105~": "tab"},
}
"""What terminals send for keys: xterm, VTE, the Linux console, rxvt, tmux, kitty."""

REPLIES = {
    "what it is (DA1)": b"\x1b[?61;4;6;7c",
    "what it is (DA2)": b"\x1b[>41;390;0c",
    "what it is (DA3)": b"\x1bP!|7E565445\x1b\\",
    "its name (XTVERSION)": b"\x1bP>|WezTerm 2024 \x1b\\",
    "its parameters (DECREPTPARM)": b"\x1b[2;1;1;112;112;1;0x",
    "a capability (XTGETTCAP)": b"\x1bP1+r544e=787465726d\x1b\\",
    "a setting (DECRQSS)": b"\x1bP1$r0;1;31m\x1b\\",
    "a mode (DECRPM)": b"\x1b[?1004;2$y",
    "an ANSI mode (DECRPM)": b"\x1b[12;2$y",
    "it works (DSR)": b"\x1b[0n",
    "the printer (DSR)": b"\x1b[?13n",
    "light or dark": b"\x1b[?997;1n",
    "the cursor (CPR)": b"\x1b[24;80R",
    "the cursor, where it looks like shift and F3": b"\x1b[1;2R",
    "the cursor, extended (DECXCPR)": b"\x1b[?1;1;1R",
    "the size in cells": b"\x1b[8;24;80t",
    "the size in pixels": b"\x1b[4;600;800t",
    "the size, unasked": b"\x1b[48;24;80;600;800t",
    "the window is no icon": b"\x1b[1t",
    "the keyboard protocol": b"\x1b[?25u",
    "xterm's modifier settings": b"\x1b[>4;2m",
    "the focus comes": b"\x1b[I",
    "the focus goes": b"\x1b[O",
    "a colour": b"\x1b]4;1;rgb:cdcd/0000/0000\x1b\\",
    "the foreground": b"\x1b]10;rgb:ffff/ffff/ffff\x07",
    "the background": b"\x1b]11;rgb:0000/0000/0000\x1b\\",
    "the clipboard": b"\x1b]52;c;ZG9uJ3QgdHlwZSBtZQ==\x1b\\",
    "the title": b"\x1b]lquit now\x1b\\",
    "the title, in UTF-8": "\x1b]l漢字 é\x1b\\".encode(),
    "the icon's title": b"\x1b]Lquit\x1b\\",
    "a picture (APC)": b"\x1b_Gi=31;OK\x1b\\",
    "a private message (PM)": b"\x1b^delete it\x1b\\",
    "a string (SOS)": b"\x1bXdelete it\x1b\\",
    "a string with line ends": b"\x1bP1$r\r\n\tq\x1b\\",
    "eight-bit controls": "\x9b?61;4c".encode(),
    "an eight-bit string": "\x9d11;rgb:0/0/0\x9c".encode(),
    "the end of a string": b"\x1b\\",
    "the end of a paste that never began": b"\x1b[201~",
    "an old mouse report": b"\x1b[M !!",
    "a mouse report of urxvt": b"\x1b[35;10;10M",
    "a mouse report outside the window": b"\x1b[<35;-1;-5M",
    "a key let go": b"\x1b[97;1:3u",
    "a key of no character": b"\x1b[1114112u",
    "half a character": b"\x1b[55296u",
    "a modifier alone": b"\x1b[57441;2u",
    "a volume key": b"\x1b[57438u",
    "a number without end": b"\x1b[" + b"9" * 6_000 + b"u",
    "a code of nothing": b"\x1b[0u",
    "a key of too many parts": b"\x1b[97;1;97;97u",
    "a text of no character": b"\x1b[97;1;1114112u",
    "the 5 of a keypad": b"\x1b[E",
}
"""What terminals answer and report, and broken reports of keys: none of it is a key."""


@pytest.mark.parametrize("sent", KEYS, ids=repr)
def test_a_key_of_any_terminal_has_one_name(sent: bytes) -> None:
    assert pressed(read(sent)) == [KEYS[sent]]


@pytest.mark.parametrize("sent", KEYS, ids=repr)
def test_a_key_torn_apart_is_the_same_key(sent: bytes) -> None:
    text = sent.decode()
    lone = text.startswith("\x1b") and len(text) == 2  # with alt, which only its haste tells
    if not lone:
        assert pressed(read(*[sent[at : at + 1] for at in range(len(sent))])) == [KEYS[sent]]


@pytest.mark.parametrize("reply", REPLIES)
def test_a_reply_of_the_terminal_is_no_key_however_it_is_torn_apart(reply: str) -> None:
    sent = REPLIES[reply]
    assert read(sent) == []
    assert pressed(read(b"a" + sent + b"b")) == ["a", "b"]
    assert pressed(read(sent * 3 + b"b")) == ["b"]
    if len(sent) < 100 and sent != b"\x1b\\":  # apart these are two keys
        assert read(*[sent[at : at + 1] for at in range(len(sent))]) == []
        for place in range(1, len(sent)):
            assert read(sent[:place], sent[place:]) == [], place


@given(st.lists(st.sampled_from([*REPLIES.values()])), st.data(), st.sampled_from(["é", "x", "\r"]))
def test_replies_in_a_row_cut_anywhere_are_no_keys(
    replies: list[bytes], data: st.DataObject, key: str
) -> None:
    sent = b"".join(reply for reply in replies if len(reply) < 100) + key.encode()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(sent)), max_size=5)))
    pieces = [sent[a:b] for a, b in zip([0, *cuts], [*cuts, len(sent)], strict=True)]
    found = pressed(read(*pieces))
    assert found[-1] == {"\r": "enter"}.get(key, key)
    # an ESC and a backslash that arrive apart can be two keys
    assert set(found[:-1]) <= {"escape", "backslash"}


@given(st.sampled_from("P]X^_"), st.text(st.characters(exclude_categories=["Cc", "Cs"])))
def test_a_string_of_any_text_is_swallowed(introducer: str, text: str) -> None:
    assert read(f"\x1b{introducer}{text}\x1b\\".encode()) == []
    assert pressed(read(f"\x1b{introducer}{text}x\x07y".encode())) == ["y"]


BODY = st.text([chr(code) for code in range(0x20, 0x40)], max_size=12)


@given(BODY, st.sampled_from([chr(code) for code in range(0x40, 0x7F)]))
@example("127;1:1", "u")
@example("1114112", "u")
@example("", "[")
def test_a_control_sequence_is_at_most_one_key_and_types_only_what_it_reports(
    body: str, final: str
) -> None:
    events = read(f"\x1b[{body}{final}".encode())
    if (body, final) == ("200", "~"):
        assert came(events) == [PASTE_BROKEN_OFF]
        return
    keys = [event for event in events if isinstance(event, Key)]
    typed = [key for key in keys if key.is_printable]
    assert len(events) <= 1 or (final == "u" and body.count(";") == 2)  # with the text it types
    assert not typed or final in "u~"


ANY = st.one_of(
    st.binary(),
    st.lists(
        st.one_of(
            st.sampled_from([*KEYS, *REPLIES.values(), b"\x1b[200~", b"\x1b[201~"]),
            st.sampled_from([b"\x1b", b"\x1b[", b"\x1bP", b";", b":", b"u", b"~", b"1", b"\xff"]),
            st.binary(max_size=4),
        )
    ).map(b"".join),
)


@given(st.lists(ANY), st.sampled_from(["utf-8", "ascii", "iso-8859-1", "gbk"]), st.data())
def test_no_bytes_raise_anything_and_each_key_can_be_taken(
    pieces: list[bytes], encoding: str, data: st.DataObject
) -> None:
    source = TerminalReader(encoding)
    events: list[Message] = []
    for piece in pieces:
        events += source.feed(piece)
        if data.draw(st.booleans()):
            events += source.give_up()
            assert source.patience is None
    for event in events:
        if isinstance(event, Key):
            assert event.key
            assert len(event.key) < LONGEST_NAME
            assert event.character is None or len(event.character) == 1
            (event.character or "").encode()
        elif isinstance(event, Paste):
            event.text.encode()
        elif isinstance(event, MouseEvent):
            assert event.x >= 0 <= event.y
    source.give_up()
    assert pressed(source.feed(b"x")) == ["x"], "nothing is left behind"


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"])), st.data())
def test_text_arrives_letter_by_letter_wherever_it_is_cut(text: str, data: st.DataObject) -> None:
    sent = text.encode()
    place = data.draw(st.integers(0, len(sent)))
    found = read(sent[:place], sent[place:])
    assert "".join(key.character or "" for key in found if isinstance(key, Key)) == text
    assert len(found) == len(text)


@given(st.text(st.characters(exclude_categories=["Cs"])), st.data())
def test_a_paste_is_one_piece_with_all_it_holds_wherever_it_is_cut(
    text: str, data: st.DataObject
) -> None:
    sent = f"\x1b[200~{text}\x1b[201~q".encode()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(sent)), max_size=4)))
    pieces = [sent[a:b] for a, b in zip([0, *cuts], [*cuts, len(sent)], strict=True)]
    held, _, rest = text.partition("\x1b[201~")
    found = read(*pieces)
    assert isinstance(found[0], Paste)
    assert found[0].text == held
    if not rest:
        assert pressed(found[1:]) == ["q"]


def test_a_paste_without_an_end_is_given_up_and_keys_work_again() -> None:
    source = TerminalReader()
    assert source.feed(b"\x1b[200~half a token") == []
    assert source.patience == PASTE_SECONDS
    assert came(source.give_up()) == [PASTE_BROKEN_OFF]
    assert pressed(source.feed(b"q")) == ["q"]


def test_a_paste_that_is_too_long_is_refused_whole() -> None:
    sent = b"x" * 4_096
    source = TerminalReader()
    assert source.feed(b"\x1b[200~") == []
    for _ in range(PASTE_LIMIT // len(sent) + 1):
        assert source.feed(sent) == []
    assert came(source.feed(b"\x1b[201~q")) == [PASTE_TOO_LONG, "q"]


@pytest.mark.parametrize(
    ("encoding", "sent", "words"),
    [
        ("utf-8", b"\xff", [BAD_ENCODING]),
        ("utf-8", b"a\xe9b\r", [BAD_ENCODING, "enter"]),
        ("ascii", b"\xe9", [BAD_ENCODING]),
        ("iso-8859-1", b"\xe9t\xe9", ["é", "t", "é"]),
        ("iso-8859-1", "é".encode(), ["é"]),
        ("iso-8859-1", b"\x9b", [BAD_ENCODING]),
        ("utf-8", b"\x1b[200~a\xff\x1b[201~", [BAD_ENCODING]),
        ("iso-8859-1", b"\x1b[200~\xe9\n\x1b[201~", ["'é\\n'"]),
    ],
)
def test_bytes_that_are_no_utf_8_are_taken_in_the_locales_encoding_or_told_of(
    encoding: str, sent: bytes, words: list[str]
) -> None:
    assert came(read(sent, encoding=encoding)) == words


@pytest.mark.parametrize(
    ("pieces", "keys"),
    [
        ([b"\x1b", b"q"], ["escape", "q"]),
        ([b"\x1b", b"[D"], ["left"]),
        ([b"\x1b", b"[", b"D"], ["left"]),
        ([b"\x1b", b"P"], ["escape", "P"]),
        ([b"\x1b", b"\x1b", b"[D"], ["escape", "left"]),
        ([b"\x1b\x1b"], ["escape", "escape"]),
        ([b"\x1bq"], ["alt+q"]),
        ([b"\x1b[1"], []),
        ([b"\x1bP>|Wez"], []),
        ([b"\x1bPab\x03"], ["ctrl+c"]),
        ([b"\x1bPab\x1bOA"], ["up"]),
        ([b"\x1b[12\r"], ["enter"]),
        ([b"\x1b[M\x1b[A"], ["up"]),
        ([b"\x1b[[\x1b[A"], ["up"]),
    ],
)
def test_escape_is_told_from_the_beginning_of_a_sequence(
    pieces: list[bytes], keys: list[str]
) -> None:
    assert pressed(read(*pieces)) == keys


@pytest.mark.parametrize(
    ("begun", "seconds"),
    [
        (b"", None),
        (b"a", None),
        (b"\x1b", ESCAPE_SECONDS),
        (b"\xd1", ESCAPE_SECONDS),
        (b"\x1b[", SEQUENCE_SECONDS),
        (b"\x1b]11;rgb", SEQUENCE_SECONDS),
        (b"\x1b[200~", PASTE_SECONDS),
    ],
)
def test_only_what_has_begun_is_waited_for(begun: bytes, seconds: float | None) -> None:
    source = TerminalReader()
    source.feed(begun)
    assert source.patience == seconds


@pytest.mark.parametrize(
    ("environ", "over_ssh", "seconds"),
    [
        ({}, False, 0.1),
        ({}, True, 0.5),
        ({"ESCDELAY": "25"}, True, 0.025),
        ({"ESCDELAY": "1000"}, False, 1.0),
        ({"ESCDELAY": "0"}, False, 0.001),
        ({"ESCDELAY": "9" * 5_000}, False, 10.0),
        ({"ESCDELAY": "soon"}, True, 0.5),
        ({"ESCDELAY": "-1"}, False, 0.1),
    ],
)
def test_the_wait_after_an_escape_is_longer_over_ssh_and_can_be_set(
    environ: dict[str, str], over_ssh: bool, seconds: float
) -> None:
    assert escape_seconds(environ, over_ssh=over_ssh) == seconds


def test_the_mouse_and_the_one_answer_that_is_used_are_told() -> None:
    down, up = read(b"\x1b[<0;5;7M\x1b[<0;5;7m")
    assert isinstance(down, MouseDown)
    assert isinstance(up, MouseUp)
    assert [(event.x, event.y, event.button) for event in (down, up)] == [(4, 6, 1)] * 2
    (answer,) = read(b"\x1b[?2026;2$y")
    assert isinstance(answer, TerminalSupportsSynchronizedOutput)
    assert read(b"\x1b[?2026;0$y") == []


def test_reading_a_key_costs_less_than_a_tenth_of_a_millisecond() -> None:
    source = TerminalReader()
    keys = [letter.encode() for letter in string.ascii_letters] + [b"\x1b[B", b"\x1b[97;5u"] * 20
    started = time.process_time()
    for key in keys * 20:
        source.feed(key)
    assert time.process_time() - started < len(keys) * 20 / 10_000
