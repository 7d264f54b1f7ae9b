"""A request as the ``smtp-tui`` command that does the same, to paste into a shell or a script."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from typing import Final

from smtp_tui.api.activity import Exchange
from smtp_tui.api.curl import PASSWORD_VARIABLE
from smtp_tui.api.models import PASSWORD, Assignment, SecretState
from smtp_tui.api.requests import Operation, Request
from smtp_tui.api.secret import SecretStr
from smtp_tui.mail.parameters import PARAMETERS, is_number, trimmed

_COMMANDS: Final = {
    Operation.LIST: "list",
    Operation.GET: "get",
    Operation.CREATE: "create",
    Operation.PATCH: "set",
    Operation.DELETE: "delete",
    Operation.TEST_SAVED: "test",
    Operation.TEST_VALUES: "test",
}


class _NoWords(Exception):
    """What no command can say."""


def command_line(profile: str, request: Request) -> str:
    """The command on a profile that sends what a request sends; blank where none does.

    None has words for a value that is neither text nor number, nor for a secret other than the
    password. A password comes from ``$SMTP_PASSWORD``. The command asks before it writes.
    """
    command = _COMMANDS.get(request.operation)
    if command is None:
        return ""
    try:
        return _line(command, profile, request)
    except _NoWords:
        return ""


def _line(command: str, profile: str, request: Request) -> str:
    words = ["smtp-tui", command, "--profile", profile]
    if request.operation is Operation.CREATE:
        words.append(_positional(request.new_name or ""))
    elif request.operation is Operation.TEST_VALUES:
        words.append("--values")
    elif request.operation is not Operation.LIST:
        words.append(_positional(request.record_id or ""))
    plain = [each for each in request.assignments if each.name != PASSWORD]
    words += map(_value, plain)
    for each in plain:
        words += [] if each.name in PARAMETERS else ["--new-parameter", each.name]
    if request.recipient is not None:
        words += ["--to", request.recipient]
    password = [each.value for each in request.assignments if each.name == PASSWORD]
    if not password:
        return shlex.join(words)
    if not _is_set(password[-1]):
        return shlex.join([*words, "--clear-password"])
    return f'printf %s "${PASSWORD_VARIABLE}" | {shlex.join([*words, "--password-stdin"])}'


def _positional(text: str) -> str:
    """A record or a name as an argument, which must not look like something else."""
    if not text or text.startswith("-") or "=" in text:
        raise _NoWords
    return text


def _value(assignment: Assignment) -> str:
    """``name=value``, where the command reads the same value from it."""
    name, value = assignment.name, assignment.value
    if not name.strip() or name.startswith("-") or "=" in name:
        raise _NoWords
    if is_number(name) and isinstance(value, int) and not isinstance(value, bool):
        return f"{name}={value}"
    if not isinstance(value, str) or trimmed(name, value) != value:
        raise _NoWords
    if is_number(name) and value.isdecimal():
        raise _NoWords  # it would be sent as a number
    return f"{name}={value}"


def _is_set(value: object) -> bool:
    return value is SecretState.SET or (isinstance(value, SecretStr) and bool(value))


def script(exchanges: Iterable[Exchange]) -> str:
    """The writes of a session as a shell script, oldest first; blank where there are none.

    What no command can do, and what did not succeed, stands in it as a comment.
    """
    lines = []
    for exchange in (each for each in exchanges if each.request.operation.writes):
        done = exchange.status is not None and 200 <= exchange.status < 300
        how = "done" if done else f"failed: {exchange.status or 'no answer'}"
        lines += ["", f"# {exchange.at:%H:%M:%S} {exchange.origin} {how}"]
        line = command_line(exchange.profile, exchange.request) or _instead(exchange.request)
        lines.append(line if done else f"# {line}")
    return "\n".join(["#!/bin/sh", "set -eu", *lines]) + "\n" if lines else ""


def _instead(request: Request) -> str:
    body = request.masked_body().replace("\n", " ")
    return f"# no command does this: {request.method} {request.path} {body}".rstrip()
