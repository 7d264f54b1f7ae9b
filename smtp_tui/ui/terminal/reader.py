"""What a terminal sends, read as Textual's events: keys, pastes and the mouse.

A terminal sends more than keys: it answers questions, asked by this program or by an earlier one,
and some answers come late or in pieces. So the input is read by the grammar of ECMA-48, in which
every sequence has an end. A whole sequence that is no known key is dropped, never typed.

The class here is pure: bytes go in, events come out, and the caller keeps the time.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from textual import events
from textual.message import Message
from textual.messages import TerminalSupportsSynchronizedOutput

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
BAD_ENCODING: Final = "The terminal sent bytes that are not UTF-8; they were ignored."
PASTE_BROKEN_OFF: Final = "The end of the paste did not arrive, so nothing was pasted."
PASTE_TOO_LONG: Final = "The pasted text is too long, so nothing was pasted."


class Told(Message):
    """What the terminal has to tell the person."""

    def __init__(self, words: str, *, bad: bool = False) -> None:
        super().__init__()
        self.words = words
        self.bad = bad


class CopyTold(Told):
    """Which way a copied text went, or why it was not sent: the end of a sentence."""


_ESC: Final = "\x1b"
_PASTE: Final = "\x1b[200~"
_PASTE_END: Final = "\x1b[201~"
_INTRODUCERS: Final = "[OP]X^_"
"""CSI, SS3, and the strings: DCS, OSC, SOS, PM and APC."""
_EIGHT_BIT: Final = dict(zip("\x9b\x8f\x90\x9d\x98\x9e\x9f\x9c", f"{_INTRODUCERS}\\", strict=True))
"""The controls of one character that stand for ESC and another one."""
_WHOLE: Final = re.compile(
    r"""
    (?P<text> [^\x00-\x1f\x7f-\x9f]+ )
    | (?P<control> [\x00-\x1a\x1c-\x1f\x7f-\x9f] )
    | \x1b (?P<sequence>
        \[\[ [^\x00-\x1f\x7f]             # a key of the Linux console
        | \[M [^\x00-\x1f\x7f]{3}         # an old mouse report
        | \[ [0-9]{1,2} \$ \Z             # rxvt's keys with shift, which end too early
        | (?: \[(?![\[M]) | O ) [\x20-\x3f]*+ [\x40-\x7e]
        | [P\]X^_] [^\x00-\x07\x0e-\x1f\x9c]*+ (?: \x1b\\ | [\x07\x18\x1a\x9c] )
    )
    | \x1b (?:                            # broken off by something else
        \[ (?: \[ | M [^\x00-\x1f\x7f]{0,2}+ ) (?= [\x00-\x1f\x7f] )
        | [\[O] [\x20-\x3f]*+ (?= [^\x20-\x7e] )
        | [P\]X^_] [^\x00-\x07\x0e-\x1f\x9c]*+ (?= \x1b[^\\] | [\x00-\x07\x0e-\x1a\x1c-\x1f] )
    )
    | \x1b (?P<with_alt> [^\[OP\]X^_\x1b] )
    | (?P<alone> \x1b ) (?= \x1b )
    """,
    re.VERBOSE,
)
"""What is complete, at any place; where nothing matches, the rest has yet to come."""
_STRING_BODY: Final = re.compile(r"(?<=\A\x1b[P\]X^_].)[^\x00-\x07\x0e-\x1f\x9c]+", re.DOTALL)
_READABLE: Final = re.compile(r"[^\x00-\x1f\x7f-\x9f]+")
_UNDECODED: Final = re.compile("[\udc80-\udcff]")
_MOUSE: Final = re.compile(r"\[<(\d{1,5});(\d{1,5});(\d{1,5})([Mm])")
_MODE: Final = re.compile(r"\[\?2026;[123]\$y")
_KEY: Final = re.compile(
    r"""
    [\[O] (?P<number> \d{0,7} ) (?: : (?P<shifted> \d{0,7} ) )? (?: : (?P<base> \d{0,7} ) )?
    (?P<more> ; (?P<held> \d{0,3} ) (?: : (?P<event> \d ) )? )? (?: ; (?P<text> [\d:]{0,99} ) )?
    (?P<final> [^\d:;] )
    """,
    re.VERBOSE,
)
"""A report of a key: numbers between ``;`` and ``:``, and the character that ends it."""

_EXACT: Final = {
    **{"[R": "f3", "[a": "shift+up", "[b": "shift+down", "[c": "shift+right", "[d": "shift+left"},
    **{"Oa": "ctrl+up", "Ob": "ctrl+down", "Oc": "ctrl+right", "Od": "ctrl+left"},
    **{"[[A": "f1", "[[B": "f2", "[[C": "f3", "[[D": "f4", "[[E": "f5"},
}
"""Keys whose sequence has no parameters: of many terminals, of rxvt, of the Linux console.

F3 only, since with parameters it is the answer to where the cursor is.
"""
_LETTERS: Final = {
    **{"A": "up", "B": "down", "C": "right", "D": "left", "H": "home", "F": "end"},
    **{"P": "f1", "Q": "f2", "S": "f4", "Z": "shift+tab"},
}
"""Keys by the last letter of their sequence."""
_SS3: Final = _LETTERS | {"M": "enter", "R": "f3"}
"""The same for sequences that a keypad sends."""
_KEYPAD: Final = dict(zip("jklmnopqrstuvwxyX", "*+,-./0123456789=", strict=True))
_NUMBERS: Final = {
    **{1: "home", 2: "insert", 3: "delete", 4: "end", 5: "pageup", 6: "pagedown"},
    **{7: "home", 8: "end", 11: "f1", 12: "f2", 13: "f3", 14: "f4", 15: "f5"},
    **{17: "f6", 18: "f7", 19: "f8", 20: "f9", 21: "f10", 23: "f11", 24: "f12"},
    **{25: "f13", 26: "f14", 28: "f15", 29: "f16", 31: "f17", 32: "f18", 33: "f19", 34: "f20"},
}
"""Keys by the number of their sequence."""
_CODES: Final = {
    **{9: "tab", 13: "enter", 27: "escape", 32: "space", 127: "backspace", 57414: "enter"},
    **dict(enumerate(("left", "right", "up", "down", "pageup", "pagedown"), 57417)),
    **dict(enumerate(("home", "end", "insert", "delete"), 57423)),
    **{57363 + number: f"f{number}" for number in range(13, 25)},
}
"""Keys that are no character, by their code in the keyboard protocol of kitty."""
_KEYPAD_CODES: Final = {57399 + at: ord(sign) for at, sign in enumerate("0123456789./*-+\r=,")}
_CONTROLS: Final = {
    **{chr(code): f"ctrl+{chr(code + 96)}" for code in range(1, 27)},
    **{"\x00": "ctrl+space", "\x7f": "backspace", "\x1b": "escape", "\x1c": "ctrl+backslash"},
    **{"\x1d": "ctrl+right_square_bracket", "\x1e": "ctrl+circumflex_accent"},
    "\x1f": "ctrl+underscore",
}
_MODIFIERS: Final = ("shift", "alt", "ctrl", "super", "hyper", "meta")
_SHIFT: Final = 1
_ALT: Final = 2
_FINALS: Final = {"~": 0, "$": 1, "^": 4, "@": 5}
"""What ends the sequence of a numbered key, and the modifiers that it means for rxvt."""
_WHEELS: Final = (
    *(events.MouseScrollUp, events.MouseScrollDown),
    *(events.MouseScrollLeft, events.MouseScrollRight),
)


def escape_seconds(environ: Mapping[str, str], *, over_ssh: bool) -> float:
    """How long to wait after an ESC: ``ESCDELAY`` in milliseconds, as for curses programs."""
    told = environ.get("ESCDELAY", "")
    if told.isascii() and told.isdigit():
        return min(max(int(told[:9]), 1) / 1000, _LONGEST_ESCAPE_SECONDS)
    return ESCAPE_SECONDS_OVER_SSH if over_ssh else ESCAPE_SECONDS


class TerminalReader:
    """Takes bytes in pieces of any size and returns events; keeps what is not complete yet."""

    def __init__(self, encoding: str = "utf-8", escape_wait: float = ESCAPE_SECONDS) -> None:
        self._encoding = encoding
        self._escape_wait = escape_wait
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._begun = ""
        self._escape_apart = False

    @property
    def patience(self) -> float | None:
        """Seconds to wait for more before :meth:`give_up`; None if nothing has begun."""
        if self._begun.startswith(_PASTE):
            return PASTE_SECONDS
        if len(self._begun) > 1:
            return SEQUENCE_SECONDS
        return self._escape_wait if self._begun or self._decoder.getstate()[0] else None

    def feed(self, data: bytes) -> list[Message]:
        """What is complete with these bytes, in order."""
        if self._begun == _ESC:
            self._escape_apart = True
        text = self._begun + self._decoder.decode(data)
        found: list[Message] = []
        at = 0
        if self._escape_apart and len(text) > 1 and text[1] not in _INTRODUCERS:
            found.append(_press("escape"))  # two keys: one with alt comes in one piece
            at = 1
        while at < len(text):
            if text[at] in _EIGHT_BIT:
                text = f"{text[:at]}{_ESC}{_EIGHT_BIT[text[at]]}{text[at + 1 :]}"
            taken = self._taken(text, at)
            if taken is None:
                break
            at, messages = taken
            found += messages
        self._escape_apart = self._escape_apart and not at
        self._begun = _kept(text[at:])
        return found

    def give_up(self) -> list[Message]:
        """What a beginning means whose rest did not come."""
        begun, apart = self._begun, self._escape_apart
        self._begun, self._escape_apart = "", False
        if begun.startswith(_PASTE):
            self._decoder.reset()
            return [Told(PASTE_BROKEN_OFF, bad=True)]
        found: list[Message] = []
        if begun == _ESC or (apart and len(begun) == 2):
            found += [_press("escape"), *_typed(begun[1:])]
        elif len(begun) == 2:
            found += _with_alt(begun[1])
        undecoded = self._decoder.decode(b"", final=True)
        return [*found, *self._text(undecoded)] if undecoded else found

    def _taken(self, text: str, at: int) -> tuple[int, Iterable[Message]] | None:
        """The end of what begins at a place, and its events; None if it is not complete."""
        if text.startswith(_PASTE, at):
            at += len(_PASTE)
            end = text.find(_PASTE_END, at)
            return None if end < 0 else (end + len(_PASTE_END), [self._paste(text[at:end])])
        found = _WHOLE.match(text, at)
        return found and (found.end(), self._meaning(found[0], found.lastgroup))

    def _meaning(self, whole: str, kind: str | None) -> Iterable[Message]:
        match kind:
            case "text":
                return self._text(whole)
            case "control" if whole in _CONTROLS:
                return [_press(_CONTROLS[whole])]
            case "sequence":
                return _sequence(whole[1:])
            case "with_alt":
                return _with_alt(whole[1:])
            case "alone":
                return [_press("escape")]
            case _:
                return ()

    def _text(self, text: str) -> Iterable[Message]:
        readable = self._decoded(text)
        if readable is None or not _READABLE.fullmatch(readable):
            return [Told(BAD_ENCODING, bad=True)]
        return _typed(readable)

    def _paste(self, text: str) -> Message:
        if len(text) > PASTE_LIMIT:
            return Told(PASTE_TOO_LONG, bad=True)
        readable = self._decoded(text)
        return Told(BAD_ENCODING, bad=True) if readable is None else events.Paste(readable)

    def _decoded(self, text: str) -> str | None:
        """The text, decoded by the locale if it is no UTF-8; None if that fails too."""
        if not _UNDECODED.search(text):
            return text
        try:
            return text.encode("utf-8", "surrogateescape").decode(self._encoding)
        except (UnicodeDecodeError, LookupError):
            return None


def _kept(begun: str) -> str:
    """What to keep of a beginning: of a string, or a paste that is too long, only that it began."""
    if begun.startswith(_PASTE) and len(begun) > len(_PASTE) + PASTE_LIMIT + len(_PASTE_END):
        return f"{_PASTE}{' ' * (PASTE_LIMIT + 1)}{begun[1 - len(_PASTE_END) :]}"
    return _STRING_BODY.sub("", begun)


def _sequence(sequence: str) -> Iterator[Message]:
    """What a sequence says: a key, the mouse, the one reply that is used, or nothing."""
    if sequence in _EXACT:
        yield _press(_EXACT[sequence])
    elif mouse := _MOUSE.fullmatch(sequence):
        yield from _mouse(*map(int, mouse.groups()[:3]), released=mouse[4] == "m")
    elif _MODE.fullmatch(sequence):
        yield TerminalSupportsSynchronizedOutput()
    elif (report := _KEY.fullmatch(sequence)) and report["event"] != "3":  # 3: it is let go
        yield from _key(report)


def _mouse(code: int, x: int, y: int, *, released: bool) -> Iterator[events.MouseEvent]:
    """What the mouse did: the code holds its button and the modifiers; cells are counted from 1."""
    if not x or not y or code & 128:
        return
    kind: type[events.MouseEvent] = events.MouseUp if released else events.MouseDown
    button = (code + 1) & 3
    if code & 64:
        kind, button = _WHEELS[code & 3], 0
    elif code & 32 or not button:
        kind = events.MouseMove
    shift, meta, ctrl = (bool(code & bit) for bit in (4, 8, 16))
    yield kind(None, x - 1, y - 1, 0, 0, button, shift, meta, ctrl)


def _key(report: re.Match[str]) -> Iterator[events.Key]:
    """The key of a report, or nothing."""
    number, final, text = int(report["number"] or 0), report["final"], report["text"]
    codes = [int(code) for code in (text or "").split(":") if code]
    held = _bits(int(report["held"] or 0))
    letters = _SS3 if report[0][0] == "O" else _LETTERS
    if final == "u":
        yield from _key_of_code(number, held, report["shifted"], report["base"], codes)
    elif final == "~" and number == 27 and codes:  # xterm's modifyOtherKeys
        yield from _key_of_code(codes[0], held)
    elif text is not None:
        return
    elif final in _FINALS and number in _NUMBERS:
        yield _press(_NUMBERS[number], held | _FINALS[final])
    elif final in letters:  # older terminals have the modifiers alone
        yield _press(letters[final], _bits(number) if report["more"] is None else held)
    elif letters is _SS3 and final in _KEYPAD:
        yield from _typed(_KEYPAD[final])


def _bits(modifiers: int) -> int:
    """The modifiers of a report as bits, without the locks."""
    return (max(modifiers, 1) - 1) & 63


def _key_of_code(
    code: int, held: int, shifted: str | None = "", base: str | None = "", text: Iterable[int] = ()
) -> Iterator[events.Key]:
    """A key of kitty's keyboard protocol: its code, those of other layouts, and what it types."""
    character = _character(_KEYPAD_CODES.get(code, code))
    typed = [_character(code) for code in text]
    if code in _CODES:
        yield _press(_CODES[code], held)
    elif not character or not all(typed):
        return
    elif typed and not held & ~(_SHIFT | _ALT):
        yield from _typed("".join(typed))
    elif held & ~_SHIFT:
        latin = _character(int(base or 0))  # the letter that the key has in the Latin layout
        if latin.isascii() and latin and not character.isascii():
            character = latin
        yield _press(key_name(character.lower()), held)
    elif held:
        yield from _typed(_character(int(shifted or 0)) or character.upper())
    else:
        yield from _typed(character)


def _character(code: int) -> str:
    """The printable character of a code; blank if there is none, or the code is of another key."""
    if not 32 < code <= 0x10FFFF or 0xD800 <= code <= 0xF8FF:
        return ""
    return chr(code) if chr(code).isprintable() else ""


def _typed(text: str) -> Iterator[events.Key]:
    for character in text:
        yield events.Key(key_name(character), character)


def _with_alt(character: str) -> Iterator[events.Key]:
    """The key of ESC with a character at once; with a backslash it is the end of a lost string."""
    if character in _CONTROLS:
        yield _press(_press(_CONTROLS[character]).key, _ALT)
    elif character.isupper() and len(character.lower()) == 1:
        yield _press(key_name(character.lower()), _ALT | _SHIFT)
    elif character != "\\":
        yield _press(key_name(character), _ALT)


def _press(key: str, held: int = 0) -> events.Key:
    """A key with these modifiers too, by the name of the key that most terminals send for it."""
    *modifiers, plain = key.split("+")
    modifiers += [name for bit, name in enumerate(_MODIFIERS) if held >> bit & 1]
    name = "+".join([*sorted(set(modifiers)), plain])
    name = SAME_KEY.get(name, name)
    return events.Key(name, " " if name == "space" else None)
