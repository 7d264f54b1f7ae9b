"""``plan`` and ``apply``: desired state, in a file that is edited or in a plan that was kept."""

from __future__ import annotations

import argparse
from typing import Final

from smtp_tui.api.clock import Clock
from smtp_tui.api.requests import Operation
from smtp_tui.api.secret import SecretStr
from smtp_tui.cli.document_file import document_of, text_of
from smtp_tui.cli.document_plan import Compared, compared, secrets_of, typed_secret
from smtp_tui.cli.exit_codes import ANY_COMMAND, ExitCode, Refusal, UsageError
from smtp_tui.cli.failing import EXPECTED, tell
from smtp_tui.cli.many import Many, Sessions, begin_many
from smtp_tui.cli.output import refuse_to_replace, write_kept
from smtp_tui.cli.plan_run import review_and_run
from smtp_tui.cli.plan_text import show_plan
from smtp_tui.cli.running import Environ, several_profiles
from smtp_tui.cli.say import inform
from smtp_tui.editing.document import reference_of
from smtp_tui.profiles.sources import CredentialError
from smtp_tui.state.encoding import read_object
from smtp_tui.workflows.plan import Plan
from smtp_tui.workflows.plan_file import plan_json, read_plan
from smtp_tui.workflows.references import Needed, password_of

_DIFFERENT: Final = ExitCode.USAGE
"""What ``plan`` ends with where there is something to change: 2, as other tools do."""


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
    refuse_to_replace(options, options.output, _is_plan)
    many = begin_many(options, environ)
    document = document_of(options.file, text_of(options.file))
    found: list[Compared] = []

    async def work(sessions: Sessions) -> None:
        """Read the list, and compare."""
        found.append(await compared(sessions, options.file, document))

    code = many.do(work)
    for each in found:
        if options.output is not None:
            write_kept(options.output, plan_json(each.plan, Clock().now(), each.sources))
        show_plan(options, each.plan, sources=each.sources)
    if code is not ExitCode.OK:
        return ExitCode.FAILED
    return _DIFFERENT if any(each.plan.work for each in found) else ExitCode.OK


def apply(options: argparse.Namespace, environ: Environ) -> ExitCode:
    """Make the records what a document says, or carry out a plan that was kept."""
    text = text_of(options.file)
    if _is_plan(text):
        return _apply_plan(options, environ, text)
    document = document_of(options.file, text)
    many = begin_many(options, environ, Operation.PATCH)

    async def work(sessions: Sessions) -> None:
        """Compare, have the difference confirmed, and make it so."""
        found = await compared(sessions, options.file, document)
        if options.dry_run:
            show_plan(options, found.plan, sources=found.sources)
            many.codes.append(_would(found.plan))
        else:
            await review_and_run(sessions, found.plan, lambda: found.whole(environ, typed_secret))

    return many.do(work)


def _would(plan: Plan) -> ExitCode:
    """What a dry run ends with."""
    return ExitCode.WOULD_CHANGE if plan.work else ExitCode.OK


def _is_plan(text: str) -> bool:
    """Whether a text is a plan, not a document."""
    try:
        return text.lstrip().startswith("{") and "entries" in read_object(text)
    except ValueError:
        return False


def _apply_plan(options: argparse.Namespace, environ: Environ, text: str) -> ExitCode:
    """Carry out a plan that was kept, in the profiles that it names."""
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
        stood = {unread[int(n)]: each for n, each in kept.sources.items()}
        show_plan(options, made, sources=stood)
        return _would(made)
    if not made.entries:
        inform("Nothing to do: the plan is empty.")
        return ExitCode.OK

    async def with_secrets() -> Plan:
        """The plan with the secrets that it sends."""
        found = await secrets_of(options.file, sources.values(), environ, typed_secret)
        given = {number: found[source] for number, source in sources.items()}
        for number, what in kept.secrets.items():
            if number not in given:
                given[number] = _password(what)
        return kept.plan(given)

    async def work(sessions: Sessions) -> None:
        """Have the plan confirmed, and carry it out; every record is compared again first."""
        await review_and_run(sessions, made, with_secrets)

    return _begin_plan(options, environ, made).do(work)


def _begin_plan(options: argparse.Namespace, environ: Environ, plan: Plan) -> Many:
    """Begin in the profiles that a plan names. Raises :class:`Refusal` where one is not usable."""
    options.profiles = ",".join(plan.profiles)
    many = begin_many(options, environ, Operation.PATCH if plan.writes else Operation.TEST_SAVED)
    missing = {*plan.profiles} - {profile.name for profile in many.profiles}
    if missing:
        names = ", ".join(sorted(missing))
        words = f"nothing was sent: the plan needs profiles that cannot be used: {names}"
        raise Refusal(words, ExitCode.REFUSED)
    return many


def _password(what: str) -> SecretStr:
    """A password that somebody types. Raises :class:`Refusal`."""
    try:
        return password_of(typed_secret(what))
    except CredentialError as problem:
        raise Refusal(f"nothing was sent: {problem}") from None
