"""``doctor --bundle``: what a colleague needs to help, in one file that can be read before it is
passed on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from msgspec import to_builtins

from smtp_tui.api.clock import Clock
from smtp_tui.api.target import HostRefused
from smtp_tui.cli.audit import shown_write
from smtp_tui.cli.exit_codes import ExitCode
from smtp_tui.cli.output import refuse_to_replace
from smtp_tui.cli.running import Environ, known_profiles
from smtp_tui.cli.say import confirm, inform
from smtp_tui.profiles.model import ADDRESSES, FIELDS, Profile
from smtp_tui.profiles.preferences import FILE_NAME
from smtp_tui.profiles.sources import source_words
from smtp_tui.profiles.toml import read_toml
from smtp_tui.state.files import FileProblem, config_directory, state_directory, write_private
from smtp_tui.state.journal import Journal
from smtp_tui.state.written import writes_of
from smtp_tui.text import counted

if TYPE_CHECKING:
    import argparse

SCHEMA: Final = 1
_WRITES: Final = 100
"""The newest writes of the journal that are in it."""


def write_bundle(
    options: argparse.Namespace, environ: Environ, facts: Sequence[dict[str, Any]]
) -> ExitCode:
    """List what the file is to hold, and write it after a yes. It holds no secret."""
    refuse_to_replace(options, options.bundle, lambda _: False)
    parts = {
        "doctor": (list(facts), "line", "of the report that doctor prints"),
        "profiles": (_profiles(environ), "profile", "with the source of the token, never a token"),
        "config": (_config(environ), "setting", f"of {FILE_NAME}"),
        "writes": (_writes(environ), "write", "of the journal, the newest first"),
    }
    inform(f"The bundle {options.bundle} holds no secret. It consists of:")
    for content, noun, what in parts.values():
        inform(f"  {counted(len(content), noun)} {what}")
    if not options.yes:
        confirm("Write it? [y/N]", "nothing was written", "y")
    bundle = {"schema": SCHEMA, "made_at": Clock().now().isoformat()}
    whole = bundle | {name: content for name, (content, *_) in parts.items()}
    write_private(options.bundle, json.dumps(whole, indent=2) + "\n")
    inform(f"Written: {options.bundle}")
    return ExitCode.OK


def _profiles(environ: Environ) -> list[dict[str, str]]:
    """The profiles that can be used; of a token, where it comes from."""
    try:
        return [_plain(profile) for profile in known_profiles(environ).all]
    except FileProblem:
        return []  # the doctor's part tells why


def _plain(profile: Profile) -> dict[str, str]:
    told = {field.name: field.text(profile) for field in FIELDS}
    told["token"] = source_words(profile.token)
    try:
        profile.target()
    except HostRefused:
        told |= dict.fromkeys(ADDRESSES, "cannot be used, so it is not shown")
    return told


def _config(environ: Environ) -> dict[str, object]:
    try:
        return dict(read_toml(config_directory(environ) / FILE_NAME).values)
    except FileProblem:
        return {}


def _writes(environ: Environ) -> list[dict[str, Any]]:
    """The newest writes; a journal never holds a secret."""
    try:
        entries = Journal(state_directory(environ)).read().entries
    except FileProblem:
        return []
    return [to_builtins(shown_write(write)) for write in writes_of(entries)][:_WRITES]
