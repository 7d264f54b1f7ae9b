"""The completion of each shell and the man page, as they follow from the tree of commands.

`python -m tests.house.share` writes them anew.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import shtab

import smtp_tui
from smtp_tui.api.target import Access
from smtp_tui.cli.arguments import program
from smtp_tui.cli.completion import SCRIPTS, SHARE
from smtp_tui.cli.exit_codes import ExitCode, meaning_of
from smtp_tui.cli.fields import FIELDS
from smtp_tui.cli.parser import NETWORK_HELP, PROFILE_HELP, Parser, WantedFields
from smtp_tui.cli.schema import FILE_KINDS
from smtp_tui.help.pages import TOPICS, page, parts, plain
from smtp_tui.profiles.model import Environment

MAN: Final = SHARE / "man" / "man1" / "smtp-tui.1"
ASK: Final = {
    "bash": """\
_smtp_tui_{kind}() {{
  smtp-tui completion names bash {kind} "${{COMP_LINE:0:COMP_POINT}}" "$COMP_WORDBREAKS" 2>/dev/null
}}""",
    "zsh": """\
_smtp_tui_{kind}() {{
  local -a names
  names=(${{(f)"$(smtp-tui completion names zsh {kind} "$LBUFFER" 2>/dev/null)"}})
  compadd -a names
}}""",
    "fish": """\
function _smtp_tui_{kind}
  smtp-tui completion names fish {kind} (commandline -cp | string collect) 2>/dev/null
end""",
}
"""Asks the program for names of a kind."""
VALUES: Final = {
    "TOPIC": [*TOPICS],
    "KIND": [name for name in (*FILE_KINDS, *FIELDS) if " " not in name],
    "ACCESS": [access.value for access in Access],
    "ENVIRONMENT": [environment.value for environment in Environment],
}
"""The values of an argument, by what the help calls it."""
INSTALL: Final = {
    "bash": '"${XDG_DATA_HOME:-$HOME/.local/share}/bash-completion/completions/smtp-tui"',
    "zsh": "~/.zfunc/_smtp-tui",
    "fish": "~/.config/fish/completions/smtp-tui.fish",
}
"""Where a user keeps the completion of each shell."""
BASH_WORDS: Final = """\
# Bash breaks a word at : and @, and a value from its option at =.
_smtp_tui() {
  local -a joined=()
  local line=${COMP_LINE:0:COMP_POINT} gap word i
  for ((i = 0; i <= COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    gap=${line%%[! $'\\t']*}
    line=${line#"$gap"}
    line=${line#"$word"}
    if [[ $gap || $i = 0 ]]; then
      joined+=("$word")
    elif [[ $word = "=" && ${joined[-1]} = --* ]]; then
      ((i == COMP_CWORD)) && joined+=("")
    elif [[ $word = [:@]* || ${COMP_WORDS[i-1]} = *[:@] ]]; then
      joined[-1]+=$word
    else
      joined+=("$word")
    fi
  done
  COMP_WORDS=("${joined[@]}")
  COMP_CWORD=$((${#joined[@]} - 1))
  _shtab_smtp_tui
}
"""
"""What stands before the function that shtab makes."""


class Everything:
    """Contains the name of each command, so that all get their arguments."""

    def __contains__(self, name: object) -> bool:
        return True


def whole() -> Parser:
    """The parser of the program with all of its commands."""
    return program(Everything())


def parsers(parser: Parser) -> Iterator[Parser]:
    """A parser and those of its commands."""
    yield parser
    for command in parser.commands.values():
        yield from parsers(command)


def names_of(kind: str) -> dict[str, Any]:
    """How each shell completes names of a kind."""
    called = {"bash": "_smtp_tui_{}", "zsh": "_smtp_tui_{}", "fish": "(_smtp_tui_{})"}
    preamble = {shell: ask.format(kind=kind) for shell, ask in ASK.items()}
    return {**{shell: call.format(kind) for shell, call in called.items()}, "preamble": preamble}


def completed(command: str, action: argparse.Action) -> dict[str, Any] | None:
    """How the value of an argument is completed, by what the help calls it."""
    metavar = str(action.metavar)
    if metavar in VALUES:
        action.choices = VALUES[metavar]
    elif metavar == "PRESET":
        return names_of("presets")
    elif metavar.startswith("RECORD"):
        return names_of("records")
    elif metavar == "PROFILE" or (metavar == "NAME" and profile_is_named(command, action)):
        return names_of("profiles")
    elif metavar == "NAMES":
        return names_of("several")
    elif metavar.startswith(("FILE", "PATH")):
        return shtab.FILE
    return None


def profile_is_named(command: str, action: argparse.Action) -> bool:
    """Whether an argument names a profile that there is."""
    area, _, step = command.partition(" ")
    return area == "profiles" and step != "add" and not action.option_strings


def completable() -> Parser:
    """The whole parser, as shtab is given it."""
    tree = whole()
    for parser in parsers(tree):
        for action in parser._actions:
            if isinstance(action, WantedFields):
                action.nargs = 0  # a record may follow, as after a flag
            if found := completed(parser.command, action):
                action.complete = found  # type: ignore[attr-defined]
    return tree


def script(shell: str) -> str:
    """The completion of a shell."""
    text = str(shtab.complete(completable(), shell, preamble=BASH_WORDS * (shell == "bash")))
    if shell == "bash":
        text = text.replace(" -F _shtab_smtp_tui ", " -F _smtp_tui ")
    if shell == "zsh":
        # What shtab says of any number of words lets zsh complete the first of them alone, and
        # of an option that its value is never written behind a =.
        text = text.replace('"(*)::', '"*::')
        text = re.sub(r'"(--[\w-]+)\[(?=.*\]:)', r'"\1=[', text)
    install = f"# Install: smtp-tui completion {shell} >{INSTALL[shell]}\n"
    text = re.sub(r"# Usage:\n(?:# .*\n)+", lambda _: install, text, count=1)
    return text.rstrip("\n") + "\n"


def roff(text: str) -> str:
    """A text as troff prints it, whatever its lines begin with."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("%%", "%")
    return "\n".join(f"\\&{line}" if line[:1] in (".", "'") else line for line in text.split("\n"))


def spelled(action: argparse.Action) -> str:
    """An argument as it is typed, with what follows it."""
    shown = "" if action.nargs == 0 else str(action.metavar or "")
    if action.option_strings and action.nargs == "?":
        shown = f"[{shown}]"
    parts = [f"\\fB{roff(option)}\\fR" for option in action.option_strings]
    return " ".join(filter(None, (", ".join(parts), shown and f"\\fI{roff(shown)}\\fR")))


def arguments_of(parser: Parser) -> Iterator[str]:
    """The arguments of a parser, each with its help; ``--help`` for the program alone."""
    for action in parser._actions:
        told = action.help not in (None, argparse.SUPPRESS)
        if told and (action.dest != "help" or not parser.command):
            yield f".TP\n{spelled(action)}\n{roff(str(action.help))}"


def synopsis(command: Parser) -> str:
    """How a command is called; an option stays on the line of its value."""
    called = " ".join(command.format_usage().split()).partition(f"{command.prog} ")[2]
    kept = re.sub(r"(?<=[a-z]) (?=\[?[A-Za-z])", r"\\~", roff(called))
    return f'.SY "{roff(command.prog)}"\n{kept}\n.YS'


def section(topic: str, heading: str = "") -> Iterator[str]:
    """A part of a page of help: what stands below a heading, or before the first one."""
    found = page(topic).partition(f"\n## {heading}\n" if heading else "\n")[2]
    for part in parts(plain(found.partition("\n## ")[0])):
        name, colon, words = " ".join(part.split()).removeprefix("- ").partition(": ")
        if part.startswith("- ") and colon:
            yield f".TP\n.B {roff(name)}\n{roff(words)}"
        else:
            yield f".PP\n{roff(part)}"


def about(command: Parser) -> Iterator[str]:
    """A command: how it is called, what it does, its arguments, an example."""
    yield from (f".SS {roff(command.prog)}", synopsis(command))
    for paragraph in str(command.description).split("\n\n"):
        yield f".PP\n{roff(paragraph)}"
    yield from arguments_of(command)
    if command.example:
        yield f".PP\nExample:\n.PP\n.EX\n  {roff(command.prog)} {roff(command.example)}\n.EE"


def manual() -> str:
    """The man page."""
    tree = whole()
    what, rest = str(tree.description).split("\n", 1)
    told = [f".TP\n.B {code.value}\n{roff(meaning_of(code))}" for code in ExitCode]
    pages = [f".TP\n.B smtp\\-tui help {topic}\n{roff(words)}" for topic, words in TOPICS.items()]
    parts = [
        '.\\" Written by python -m tests.house.share.',
        f'.TH SMTP\\-TUI 1 "" "smtp\\-tui {smtp_tui.__version__}" "User Commands"',
        f".SH NAME\nsmtp\\-tui \\- {roff(what[:1].lower() + what[1:].rstrip('.'))}",
        f".SH SYNOPSIS\n{synopsis(tree)}",
        f".SH DESCRIPTION\n{roff(rest)}",
        ".SH OPTIONS",
        *arguments_of(tree),
        ".SH COMMANDS",
        *(part for parser in parsers(tree) if not parser.commands for part in about(parser)),
        f".SH PROFILE AND NETWORK\n.EX\n{roff(PROFILE_HELP)}\n\n{roff(NETWORK_HELP)}\n.EE",
        *(
            ".SH FILES",
            *section("files"),
            ".SH ENVIRONMENT",
            *section("configuration", "Variables"),
        ),
        *(".SH EXIT STATUS", *told, ".SH SEE ALSO", *pages),
    ]
    return "\n".join(parts) + "\n"


def share() -> dict[Path, str]:
    """All files of the folder, with their text."""
    return {**{path: script(shell) for shell, path in SCRIPTS.items()}, MAN: manual()}


def main() -> None:
    """Write them."""
    for path, text in share().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
