"""Connection parameters as the sandbox stores them: lists of names and values, merged by name.

A parameter is kept as the JSON object that came, with all its members (`type`, `label`, `secured`),
so that a client that drops them is found out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

from smtp_tui.sandbox.loopback import MISSING, Problem, bad_argument, invalid

Parameter: TypeAlias = dict[str, Any]
"""One parameter as JSON: at least `name` and `value`."""

MASK = "*****"
"""What the server shows instead of a secret that is set."""


def read_parameters(argument: str, value: object) -> list[Parameter]:
    """The parameters in a request body; raises a 400 LoopBackError when it is no list of them."""
    if not isinstance(value, list):
        raise bad_argument("Value is not an array.")
    for item in value:
        if not isinstance(item, dict) or not isinstance(item.get("name"), str):
            raise bad_argument(f"{argument} holds an item without a name.")
    return [dict(item) for item in value]


def new_parameters(value: object) -> list[Parameter]:
    """The parameters of a new record: LoopBack words the errors of a property differently."""
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


def merged(stored: Iterable[Parameter], changes: Iterable[Parameter]) -> tuple[Parameter, ...]:
    """The stored parameters overlaid with the changes by name; unknown names go to the end."""
    result = {str(parameter["name"]): parameter for parameter in stored}
    for change in changes:
        name = str(change["name"])
        result[name] = {**result.get(name, {}), **change}
    return tuple(result.values())


def masked(parameters: Iterable[Parameter]) -> list[Parameter]:
    """The parameters as the server shows them: a secret that is set becomes `*****`."""
    return [
        {**parameter, "value": MASK}
        if _is_secret(parameter) and parameter.get("value")
        else parameter
        for parameter in parameters
    ]


def values(parameters: Iterable[Parameter]) -> dict[str, object]:
    """Parameter name to value; of a name that occurs twice, the last value."""
    return {str(parameter["name"]): parameter.get("value") for parameter in parameters}


def check_record(name: object, parameters: list[Parameter]) -> None:
    """Raise the 422 LoopBackError that a new record deserves, if any."""
    # Twice: LoopBack checks it as a required property, and again for presence.
    blank = name is MISSING or name is None or name == ""
    problems = [Problem("name", "presence", "can't be blank", name)] * (2 if blank else 0)
    check_changes(parameters, problems, required=True)


def check_changes(
    parameters: list[Parameter], problems: Sequence[Problem] = (), *, required: bool = False
) -> None:
    """Raise the 422 LoopBackError that these parameters deserve, together with other problems.

    Without `required` a host name that is not among them is no problem.
    """
    given = values(parameters)
    found = list(problems)
    if (required or "hostname" in given) and _blank(given.get("hostname")):
        found.append(_problem("hostname", "hostname can't be blank", parameters))
    if "port" in given and port_number(given["port"]) is None:
        found.append(_problem("port", "port must be a number from 1 to 65535", parameters))
    if found:
        raise invalid(found)


def port_number(value: object) -> int | None:
    """The port (1 to 65535) that a number or a string of digits stands for, else None."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 5:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 1 <= value <= 65535 else None


def _problem(code: str, message: str, parameters: list[Parameter]) -> Problem:
    """The list is one property of the record, so it has the problems of all parameters."""
    return Problem("connection_parameters", f"custom.{code}", message, parameters)


def _is_secret(parameter: Parameter) -> bool:
    return parameter["name"] == "password" or parameter.get("secured") == "true"


def _blank(value: object) -> bool:
    return not isinstance(value, str) or not value.strip()
