"""What a profile is: a host, a scope, how far it may be changed, and where its token comes from.

Each field is declared once, in :class:`Profile`: file, form and command line follow from that.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from enum import Enum, StrEnum
from pathlib import Path
from typing import Annotated, Any, Final, TypeAlias

from msgspec import NODEFAULT, Struct
from msgspec.structs import fields, replace

from smtp_tui.api.target import (
    PROXY_NEEDS_TLS,
    Access,
    CaFile,
    HostRefused,
    Scope,
    SystemTrust,
    Target,
    Trust,
    behind,
    parse_origin,
    parse_proxy,
)
from smtp_tui.profiles import codecs
from smtp_tui.profiles.sources import PromptToken, TokenSource

ENVIRONMENT: Final = "environment"
MAX_NAME: Final = 64


class Confirm(StrEnum):
    """Before which writes a screen asks to type the record's name, or the number of records.

    Each value asks more often than the one before. A protected profile always asks.
    """

    PROTECTED = "protected"
    DELETES = "deletes"
    ALL = "all"

    def why(self, *, protected: bool, destroys: bool) -> str:
        """Why something has to be typed, to complete "Type X to confirm: …"; blank if nothing."""
        if protected:
            return "this profile is protected"
        if self is Confirm.ALL or (destroys and self is Confirm.DELETES):
            return "config.toml asks for it"
        return ""


class Environment(Enum):
    """What a profile administers; it has a colour on every screen."""

    PRODUCTION = "production"
    STAGING = "staging"
    TEST = "test"
    OTHER = "other"


_ENVIRONMENT_WORDS: Final = {
    Environment.PRODUCTION: ("production", "prod", "prd", "live"),
    Environment.STAGING: ("staging", "stage", "stag", "stg", "preprod", "pre", "uat", "qa"),
    Environment.TEST: ("testing", "test", "tst", "development", "dev", "demo", "sandbox", "lab"),
}


def guessed_environment(*texts: str) -> Environment:
    """The environment that names, labels or hosts tell of; the first word that tells any decides.

    ``cam-prod01.example.com`` is production.
    """
    meanings = {word: found for found, words in _ENVIRONMENT_WORDS.items() for word in words}
    words = (word for text in texts for word in re.split(r"[^a-z]+", text.lower()))
    return next((meanings[word] for word in words if word in meanings), Environment.OTHER)


class Option(Struct, frozen=True):
    """A command-line option for a field. ``text`` is what it stands for as a person would type it
    in the form, ``{}`` being its argument; without one the option takes no argument."""

    flag: str
    help: str
    text: str = "{}"
    metavar: str | None = None


class Field(Struct, frozen=True):
    """How a field of a profile is written, labelled and given on the command line.

    ``hint`` is shown in the empty field. ``options`` None stands for one named after the field,
    with the hint as its help. A ``rare`` one is in the form only where it has a value. ``name`` and
    ``default`` come from :class:`Profile`.
    """

    label: str
    hint: str
    codec: codecs.Codec[Any] = codecs.TEXT
    options: tuple[Option, ...] | None = None
    rare: bool = False
    name: str = ""
    default: Any = ""

    def text(self, profile: Profile) -> str:
        """The value in a profile, as a person types it."""
        return self.codec.text(getattr(profile, self.name))

    def parse(self, text: str) -> Any:
        """The value that a person typed; blank is the default. Raises ``ValueError``."""
        return self.codec.from_text(text) if text else self.default


def check_name(name: str) -> str | None:
    """What is wrong with the name of a profile, in words."""
    if not name or name != name.strip() or name.startswith("-"):
        return "a name is required; it must not start or end with a space, or start with '-'"
    if len(name) > MAX_NAME or not name.isprintable():
        return f"a name can have at most {MAX_NAME} characters, and no control characters"
    if name == ENVIRONMENT:
        return f'"{ENVIRONMENT}" is reserved for the profile from the environment variables'
    return None


def _team_problem(team: str) -> str | None:
    needed = 'a team is required; administrators use "all"'
    return codecs.text_problem(team) if team.strip() else needed


class Variables(Struct, frozen=True):
    """The environment variables that a profile was made from, so that messages can name them."""

    host: str
    port: str
    tenant: str
    token: str


_NAME: Final = replace(codecs.TEXT, check=check_name)
_HOST: Final = replace(codecs.TEXT, check=lambda _: None)
"""A host is checked together with port and ``allow_http``."""
_TEAM: Final = replace(codecs.TEXT, check=_team_problem)
_ACCESS: Final = codecs.enum_codec(Access)
_ENVIRONMENT: Final = codecs.enum_codec(Environment)
_ENVIRONMENTS: Final = "production, staging, test or other: the colour of its label"
_HTTP_HINT: Final = "yes or no; always allowed to this machine"
_PROXY_HINT: Final = "http://proxy.example.com:3128; empty: none"
_RENAME: Final = Option("--rename", "new name of the profile", metavar="NAME")
_TO_HOST: Final = Option("--host", "host name, with or without scheme and port")
_TOKENS: Final = (
    Option("--token-env", "read the token from this variable", "${}", "VAR"),
    Option(
        "--token-command",
        "run this program, without a shell, to get the token",
        "command {}",
        "COMMAND",
    ),
    Option("--token-login", "log in as this user to get a token", "login {}", "USER"),
    Option("--token-prompt", "ask for the token", "prompt"),
)
_TRUSTS: Final = Option(
    "--trust",
    "system, ca:FILE, off, pin:SHA256, login:SHA256 (of the server that logs in, where that shows"
    " another certificate), or pin:SHA256,login:SHA256",
)
_HTTP: Final = (
    Option("--allow-http", "allow plain http to other machines", "yes"),
    Option("--no-allow-http", "allow plain http to this machine only", "no"),
)
_TEST_EMAILS: Final = (
    Option(
        "--test-emails", "allow test emails; of saved records in a read-only profile too", "yes"
    ),
    Option("--no-test-emails", "send no test emails", "no"),
)


class Profile(Struct, frozen=True):
    """One place to administer. It holds no secret, only where a token comes from.

    ``host`` is as people type it, with or without scheme and port; ``tenant`` may be blank until a
    login has found it, and ``tenant_name`` where none was told; ``port`` None is the one in
    ``host``, or that of the scheme. ``variables`` is None for a profile of the file.
    """

    name: Annotated[str, Field("Name", "a short word, such as production", _NAME, (_RENAME,))]
    host: Annotated[
        str, Field("Host", "cam.example.com, or with https:// or :30000", _HOST, (_TO_HOST,))
    ]
    port: Annotated[
        int | None, Field("Port", "empty: that of the host or its scheme", codecs.PORT, ())
    ] = None
    tenant: Annotated[str, Field("Tenant", "tenant id (CAM_TENANT_ID)")] = ""
    tenant_name: Annotated[str, Field("Tenant name", "shown in the header in place of the id")] = ""
    team: Annotated[str, Field("Team", "team id; administrators use all", _TEAM)] = "all"
    namespace: Annotated[str, Field("Namespace", "namespace of new and changed records")] = ""
    access: Annotated[Access, Field("Access", "normal, protected or read-only", _ACCESS)] = (
        Access.NORMAL
    )
    environment: Annotated[Environment, Field("Environment", _ENVIRONMENTS, _ENVIRONMENT)] = (
        Environment.OTHER
    )
    label: Annotated[str, Field("Label", "shown for the environment's word, such as PROD")] = ""
    token: Annotated[TokenSource, Field("Token", codecs.TOKEN_FORMS, codecs.TOKEN, _TOKENS)] = (
        PromptToken()
    )
    identity_url: Annotated[
        str, Field("Login at", "empty: port 8443, else the port of the host")
    ] = ""
    trust: Annotated[Trust, Field("Trust", codecs.TRUST_FORMS, codecs.TRUST, (_TRUSTS,))] = (
        SystemTrust()
    )
    proxy: Annotated[str, Field("Proxy", _PROXY_HINT, _HOST, rare=True)] = ""
    allow_http: Annotated[bool, Field("Plain http", _HTTP_HINT, codecs.FLAG, _HTTP)] = False
    test_emails: Annotated[
        bool, Field("Test emails", "yes or no; with no, none is sent", codecs.FLAG, _TEST_EMAILS)
    ] = True
    recipient: Annotated[str, Field("Test to", "default recipient of test emails")] = ""
    variables: Variables | None = None

    def target(self) -> Target:
        """What the client needs of it. Raises :class:`HostRefused` for a host that is none."""
        identity = None
        try:
            origin = parse_origin(self.host, self.port, allow_http=self.allow_http)
            if self.identity_url:
                identity = parse_origin(self.identity_url, allow_http=self.allow_http)
        except HostRefused as refusal:
            raise HostRefused(f"{self._refused_variable()}{refusal}") from None
        if self.proxy:
            proxy = parse_proxy(self.proxy)
            origin = behind(origin, proxy)
            identity = identity and behind(identity, proxy)
        scope = Scope(self.tenant, self.team, self.namespace)
        return Target(self.name, origin, scope, self.access, self.trust, identity, self.test_emails)

    def _refused_variable(self) -> str:
        """The variable that spoils the origin: the port's where the host alone is good."""
        if self.variables is None:
            return ""
        try:
            parse_origin(self.host, allow_http=self.allow_http)
        except HostRefused:
            return f"{self.variables.host}: "
        return f"{self.variables.port}: "

    @property
    def place(self) -> str:
        """Its name and where it leads to: elsewhere there are other records."""
        return json.dumps([self.name, self.host, self.port, self.tenant, self.team])

    @property
    def badge(self) -> str:
        """The word that marks it on every screen; not cleaned.

        The label, otherwise the environment; ``other`` tells less than the name does.
        """
        word = "" if self.environment is Environment.OTHER else self.environment.value.upper()
        return self.label or word or self.name

    @property
    def guessed_environment(self) -> Environment:
        """The environment that its words tell of."""
        return guessed_environment(self.name, self.label, self.host)

    @property
    def shown_host(self) -> str:
        """Host and port as people name them; as it stands there where it cannot be used."""
        try:
            return self.target().origin.text
        except HostRefused:
            return self.host


def changed(profile: Profile, **values: Any) -> Profile:
    """The profile with other values, but for a name that belonged to the tenant before."""
    after = replace(profile, **values)
    stale = after.tenant != profile.tenant and "tenant_name" not in values
    return replace(after, tenant_name="") if stale else after


def _declared() -> Iterator[Field]:
    for attribute in fields(Profile):
        for field in getattr(attribute.type, "__metadata__", ()):
            option = Option("--" + attribute.name.replace("_", "-"), field.hint)
            yield replace(
                field,
                name=attribute.name,
                default="" if attribute.default is NODEFAULT else attribute.default,
                options=(option,) if field.options is None else field.options,
            )


def absolute(profile: Profile, directory: Path) -> Profile:
    """The profile with the absolute path of its CA file; ``~`` is the user's home."""
    if not isinstance(profile.trust, CaFile):
        return profile
    named = os.path.expanduser(profile.trust.path)  # leaves ~ if there is no home
    return replace(profile, trust=CaFile(Path(os.path.abspath(directory / named))))


FIELDS: Final = tuple(_declared())
"""The fields of a profile, in the order of the form and the file."""
ADDRESSES: Final = ("host", "port", "identity_url", "proxy")
"""The fields that are shown only where they can be used: else they may hold a password."""
BY_NAME: Final = {field.name: field for field in FIELDS}
Problem: TypeAlias = tuple[str, str]
"""The name of a field, and what is wrong with it in words."""


def check_profile(profile: Profile) -> tuple[Problem, ...]:
    """What is wrong with a profile; a blank tenant counts too."""
    problems = check_stored(profile)
    if profile.tenant:
        return problems
    return (*problems, ("tenant", "a tenant id is required; logging in can find it"))


def check_stored(profile: Profile) -> tuple[Problem, ...]:
    """What may not be in the file; the tenant may still be unknown."""
    found = ((field.name, field.codec.check(getattr(profile, field.name))) for field in FIELDS)
    problems = ((name, words) for name, words in found if words is not None)
    return (*problems, *_origin_problems(profile))


def _origin_problems(profile: Profile) -> Iterator[Problem]:
    """What is wrong with the servers that requests go to."""
    servers = {"host": (profile.host, profile.port)}
    if profile.identity_url:
        servers["identity_url"] = (profile.identity_url, None)
    try:
        proxy = parse_proxy(profile.proxy) if profile.proxy else None
    except HostRefused as refusal:
        proxy = None
        yield "proxy", str(refusal)
    for name, (text, port) in servers.items():
        try:
            origin = parse_origin(text, port, allow_http=profile.allow_http)
        except HostRefused as refusal:
            yield name, str(refusal)
        else:
            if proxy is not None and origin.scheme == "http":
                yield "proxy", PROXY_NEEDS_TLS
