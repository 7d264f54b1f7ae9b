"""How a command prints what it found: a JSON document, JSON lines, a table, CSV or names."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from msgspec import Struct, to_builtins

from smtp_tui.cli.exit_codes import ExitCode, Refusal, UsageError
from smtp_tui.cli.fields import FIELDS, KEYS, OPEN, PARAMETERS, SCHEMA
from smtp_tui.cli.say import inform, is_terminal, show, show_json, table
from smtp_tui.state.files import holds_other, write_private
from smtp_tui.text import clean, nearest

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

Rows: TypeAlias = tuple[Sequence[str], Sequence[Sequence[str]]]
"""The heading of a table, and its rows."""
_CELL: Final = 1_000_000
"""Characters of a cell of CSV."""
_FORMULA: Final = ("=", "+", "-", "@")
"""What a spreadsheet takes for the beginning of a formula. Tabs and line breaks are escaped."""


def show_one(options: argparse.Namespace, found: Struct | Mapping[str, Any]) -> None:
    """Print one object as JSON: what was chosen of it."""
    told = _plain(found)
    _check_fields(options, [told])
    show_json({"schema": SCHEMA, **_chosen(options, told)}, None if options.jsonl else 2)
    _tell_fields(options, [told])


def show_whole(options: argparse.Namespace, found: Struct | Mapping[str, Any]) -> None:
    """Print one object whole: what a dry run would do. Raises :class:`UsageError` for fields."""
    if options.fields:
        raise UsageError("a dry run is printed whole; --json takes no fields with it")
    show_json({"schema": SCHEMA, **_plain(found)}, None if options.jsonl else 2)


def show_many(
    options: argparse.Namespace,
    found: Iterable[Struct],
    rows: Callable[[], Rows] | None = None,
    names: Callable[[], Iterable[str]] = tuple,
) -> None:
    """Print objects as the options say.

    ``rows`` and ``names`` are made only if they are wanted. A table without a row is not printed.
    """
    if options.json:
        told = [_plain(each) for each in found]
        _check_fields(options, told)
        chosen = [_chosen(options, each) for each in told]
        if options.jsonl:
            for each in chosen:
                show_json({"schema": SCHEMA, **each}, None)
        else:
            show_json({"schema": SCHEMA, KEYS[options.command]: chosen})
            _tell_fields(options, told)
    elif options.form == "csv":
        show(_csv(options, [_plain(each) for each in found]))
    elif options.form == "name":
        for name in names():
            show(name)
    elif rows is not None:
        heading, lines = rows()
        if lines:
            show(table(heading, lines))


def show_line(options: argparse.Namespace, found: Struct) -> None:
    """Print one of several objects as it comes, if lines are wanted."""
    if options.jsonl:
        show_json({"schema": SCHEMA, **_chosen(options, _plain(found))}, None)


def _plain(found: Struct | Mapping[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = to_builtins(found)
    return told


def _chosen(options: argparse.Namespace, told: Mapping[str, Any]) -> Mapping[str, Any]:
    """The wanted fields; what a record lacks is null, and a parameter may be named like a field."""
    if not options.fields:
        return told
    return {
        name: told[name] if name in told else told.get("parameters", {}).get(name)
        for name in options.fields
    }


def _check_fields(options: argparse.Namespace, found: Iterable[Mapping[str, Any]]) -> None:
    """Refuse a field that no record has: it is a slip. Other commands have been asked before."""
    if not options.fields or options.command not in OPEN:
        return
    held = {name for each in found for name in each["parameters"]}
    known = {*FIELDS[options.command], *PARAMETERS, *held}
    for name in options.fields:
        if name not in known and held:
            words = f"--json {name}: no record has it{nearest(name, known)}"
            raise Refusal(words, ExitCode.NOT_FOUND)


def _tell_fields(options: argparse.Namespace, found: Iterable[Mapping[str, Any]]) -> None:
    """List the fields to a person who did not choose any, below the document."""
    if options.fields or not (is_terminal(sys.stdout) and is_terminal(sys.stderr)):
        return
    names = dict.fromkeys(FIELDS[options.command])
    if options.command in OPEN:
        names |= dict.fromkeys(name for each in found for name in each["parameters"])
    some = ",".join([*names][:2])
    inform(f"Fields: {', '.join(names)}. To choose some: --json {some}")


def refuse_to_replace(
    options: argparse.Namespace, file: Path | None, is_ours: Callable[[str], bool]
) -> None:
    """Refuse to lose what a file holds that is not ``is_ours``, unless ``--force`` is given.

    Raises :class:`Refusal`, and ``FileProblem``.
    """
    if file is not None and not options.force and holds_other(file, is_ours):
        words = f"{file}: exists and has other content; add --force to replace it"
        raise Refusal(words)


def write_kept(file: Path | None, text: str) -> None:
    """Write a text to stdout, or to a file that only its owner can read."""
    if file is None:
        show(text.rstrip("\n"))
    else:
        write_private(file, text)
        inform(f"Written: {file}")


# CSV


def _csv(options: argparse.Namespace, found: Sequence[Mapping[str, Any]]) -> str:
    """Objects as CSV with a heading; of records, each parameter has a column."""
    import csv  # noqa: PLC0415 - for this form only
    import io  # noqa: PLC0415

    names = dict.fromkeys(FIELDS[options.command])
    held: dict[str, None] = {}
    if options.command in OPEN:
        del names["parameters"]
        held = dict.fromkeys((*PARAMETERS, *(n for each in found for n in each["parameters"])))
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(map(_cell, (*names, *held)))
    for each in found:
        own = [each[name] for name in names]
        writer.writerow(map(_cell, (*own, *(each["parameters"].get(name) for name in held))))
    return file.getvalue().rstrip("\n")


def _cell(value: Any) -> str:
    """A value as one line of text that no spreadsheet takes for a formula, and no terminal obeys.

    Text that looks like the beginning of a formula gets a ``'``, as spreadsheets take it for text.
    """
    if isinstance(value, str):
        text = clean(value, _CELL)
        return f"'{text}" if text.startswith(_FORMULA) else text
    if isinstance(value, dict) and [*value] == ["secret"]:
        return str(value["secret"])
    return "" if value is None else json.dumps(value).replace("\x7f", "\\u007f")
