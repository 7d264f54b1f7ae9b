"""Which profile is used: one rule, for the screen and for every command."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from msgspec import Struct

from smtp_tui.api.target import HostRefused, parse_origin
from smtp_tui.profiles.environment import environment_profile, vendor_hosts
from smtp_tui.profiles.model import ENVIRONMENT, Profile
from smtp_tui.profiles.store import Profiles
from smtp_tui.text import nearest

VARIABLE: Final = "SMTP_TUI_PROFILE"


class NoSuchProfile(Exception):
    """No profile to work with: it does not exist, or none was chosen."""


class Candidate(Struct, frozen=True):
    """The name of a profile, and what names it: an option, a variable, the default."""

    name: str
    source: str


class Choice(Struct, frozen=True):
    """The chosen profile, what chose it, and what that overrules. Its texts are not cleaned."""

    profile: Profile
    by: Candidate
    overruled: tuple[Candidate, ...] = ()

    @property
    def remark(self) -> str:
        """A sentence on what was overruled; empty if nothing was."""
        if not self.overruled:
            return ""
        others = " or ".join(f"{other.name} ({other.source})" for other in self.overruled)
        return f"Using the profile {self.profile.name} ({self.by.source}), not {others}."

    @property
    def short(self) -> str:
        """The same in a few words, for the header."""
        if not self.overruled:
            return ""
        return f"{self.by.source} overrules {', '.join(other.name for other in self.overruled)}"


class Known(Struct, frozen=True):
    """The profiles of the file, that of the vendor's variables, and what the environment says.

    ``variable`` is the text of ``SMTP_TUI_PROFILE``, ``hosts`` are the vendor's variables that hold
    a host, the one in use first.
    """

    profiles: Profiles
    environment: Profile | None = None
    variable: str = ""
    hosts: tuple[tuple[str, str], ...] = ()

    @property
    def all(self) -> tuple[Profile, ...]:
        """Every profile, the environment's first; one of the file hides it if named the same."""
        stored = self.profiles.profiles
        if self.environment is None or self.profiles.named(self.environment.name):
            return stored
        return (self.environment, *stored)

    def chosen(self, wanted: str | None) -> Choice | None:
        """The choice of the most specific source; None if a person has to choose.

        ``wanted`` is the value of ``--profile``. Raises :class:`NoSuchProfile`.
        """
        candidates = tuple(self._candidates(wanted))
        if not candidates:
            return None
        by, *others = candidates
        profile = self.named(by.name, by.source)
        overruled = [other for other in others if other.name != profile.name]
        if profile is self.environment:
            used = self.hosts[0][1]
            overruled += [
                Candidate(_shown(host), name) for name, host in self.hosts[1:] if host != used
            ]
        return Choice(profile, by, tuple(overruled))

    def _candidates(self, wanted: str | None) -> Iterator[Candidate]:
        """What names a profile, the most specific first."""
        if wanted is not None:
            yield Candidate(wanted, "--profile")
        if self.variable:
            yield Candidate(self.variable, VARIABLE)
        if self.environment is not None:
            yield Candidate(self.environment.name, self.hosts[0][0])
        stored, default = self.profiles.profiles, self.profiles.default
        if default is not None:
            yield Candidate(default, "the default")
        elif len(stored) == 1:
            yield Candidate(stored[0].name, "the only profile")

    def decided(self, wanted: str | None) -> Choice:
        """Like :meth:`chosen`, where nobody can be asked. Raises :class:`NoSuchProfile`."""
        choice = self.chosen(wanted)
        if choice is not None:
            return choice
        if not self.all:
            raise NoSuchProfile(
                "no profile: add one with `smtp-tui profiles add`, or set CAM_HOST and the"
                " vendor's other variables"
            )
        names = ", ".join(profile.name for profile in self.all)
        raise NoSuchProfile(f"which profile? Use --profile with one of: {names}")

    def named(self, name: str, source: str = "") -> Profile:
        """The profile of that name, which ``source`` names. Raises :class:`NoSuchProfile`."""
        found = next((profile for profile in self.all if profile.name == name), None)
        if found is not None:
            return found
        by = f" ({source})" if source else ""
        if name == ENVIRONMENT:
            raise NoSuchProfile(f"there is no profile named {name}{by}: CAM_HOST is not set")
        near = nearest(name, [profile.name for profile in self.all])
        raise NoSuchProfile(f"there is no profile named {name}{by}{near}")


def _shown(host: str) -> str:
    """A host as it may be shown; a text that is no host may hold a password."""
    try:
        return parse_origin(host, allow_http=True).text
    except HostRefused:
        return "another host"


def known_of(profiles: Profiles, environ: Mapping[str, str]) -> Known:
    """The profiles of the file together with what the environment says."""
    variable = environ.get(VARIABLE, "").strip()
    return Known(profiles, environment_profile(environ), variable, vendor_hosts(environ))
