"""Before a write: what changes, the exact request, where it goes, and the yes to it."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable

from smtp_tui.api.models import Record
from smtp_tui.api.requests import Request
from smtp_tui.api.target import Access
from smtp_tui.cli.exit_codes import ExitCode
from smtp_tui.cli.failing import Refusal
from smtp_tui.cli.say import (
    ask,
    clean,
    clean_block,
    on_terminal,
    record_name,
    remark,
    show,
    show_json,
)
from smtp_tui.workflows.session import Session


def confirmed(
    session: Session,
    title: str,
    changes: Iterable[str],
    request: Request,
    options: argparse.Namespace,
    *,
    name: str,
    mark: str = "~",
    destroys: bool = False,
) -> bool:
    """Show a write and have it confirmed, alike for every command; False after a dry run.

    ``name`` is the record's. Raises :class:`Refusal` without a yes, and for a wrong
    ``--confirm-name`` in a dry run too.
    """
    if not options.dry_run:
        _review(session, title, changes, request, options, mark)
        _confirm(session, request, name, options, destroys=destroys)
        return True
    if options.confirm_name is not None:
        _check_name(session, request, options.confirm_name, name)
    _review(session, title, changes, request, options, mark)
    return False


def _review(
    session: Session,
    title: str,
    changes: Iterable[str],
    request: Request,
    options: argparse.Namespace,
    mark: str,
) -> None:
    """Show on stderr what is about to be sent, secrets masked; ``--dry-run`` has it on stdout.
    Where it goes was said when the profile was chosen.

    ``mark`` stands before each change: ``~`` changed, ``+`` created, ``-`` deleted.
    """
    remark(clean(title))
    for change in changes:
        remark(f"  {mark} {clean(change)}")
    if options.dry_run:
        _show_request(session, request, options)
        return
    for line in request_text(session, request).split("\n"):
        remark(f"  {line}")


def titled(record: Record) -> str:
    """A record in the title of a review: its name and its id."""
    name = record_name(record.name, record.id)
    return f"{name} ({clean(record.id)})" if record.name.strip() else name


def request_text(session: Session, request: Request) -> str:
    """Method, address and body as they go over the wire, secrets masked, cleaned."""
    line = f"{request.method} {session.target.origin.url}{request.address}"
    return clean_block("\n".join((line, request.masked_body(indent=2))).rstrip())


def _show_request(session: Session, request: Request, options: argparse.Namespace) -> None:
    if not options.json:
        show(request_text(session, request))
        return
    body = None if request.body is None else json.loads(request.masked_body())
    url = session.target.origin.url + request.address
    show_json({"method": request.method, "url": url, "body": body})


def _confirm(
    session: Session, request: Request, name: str, options: argparse.Namespace, *, destroys: bool
) -> None:
    """Have the write confirmed. Raises :class:`Refusal` without a yes.

    In a protected profile only the record's name counts; for what ``destroys``, a person types the
    name as well (``yes`` where there is none), and a script says ``--yes``.
    """
    protected = session.target.access is Access.PROTECTED
    if options.confirm_name is not None:
        _check_name(session, request, options.confirm_name, name)
    elif options.yes and not protected:
        return
    elif not on_terminal():
        needed = "--confirm-name with the record's name" if protected else "--yes"
        why = (
            f"the profile {session.target.name} is protected"
            if protected
            else "nobody can be asked"
        )
        raise Refusal(f"nothing was sent: {why}, so {needed} is needed", ExitCode.REFUSED)
    elif (protected or destroys) and name.strip():
        typed = ask(f"To go on, type the record's name ({clean(name, 200)}):")
        _check_name(session, request, typed, name)
    elif ask("Apply? Type yes:").strip().lower() != "yes":
        raise Refusal("nothing was sent: not confirmed", ExitCode.REFUSED)
    elif protected:
        _check_name(session, request, name, name)


def _check_name(session: Session, request: Request, typed: str, name: str) -> None:
    """The client of a protected profile compares it once more with what the server tells."""
    if typed != name:
        raise Refusal("nothing was sent: that is not the record's name", ExitCode.REFUSED)
    session.connections.confirm(request, typed)
