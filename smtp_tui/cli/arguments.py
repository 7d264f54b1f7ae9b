"""The commands and their arguments.

A message about a mistake is one line and never repeats a value: it may be a password that was
typed in the wrong place.

Every command waits for this module. So the arguments of a command are added only if its name is on
the command line, and what only a mistake needs is imported when there is one.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from functools import partial

import smtp_tui
from smtp_tui.cli.exit_codes import COMMAND_CODES, ExitCode, Refusal, codes_help

TYPE_CHECKING = False  # that of ``typing``, which would take a tenth of ``--help``
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from typing import Any, Final, NoReturn, TypeAlias

    Subcommands: TypeAlias = "argparse._SubParsersAction[Parser]"
    Argument: TypeAlias = Callable[[argparse._ActionsContainer], object]
    """Adds an argument to a parser, or to a group of one."""
    AddCommand: TypeAlias = "Callable[[str, str, str, str], Parser]"
    """Adds a command of this name, function, help and example."""

DESCRIPTION: Final = (
    "Manage the SMTP connections of IBM Cloud Automation Manager.\n"
    "Without a command, smtp-tui opens its screen."
)
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
_LONG: Final = r"--[a-z][a-z-]*"
EMPTY: Final = "must not be empty (is a shell variable unset?)"
_QUOTED: Final = r"""(?P<quote>['"])(?:\\.|(?!(?P=quote)).)*(?P=quote)"""
_PLAINER: Final = (
    (rf"argument (\S+): ignored explicit argument {_QUOTED}", r"\1 takes no value"),
    (rf"argument (\S+): invalid choice: {_QUOTED}", r"unknown \1"),
)
"""What argparse says, with the value that was given, and what is said instead."""
_USELESS: Final = {
    "--profile": r"demo|sandbox|help|schema|profiles \w+",
    "--read-only": r"help|schema|sandbox|profiles (?:add|set|remove|use)",
    "--all": ".+",
    "--profiles": r"(?!(?:list|set|delete|test|probe|plan|apply)$).+",
    "--label": ".+",
}
"""The commands that refuse an option of the program because they would ignore it."""


class Parser(argparse.ArgumentParser):
    """An argument parser that raises its message instead of printing it and exiting.

    The parsed options name the parser of their command as ``parser``. All commands that are not
    ``chosen`` share one parser, which takes no arguments.
    """

    def __init__(self, *, chosen: bool = True, **options: Any) -> None:
        layout = partial(argparse.RawDescriptionHelpFormatter, width=_columns() - 2)
        super().__init__(allow_abbrev=False, add_help=chosen, formatter_class=layout, **options)
        self.set_defaults(parser=self)
        self.chosen = chosen
        self.command = self.prog.partition(" ")[2]
        self.example = ""

    def takes(self, *arguments: Argument, more: str = "") -> None:
        """Add arguments; ``more`` follows the description."""
        if not self.chosen:
            return
        self.description = f"{self.description}\n\n{more}".rstrip()
        for argument in arguments:
            argument(self)

    def format_help(self) -> str:
        """The help text, which ends with an example and the exit codes of the command."""
        command = self.command
        parts = [f"example:\n  {self.prog} {self.example}".rstrip()]
        if not command:
            parts = [PROFILE_HELP, NETWORK_HELP, codes_help()]
        elif command in COMMAND_CODES:
            on_server = ExitCode.TOKEN in COMMAND_CODES[command]
            parts += [codes_help(command), _SEE_PROFILES if on_server else _SEE_CODES]
        self.epilog = "\n\n".join(parts)
        return super().format_help()

    def error(self, message: str) -> NoReturn:
        """Raise :class:`Refusal`."""
        for said, plainer in _PLAINER:
            message = re.sub(said, plainer, message)
        raise Refusal(f"{message} (see {self.prog} --help)")

    @property
    def long_options(self) -> list[str]:
        """The options of this parser that are words."""
        return re.findall(_LONG, self.format_usage())


def _columns() -> int:
    """The width of the terminal, as argparse finds it with ``shutil``.

    That module, with all the compression that it imports, would take a tenth of ``--help``.
    """
    try:
        columns = int(os.environ.get("COLUMNS", ""))
    except ValueError:
        columns = 0
    if columns <= 0 and sys.__stdout__ is not None:
        try:
            columns = os.get_terminal_size(sys.__stdout__.fileno()).columns
        except (ValueError, OSError):  # it is closed, or no terminal
            columns = 0
    return columns if columns > 0 else 80


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Parse the arguments. Raises :class:`Refusal`, and ``SystemExit`` after help or version."""
    try:
        return _parsed(arguments)
    except Refusal as refusal:
        if re.match(r"(?:--profile \S+ |--read-only )*plan\b", " ".join(arguments)):
            refusal.code = ExitCode.FAILED  # its 2 means that something would change
        if "probe" in arguments and {"nagios", "--format=nagios"} & {*arguments}:
            refusal.code = ExitCode.NOT_FOUND  # the 3 of a plugin
            _tell_plugin(str(refusal))
        raise


def _tell_plugin(words: str) -> None:
    """Say it on stdout too, where it is looked for."""
    from smtp_tui.cli.probe_formats import unknown_line
    from smtp_tui.cli.say import show

    show(unknown_line(words))


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    """Parse the arguments.

    ``name=value`` may stand anywhere, also after options, where argparse alone would refuse it.
    """
    program = _parser(arguments)
    options, left = program.parse_known_args(arguments)
    command: Parser = options.parser
    unknown = [argument.partition("=")[0] for argument in left if argument.startswith("-")]
    for option, commands in _USELESS.items():
        given = getattr(options, option[2:].replace("-", "_"))
        if (given or option in unknown) and re.fullmatch(commands, command.command):
            command.error(f"{option} cannot be used with this command")
    if unknown and unknown[0] in program.long_options:
        program.error(f"{unknown[0]} must come before the command")
    if unknown:
        from smtp_tui.text import nearest

        near = nearest(unknown[0], program.long_options + command.long_options)
        command.error(f"unknown option {unknown[0]}{near}")
    if left and not hasattr(options, "values"):
        from smtp_tui.text import counted

        command.error(counted(len(left), "unexpected argument"))
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
    raise argparse.ArgumentTypeError("must be a port number up to 65535, or 0 for any free port")


def _seconds(text: str) -> float:
    if re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,6})?", text):
        return float(text)
    raise argparse.ArgumentTypeError("must be a number of seconds, such as 0.5")


def _days(text: str) -> tuple[int, int | None]:
    if re.fullmatch(r"[0-9]{1,5}(,[0-9]{1,5})?", text):
        warning, _, critical = text.partition(",")
        return int(warning), int(critical) if critical else None
    raise argparse.ArgumentTypeError("must be a number of days, or two: 30,7")


def _count(text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) <= 9:
        return int(text)
    raise argparse.ArgumentTypeError("must be a number of records")


def _path(text: str) -> Path:
    from pathlib import Path

    return Path(text)


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
    "let test mail leave this machine for HOST; may be repeated",
    **_MORE,
)
_PROFILE: Final = "profile to use"
_WHICH: Final = _one_of(
    _argument("--profile PROFILE", _PROFILE),
    _argument("--all", "show the records of all profiles in one table"),
    _argument("--profiles NAMES", "the same for these profiles: a,b"),
    _argument("--label LABEL", "the same for the profiles with this label or environment"),
)
_JSON: Final = _argument("--json", "print JSON; secrets are left out")
_RECORD: Final = _argument("record RECORD", "id, or a name that is unique")
_NEW_PARAMETER: Final = _argument(
    "--new-parameter NAME",
    "allow NAME=value although NAME is not known and not on the record; may be repeated",
    dest="new_parameters",
    **_MORE,
)
_ANY: Final = {"nargs": "*", "default": []}
"""For an argument that may be given any number of times, or not at all."""
_VALUES: Final = (
    _argument("values name=value", "parameters, such as port=587; no passwords", **_ANY),
    _NEW_PARAMETER,
)
_MANY: Final = (
    _argument(
        "--match name=value",
        "only records with this value, such as port=25; may be repeated: all have to hold",
        **_MORE,
    ),
    _one_of(
        _argument(
            "--profiles NAMES",
            "work on these profiles, separated by commas",
            default=argparse.SUPPRESS,
        ),
        _argument("--all-profiles", "work on every profile"),
    ),
)
_MANY_CONFIRMED: Final = (
    _argument(
        "--force", "allow a plan that changes more than 30 %% of a list of 10 records or more"
    ),
    _argument(
        "--confirm-count N",
        "confirm a plan with its exact number of records; protected profiles need this instead"
        " of --yes",
        type=_count,
    ),
)
_PASSWORD: Final = (
    _argument("--password-stdin", "read the password from stdin"),
    _argument(
        "--password-file PATH", "read the password from a file that only you can read", type=_path
    ),
)
_YES: Final = _argument("--yes", "do not ask for confirmation")
_MORE_THAN_ONE: Final = (
    "More than one record makes a plan: it is shown, confirmed once and carried out.\n"
    "A failure stops no other record; the exit code is the worst of all."
)
_FORMATS: Final = ("text", "nagios", "prometheus")
_ABOUT_PROBES: Final = """\
It takes the steps of a mailer, from the name to RCPT TO, and never sends a
mail. What ends in a colon and digits is an address, such as mx.example.com:25
or [2001:db8::1]:25, and needs no profile; anything else is a record. A record
whose name reads like an address goes by its id.
A step has 5 s, a host 20 s; four hosts are probed side by side, each once.
With --format nagios the exit codes are those of a plugin: 0 OK, 1 WARNING,
2 CRITICAL, 3 UNKNOWN, which a wrong command line is too.
See 'smtp-tui help probes' for the keys of --json and the metrics."""
_CONFIRMATION: Final = (
    _YES,
    _argument(
        "--confirm-name NAME",
        "confirm with the record's name; protected profiles need this instead of --yes",
    ),
    _argument("--dry-run", "print the request, but do not send it"),
)


def _command(
    commands: Subcommands,
    given: Sequence[str],
    name: str,
    run: str,
    words: str,
    example: str,
) -> Parser:
    """Add a command; ``words`` describe it in its own help and in the list of commands.

    It is chosen if its name is among the arguments that are ``given``. ``run`` names its function
    as ``module.function`` in this package: it is imported when it is run, so that no command waits
    for what only others need. ``example`` are the arguments of an example.
    """
    description = f"{words[0].upper()}{words[1:]}."
    parser = commands.add_parser(name, help=words, description=description, chosen=name in given)
    parser.set_defaults(run=run)
    parser.takes(_argument("--read-only", argparse.SUPPRESS, default=argparse.SUPPRESS))
    parser.example = example
    return parser


def _parser(given: Sequence[str]) -> Parser:
    """The parser of the program, for the arguments that are ``given``."""
    parser = Parser(prog="smtp-tui", description=DESCRIPTION)
    parser.set_defaults(run="screen.open_screen")
    parser.set_defaults(  # where a command has no such option
        dry_run=False,
        clear_password=False,
        yes=False,
        force=False,
        confirm_name=None,
        confirm_count=None,
        match=[],
        profiles=None,
        all_profiles=False,
    )
    parser.add_argument("--version", action="version", version=f"smtp-tui {smtp_tui.__version__}")
    parser.takes(
        _WHICH,
        _argument("--read-only", "refuse every change in this run"),
    )
    other = Parser(chosen=False)

    def made(*, chosen: bool, **options: Any) -> Parser:
        """The parser of a command: its own if it is chosen, else the shared one."""
        return Parser(**options) if chosen else other

    usual: Any = {"title": "commands", "metavar": "command", "parser_class": made}
    commands = parser.add_subparsers(dest="command", **usual)
    add = partial(_command, commands, given)
    _add_sandboxes(add)
    _add_records(add)
    profiles = add("profiles", "", "list, change and check profiles", "list")
    if profiles.chosen:
        actions = profiles.add_subparsers(dest="action", required=True, **usual)
        _add_actions(partial(_command, actions, given))
    _add_reports(add)
    return parser


def _add_reports(add: AddCommand) -> None:
    """Add the commands that tell something and ask no server."""
    words = "print the journal of writes, newest first"
    add("audit", "audit.show_journal", words, "--since 7d --unfinished").takes(
        _argument("--profile PROFILE", "only this profile", default=argparse.SUPPRESS),
        _argument("--record RECORD", "only this record, by id or name"),
        _argument("--since TIME", "only since this time (UTC without a zone), or 90m, 12h, 7d"),
        _argument("--unfinished", "only writes whose outcome is unknown"),
        _argument("--json", "print one JSON object per line; secrets are left out"),
        more="The journal has every write: what was about to be sent, and its outcome.\n"
        "If an outcome is unknown, check the record. No server is contacted.",
    )
    words = "print a page of help, or the list of them"
    add("help", "help.show_page", words, "configuration").takes(
        _argument("topic TOPIC", "what it is about", nargs="?"),
        more="The pages are installed with the program.",
    )
    words = "show versions, paths and problems"
    add("doctor", "doctor.examine", words, "--check").takes(
        _argument("--profile PROFILE", "the profile to look at", default=argparse.SUPPRESS),
        _argument("--check", "try the profile step by step, from its name to the list"),
        _argument(
            "--bundle FILE",
            "write the report, profiles, settings and the newest writes to a JSON file",
            type=_path,
        ),
        _argument("--yes", "write the bundle without asking"),
        _JSON,
        more="No server is contacted without --check, and no secret is printed.",
    )


def _add_sandboxes(add: AddCommand) -> None:
    """Add the commands that run a sandbox."""
    words = "open the screen on a sandbox with its own mail server"
    add("demo", "screen.open_demo", words, "").takes(
        _ALLOW_MAIL, more="It needs no set-up, contacts no other server, and keeps nothing."
    )
    words = "run a stand-in for the CAM server"
    add("sandbox", "sandbox.serve_sandbox", words, "--tls --data records.sqlite").takes(
        _argument("--port PORT", "port of the API (default: 30000)", type=_port, default=30000),
        _argument("--tls", "serve https with a self-signed certificate"),
        _argument("--data FILE", "keep the records in this SQLite file", type=_path),
        _argument(
            "--smtp-port PORT", "port of its mail server (default: any free)", type=_port, default=0
        ),
        _ALLOW_MAIL,
        _argument("--empty", "start without the demo records"),
        more="It prints the variables that point smtp-tui at it, and runs until ctrl+c.\n"
        "Test mail is really sent, but only to this machine.",
    )


def _add_records(add: AddCommand) -> None:
    """Add the commands on the records of a profile."""

    def on_profile(name: str, run: str, words: str, example: str) -> Parser:
        """Add a command with what all of them take."""
        parser = add(name, run, words, example)
        parser.takes(_argument("--profile PROFILE", _PROFILE, default=argparse.SUPPRESS), _JSON)
        return parser

    _add_desired(on_profile, add)
    on_profile("list", "records.list_records", "list the records", "--json").takes(
        _argument("values RECORD", "only these records, by id or name", **_ANY), *_MANY
    )
    on_profile("get", "records.get_record", "show one record", "PRIMARY").takes(_RECORD)
    words, example = "change parameters of records", "PRIMARY port=587 --dry-run"
    on_profile("set", "changes.set_record", words, example).takes(
        _argument(
            "values RECORD | name=value",
            "records, by id or name, then parameters, such as port=587; no passwords",
            **_ANY,
        ),
        _NEW_PARAMETER,
        _one_of(*_PASSWORD, _argument("--clear-password", "remove the stored password")),
        *(*_CONFIRMATION, *_MANY, *_MANY_CONFIRMED),
        more=_MORE_THAN_ONE,
    )
    words, example = "create a record and print its id", "ALERTS --preset gmail username=me@x.org"
    on_profile("create", "changes.create_record", words, example).takes(
        _argument("name NAME", "name of the record; it cannot be changed later"),
        *(*_VALUES, _one_of(*_PASSWORD)),
        _argument("--preset PRESET", "use hostname and port of a provider, such as gmail"),
        *_CONFIRMATION,
    )
    _add_destroying_and_testing(on_profile)
    _add_probe(on_profile)


def _add_destroying_and_testing(on_profile: AddCommand) -> None:
    """Add what deletes records, and what tests them."""
    words = "delete records"
    on_profile("delete", "changes.delete_record", words, "PRIMARY --yes").takes(
        _argument("values RECORD", "records, by id or name", **_ANY),
        *(*_CONFIRMATION, *_MANY, *_MANY_CONFIRMED),
        more=_MORE_THAN_ONE,
    )
    words, example = "send a test email and print the verdict", "PRIMARY --to you@example.com"
    on_profile("test", "send_test.send_test", words, example).takes(
        _argument(
            "values RECORD | name=value",
            "records; or one, then values to test instead of its own; nothing is saved",
            **_ANY,
        ),
        _argument("--to ADDRESS", "recipient, one address (default: that of the profile)"),
        _argument("--values", "test these values alone, without a record", dest="unsaved"),
        *(_one_of(*_PASSWORD), _NEW_PARAMETER, *_MANY, _YES),
        _argument("--dry-run", "print which mails would be sent, but send none"),
        more=_MORE_THAN_ONE,
    )


def _add_probe(on_profile: AddCommand) -> None:
    """Add what looks at relays from this machine."""
    words, example = "look at relays from this machine, without a mail", "PRIMARY mx.example.com:25"

    def when(option: str, words: str) -> Argument:
        """An option that says when TLS begins."""
        name = option[2:]
        kept: Any = {"action": "store_const", "dest": "security", "default": "auto"}
        return _argument(option, words, const=name, **kept)

    on_profile("probe", "probe.probe", words, example).takes(
        _argument("values RECORD | HOST:PORT", "records, by id or name, and addresses", **_ANY),
        _argument("--all", "probe all records", dest="all_records"),
        *_MANY,
        _one_of(
            when("--starttls", "demand STARTTLS"),
            when("--tls", "begin with TLS, as on port 465"),
            when("--plain", "do without TLS"),
        ),
        _argument("--login USER", "try this login; its password is asked for"),
        _one_of(*_PASSWORD),
        _argument("--from ADDRESS", "sender to ask with (default: none)", dest="sender", type=str),
        _argument("--rcpt ADDRESS", "ask whether mail to it is taken", dest="recipient"),
        _argument("--insecure", "log in without TLS, or with a certificate that is not trusted"),
        _argument("--dialogue", "print what both sides said"),
        _argument("--format FORMAT", "text (default), nagios or prometheus", choices=_FORMATS),
        _argument("-o FILE", "replace this file with the metrics", dest="output", type=_path),
        _argument("-w SECONDS", "WARNING beyond it", dest="warning", type=_seconds),
        _argument("-c SECONDS", "CRITICAL beyond it", dest="critical", type=_seconds),
        _argument(
            "-D DAYS",
            "WARNING below it; two numbers, as 30,7: and CRITICAL",
            dest="days",
            type=_days,
        ),
        more=_ABOUT_PROBES,
    )


def _add_desired(on_profile: AddCommand, add: AddCommand) -> None:
    """Add the commands on desired state in a file."""
    words, example = "write records as a file to edit and apply", "-o records.yaml"
    on_profile("export", "desired.export", words, example).takes(
        _argument("values RECORD", "only these records, by id or name", **_ANY),
        _argument("-o FILE", "write to this file instead of stdout", dest="output", type=_path),
        more="It is YAML, or JSON with --json. It has no secrets; a comment says how a\n"
        "password is referred to.",
    )
    file = "file written by export, or - for stdin"
    prune = _argument(
        "--prune", "delete the records that the file lacks; blank what its records lack"
    )
    passwords = _argument(
        "--passwords", "send the passwords of existing records too, which cannot be compared"
    )
    words, example = "show what apply would change", "records.yaml"
    on_profile("plan", "desired.plan", words, example).takes(
        *(_argument("file FILE", file, type=_path), prune, passwords, *_MANY[1:]),
        _argument("-o FILE", "keep the plan as JSON in this file", dest="output", type=_path),
        more="Nothing is sent. A reference to a password is not followed.",
    )
    words, example = "make the records what a file says", "records.yaml --yes"
    on_profile("apply", "desired.apply", words, example).takes(
        _argument("file FILE | PLAN", f"{file}; or a plan kept by plan -o", type=_path),
        *(prune, passwords, *_MANY[1:], _YES, *_MANY_CONFIRMED),
        more=_MORE_THAN_ONE,
    )
    words = "print the JSON Schema of a file that the program reads"
    add("schema", "schema.print_schema", words, "profiles").takes(
        _argument(
            "what KIND",
            "file (of desired state, the default), plan, profiles or config",
            nargs="?",
            choices=("file", "plan", "profiles", "config"),
        )
    )


def _add_actions(add: AddCommand) -> None:
    """Add what can be done with profiles."""
    name = _argument("name NAME", "name of the profile")
    words = "list the profiles; * marks the default"
    add("list", "profiles.list_profiles", words, "").takes(_JSON)
    example = "prod --host cam.example.com --token-env CAM_BEARER_TOKEN"
    words = "add a profile"
    add("add", "profiles.add_profile", words, example).takes(name, _fields(new=True))
    words, example = "change a profile; other fields stay as they are", "production --team ops"
    add("set", "profiles.set_profile", words, example).takes(name, _fields(new=False))
    words = "remove a profile from the file"
    add("remove", "profiles.remove_profile", words, "staging --yes").takes(name, _YES)
    words = "make a profile the default"
    add("use", "profiles.use_profile", words, "production").takes(name)
    words = "check whether profiles work"
    add("check", "profiles.check_profiles", words, "production").takes(
        _argument("names NAME", "only these profiles (default: all)", **_ANY),
        _JSON,
        more="The steps are name, connection, certificate, token, tenant and list.\n"
        "It never asks for a token or password; steps that need a typed one are skipped.",
    )
    words = "print the path of profiles.toml"
    add("path", "profiles.show_path", words, "").takes(_JSON)


def _fields(*, new: bool) -> Argument:
    """The options for the fields of a new profile, or for a change of one; as ``new_FIELD``."""

    def add(container: argparse._ActionsContainer) -> None:
        """Add them, as the fields are declared."""
        from smtp_tui.profiles.model import FIELDS

        for field in FIELDS[1:] if new else FIELDS:  # the name of a new one is an argument
            found: list[Argument] = []
            for option in field.options or ():
                takes: dict[str, Any] = {"action": "store_const", "const": option.text}
                spelled = option.flag
                if "{}" in option.text:
                    spelled += f" {option.metavar or field.name.rpartition('_')[2].upper()}"
                    takes = {"type": option.text.format, "required": new and field.name == "host"}
                found.append(_argument(spelled, option.help, dest=f"new_{field.name}", **takes))
            for argument in [_one_of(*found)] if len(found) > 1 else found:
                argument(container)

    return add
