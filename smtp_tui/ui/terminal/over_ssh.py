"""What depends on where the terminal is. Commands ask too, so nothing here imports Textual."""

from __future__ import annotations

from collections.abc import Mapping


def over_ssh(environ: Mapping[str, str]) -> bool:
    """Whether the terminal is at the other end of an ssh connection."""
    return "SSH_CONNECTION" in environ or "SSH_TTY" in environ


def switched_on(setting: bool | None, environ: Mapping[str, str]) -> bool:
    """Whether to switch on the mouse or the keyboard protocol: as set, else not over ssh.

    When an ssh connection drops, nobody is left to switch them off again. Also, each movement of
    the mouse would cost bytes, and its use takes the terminal's own way to select and copy.
    """
    return setting if setting is not None else not over_ssh(environ)
