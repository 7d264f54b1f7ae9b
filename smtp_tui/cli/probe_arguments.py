"""What the command line of ``probe`` asks for, and what it may not ask for together."""

from __future__ import annotations

import argparse
import ipaddress
from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from smtp_tui.api.secret import SecretStr
from smtp_tui.cli.exit_codes import Refusal, UsageError
from smtp_tui.cli.probe_monitors import Thresholds
from smtp_tui.cli.say import ask_secret, on_terminal
from smtp_tui.cli.values import read_password, recipient_of
from smtp_tui.mail.parameters import check_username
from smtp_tui.mail.remarks import has_error, remarks_of
from smtp_tui.probe.model import Address, Ask, BadAddress, Security, parse_address
from smtp_tui.state.files import holds_other
from smtp_tui.text import after_colon

_NOWHERE: Final = Address("", 0)
"""Stands in what is asked of every relay until its address is known."""


def told_apart(values: Sequence[str]) -> tuple[list[Address], list[str]]:
    """The addresses and the records among the arguments. Raises :class:`Refusal`.

    What ends in a colon and digits, without spaces, is an address; anything else is a record. So a
    record whose name reads like an address goes by its id. Slips with an address are refused, lest
    the server be asked for a record of that name.
    """
    addresses, names = [], []
    for value in values:
        host, colon, port = value.rpartition(":")
        if _is_ipv6(value.strip("[]")):
            raise UsageError(
                f"{value}: an IPv6 address needs brackets and a port: [2001:db8::1]:25"
            )
        if not (colon and host) or any(map(str.isspace, value)):
            names.append(value)
        elif not port:
            raise UsageError(f"{value}: a host needs a port after its colon: mail.example.com:25")
        elif not port.isdecimal() or (":" in host and not host.endswith("]")):
            names.append(value)
        else:
            try:
                addresses.append(parse_address(value))
            except BadAddress as problem:
                raise UsageError(f"{value}: {after_colon(str(problem))}") from None
    return addresses, names


def _is_ipv6(text: str) -> bool:
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return True


def wants_records(options: argparse.Namespace, names: Sequence[str]) -> bool:
    """Whether records are asked for, and not only addresses."""
    return bool(names or options.all_records or options.match)


def wants_several(options: argparse.Namespace) -> bool:
    """Whether the command line asks for more than one relay, however many there are then."""
    several = options.all_records or options.match or options.profiles or options.all_profiles
    return bool(several) or len(options.values) > 1


def check_options(options: argparse.Namespace, addresses: list[Address], names: list[str]) -> None:
    """Refuse what contradicts itself, and what would be ignored. Raises :class:`Refusal`."""
    by_record = wants_records(options, names)
    profiles = (options.profile, options.profiles) != (None, None) or options.all_profiles
    monitored = options.format in ("nagios", "prometheus")
    limits = (each is not None for each in (options.warning, options.critical, options.days))
    password = options.password_stdin or options.password_file
    wrong = {
        "name a record or HOST:PORT, or use --all": not (by_record or addresses),
        "--all cannot be used with RECORD": options.all_records and names,
        "a profile needs RECORD, --match or --all": profiles and not by_record,
        "--json cannot be used with --format": options.json and options.format,
        "--dialogue cannot be used with this --format": options.dialogue and monitored,
        "-w, -c and -D need --format nagios": any(limits) and options.format != "nagios",
        "-o needs --format prometheus": options.output and options.format != "prometheus",
        "--from needs --rcpt": options.sender is not None and options.recipient is None,
        "a password needs --login USER": password and options.login is None,
        "--insecure needs --login USER": options.insecure and options.login is None,
    }
    for words, is_wrong in wrong.items():
        if is_wrong:
            raise UsageError(words)
    if options.output and holds_other(options.output, lambda text: text.startswith("# HELP smtp")):
        raise Refusal(f"{options.output}: holds no metrics; name another file")


def asked(options: argparse.Namespace) -> Ask:
    """What is asked of every relay. Raises :class:`Refusal`, and as ``read_password``."""
    ask = Ask(_NOWHERE, Security(options.security), insecure=options.insecure)
    if options.recipient is not None:
        sender = recipient_of("--from", options.sender) if options.sender else ""
        ask = replace(ask, sender=sender, recipient=recipient_of("--rcpt", options.recipient))
    if options.login is None:
        return ask
    if has_error(remarks_of(check_username, options.login)):
        raise Refusal("--login: this cannot be a user name")
    password = read_password(options)
    if password is None:
        if not on_terminal():
            raise Refusal("there is no terminal to ask on; use --password-stdin or --password-file")
        password = SecretStr(ask_secret("SMTP password:"))
    return replace(ask, username=options.login, password=password)


def thresholds(options: argparse.Namespace) -> Thresholds:
    """When a plugin warns. Raises :class:`Refusal` where it would be critical before that."""
    limits = Thresholds(options.warning, options.critical, *(options.days or (None, None)))
    if limits.warning and limits.critical and limits.warning > limits.critical:
        raise UsageError("-w must not be more than -c")
    if (limits.days_critical or 0) > (limits.days_warning or 0):
        raise UsageError("-D: the first number must not be less than the second")
    return limits
