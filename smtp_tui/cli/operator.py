"""The operator of a command: follows its flags, asks only at a terminal, tells on stderr."""

from __future__ import annotations

import argparse
import asyncio
import json
import shlex
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from smtp_tui.api.requests import Operation
from smtp_tui.api.secret import SecretStr
from smtp_tui.api.target import Access
from smtp_tui.api.writes import was_not_sent
from smtp_tui.cli.exit_codes import ExitCode, Refusal
from smtp_tui.cli.output import show_whole
from smtp_tui.cli.say import ask, ask_secret, confirm, inform, on_terminal, say, show, warn
from smtp_tui.profiles.sources import CredentialError, LoginToken, PromptToken, clean_token
from smtp_tui.text import clean, clean_block
from smtp_tui.workflows.operator import Kind, Notice, RefusedCertificate, Sent

if TYPE_CHECKING:
    from smtp_tui.api.requests import Request
    from smtp_tui.api.target import Trust
    from smtp_tui.editing.merge import Comparison
    from smtp_tui.profiles.model import Profile
    from smtp_tui.workflows.planned_write import PlannedWrite
    from smtp_tui.workflows.session import Session


class CommandOperator:
    """Answers the questions of a workflow with what the command line allows."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.before_sending: Callable[[], Awaitable[None]] | None = None
        """Done once a review is approved, and not in a dry run."""
        self._approved: Request | None = None

    async def review(self, session: Session, plan: PlannedWrite) -> bool:
        """Print the plan and have it confirmed, unless this is a dry run.

        Raises :class:`Refusal` without a yes, for a wrong ``--confirm-name``, and for a new record
        whose name is taken. What a flag approved is not approved again: after a 401 only a person
        sends the same request with another token.
        """
        options = self.options
        if plan.taken:
            words = f"a record named {plan.named} already exists ({plan.taken})"
            raise Refusal(words, ExitCode.REFUSED)
        if options.confirm_name is not None:
            _check_name(session, plan, options.confirm_name)
        if plan.request == self._approved and (options.yes or options.confirm_name is not None):
            raise Refusal(
                "the token was rejected and has been renewed; run the command again", ExitCode.TOKEN
            )
        self._print(session, plan)
        if not options.dry_run and options.confirm_name is None:
            self._confirm(session, plan)
        if self.before_sending is not None and not options.dry_run and self._approved is None:
            await self.before_sending()
        self._approved = plan.request
        return True

    def _print(self, session: Session, plan: PlannedWrite) -> None:
        """Print the plan on stderr. Where it goes was printed when the profile was chosen."""
        known = plan.record_id is not None and plan.name.strip()
        inform(f"{plan.verb} {plan.named}{f' ({plan.record_id})' if known else ''}")
        lines = [*(f"{plan.mark} {change}" for change in plan.changes), *plan.notes]
        if plan.destroys:
            lost = plan.lost or [change.name for change in plan.patch.changes if change.clears]
            lines.append(f"A backup is written first. It cannot bring back: {', '.join(lost)}.")
        if not self.options.dry_run:
            lines += _request_text(session, plan.request).split("\n")
        for line in lines:
            inform(f"  {line}")

    def show_rehearsed(self, session: Session) -> None:
        """Print the request of a dry run on stdout, secrets masked."""
        request = self._approved
        assert request is not None  # nothing else ends without a write that a command approved
        if not self.options.json:
            show(_request_text(session, request))
            return
        url = session.target.origin.url + request.address
        body = json.loads(request.masked_body() or "null")
        show_whole(self.options, {"method": request.method, "url": url, "body": body})

    def _confirm(self, session: Session, plan: PlannedWrite) -> None:
        """In a protected profile only the record's name counts.

        To delete, a person types the name in any profile (``yes`` where there is none); a script
        says ``--yes``.
        """
        protected = session.target.access is Access.PROTECTED
        if self.options.yes and not protected:
            return
        if not on_terminal():
            why, needed = "there is no terminal to ask on", "--yes"
            if protected:
                why = f"the profile {session.target.name} is protected"
                needed = "--confirm-name NAME"
            raise Refusal(f"nothing was sent: {why}; use {needed}", ExitCode.REFUSED)
        deletes = plan.request.operation is Operation.DELETE
        if (protected or deletes) and plan.name.strip():
            typed = ask(f"Type the record's name to confirm ({clean(plan.name, 200)}):")
            _check_name(session, plan, typed)
            return
        confirm("Apply? Type yes to confirm:", "nothing was sent")
        if protected:
            _check_name(session, plan, plan.name)

    async def resolve(self, session: Session, comparison: Comparison) -> None:
        """Print what others changed, and stop."""
        same = "the same" if comparison.conflicts else "the record"
        say(f"Nothing was sent: someone else changed {same} meanwhile.")
        for conflict in comparison.conflicts:
            opened, mine, theirs = (clean(text, 200) for text in conflict.columns)
            name = clean(conflict.name, 100)
            say(f"  {name}: opened {opened} · yours {mine} · server {theirs}")
        for change in comparison.theirs if not comparison.conflicts else ():
            say(f"  {change.words()}")

    async def new_token(self, session: Session, why: str) -> bool:
        """Have a token or a password typed, unseen, where the profile's token is typed at all.

        Raises ``ApiError`` from a login, and ``CredentialError`` where there is no first token.
        """
        source, tokens = session.tokens.source, session.tokens
        typed = isinstance(source, LoginToken | PromptToken)
        if not (typed and on_terminal()):
            if tokens.token() is not None:
                return False  # it was refused, which the error of the request says better
            raise CredentialError(_no_terminal(session.profile) if typed else why)
        if isinstance(source, LoginToken):
            password = SecretStr(ask_secret(f"Password of {clean(source.user)}:"))
            await tokens.log_in(session.client, password)
        else:
            question = f"Token for the profile {clean(session.profile.name)}:"
            tokens.accept(clean_token(ask_secret(question)))
        return True

    async def trust(self, session: Session, refused: RefusedCertificate) -> Trust | None:
        """Trust nothing: a command changes no profile on the way to something else."""
        return None

    @contextmanager
    def waiting(
        self, what: str, *, sent: Sent | None = None, stop: Callable[[], object] | None = None
    ) -> Iterator[None]:
        """Say nothing, unless the command is ended while a write may be under way."""
        try:
            yield
        except asyncio.CancelledError as stopped:
            if sent in (Sent.WRITE, Sent.LOST):
                doing = clean(f"{what[:1].lower()}{what[1:]}")
                check = "check the record on the server"
                then = "it was not sent" if was_not_sent(stopped) else check
                say(f"Interrupted while {doing}: {then}.")
            raise

    def tell(self, notice: Notice) -> None:
        """Print a notice on stderr."""
        (warn if notice.kind is Kind.WARNING else inform)(notice.words)


def _request_text(session: Session, request: Request) -> str:
    """Method, address and body as they are sent, secrets masked, cleaned."""
    line = f"{request.method} {session.target.origin.url}{request.address}"
    return clean_block(f"{line}\n{request.masked_body(indent=2)}".rstrip())


def _check_name(session: Session, plan: PlannedWrite, typed: str) -> None:
    """The client of a protected profile compares the name once more with the server's."""
    if typed != plan.name:
        raise Refusal("nothing was sent: the name does not match the record", ExitCode.REFUSED)
    session.client.confirm(plan.request, typed)


def _no_terminal(profile: Profile) -> str:
    command = f"smtp-tui profiles set {shlex.quote(profile.name)} --token-env VAR"
    what, instead = (
        f"the profile {profile.name} asks for its token",
        f"; to read it from a variable, run: {command}",
    )
    if profile.variables is not None:
        what = f"the profile {profile.name} has no token"
        instead = f": set {profile.variables.token}"
    return f"{what}, and there is no terminal to ask on{instead}"
