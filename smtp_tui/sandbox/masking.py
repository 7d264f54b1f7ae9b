"""Recorded bodies without the secrets in them, for the controls.

Only what is understood is shown: JSON and forms, with the values of secret names masked. Any other
body is shown as its length, because a secret may stand anywhere in it.
"""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import parse_qsl, urlencode

MASK = "*****"
"""What stands for a secret, as in the API's own answers."""

_SECRET_NAME = re.compile(r"pass|secret|token|credential|key", re.IGNORECASE)


def shown_body(content_type: str, body: bytes) -> str:
    """A request body as the controls show it."""
    if not body:
        return ""
    try:
        text = body.decode("utf-8")
        if "json" in content_type:
            return json.dumps(_masked(json.loads(text)), ensure_ascii=False)
        if "form" in content_type:
            pairs = parse_qsl(text, keep_blank_values=True, strict_parsing=True)
            return urlencode([(k, MASK if _is_secret(k) and v else v) for k, v in pairs], safe="*")
    except (ValueError, RecursionError):
        pass
    return f"({len(body)} bytes, not shown)"


def _masked(content: Any) -> Any:
    if isinstance(content, list):
        return [_masked(item) for item in content]
    if not isinstance(content, dict):
        return content
    parameter = _is_secret(str(content.get("name"))) or str(content.get("secured")) in _TRUE
    return {
        name: MASK
        if value and (_is_secret(name) or (parameter and name == "value"))
        else _masked(value)
        for name, value in content.items()
    }


_TRUE = frozenset({"true", "True"})


def _is_secret(name: str) -> bool:
    return _SECRET_NAME.search(name) is not None
