"""Token and tenant: what fills in a profile from a host and a login. All raises ``ApiError``."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from smtp_tui.api.decode import Repeating, Undecodable, decode_json
from smtp_tui.api.errors import AccessDenied, Invalid, LoginRefused, TokenRefused
from smtp_tui.api.models import JsonValue
from smtp_tui.api.requests import tenant_request, token_request
from smtp_tui.api.secret import SecretStr

if TYPE_CHECKING:
    from smtp_tui.api.client import Client


class IssuedToken(Struct, frozen=True):
    """What ``identitytoken`` answers; ``expires_in`` in seconds, None where it is not told."""

    access_token: SecretStr
    expires_in: float | None


class Namespace(Struct, frozen=True, rename="camel"):
    """One namespace of the tenant, with the team that works in it."""

    uid: str
    name: str = ""
    team_id: str = "all"
    team_name: str = ""


class Tenant(Struct, frozen=True):
    """What ``getTenantOnPrem`` answers: the tenant of the token and its namespaces."""

    id: str
    name: str = ""
    namespaces: tuple[Namespace, ...] = ()


async def log_in(client: Client, user: str, password: SecretStr) -> IssuedToken:
    """A token for a user and password; neither is kept here.

    Raises ``LoginRefused`` where they are not accepted.
    """
    try:
        return await client.read(token_request(user, password), _decode_token)
    except (TokenRefused, AccessDenied, Invalid) as error:
        raise LoginRefused(error.call, error.status, error.words) from None


async def find_tenant(client: Client) -> Tenant:
    """The tenant that the token belongs to."""
    return await client.read(tenant_request(), _decode_tenant)


def _decode_token(body: bytes) -> IssuedToken:
    answer = _object(body)
    token, lifetime = answer.get("access_token"), answer.get("expires_in")
    if not isinstance(token, str):
        raise Undecodable("the answer lacks what is needed: access_token")
    if not token:
        raise Undecodable("the token is empty")
    try:
        seconds = float(str(lifetime))
    except ValueError:
        seconds = 0.0
    return IssuedToken(SecretStr(token), seconds if 0 < seconds < math.inf else None)


def _decode_tenant(body: bytes) -> Tenant:
    try:
        return msgspec.convert(_object(body), Tenant)
    except msgspec.ValidationError as error:
        # Such as "Expected `str`, got `int` - at `$.name`".
        *_, field = re.findall(r"`\$?\.?([^`]*)`", str(error))
        raise Undecodable(f"the answer lacks what is needed: {field}") from None


def _object(body: bytes) -> dict[str, JsonValue]:
    value = decode_json(body)
    if isinstance(value, Repeating) or not isinstance(value, dict):
        raise Undecodable("the answer is not one object that names each of its members once")
    return value
