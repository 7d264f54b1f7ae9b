"""``export``: records as a file to edit and apply."""

from __future__ import annotations

import argparse

from smtp_tui.cli.exit_codes import ExitCode
from smtp_tui.cli.many import Sessions, begin_many
from smtp_tui.cli.output import refuse_to_replace, write_kept
from smtp_tui.cli.running import Environ
from smtp_tui.cli.wanted import Wanted, wanted_of
from smtp_tui.editing.document_text import document_json, document_yaml
from smtp_tui.text import counted
from smtp_tui.workflows.plan import Listed


def export(options: argparse.Namespace, environ: Environ) -> ExitCode:
    """Write records as a document that can be edited and applied."""
    wanted = wanted_of(options, options.values, unique=False)
    written: list[str] = []

    async def work(sessions: Sessions) -> None:
        """Read the list, and say it as a document."""
        (listed,) = await sessions.lists()
        written.append(_document(options, listed, wanted))

    code = begin_many(options, environ).do(work)
    for text in written:
        refuse_to_replace(options, options.output, text.__eq__)
        write_kept(options.output, text)
    return code


def _document(options: argparse.Namespace, listed: Listed, wanted: Wanted) -> str:
    """The records of a list that are wanted; a comment says where they are from, and what lacks."""
    place, unreadable = listed.place, listed.found.unreadable
    records = wanted.of([listed])[place.profile]
    if options.json:
        return document_json(records)
    where = f"{place.profile} ({place.origin_url}, tenant {place.tenant})"
    heading = [f"SMTP connections of {where}"]
    if unreadable:
        count = counted(len(unreadable), "entry", "entries")
        heading.append(f"Not in this file, because they could not be read: {count}")
    return document_yaml(records, heading)
