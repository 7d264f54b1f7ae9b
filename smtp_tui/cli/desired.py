"""``export``, ``plan`` and ``apply``: desired state in a file."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import stat
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from smtp_tui.api.clock import Clock
from smtp_tui.api.models import PASSWORD, JsonValue, Record
from smtp_tui.api.paths import open_trusted
from smtp_tui.api.requests import Operation
from smtp_tui.api.secret import SecretStr
from smtp_tui.cli.exit_codes import ANY_COMMAND, ExitCode, Refusal, UsageError
from smtp_tui.cli.failing import EXPECTED, tell
from smtp_tui.cli.many import Many, Sessions, begin_many
from smtp_tui.cli.output import show_one, show_whole
from smtp_tui.cli.plan_run import review_and_run
from smtp_tui.cli.plan_text import plan_lines
from smtp_tui.cli.running import Environ, known_profiles, several_profiles
from smtp_tui.cli.say import ask_secret, inform, on_terminal, pass_on, say, show, warn
from smtp_tui.cli.values import read_password
from smtp_tui.cli.wanted import wanted_of
from smtp_tui.editing.document_text import document_json, document_yaml
from smtp_tui.profiles.sources import CredentialError
from smtp_tui.state.encoding import read_object
from smtp_tui.state.files import DEFAULT_CAP, FileProblem, problems_of, write_private
from smtp_tui.text import clean, counted, moment
from smtp_tui.workflows.plan import Plan, PlanEntry
from smtp_tui.workflows.plan_file import plan_json, read_plan

if TYPE_CHECKING:
    from smtp_tui.editing.document import Document, NotADocument, Reference
    from smtp_tui.workflows.references import Needed

_STDIN: Final = Path("-")
DIFFERENT: Final = ExitCode.USAGE
"""What ``plan`` ends with where there is something to change: 2, as other tools do."""


def export(options: argparse.Namespace, environ: Environ) -> ExitCode:
    """Write records as a document that can be edited and applied."""
    wanted = wanted_of(options, options.values, unique=False)
    many = begin_many(options, environ)
    (profile,) = many.profiles

    async def work(sessions: Sessions) -> None:
        """Read the list, and write it."""
        lists = await sessions.lists()
        records: Sequence[Record] = wanted.of(lists)[profile.name]
        place = lists[0].place
        if options.json:
            text = document_json(records)
        else:
            where = f"{place.profile} ({place.origin_url}, tenant {place.tenant})"
            heading = [f"SMTP connections of {where}, {_today()}"]
            if lists[0].found.unreadable:
                count = counted(len(lists[0].found.unreadable), "entry", "entries")
                heading.append(f"Not in this file, because they could not be read: {count}")
            text = document_yaml(records, heading)
        written.append(text)

    written: list[str] = []
    code = many.do(work)
    for text in written:
        _write(options.output, text)
    return code


def _today() -> str:
    return moment(Clock().now())


def _write(file: Path | None, text: str) -> None:
    """Write a text to stdout, or to a file that only its owner can read."""
    if file is None:
        show(text.rstrip("\n"))
    else:
        write_private(file, text)
        inform(f"Written: {file}")


def plan(options: argparse.Namespace, environ: Environ) -> ExitCode:
    """Show what would have to change: 2 where anything would, 1 after an error of its own."""
    try:
        return _plan(options, environ)
    except UsageError:
        raise
    except EXPECTED as error:
        code = tell(error)
    return code if code in ANY_COMMAND else ExitCode.FAILED


def _plan(options: argparse.Namespace, environ: Environ) -> ExitCode:
    many = begin_many(options, environ)
    text = _read(options.file)
    document = _document(options.file, text)
    found: list[tuple[Plan, dict[Needed, SecretStr]]] = []

    async def work(sessions: Sessions) -> None:
        """Read the list, and compare."""
        found.append(await _compared(sessions, options.file, document))

    code = many.do(work)
    for made, needed in found:
        if options.output is not None:
            _write(options.output, plan_json(made, Clock().now(), _sources(needed)))
        _show(options, made, _sources(needed))
    if code is not ExitCode.OK:
        return ExitCode.FAILED
    return DIFFERENT if any(made.work for made, _ in found) else ExitCode.OK


def _show(options: argparse.Namespace, plan: Plan, sources: Mapping[SecretStr, JsonValue]) -> None:
    """Print a plan on stdout."""
    if options.json:
        told = json.loads(plan_json(plan, Clock().now(), sources))
        (show_whole if options.dry_run else show_one)(options, told)
    else:
        show("\n".join(plan_lines(plan)) or "No difference.")


def apply(options: argparse.Namespace, environ: Environ) -> ExitCode:
    """Make the records what a document says, or carry out a plan that was kept."""
    text = _read(options.file)
    if _is_plan(text):
        return _apply_plan(options, environ, text)
    document = _document(options.file, text)
    many = begin_many(options, environ, Operation.PATCH)

    async def work(sessions: Sessions) -> None:
        """Compare, have the difference confirmed, and make it so."""
        made, needed = await _compared(sessions, options.file, document)
        if options.dry_run:
            _show(options, made, _sources(needed))
            return many.codes.extend([ExitCode.WOULD_CHANGE] if made.work else [])
        await review_and_run(sessions, made, lambda: _whole(many, options.file, made, needed))

    return many.do(work)


def _is_plan(text: str) -> bool:
    """Whether a text is a plan, not a document."""
    try:
        return text.lstrip().startswith("{") and "entries" in read_object(text)
    except ValueError:
        return False


def _apply_plan(options: argparse.Namespace, environ: Environ, text: str) -> ExitCode:
    """Carry out a plan that was kept, in the profiles that it names."""
    from smtp_tui.editing.document import reference_of  # noqa: PLC0415 - pydantic
    from smtp_tui.workflows.references import Needed  # noqa: PLC0415 - pydantic

    try:
        kept = read_plan(text)
        sources = {int(n): Needed(reference_of(each)) for n, each in kept.sources.items()}
        unread = {number: SecretStr(f"secret {number}") for number in kept.secrets}
        made = kept.plan(unread)
    except ValueError as problem:
        raise Refusal(f"{options.file}: {problem}") from None
    if options.prune or options.passwords:
        raise UsageError("--prune and --passwords are for a document; the plan says what is done")
    if options.profile is not None or several_profiles(options):
        raise UsageError("the plan names its profiles")
    if options.dry_run:
        _show(options, made, {unread[int(n)]: each for n, each in kept.sources.items()})
        return ExitCode.WOULD_CHANGE if made.work else ExitCode.OK
    if not made.entries:
        inform("Nothing to do: the plan is empty.")
        return ExitCode.OK
    options.profiles = ",".join(made.profiles)
    writes = Operation.PATCH if made.writes else Operation.TEST_SAVED
    many = begin_many(options, environ, writes)
    missing = {*made.profiles} - {profile.name for profile in many.profiles}
    if missing:
        names = ", ".join(sorted(missing))
        words = f"nothing was sent: the plan needs profiles that cannot be used: {names}"
        raise Refusal(words, ExitCode.REFUSED)

    async def work(sessions: Sessions) -> None:
        """Have the plan confirmed, and carry it out; every record is compared again first."""

        async def with_secrets() -> Plan:
            """The plan with the secrets that it sends."""
            found = await _secrets(many, options.file, sources.values())
            given = {number: found[source] for number, source in sources.items()}
            for number, what in kept.secrets.items():
                if number not in given:
                    given[number] = _password(what)
            return kept.plan(given)

        await review_and_run(sessions, made, with_secrets)

    return many.do(work)


def _password(what: str) -> SecretStr:
    """A password that somebody types. Raises :class:`Refusal`."""
    from smtp_tui.workflows.references import password_of  # noqa: PLC0415 - pydantic

    try:
        return password_of(_typed(what))
    except CredentialError as problem:
        raise Refusal(f"nothing was sent: {problem}") from None


def _typed(what: str) -> str:
    """A secret that somebody types. Raises :class:`CredentialError` where nobody can."""
    if not on_terminal():
        raise CredentialError(f"the {what} has to be typed, and there is no terminal to ask on")
    return ask_secret(f"SMTP {clean(what)}:")


def create_many(options: argparse.Namespace, environ: Environ) -> ExitCode:
    """Create the records of a document that stdin has; no name may be taken.

    A secret that only the other server has is typed, read from the file, or left out.
    """
    document = _with_stored(_document(_STDIN, _as_list(_read(_STDIN))), options)
    given = read_password(options)
    many = begin_many(options, environ, Operation.CREATE)
    ask = _at_keyboard if given is None else lambda what: _given(given, what)

    async def work(sessions: Sessions) -> None:
        """Have the records confirmed, and create them."""
        made, needed = await _compared(sessions, _STDIN, document)
        taken = [entry.named for entry in made.entries if entry.record is not None]
        if taken:
            names = f"{', '.join(taken[:5])}{' …' if len(taken) > 5 else ''}"
            words = f"nothing was sent: these names are taken: {names}"
            raise Refusal(words, ExitCode.REFUSED)
        await review_and_run(sessions, made, lambda: _whole(many, _STDIN, made, needed, ask))

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
    from smtp_tui.editing.document import FromPerson  # noqa: PLC0415 - pydantic

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
    """A secret that somebody types although stdin is the document. Raises as :func:`_typed`."""
    try:
        os.close(os.open(os.ctermid(), os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return _typed(what)
    return ask_secret(f"SMTP {clean(what)}:")


async def _compared(
    sessions: Sessions, file: Path, document: Document
) -> tuple[Plan, dict[Needed, SecretStr]]:
    """The plan, with something in place of each secret that it needs; and what it stands for."""
    from smtp_tui.editing.document import NotADocument  # noqa: PLC0415 - pydantic
    from smtp_tui.workflows.desired import Wishes, desired_plan  # noqa: PLC0415 - pydantic
    from smtp_tui.workflows.references import Needed  # noqa: PLC0415 - pydantic

    needed: dict[Needed, SecretStr] = {}

    def stand_in(reference: Reference, what: str) -> SecretStr:
        """Something in place of a secret, which is read when it is sent."""
        return needed.setdefault(Needed.of(reference, what), SecretStr(f"secret {len(needed) + 1}"))

    options = sessions.many.options
    wishes = Wishes(options.prune, options.passwords)
    try:
        made = desired_plan(document, await sessions.lists(), stand_in, wishes)
    except NotADocument as problem:
        raise _told(file, problem) from None
    return made, needed


async def _whole(
    many: Many,
    file: Path,
    plan: Plan,
    needed: Mapping[Needed, SecretStr],
    ask: Callable[[str], str] = _typed,
) -> Plan:
    """The plan with the secrets that it sends in place of what stood for them."""
    found = await _secrets(many, file, needed, ask)
    secrets = {needed[each]: found[each] for each in needed}

    def whole(entry: PlanEntry) -> PlanEntry:
        """The entry with its secrets."""
        changes = tuple(
            replace(change, after=secrets[change.after])
            if isinstance(change.after, SecretStr) and change.after in secrets
            else change
            for change in entry.patch.changes
        )
        return replace(entry, patch=replace(entry.patch, changes=changes))

    return replace(plan, entries=tuple(map(whole, plan.entries)))


def _sources(needed: Mapping[Needed, SecretStr]) -> dict[SecretStr, JsonValue]:
    """Where the secrets come from that need not be typed, as a plan keeps it."""
    return {secret: each.reference.model_dump() for each, secret in needed.items() if not each.what}


async def _secrets(
    many: Many, file: Path, needed: Iterable[Needed], ask: Callable[[str], str] = _typed
) -> dict[Needed, SecretStr]:
    """The secrets of a file; programs are started only for a file that nobody else can change."""
    from smtp_tui.editing.document import FromCommand  # noqa: PLC0415 - pydantic
    from smtp_tui.workflows.references import read_secrets  # noqa: PLC0415 - pydantic

    if str(file) != "-" and any(isinstance(each.reference, FromCommand) for each in needed):
        os.close(await asyncio.to_thread(open_trusted, file))
    profiles = (await asyncio.to_thread(known_profiles, many.environ)).with_broken

    def tell_line(line: str) -> None:
        """Pass on what a program writes to stderr."""
        if line:
            pass_on("password command", line)

    try:
        return await read_secrets(needed, many.environ, profiles, ask, tell_line)
    except CredentialError as problem:
        raise Refusal(f"nothing was sent: {problem}") from None


# Files


def _read(file: Path) -> str:
    """The text of a file, or of stdin for ``-``. Raises :class:`FileProblem`."""
    if file == _STDIN:
        file = Path("stdin")
        content = b"" if sys.stdin is None else sys.stdin.buffer.read(DEFAULT_CAP + 1)
    else:
        with problems_of(file), open(file, "rb") as opened:
            if not stat.S_ISREG(os.fstat(opened.fileno()).st_mode):
                raise FileProblem(file, "is not a regular file; use - to read stdin")
            content = opened.read(DEFAULT_CAP + 1)
    if len(content) > DEFAULT_CAP:
        raise FileProblem(file, f"is longer than {DEFAULT_CAP:,} bytes")
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise FileProblem(file, f"is not UTF-8 at byte {error.start}") from None


def _document(file: Path, text: str) -> Document:
    """The document of a file. Raises :class:`Refusal`, after each mistake was told."""
    from smtp_tui.editing.document import NotADocument, read_document  # noqa: PLC0415 - pydantic

    try:
        return read_document(text)
    except NotADocument as problem:
        raise _told(file, problem) from None


def _told(file: Path, problem: NotADocument) -> Refusal:
    """Tell each mistake with its place; the refusal says the first one."""
    where = "stdin" if file == _STDIN else file
    first, *others = (f"{each.line}:{each.column}: {each.words}" for each in problem.problems)
    for line in others:
        say(f"smtp-tui: {where}:{line}")
    return Refusal(f"{where}:{first}")
