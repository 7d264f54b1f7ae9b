"""What a terminal sends, cut into keys, pastes and mouse reports.

A terminal sends more than keys: it answers questions, asked by this program or by an earlier one,
and some answers come late or in pieces. So the input is read by the grammar of ECMA-48, in which
every sequence has an end. A whole sequence that is no known key is dropped, never typed.

The class here is pure: bytes go in, tokens come out, and the caller keeps the time.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Final, TypeAlias

from msgspec import Struct

from smtp_tui.ui.terminal.key_names import SAME_KEY, key_name

ESCAPE_SECONDS: Final = 0.1
"""How long the rest of a sequence is waited for after an ESC alone, which is the Escape key."""
ESCAPE_SECONDS_OVER_SSH: Final = 0.5
"""The same over ssh, where a slow line may tear a sequence apart."""
_LONGEST_ESCAPE_SECONDS: Final = 10.0
SEQUENCE_SECONDS: Final = 2.0
"""How long the end of a sequence is waited for that has evidently begun."""
PASTE_SECONDS: Final = 30.0
"""How long a paste may pause before it is given up."""
PASTE_LIMIT: Final = 1_000_000
"""Characters; a longer paste is refused."""


class Press(Struct, frozen=True):
    """A key, by Textual's name, and the character it types or stands for."""

    key: str
    character: str | None = None


class Pasted(Struct, frozen=True):
    """A whole paste, as the terminal sent it."""

    text: str


class Pointer(Struct, frozen=True):
    """A mouse report: the code of buttons and modifiers, and the cell, from 0."""

    code: int
    x: int
    y: int
    released: bool


class SynchronizedOutput(Struct, frozen=True):
    """The terminal says that it can show a frame at once."""


class Unusable(Enum):
    """Input that is dropped, for which the person should know why."""

    ENCODING = "The terminal sent bytes that are no UTF-8; what came with them is not typed."
    PASTE_BROKEN_OFF = "The end of the paste did not arrive, so nothing was pasted."
    PASTE_TOO_LONG = "The pasted text is too long, so nothing was pasted."


Token: TypeAlias = Press | Pasted | Pointer | SynchronizedOutput | Unusable

_ESC: Final = "\x1b"
_TEXT: Final = re.compile(r"[^\x00-\x1f\x7f-\x9f]+")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_UNDECODED: Final = re.compile("[\udc80-\udcff]")
_RXVT_SHIFT: Final = re.compile(r"([0-9]{1,2})\$\Z")  # no sequence, by the grammar
_STRING_STOPS: Final = re.compile(r"[\x00-\x07\x0e-\x1f\x9c]")
_MOUSE: Final = re.compile(r"<(\d{1,5});(\d{1,5});(\d{1,5})")
_MODE: Final = re.compile(r"\?2026;[123]\$")
_PASTE_END: Final = "\x1b[201~"
_INTRODUCERS: Final = "[OP]X^_"
"""CSI, SS3, and the strings: DCS, OSC, SOS, PM and APC."""
_GRAMMAR: Final = {
    "[": (frozenset(map(chr, range(0x20, 0x40))), frozenset(map(chr, range(0x40, 0x7F)))),
    "O": (frozenset("0123456789;"), frozenset(map(chr, range(0x20, 0x7F)))),
}
"""The characters that a sequence has between its introducer and its end, and those that end it."""
_LONGER: Final = {"[": 2, "M": 4}
"""Sequences that go on behind their final character: of the Linux console, of an old mouse."""
_EIGHT_BIT: Final = {
    **{"\x8f": "\x1bO", "\x90": "\x1bP", "\x98": "\x1bX", "\x9b": "\x1b[", "\x9c": "\x1b\\"},
    **{"\x9d": "\x1b]", "\x9e": "\x1b^", "\x9f": "\x1b_"},
}
"""The controls of one character that begin or end a sequence, and their usual form."""

_LETTERS: Final = {
    **{"A": "up", "B": "down", "C": "right", "D": "left", "H": "home", "F": "end"},
    **{"P": "f1", "Q": "f2", "S": "f4"},
}
"""Keys by the last letter of their sequence.

R is F3 only without parameters: with them it is the answer to where the cursor is.
"""
_SS3: Final = _LETTERS | {"M": "enter", "R": "f3"}
_RXVT_ARROWS: Final = {"a": "up", "b": "down", "c": "right", "d": "left"}
_BARE: Final = {"R": "f3"} | {letter: f"shift+{key}" for letter, key in _RXVT_ARROWS.items()}
"""Keys whose sequence has no parameters."""
_CONSOLE: Final = {"[A": "f1", "[B": "f2", "[C": "f3", "[D": "f4", "[E": "f5"}
"""Keys of the Linux console, whose sequences the grammar would end too early."""
_KEYPAD: Final = dict(zip("jklmnopqrstuvwxyX", "*+,-./0123456789=", strict=True))
_NUMBERS: Final = {
    **{1: "home", 2: "insert", 3: "delete", 4: "end", 5: "pageup", 6: "pagedown"},
    **{7: "home", 8: "end", 11: "f1", 12: "f2", 13: "f3", 14: "f4", 15: "f5"},
    **{17: "f6", 18: "f7", 19: "f8", 20: "f9", 21: "f10", 23: "f11", 24: "f12"},
    **{25: "f13", 26: "f14", 28: "f15", 29: "f16", 31: "f17", 32: "f18", 33: "f19", 34: "f20"},
}
"""Keys by the number of their sequence, which ends with ``~``."""
_CODES: Final = {
    **{9: "tab", 13: "enter", 27: "escape", 32: "space", 127: "backspace", 57414: "enter"},
    **{57417: "left", 57418: "right", 57419: "up", 57420: "down", 57421: "pageup"},
    **{57422: "pagedown", 57423: "home", 57424: "end", 57425: "insert", 57426: "delete"},
    **{57363 + number: f"f{number}" for number in range(13, 25)},
}
"""Keys that are no character, by their code in the keyboard protocol of kitty."""
_KEYPAD_CODES: Final = {57399 + place: sign for place, sign in enumerate("0123456789./*-+")} | {
    57415: "=",
    57416: ",",
}
_CHARACTERS: Final = {
    **{"enter": "\r", "tab": "\t", "backspace": "\x7f", "escape": "\x1b", "space": " "},
    **{f"ctrl+{chr(code + 96)}": chr(code) for code in range(1, 27)},
}
"""What Textual has as the character of a key that types no letter or sign."""
_CONTROLS: Final = {
    **{chr(code): f"ctrl+{chr(code + 96)}" for code in range(1, 27)},
    **{"\x00": "ctrl+space", "\x7f": "backspace", "\x1b": "escape", "\x1c": "ctrl+backslash"},
    **{"\x1d": "ctrl+right_square_bracket", "\x1e": "ctrl+circumflex_accent"},
    "\x1f": "ctrl+underscore",
}
_MODIFIERS: Final = ("shift", "alt", "ctrl", "super", "hyper", "meta")
_SHIFT: Final = 1
_ALT: Final = 2
_CTRL: Final = 4
_RELEASED: Final = 3


def escape_seconds(environ: Mapping[str, str], *, over_ssh: bool) -> float:
    """How long to wait after an ESC: ``ESCDELAY`` in milliseconds, as for curses programs."""
    told = environ.get("ESCDELAY", "")
    if told.isascii() and told.isdigit():
        return min(max(int(told[:9]), 1) / 1000, _LONGEST_ESCAPE_SECONDS)
    return ESCAPE_SECONDS_OVER_SSH if over_ssh else ESCAPE_SECONDS


class TerminalInput:
    """Takes bytes in pieces of any size and returns tokens; keeps what is not complete yet."""

    def __init__(self, encoding: str = "utf-8", escape_wait: float = ESCAPE_SECONDS) -> None:
        self._encoding = encoding
        self._escape_wait = escape_wait
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._begun = ""
        self._escape_apart = False
        self._in_string = False
        self._in_paste = False
        self._paste_too_long = False

    @property
    def patience(self) -> float | None:
        """Seconds to wait for more before :meth:`give_up`; None if nothing has begun."""
        if self._in_paste:
            return PASTE_SECONDS
        if self._in_string or len(self._begun) > 1:
            return SEQUENCE_SECONDS
        if self._begun or self._decoder.getstate()[0]:
            return self._escape_wait
        return None

    def feed(self, data: bytes) -> list[Token]:
        """The tokens that are complete with these bytes, in order."""
        if self._begun == _ESC and not self._in_string:
            self._escape_apart = True
        text = self._begun + self._decoder.decode(data)
        tokens: list[Token] = []
        at = 0
        while at < len(text):
            end = self._take(text, at, tokens)
            if end is None:
                break
            at = end
        if at:
            self._escape_apart = False
        self._begun = text[at:]
        return tokens

    def give_up(self) -> list[Token]:
        """The tokens for a beginning whose rest did not come."""
        begun, apart = self._begun, self._escape_apart
        undecoded = self._decoder.decode(b"", final=True)
        self._begun, self._escape_apart = "", False
        if self._in_paste:
            self._in_paste = False
            return [Unusable.PASTE_BROKEN_OFF]
        if self._in_string:
            self._in_string = False
            return []
        tokens: list[Token] = []
        if begun == _ESC:
            tokens.append(_press("escape"))
        elif len(begun) == 2 and apart:
            tokens += [_press("escape"), *_typed(begun[1])]
        elif len(begun) == 2:
            tokens += _with_alt(begun[1])
        if undecoded:
            tokens += self._text(undecoded)
        return tokens

    def _take(self, text: str, at: int, tokens: list[Token]) -> int | None:
        """Take what begins at a place; return its end, or None if the rest has yet to come."""
        if self._in_paste:
            return self._take_paste(text, at, tokens)
        if self._in_string:
            return self._take_string(text, at)
        if found := _TEXT.match(text, at):
            tokens += self._text(found[0])
            return found.end()
        character = text[at]
        if character == _ESC:
            return self._take_sequence(text, at, tokens)
        if character in _EIGHT_BIT:
            usual = _EIGHT_BIT[character] + text[at + 1 :]
            end = self._take_sequence(usual, 0, tokens)
            return None if end is None else at + end - 1
        if character in _CONTROLS:
            tokens.append(_press(_CONTROLS[character]))
        return at + 1

    def _text(self, text: str) -> Iterator[Token]:
        readable = self._decoded(text)
        if readable is None:
            yield Unusable.ENCODING
        else:
            yield from _typed(readable)

    def _decoded(self, text: str) -> str | None:
        """The text, decoded by the locale if it is no UTF-8; None if that fails too."""
        if not _UNDECODED.search(text):
            return text
        data = text.encode("utf-8", "surrogateescape")
        try:
            found = data.decode(self._encoding)
        except (UnicodeDecodeError, LookupError):
            return None
        return found if _TEXT.fullmatch(found) or self._in_paste else None

    def _take_paste(self, text: str, at: int, tokens: list[Token]) -> int | None:
        """Take a paste whole; of one that is too long, keep only what may be its end."""
        end = text.find(_PASTE_END, at)
        if end < 0:
            if len(text) - at <= PASTE_LIMIT:
                return None
            self._paste_too_long = True
            return len(text) - len(_PASTE_END) + 1
        if self._paste_too_long or end - at > PASTE_LIMIT:
            tokens.append(Unusable.PASTE_TOO_LONG)
        else:
            pasted = self._decoded(text[at:end])
            tokens.append(Unusable.ENCODING if pasted is None else Pasted(pasted))
        self._in_paste = False
        return end + len(_PASTE_END)

    def _take_string(self, text: str, at: int) -> int | None:
        """Drop what a string holds, to its end, or to a control that cannot stand in one."""
        stop = _STRING_STOPS.search(text, at)
        if stop is None:
            return len(text)
        if stop[0] == _ESC:
            if stop.end() == len(text):
                return None if stop.start() == at else stop.start()
            self._in_string = False
            return stop.end() + 1 if text[stop.end()] == "\\" else stop.start()
        self._in_string = False
        return stop.end() if stop[0] in "\x07\x18\x1a\x9c" else stop.start()

    def _take_sequence(self, text: str, at: int, tokens: list[Token]) -> int | None:
        """Take a sequence, or Escape, or a key with alt."""
        kind = text[at + 1 : at + 2]
        if not kind or (kind in _INTRODUCERS and len(text) == at + 2):
            return None
        if kind in "[O":
            return self._take_control(kind, text, at + 2, tokens)
        if kind in _INTRODUCERS:
            self._in_string = True
        elif kind == _ESC or (at == 0 and self._escape_apart):
            # Two keys of a person. A key with alt comes in one piece.
            self._escape_apart = False
            tokens.append(_press("escape"))
            return at + 1
        else:
            tokens += _with_alt(kind)
        return at + 2

    def _take_control(self, kind: str, text: str, at: int, tokens: list[Token]) -> int | None:
        """Take a control sequence (CSI, SS3) from behind its introducer."""
        if kind == "[" and text[at] in _LONGER:
            return _take_longer(text, at, tokens)
        if kind == "[" and (shifted := _RXVT_SHIFT.match(text, at)):
            tokens += _named(_NUMBERS.get(int(shifted[1])), _SHIFT)
            return shifted.end()
        parameters, finals = _GRAMMAR[kind]
        end = next((end for end in range(at, len(text)) if text[end] not in parameters), None)
        if end is None:
            return None
        body, final = text[at:end], text[end]
        if final not in finals:
            return end  # broken off by something else
        if kind == "O":
            tokens += _keypad_key(body, final)
        elif body + final == "200~":
            self._in_paste, self._paste_too_long = True, False
        else:
            tokens += _meaning(body, final)
        return end + 1


def _take_longer(text: str, at: int, tokens: list[Token]) -> int | None:
    """Take a sequence that goes on behind its final character, to a control at most."""
    end = at + _LONGER[text[at]]
    if control := _CONTROL.search(text, at, end):
        return control.start()
    tokens += _named(_CONSOLE.get(text[at:end]), 0)
    return end if end <= len(text) else None


def _keypad_key(body: str, final: str) -> Iterator[Press]:
    """The key of a sequence that a keypad sends (SS3), or nothing."""
    fields = _parameters(body) or [[0]]
    modifiers = _bits(fields[-1][0])
    if modifiers is None:
        return
    if final in _KEYPAD:
        yield from _typed(_KEYPAD[final])
    elif final in _RXVT_ARROWS:
        yield from _named(_RXVT_ARROWS[final], _CTRL)
    else:
        yield from _named(_SS3.get(final), modifiers)


def _meaning(body: str, final: str) -> Iterator[Token]:
    """What a control sequence says: a key, the mouse, the one reply that is used, or nothing."""
    if final in "Mm" and (mouse := _MOUSE.fullmatch(body)):
        code, x, y = map(int, mouse.groups())
        if x and y:
            yield Pointer(code, x - 1, y - 1, final == "m")
    elif final == "y" and _MODE.fullmatch(body):
        yield SynchronizedOutput()
    else:
        yield from _keys_of(body, final)


def _keys_of(body: str, final: str) -> Iterator[Press]:
    """The key of a control sequence, or nothing."""
    fields = _parameters(body)
    if fields is None or len(fields) > 3:
        return
    number, *more = fields[0]
    event = fields[1][1] if len(fields) > 1 and len(fields[1]) > 1 else 0
    modifiers = _bits(fields[1][0] if len(fields) > 1 else 0)
    if modifiers is None or event == _RELEASED:
        return
    if final == "u":
        yield from _key_of_code(number, more, modifiers, fields[2] if len(fields) > 2 else [])
    elif final == "~" and number == 27 and len(fields) == 3:  # xterm's modifyOtherKeys
        yield from _key_of_code(fields[2][0], [], modifiers, [])
    elif final in "~^@" and len(fields) < 3:
        rxvt = {"~": 0, "^": 4, "@": 5}[final]
        yield from _named(_NUMBERS.get(number), modifiers | rxvt)
    elif final == "Z":
        yield from _named("tab", modifiers | _SHIFT)
    elif not body and final in _BARE:
        yield _press(_BARE[final])
    elif final in _LETTERS and len(fields) < 3:
        if len(fields) == 1:  # older terminals have the modifiers alone
            modifiers = _bits(number) or 0
        yield from _named(_LETTERS[final], modifiers)


def _parameters(body: str) -> list[list[int]] | None:
    """The numbers between ``;`` and ``:``, 0 for a blank; None if there is anything else."""
    fields = [field.split(":") for field in body.split(";")]
    numbers = [part for field in fields for part in field if part]
    if not all(part.isascii() and part.isdigit() and len(part) <= 7 for part in numbers):
        return None
    return [[int(part or 0) for part in field] for field in fields]


def _bits(modifiers: int) -> int | None:
    """The modifiers of a report as bits, without the locks; None if the number is none of them."""
    return (max(modifiers, 1) - 1) & 63 if modifiers <= 256 else None


def _key_of_code(code: int, more: list[int], modifiers: int, text: list[int]) -> Iterator[Press]:
    """A key of kitty's keyboard protocol: ``more`` are its shifted code and its base layout's."""
    commands = modifiers & ~(_SHIFT | _ALT)
    if code in _CODES:
        yield from _named(_CODES[code], modifiers)
        return
    character = _KEYPAD_CODES.get(code) or _character(code)
    typed = [_character(code) for code in text if code]
    if not character or not all(typed):
        return
    if typed and not commands:
        yield from _typed("".join(typed))
    elif modifiers & ~_SHIFT:
        base = _character(more[1]) if len(more) > 1 else ""
        if base.isascii() and base and not character.isascii():
            character = base  # the letter that the key has in the Latin layout
        yield _press(_joined(key_name(character.lower()), modifiers))
    else:
        shifted = _character(more[0]) if more else ""
        yield from _typed((shifted or character.upper()) if modifiers else character)


def _character(code: int) -> str:
    """The printable character of a code; blank if there is none, or the code is of another key."""
    if not 32 < code <= 0x10FFFF or 0xD800 <= code <= 0xF8FF:
        return ""
    return chr(code) if chr(code).isprintable() else ""


def _typed(text: str) -> Iterator[Press]:
    for character in text:
        yield Press("space" if character == " " else key_name(character), character)


def _with_alt(character: str) -> Iterator[Press]:
    """The key of ESC with a character at once; with a backslash it is the end of a lost string."""
    if character == "\\":
        return
    if character in _CONTROLS:
        *modifiers, key = _press(_CONTROLS[character]).key.split("+")
        yield _press("+".join([*sorted(["alt", *modifiers]), key]))
    elif character.isupper() and len(character.lower()) == 1:
        yield _press(f"alt+shift+{key_name(character.lower())}")
    else:
        yield _press(f"alt+{key_name(character)}")


def _named(key: str | None, modifiers: int) -> Iterator[Press]:
    if key is not None:
        yield _press(_joined(key, modifiers))


def _joined(key: str, modifiers: int) -> str:
    held = sorted(name for bit, name in enumerate(_MODIFIERS) if modifiers >> bit & 1)
    return "+".join([*held, key])


def _press(key: str) -> Press:
    """A key by its name, or by that of the key which most terminals send for it."""
    key = SAME_KEY.get(key, key)
    return Press(key, _CHARACTERS.get(key))
