"""``profiles list|add|set|remove|use|path``: the file of profiles."""

from __future__ import annotations

import argparse
import shlex
from contextlib import suppress
from typing import Final

from msgspec.structs import replace

from smtp_tui.cli.exit_codes import ExitCode, Refusal
from smtp_tui.cli.output import show_many, show_one
from smtp_tui.cli.parser import EMPTY
from smtp_tui.cli.running import Environ, known_profiles
from smtp_tui.cli.say import confirm, inform, say, show, warn
from smtp_tui.cli.shapes import ProfileChange, ShownProfile, StoredAt
from smtp_tui.cli.values import recipient_of
from smtp_tui.profiles import sources
from smtp_tui.profiles.choosing import Known, NoSuchProfile
from smtp_tui.profiles.model import FIELDS, Profile, changed, check_profile
from smtp_tui.profiles.store import Profiles, ProfileStore
from smtp_tui.state.files import FileProblem, config_directory
from smtp_tui.text import clean, nearest
from smtp_tui.typed import typed

_HEADING: Final = ("", "PROFILE", "ENVIRONMENT", "HOST", "TENANT", "TEAM", "ACCESS", "TOKEN")


def list_profiles(options: argparse.Namespace, environ: Environ) -> ExitCode:
    """Print every profile, the environment's included; ``*`` marks the default.

    What cannot be used of the file is told on stderr.
    """
    known = known_profiles(environ)
    default = known.profiles.default
    _tell_overruled(known)
    shown = [_shown_profile(profile, default) for profile in known.all]
    names = [each.name for each in shown]
    show_many(options, shown, lambda: (_HEADING, [*map(_row, shown)]), lambda: names)
    if not known.with_broken and not options.json:
        inform("No profiles yet; add one: smtp-tui profiles add NAME --host HOST --tenant TENANT")
    return ExitCode.USAGE if tell_problems(known.profiles) else ExitCode.OK


def tell_problems(profiles: Profiles) -> bool:
    """Tell each mistake in the file; whether there is any."""
    problems = [broken.problem for broken in profiles.broken]
    problems += [profiles.problem] if profiles.problem is not None else []
    for problem in problems:
        say(str(problem))
    return bool(problems)


def _tell_overruled(known: Known) -> None:
    """Say if another profile than the default would be used."""
    with suppress(NoSuchProfile, FileProblem):
        choice = known.chosen(None)
        if choice is not None and choice.remark:
            inform(clean(choice.remark))


def add_profile(options: argparse.Namespace, environ: Environ) -> ExitCode:
    """Add a profile; the first one becomes the default."""
    profile = _changed(Profile(name=options.name, host=""), options)
    if options.new_environment is None:
        profile = replace(profile, environment=profile.guessed_environment)
    now = _store(environ).add(profile)
    _warn(options, profile, environ)
    _tell_done(options, profile.name, "added")
    default = " It is the default." if now.default == profile.name else ""
    inform(f"Added {clean(profile.name)}.{default}")
    if not profile.tenant:
        inform(
            f"It has no tenant yet; to find it: smtp-tui profiles check {shlex.quote(profile.name)}"
        )
    return ExitCode.OK


def set_profile(options: argparse.Namespace, environ: Environ) -> ExitCode:
    """Change the given fields of a profile, and nothing else."""
    before = known_profiles(environ).named(options.name)
    after = _changed(before, options)
    if after == before:
        _tell_done(options, before.name, "unchanged")
        inform("Nothing to change.")
        return ExitCode.OK
    _store(environ).replace(options.name, after)
    _warn(options, after, environ)
    _tell_done(options, after.name, "changed")
    renamed = f", now named {clean(after.name)}" if after.name != before.name else ""
    inform(f"Changed {clean(before.name)}{renamed}.")
    return ExitCode.OK


def remove_profile(options: argparse.Namespace, environ: Environ) -> ExitCode:
    """Remove a profile from the file; nothing on its server changes."""
    known = known_profiles(environ)
    profile = known.named(options.name)
    if not options.yes:
        host = clean(profile.shown_host)
        words = f"Remove the profile {clean(profile.name)} (host {host})? Type yes to confirm:"
        confirm(words, "nothing was removed")
    left = _store(environ).remove(options.name)
    _tell_done(options, options.name, "removed")
    lost = known.profiles.default is not None and left.default is None
    default = " There is no default now; set one: smtp-tui profiles use NAME" if lost else ""
    inform(f"Removed {clean(options.name)}.{default}")
    return ExitCode.OK


def use_profile(options: argparse.Namespace, environ: Environ) -> ExitCode:
    """Start with this profile from now on, unless something more specific chooses another."""
    known_profiles(environ).named(options.name)
    _store(environ).set_default(options.name)
    _tell_done(options, options.name, "default")
    inform(f"{clean(options.name)} is now the default.")
    _tell_overruled(known_profiles(environ))
    return ExitCode.OK


def show_path(options: argparse.Namespace, environ: Environ) -> ExitCode:
    """Print where the profiles file is, or would be."""
    path = str(_store(environ).path)
    if options.json:
        show_one(options, StoredAt(path))
    else:
        show(clean(path))
    return ExitCode.OK


def _tell_done(options: argparse.Namespace, name: str, done: str) -> None:
    """With ``--json`` print what was done to a profile."""
    if options.json:
        show_one(options, ProfileChange(name, done))


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
                profile = changed(profile, **{field.name: field.codec.from_text(text)})
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
    if options.new_token is None or not isinstance(source, sources.EnvironmentToken):
        return
    if not environ.get(source.variable):
        near = nearest(
            source.variable, [name for name in sources.TOKEN_VARIABLES if environ.get(name)]
        )
        warn(f"the variable {clean(source.variable)} is not set{near}")


def _row(shown: ShownProfile) -> tuple[str, ...]:
    name = f"{shown.name} [{shown.label}]" if shown.label else shown.name
    mark = "*" if shown.default else ""
    where = (shown.environment, shown.host, shown.tenant, shown.team)
    return (mark, name, *where, shown.access, shown.token)


def _shown_profile(profile: Profile, default: str | None) -> ShownProfile:
    """A profile as an object: every field as text, but for those that scripts want otherwise."""
    fields = {field.name: field.text(profile) for field in FIELDS}
    otherwise = {
        "default": profile.name == default,
        "host": profile.shown_host,
        "allow_http": profile.allow_http,
        "test_emails": profile.test_emails,
        "token": sources.source_words(profile.token),
    }
    return typed(fields | otherwise, ShownProfile)
