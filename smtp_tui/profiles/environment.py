"""The profile that the vendor's own variables describe, for which no file is needed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from smtp_tui.profiles.model import ENVIRONMENT, Profile, Variables
from smtp_tui.profiles.sources import EnvironmentToken, PromptToken

_HOSTS: Final = ("CAM_HOST", "CAM_HOSTNAME", "TSA_HOSTNAME", "TSA_HOST", "MCM_HOSTNAME", "MCM_HOST")
"""The variables for a host, the most important first. Port, tenant and token are taken from the
variables of the same product only: a token belongs to its host."""
TOKEN_VARIABLES: Final = ("CAM_BEARER_TOKEN", "TSA_BEARER_TOKEN", "MCM_BEARER_TOKEN")
_TEAMS: Final = ("ICP_TEAM", "MCM_TEAM")
_NAMESPACES: Final = ("NAMESPACE",)
_NO_PORT: Final = 0
"""Stands for a text that is not a number; :meth:`Profile.target` refuses it."""


def environment_profile(environ: Mapping[str, str]) -> Profile | None:
    """The profile named ``environment``; None if no host is set.

    Without a token variable the token is asked for. :meth:`Profile.target` refuses a text that is
    no host or no port.
    """
    hosts = vendor_hosts(environ)
    return _profile(environ, *hosts[0]) if hosts else None


def vendor_hosts(environ: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """The variables that hold a host, with it. The first one makes the profile."""
    found = ((name, environ.get(name, "").strip()) for name in _HOSTS)
    return tuple((name, host) for name, host in found if host)


def _profile(environ: Mapping[str, str], variable: str, host: str) -> Profile:
    product = variable.partition("_")[0]
    named = Variables(
        variable, f"{product}_PORT", f"{product}_TENANT_ID", f"{product}_BEARER_TOKEN"
    )
    digits = _first(environ, (named.port,))
    is_number = digits.isascii() and digits.isdigit() and len(digits) <= 5
    return Profile(
        name=ENVIRONMENT,
        host=host,
        port=(int(digits) if is_number else _NO_PORT) if digits else None,
        tenant=_first(environ, (named.tenant,)),
        team=_first(environ, _TEAMS) or "all",
        namespace=_first(environ, _NAMESPACES),
        token=EnvironmentToken(named.token) if environ.get(named.token) else PromptToken(),
        variables=named,
    )


def _first(environ: Mapping[str, str], names: Iterable[str]) -> str:
    found = (environ.get(name, "").strip() for name in names)
    return next((text for text in found if text), "")
