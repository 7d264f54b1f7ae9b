"""Which profile a run works with: one rule, for the screen and for every command."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Final

from msgspec import Struct

from smtp_tui.api.target import HostRefused, parse_origin
from smtp_tui.profiles.environment import environment_profile, vendor_hosts
from smtp_tui.profiles.model import ENVIRONMENT, Profile
from smtp_tui.profiles.reading import Profiles
from smtp_tui.text import nearest

VARIABLE: Final = "SMTP_TUI_PROFILE"


class NoSuchProfile(Exception):
    """No profile to work on: not there, not decided, or without what a request needs."""


class Source(Enum):
    """What can choose a profile, the most specific first. Each overrules those after it."""

    OPTION = "--profile"
    VARIABLE = VARIABLE
    VENDOR = "the vendor's variables"
    DEFAULT = "the default"
    ONLY = "the only profile"


class Candidate(Struct, frozen=True):
    """A source that is present, the profile it names, and what the source is called here."""

    source: Source
    name: str
    called: str


class Choice(Struct, frozen=True):
    """The chosen profile, the source that chose it, and the sources that it overrules."""

    profile: Profile
    by: Candidate
    overruled: tuple[Candidate, ...] = ()

    @property
    def remark(self) -> str:
        """A sentence on what was overruled; empty where nothing was. Not cleaned."""
        if not self.overruled:
            return ""
        others = ", ".join(f"{one.name} ({one.called})" for one in self.overruled)
        return f"Using the profile {self.profile.name} ({self.by.called}), not {others}."

    @property
    def short(self) -> str:
        """The same in a few words, for a header. Not cleaned."""
        if not self.overruled:
            return ""
        return f"{self.by.called} overrules {', '.join(one.name for one in self.overruled)}"


class Known(Struct, frozen=True):
    """The profiles at hand, those of the file and that of the vendor's variables, and what the
    environment says about the choice: ``variable`` is the text of ``SMTP_TUI_PROFILE``, ``hosts``
    the vendor's variables that hold a host, the one in use first."""

    profiles: Profiles
    environment: Profile | None = None
    variable: str = ""
    hosts: tuple[tuple[str, str], ...] = ()

    @property
    def all(self) -> tuple[Profile, ...]:
        """Every profile, the environment's first; a file's hides one of the same name."""
        stored = self.profiles.profiles
        if self.environment is None or self.profiles.named(self.environment.name):
            return stored
        return (self.environment, *stored)

    def chosen(self, wanted: str | None) -> Choice | None:
        """The choice of the most specific source that is present; None where a person has to
        choose. ``wanted`` is the value of ``--profile``. Raises :class:`NoSuchProfile`.
        """
        present = tuple(self._candidates(wanted))
        if not present:
            return None
        by, *others = present
        profile = self.named(by.name, by.called)
        overruled = [one for one in others if one.name != profile.name]
        if profile is self.environment:
            overruled += self._other_hosts()
        return Choice(profile, by, tuple(overruled))

    def _candidates(self, wanted: str | None) -> Iterator[Candidate]:
        if wanted is not None:
            yield Candidate(Source.OPTION, wanted, Source.OPTION.value)
        if self.variable:
            yield Candidate(Source.VARIABLE, self.variable, VARIABLE)
        if self.environment is not None:
            yield Candidate(Source.VENDOR, self.environment.name, self.hosts[0][0])
        stored, default = self.profiles.profiles, self.profiles.default
        if default is not None:
            yield Candidate(Source.DEFAULT, default, Source.DEFAULT.value)
        elif len(stored) == 1:
            yield Candidate(Source.ONLY, stored[0].name, Source.ONLY.value)

    def _other_hosts(self) -> list[Candidate]:
        """The vendor's variables that name another host than the one in use."""
        used = self.hosts[0][1]
        others = [(name, host) for name, host in self.hosts[1:] if host != used]
        return [Candidate(Source.VENDOR, _host_words(host), name) for name, host in others]

    def decided(self, wanted: str | None) -> Choice:
        """Like :meth:`chosen`, for where nobody can be asked. Raises :class:`NoSuchProfile`."""
        choice = self.chosen(wanted)
        if choice is not None:
            return choice
        if not self.all:
            raise NoSuchProfile(
                "no profile: add one with `smtp-tui profiles add`, or set CAM_HOST and the"
                " vendor's other variables"
            )
        names = ", ".join(one.name for one in self.all)
        raise NoSuchProfile(f"which profile? Use --profile with one of: {names}")

    def named(self, name: str, called: str = "") -> Profile:
        """The profile of that name; ``called`` says who asks for it. Raises
        :class:`NoSuchProfile`."""
        found = next((one for one in self.all if one.name == name), None)
        if found is not None:
            return found
        by = f" ({called})" if called else ""
        if name == ENVIRONMENT:
            raise NoSuchProfile(f"there is no profile named {name}{by}: CAM_HOST is not set")
        near = nearest(name, [one.name for one in self.all])
        raise NoSuchProfile(f"there is no profile named {name}{by}{near}")


def _host_words(host: str) -> str:
    """A host as it may be shown; what is none may hold a password."""
    try:
        return parse_origin(host, allow_http=True).text
    except HostRefused:
        return "another host"


def known_of(profiles: Profiles, environ: Mapping[str, str]) -> Known:
    """The profiles of the file together with what the environment says."""
    return Known(
        profiles,
        environment_profile(environ),
        environ.get(VARIABLE, "").strip(),
        vendor_hosts(environ),
    )


__all__ = ["VARIABLE", "Candidate", "Choice", "Known", "NoSuchProfile", "Source", "known_of"]
