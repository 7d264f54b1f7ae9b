"""Looking up a write whose outcome nobody was told: what the server holds now says it."""

from __future__ import annotations

from smtp_tui.api.errors import ApiError, NotFound, Operation
from smtp_tui.api.models import is_secret_name
from smtp_tui.api.requests import assigned, record_id_of
from smtp_tui.api.smtp_connections import SmtpConnections
from smtp_tui.api.writes import Unattended, Write
from smtp_tui.editing.values import looks_same, value_in


async def look_up(connections: SmtpConnections, ended: Unattended) -> bool | None:
    """Whether it was done, which the journal then says too; None where nobody can tell.

    A test mail leaves nothing to look at, and a password cannot be seen.
    """
    error = ended.error
    if error is None or not error.outcome_unknown:
        return None
    try:
        found = await _found(connections, ended.write)
    except ApiError:
        return None
    if found is not None:
        await connections.looked_up(error, done=found)
    return found


async def _found(connections: SmtpConnections, write: Write) -> bool | None:
    record_id = record_id_of(write.request)
    match write.request.operation:
        case Operation.CREATE:
            name = (write.request.body or {}).get("name")
            return any(one.name == name for one in (await connections.list()).records)
        case Operation.DELETE if record_id is not None:
            try:
                await connections.get(record_id)
            except NotFound:
                return True
            return False
        case Operation.PATCH if record_id is not None:
            return await _patched(connections, write, record_id)
    return None


async def _patched(connections: SmtpConnections, write: Write, record_id: str) -> bool | None:
    """All new values there, all old ones, or something that cannot be told."""
    now, sent = await connections.get(record_id), assigned(write.request)
    seen = {
        looks_same(value_in(now, name), value) for name, value in sent if not is_secret_name(name)
    }
    if seen == {False}:
        return False
    hidden = any(is_secret_name(name) for name, _ in sent)
    return True if seen == {True} and not hidden else None


__all__ = ["look_up"]
