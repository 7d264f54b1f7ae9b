"""The parts of the pages of help that follow from the code.

`python -m tests.house.help_blocks` writes them anew.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterator, Mapping

from smtp_tui.cli.exit_codes import ExitCode, meaning_of
from smtp_tui.cli.fields import FIELDS as SHOWN
from smtp_tui.help.pages import TOPICS
from smtp_tui.profiles.model import FIELDS
from smtp_tui.profiles.schema import in_the_file
from smtp_tui.ui.actions import ACTIONS
from tests.house.share import parsers, whole
from tests.house.tree import PACKAGE

BLOCK = re.compile(r"(<!-- generated: (?P<name>[\w ]+) -->\n).*?(<!-- end -->)", re.DOTALL)
WIDTH = 80


def item(text: str) -> str:
    """An item of a list, wrapped."""
    return textwrap.fill(
        f"- {text}",
        WIDTH,
        subsequent_indent="  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def profile_keys() -> Iterator[str]:
    """The keys of a profile but its name, which stands in the heading."""
    for field in FIELDS:
        if field.name != "name":
            below = "; see below" if field.name in ("token", "trust") else ""
            yield item(f"`{field.name}`: {in_the_file(field)}{below}")


def actions() -> Iterator[str]:
    """Each action with its usual keys, its label and its help."""
    for action in ACTIONS:
        keys = " ".join(f"`{key}`" for key in action.key_display.split())
        yield item(f"`{action.id}` {keys} {action.label}: {action.help}")


def commands() -> Iterator[str]:
    """Each command with what it does."""
    for parser in parsers(whole()):
        if parser.command and not parser.commands:
            words = str(parser.description).partition("\n")[0].rstrip(".")
            yield item(f"`{parser.command}`: {words[:1].lower()}{words[1:]}")


def exit_codes() -> Iterator[str]:
    """Each exit code with its meaning."""
    for code in ExitCode:
        yield item(f"{code.value}: {meaning_of(code)}")


def fields() -> Iterator[str]:
    """The fields of each command; commands that have the same share them."""
    for shared in {tuple(fields.items()): None for fields in SHOWN.values()}:
        names = [f"`{name}`" for name, fields in SHOWN.items() if (*fields.items(),) == shared]
        if names != ["`probe`"]:
            yield textwrap.fill(f"{', '.join(names)}:", WIDTH) + "\n"
            yield "\n".join(item(f"`{name}`: {words}") for name, words in shared) + "\n"


BLOCKS: Mapping[str, Callable[[], Iterator[str]]] = {
    "profile keys": profile_keys,
    "actions": actions,
    "commands": commands,
    "exit codes": exit_codes,
    "fields": fields,
}


def with_blocks(text: str) -> str:
    """A page with each block as it has to be."""

    def made(match: re.Match[str]) -> str:
        lines = "\n".join(BLOCKS[match["name"]]())
        return f"{match[1]}\n{lines}\n\n{match[3]}"

    return BLOCK.sub(made, text)


def main() -> None:
    """Write the blocks of all pages."""
    for topic in TOPICS:
        path = PACKAGE / "help" / f"{topic}.md"
        path.write_text(with_blocks(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
