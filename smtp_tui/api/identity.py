"""Token and tenant: what fills in a profile from a host and a login.

These answers are read with pydantic: they are needed only after the first rows, and a wrong shape
is named field by field.
"""

from __future__ import annotations

import math
from typing import Final, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from smtp_tui.api.client import Client
from smtp_tui.api.decode import Repeating, Undecodable, decode_json
from smtp_tui.api.errors import AccessDenied, BadAnswer, Invalid, LoginRefused, TokenRefused
from smtp_tui.api.requests import Request, tenant_request, token_request
from smtp_tui.api.secret import SecretStr

_FROZEN: Final = ConfigDict(
    frozen=True, hide_input_in_errors=True, arbitrary_types_allowed=True, populate_by_name=True
)


_Model = TypeVar("_Model", bound=BaseModel)


class IssuedToken(BaseModel):
    """What ``identitytoken`` answers, of which the rest is not used.

    ``expires_in`` in seconds; what is no positive number counts as not told.
    """

    model_config = _FROZEN

    access_token: SecretStr
    expires_in: float | None = None

    @field_validator("expires_in", mode="before")
    @classmethod
    def _told(cls, value: object) -> float | None:
        try:
            number = isinstance(value, int | float | str) and not isinstance(value, bool)
            seconds = float(str(value)) if number else 0.0
        except (ValueError, OverflowError):
            return None
        return seconds if 0 < seconds < math.inf else None


class Namespace(BaseModel):
    """One namespace of the tenant, with the team that works in it."""

    model_config = _FROZEN

    uid: str
    name: str = ""
    team_id: str = Field(default="all", alias="teamId")
    team_name: str = Field(default="", alias="teamName")


class Tenant(BaseModel):
    """What ``getTenantOnPrem`` answers: the tenant of the token and its namespaces."""

    model_config = _FROZEN

    id: str
    name: str = ""
    namespaces: tuple[Namespace, ...] = ()


class Identity:
    """Logs in and finds the tenant. Every method raises ``ApiError``."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def log_in(self, user: str, password: SecretStr) -> IssuedToken:
        """A token for a user and password; neither is kept here.

        Raises ``LoginRefused`` where they are not accepted.
        """
        request = token_request(user, password)
        try:
            issued = await self._read(IssuedToken, request)
        except (TokenRefused, AccessDenied, Invalid) as error:
            raise LoginRefused(error.call, error.status, error.words) from None
        if not issued.access_token:
            raise BadAnswer(self._client.call(request), "The token is empty")
        return issued

    async def tenant(self) -> Tenant:
        """The tenant that the token belongs to."""
        return await self._read(Tenant, tenant_request())

    async def _read(self, model: type[_Model], request: Request) -> _Model:
        answer = await self._client.send(request)
        try:
            value = decode_json(answer.body)
            if isinstance(value, Repeating) or not isinstance(value, dict):
                raise Undecodable(_NO_OBJECT)
            return model.model_validate(value)
        except Undecodable as error:
            raise self._client.bad_answer(request, answer, error) from None
        except ValidationError as error:
            fields = ", ".join(".".join(map(str, wrong["loc"])) for wrong in error.errors())
            why = f"the answer lacks what is needed: {fields}"
            raise self._client.bad_answer(request, answer, why) from None


_NO_OBJECT: Final = "the answer is not one object that names each of its members once"
