"""The commands and their arguments.

A message about a mistake is one line and never repeats a value: it may be a password that was
typed in the wrong place.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, NoReturn, TypeAlias

import smtp_tui
from smtp_tui.cli.exit_codes import codes_help
from smtp_tui.profiles.model import FIELDS
from smtp_tui.text import nearest

Subcommands: TypeAlias = "argparse._SubParsersAction[Parser]"

DESCRIPTION: Final = (
    "Manage the SMTP connections of IBM Cloud Automation Manager from the keyboard.\n"
    "Without a command it opens the screen."
)
PROFILE_HELP: Final = """\
which profile is used; each of these overrules those below it, and says so on
stderr:
  --profile
  SMTP_TUI_PROFILE
  the vendor's variables, when a host is among them (CAM_HOST, TSA_HOSTNAME)
  the default in profiles.toml
  the only profile in profiles.toml
A command that writes names profile, host and tenant on stderr before anything
else; one that reads does so where stderr is a terminal."""
NETWORK_HELP: Final = """\
network: a request has 10 s to connect, ends after 60 s of silence, and after
120 s at the latest. Proxies, .netrc, REQUESTS_CA_BUNDLE and SSLKEYLOGFILE in
the environment are not used."""
_NOTES: Final = f"{PROFILE_HELP}\n\n{NETWORK_HELP}\n\n{codes_help()}"
_LONG: Final = re.compile(r"--[a-z][a-z-]*")
_VALUES_HELP: Final = "parameters, such as port=587; never a password"
EMPTY: Final = "it is empty, as an unset variable of a shell is"
_PORTS: Final = range(65536)
_QUOTED: Final = re.compile(
    r"""(ignored explicit argument|invalid choice:) (?P<quote>['"]).*?(?<!\\)(?P=quote)"""
)
_PLAIN: Final = {
    "ignored explicit argument": "it takes no value",
    "invalid choice:": "it is none of those",
}
"""What argparse says before it repeats a value, and what is said instead."""


class UsageProblem(Exception):
    """Arguments that are not understood; the message is one line without a value."""


class Parser(argparse.ArgumentParser):
    """An argument parser that raises its message instead of printing it and exiting."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        options.setdefault("allow_abbrev", False)
        options.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        super().__init__(*arguments, **options)
        self.commands: Subcommands | None = None

    def add_commands(self, **options: Any) -> Subcommands:
        """Add subcommands, as :meth:`add_subparsers`."""
        self.commands = self.add_subparsers(**options)
        return self.commands

    def used(self, options: argparse.Namespace) -> list[Parser]:
        """This parser, and those of the commands in these parsed arguments."""
        parsers = [self]
        for name in (options.command, getattr(options, "action", None)):
            commands = parsers[-1].commands
            if commands is not None and name in commands.choices:
                parsers.append(commands.choices[name])
        return parsers

    def error(self, message: str) -> NoReturn:
        """Raise :class:`UsageProblem`."""
        message = _QUOTED.sub(lambda found: _PLAIN[found[1]], message)
        raise UsageProblem(f"{message} ({self.prog} --help tells more)")


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Parse the arguments. Raises :class:`UsageProblem`, and ``SystemExit`` after help or version.

    ``name=value`` may stand anywhere, also after options, where argparse alone would refuse it.
    """
    parser = _parser()
    options, left = parser.parse_known_args(arguments)
    used = parser.used(options)
    unknown = [argument.partition("=")[0] for argument in left if argument.startswith("-")]
    if unknown and unknown[0] in _long_options(parser):
        parser.error(f"{unknown[0]} stands before the command")
    if unknown:
        near = nearest(unknown[0], _long_options(*used))
        used[-1].error(f"there is no option {unknown[0]} here{near}")
    if left and not hasattr(options, "values"):
        many = f"{len(left)} arguments too many" if len(left) > 1 else "an argument too many"
        used[-1].error(many)
    if left:
        options.values = [*options.values, *left]
    return options


def _long_options(*parsers: Parser) -> list[str]:
    return [option for parser in parsers for option in _LONG.findall(parser.format_usage())]


def _not_empty(text: str) -> str:
    """A name that is not blank.

    An unset shell variable leaves an argument empty; that must not name a record or a profile
    with a blank name.
    """
    if not text.strip():
        raise argparse.ArgumentTypeError(EMPTY)
    return text


def _port(text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) <= 5 and int(text) in _PORTS:
        return int(text)
    raise argparse.ArgumentTypeError("a port is a number up to 65535, or 0 for any that is free")


def _parser() -> Parser:
    parser = Parser(prog="smtp-tui", description=DESCRIPTION, epilog=_NOTES)
    parser.add_argument("--version", action="version", version=smtp_tui.__version__)
    parser.add_argument("--profile", type=_not_empty, help="use this profile")
    parser.add_argument("--read-only", action="store_true", help="allow no change in this run")
    commands = parser.add_commands(dest="command", metavar="command")
    demo = _command(
        commands,
        "demo",
        "open the screen on a sandbox with its own mail server",
        "Nothing has to be set up, and no server of yours is asked. Nothing is kept.",
    )
    _add_allowed_mail(demo)
    _add_sandbox(commands)
    _add_reading(commands)
    _add_writing(commands)
    _add_test(commands)
    _add_profiles(commands)
    _add_audit(commands)
    doctor = _command(
        commands,
        "doctor",
        "print versions, paths and what is not well",
        "It asks no server, prints no secret, and exits 1 where something is not well.",
    )
    _add_json(doctor)
    return parser


def _add_sandbox(commands: Subcommands) -> None:
    sandbox = _command(
        commands,
        "sandbox",
        "serve a stand-in for the CAM server",
        "It prints the variables that lead smtp-tui to it, and runs until ctrl+c.\n"
        "Test mail is really sent, but to this machine only.",
    )
    sandbox.add_argument("--port", type=_port, default=30000, help="of the API (30000)")
    sandbox.add_argument("--tls", action="store_true", help="https, self-signed")
    sandbox.add_argument("--data", type=Path, help="an SQLite file that keeps the records")
    sandbox.add_argument("--smtp-port", type=_port, default=0, help="of its mail server (any free)")
    _add_allowed_mail(sandbox)
    sandbox.add_argument("--empty", action="store_true", help="start without the demo's records")


def _add_allowed_mail(parser: Parser) -> None:
    parser.add_argument(
        "--allow-mail-to",
        metavar="HOST",
        action="append",
        default=[],
        help="let test mail leave this machine for HOST; may be given more than once",
    )


def _command(commands: Subcommands, name: str, words: str, more: str = "") -> Parser:
    """Add a command; ``words`` describe it in its own help and in the list of commands."""
    description = f"{words[0].upper()}{words[1:]}."
    return commands.add_parser(
        name, help=words, description=f"{description}\n\n{more}" if more else description
    )


def _record_command(commands: Subcommands, name: str, words: str) -> Parser:
    parser = _command(commands, name, words)
    parser.epilog = _NOTES
    parser.add_argument(
        "--profile", type=_not_empty, default=argparse.SUPPRESS, help="use this profile"
    )
    _add_json(parser)
    return parser


def _add_json(parser: Parser) -> None:
    parser.add_argument("--json", action="store_true", help="data as JSON, never with a secret")


def _add_reading(commands: Subcommands) -> None:
    _record_command(commands, "list", "print the records")
    get = _record_command(commands, "get", "print one record")
    _add_record(get)


def _add_record(parser: Parser) -> None:
    parser.add_argument(
        "record", metavar="RECORD", type=_not_empty, help="an id, or a name that only one has"
    )


def _add_password(parser: Parser) -> argparse._MutuallyExclusiveGroup:
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--password-stdin", action="store_true", help="read the password from stdin")
    group.add_argument(
        "--password-file",
        type=Path,
        metavar="PATH",
        help="read the password from a file that only you can read",
    )
    return group


def _add_confirmation(parser: Parser) -> None:
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.add_argument(
        "--confirm-name",
        metavar="NAME",
        type=_not_empty,
        help="the record's name, instead of typing it; needed where a profile is protected",
    )
    parser.add_argument("--dry-run", action="store_true", help="print the request, send nothing")


def _add_values(parser: Parser) -> None:
    parser.add_argument("values", nargs="*", default=[], metavar="name=value", help=_VALUES_HELP)
    _add_new_parameter(parser)


def _add_new_parameter(parser: Parser) -> None:
    parser.add_argument(
        "--new-parameter",
        dest="new_parameters",
        metavar="NAME",
        action="append",
        default=[],
        type=_not_empty,
        help="allow a name=value whose name is neither known nor on the record; may be repeated",
    )


def _add_writing(commands: Subcommands) -> None:
    change = _record_command(commands, "set", "change some parameters of a record")
    _add_record(change)
    _add_values(change)
    _add_password(change).add_argument(
        "--clear-password", action="store_true", help="remove the stored password"
    )
    _add_confirmation(change)
    create = _record_command(commands, "create", "create a record and print its id")
    create.add_argument(
        "name", metavar="NAME", type=_not_empty, help="of the record; it cannot be changed later"
    )
    _add_values(create)
    _add_password(create)
    create.add_argument(
        "--preset", type=_not_empty, help="take hostname and port of a provider, such as gmail"
    )
    _add_confirmation(create)
    delete = _record_command(commands, "delete", "delete a record")
    _add_record(delete)
    _add_confirmation(delete)


def _add_test(commands: Subcommands) -> None:
    test = _record_command(commands, "test", "send a test email and tell what came of it")
    test.add_argument(
        "values",
        nargs="*",
        default=[],
        metavar="RECORD | name=value",
        help="a record, then values to use in place of its own; nothing is saved",
    )
    test.add_argument("--to", required=True, metavar="ADDRESS", help="one address")
    test.add_argument(
        "--values", dest="unsaved", action="store_true", help="test these values only, no record"
    )
    _add_password(test)
    _add_new_parameter(test)


def _add_audit(commands: Subcommands) -> None:
    words = "print the journal of writes, newest first"
    more = (
        "Every write is in it: what was about to be sent, and what came of it.\n"
        "Where the outcome is not known, look at the record. It asks no server."
    )
    parser = _command(commands, "audit", words, more)
    parser.epilog = codes_help()
    parser.add_argument(
        "--profile", type=_not_empty, default=argparse.SUPPRESS, help="only of this profile"
    )
    parser.add_argument(
        "--record", metavar="RECORD", type=_not_empty, help="only of this id or name"
    )
    parser.add_argument(
        "--since",
        metavar="TIME",
        help="only since a time (UTC without a zone), or 90m, 12h, 7d",
    )
    parser.add_argument(
        "--unfinished", action="store_true", help="only those whose outcome is not known"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line, no secret")


def _add_profiles(commands: Subcommands) -> None:
    words = "list, change and check the profiles"
    parser = _command(commands, "profiles", words)
    actions = parser.add_commands(dest="action", metavar="action", required=True)
    _add_json(_command(actions, "list", "print the profiles; * marks the default"))
    add = _command(actions, "add", "add a profile")
    add.add_argument("name", metavar="NAME", type=_not_empty)
    _add_profile_fields(add, new=True)
    change = _command(actions, "set", "change a profile; other fields stay as they are")
    change.add_argument("name", metavar="NAME", type=_not_empty)
    _add_profile_fields(change, new=False)
    remove = _command(actions, "remove", "remove a profile from the file")
    remove.add_argument("name", metavar="NAME", type=_not_empty)
    remove.add_argument("--yes", action="store_true", help="do not ask")
    use = _command(actions, "use", "make a profile the default")
    use.add_argument("name", metavar="NAME", type=_not_empty)
    check = _command(
        actions,
        "check",
        "check whether profiles work",
        "The steps are name, connection, certificate, token, tenant and list.\n"
        "It asks for no token or password: the steps that need a typed one are skipped.\n"
        "It exits 1 where a step failed.",
    )
    check.add_argument(
        "names", nargs="*", metavar="NAME", type=_not_empty, help="only these profiles"
    )
    _add_json(check)
    _add_json(_command(actions, "path", "print where the profiles file is"))


def _add_profile_fields(parser: Parser, *, new: bool) -> None:
    """The options for the fields of a new profile, or for a change of one; as ``new_FIELD``."""
    for field in FIELDS[1:] if new else FIELDS:  # the name of a new one is an argument
        options = field.options or ()
        group = parser.add_mutually_exclusive_group() if len(options) > 1 else parser
        for option in options:
            takes: dict[str, Any] = {"action": "store_const", "const": option.text}
            if "{}" in option.text:
                metavar = option.metavar or field.name.rpartition("_")[2].upper()
                takes = {"type": option.text.format, "metavar": metavar}
            if new and field.name == "host":
                takes["required"] = True
            group.add_argument(option.flag, dest=f"new_{field.name}", help=option.help, **takes)
