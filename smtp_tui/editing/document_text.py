"""Records as a document of desired state: YAML for people, or JSON. No secret is in it."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from smtp_tui.api.models import Parameter, Record, is_secret_name
from smtp_tui.editing.values import Absent, value_in
from smtp_tui.mail.parameters import FORM_ORDER, place_in_form
from smtp_tui.text import HIDDEN_CATEGORIES, MARKS, clean

SCHEMA: Final = 1
"""The version of the format, which the document states as ``schema``."""
_NO_SECRETS: Final = (
    "Secrets are not in this file. To set one, write where it comes from:",
    "  password: { env: NAME }              a variable",
    "  password: { command: [pass, smtp] }  a program, which prints it",
    "  password: { prompt: true }           you are asked",
    "A stored password is replaced only by `apply --passwords`, or if the reference",
    "also says `always: true`.",
)
_LONGEST_KEY: Final = 200
"""Characters of a key that stands before its value; YAML takes no more than 1,024."""


def document_yaml(
    records: Iterable[Record],
    heading: Iterable[str] = (),
    *,
    with_ids: bool = False,
    only_in: tuple[str, str] | None = None,
) -> str:
    """Records as YAML, with comments; ``heading`` are the first ones.

    The id of a record stands in it only where another one has its name, or ``with_ids`` is set.
    ``only_in`` are origin and tenant of the one place where it may be applied.
    """
    records = tuple(records)
    twins = _twins(records)
    lines = [*(f"# {clean(line)}" for line in (*heading, *_NO_SECRETS)), f"schema: {SCHEMA}"]
    if only_in is not None:
        origin, tenant = map(_quoted, only_in)
        lines.append(f"only_in: {{ origin: {origin}, tenant: {tenant} }}")
    lines.append("records:" if records else "records: []")
    for record in records:
        lines.append(f"- name: {_quoted(record.name)}")
        if with_ids or record.name in twins:
            lines.append(f"  id: {_quoted(record.id)}")
        lines += _parameter_lines(record)
    return "\n".join(lines) + "\n"


def document_json(records: Iterable[Record]) -> str:
    """Records as JSON, in ASCII."""
    records = tuple(records)
    twins = _twins(records)
    told = [
        {
            "name": record.name,
            **({"id": record.id} if record.name in twins else {}),
            "parameters": {
                each.name: each.value for each in _parameters(record) if _can_stand(each)
            },
        }
        for record in records
    ]
    document = {"schema": SCHEMA, "records": told}
    return json.dumps(document, indent=2).replace("\x7f", "\\u007f") + "\n"


def _twins(records: tuple[Record, ...]) -> set[str]:
    """The names that more than one record has."""
    return {name for name, count in Counter(each.name for each in records).items() if count > 1}


def _parameters(record: Record) -> Iterator[Parameter]:
    """The parameters in form order; one that is held twice as it counts."""
    names = dict.fromkeys(parameter.name for parameter in record.parameters)
    for name in sorted(names, key=place_in_form):
        value = value_in(record, name)
        if not isinstance(value, Absent):
            yield Parameter(name, value)


def _can_stand(parameter: Parameter) -> bool:
    """Whether a value can be written: no secret, and no half of a character."""
    if parameter.secret or is_secret_name(parameter.name):
        return False
    return not _broken(parameter.name) and not _broken(parameter.value)


def _broken(value: object) -> bool:
    text = json.dumps(value, ensure_ascii=False)
    return any(unicodedata.category(character) == "Cs" for character in text)


def _parameter_lines(record: Record) -> Iterator[str]:
    parameters = tuple(_parameters(record))
    yield "  parameters:" if any(map(_can_stand, parameters)) else "  parameters: {}"
    for parameter in parameters:
        name = parameter.name if parameter.name in FORM_ORDER else _quoted(parameter.name)
        if _can_stand(parameter):
            between = f"? {name}\n    : " if len(name) > _LONGEST_KEY else f"{name}: "
            yield f"    {between}{_quoted(parameter.value)}"
        else:
            why = parameter.text if parameter.secret else "cannot be written as text"
            yield f"    # {name}: {why}"


def _quoted(value: object) -> str:
    """A value as YAML on one line: JSON, with every character escaped that does not show."""
    text = json.dumps(value, ensure_ascii=False)
    return "".join(
        map(_visible, re.sub(MARKS, lambda marks: "".join(map(_escape, marks[0])), text))
    )


def _visible(character: str) -> str:
    number = ord(character)
    if character != "\x7f" and (
        number < 0x80 or unicodedata.category(character) not in HIDDEN_CATEGORIES
    ):
        return character
    return _escape(character)


def _escape(character: str) -> str:
    number = ord(character)
    return f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}"
