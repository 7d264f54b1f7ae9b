"""Token and tenant: what fills in a profile from a host and a login. All raises ``ApiError``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smtp_tui.api.requests import tenant_request, token_request
from smtp_tui.api.secret import SecretStr

if TYPE_CHECKING:
    from smtp_tui.api.answers import IssuedToken, Tenant
    from smtp_tui.api.client import Client


async def log_in(client: Client, user: str, password: SecretStr) -> IssuedToken:
    """A token for a user and password; neither is kept here.

    Raises ``LoginRefused`` where they are not accepted.
    """
    return await client.read(token_request(user, password), _decode_token)


async def find_tenant(client: Client) -> Tenant:
    """The tenant that the token belongs to."""
    return await client.read(tenant_request(), _decode_tenant)


def _decode_token(body: bytes) -> IssuedToken:
    from smtp_tui.api import answers  # noqa: PLC0415 - pydantic, in a thread

    return answers.decoded(answers.IssuedToken, body)


def _decode_tenant(body: bytes) -> Tenant:
    from smtp_tui.api import answers  # noqa: PLC0415 - pydantic, in a thread

    return answers.decoded(answers.Tenant, body)
