"""The connection parameters of a record: what each is called, what it is for, and which are secret.

The product documents four parameters and leaves the list open, so any other name gets a plain spec.
"""

from __future__ import annotations

from enum import Enum
from typing import Final

from msgspec import Struct

from smtp_tui.api.models import is_secret_name


class ParameterKind(Enum):
    """How a value is typed and shown, so that a form can choose its field."""

    HOSTNAME = "hostname"
    PORT = "port"
    TEXT = "text"
    SECRET = "secret"


class ParameterSpec(Struct, frozen=True):
    """One parameter as a form shows it; `order` sorts the form, known parameters first."""

    name: str
    label: str
    help: str
    kind: ParameterKind
    secret: bool
    order: int


KNOWN: Final[tuple[ParameterSpec, ...]] = (
    ParameterSpec(
        "hostname",
        "Hostname",
        "The mail server as the CAM host sees it: a name or an IP address.",
        ParameterKind.HOSTNAME,
        False,
        0,
    ),
    ParameterSpec(
        "port",
        "Port",
        "Usually 587 (STARTTLS and login) or 25 (a relay of your own).",
        ParameterKind.PORT,
        False,
        1,
    ),
    ParameterSpec(
        "username",
        "Username",
        "The account on the mail server, often a whole mail address.",
        ParameterKind.TEXT,
        False,
        2,
    ),
    ParameterSpec(
        "password",
        "Password",
        "Never shown. Leave it alone to keep the stored one; many providers want an app password.",
        ParameterKind.SECRET,
        True,
        3,
    ),
)
"""The four parameters the product documents, in the order of the form."""

FORM_ORDER: Final[tuple[str, ...]] = tuple(spec.name for spec in KNOWN)
"""Names of the known parameters in the order of the form; the rest follow in the record's order."""

OTHER_ORDER: Final = 100
"""The order every parameter has that is not known."""

_BY_NAME: Final[dict[str, ParameterSpec]] = {spec.name: spec for spec in KNOWN}


def spec_for(name: str) -> ParameterSpec:
    """Give the spec of a parameter; a name that is not known gets a plain or a secret text spec."""
    known = _BY_NAME.get(name)
    if known is not None:
        return known
    secret = is_secret_name(name)
    return ParameterSpec(
        name=name,
        label=name,
        help="Not a documented parameter; it is kept and sent as it is.",
        kind=ParameterKind.SECRET if secret else ParameterKind.TEXT,
        secret=secret,
        order=OTHER_ORDER,
    )
