"""What a profile is: a host, a scope, how far it may be changed, and where its token comes from.

Structs rather than pydantic models: they are on the path to the first rows.
"""

from __future__ import annotations

from enum import Enum
from typing import Final, TypeAlias

from msgspec import Struct

from smtp_tui.api.target import (
    Access,
    HostRefused,
    Scope,
    SystemTrust,
    Target,
    Trust,
    parse_origin,
)
from smtp_tui.profiles.sources import (
    CommandToken,
    EnvironmentToken,
    LoginToken,
    PromptToken,
    TokenSource,
)

ENVIRONMENT: Final = "environment"
MAX_NAME: Final = 64
MAX_TEXT: Final = 254


class Colour(Enum):
    """The mark of a profile on a screen, always beside its label: plain terminal colours."""

    NONE = "none"
    BLACK = "black"
    RED = "red"
    GREEN = "green"
    YELLOW = "yellow"
    BLUE = "blue"
    MAGENTA = "magenta"
    CYAN = "cyan"
    WHITE = "white"


_SYSTEM_TRUST: Final = SystemTrust()
_PROMPT: Final = PromptToken()


class Variables(Struct, frozen=True):
    """The environment variables that a profile was made from, so that messages can name them."""

    host: str
    port: str
    tenant: str
    token: str


class Profile(Struct, frozen=True):
    """One place to administer. It holds no secret, only where a token comes from.

    ``host`` is as people type it, with or without scheme and port; ``tenant`` may be blank until a
    login has found it; ``port`` None is the one in ``host``, else that of the scheme. ``variables``
    is None for a profile of the file.
    """

    name: str
    host: str
    tenant: str = ""
    team: str = "all"
    namespace: str = ""
    port: int | None = None
    identity_url: str | None = None
    access: Access = Access.NORMAL
    label: str = ""
    colour: Colour = Colour.NONE
    trust: Trust = _SYSTEM_TRUST
    token: TokenSource = _PROMPT
    recipient: str = ""
    allow_http: bool = False
    variables: Variables | None = None

    def target(self) -> Target:
        """What the client needs of it. Raises :class:`HostRefused` for a host that is none."""
        try:
            origin = parse_origin(self.host, self.port, allow_http=self.allow_http)
        except HostRefused as refusal:
            variable = self._refused_variable()
            raise HostRefused(f"{variable}: {refusal}" if variable else str(refusal)) from None
        identity = None
        if self.identity_url:
            identity = parse_origin(self.identity_url, allow_http=self.allow_http)
        scope = Scope(self.tenant, self.team, self.namespace)
        return Target(self.name, origin, scope, self.access, self.trust, identity)

    def _refused_variable(self) -> str | None:
        """The variable that spoils the origin: the port's where the host alone is good."""
        if self.variables is None:
            return None
        try:
            parse_origin(self.host, allow_http=self.allow_http)
        except HostRefused:
            return self.variables.host
        return self.variables.port

    @property
    def shown_host(self) -> str:
        """Host and port as people name them; as it stands there where it cannot be used."""
        try:
            return self.target().origin.text
        except HostRefused:
            return self.host


Problem: TypeAlias = tuple[str, str]


def check_profile(profile: Profile) -> tuple[Problem, ...]:
    """What is wrong with a profile, as (field, words); a blank tenant counts too."""
    problems = check_stored(profile)
    if profile.tenant or any(field == "tenant" for field, _ in problems):
        return problems
    return (*problems, ("tenant", "a tenant id is needed; logging in can find it"))


def check_stored(profile: Profile) -> tuple[Problem, ...]:
    """What may not stand in the file, as (field, words); the tenant may still be unknown."""
    found = [("name", check_name(profile.name)), *_host_problems(profile)]
    for field in ("tenant", "team", "namespace", "label", "recipient"):
        found.append((field, _text_problem(getattr(profile, field))))
    if not profile.team.strip():
        found.append(("team", 'a team is needed; administrators use "all"'))
    found.append(("token", _token_problem(profile.token)))
    return tuple((field, words) for field, words in found if words is not None)


def check_name(name: str) -> str | None:
    """Words on a name that no profile may have, None for a good one."""
    if not name or name != name.strip() or name.startswith("-"):
        return "a name is needed that begins and ends with no space, and not with '-'"
    if len(name) > MAX_NAME or not name.isprintable():
        return f"a name has at most {MAX_NAME} characters, none of them a control character"
    if name == ENVIRONMENT:
        return f'"{ENVIRONMENT}" is the name of the profile made from the environment variables'
    return None


def _host_problems(profile: Profile) -> list[tuple[str, str | None]]:
    if profile.port is not None and not 1 <= profile.port <= 65535:
        return [("port", "a port is a number from 1 to 65535")]
    found: list[tuple[str, str | None]] = []
    try:
        parse_origin(profile.host, profile.port, allow_http=profile.allow_http)
    except HostRefused as refusal:
        found.append(("host", str(refusal)))
    try:
        if profile.identity_url:
            parse_origin(profile.identity_url, allow_http=profile.allow_http)
    except HostRefused as refusal:
        found.append(("identity_url", str(refusal)))
    return found


def _text_problem(text: str) -> str | None:
    if not text.isprintable():
        return "there is a control character in it"
    if text != text.strip():
        return "it begins or ends with a space"
    return None if len(text) <= MAX_TEXT else f"it is longer than {MAX_TEXT} characters"


def _token_problem(source: TokenSource) -> str | None:
    match source:
        case EnvironmentToken(variable):
            good = variable.isascii() and variable.isidentifier()
            return None if good else "that is no name of an environment variable"
        case CommandToken(argv):
            good = bool(argv) and bool(argv[0]) and not any("\0" in part for part in argv)
            return None if good else "the command needs a program to start"
        case LoginToken(user):
            return _text_problem(user) if user else "a login needs a user name"
        case PromptToken():
            return None
