"""A request as the ``smtp-tui`` command that does the same, to paste into a shell or a script."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from typing import Final

from smtp_tui.api.activity import Exchange
from smtp_tui.api.curl import PASSWORD_VARIABLE
from smtp_tui.api.models import PASSWORD, Assignment, SecretState
from smtp_tui.api.requests import TESTS, Operation, Request
from smtp_tui.api.secret import SecretStr
from smtp_tui.mail.parameters import PARAMETERS, is_number, trimmed
from smtp_tui.text import clean, counted

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
    """No command can say it; the text is why."""


def command_line(profile: str, request: Request) -> str:
    """The command on a profile that sends what a request sends; blank where none does.

    None has words for a value that is neither text nor number, nor for a secret other than the
    password. A password comes from ``$SMTP_PASSWORD``. The command asks before it writes.
    """
    try:
        return _line(profile, request)
    except _NoWords:
        return ""


def _line(profile: str, request: Request) -> str:
    command = _COMMANDS.get(request.operation)
    if command is None:
        raise _NoWords("it is sent only together with other requests")
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
        raise _NoWords(f"{_quoted(text)} as an argument would mean something else")
    return text


def _value(assignment: Assignment) -> str:
    """``name=value``, where the command reads the same value from it."""
    name, value = assignment.name, assignment.value
    if not name.strip() or name.startswith("-") or "=" in name:
        raise _NoWords(f"a parameter with the name {_quoted(name)} cannot be typed")
    if is_number(name) and isinstance(value, int) and not isinstance(value, bool):
        return f"{name}={value}"
    if isinstance(value, SecretStr | SecretState):
        raise _NoWords(f"{_quoted(name)} is a secret other than the password")
    if not isinstance(value, str):
        raise _NoWords(f"the value of {_quoted(name)} is not text")
    if trimmed(name, value) != value or (is_number(name) and value.isdecimal()):
        raise _NoWords(f"the text of {_quoted(name)} would be sent as another value")
    return f"{name}={value}"


def _is_set(value: object) -> bool:
    return value is SecretState.SET or (isinstance(value, SecretStr) and bool(value))


def _quoted(text: str) -> str:
    """A text from outside in a comment: some shells run a comment that is pasted."""
    return shlex.quote(clean(text, 60))


def script(exchanges: Iterable[Exchange], forgotten: int = 0) -> str:
    """What a session changed and mailed as commands to paste, oldest first; blank if nothing.

    Nothing in it ends or alters the shell. What may have been done, and what no command can do,
    stands in it as a comment. ``forgotten`` counts older requests that are no longer known.
    """
    exchanges = tuple(exchanges)
    writes = [each for each in exchanges if each.request.operation.writes]
    kept = [each for each in writes if not _was_refused(each)]
    if not kept:
        return ""
    entries = [_entry(each) for each in kept]
    left_out = [counted(len(exchanges) - len(writes), "read")]
    mails = sum(each.request.operation in TESTS for each in writes if _was_refused(each))
    if refused := len(writes) - len(kept) - mails:
        left_out.append(counted(refused, "refused write"))
    if mails:
        left_out.append(counted(mails, "failed test email"))
    head = [
        "# What this session changed and mailed, oldest first.",
        "# A command that changes a record asks for a yes, unless --yes is added.",
    ]
    if any("--password-stdin" in lines[-1] for lines in entries):
        head.append(f"# One that reads {PASSWORD_VARIABLE} cannot ask, and needs --yes.")
    head.append(f"# Left out: {', '.join(left_out)}.")
    if comments := sum(lines[-1].startswith("#") for lines in entries):
        head.append(f"# Only as a comment: {counted(comments, 'write')}.")
    if forgotten:
        older = counted(forgotten, "older request")
        head.append(f"# No longer known: {older}. The journal has all writes.")
    return "\n".join([*head, *(line for lines in entries for line in ("", *lines))]) + "\n"


def _was_refused(exchange: Exchange) -> bool:
    return exchange.status is not None and 300 <= exchange.status < 500


def _entry(exchange: Exchange) -> tuple[str, ...]:
    """When, where, with which record and how a write ended; below it the command, or why none."""
    status = exchange.status
    answered = "no answer" if status is None else f"answered {status}"
    known = exchange.record_name and exchange.request.record_id is not None
    named = f"{_quoted(exchange.record_name)}: " if known else ""
    head = f"# {exchange.at:%H:%M:%S} {exchange.origin} {named}{answered}"
    try:
        command = _line(exchange.profile, exchange.request)
    except _NoWords as why:
        return head, f"# No command does this: {why}"
    if status is not None and status < 300:
        return head, command
    return f"{head}, so look first whether it was done", "# " + command.replace("\n", "\n# ")
