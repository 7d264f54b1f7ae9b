"""Connection parameters as the sandbox stores them: open lists of name and value, merged by name.

A parameter is kept as the object that came, with any further members (`type`, `label`, `secured`),
so that a client which drops them is found out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from smtp_tui.sandbox.loopback import MISSING, LoopBackError, Problem, bad_argument, invalid

Parameter: TypeAlias = dict[str, Any]
"""One parameter as JSON: at least `name` and `value`."""

Given: TypeAlias = Mapping[str, object] | Sequence[Mapping[str, object]]
"""How Python callers may say parameters: `{"port": 25}`, or the list the API uses."""

MASK = "*****"
"""What the server shows instead of a secret that is set."""


def as_parameters(given: Given) -> list[Parameter]:
    """The list form of parameters said either way."""
    if isinstance(given, Mapping):
        return [{"name": name, "value": value} for name, value in given.items()]
    return [dict(parameter) for parameter in given]


def read_parameters(argument: str, value: object) -> list[Parameter]:
    """The parameters in a request body; raises a 400 LoopBackError when it is no list of them."""
    if not isinstance(value, list):
        raise bad_argument("Value is not an array.")
    for item in value:
        if not isinstance(item, dict) or not isinstance(item.get("name"), str):
            raise bad_argument(f"{argument} holds an item without a name.")
    return [dict(item) for item in value]


def new_parameters(value: object) -> list[Parameter]:
    """The parameters of a new record. As a property, not an argument, they get other messages."""
    match value:
        case None:
            return []
        case dict():
            shown = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
            raise bad_argument(f"Items must be an array: {shown}")
        case list():
            return read_parameters("connection_parameters", value)
    shown = json.dumps(value, ensure_ascii=False)
    raise bad_argument(f"could not create List from JSON string: {shown}")


def merged(stored: Iterable[Parameter], changes: Iterable[Parameter]) -> list[Parameter]:
    """The stored parameters with the changes laid over them by name, unknown names at the end."""
    result = {str(parameter["name"]): parameter for parameter in stored}
    for change in changes:
        name = str(change["name"])
        result[name] = {**result.get(name, {}), **change}
    return list(result.values())


def masked(parameters: Iterable[Parameter]) -> list[Parameter]:
    """The parameters as the server shows them: a secret that is set becomes `*****`."""
    return [
        {**parameter, "value": MASK}
        if _is_secret(parameter) and parameter.get("value")
        else parameter
        for parameter in parameters
    ]


def values(parameters: Iterable[Parameter]) -> dict[str, object]:
    """Parameter name to value; the last one wins when a name comes twice."""
    return {str(parameter["name"]): parameter.get("value") for parameter in parameters}


def invalid_record(name: object, parameters: list[Parameter]) -> LoopBackError | None:
    """The 422 a new record deserves, or None when it is good."""
    problems: list[Problem] = []
    if name is MISSING or name is None or name == "":
        # Twice: LoopBack checks it as a required property, and again for presence.
        problems += [Problem("name", "presence", "can't be blank", name)] * 2
    given = values(parameters)
    if _blank(given.get("hostname")):
        problems.append(_bad_list("hostname", "hostname can't be blank", parameters))
    problems += _port_problem(given, parameters)
    return invalid(problems) if problems else None


def invalid_changes(parameters: list[Parameter]) -> LoopBackError | None:
    """The 422 a modify deserves, or None; only what is being changed is looked at."""
    given = values(parameters)
    problems: list[Problem] = []
    if "hostname" in given and _blank(given["hostname"]):
        problems.append(_bad_list("hostname", "hostname can't be blank", parameters))
    problems += _port_problem(given, parameters)
    return invalid(problems) if problems else None


def port_number(value: object) -> int | None:
    """The port that a number or a digit string stands for, or None when it is none (1 to 65535)."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 5:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 1 <= value <= 65535 else None


def _port_problem(given: Mapping[str, object], parameters: list[Parameter]) -> list[Problem]:
    if "port" not in given or port_number(given["port"]) is not None:
        return []
    return [_bad_list("port", "port must be a number from 1 to 65535", parameters)]


def _bad_list(code: str, message: str, parameters: list[Parameter]) -> Problem:
    """The list is one property of the record, so all problems of parameters stand under it."""
    return Problem("connection_parameters", f"custom.{code}", message, parameters)


def _is_secret(parameter: Parameter) -> bool:
    return parameter["name"] == "password" or parameter.get("secured") == "true"


def _blank(value: object) -> bool:
    return not isinstance(value, str) or not value.strip()
