"""The commands and their arguments.

A message about a mistake is one line and never repeats a value: it may be a password that was
typed in the wrong place.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NoReturn, TypeAlias

import smtp_tui
from smtp_tui.cli.exit_codes import codes_help
from smtp_tui.profiles.model import FIELDS
from smtp_tui.text import nearest

Subcommands: TypeAlias = "argparse._SubParsersAction[Parser]"
Argument: TypeAlias = Callable[[argparse._ActionsContainer], object]
"""Adds an argument to a parser, or to a group of one."""

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
EMPTY: Final = "it is empty, as an unset variable of a shell is"
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
    """An argument parser that raises its message instead of printing it and exiting.

    The parsed options name the parser of their command as ``parser``.
    """

    def __init__(self, **options: Any) -> None:
        layout = argparse.RawDescriptionHelpFormatter
        super().__init__(allow_abbrev=False, formatter_class=layout, **options)
        self.set_defaults(parser=self)

    def error(self, message: str) -> NoReturn:
        """Raise :class:`UsageProblem`."""
        message = _QUOTED.sub(lambda found: _PLAIN[found[1]], message)
        raise UsageProblem(f"{message} ({self.prog} --help tells more)")

    @property
    def long_options(self) -> list[str]:
        """The options of this parser that are words."""
        return _LONG.findall(self.format_usage())


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Parse the arguments. Raises :class:`UsageProblem`, and ``SystemExit`` after help or version.

    ``name=value`` may stand anywhere, also after options, where argparse alone would refuse it.
    """
    program = _parser()
    options, left = program.parse_known_args(arguments)
    command: Parser = options.parser
    unknown = [argument.partition("=")[0] for argument in left if argument.startswith("-")]
    if unknown and unknown[0] in program.long_options:
        program.error(f"{unknown[0]} stands before the command")
    if unknown:
        near = nearest(unknown[0], program.long_options + command.long_options)
        command.error(f"there is no option {unknown[0]} here{near}")
    if left and not hasattr(options, "values"):
        command.error(f"{len(left)} arguments too many" if left[1:] else "an argument too many")
    if left:
        options.values = [*options.values, *left]
    return options


def _not_empty(text: str) -> str:
    """A name that is not blank.

    An unset shell variable leaves an argument empty; that must not name a record or a profile
    with a blank name.
    """
    if not text.strip():
        raise argparse.ArgumentTypeError(EMPTY)
    return text


def _port(text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) <= 5 and int(text) < 65536:
        return int(text)
    raise argparse.ArgumentTypeError("a port is a number up to 65535, or 0 for any that is free")


def _argument(spelled: str, words: str | None = None, **options: Any) -> Argument:
    """An argument spelled as in the help: ``--port PORT``; a flag where nothing follows."""
    name, _, metavar = spelled.partition(" ")
    usual = {"metavar": metavar, "type": _not_empty} if metavar else {"action": "store_true"}
    return lambda container: container.add_argument(name, help=words, **{**usual, **options})


def _one_of(*arguments: Argument) -> Argument:
    def add(container: argparse._ActionsContainer) -> None:
        """Add arguments of which at most one may be given."""
        group = container.add_mutually_exclusive_group()
        for argument in arguments:
            argument(group)

    return add


_MORE: Final = {"action": "append", "default": []}
"""For an option that may be given more than once."""
_ALLOW_MAIL: Final = _argument(
    "--allow-mail-to HOST",
    "let test mail leave this machine for HOST; may be given more than once",
    **_MORE,
)
_JSON: Final = _argument("--json", "data as JSON, never with a secret")
_RECORD: Final = _argument("record RECORD", "an id, or a name that only one has")
_NEW_PARAMETER: Final = _argument(
    "--new-parameter NAME",
    "allow a name=value whose name is neither known nor on the record; may be repeated",
    dest="new_parameters",
    **_MORE,
)
_ANY: Final = {"nargs": "*", "default": []}
"""For an argument that may be given any number of times, or not at all."""
_VALUES: Final = (
    _argument("values name=value", "parameters, such as port=587; never a password", **_ANY),
    _NEW_PARAMETER,
)
_PASSWORD: Final = (
    _argument("--password-stdin", "read the password from stdin"),
    _argument(
        "--password-file PATH", "read the password from a file that only you can read", type=Path
    ),
)
_YES: Final = _argument("--yes", "do not ask")
_CONFIRMATION: Final = (
    _YES,
    _argument(
        "--confirm-name NAME",
        "the record's name, instead of typing it; needed where a profile is protected",
    ),
    _argument("--dry-run", "print the request, send nothing"),
)


def _command(
    commands: Subcommands, name: str, run: str, words: str, *arguments: Argument, more: str = ""
) -> Parser:
    """Add a command; ``words`` describe it in its own help and in the list of commands.

    ``run`` is the function that does it, as module and name in this package. It is imported by
    that name, so that no command waits for what only others need.
    """
    description = f"{words[0].upper()}{words[1:]}.\n\n{more}".rstrip()
    parser = commands.add_parser(name, help=words, description=description)
    parser.set_defaults(run=run)
    for argument in arguments:
        argument(parser)
    return parser


def _parser() -> Parser:
    parser = Parser(prog="smtp-tui", description=DESCRIPTION, epilog=_NOTES)
    parser.set_defaults(dry_run=False, clear_password=False)  # where a command has no such option
    parser.add_argument("--version", action="version", version=smtp_tui.__version__)
    parser.add_argument("--profile", type=_not_empty, help="use this profile")
    parser.add_argument("--read-only", action="store_true", help="allow no change in this run")
    commands = parser.add_subparsers(dest="command", metavar="command")
    _add_sandboxes(commands)
    _add_records(commands)
    _add_profiles(commands)
    _add_local(commands)
    return parser


def _add_sandboxes(commands: Subcommands) -> None:
    _command(
        commands,
        "demo",
        "screen.open_demo",
        "open the screen on a sandbox with its own mail server",
        _ALLOW_MAIL,
        more="Nothing has to be set up, and no server of yours is asked. Nothing is kept.",
    )
    _command(
        commands,
        "sandbox",
        "sandbox.serve_sandbox",
        "serve a stand-in for the CAM server",
        _argument("--port PORT", "of the API (30000)", type=_port, default=30000),
        _argument("--tls", "https, self-signed"),
        _argument("--data DATA", "an SQLite file that keeps the records", type=Path),
        _argument("--smtp-port SMTP_PORT", "of its mail server (any free)", type=_port, default=0),
        _ALLOW_MAIL,
        _argument("--empty", "start without the demo's records"),
        more="It prints the variables that lead smtp-tui to it, and runs until ctrl+c.\n"
        "Test mail is really sent, but to this machine only.",
    )


def _add_records(commands: Subcommands) -> None:
    def add(name: str, run: str, words: str, *arguments: Argument) -> None:
        """Add a command on the records of a profile."""
        _command(commands, name, run, words, profile, _JSON, *arguments).epilog = _NOTES

    profile = _argument("--profile PROFILE", "use this profile", default=argparse.SUPPRESS)
    add("list", "records.list_records", "print the records")
    add("get", "records.get_record", "print one record", _RECORD)
    add(
        "set",
        "change.set_record",
        "change some parameters of a record",
        *(_RECORD, *_VALUES),
        _one_of(*_PASSWORD, _argument("--clear-password", "remove the stored password")),
        *_CONFIRMATION,
    )
    add(
        "create",
        "change.create_record",
        "create a record and print its id",
        _argument("name NAME", "of the record; it cannot be changed later"),
        *(*_VALUES, _one_of(*_PASSWORD)),
        _argument("--preset PRESET", "take hostname and port of a provider, such as gmail"),
        *_CONFIRMATION,
    )
    add("delete", "change.delete_record", "delete a record", _RECORD, *_CONFIRMATION)
    add(
        "test",
        "send_test.send_test",
        "send a test email and tell what came of it",
        _argument(
            "values RECORD | name=value",
            "a record, then values to use in place of its own; nothing is saved",
            **_ANY,
        ),
        _argument("--to ADDRESS", "one address", required=True),
        _argument("--values", "test these values only, no record", dest="unsaved"),
        *(_one_of(*_PASSWORD), _NEW_PARAMETER),
    )


def _add_profiles(commands: Subcommands) -> None:
    words, name = "list, change and check the profiles", _argument("name NAME")
    profiles = _command(commands, "profiles", "", words)
    actions = profiles.add_subparsers(dest="action", metavar="action", required=True)
    words = "print the profiles; * marks the default"
    _command(actions, "list", "profiles.list_profiles", words, _JSON)
    _command(actions, "add", "profiles.add_profile", "add a profile", name, *_fields(new=True))
    words = "change a profile; other fields stay as they are"
    _command(actions, "set", "profiles.set_profile", words, name, *_fields(new=False))
    words = "remove a profile from the file"
    _command(actions, "remove", "profiles.remove_profile", words, name, _YES)
    _command(actions, "use", "profiles.use_profile", "make a profile the default", name)
    _command(
        actions,
        "check",
        "check.check_profiles",
        "check whether profiles work",
        _argument("names NAME", "only these profiles", **_ANY),
        _JSON,
        more="The steps are name, connection, certificate, token, tenant and list.\n"
        "It asks for no token or password: the steps that need a typed one are skipped.\n"
        "It exits 1 where a step failed.",
    )
    words = "print where the profiles file is"
    _command(actions, "path", "profiles.show_path", words, _JSON)


def _fields(*, new: bool) -> Iterator[Argument]:
    """The options for the fields of a new profile, or for a change of one; as ``new_FIELD``."""
    for field in FIELDS[1:] if new else FIELDS:  # the name of a new one is an argument
        found: list[Argument] = []
        for option in field.options or ():
            takes: dict[str, Any] = {"action": "store_const", "const": option.text}
            spelled = option.flag
            if "{}" in option.text:
                spelled += f" {option.metavar or field.name.rpartition('_')[2].upper()}"
                takes = {"type": option.text.format, "required": new and field.name == "host"}
            found.append(_argument(spelled, option.help, dest=f"new_{field.name}", **takes))
        yield from [_one_of(*found)] if len(found) > 1 else found


def _add_local(commands: Subcommands) -> None:
    _command(
        commands,
        "audit",
        "audit.show_journal",
        "print the journal of writes, newest first",
        _argument("--profile PROFILE", "only of this profile", default=argparse.SUPPRESS),
        _argument("--record RECORD", "only of this id or name"),
        _argument("--since TIME", "only since a time (UTC without a zone), or 90m, 12h, 7d"),
        _argument("--unfinished", "only those whose outcome is not known"),
        _argument("--json", "one JSON object a line, no secret"),
        more="Every write is in it: what was about to be sent, and what came of it.\n"
        "Where the outcome is not known, look at the record. It asks no server.",
    ).epilog = codes_help()
    _command(
        commands,
        "doctor",
        "doctor.examine",
        "print versions, paths and what is not well",
        _JSON,
        more="It asks no server, prints no secret, and exits 1 where something is not well.",
    )
