"""``schema``: the JSON Schemas of what the program reads and writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from smtp_tui.cli.exit_codes import ExitCode, UsageError
from smtp_tui.cli.fields import FIELDS, FILES, KEYS, SCHEMA
from smtp_tui.cli.say import show_json
from smtp_tui.text import nearest

if TYPE_CHECKING:
    import argparse

    from msgspec import Struct

    from smtp_tui.cli.running import Environ

FILE_KINDS: Final = ("file", "plan", "profiles", "config")
_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_DRY_RUNS: Final = ("set", "create", "delete", "test", "apply")
"""Commands that may print what they would do."""


def print_schema(options: argparse.Namespace, environ: Environ) -> ExitCode:
    """Print the JSON Schema of a kind of file, or of what a command prints."""
    what = " ".join(options.what) or "file"
    if what in FILE_KINDS and not options.lines:
        show_json(file_schema(what))
    elif what in FIELDS and not (what in FILES and options.lines):
        show_json(output_schema(what, line=options.lines))
    else:
        known = [name for name in (*FILE_KINDS, *FIELDS) if not options.lines or name in FIELDS]
        near = nearest(what, known) or f"; there is {', '.join(known)}"
        raise UsageError(f"there is no such schema{near}")
    return ExitCode.OK


def file_schema(what: str) -> dict[str, Any]:
    """That of a kind of file, without the names that it has in the program."""
    found: dict[str, Any] = _unnamed(_of_file(what))
    named = {"file": "desired state of smtp-tui", "plan": "a plan of smtp-tui"}
    return {"$schema": _DIALECT, "title": named.get(what, f"{what}.toml of smtp-tui"), **found}


def _unnamed(schema: Any) -> Any:
    """A schema without titles; what it defines loses the sign of a private name."""
    if isinstance(schema, list):
        return [_unnamed(each) for each in schema]
    if not isinstance(schema, dict):
        text = isinstance(schema, str) and schema.startswith("#/$defs/")
        return schema.replace("/_", "/") if text else schema
    return {
        name.removeprefix("_"): _unnamed(value)
        for name, value in schema.items()
        if not (name == "title" and isinstance(value, str))
    }


def _of_file(what: str) -> dict[str, Any]:
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


def output_schema(command: str, *, line: bool = False) -> dict[str, Any]:
    """That of a command's whole document, or of a line of ``--jsonl``, without chosen fields."""
    if command in FILES:
        return file_schema("plan" if command == "plan" else "file")
    import msgspec  # noqa: PLC0415 - shapes are declared with it

    from smtp_tui.cli.shapes import DryRun  # noqa: PLC0415
    from smtp_tui.workflows.plan_file import PlanFile  # noqa: PLC0415

    shape = _shape(command)
    shapes = (shape, *((DryRun, PlanFile) if command in _DRY_RUNS else ()))
    (first, *others), named = msgspec.json.schema_components(shapes, ref_template="#/$defs/{name}")
    described = named[shape.__name__]["properties"]
    for name, words in FIELDS[command].items():
        described[name]["description"] = words
    if command in KEYS and not line:
        if command == "get":  # which prints one record alone
            others = [first, *others]
        key = KEYS[command]
        first = {"properties": {key: {"type": "array", "items": first}}, "required": [key]}
    found = first if not others else {"anyOf": [first, *others]}
    version = {"type": "integer", "const": SCHEMA, "description": "The version of the shapes."}
    return {
        "$schema": _DIALECT,
        "title": f"smtp-tui {command} {'--jsonl' if line else '--json'}",
        "type": "object",
        "properties": {"schema": version},
        "required": ["schema"],
        "allOf": [_unnamed(found)],
        "$defs": _unnamed(named),
    }


def _shape(command: str) -> type[Struct]:
    """What one object of a command is."""
    from smtp_tui.cli import shapes  # noqa: PLC0415 - for this command only
    from smtp_tui.cli.record_text import ShownRecord  # noqa: PLC0415

    of: dict[str, type[Struct]] = {
        **dict.fromkeys(("list", "get"), ShownRecord),
        "probe": shapes.Probed,
        "audit": shapes.Write,
        "doctor": shapes.ShownFact,
        "help": shapes.Topic,
        "sandbox": shapes.Served,
        "profiles list": shapes.ShownProfile,
        "profiles check": shapes.Check,
        "profiles path": shapes.StoredAt,
        **{f"profiles {verb}": shapes.ProfileChange for verb in ("add", "set", "remove", "use")},
    }
    return of.get(command, shapes.Outcome)
