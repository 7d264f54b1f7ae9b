"""JSON Schemas of profiles.toml and config.toml, for editors; made from what reads the files."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from smtp_tui.profiles.codecs import Codec
from smtp_tui.profiles.model import FIELDS, Confirm, Field
from smtp_tui.profiles.preferences import TIME

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_TEXT: Final = {"type": "string", "minLength": 1}
_SWITCH: Final = {"type": "boolean"}
_IN_THE_FILE: Final = {
    "port": "without it, that of the host or its scheme",
    "identity_url": "where logins go; without it, port 8443 or the port of the host",
    "token": "where the token comes from",
    "trust": "how the certificate is verified",
    "proxy": "such as `http://proxy.example.com:3128`; for https only",
    "allow_http": "`true` allows plain http to other machines, not only to this one",
    "test_emails": "`false` lets none be sent",
}
"""Keys whose values in the file are not written as the form takes them."""


def profiles_schema() -> dict[str, Any]:
    """That of profiles.toml. ``colour`` is what stood for an environment before."""
    keys = {
        field.name: {"description": in_the_file(field), **_values(field.codec)}
        for field in FIELDS[1:]
    }
    profile = {
        "type": "object",
        "properties": keys | {"colour": {"enum": ["red", "yellow", "green"], "deprecated": True}},
        "required": ["host"],
        "additionalProperties": False,
    }
    return {
        "$schema": _DIALECT,
        "title": "profiles.toml of smtp-tui",
        "type": "object",
        "properties": {
            "schema": {"type": "integer", "minimum": 1},
            "default": _TEXT,
            "profiles": {"type": "object", "additionalProperties": profile},
        },
        "additionalProperties": False,
    }


def preferences_schema() -> dict[str, Any]:
    """That of config.toml."""
    chosen = {"anyOf": [_TEXT, {"type": "array", "items": _TEXT, "minItems": 1}]}
    of_place = {"type": "object", "additionalProperties": chosen}
    return {
        "$schema": _DIALECT,
        "title": "config.toml of smtp-tui",
        "type": "object",
        "properties": {
            "mouse": _SWITCH,
            "enhanced_keyboard": _SWITCH,
            "confirm": {"enum": [*Confirm]},
            "theme": _TEXT,
            "refresh": {"type": "string", "pattern": f"^{TIME}$"},
            "keys": {"type": "object", "additionalProperties": {"anyOf": [chosen, of_place]}},
        },
        "additionalProperties": False,
    }


def in_the_file(field: Field) -> str:
    """What a key of a profile is for, as it is written in the file."""
    return _IN_THE_FILE.get(field.name, field.hint)


def _values(codec: Codec[Any]) -> dict[str, Any]:
    """What may stand in the file for a value: one of the words, a plain value, or a table."""
    forms = [_of_type(kind) for kind in dict.fromkeys(codec.tables.values())]
    if codec.words:
        forms.append({"enum": [*codec.words]})
    if codec.plain is not None:
        forms.append(_of_type(codec.plain))
    return forms[0] if len(forms) == 1 else {"anyOf": forms}


def _of_type(kind: Any) -> dict[str, Any]:
    """The schema of a type; that of a struct, which has a key, stands in its place, unnamed."""
    schema = msgspec.json.schema(kind, schema_hook=lambda _: _TEXT)
    named = schema.pop("$defs", {})
    name = schema.get("$ref", "").rpartition("/")[2]
    if name not in named:
        return dict(schema)
    told = {key: value for key, value in named[name].items() if key not in ("title", "description")}
    return told | {"minProperties": 1}
