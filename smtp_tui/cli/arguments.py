"""The commands and their arguments.

Every command waits for this module. So the arguments of a command are added only if its name is on
the command line, and what only a mistake needs is imported when there is one.
"""

from __future__ import annotations

import argparse
from functools import partial

from smtp_tui.cli.exit_codes import ExitCode, Refusal
from smtp_tui.cli.parser import (
    ANY,
    MORE,
    Line,
    Parser,
    Version,
    argument,
    count,
    days,
    file,
    one_of,
    output_of,
    path,
    port,
    seconds,
)

TYPE_CHECKING = False  # that of ``typing``, which would take a tenth of ``--help``
if TYPE_CHECKING:
    from collections.abc import Callable, Container, Sequence
    from typing import Any, Final, TypeAlias

    from smtp_tui.cli.parser import Argument

    AddCommand: TypeAlias = "Callable[[str, str, str, str], Parser]"
    """Adds a command of this name, function, help and example."""

DESCRIPTION: Final = (
    "Manage the SMTP connections of IBM Cloud Automation Manager.\n"
    "Without a command, smtp-tui opens its screen."
)


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Parse the arguments. Raises :class:`Refusal`, and ``SystemExit`` after help or version."""
    line = Line(arguments, program(arguments))
    try:
        return line.parsed()
    except Refusal as refusal:
        if line.command.command == "probe" and {"nagios", "--format=nagios"} & {*line.options}:
            refusal.code = ExitCode.NOT_FOUND  # the 3 of a plugin
            _tell_plugin(str(refusal))
        raise


def _tell_plugin(words: str) -> None:
    """Say it on stdout too, where it is looked for."""
    from smtp_tui.cli.probe_monitors import unknown_line
    from smtp_tui.cli.say import show

    show(unknown_line(words))


_ALLOW_MAIL: Final = argument(
    "--allow-mail-to HOST",
    "let test emails leave this machine for HOST; may be repeated",
    **MORE,
)
_PROFILE: Final = "profile to use"
_WHICH: Final = one_of(
    argument("--profile PROFILE", _PROFILE),
    argument("--all", "show the records of all profiles in one table"),
    argument("--profiles NAMES", "the same for these profiles: a,b"),
    argument("--label LABEL", "the same for the profiles with this label or environment"),
)
_READ_ONLY: Final = argument("--read-only", argparse.SUPPRESS)
"""For each command that does not ignore it; the help of the program tells of it."""
_NEW_PARAMETER: Final = argument(
    "--new-parameter NAME",
    "allow NAME=value although NAME is not known and not on the record; may be repeated",
    dest="new_parameters",
    **MORE,
)
_VALUES: Final = (
    argument("values name=value", "parameters, such as port=587; no passwords", **ANY),
    _NEW_PARAMETER,
)
_MANY: Final = (
    argument(
        "--match name=value",
        "only records with this value, such as port=25; may be repeated: all have to hold",
        **MORE,
    ),
    one_of(
        argument("--profiles NAMES", "work on these profiles, separated by commas"),
        argument("--all-profiles", "work on every profile"),
    ),
)
_MANY_CONFIRMED: Final = (
    argument(
        "--force", "allow a plan that changes more than 30 %% of a list of 10 records or more"
    ),
    argument(
        "--confirm-count N",
        "confirm a plan with its exact number of records; protected profiles need this instead"
        " of --yes",
        type=count,
    ),
)
_REPLACE: Final = argument("--force", "replace a file that has other content")
_PASSWORD: Final = (
    argument("--password-stdin", "read the password from stdin"),
    argument(
        "--password-file PATH", "read the password from a file that only you can read", type=path
    ),
)
_YES: Final = argument("--yes", "do not ask for confirmation")
_MORE_THAN_ONE: Final = (
    "More than one record makes a plan: it is shown, confirmed once and carried out.\n"
    "A failure stops no other record; the exit code is the worst of all."
)
_ASK: Final = "ask for the password of each record of a list that has one"
_FROM_LIST: Final = """\
With - it creates the records that stdin has, as list --json, get --json and
export print them, with the same types:
smtp-tui list --json | smtp-tui --profile b create -
A list has no secrets. They are asked for, read from --password-file (the same
password for each record that had one), or left out; none is made blank."""
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
    argument(
        "--confirm-name NAME",
        "confirm with the record's name; protected profiles need this instead of --yes",
    ),
    argument("--dry-run", "print the request, but do not send it"),
)


def _command(
    parent: Parser, given: Container[str], name: str, run: str, words: str, example: str
) -> Parser:
    """Add a command; ``words`` describe it in its own help and in the list of commands.

    It is chosen if its name is among the arguments that are ``given``. ``run`` names its function
    as ``module.function`` in this package: it is imported when it is run, so that no command waits
    for what only others need. ``example`` are the arguments of an example.
    """
    parser = parent.add_command(name, words, chosen=name in given)
    parser.set_defaults(run=run)
    parser.takes(*_of_program(shown=False), *output_of(parser.command))
    parser.example = example
    return parser


def program(given: Container[str]) -> Parser:
    """The parser of the program, with the arguments of the commands that are ``given``."""
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
        prune=False,
        passwords=False,
        all_profiles=False,
        json=False,
        jsonl=False,
        fields=(),
        form=None,
    )
    parser.takes(
        *_of_program(shown=True),
        _WHICH,
        argument("--read-only", "refuse every change in this run"),
    )
    add = partial(_command, parser, given)
    _add_sandboxes(add)
    _add_records(add)
    profiles = add("profiles", "", "list, change and check profiles", "list")
    if profiles.chosen:
        _add_actions(partial(_command, profiles, given))
    _add_reports(add)
    return parser


def _of_program(*, shown: bool) -> tuple[Argument, ...]:
    """The options that every command takes; only the help of the program tells of them."""

    def one(spelled: str, words: str, **options: Any) -> Argument:
        """Such an option."""
        return argument(spelled, words if shown else argparse.SUPPRESS, **options)

    return (
        one("--version", "show program's version number and exit", action=Version),
        one("--quiet", "print data, warnings and errors only"),
        one("--verbose", "print each request with its status and duration on stderr"),
        one(
            "--debug FILE",
            "add each request and decision to this file, without secrets; it is 0600",
            type=file,
        ),
    )


def _add_reports(add: AddCommand) -> None:
    """Add the commands that tell something and ask no server."""
    words = "print the journal of writes, newest first"
    add("audit", "audit.show_journal", words, "--since 7d --unfinished").takes(
        argument("--profile PROFILE", "only this profile"),
        argument("--record RECORD", "only this record, by id or name"),
        argument("--since TIME", "only since this time (UTC without a zone), or 90m, 12h, 7d"),
        argument("--unfinished", "only writes whose outcome is unknown"),
        _READ_ONLY,
        more="The journal has every write: what was about to be sent, and its outcome.\n"
        "If an outcome is unknown, check the record. No server is contacted.",
    )
    words = "print a page of help, or the list of them"
    add("help", "help.show_page", words, "configuration").takes(
        argument("topic TOPIC", "what it is about", nargs="?"),
        more="The pages are installed with the program.",
    )
    words, shells = "print the completion for a shell", ("bash", "zsh", "fish")
    add("completion", "completion.print_script", words, "bash").takes(
        argument("shell SHELL", "bash, zsh or fish", choices=shells),
        more="It completes commands, options, and the names of profiles and records; of\n"
        "records those that were listed last. No server is contacted.",
    )
    words = "show versions, paths and problems"
    add("doctor", "doctor.examine", words, "--check").takes(
        argument("--profile PROFILE", "the profile to look at"),
        argument("--check", "try the profile step by step, from its name to the list"),
        argument(
            "--bundle FILE",
            "write the report, profiles, settings and the newest writes to a JSON file",
            type=path,
        ),
        argument("--yes", "write the bundle without asking"),
        argument("--force", "replace a file that exists already"),
        _READ_ONLY,
        more="No server is contacted without --check, and no secret is printed.",
    )


def _add_sandboxes(add: AddCommand) -> None:
    """Add the commands that run a sandbox."""
    words = "open the screen on a sandbox with its own mail server"
    add("demo", "screen.open_demo", words, "").takes(
        *(_ALLOW_MAIL, _READ_ONLY),
        more="It needs no set-up, contacts no other server, and keeps nothing.",
    )
    words = "run a stand-in for the CAM server"
    add("sandbox", "sandbox.serve_sandbox", words, "--tls --data records.sqlite").takes(
        argument("--port PORT", "port of the API (default: 30000)", type=port, default=30000),
        argument("--tls", "serve https with a self-signed certificate"),
        argument("--data FILE", "keep the records in this SQLite file", type=path),
        argument(
            "--smtp-port PORT", "port of its mail server (default: any free)", type=port, default=0
        ),
        _ALLOW_MAIL,
        argument("--empty", "start without the demo records"),
        more="It prints the variables that point smtp-tui at it, and runs until ctrl+c.\n"
        "Test emails are really sent, but only to this machine.",
    )


def _add_records(add: AddCommand) -> None:
    """Add the commands on the records of a profile."""

    def on_profile(name: str, run: str, words: str, example: str) -> Parser:
        """Add a command with what all of them take."""
        parser = add(name, run, words, example)
        parser.takes(argument("--profile PROFILE", _PROFILE), _READ_ONLY)
        return parser

    _add_desired(on_profile, add)
    on_profile("list", "records.list_records", "list the records", "--json").takes(
        argument("values RECORD", "only these records, by id or name", **ANY), *_MANY
    )
    on_profile("get", "records.get_records", "show records whole", "PRIMARY").takes(
        argument("records RECORD", "id, or a name that is unique", nargs="+"),
        more="With --json, one record is an object; several are a document like that of list.",
    )
    words, example = "change parameters of records", "PRIMARY port=587 --dry-run"
    on_profile("set", "changes.set_record", words, example).takes(
        argument(
            "values RECORD | name=value",
            "records, by id or name, then parameters, such as port=587; no passwords",
            **ANY,
        ),
        _NEW_PARAMETER,
        one_of(*_PASSWORD, argument("--clear-password", "remove the stored password")),
        *(*_CONFIRMATION, *_MANY, *_MANY_CONFIRMED),
        more=_MORE_THAN_ONE,
    )
    words, example = "create a record and print its id", "ALERTS --preset gmail username=me@x.org"
    on_profile("create", "changes.create_record", words, example).takes(
        argument(
            "name NAME | -", "name of the record; it cannot be changed later; or - for a list"
        ),
        *(*_VALUES, one_of(*_PASSWORD, argument("--ask-passwords", _ASK))),
        argument("--preset PRESET", "use hostname and port of a provider, such as gmail"),
        *(*_CONFIRMATION, _MANY_CONFIRMED[1]),
        more=_FROM_LIST,
    )
    _add_destroying_and_testing(on_profile)
    _add_probe(on_profile)


def _add_destroying_and_testing(on_profile: AddCommand) -> None:
    """Add what deletes records, and what tests them."""
    words = "delete records"
    on_profile("delete", "changes.delete_record", words, "PRIMARY --yes").takes(
        argument("values RECORD", "records, by id or name", **ANY),
        *(*_CONFIRMATION, *_MANY, *_MANY_CONFIRMED),
        more="A backup is written first, without secrets; stderr names its file, and the\n"
        f"apply that brings the records back.\n{_MORE_THAN_ONE}",
    )
    words, example = "send a test email and print the verdict", "PRIMARY --to you@example.com"
    on_profile("test", "send_test.send_test", words, example).takes(
        argument(
            "values RECORD | name=value",
            "records; or one, then values to test instead of its own; nothing is saved",
            **ANY,
        ),
        argument("--to ADDRESS", "recipient, one address (default: that of the profile)"),
        argument("--values", "test these values alone, without a record", dest="unsaved"),
        *(one_of(*_PASSWORD), _NEW_PARAMETER, *_MANY, _YES),
        argument("--dry-run", "print which mails would be sent, but send none"),
        more=_MORE_THAN_ONE,
    )


def _add_probe(on_profile: AddCommand) -> None:
    """Add what looks at relays from this machine."""
    words, example = "look at relays from this machine, without a mail", "PRIMARY mx.example.com:25"

    def when(option: str, words: str) -> Argument:
        """An option that says when TLS begins."""
        name = option[2:]
        kept: Any = {"action": "store_const", "dest": "security", "default": "auto"}
        return argument(option, words, const=name, **kept)

    on_profile("probe", "probe.probe", words, example).takes(
        argument("values RECORD | HOST:PORT", "records, by id or name, and addresses", **ANY),
        argument("--all", "probe all records", dest="all_records"),
        *_MANY,
        one_of(
            when("--starttls", "demand STARTTLS"),
            when("--tls", "begin with TLS, as on port 465"),
            when("--plain", "do without TLS"),
        ),
        argument("--login USER", "try this login; its password is asked for"),
        one_of(*_PASSWORD),
        argument("--from ADDRESS", "sender to ask with (default: none)", dest="sender", type=str),
        argument("--rcpt ADDRESS", "ask whether mail to it is taken", dest="recipient"),
        argument("--insecure", "log in without TLS, or with a certificate that is not trusted"),
        argument("--dialogue", "print what both sides said"),
        argument("--format FORMAT", "text (default), nagios or prometheus", choices=_FORMATS),
        argument("-o FILE", "replace this file with the metrics", dest="output", type=path),
        argument("-w SECONDS", "WARNING beyond it", dest="warning", type=seconds),
        argument("-c SECONDS", "CRITICAL beyond it", dest="critical", type=seconds),
        argument(
            "-D DAYS",
            "WARNING below it; two numbers, as 30,7: and CRITICAL",
            dest="days",
            type=days,
        ),
        more=_ABOUT_PROBES,
    )


def _add_desired(on_profile: AddCommand, add: AddCommand) -> None:
    """Add the commands on desired state in a file."""
    words, example = "write records as a file to edit and apply", "-o records.yaml"
    on_profile("export", "export.export", words, example).takes(
        argument("values RECORD", "only these records, by id or name", **ANY),
        argument("-o FILE", "write to this file instead of stdout", dest="output", type=path),
        _REPLACE,
        more="It is YAML, or JSON with --json. It has no secrets; a comment says how a\n"
        "password is referred to. -o refuses a file that has other content; --force\n"
        "replaces it.",
    )
    file = "file written by export, or - for stdin"
    prune = argument(
        "--prune", "delete the records that the file lacks; blank what its records lack"
    )
    passwords = argument(
        "--passwords", "send the passwords of existing records too, which cannot be compared"
    )
    words, example = "show what apply would change", "records.yaml"
    plan = on_profile("plan", "desired.plan", words, example)
    plan.usage_code = ExitCode.FAILED  # its 2 means that something would change
    plan.takes(
        *(argument("file FILE", file, type=path), prune, passwords, *_MANY[1:]),
        argument("-o FILE", "keep the plan as JSON in this file", dest="output", type=path),
        argument("--force", "replace a file that holds no plan"),
        more="Nothing is sent. A reference to a password is not followed.",
    )
    words, example = "make the records what a file says", "records.yaml --yes"
    on_profile("apply", "desired.apply", words, example).takes(
        argument("file FILE | PLAN", f"{file}; or a plan kept by plan -o", type=path),
        *(prune, passwords, *_MANY[1:], _YES, *_MANY_CONFIRMED),
        argument("--dry-run", "show what would change, as plan does, but send nothing"),
        more=_MORE_THAN_ONE,
    )
    words = "print the JSON Schema of a file, or of what a command prints"
    add("schema", "schema.print_schema", words, "profiles list").takes(
        argument(
            "what KIND",
            "file (of desired state, the default), plan, profiles or config; or a command",
            **ANY,
        ),
        argument("--lines", "of a line that --jsonl prints"),
    )


def _add_actions(add: AddCommand) -> None:
    """Add what can be done with profiles."""
    name = argument("name NAME", "name of the profile")
    words = "list the profiles; * marks the default"
    add("list", "profiles.list_profiles", words, "").takes(_READ_ONLY)
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
    add("check", "profiles_check.check_profiles", words, "production").takes(
        argument("names NAME", "only these profiles (default: all)", **ANY),
        _READ_ONLY,
        more="The steps are name, connection, certificate, token, tenant and list.\n"
        "It never asks for a token or password; steps that need a typed one are skipped.",
    )
    words = "print the path of profiles.toml"
    add("path", "profiles.show_path", words, "").takes(_READ_ONLY)


def _fields(*, new: bool) -> Argument:
    """The options for the fields of a new profile, or for a change of one; as ``new_FIELD``."""

    def add(container: argparse._ActionsContainer) -> list[argparse.Action]:
        """Add them, as the fields are declared."""
        from smtp_tui.profiles.model import FIELDS

        added: list[argparse.Action] = []
        for field in FIELDS[1:] if new else FIELDS:  # the name of a new one is an argument
            found: list[Argument] = []
            for option in field.options or ():
                takes: dict[str, Any] = {"action": "store_const", "const": option.text}
                spelled = option.flag
                if "{}" in option.text:
                    spelled += f" {option.metavar or field.name.rpartition('_')[2].upper()}"
                    takes = {"type": option.text.format, "required": new and field.name == "host"}
                found.append(argument(spelled, option.help, dest=f"new_{field.name}", **takes))
            for each in [one_of(*found)] if len(found) > 1 else found:
                added += each(container)
        return added

    return add
