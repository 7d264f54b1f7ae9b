"""What the program does, told as it happens: its requests, and its decisions.

``--verbose`` shows the requests, ``--debug`` keeps both; else nobody listens. What is told here may
be kept in a file: it never holds a secret.
"""

from __future__ import annotations

TYPE_CHECKING = False  # that of ``typing``, for which no command waits
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    Listener: TypeAlias = Callable[[str, str, str], None]
    """Takes ``request`` or ``decision``, a line, and details that follow it in the file."""

_listeners: list[Listener] = []


def listen(listener: Listener) -> Callable[[], None]:
    """Tell ``listener`` from now on; returns the function that ends this. It must not raise."""
    _listeners.append(listener)
    return lambda: _listeners.remove(listener)


def request(words: str, more: str) -> None:
    """Tell how a request ended."""
    for listener in _listeners:
        listener("request", words, more)


def decision(words: str) -> None:
    """Tell what was decided, and why."""
    for listener in _listeners:
        listener("decision", words, "")
