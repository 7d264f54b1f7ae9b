"""Which function does a command, so that the screen's start imports none of them."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Final, TypeAlias

from smtp_tui.cli.audit import show_journal
from smtp_tui.cli.change import create_record, delete_record, set_record
from smtp_tui.cli.doctor import examine
from smtp_tui.cli.exit_codes import ExitCode
from smtp_tui.cli.profiles import (
    add_profile,
    list_profiles,
    remove_profile,
    set_profile,
    show_path,
    use_profile,
)
from smtp_tui.cli.records import get_record, list_records
from smtp_tui.cli.running import Environ
from smtp_tui.cli.send_test import send_test

Command: TypeAlias = Callable[[argparse.Namespace, Environ], ExitCode]


def _check(options: argparse.Namespace, environ: Environ) -> ExitCode:
    from smtp_tui.cli.check import check_profiles  # noqa: PLC0415 - httpx, for this command only

    return check_profiles(options, environ)


_RECORDS: Final[dict[str, Command]] = {
    "list": list_records,
    "get": get_record,
    "create": create_record,
    "set": set_record,
    "delete": delete_record,
    "test": send_test,
    "doctor": examine,
    "audit": show_journal,
}
_PROFILES: Final[dict[str, Command]] = {
    "list": list_profiles,
    "add": add_profile,
    "set": set_profile,
    "remove": remove_profile,
    "use": use_profile,
    "check": _check,
    "path": show_path,
}


def command_of(options: argparse.Namespace) -> Command:
    """The function of a command that the arguments name."""
    if options.command == "profiles":
        return _PROFILES[options.action]
    return _RECORDS[options.command]
