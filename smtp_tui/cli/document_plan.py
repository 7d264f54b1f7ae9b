"""The plan that makes records what a document says, and the secrets that it sends.

A plan is shown before a secret is read: until it is confirmed something stands for each.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from smtp_tui.api.models import JsonValue
from smtp_tui.api.paths import open_trusted
from smtp_tui.api.secret import SecretStr
from smtp_tui.cli.document_file import STDIN, refusal
from smtp_tui.cli.exit_codes import Refusal
from smtp_tui.cli.many import Sessions
from smtp_tui.cli.running import Environ, known_profiles
from smtp_tui.cli.say import ask_secret, on_terminal, pass_on
from smtp_tui.editing.document import Document, FromCommand, NotADocument, Reference
from smtp_tui.profiles.sources import CredentialError
from smtp_tui.text import clean
from smtp_tui.workflows.desired import Wishes, desired_plan
from smtp_tui.workflows.plan import Plan, PlanEntry
from smtp_tui.workflows.references import Needed, read_secrets


class Compared(Struct, frozen=True):
    """The plan of a document; ``needed`` is what stands in it for each secret."""

    file: Path
    plan: Plan
    needed: dict[Needed, SecretStr]

    @property
    def sources(self) -> dict[SecretStr, JsonValue]:
        """Where the secrets come from that need not be typed, as a plan keeps it."""
        return {
            secret: each.reference.model_dump()
            for each, secret in self.needed.items()
            if not each.what
        }

    async def whole(self, environ: Environ, ask: Callable[[str], str]) -> Plan:
        """The plan with the secrets that it sends. Raises :class:`Refusal`."""
        found = await secrets_of(self.file, self.needed, environ, ask)
        secrets = {stood: found[each] for each, stood in self.needed.items()}

        def whole(entry: PlanEntry) -> PlanEntry:
            """The entry with its secrets."""
            changes = tuple(
                replace(change, after=secrets[change.after])
                if isinstance(change.after, SecretStr) and change.after in secrets
                else change
                for change in entry.patch.changes
            )
            return replace(entry, patch=replace(entry.patch, changes=changes))

        return replace(self.plan, entries=tuple(map(whole, self.plan.entries)))


async def compared(sessions: Sessions, file: Path, document: Document) -> Compared:
    """What would make the records what the document says."""
    needed: dict[Needed, SecretStr] = {}

    def stand_in(reference: Reference, what: str) -> SecretStr:
        """Something in place of a secret, which is read when it is sent."""
        return needed.setdefault(Needed.of(reference, what), SecretStr(f"secret {len(needed) + 1}"))

    options = sessions.many.options
    wishes = Wishes(options.prune, options.passwords)
    try:
        made = desired_plan(document, await sessions.lists(), stand_in, wishes)
    except NotADocument as problem:
        raise refusal(file, problem) from None
    return Compared(file, made, needed)


async def secrets_of(
    file: Path, needed: Iterable[Needed], environ: Environ, ask: Callable[[str], str]
) -> dict[Needed, SecretStr]:
    """The secrets of a file; programs are started only for a file that nobody else can change."""
    if file != STDIN and any(isinstance(each.reference, FromCommand) for each in needed):
        os.close(await asyncio.to_thread(open_trusted, file))
    profiles = (await asyncio.to_thread(known_profiles, environ)).with_broken

    def tell_line(line: str) -> None:
        """Pass on what a program writes to stderr."""
        if line:
            pass_on("password command", line)

    try:
        return await read_secrets(needed, environ, profiles, ask, tell_line)
    except CredentialError as problem:
        raise Refusal(f"nothing was sent: {problem}") from None


def typed_secret(what: str) -> str:
    """A secret that somebody types. Raises :class:`CredentialError` where nobody can."""
    if not on_terminal():
        raise CredentialError(f"the {what} has to be typed, and there is no terminal to ask on")
    return ask_secret(f"SMTP {clean(what)}:")
