"""The profile that the vendor's own variables describe, so that its readers need no file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from msgspec import Struct

from smtp_tui.profiles.model import ENVIRONMENT, Profile, Variables
from smtp_tui.profiles.sources import EnvironmentToken, PromptToken, TokenSource


class _Family(Struct, frozen=True):
    """The variables of one product. They are never mixed: its token belongs to its host."""

    hosts: tuple[str, ...]
    port: str
    tenant: str
    token: str


_FAMILIES: Final = (
    _Family(("CAM_HOST", "CAM_HOSTNAME"), "CAM_PORT", "CAM_TENANT_ID", "CAM_BEARER_TOKEN"),
    _Family(("TSA_HOSTNAME", "TSA_HOST"), "TSA_PORT", "TSA_TENANT_ID", "TSA_BEARER_TOKEN"),
    _Family(("MCM_HOSTNAME", "MCM_HOST"), "MCM_PORT", "MCM_TENANT_ID", "MCM_BEARER_TOKEN"),
)
_TEAMS: Final = ("ICP_TEAM", "MCM_TEAM")
_NAMESPACES: Final = ("NAMESPACE",)
_NO_PORT: Final = 0
"""Stands for a text that is no number; :meth:`Profile.target` refuses it."""
TOKEN_VARIABLES: Final = tuple(family.token for family in _FAMILIES)


def environment_profile(environ: Mapping[str, str]) -> Profile | None:
    """The profile named ``environment``; None where no host is set.

    Without a token variable the token is asked for. What is no host or port is found wrong by
    :meth:`Profile.target`, with words.
    """
    for family in _FAMILIES:
        for variable in family.hosts:
            host = environ.get(variable, "").strip()
            if host:
                return _profile(environ, family, variable, host)
    return None


def vendor_hosts(environ: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """The variables that hold a host, with it. The first one makes the profile."""
    names = [name for family in _FAMILIES for name in family.hosts]
    found = ((name, environ.get(name, "").strip()) for name in names)
    return tuple((name, host) for name, host in found if host)


def _profile(environ: Mapping[str, str], family: _Family, variable: str, host: str) -> Profile:
    digits = _first(environ, (family.port,))
    is_number = digits.isascii() and digits.isdigit() and len(digits) <= 5
    return Profile(
        name=ENVIRONMENT,
        host=host,
        tenant=_first(environ, (family.tenant,)),
        team=_first(environ, _TEAMS) or "all",
        namespace=_first(environ, _NAMESPACES),
        port=(int(digits) if is_number else _NO_PORT) if digits else None,
        token=_token(environ, family),
        variables=Variables(variable, family.port, family.tenant, family.token),
    )


def _token(environ: Mapping[str, str], family: _Family) -> TokenSource:
    return EnvironmentToken(family.token) if environ.get(family.token) else PromptToken()


def _first(environ: Mapping[str, str], names: Iterable[str]) -> str:
    found = (environ.get(name, "").strip() for name in names)
    return next((text for text in found if text), "")
