"""``completion``: the scripts that are installed with the program."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import smtp_tui
from smtp_tui.cli.exit_codes import ExitCode
from smtp_tui.cli.say import show

if TYPE_CHECKING:
    import argparse

    from smtp_tui.cli.running import Environ

SHARE: Final = Path(smtp_tui.__file__).parent / "share"
"""What is installed in ``share`` too: ``python -m tests.house.share`` writes it."""
SCRIPTS: Final = {
    "bash": SHARE / "bash-completion" / "completions" / "smtp-tui",
    "zsh": SHARE / "zsh" / "site-functions" / "_smtp-tui",
    "fish": SHARE / "fish" / "vendor_completions.d" / "smtp-tui.fish",
}


def print_script(options: argparse.Namespace, environ: Environ) -> ExitCode:
    """Print the script of a shell."""
    show(SCRIPTS[options.shell].read_text(encoding="utf-8").rstrip("\n"))
    return ExitCode.OK
