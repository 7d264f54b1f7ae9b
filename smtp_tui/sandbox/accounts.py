"""Who may log in to the sandbox, which tenants and teams there are, and the tokens they hold.

Everything here is fixed and documented, so that a test, a screenshot and a pasted curl line can
name it. The tenant id is the one of a recorded exchange; the rest is made up.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from collections.abc import Callable

from msgspec import Struct, field

TENANT_ID = "f58e4d39-ac01-40fb-b259-88cd9a33f8e8"
"""The first tenant, the one `getTenantOnPrem` answers with."""

OTHER_TENANT_ID = "7c1e0f5a-3b52-4d0e-9f64-2a8d51c6b7e0"
"""The second tenant, with records of its own; only the administrator sees them."""

TENANT_NAMES = {TENANT_ID: "ICP Account", OTHER_TENANT_ID: "Europe Account"}
"""Tenant id to the name a person sees."""

ALL_TEAMS = "all"
"""The team an administrator asks for."""


class Namespace(Struct, frozen=True):
    """A namespace and the one team that owns it, as the tenant call lists them."""

    uid: str
    team: str
    team_name: str


DEFAULT_NAMESPACE = Namespace("default", ALL_TEAMS, ALL_TEAMS)
"""Where an administrator's own records land."""

MAIL_NAMESPACE = Namespace("mail", "mail-operators", "Mail operators")
"""The namespace of the one user who is no administrator."""

NAMESPACES = (DEFAULT_NAMESPACE, MAIL_NAMESPACE)
"""All namespaces of both tenants."""


class Account(Struct, frozen=True):
    """Someone who can log in; `tenants` and `namespaces` bound what she may see."""

    name: str
    password: str
    administrator: bool
    tenants: tuple[str, ...]
    namespaces: tuple[Namespace, ...]

    @property
    def team(self) -> str:
        """The team this account asks for by default (`ace_orgGuid`)."""
        return ALL_TEAMS if self.administrator else self.namespaces[0].team

    @property
    def namespace(self) -> str:
        """The namespace this account works in by default (`cloudOE_spaceGuid`)."""
        return self.namespaces[0].uid


ADMINISTRATOR = Account("admin", "admin-password", True, (TENANT_ID, OTHER_TENANT_ID), NAMESPACES)
"""Sees every record of both tenants with team `all`."""

USER = Account("maria", "maria-password", False, (TENANT_ID,), (MAIL_NAMESPACE,))
"""Sees the records of team `mail-operators` in the first tenant, and nothing else."""

ACCOUNTS = {account.name: account for account in (ADMINISTRATOR, USER)}
"""Account name to account."""


def default_token(account: str) -> str:
    """The token an account holds from the start, the same on every run: 1024 hex characters.

    Derived from the name alone, so that screenshots and pasted lines stay good after a restart.
    It guards nothing but a sandbox.
    """
    blocks = (hashlib.sha512(f"{account} {block}".encode()).hexdigest() for block in range(8))
    return "".join(blocks)


class TokenBook(Struct):
    """Which bearer tokens are good, whose they are and until when; safe to use from any thread."""

    lifetime: float
    clock: Callable[[], float] = time.monotonic
    _held: dict[str, tuple[Account, float]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        """Give each account its default token."""
        for account in ACCOUNTS.values():
            self._keep(default_token(account.name), account, self.lifetime)

    def issue(self, account: Account, lifetime: float | None = None) -> str:
        """A new token, 1024 hex characters, good for `lifetime` seconds (None: the book's own)."""
        token = secrets.token_hex(512)
        self._keep(token, account, self.lifetime if lifetime is None else lifetime)
        return token

    def owner(self, token: str) -> Account | None:
        """Whose token this is, or None when it is unknown or over."""
        with self._lock:
            account, ends = self._held.get(token, (None, 0.0))
        return account if self.clock() < ends else None

    def expire_all(self) -> None:
        """End every token there is, the default ones too."""
        with self._lock:
            self._held.clear()

    def _keep(self, token: str, account: Account, lifetime: float) -> None:
        with self._lock:
            self._held[token] = (account, self.clock() + lifetime)
