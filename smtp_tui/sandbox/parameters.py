"""Connection parameters as the sandbox stores them: lists of names and values, merged by name.

A parameter is kept as the JSON object that came, with all its members (`type`, `label`, `secured`),
so that a client that drops them is found out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, TypeAlias

from smtp_tui.sandbox.loopback import MISSING, LoopBackError, Problem, invalid

Parameter: TypeAlias = dict[str, Any]
"""One parameter as JSON: at least `name` and `value`."""

MASK = "*****"
"""What the server shows instead of a secret that is set."""


def read_parameters(argument: str, value: object) -> list[Parameter]:
    """The parameters in a request body; raises a 400 LoopBackError when it is no list of them."""
    if not isinstance(value, list):
        raise LoopBackError(400, "Value is not an array.")
    for item in value:
        if not isinstance(item, dict) or not isinstance(item.get("name"), str):
            raise LoopBackError(400, f"{argument} holds an item without a name.")
    return [dict(item) for item in value]


def new_parameters(value: object) -> list[Parameter]:
    """The parameters of a new record: LoopBack words the errors of a property differently."""
    if value is None:
        return []
    if isinstance(value, dict):
        shown = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
        raise LoopBackError(400, f"Items must be an array: {shown}")
    if not isinstance(value, list):
        shown = json.dumps(value, ensure_ascii=False)
        raise LoopBackError(400, f"could not create List from JSON string: {shown}")
    return read_parameters("connection_parameters", value)


def merged(stored: Iterable[Parameter], changes: Iterable[Parameter]) -> tuple[Parameter, ...]:
    """The stored parameters overlaid with the changes by name; unknown names go to the end."""
    result = {str(parameter["name"]): parameter for parameter in stored}
    for change in changes:
        name = str(change["name"])
        result[name] = {**result.get(name, {}), **change}
    return tuple(result.values())


def masked(parameters: Iterable[Parameter]) -> list[Parameter]:
    """The parameters as the server shows them: a secret that is set becomes `*****`."""
    shown = []
    for parameter in parameters:
        secret = parameter["name"] == "password" or parameter.get("secured") == "true"
        shown.append(
            {**parameter, "value": MASK} if secret and parameter.get("value") else parameter
        )
    return shown


def values(parameters: Iterable[Parameter]) -> dict[str, object]:
    """Parameter name to value; of a name that occurs twice, the last value."""
    return {str(parameter["name"]): parameter.get("value") for parameter in parameters}


def check_record(name: object, parameters: list[Parameter]) -> None:
    """Raise the 422 LoopBackError that a new record deserves, if any."""
    # Twice: LoopBack checks it as a required property, and again for presence.
    blank = [Problem("name", "presence", "can't be blank", name)] * 2
    problems = blank if name in (MISSING, None, "") else []
    _check({"hostname": None, **values(parameters)}, parameters, problems)


def check_changes(parameters: list[Parameter]) -> None:
    """Raise the 422 LoopBackError that these parameters deserve, if any."""
    _check(values(parameters), parameters, [])


def _check(given: dict[str, object], sent: list[Parameter], problems: list[Problem]) -> None:
    """`sent` is one property of the record, so it has the problems of all its parameters."""
    found, hostname = {}, given.get("hostname")
    if "hostname" in given and not (isinstance(hostname, str) and hostname.strip()):
        found["custom.hostname"] = "hostname can't be blank"
    if "port" in given and port_number(given["port"]) is None:
        found["custom.port"] = "port must be a number from 1 to 65535"
    problems += [Problem("connection_parameters", code, found[code], sent) for code in found]
    if problems:
        raise invalid(problems)


def port_number(value: object) -> int | None:
    """The port (1 to 65535) that a number or a string of digits stands for, else None."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 5:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 1 <= value <= 65535 else None
