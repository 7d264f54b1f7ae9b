"""``profiles list|add|set|remove|use|path``: the profiles file, changed one profile at a time."""

from __future__ import annotations

import argparse
import re
import shlex
from contextlib import suppress
from typing import TypeVar

from msgspec.structs import replace

from smtp_tui.api.target import Access, Trust
from smtp_tui.cli.exit_codes import ExitCode
from smtp_tui.cli.failing import Refusal
from smtp_tui.cli.running import Environ, known_profiles
from smtp_tui.cli.say import ask, clean, on_terminal, remark, show, show_json
from smtp_tui.cli.shapes import table
from smtp_tui.mail.recipient import parse_recipient
from smtp_tui.profiles.choosing import Known, NoSuchProfile
from smtp_tui.profiles.environment import TOKEN_VARIABLES
from smtp_tui.profiles.model import Colour, Profile
from smtp_tui.profiles.reading import nearest
from smtp_tui.profiles.sources import (
    CommandToken,
    EnvironmentToken,
    LoginToken,
    PromptToken,
    TokenSource,
    source_words,
)
from smtp_tui.profiles.store import ProfileStore, config_directory
from smtp_tui.profiles.texts import TextRefused, parse_trust, trust_text

_Value = TypeVar("_Value")


def list_profiles(options: argparse.Namespace, environ: Environ) -> ExitCode:
    """Print every profile, the environment's included; ``*`` marks the default."""
    known = known_profiles(environ)
    default = known.profiles.default
    _tell_overruled(known)
    if options.json:
        show_json([_plain(profile, default) for profile in known.all])
    elif known.all:
        heading = ("", "PROFILE", "HOST", "TENANT", "TEAM", "ACCESS", "TOKEN")
        show(table(heading, [_row(profile, default) for profile in known.all]))
    else:
        remark("No profile yet: smtp-tui profiles add NAME --host HOST --tenant TENANT")
    return ExitCode.OK


def _tell_overruled(known: Known) -> None:
    """Say where another profile than the default would be used."""
    with suppress(NoSuchProfile):
        choice = known.chosen(None)
        if choice is not None and choice.remark:
            remark(clean(choice.remark))


def add_profile(options: argparse.Namespace, environ: Environ) -> ExitCode:
    """Add a profile; the first one becomes the default."""
    profile = _changed(Profile(name=options.name, host=options.host), options)
    now = _store(environ).add(profile)
    _warn(options, environ)
    default = " It is the default." if now.default == profile.name else ""
    remark(f"Added {clean(profile.name)}.{default}")
    if not profile.tenant:
        remark(f"It names no tenant yet: smtp-tui profiles check {shlex.quote(profile.name)}")
    return ExitCode.OK


def set_profile(options: argparse.Namespace, environ: Environ) -> ExitCode:
    """Change what is given of a profile, and nothing else."""
    before = known_profiles(environ).named(options.name)
    after = _changed(before, options)
    if after == before:
        remark("Nothing changes.")
        return ExitCode.OK
    _store(environ).replace(options.name, after)
    _warn(options, environ)
    remark(f"Changed {clean(after.name)}.")
    return ExitCode.OK


def remove_profile(options: argparse.Namespace, environ: Environ) -> ExitCode:
    """Take a profile out of the file; nothing on its server changes."""
    profile = known_profiles(environ).named(options.name)
    if not options.yes:
        if not on_terminal():
            words = "nothing was removed: nobody can be asked, so --yes is needed"
            raise Refusal(words, ExitCode.REFUSED)
        host = clean(profile.shown_host)
        words = f"Remove the profile {clean(profile.name)} (host {host})? Type yes:"
        if ask(words).strip().lower() != "yes":
            raise Refusal("nothing was removed: not confirmed", ExitCode.REFUSED)
    store = _store(environ)
    was_default = store.load().default == options.name
    store.remove(options.name)
    default = " There is no default now: smtp-tui profiles use NAME." if was_default else ""
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
    if options.host is not None:
        profile = replace(profile, host=options.host, port=None)
    return replace(
        profile,
        name=_given(options.rename, profile.name),
        tenant=_given(options.tenant, profile.tenant),
        team=_given(options.team, profile.team),
        namespace=_given(options.namespace, profile.namespace),
        identity_url=_given(options.identity_url, profile.identity_url) or None,
        access=profile.access if options.access is None else Access(options.access),
        label=_given(options.label, profile.label),
        colour=profile.colour if options.colour is None else Colour(options.colour),
        trust=profile.trust if options.trust is None else _trust(options.trust),
        token=_token(options) or profile.token,
        recipient=_recipient(_given(options.recipient, profile.recipient)),
        allow_http=_given(options.allow_http, profile.allow_http),
    )


def _warn(options: argparse.Namespace, environ: Environ) -> None:
    """Say what may be misspelt."""
    variable = options.token_env
    if variable is not None and not environ.get(variable):
        near = nearest(variable, [name for name in TOKEN_VARIABLES if environ.get(name)])
        remark(f"warning: the variable {clean(variable)} is not set here{near}")


def _recipient(text: str) -> str:
    if text:
        address, remarks = parse_recipient(text)
        if address is None:
            raise Refusal("--recipient: " + " ".join(remark.text for remark in remarks))
    return text


def _given(value: _Value | None, otherwise: _Value) -> _Value:
    return otherwise if value is None else value


def _trust(text: str) -> Trust:
    """``pin:X,login:Y`` for the shell is what ``pin X login Y`` is in a form."""
    try:
        return parse_trust(re.sub(r"(?:^|,)(ca|pin|login):", r" \1 ", text))
    except TextRefused as error:
        raise Refusal(f"--trust: {error}") from None


def _token(options: argparse.Namespace) -> TokenSource | None:
    if options.token_env is not None:
        return EnvironmentToken(options.token_env)
    if options.token_login is not None:
        return LoginToken(options.token_login)
    if options.token_prompt:
        return PromptToken()
    if options.token_command is not None:
        try:
            return CommandToken(tuple(shlex.split(options.token_command)))
        except ValueError:
            raise Refusal("--token-command has a quote that is not closed") from None
    return None


def _row(profile: Profile, default: str | None) -> tuple[str, ...]:
    label = f" [{profile.label}]" if profile.label else ""
    return (
        "*" if profile.name == default else "",
        profile.name + label,
        profile.shown_host,
        profile.tenant,
        profile.team,
        profile.access.value,
        source_words(profile.token),
    )


def _plain(profile: Profile, default: str | None) -> dict[str, object]:
    return {
        "name": profile.name,
        "default": profile.name == default,
        "host": profile.shown_host,
        "tenant": profile.tenant,
        "team": profile.team,
        "namespace": profile.namespace,
        "access": profile.access.value,
        "label": profile.label,
        "colour": profile.colour.value,
        "identity_url": profile.identity_url or "",
        "allow_http": profile.allow_http,
        "trust": trust_text(profile.trust),
        "token": source_words(profile.token),
        "recipient": profile.recipient,
    }
