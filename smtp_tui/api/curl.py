"""A request as a curl line to paste: the token and passwords stand as shell variables."""

from __future__ import annotations

import json
import os
import re
from itertools import count
from typing import Final

from smtp_tui.api.models import Assignment, SecretState
from smtp_tui.api.requests import FORM, Body, Request, mask
from smtp_tui.api.secret import SecretStr
from smtp_tui.api.target import CaFile, Target, Unverified

TOKEN_VARIABLE: Final = "CAM_BEARER_TOKEN"
PASSWORD_VARIABLE: Final = "SMTP_PASSWORD"
_NOT_IN_NAMES: Final = re.compile(r"[^A-Za-z0-9]+")


def curl_line(target: Target, request: Request) -> str:
    """The request as a command for curl, one option per line.

    A password comes from ``$SMTP_PASSWORD``, any other secret from a variable named after its
    parameter. The shell inserts the variable's text into the JSON unchanged, so a quote or a
    backslash in it must be escaped as in JSON. curl has no option for a pinned certificate and
    refuses it unless a CA file is added.
    """
    identity = request.content_type == FORM
    origin = target.identity_origin if identity else target.origin
    parts = [f"curl -sS -X {request.method} {_quoted(origin.url + request.address)}"]
    match target.trust:
        case CaFile(path):
            parts.append(f"--cacert {_quoted(str(path))}")
        case Unverified():
            parts.append("--insecure")
    if not identity:
        parts.append(f'-H "Authorization: Bearer ${{{TOKEN_VARIABLE}}}"')
    parts.append("-H 'Accept: application/json'")
    if request.body is not None:
        parts.append(f"-H {_quoted(f'Content-Type: {request.content_type}')}")
        parts.extend(_form(request.body) if identity else _json(request))
    return " \\\n  ".join(parts)


def _is_set(value: object) -> bool:
    """Whether a value is a secret that is not blank, wrapped or known only by its state."""
    return value is SecretState.SET or (isinstance(value, SecretStr) and bool(value))


def _form(body: Body) -> list[str]:
    """One option per field: curl encodes the values, those of shell variables included."""
    return [
        f'--data-urlencode "{name}=${{{PASSWORD_VARIABLE}}}"'
        if _is_set(value)
        else f"--data-urlencode {_quoted(f'{name}={value}')}"
        for name, value in body.items()
    ]


def _json(request: Request) -> list[str]:
    """The body, in which each secret is a shell variable named after its parameter."""
    marker = os.urandom(8).hex()  # a text that stands nowhere in the body
    names: list[str] = []

    def marked(value: object) -> object:
        """What ``json`` makes of an assignment, with a marker for a secret."""
        if not isinstance(value, Assignment) or not _is_set(value.value):
            return mask(value)
        names.append(_variable(value.name, names))
        return {"name": value.name, "value": f"{marker}{len(names) - 1}."}

    text = _quoted(json.dumps(request.body, default=marked))
    for number, name in enumerate(names):
        text = text.replace(f"{marker}{number}.", f"'\"${{{name}}}\"'", 1)
    return [f"--data {text}"]


def _variable(name: str, taken: list[str]) -> str:
    plain = _NOT_IN_NAMES.sub("_", name).strip("_").upper()
    variable = wanted = f"SMTP_{plain or 'SECRET'}"
    numbers = count(2)
    while variable in taken:
        variable = f"{wanted}_{next(numbers)}"
    return variable


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\"'\"'") + "'"
