"""Which profile is used: one rule, for the screen and for every command.

The vendor's own variables describe a profile too, for which no file is needed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, TypeAlias

from msgspec import Struct

from smtp_tui import log
from smtp_tui.api.target import HostRefused, parse_origin
from smtp_tui.profiles.model import ENVIRONMENT, FIELDS, Profile, Variables, guessed_environment
from smtp_tui.profiles.sources import EnvironmentToken, PromptToken
from smtp_tui.profiles.store import Profiles
from smtp_tui.text import nearest

VARIABLE: Final = "SMTP_TUI_PROFILE"
_HOSTS: Final = ("CAM_HOST", "CAM_HOSTNAME", "TSA_HOSTNAME", "TSA_HOST", "MCM_HOSTNAME", "MCM_HOST")
"""The variables for a host, the most important first. Port, tenant and token are taken from the
variables of the same product only: a token belongs to its host."""


class NoSuchProfile(Exception):
    """No profile to work with: it does not exist, or none was chosen."""


Candidate: TypeAlias = tuple[str, str]
"""The name of a profile, and what names it: an option, a variable, the default."""


class Choice(Struct, frozen=True):
    """The chosen profile, what chose it, and what that overrules. Its texts are not cleaned."""

    profile: Profile
    source: str
    overruled: tuple[Candidate, ...] = ()

    @property
    def remark(self) -> str:
        """A sentence on what was overruled; empty if nothing was."""
        if not self.overruled:
            return ""
        others = " or ".join(f"{name} ({source})" for name, source in self.overruled)
        return f"Using the profile {self.profile.name} ({self.source}), not {others}."

    @property
    def short(self) -> str:
        """The same in a few words."""
        if not self.overruled:
            return ""
        return f"{self.source} overrides {', '.join(name for name, _ in self.overruled)}"

    @property
    def wordings(self) -> tuple[str, ...]:
        """The same for the header, and shorter what chose the profile; none if it is usual."""
        return (self.short, f"by {self.source}") if self.overruled else ()


class Several(Struct, frozen=True):
    """Which profiles are shown together: those with these names, or with this label; or all.

    ``label`` is that of the profile, or the word of its environment.
    """

    names: tuple[str, ...] = ()
    label: str = ""

    def of(self, profiles: Iterable[Profile]) -> tuple[Profile, ...]:
        """Those of these profiles that are meant, in their order."""
        label = self.label.casefold()
        return tuple(
            profile
            for profile in profiles
            if (not self.names or profile.name in self.names)
            and (not label or label in _labels(profile))
        )

    @property
    def words(self) -> str:
        """What was chosen by, for the header; not cleaned."""
        return f"label {self.label}" if self.label else ", ".join(self.names)


def _labels(profile: Profile) -> tuple[str, str]:
    return profile.label.casefold(), profile.environment.value


class Known(Struct, frozen=True):
    """The profiles of the file, and the variables of the environment."""

    profiles: Profiles
    environ: Mapping[str, str]

    @property
    def all(self) -> tuple[Profile, ...]:
        """Every profile that can be used, the environment's first."""
        environment = environment_profile(self.environ)
        return (*filter(None, (environment,)), *self.profiles.profiles)

    @property
    def with_broken(self) -> tuple[Profile, ...]:
        """Every profile; of those that are broken, what can be read."""
        return (*self.all, *(broken.readable for broken in self.profiles.broken))

    def chosen(self, wanted: str | None) -> Choice | None:
        """The choice of the most specific source; None if a person has to choose.

        ``wanted`` is the value of ``--profile``. Raises :class:`NoSuchProfile`, and the mistake in
        the file that stands in the way.
        """
        candidates = tuple(self._candidates(wanted))
        if not candidates and self.profiles.problem is not None:
            raise self.profiles.problem
        if not candidates:
            return None
        (wanted, source), *others = candidates
        profile = self.named(wanted, source)
        overruled = [other for other in others if other[0] != profile.name]
        if profile.variables is not None:
            (_, used), *more = _hosts(self.environ)
            overruled += [(_shown(host), name) for name, host in more if host != used]
        choice = Choice(profile, source, tuple(overruled))
        log.decision(f"profile {profile.name}: {source}. {choice.remark}".rstrip())
        return choice

    def _candidates(self, wanted: str | None) -> Iterator[Candidate]:
        """What names a profile, the most specific first."""
        if wanted is not None:
            yield wanted, "--profile"
        if variable := self.environ.get(VARIABLE, "").strip():
            yield variable, VARIABLE
        for name, _ in _hosts(self.environ)[:1]:
            yield ENVIRONMENT, name
        default = self.profiles.default
        stored = [profile.name for profile in self.with_broken if profile.variables is None]
        if default is not None:
            yield default, "the default"
        elif len(stored) == 1 and self.profiles.problem is None:
            yield stored[0], "the only profile"

    def check_several(self, several: Several) -> None:
        """Raise :class:`NoSuchProfile` where a name or the label is none, saying what there is."""
        for name in several.names:
            if name not in [profile.name for profile in self.with_broken]:
                self.named(name, "--profiles")
        if not several.of(self.with_broken):
            labels = (label for profile in self.with_broken for label in _labels(profile) if label)
            known = ", ".join(dict.fromkeys(labels)) or "there are no profiles"
            label = f" with the label {several.label}" if several.label else ""
            raise NoSuchProfile(f"there is no profile{label}; labels: {known}")

    def decided(self, wanted: str | None) -> Choice:
        """Like :meth:`chosen`, where nobody can be asked. Raises the same."""
        choice = self.chosen(wanted)
        if choice is not None:
            return choice
        if not self.with_broken:
            raise NoSuchProfile(
                "no profile; add one with `smtp-tui profiles add`, or set CAM_HOST and the"
                " vendor's other variables"
            )
        if not self.all:
            raise self.profiles.broken[0].problem
        names = ", ".join(profile.name for profile in self.all)
        raise NoSuchProfile(f"no profile chosen; use --profile with one of: {names}")

    def named(self, name: str, source: str = "") -> Profile:
        """The profile of that name, which ``source`` names.

        Raises :class:`NoSuchProfile`, and the mistake in one that is broken.
        """
        self.profiles.check(name)
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


def environment_profile(environ: Mapping[str, str]) -> Profile | None:
    """The profile that the vendor's own variables describe; None if no host is set.

    Without a token variable the token is asked for. :meth:`Profile.target` refuses a text that is
    no host or no port.
    """
    hosts = _hosts(environ)
    if not hosts:
        return None
    variable, host = hosts[0]
    product = variable.partition("_")[0]
    named = Variables(
        variable, f"{product}_PORT", f"{product}_TENANT_ID", f"{product}_BEARER_TOKEN"
    )
    digits = _first(environ, named.port)
    is_number = digits.isascii() and digits.isdigit() and len(digits) <= 5
    return Profile(
        name=ENVIRONMENT,
        host=host,
        port=(int(digits) if is_number else 0) if digits else None,  # 0 is refused
        tenant=_first(environ, named.tenant),
        team=_first(environ, "ICP_TEAM", "MCM_TEAM") or "all",
        namespace=_first(environ, "NAMESPACE"),
        token=EnvironmentToken(named.token) if environ.get(named.token) else PromptToken(),
        environment=guessed_environment(host),
        variables=named,
    )


def set_by(profile: Profile, environ: Mapping[str, str]) -> dict[str, str]:
    """Where each field of a profile comes from: a variable, the file, or nowhere (``default``)."""
    given = (field.name for field in FIELDS if getattr(profile, field.name) != field.default)
    found = dict.fromkeys((field.name for field in FIELDS), "default")
    if profile.variables is None:
        return found | dict.fromkeys(given, "profiles.toml")
    team = "ICP_TEAM" if _first(environ, "ICP_TEAM") else "MCM_TEAM"
    named = {
        **{"host": profile.variables.host, "port": profile.variables.port, "team": team},
        **{"tenant": profile.variables.tenant, "token": profile.variables.token},
        **{"namespace": "NAMESPACE", "environment": "guessed from the host"},
    }
    return found | {name: named[name] for name in given if name in named}


def _hosts(environ: Mapping[str, str]) -> list[tuple[str, str]]:
    """The variables that hold a host, with it. The first one makes the profile."""
    return [(name, host) for name in _HOSTS if (host := _first(environ, name))]


def _first(environ: Mapping[str, str], *names: str) -> str:
    found = (environ.get(name, "").strip() for name in names)
    return next(filter(None, found), "")
