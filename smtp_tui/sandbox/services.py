"""What the routes work with, handed to them as one value."""

from __future__ import annotations

from msgspec import Struct
from starlette.requests import Request

from smtp_tui.sandbox.accounts import Account, TokenBook
from smtp_tui.sandbox.faults import FaultPlan
from smtp_tui.sandbox.journal import Journal, ReceivedMail, RecordedRequest
from smtp_tui.sandbox.loopback import forbidden, invalid_token, unauthorized
from smtp_tui.sandbox.mailserver import MailServer
from smtp_tui.sandbox.options import SandboxOptions
from smtp_tui.sandbox.store import Store
from smtp_tui.sandbox.test_answers import TestAnswers


class Services(Struct, frozen=True):
    """The parts of one running sandbox."""

    options: SandboxOptions
    store: Store
    tokens: TokenBook
    faults: FaultPlan
    requests: Journal[RecordedRequest]
    mailbox: Journal[ReceivedMail]
    mail: MailServer
    test_answers: TestAnswers


def services(request: Request) -> Services:
    """The services of the application that serves this request."""
    found = request.app.state.services
    assert isinstance(found, Services)
    return found


def authenticated(request: Request) -> Account:
    """Whose bearer token the request carries; raises a 401 LoopBackError.

    The scheme is `Bearer`, in this case only. An expired token is told
    as such once; after that it is unknown.
    """
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme != "Bearer":
        raise unauthorized()
    tokens = services(request).tokens
    account = tokens.owner(token.strip())
    if account is None:
        raise invalid_token() if tokens.forget_ended(token.strip()) else unauthorized()
    return account


def as_administrator(request: Request) -> None:
    """Let an administrator's token pass; raises a 401 or 403 LoopBackError."""
    if not authenticated(request).administrator:
        raise forbidden()
