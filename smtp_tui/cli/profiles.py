"""``profiles list|add|set|remove|use|path``: the profiles file, changed one profile at a time."""

from __future__ import annotations

import argparse
import shlex
from contextlib import suppress
from typing import Final

from msgspec.structs import replace

from smtp_tui.cli.arguments import EMPTY
from smtp_tui.cli.exit_codes import ExitCode, Refusal
from smtp_tui.cli.running import Environ, known_profiles
from smtp_tui.cli.say import ask, on_terminal, remark, show, show_json, table
from smtp_tui.cli.values import recipient_of
from smtp_tui.profiles.choosing import Known, NoSuchProfile
from smtp_tui.profiles.model import FIELDS, Profile, check_profile
from smtp_tui.profiles.sources import TOKEN_VARIABLES, EnvironmentToken, source_words
from smtp_tui.profiles.store import ProfileStore
from smtp_tui.state.files import config_directory
from smtp_tui.text import clean, nearest

_COLUMNS: Final = ("host", "tenant", "team", "access", "token")


def list_profiles(options: argparse.Namespace, environ: Environ) -> ExitCode:
    """Print every profile, the environment's included; ``*`` marks the default."""
    known = known_profiles(environ)
    default = known.profiles.default
    _tell_overruled(known)
    if options.json:
        show_json([_plain(profile, default) for profile in known.all])
    elif known.all:
        heading = ("", "PROFILE", *map(str.upper, _COLUMNS))
        show(table(heading, [_row(profile, default) for profile in known.all]))
    else:
        remark("No profile yet: smtp-tui profiles add NAME --host HOST --tenant TENANT")
    return ExitCode.OK


def _tell_overruled(known: Known) -> None:
    """Say if another profile than the default would be used."""
    with suppress(NoSuchProfile):
        choice = known.chosen(None)
        if choice is not None and choice.remark:
            remark(clean(choice.remark))


def add_profile(options: argparse.Namespace, environ: Environ) -> ExitCode:
    """Add a profile; the first one becomes the default."""
    profile = _changed(Profile(name=options.name, host=""), options)
    now = _store(environ).add(profile)
    _warn(options, profile, environ)
    default = " It is the default." if now.default == profile.name else ""
    remark(f"Added {clean(profile.name)}.{default}")
    if not profile.tenant:
        remark(f"It names no tenant yet: smtp-tui profiles check {shlex.quote(profile.name)}")
    return ExitCode.OK


def set_profile(options: argparse.Namespace, environ: Environ) -> ExitCode:
    """Change the given fields of a profile, and nothing else."""
    before = known_profiles(environ).named(options.name)
    after = _changed(before, options)
    if after == before:
        remark("Nothing changes.")
        return ExitCode.OK
    _store(environ).replace(options.name, after)
    _warn(options, after, environ)
    renamed = f", which is {clean(after.name)} now" if after.name != before.name else ""
    remark(f"Changed {clean(before.name)}{renamed}.")
    return ExitCode.OK


def remove_profile(options: argparse.Namespace, environ: Environ) -> ExitCode:
    """Remove a profile from the file; nothing on its server changes."""
    known = known_profiles(environ)
    profile = known.named(options.name)
    if not options.yes:
        if not on_terminal():
            words = "nothing was removed: nobody can be asked, so --yes is needed"
            raise Refusal(words, ExitCode.REFUSED)
        host = clean(profile.shown_host)
        words = f"Remove the profile {clean(profile.name)} (host {host})? Type yes:"
        if ask(words).strip().lower() != "yes":
            raise Refusal("nothing was removed: not confirmed", ExitCode.REFUSED)
    left = _store(environ).remove(options.name)
    lost = known.profiles.default is not None and left.default is None
    default = " There is no default now: smtp-tui profiles use NAME." if lost else ""
    remark(f"Removed {clean(options.name)}.{default}")
    return ExitCode.OK


def use_profile(options: argparse.Namespace, environ: Environ) -> ExitCode:
    """Start with this profile from now on, unless something more specific chooses another."""
    known_profiles(environ).named(options.name)
    _store(environ).set_default(options.name)
    remark(f"{clean(options.name)} is the default now.")
    _tell_overruled(known_profiles(environ))
    return ExitCode.OK


def show_path(options: argparse.Namespace, environ: Environ) -> ExitCode:
    """Print where the profiles file is, or would be."""
    path = str(_store(environ).path)
    if options.json:
        show_json({"path": path})
    else:
        show(clean(path))
    return ExitCode.OK


def _store(environ: Environ) -> ProfileStore:
    return ProfileStore(config_directory(environ))


def _changed(profile: Profile, options: argparse.Namespace) -> Profile:
    """The profile with every option that was given. Raises :class:`Refusal`."""
    if options.new_host is not None:
        profile = replace(profile, port=None)  # it was the old host's
    for field in FIELDS:
        text = getattr(options, f"new_{field.name}", None)
        if text is not None:
            try:
                profile = replace(profile, **{field.name: field.codec.from_text(text)})
            except ValueError as error:
                raise Refusal(f"{field.name}: {error}") from None
    for name, _ in check_profile(profile):
        if getattr(options, f"new_{name}", None) == "":
            raise Refusal(f"{name}: {EMPTY}")
    if profile.recipient:
        recipient_of("--recipient", profile.recipient)
    return profile


def _warn(options: argparse.Namespace, profile: Profile, environ: Environ) -> None:
    """Warn of a variable that may be misspelt."""
    source = profile.token
    if options.new_token is None or not isinstance(source, EnvironmentToken):
        return
    if not environ.get(source.variable):
        near = nearest(source.variable, [name for name in TOKEN_VARIABLES if environ.get(name)])
        remark(f"warning: the variable {clean(source.variable)} is not set here{near}")


def _row(profile: Profile, default: str | None) -> tuple[str, ...]:
    plain, label = _plain(profile, default), f" [{profile.label}]" if profile.label else ""
    mark = "*" if profile.name == default else ""
    return (mark, f"{profile.name}{label}", *(str(plain[column]) for column in _COLUMNS))


def _plain(profile: Profile, default: str | None) -> dict[str, object]:
    """A profile as an object: every field as text, but for those that scripts want otherwise."""
    fields = {field.name: field.text(profile) for field in FIELDS if field.name != "port"}
    return fields | {
        "default": profile.name == default,
        "host": profile.shown_host,
        "allow_http": profile.allow_http,
        "token": source_words(profile.token),
    }
