"""A backup before something cannot come back: the records of a plan, as documents to apply."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

from smtp_tui.editing.document_text import document_yaml
from smtp_tui.state.files import write_atomic
from smtp_tui.text import moment
from smtp_tui.workflows.plan import Plan


def write_backup(state_directory: Path, plan: Plan, now: datetime) -> dict[str, Path]:
    """Write the records that a plan changes or deletes, as they are: a file for each profile.

    ``smtp-tui --profile PROFILE apply FILE`` brings them back, but for their ids and secrets, and
    only to the server and tenant where they were. It blocks, and raises ``FileProblem``.
    """
    files = {}
    for number, profile in enumerate(plan.profiles):
        work = [entry for entry in plan.work if entry.profile == profile]
        records = [entry.record for entry in work if entry.record is not None]
        if not records:
            continue
        place = plan.place(profile)
        only_in = None if place is None else (place.origin_url, place.tenant)
        heading = (f"{profile}, before “{plan.title}” at {moment(now)}",)
        name = f"{now:%Y%m%dT%H%M%S}.{now.microsecond:06}-{number}-{_in_a_name(profile)}.yaml"
        file = state_directory / "backups" / name
        text = document_yaml(records, heading, with_ids=True, only_in=only_in)
        write_atomic(file, text)
        files[profile] = file
    return files


def _in_a_name(profile: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]+", "_", profile)[:60]
