"""What is wrong with the values of a record, for the form, the commands and a test of them."""

from __future__ import annotations

from typing import Final

from smtp_tui.api.errors import ApiError, Invalid, StatusError
from smtp_tui.api.models import PASSWORD, Record
from smtp_tui.api.requests import Operation
from smtp_tui.editing.draft import Draft, Replace
from smtp_tui.mail.parameters import parameter_remarks, parse_port, port_remarks, trimmed
from smtp_tui.mail.remarks import Remarks, Severity, check_record_name, error, remarks_of, warning

NAME: Final = "name"


def remarks(draft: Draft, name: str, opened: Record | None) -> Remarks:
    """What is wrong with one field, or odd about it. A value that was not changed has no error."""
    if name == NAME:
        return remarks_of(check_record_name, draft.name.strip())
    if name in dict(draft.secrets):
        edit = draft.secret(name)
        typed = edit.secret.get_secret_value() if isinstance(edit, Replace) else ""
        found = parameter_remarks(name, typed)
        return found + _half_login(draft, typed, opened) if name == PASSWORD else found
    typed = draft.text(name)
    untouched = opened is not None and typed == opened.text(name)
    text = typed if untouched else trimmed(name, typed)
    found = parameter_remarks(name, text)
    if name == "port":
        found += port_remarks(trimmed("hostname", draft.text("hostname")), parse_port(text))
    if untouched:
        found = tuple(each for each in found if each.severity is not Severity.ERROR)
    return tuple(dict.fromkeys(found))


def _half_login(draft: Draft, password: str, opened: Record | None) -> Remarks:
    """What a login lacks, said at the password.

    Of a saved record only what is typed is judged: its stored password is not always known.
    """
    has_username = bool(draft.text("username").strip())
    if password and not has_username:
        return (warning("There is no username, so the password is not used."),)
    if opened is None and has_username and not password:
        return (warning("There is a username but no password, so no login can be made."),)
    return ()


def refused_values(error: ApiError) -> tuple[tuple[str, str], ...]:
    """What a refusal says against values, by field. A 409 to a create is about the name."""
    if isinstance(error, Invalid):
        return error.fields
    creating = error.call.operation is Operation.CREATE
    if isinstance(error, StatusError) and error.status == 409 and creating:
        return ((NAME, error.words or "the server answered 409"),)
    return ()


def server_remarks(fields: tuple[tuple[str, str], ...], name: str) -> Remarks:
    """What the server said against one field."""
    said = dict.fromkeys(words for field, words in fields if field == name)
    return tuple(error(f"The server refused it: {words}") for words in said)
