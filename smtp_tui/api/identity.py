"""Token and tenant: what fills in a profile from a host and a login.

These answers are read with pydantic: their shape is documented, they are needed only when a person
logs in, and a wrong shape should be named field by field.
"""

from __future__ import annotations

import math
from typing import Final, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from smtp_tui.api.client import Client
from smtp_tui.api.decode import Repeating, Undecodable, decode_json, sentence
from smtp_tui.api.errors import (
    AccessDenied,
    BadAnswer,
    Invalid,
    LoginRefused,
    Operation,
    Place,
    TokenRefused,
)
from smtp_tui.api.requests import tenant_request, token_request
from smtp_tui.api.secret import SecretStr
from smtp_tui.api.writes import Answer

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
        try:
            answer = await self._client.send(token_request(user, password))
        except (TokenRefused, AccessDenied, Invalid) as error:
            raise LoginRefused(error.place, error.status, error.words) from None
        issued = _read(IssuedToken, answer, Operation.TOKEN, self._client)
        if not issued.access_token:
            raise BadAnswer(_place(Operation.TOKEN, answer, self._client), "The token is empty")
        return issued

    async def tenant(self) -> Tenant:
        """The tenant that the token belongs to."""
        answer = await self._client.send(tenant_request())
        return _read(Tenant, answer, Operation.TENANT, self._client)


def _read(model: type[_Model], answer: Answer, operation: Operation, client: Client) -> _Model:
    place = _place(operation, answer, client)
    try:
        value = decode_json(answer.body)
        if isinstance(value, Repeating) or not isinstance(value, dict):
            raise Undecodable("the answer is not one object that names each of its members once")
        return model.model_validate(value)
    except Undecodable as error:
        raise BadAnswer(place, sentence(error)) from None
    except ValidationError as error:
        fields = ", ".join(".".join(map(str, one["loc"])) for one in error.errors())
        raise BadAnswer(place, f"The answer lacks what is needed: {fields}") from None


def _place(operation: Operation, answer: Answer, client: Client) -> Place:
    target = client.target
    origin = target.identity_origin if operation is Operation.TOKEN else target.origin
    return Place(operation, origin.text, answer.request_id)
