"""``help``: the pages that are installed with the program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smtp_tui.cli.exit_codes import ExitCode, Refusal
from smtp_tui.cli.say import show
from smtp_tui.help.pages import TOPICS, page, plain
from smtp_tui.text import nearest, padded

if TYPE_CHECKING:
    import argparse

    from smtp_tui.cli.running import Environ


def show_page(options: argparse.Namespace, environ: Environ) -> ExitCode:
    """Print a page of help, or what there are pages about."""
    topic = options.topic
    if topic is None:
        width = max(map(len, TOPICS))
        show("\n".join(f"{padded(name, width)}  {words}" for name, words in TOPICS.items()))
    elif topic in TOPICS:
        show(plain(page(topic)))
    else:
        raise Refusal(f"there is no such page; `smtp-tui help` lists them{nearest(topic, TOPICS)}")
    return ExitCode.OK
