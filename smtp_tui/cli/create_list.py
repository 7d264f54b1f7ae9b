"""``create -``: the records of a list that stdin has."""

from __future__ import annotations

import argparse
import json
import os

from msgspec.structs import replace

from smtp_tui.api.models import PASSWORD
from smtp_tui.api.requests import Operation
from smtp_tui.api.secret import SecretStr
from smtp_tui.cli.document_file import STDIN, document_of, text_of
from smtp_tui.cli.document_plan import compared, typed_secret
from smtp_tui.cli.exit_codes import ExitCode, Refusal
from smtp_tui.cli.many import Sessions, begin_many
from smtp_tui.cli.plan_run import review_and_run
from smtp_tui.cli.running import Environ
from smtp_tui.cli.say import ask_secret, warn
from smtp_tui.cli.values import read_password
from smtp_tui.editing.document import Document, FromPerson
from smtp_tui.profiles.sources import CredentialError
from smtp_tui.text import clean, counted


def create_list(options: argparse.Namespace, environ: Environ) -> ExitCode:
    """Create the records of a document that stdin has; no name may be taken.

    A secret that only the other server has is typed, read from the file, or left out.
    """
    document = _with_stored(document_of(STDIN, _as_list(text_of(STDIN))), options)
    given = read_password(options)
    many = begin_many(options, environ, Operation.CREATE)
    ask = _at_keyboard if given is None else lambda what: _given(given, what)

    async def work(sessions: Sessions) -> None:
        """Have the records confirmed, and create them."""
        found = await compared(sessions, STDIN, document)
        taken = [entry.named for entry in found.plan.entries if entry.record is not None]
        if taken:
            names = f"{', '.join(taken[:5])}{' …' if len(taken) > 5 else ''}"
            words = f"nothing was sent: these names are taken: {names}"
            raise Refusal(words, ExitCode.REFUSED)
        await review_and_run(sessions, found.plan, lambda: found.whole(environ, ask))

    return many.do(work)


def _as_list(text: str) -> str:
    """What ``get --json`` and ``list --jsonl`` print, as ``list --json`` does; else as it is."""
    for parts in ([text], text.splitlines()):
        try:
            found = [json.loads(part) for part in parts]
        except (ValueError, RecursionError):
            continue
        if found and all(isinstance(each, dict) and "parameters" in each for each in found):
            schema = [each.pop("schema", None) for each in found]
            return json.dumps({"schema": schema[0], "records": found})
    return text


def _with_stored(document: Document, options: argparse.Namespace) -> Document:
    """The document with a question for each secret that is asked for or read; the others are told
    and left out."""

    records, left = [], []
    for record in document.records:
        wanted = [
            name
            for name in record.stored
            if options.ask_passwords or (options.password_file is not None and name == PASSWORD)
        ]
        left += [name for name in record.stored if name not in wanted][:1]
        asked = dict.fromkeys(wanted, FromPerson(prompt=True))
        records.append(replace(record, secrets={**record.secrets, **asked}))
    if left:
        count = counted(len(left), "record")
        warn(f"the stored secrets of {count} are not in the list, and are left out")
    return replace(document, records=tuple(records))


def _given(password: SecretStr, what: str) -> str:
    """The password from a file. Raises :class:`CredentialError` for another secret."""
    if not what.startswith(f"{PASSWORD} of "):
        raise CredentialError(f"the {what} has to be typed; use --ask-passwords")
    return password.get_secret_value()


def _at_keyboard(what: str) -> str:
    """As :func:`typed_secret`, although stdin is the document."""
    try:
        os.close(os.open(os.ctermid(), os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return typed_secret(what)
    return ask_secret(f"SMTP {clean(what)}:")
