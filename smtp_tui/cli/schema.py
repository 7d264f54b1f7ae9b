"""``schema``: the JSON Schemas of what the program reads and writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from smtp_tui.cli.exit_codes import ExitCode
from smtp_tui.cli.say import show_json

if TYPE_CHECKING:
    import argparse

    from smtp_tui.cli.running import Environ


def print_schema(options: argparse.Namespace, environ: Environ) -> ExitCode:
    """Print the JSON Schema of a kind of file."""
    show_json(_schema(options.what or "file"))
    return ExitCode.OK


def _schema(what: str) -> dict[str, Any]:
    """Each imports what only it needs."""
    match what:
        case "plan":
            from smtp_tui.workflows.plan_file import plan_schema  # noqa: PLC0415

            return plan_schema()
        case "profiles":
            from smtp_tui.profiles.schema import profiles_schema  # noqa: PLC0415

            return profiles_schema()
        case "config":
            from smtp_tui.profiles.schema import preferences_schema  # noqa: PLC0415

            return preferences_schema()
    from smtp_tui.editing.document import document_schema  # noqa: PLC0415 - pydantic

    return document_schema()
