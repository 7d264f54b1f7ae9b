"""What a form's draft would send, and what is wrong with it, as pure functions."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from smtp_tui.api.errors import ApiError, Invalid, Operation, StatusError
from smtp_tui.api.models import PASSWORD, Record
from smtp_tui.api.requests import (
    IdRefused,
    Request,
    create_request,
    patch_request,
)
from smtp_tui.api.target import Scope
from smtp_tui.editing.draft import Draft, Replace
from smtp_tui.editing.patch import Patch, creation_patch, patch_of
from smtp_tui.editing.values import DraftProblem
from smtp_tui.mail.parameters import parse_port, port_remarks, trimmed, validate_parameter
from smtp_tui.mail.remarks import Remarks, Severity, error, validate_record_name, warning

NAME = "name"


class Drafted(Struct, frozen=True):
    """What a draft comes to: its changes, or the field that cannot be sent and why."""

    patch: Patch = Patch()
    problem: DraftProblem | None = None


def drafted(opened: Record | None, draft: Draft, like: Record | None = None) -> Drafted:
    """The changes of a draft against the opened record; for a new record, all of its values.

    ``like`` is the record that a new one was cloned from, whose JSON types it keeps.
    """
    try:
        if opened is not None:
            return Drafted(patch_of(opened, draft))
        return Drafted(creation_patch(draft, like))
    except DraftProblem as problem:
        return Drafted(problem=problem)


def save_request(scope: Scope, draft: Draft, patch: Patch) -> Request | None:
    """The request that saves: a patch with the changes only, or a create. None: nothing to send.

    Raises :class:`~smtp_tui.api.requests.IdRefused`.
    """
    if draft.record_id is None:
        return create_request(scope, draft.name.strip(), patch.assignments())
    return patch_request(scope, draft.record_id, patch.assignments()) if patch else None


def findings(draft: Draft, name: str, opened: Record | None) -> Remarks:
    """What is to be said of one field: errors only of what was changed, for the rest hints."""
    if name == NAME:
        return validate_record_name(draft.name.strip())
    if name in dict(draft.secrets):
        edit = draft.secret(name)
        typed = edit.secret.get_secret_value() if isinstance(edit, Replace) else ""
        found = validate_parameter(name, typed) if typed else ()
        return found + _half_login(draft, opened) if name == PASSWORD else found
    typed = draft.text(name)
    untouched = opened is not None and typed == opened.text(name)
    text = typed if untouched else trimmed(name, typed)
    found = validate_parameter(name, text) if text or name in ("hostname", "port") else ()
    if name == "port":
        found += port_remarks(trimmed("hostname", draft.text("hostname")), parse_port(text))
    if untouched:
        found = tuple(one for one in found if one.severity is not Severity.ERROR)
    return tuple(dict.fromkeys(found))


def _half_login(draft: Draft, opened: Record | None) -> Remarks:
    """What is missing of a login, said at the password; without either there is none to make.

    Of a saved record only what is typed is judged: its stored password is not always told.
    """
    edit = draft.secret(PASSWORD)
    typed = isinstance(edit, Replace) and bool(edit.secret)
    has_username = bool(draft.text("username").strip())
    if typed and not has_username:
        return (warning("There is no username, so the password is not used."),)
    if opened is None and has_username and not typed:
        return (warning("There is a username but no password, so no login can be made."),)
    return ()


_CONFLICT: Final = 409


def refused_values(error: ApiError) -> tuple[tuple[str, str], ...]:
    """What a refusal says against values, by field. A 409 to a create is about the name."""
    if isinstance(error, Invalid):
        return error.fields
    creating = error.place.operation is Operation.CREATE
    if isinstance(error, StatusError) and error.status == _CONFLICT and creating:
        return ((NAME, error.words or f"the server answered {_CONFLICT}"),)
    return ()


def server_findings(fields: tuple[tuple[str, str], ...], name: str) -> Remarks:
    """What the server said against one field."""
    said = dict.fromkeys(words for field, words in fields if field == name)
    return tuple(error(f"The server refused it: {words}") for words in said)


__all__ = [
    "Drafted",
    "IdRefused",
    "drafted",
    "findings",
    "refused_values",
    "save_request",
    "server_findings",
]
