"""A request as a curl line to paste: the token and passwords stand as shell variables."""

from __future__ import annotations

import json
from typing import Final

from smtp_tui.api.requests import FORM, Request
from smtp_tui.api.secret import SecretStr
from smtp_tui.api.target import CaFile, Target, Unverified

TOKEN_VARIABLE: Final = "CAM_BEARER_TOKEN"
PASSWORD_VARIABLE: Final = "SMTP_PASSWORD"


def curl_line(target: Target, request: Request) -> str:
    """The request as curl reads it, one option a line. Passwords come from ``$SMTP_PASSWORD``."""
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
        parts.append(f"-H 'Content-Type: {request.content_type}'")
        parts.append(f"--data {_body(request)}")
    return " \\\n  ".join(parts)


def _body(request: Request) -> str:
    marker = "\x00"
    if request.content_type == FORM:
        fields = [
            f"{key}={marker if isinstance(value, SecretStr) else value}"
            for key, value in (request.body or {}).items()
        ]
        text = "&".join(fields)
    else:
        text = json.dumps(request.body, ensure_ascii=False, default=lambda _: marker)
        marker = json.dumps(marker)[1:-1]
    return _quoted(text).replace(marker, f"'\"${{{PASSWORD_VARIABLE}}}\"'")


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\"'\"'") + "'"
