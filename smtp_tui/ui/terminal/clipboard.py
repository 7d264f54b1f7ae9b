"""Copying to the clipboard of the terminal: OSC 52, wrapped if a multiplexer stands between.

No terminal says whether it took the text, so no more is claimed than that it was sent.
"""

from __future__ import annotations

import base64
import subprocess
from collections.abc import Mapping
from typing import Final

OSC_52: Final = "\x1b]52;"
LIMIT: Final = 100_000
"""The longest sequence that every terminal takes, in characters; hterm takes the least."""
SCREEN_CHUNK: Final = 250
"""The longest string that GNU screen passes on at once; its smallest limit is 256."""
TO_THE_TERMINAL: Final = "sent to the terminal's clipboard (OSC 52)"
THROUGH_SCREEN: Final = "sent through screen (OSC 52)"
THROUGH_TMUX: Final = (
    "sent through tmux (OSC 52), which passes it on with set-clipboard on or allow-passthrough on"
)
IN_TMUX: Final = "in tmux's buffer, and sent on to the terminal's clipboard (OSC 52)"
TOO_LONG: Final = "too long for a terminal's clipboard, so nothing was sent"


def wrapped(sequence: str, environ: Mapping[str, str]) -> tuple[str, str]:
    """An OSC 52 sequence as it has to be sent, and what to say of it; blank if it is too long.

    What stands between is known by the variables that tmux and screen set. tmux takes the bare
    sequence with one setting and the wrapped one with another, so it gets both. screen passes
    strings on in pieces.
    """
    if len(sequence) > LIMIT:
        return "", TOO_LONG
    if "TMUX" in environ:
        escaped = sequence.replace("\x1b", "\x1b\x1b")
        return f"{sequence}\x1bPtmux;{escaped}\x1b\\", THROUGH_TMUX
    if "STY" in environ:
        pieces = range(0, len(sequence), SCREEN_CHUNK)
        sent = "".join(f"\x1bP{sequence[at : at + SCREEN_CHUNK]}\x1b\\" for at in pieces)
        return sent, THROUGH_SCREEN
    return sequence, TO_THE_TERMINAL


def in_tmux_buffer(sequence: str, environ: Mapping[str, str]) -> bool:
    """Have tmux load the text of an OSC 52 sequence and send it on; return whether it did.

    By default tmux passes on no sequence of a program, only what it has in its own buffers. Waits
    for the command ``tmux``, three seconds at most.
    """
    text = base64.b64decode(sequence.rpartition(";")[2].rstrip("\a"))
    known = {name: environ[name] for name in ("PATH", "TMUX") if name in environ}  # no token
    command = ("tmux", "load-buffer", "-w", "-")  # the tmux that the user started
    try:
        subprocess.run(command, input=text, capture_output=True, env=known, timeout=3, check=True)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return False
    return True
