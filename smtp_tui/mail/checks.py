"""Checks of what a person types, before anything is sent; each returns findings and raises nothing.

The one import for callers: the checks of hosts, ports and addresses are gathered here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from smtp_tui.api.models import is_secret_name
from smtp_tui.api.secret import is_mask
from smtp_tui.mail.addresses import check_hostname, check_recipient, recipient_to_send
from smtp_tui.mail.findings import (
    SPACE_AROUND,
    Finding,
    Findings,
    Severity,
    error,
    has_error,
    has_invisible,
    has_space_around,
    hint,
    unsendable,
    warning,
)
from smtp_tui.mail.ports import check_port, check_port_for_host, parse_port, port_hint

__all__ = [
    "Finding",
    "Findings",
    "Severity",
    "check_hostname",
    "check_parameter",
    "check_password",
    "check_port",
    "check_port_for_host",
    "check_recipient",
    "check_record_name",
    "check_scope_id",
    "check_text",
    "check_username",
    "has_error",
    "is_mask",
    "parse_port",
    "port_hint",
    "recipient_to_send",
]

MAX_NAME: Final = 255
MAX_SCOPE_ID: Final = 255


def check_password(text: str) -> Findings:
    """Check a typed password. An empty one gets no finding: what that means is the caller's."""
    if is_mask(text):
        return (
            error("These are only the signs that stand for a password. Type the password itself."),
        )
    reason = unsendable(text)
    if reason is not None:
        return (error(reason),)
    findings: list[Finding] = []
    if has_space_around(text):
        findings.append(warning(SPACE_AROUND + " It will be part of the password."))
    if has_invisible(text):
        findings.append(warning("It contains an invisible character, as a paste may bring along."))
    elif not text.isascii():
        findings.append(hint("Some mail servers cannot log in with characters beyond ASCII."))
    return tuple(findings)


def check_username(text: str) -> Findings:
    """Check a typed account name; an empty one is allowed, for relays without login."""
    if not text:
        return (hint("Without a username the mail server is used without a login."),)
    if not text.strip():
        return (error("It consists of spaces. Empty it or type the account."),)
    return check_text(text)


def check_text(text: str) -> Findings:
    """Check a value whose meaning is not known: only what surely goes wrong is refused."""
    reason = unsendable(text)
    if reason is not None:
        return (error(reason),)
    findings: list[Finding] = []
    if has_space_around(text):
        findings.append(warning(SPACE_AROUND))
    if has_invisible(text):
        findings.append(warning("It contains an invisible character, as a paste may bring along."))
    return tuple(findings)


def check_record_name(text: str) -> Findings:
    """Check the name of a new record; it cannot be changed later."""
    if not text.strip():
        return (error("Type a name. It cannot be changed later."),)
    if len(text) > MAX_NAME:
        return (error(f"A name has at most {MAX_NAME} characters."),)
    return check_text(text)


def check_scope_id(text: str) -> Findings:
    """Check a tenant, team or namespace, which travel in the query of every request."""
    if not text.strip():
        return (error("It is empty."),)
    reason = unsendable(text)
    if reason is not None:
        return (error(reason),)
    if has_space_around(text):
        return (error(SPACE_AROUND + " Remove it."),)
    if len(text) > MAX_SCOPE_ID:
        return (error(f"It has at most {MAX_SCOPE_ID} characters."),)
    return ()


_BY_NAME: Final[dict[str, Callable[[str], Findings]]] = {
    "hostname": check_hostname,
    "port": check_port,
    "username": check_username,
    "password": check_password,
}


def check_parameter(name: str, text: str) -> Findings:
    """Check a typed value by the parameter's name; any secret gets the password's check."""
    check = _BY_NAME.get(name)
    if check is not None:
        return check(text)
    return check_password(text) if is_secret_name(name) else check_text(text)
