"""What a new profile can be filled in with, from its host and the answer about its tenant."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Final

from msgspec import Struct
from msgspec.structs import replace

from smtp_tui.api.errors import HostUnreachable
from smtp_tui.api.reach import connect, resolve
from smtp_tui.api.target import Target
from smtp_tui.profiles.model import check_name

if TYPE_CHECKING:
    from smtp_tui.api.identity import Namespace

LOGIN_SECONDS: Final = 3.0
"""How long the vendor's port for logins may take to answer before the API's own is used."""
_NAME_FROM_ADDRESS: Final = "cam"


class Place(Struct, frozen=True):
    """One team and namespace of the tenant that was found, and how they are shown."""

    team: str
    namespace: str
    words: str


def places(namespaces: tuple[Namespace, ...]) -> tuple[Place, ...]:
    """Each team and namespace once; an administrator's team where none is told."""
    found = [
        Place(one.team_id, one.uid, f"team {one.team_name or one.team_id} · namespace {one.uid}")
        for one in namespaces
    ]
    return tuple(dict.fromkeys(found)) or (Place("all", "", "team all"),)


def proposed_name(host: str) -> str:
    """A short name from the host: its first label, or a word where it is an address."""
    plain = host.partition("://")[2] or host
    plain = plain.partition("/")[0]
    name = plain.partition(":")[0]
    try:
        ipaddress.ip_address(name)
    except ValueError:
        label = name.partition(".")[0]
        return label if check_name(label) is None else _NAME_FROM_ADDRESS
    return _NAME_FROM_ADDRESS


async def with_login(target: Target) -> Target:
    """Where logins go: the vendor's port, or the API's own server where that does not answer.

    Only a connection is tried; the password has not left yet.
    """
    origin = target.identity_origin
    try:
        await connect(origin, await resolve(origin, LOGIN_SECONDS), LOGIN_SECONDS)
    except HostUnreachable:
        return replace(target, identity=target.origin)
    return target
