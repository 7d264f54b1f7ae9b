"""A request as a curl line to paste: the token and passwords stand as shell variables."""

from __future__ import annotations

import json
import re
from typing import Final

from smtp_tui.api.requests import FORM, Body, BodyValue, Request
from smtp_tui.api.secret import SecretStr
from smtp_tui.api.target import CaFile, Target, Unverified

TOKEN_VARIABLE: Final = "CAM_BEARER_TOKEN"
PASSWORD_VARIABLE: Final = "SMTP_PASSWORD"
_NOT_IN_NAMES: Final = re.compile(r"[^A-Za-z0-9]+")


def curl_line(target: Target, request: Request) -> str:
    """The request as curl reads it, one option a line.

    A password comes from ``$SMTP_PASSWORD``, another secret from a variable named after it. The
    shell puts its text into the JSON as it is, so one with a quote or a backslash has to be written
    there as JSON writes it. A pinned certificate has no option in curl: such a line is refused by
    curl until it is given a CA file.
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
        parts.extend(_form(request.body) if identity else _json(request.body))
    return " \\\n  ".join(parts)


def _form(body: Body) -> list[str]:
    """Each field on its own: curl encodes them, the shell variables included."""
    fields = []
    for key, value in body.items():
        if isinstance(value, SecretStr) and value:
            fields.append(f'--data-urlencode "{key}=${{{PASSWORD_VARIABLE}}}"')
        else:
            text = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
            fields.append(f"--data-urlencode {_quoted(f'{key}={text}')}")
    return fields


def _json(body: Body) -> list[str]:
    marker = _marker(body)
    names: list[str] = []
    text = _quoted(json.dumps(_marked(body, marker, names, "")))
    for place, name in enumerate(names):
        text = text.replace(f"{marker}{place}.", f"'\"${{{name}}}\"'", 1)
    return [f"--data {text}"]


def _marker(body: Body) -> str:
    """A text that stands nowhere in the body."""
    whole = json.dumps(body, default=lambda _: "")
    marker = "SECRET"
    while marker in whole:
        marker += "_"
    return marker


def _marked(value: BodyValue, marker: str, names: list[str], name: str) -> BodyValue:
    """The body with a marker for each secret; ``names`` gets the variables in their order.

    ``name`` is the parameter's, where the value belongs to one.
    """
    match value:
        case SecretStr():
            if not value:
                return ""
            names.append(_variable(name, names))
            return f"{marker}{len(names) - 1}."
        case list():
            return [_marked(one, marker, names, name) for one in value]
        case dict():
            own = value.get("name")
            called = own if isinstance(own, str) else name
            return {key: _marked(one, marker, names, called) for key, one in value.items()}
    return value


def _variable(name: str, taken: list[str]) -> str:
    plain = _NOT_IN_NAMES.sub("_", name).strip("_").upper()
    variable = wanted = f"SMTP_{plain or 'SECRET'}"
    number = 1
    while variable in taken:
        number += 1
        variable = f"{wanted}_{number}"
    return variable


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\"'\"'") + "'"
