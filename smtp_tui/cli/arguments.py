"""The commands and their arguments.

A message about a mistake is one line and never repeats a value: it may be a password that was
typed in the wrong place.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final, NoReturn, TypeAlias

import smtp_tui
from smtp_tui.cli.exit_codes import Refusal, codes_help
from smtp_tui.profiles.model import FIELDS
from smtp_tui.text import nearest

Subcommands: TypeAlias = "argparse._SubParsersAction[Parser]"
Argument: TypeAlias = Callable[[argparse._ActionsContainer], object]
"""Adds an argument to a parser, or to a group of one."""
AddCommand: TypeAlias = "Callable[[str, str, str], Parser]"
"""Adds a command of this name, function and help."""

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
    r"(ignored explicit argument|invalid choice:) "
    r"""(?P<quote>['"])(\\.|(?!(?P=quote)).)*(?P=quote)"""
)
_PLAIN: Final = {
    "ignored explicit argument": "it takes no value",
    "invalid choice:": "it is none of those",
}
"""What argparse says before it repeats a value, and what is said instead."""


class Parser(argparse.ArgumentParser):
    """An argument parser that raises its message instead of printing it and exiting.

    The parsed options name the parser of their command as ``parser``.
    """

    def __init__(self, **options: Any) -> None:
        layout = argparse.RawDescriptionHelpFormatter
        super().__init__(allow_abbrev=False, formatter_class=layout, **options)
        self.set_defaults(parser=self)

    def takes(self, *arguments: Argument, more: str = "") -> None:
        """Add arguments; ``more`` follows the description."""
        self.description = f"{self.description}\n\n{more}".rstrip()
        for argument in arguments:
            argument(self)

    def error(self, message: str) -> NoReturn:
        """Raise :class:`Refusal`."""
        message = _QUOTED.sub(lambda found: _PLAIN[found[1]], message)
        raise Refusal(f"{message} ({self.prog} --help tells more)")

    @property
    def long_options(self) -> list[str]:
        """The options of this parser that are words."""
        return _LONG.findall(self.format_usage())


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Parse the arguments. Raises :class:`Refusal`, and ``SystemExit`` after help or version.

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


def _command(commands: Subcommands, name: str, run: str, words: str) -> Parser:
    """Add a command; ``words`` describe it in its own help and in the list of commands.

    ``run`` is the function that does it, as module and name in this package. It is imported by
    that name, so that no command waits for what only others need.
    """
    parser = commands.add_parser(name, help=words, description=f"{words[0].upper()}{words[1:]}.")
    parser.set_defaults(run=run)
    return parser


def _parser() -> Parser:
    parser = Parser(prog="smtp-tui", description=DESCRIPTION, epilog=_NOTES)
    parser.set_defaults(run="screen.open_screen")
    parser.set_defaults(dry_run=False, clear_password=False)  # where a command has no such option
    parser.add_argument("--version", action="version", version=smtp_tui.__version__)
    parser.takes(
        _argument("--profile PROFILE", "use this profile"),
        _argument("--read-only", "allow no change in this run"),
    )
    commands = parser.add_subparsers(dest="command", metavar="command")
    add = partial(_command, commands)
    add("demo", "screen.open_demo", "open the screen on a sandbox with its own mail server").takes(
        _ALLOW_MAIL,
        more="Nothing has to be set up, and no server of yours is asked. Nothing is kept.",
    )
    add("sandbox", "sandbox.serve_sandbox", "serve a stand-in for the CAM server").takes(
        _argument("--port PORT", "of the API (30000)", type=_port, default=30000),
        _argument("--tls", "https, self-signed"),
        _argument("--data DATA", "an SQLite file that keeps the records", type=Path),
        _argument("--smtp-port SMTP_PORT", "of its mail server (any free)", type=_port, default=0),
        _ALLOW_MAIL,
        _argument("--empty", "start without the demo's records"),
        more="It prints the variables that lead smtp-tui to it, and runs until ctrl+c.\n"
        "Test mail is really sent, but to this machine only.",
    )
    _add_records(add)
    profiles = add("profiles", "", "list, change and check the profiles")
    actions = profiles.add_subparsers(dest="action", metavar="action", required=True)
    _add_actions(partial(_command, actions))
    audit = add("audit", "audit.show_journal", "print the journal of writes, newest first")
    audit.epilog = codes_help()
    audit.takes(
        _argument("--profile PROFILE", "only of this profile", default=argparse.SUPPRESS),
        _argument("--record RECORD", "only of this id or name"),
        _argument("--since TIME", "only since a time (UTC without a zone), or 90m, 12h, 7d"),
        _argument("--unfinished", "only those whose outcome is not known"),
        _argument("--json", "one JSON object a line, no secret"),
        more="Every write is in it: what was about to be sent, and what came of it.\n"
        "Where the outcome is not known, look at the record. It asks no server.",
    )
    add("doctor", "doctor.examine", "print versions, paths and what is not well").takes(
        _JSON, more="It asks no server, prints no secret, and exits 1 where something is not well."
    )
    return parser


def _add_records(add: AddCommand) -> None:
    """Add the commands on the records of a profile."""

    def on_profile(name: str, run: str, words: str) -> Parser:
        """Add a command with what all of them take."""
        parser = add(name, run, words)
        parser.epilog = _NOTES
        usual = _argument("--profile PROFILE", "use this profile", default=argparse.SUPPRESS)
        parser.takes(usual, _JSON)
        return parser

    on_profile("list", "records.list_records", "print the records")
    on_profile("get", "records.get_record", "print one record").takes(_RECORD)
    on_profile("set", "records.set_record", "change some parameters of a record").takes(
        *(_RECORD, *_VALUES),
        _one_of(*_PASSWORD, _argument("--clear-password", "remove the stored password")),
        *_CONFIRMATION,
    )
    on_profile("create", "records.create_record", "create a record and print its id").takes(
        _argument("name NAME", "of the record; it cannot be changed later"),
        *(*_VALUES, _one_of(*_PASSWORD)),
        _argument("--preset PRESET", "take hostname and port of a provider, such as gmail"),
        *_CONFIRMATION,
    )
    on_profile("delete", "records.delete_record", "delete a record").takes(_RECORD, *_CONFIRMATION)
    words = "a record, then values to use in place of its own; nothing is saved"
    on_profile("test", "send_test.send_test", "send a test email and tell what came of it").takes(
        _argument("values RECORD | name=value", words, **_ANY),
        _argument("--to ADDRESS", "one address", required=True),
        _argument("--values", "test these values only, no record", dest="unsaved"),
        *(_one_of(*_PASSWORD), _NEW_PARAMETER),
    )


def _add_actions(add: AddCommand) -> None:
    """Add what can be done with profiles."""
    name = _argument("name NAME")
    add("list", "profiles.list_profiles", "print the profiles; * marks the default").takes(_JSON)
    add("add", "profiles.add_profile", "add a profile").takes(name, *_fields(new=True))
    words = "change a profile; other fields stay as they are"
    add("set", "profiles.set_profile", words).takes(name, *_fields(new=False))
    add("remove", "profiles.remove_profile", "remove a profile from the file").takes(name, _YES)
    add("use", "profiles.use_profile", "make a profile the default").takes(name)
    add("check", "profiles.check_profiles", "check whether profiles work").takes(
        _argument("names NAME", "only these profiles", **_ANY),
        _JSON,
        more="The steps are name, connection, certificate, token, tenant and list.\n"
        "It asks for no token or password: the steps that need a typed one are skipped.\n"
        "It exits 1 where a step failed.",
    )
    add("path", "profiles.show_path", "print where the profiles file is").takes(_JSON)


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
