"""How a command line is read: what a parser, an argument and a command are.

A message about a mistake is one line and never repeats a value: it may be a password that was
typed in the wrong place.
"""

from __future__ import annotations

import argparse
import re
import textwrap
from functools import cache, partial

import smtp_tui
from smtp_tui.cli.exit_codes import COMMAND_CODES, ExitCode, Refusal, codes_help
from smtp_tui.cli.fields import FIELDS, FILES, OPEN, PARAMETERS, ROW_FORMS, ROWS
from smtp_tui.cli.stdout import wanted_columns, write

TYPE_CHECKING = False  # that of ``typing``, which would take a tenth of ``--help``
if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator, Sequence
    from pathlib import Path
    from typing import Any, Final, NoReturn, TypeAlias

    from _typeshed import SupportsWrite

    Argument: TypeAlias = Callable[[argparse._ActionsContainer], list[argparse.Action]]
    """Adds an argument to a parser, or to a group of one; the answer is what was added."""


class Version(argparse.Action):
    """Prints the version and ends the program; as ``Parser.print_help``."""

    def __init__(self, **options: Any) -> None:
        super().__init__(nargs=0, **options)

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        """Print it. Raises what ``stdout.write`` does, and ``SystemExit``."""
        write(f"smtp-tui {smtp_tui.__version__}")
        parser.exit()


PROFILE_HELP: Final = """\
which profile is used: the first of these that is set; if it overrides another,
stderr says so:
  --profile
  SMTP_TUI_PROFILE
  the vendor's variables, if CAM_HOST or TSA_HOSTNAME is set
  the default in profiles.toml
  the only profile in profiles.toml
Before a command writes, it names profile, host and tenant on stderr. A command
that only reads does so if stderr is a terminal."""
NETWORK_HELP: Final = """\
network: a request has 10 s to connect, ends after 60 s of silence, and after
120 s at the latest. Proxies, .netrc, REQUESTS_CA_BUNDLE and SSLKEYLOGFILE in
the environment are not used."""
_SEE_PROFILES: Final = (
    "See 'smtp-tui --help' for how the profile is chosen, time limits, and exit codes\n70 to 143."
)
_SEE_CODES: Final = "See 'smtp-tui --help' for exit codes 70 to 143."
DANGEROUS: Final = frozenset(
    {
        *("--allow-http", "--allow-mail-to", "--all-profiles", "--clear-password", "--force"),
        *("--insecure", "--passwords", "--prune", "--yes"),
    }
)
"""Options that do more, or ask less. None is suggested in place of a word that is no option."""
EMPTY: Final = "must not be empty (is a shell variable unset?)"


def _either(first: str | None, last: str) -> str:
    """Choices as argparse lists them, in words; some versions of Python quote them."""
    return (f"{first} or {last}" if first else last).replace("'", "")


_QUOTED: Final = r"""(?P<quote>['"])(?:\\.|(?!(?P=quote)).)*(?P=quote)"""
_PLAINER: Final[tuple[tuple[str, str | Callable[[re.Match[str]], str]], ...]] = (
    (rf"argument (\S+): ignored explicit argument {_QUOTED}", r"\1 takes no value"),
    (
        rf"argument (.+?): invalid choice: {_QUOTED} \(choose from (?:(.+), )?(.+)\)",
        lambda found: f"argument {found[1]}: choose {_either(found[3], found[4])}",
    ),
    (r"argument (.+?): not allowed with argument (.+)", r"\1 cannot be used with \2"),
    (r"argument (.+?): expected one argument", r"\1 needs a value"),
    (r"argument (-\S+): ", r"\1: "),
    (r"the following arguments are required: ", "missing: "),
)
"""What argparse says, with the value that was given, and what is said instead."""
MORE: Final[dict[str, Any]] = {"action": "append", "default": []}
"""For an option that may be given more than once."""
ANY: Final[dict[str, Any]] = {"nargs": "*", "default": []}
"""For an argument that may be given any number of times, or not at all."""


class Parser(argparse.ArgumentParser):
    """The parser of the program, or of a command.

    It raises its message instead of printing it and exiting. The parsed options name the parser of
    their command as ``parser``. All commands that are not ``chosen`` share one parser, which takes
    no arguments.
    """

    def __init__(self, *, chosen: bool = True, **options: Any) -> None:
        layout = partial(argparse.RawDescriptionHelpFormatter, width=(wanted_columns() or 80) - 2)
        super().__init__(allow_abbrev=False, add_help=False, formatter_class=layout, **options)
        self.set_defaults(parser=self)
        self.chosen = chosen
        self.command = self.prog.partition(" ")[2]
        self.example = ""
        self.usage_code = ExitCode.USAGE
        self.options: dict[str, argparse.Action] = {}
        """What each option does, by all of its spellings."""
        self.commands: dict[str, Parser] = {}
        if chosen:
            shown = self.add_argument(
                "-h", "--help", action="help", help="show this help message and exit"
            )
            self.options |= dict.fromkeys(shown.option_strings, shown)

    def takes(self, *arguments: Argument, more: str = "") -> None:
        """Add arguments; ``more`` follows the description."""
        if not self.chosen:
            return
        self.description = f"{self.description}\n\n{more}".rstrip()
        for argument in arguments:
            for action in argument(self):
                self.options |= dict.fromkeys(action.option_strings, action)

    def add_command(self, name: str, words: str, *, chosen: bool) -> Parser:
        """Add a command to this one; ``words`` describe it, here and in its own help."""
        if not self.commands:
            usual: Any = {"title": "commands", "metavar": "command", "parser_class": _made}
            self._adding = self.add_subparsers(dest="command", required=bool(self.command), **usual)
        description = f"{words[0].upper()}{words[1:]}."
        parser: Parser = self._adding.add_parser(
            name, help=words, description=description, chosen=chosen
        )
        self.commands[name] = parser
        return parser

    def print_help(self, file: SupportsWrite[str] | None = None) -> None:
        """Print the help text on stdout. Raises what ``stdout.write`` does; argparse is silent."""
        write(self.format_help().rstrip("\n"))

    def format_help(self) -> str:
        """The help text, which ends with an example and the exit codes of the command."""
        command = self.command
        parts = [*_fields_help(command), f"example:\n  {self.prog} {self.example}".rstrip()]
        if not command:
            parts = [PROFILE_HELP, NETWORK_HELP, codes_help()]
        elif command in COMMAND_CODES:
            on_server = ExitCode.TOKEN in COMMAND_CODES[command]
            parts += [codes_help(command), _SEE_PROFILES if on_server else _SEE_CODES]
        self.epilog = "\n\n".join(parts)
        return super().format_help()

    def error(self, message: str) -> NoReturn:
        """Raise :class:`Refusal`, which points to the help of the command."""
        for said, plainer in _PLAINER:
            message = re.sub(rf"\A{said}", plainer, message)
        raise Refusal(f"{message} (see {self.prog} --help)", self.usage_code)

    def refuse_option(self, option: str, program: Parser) -> NoReturn:
        """Say that this command has no such option, and which may have been meant."""
        if option in program.options:
            self.error(f"{option} cannot be used with this command")
        from smtp_tui.text import nearest

        harmless = {each for each in program.options | self.options if each not in DANGEROUS}
        told = f" {option}" if re.fullmatch(r"-\w|--[a-z][a-z-]*", option) else ""
        self.error(f"unknown option{told}{nearest(option, sorted(harmless), 0.7)}")


def _fields_help(command: str) -> Iterator[str]:
    """The fields of a command's JSON, for its help text."""
    if command in FIELDS:
        more = "; and every parameter" if command in OPEN else ""
        words = f"fields of --json: {', '.join(FIELDS[command])}{more}"
        yield textwrap.fill(words, 80, subsequent_indent="  ")


@cache
def _other() -> Parser:
    return Parser(chosen=False)


def _made(*, chosen: bool, **options: Any) -> Parser:
    """The parser of a command: its own if it is chosen, else the shared one."""
    return Parser(**options) if chosen else _other()


class Line:
    """A command line taken apart: its command, the options, and the other words in their order.

    Options may stand before the command and after it. What follows ``--`` is no option. Which
    options are followed by a value is asked of the program and of all commands whose names are on
    the line: so a value that is the name of a command is not taken for it. What follows ``--json``
    is its value if it names a field, else a word of its own.
    """

    def __init__(self, arguments: Sequence[str], program: Parser) -> None:
        self.program = program
        self.options: list[str] = []
        self.words: list[str] = []
        self.after_json: dict[str, str] = {}
        """Each word that follows ``--json`` or ``--jsonl`` but names no field, with that option."""
        self._names: list[str] = []
        known = dict(_all_options(program))
        with_value = {name for name, action in known.items() if action.nargs != 0}
        fields = {
            field
            for _, each in _all_options(program)
            if isinstance(each, WantedFields)
            for field in each.known
        }
        left = [*reversed(arguments)]
        while left:
            argument = left.pop()
            if argument == "--":
                self.words += reversed(left)
                break
            if not _is_option(argument):
                self.words.append(argument)
                continue
            self.options.append(argument)
            short = argument[:2]
            self._names.append(short if short in known else argument.partition("=")[0])
            if argument not in with_value or not left or _is_option(left[-1]):
                continue
            if not isinstance(known[argument], WantedFields) or fields & {*left[-1].split(",")}:
                self.options.append(left.pop())
            else:
                self.after_json[left[-1]] = argument
        self.command = program
        while self.command.commands and self.words:
            command = self.command.commands.get(self.words[0])
            if command is None:
                self._refuse_word()
            self.command = command
            self.after_json.pop(self.words.pop(0), None)

    def _refuse_word(self) -> NoReturn:
        """Say that a word is no command. An unknown option before it may have caused that."""
        from smtp_tui.text import nearest

        self._refuse_unknown(dict(_all_options(self.program)))
        known = self.command.commands
        near = nearest(self.words[0], known) or f" (choose from {', '.join(known)})"
        self.command.error(f"unknown command{near}")

    def _refuse_unknown(self, known: Container[str]) -> None:
        for name in self._names:
            if name not in known:
                self.command.refuse_option(name, self.program)

    def _refuse_repeated(self) -> None:
        """Of two values, such as two profiles, none is the one that is surely meant."""
        for name in self._names:
            action = self.command.options[name]
            takes_one = action.nargs != 0 and action.default != []
            if takes_one and self._names.count(name) > 1:
                self.command.error(f"{name} is given more than once")

    def parsed(self) -> argparse.Namespace:
        """The options of the command; where it lacks one of the program's, the default of that."""
        self._refuse_unknown(self.command.options)
        self._refuse_repeated()
        dashes = ["--"] if self.words else []
        options, left = self.command.parse_known_args([*self.options, *dashes, *self.words])
        if left:
            self._refuse_left(sum(word != "--" for word in left))
        if self.command is not self.program:
            self.program.parse_args([], options)
        options.command = self.command.command or None
        options.after_json = self.after_json
        return options

    def _refuse_left(self, count: int) -> NoReturn:
        """Say that words are left over. One that follows ``--json`` was meant as a field."""
        from smtp_tui.text import counted

        for word, option in self.after_json.items():
            self.command.parse_known_args([f"{option}={word}"])  # raises: it has no such field
        self.command.error(counted(count, "unexpected argument"))


def _is_option(argument: str) -> bool:
    """As argparse sees it: ``-`` is stdin, and ``-1`` a number."""
    return re.fullmatch(r"-(?!\d+\Z).+", argument, re.DOTALL) is not None


def _all_options(parser: Parser) -> Iterator[tuple[str, argparse.Action]]:
    """The options of a parser and of its chosen commands."""
    yield from parser.options.items()
    for command in parser.commands.values():
        yield from _all_options(command)


def not_empty(text: str) -> str:
    """A name that is not blank.

    An unset shell variable leaves an argument empty; that must not name a record or a profile
    with a blank name.
    """
    if not text.strip():
        raise argparse.ArgumentTypeError(EMPTY)
    return text


def port(text: str) -> int:
    """A port number."""
    if re.fullmatch(r"[0-9]{1,5}", text) and int(text) < 65536:
        return int(text)
    raise argparse.ArgumentTypeError("must be a port number up to 65535, or 0 for any free port")


def seconds(text: str) -> float:
    """A number of seconds."""
    if re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,6})?", text):
        return float(text)
    raise argparse.ArgumentTypeError("must be a number of seconds, such as 0.5")


def days(text: str) -> tuple[int, int | None]:
    """A number of days, or two."""
    if re.fullmatch(r"[0-9]{1,5}(,[0-9]{1,5})?", text):
        warning, _, critical = text.partition(",")
        return int(warning), int(critical) if critical else None
    raise argparse.ArgumentTypeError("must be a number of days, or two: 30,7")


def count(text: str) -> int:
    """A number of records."""
    if re.fullmatch(r"[0-9]{1,9}", text):
        return int(text)
    raise argparse.ArgumentTypeError("must be a number of records")


def path(text: str) -> Path:
    """A path."""
    from pathlib import Path

    return Path(text)


def file(text: str) -> Path:
    """A path of a file, which stdin and stdout are not."""
    if text == "-":
        raise argparse.ArgumentTypeError("must be a file")
    return path(text)


def argument(spelled: str, words: str | None = None, **options: Any) -> Argument:
    """An argument spelled as in the help: ``--port PORT``; a flag where nothing follows."""
    name, _, metavar = spelled.partition(" ")
    usual = {"metavar": metavar, "type": not_empty} if metavar else {"action": "store_true"}
    return lambda container: [container.add_argument(name, help=words, **{**usual, **options})]


class WantedFields(argparse.Action):
    """``--json`` and ``--jsonl``: that JSON is wanted, and which fields of it; all, if none is
    named. Any field may be named if ``others`` exist, which only the records have."""

    def __init__(
        self,
        option_strings: Sequence[str],
        dest: str,
        *,
        known: Sequence[str],
        others: bool,
        help: str | None = None,
    ) -> None:
        super().__init__(
            option_strings, dest, nargs="?", default=False, metavar="FIELDS", help=help
        )
        self.known = known
        self.others = others

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        options: argparse.Namespace,
        value: Any,
        spelled: str | None = None,
    ) -> None:
        """Take note of them."""
        options.json = True
        options.jsonl = self.dest == "jsonl"
        if value is None:
            return
        names = value.split(",")
        unknown = [] if self.others else [name for name in names if name not in self.known]
        if unknown or not all(names):
            told = [name for name in unknown if re.fullmatch(r"[A-Za-z_]{1,40}", name)]
            which = f"no field {', '.join(told)}" if told else "no such field"
            parser.error(f"{spelled} has {which}; it has {', '.join(self.known)}")
        options.fields = (*dict.fromkeys(names),)


def output_of(command: str) -> Iterator[Argument]:
    """The options that choose what a command prints."""
    if command not in FIELDS:
        return
    others = command in OPEN
    takes: dict[str, Any] = {"action": WantedFields}
    takes |= {"known": (*FIELDS[command], *(PARAMETERS if others else ())), "others": others}
    words = "print JSON, or these fields of it: a,b; secrets are left out"
    found = [argument("--json", words, **takes)]
    if command not in FILES:
        found.append(argument("--jsonl", "the same, one object a line", **takes))
    if command in ROWS:
        words = "table (default), csv, or name: one name, or id, a line"
        found.append(argument("-o FORM", words, dest="form", choices=ROW_FORMS))
    yield one_of(*found)


def one_of(*arguments: Argument) -> Argument:
    """Arguments of which at most one may be given."""

    def add(container: argparse._ActionsContainer) -> list[argparse.Action]:
        """Add them."""
        group = container.add_mutually_exclusive_group()
        return [action for argument in arguments for action in argument(group)]

    return add
