"""The bytes that a terminal sends for a key, by the names that the program's help uses."""

_ESC = "\x1b"

NAMED = {
    "enter": "\r",
    "tab": "\t",
    "shift+tab": f"{_ESC}[Z",
    "escape": _ESC,
    "esc": _ESC,
    "space": " ",
    "backspace": "\x7f",
    "delete": f"{_ESC}[3~",
    "insert": f"{_ESC}[2~",
    "up": f"{_ESC}[A",
    "down": f"{_ESC}[B",
    "right": f"{_ESC}[C",
    "left": f"{_ESC}[D",
    "home": f"{_ESC}[H",
    "end": f"{_ESC}[F",
    "pageup": f"{_ESC}[5~",
    "pagedown": f"{_ESC}[6~",
    "ctrl+\\": "\x1c",
}


def encode(key: str) -> bytes:
    """Return what an xterm sends for `key`: a name, `ctrl+` and a letter, or one character.

    Raises ValueError for a name that is not known, so that a misspelt key is not typed as text.
    """
    if key in NAMED:
        return NAMED[key].encode()
    letter = key.removeprefix("ctrl+")
    if letter != key and len(letter) == 1 and letter.isascii() and letter.isalpha():
        return bytes([ord(letter.upper()) & 0x1F])
    if len(key) == 1:
        return key.encode()
    raise ValueError(f"no such key: {key!r}")
