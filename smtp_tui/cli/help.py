"""``help``: the pages that are installed with the program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smtp_tui.cli.exit_codes import COMMAND_CODES, ExitCode, Refusal
from smtp_tui.cli.say import show
from smtp_tui.help.pages import TOPICS, page, plain
from smtp_tui.text import nearest, padded

if TYPE_CHECKING:
    import argparse

    from smtp_tui.cli.running import Environ


def show_page(options: argparse.Namespace, environ: Environ) -> ExitCode:
    """Print a page of help, or what there are pages about."""
    topic = options.topic
    if topic is not None and topic not in TOPICS:
        if topic in {name.split()[0] for name in COMMAND_CODES}:
            raise Refusal(f"{topic} is a command; its help: smtp-tui {topic} --help")
        raise Refusal(f"there is no such page; `smtp-tui help` lists them{nearest(topic, TOPICS)}")
    if options.json:
        from smtp_tui.cli.output import show_many  # noqa: PLC0415 - for programs only
        from smtp_tui.cli.shapes import Topic  # noqa: PLC0415

        found = TOPICS if topic is None else (topic,)
        text = None if topic is None else plain(page(topic))
        show_many(options, [Topic(each, TOPICS[each], text) for each in found])
    elif topic is None:
        width = max(map(len, TOPICS))
        show("\n".join(f"{padded(name, width)}  {words}" for name, words in TOPICS.items()))
    else:
        show(plain(page(topic)))
    return ExitCode.OK
