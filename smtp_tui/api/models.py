"""Frozen values of the remote API: records, parameters and what is assigned to them.

They are built by :mod:`smtp_tui.api.decode`, which keeps odd values instead of refusing them.
"""

from __future__ import annotations

import json
import math
import re
import unicodedata
from datetime import datetime
from enum import Enum
from functools import lru_cache
from typing import Final, TypeAlias

from msgspec import Struct

from smtp_tui.api.secret import SecretStr, is_mask

JsonValue: TypeAlias = "bool | int | float | str | list[JsonValue] | dict[str, JsonValue] | None"

PASSWORD: Final = "password"
DOCUMENTED: Final = frozenset({"hostname", "port", "username", PASSWORD})
"""The parameters that the vendor documents; a record may carry others."""
_SECRET_PARTS: Final = (
    *("password", "passwd", "passphrase", "passcode", "pwd", "secret", "token", "credential"),
    *("apikey", "accesskey", "privatekey"),
)
_SECRET_WHOLE: Final = frozenset({"key", "smtppass", "authpass", "userpass", "mailpass"})
_SECRET_WORDS: Final = frozenset({"pass", "pw", "bearer"})
_WORD: Final = re.compile(r"[A-Z]*[^\W_A-Z]+|[A-Z]+")


class SecretState(Enum):
    """What is known of a secret on the server; its value is dropped when it is decoded."""

    SET = "set"
    NOT_SET = "not set"
    UNKNOWN = "unknown"

    @property
    def words(self) -> str:
        """What is known, as every screen says it."""
        return _KNOWN[self]


_KNOWN: Final = {
    SecretState.SET: "stored",
    SecretState.NOT_SET: "none",
    SecretState.UNKNOWN: "not known",
}


ParameterValue: TypeAlias = "JsonValue | SecretState"


@lru_cache(maxsize=1024)
def is_secret_name(name: str) -> bool:
    """Whether a parameter of this name holds a secret, documented by the vendor or not.

    Case, width and separators do not matter (``API-Key``, ``apiKey``). In doubt it is a secret.
    """
    return mentions_secret(name)


def mentions_secret(text: str) -> bool:
    """Whether the name of a secret occurs in a text of any length."""
    plain = unicodedata.normalize("NFKC", text)
    squeezed = "".join(char for char in plain.casefold() if char.isalnum())
    return (
        squeezed in _SECRET_WHOLE
        or any(part in squeezed for part in _SECRET_PARTS)
        or any(word.casefold() in _SECRET_WORDS for word in _WORD.findall(plain))
    )


def secret_state(value: JsonValue) -> SecretState:
    """What a server's placeholder for a secret means: stars and ciphertext say that one is set.

    Null, blank and a missing value say only that the server does not show it.
    """
    return SecretState.UNKNOWN if value in (None, "") else SecretState.SET


def is_addressable(record_id: str) -> bool:
    """Whether a URL with this id in its path reaches that record and nothing else.

    A proxy that decodes ``%2F`` or ``%5C`` would reach another path.
    """
    return record_id not in ("", ".", "..") and not any(sign in record_id for sign in "/\\")


def value_text(value: ParameterValue) -> str:
    """A value as it would be typed: text unchanged, other values as JSON, a secret by its state."""
    if isinstance(value, SecretState):
        return value.words
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


class Parameter(Struct, frozen=True, gc=False):
    """One connection parameter as the server holds it; its value keeps its JSON type."""

    name: str
    value: ParameterValue

    @property
    def secret(self) -> bool:
        """Whether the value is a secret, of which only the state is known."""
        return isinstance(self.value, SecretState)

    @property
    def text(self) -> str:
        """The value as text for a screen."""
        return value_text(self.value)


class Record(Struct, frozen=True, gc=False):
    """One SMTP connection. ``oddities`` say what was unusual in the server's answer."""

    id: str
    name: str
    parameters: tuple[Parameter, ...] = ()
    created_at: datetime | None = None
    tenant_id: str | None = None
    namespace_id: str | None = None
    oddities: tuple[str, ...] = ()

    def parameter(self, name: str) -> Parameter | None:
        """The parameter of that name; the last one if a record has it twice."""
        for parameter in reversed(self.parameters):
            if parameter.name == name:
                return parameter
        return None

    def text(self, name: str) -> str:
        """The value of a parameter as text; empty if the record has no such parameter."""
        parameter = self.parameter(name)
        return "" if parameter is None or parameter.value is None else parameter.text

    def plain_values(self) -> dict[str, str]:
        """The values that are not secret, by parameter, as text."""
        return {
            parameter.name: parameter.text
            for parameter in self.parameters
            if not parameter.secret and not is_secret_name(parameter.name)
        }

    @property
    def password(self) -> SecretState:
        """What is known of the password; a record that does not mention one leaves it unknown."""
        parameter = self.parameter(PASSWORD)
        if parameter is None or not isinstance(parameter.value, SecretState):
            return SecretState.UNKNOWN
        return parameter.value


class Unreadable(Struct, frozen=True):
    """A list entry that is not a record: counted and shown, never silently dropped.

    ``name`` is its name, if it has one, so that people recognise it.
    """

    position: int
    why: str
    name: str = ""

    @property
    def words(self) -> str:
        """Which entry it is, and why it cannot be read."""
        named = f" “{self.name}”" if self.name else ""
        return f"entry {self.position}{named}: {self.why}"


class RecordList(Struct, frozen=True):
    """The answer of the list operation, in the server's order (oldest first)."""

    records: tuple[Record, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()


class Assignment(Struct, frozen=True):
    """One ``{name, value}`` pair to be sent; a parameter that is not assigned stays as it is.

    A request that is kept or shown has the state of a secret in its place. Raises ``ValueError``
    for what is never sent: a server's mask as a secret, a secret that is not wrapped, and a number
    that JSON cannot express.
    """

    name: str
    value: JsonValue | SecretStr | SecretState

    def __post_init__(self) -> None:
        if isinstance(self.value, SecretState):
            return
        if isinstance(self.value, SecretStr):
            if is_mask(self.value.get_secret_value()):
                raise ValueError(f"a mask cannot be sent as the {self.name}")
            return
        if self.value is not None and is_secret_name(self.name):
            raise ValueError(f"the value of {self.name} must be a SecretStr")
        if isinstance(self.value, float) and not math.isfinite(self.value):
            raise ValueError(f"the {self.name} is not a number that can be sent")


class TestAnswer(Struct, frozen=True):
    """What the server answered to a test email: its shape is not documented, so it is kept whole.

    ``body`` is the decoded JSON, or the text if it was not JSON.
    """

    status: int
    body: JsonValue
    request_id: str | None = None
