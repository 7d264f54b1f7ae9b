"""What the identity service answers, checked by pydantic.

Only :mod:`smtp_tui.api.identity` imports this, in the thread that decodes an answer: pydantic takes
too long to import for the way to the first rows, and for the event loop.
"""

from __future__ import annotations

import math
from typing import Annotated, Final, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from smtp_tui.api.decode import Repeating, Undecodable, decode_json
from smtp_tui.api.secret import SecretStr

_FROZEN: Final = ConfigDict(frozen=True, hide_input_in_errors=True, arbitrary_types_allowed=True)


def _secret(value: object) -> SecretStr:
    if not isinstance(value, str):
        raise ValueError("not a text")
    return SecretStr(value)


def _filled(secret: SecretStr) -> SecretStr:
    if not secret:
        raise Undecodable("the token is empty")
    return secret


def _seconds(value: object) -> float | None:
    """A positive number, or its digits; anything else counts as not told."""
    try:
        seconds = float(str(value))
    except ValueError:
        return None
    return seconds if 0 < seconds < math.inf else None


class IssuedToken(BaseModel):
    """What ``identitytoken`` answers; ``expires_in`` in seconds, None where it is not told."""

    model_config = _FROZEN

    access_token: Annotated[SecretStr, BeforeValidator(_secret), AfterValidator(_filled)]
    expires_in: Annotated[float | None, BeforeValidator(_seconds)] = None


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


Model = TypeVar("Model", bound=BaseModel)


def decoded(model: type[Model], body: bytes) -> Model:
    """The answer as this model. Raises ``Undecodable``, which names each field that is wrong."""
    value = decode_json(body)
    if isinstance(value, Repeating) or not isinstance(value, dict):
        raise Undecodable("the answer is not one object that names each of its members once")
    try:
        return model.model_validate(value)
    except ValidationError as error:
        fields = ", ".join(".".join(map(str, wrong["loc"])) for wrong in error.errors())
        raise Undecodable(f"the answer lacks what is needed: {fields}") from None
