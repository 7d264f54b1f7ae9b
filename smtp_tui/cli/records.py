"""Commands on records without a screen: data on stdout, words on stderr."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Mapping

from smtp_tui.api.activity import Activity
from smtp_tui.api.clock import Clock
from smtp_tui.api.errors import ApiError, NotSent, TokenNeeded, TokenRefused
from smtp_tui.api.models import Record, RecordList
from smtp_tui.api.target import HostRefused
from smtp_tui.cli.exit_codes import ExitCode
from smtp_tui.cli.main import complain
from smtp_tui.cli.wiring import NoSuchProfile, known_profiles
from smtp_tui.profiles.credentials import CredentialError
from smtp_tui.profiles.model import Profile
from smtp_tui.profiles.reading import ProfilesFileError
from smtp_tui.profiles.tokens import Tokens
from smtp_tui.state.files import FileProblem
from smtp_tui.ui.text import clean


def list_records(environ: Mapping[str, str], wanted: str | None, *, as_json: bool) -> int:
    """Print the records of a profile."""
    try:
        profile = known_profiles(environ).chosen(wanted)
        if profile is None:
            return complain("no profile: set CAM_HOST and the vendor's variables, or use --profile")
        found = asyncio.run(_list(profile, environ))
    except (NoSuchProfile, ProfilesFileError, FileProblem, HostRefused) as error:
        return complain(clean(str(error)))
    except CredentialError as error:
        return complain(clean(str(error)), ExitCode.TOKEN)
    except ApiError as error:
        return complain("; ".join(clean(line) for line in error.lines()), _code(error))
    print(_as_json(found) if as_json else _as_table(found))
    for unreadable in found.unreadable:
        words = f"entry {unreadable.position} cannot be read: {unreadable.why}"
        print(f"smtp-tui: {clean(words)}", file=sys.stderr)
    return int(ExitCode.OK)


async def _list(profile: Profile, environ: Mapping[str, str]) -> RecordList:
    from smtp_tui.api.client import Client  # noqa: PLC0415 - httpx, after the profile is known
    from smtp_tui.api.smtp_connections import SmtpConnections  # noqa: PLC0415 - the same

    tokens = Tokens(profile.token, environ)
    await tokens.fetch()
    client = Client(profile.target(), tokens, Activity(), Clock())
    try:
        return await SmtpConnections(client).list()
    finally:
        await client.aclose()


def _code(error: ApiError) -> ExitCode:
    match error:
        case TokenNeeded() | TokenRefused():
            return ExitCode.TOKEN
        case NotSent():
            return ExitCode.UNREACHABLE
    return ExitCode.FAILED


def _as_json(found: RecordList) -> str:
    return json.dumps([_plain(record) for record in found.records], ensure_ascii=True, indent=2)


def _plain(record: Record) -> dict[str, object]:
    return {
        "id": record.id,
        "name": record.name,
        "connection_parameters": [
            {"name": one.name, "value": one.text if one.secret else one.value}
            for one in record.parameters
        ],
    }


def _as_table(found: RecordList) -> str:
    heading = ("NAME", "HOSTNAME", "PORT", "USERNAME", "ID")
    rows = [heading]
    for record in found.records:
        texts = [record.name, *(record.text(name) for name in ("hostname", "port", "username"))]
        cells = [clean(text, 60) for text in (*texts, record.id)]
        rows.append((cells[0], cells[1], cells[2], cells[3], cells[4]))
    widths = [max(len(row[column]) for row in rows) for column in range(len(heading))]
    return "\n".join(
        "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )
