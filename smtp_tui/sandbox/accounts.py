"""The accounts, tenants and teams of the sandbox, and the tokens that are valid.

Names and ids are fixed, so that tests and screenshots can rely on them. The first tenant id comes
from a recorded exchange, everything else is made up. Passwords and tokens are random and new for
each sandbox, because every user of the machine can connect to it.
"""

from __future__ import annotations

import secrets
import time

from msgspec import Struct

TENANT_ID = "f58e4d39-ac01-40fb-b259-88cd9a33f8e8"
"""The first tenant, the one that `getTenantOnPrem` returns."""
TENANT_NAME = "ICP Account"

OTHER_TENANT_ID = "7c1e0f5a-3b52-4d0e-9f64-2a8d51c6b7e0"
"""The second tenant, with records of its own; only the administrator sees them."""

ALL_TEAMS = "all"
"""The team that an administrator asks for."""


class Namespace(Struct, frozen=True):
    """A namespace and the team that owns it, as the tenant call lists them."""

    uid: str
    team: str
    team_name: str


DEFAULT_NAMESPACE = Namespace("default", ALL_TEAMS, ALL_TEAMS)
MAIL_NAMESPACE = Namespace("mail", "mail-operators", "Mail operators")
NAMESPACES = (DEFAULT_NAMESPACE, MAIL_NAMESPACE)
"""The namespaces of both tenants; an administrator's own records are in the first one."""


class Account(Struct, frozen=True):
    """Someone who can sign in; `tenants` and `namespaces` limit what the account sees.

    The first namespace, and its team, are those that the account works in by default.
    """

    name: str
    administrator: bool
    tenants: tuple[str, ...]
    namespaces: tuple[Namespace, ...]


ADMINISTRATOR = Account("admin", True, (TENANT_ID, OTHER_TENANT_ID), NAMESPACES)
"""Sees every record of both tenants with team `all`."""

USER = Account("maria", False, (TENANT_ID,), (MAIL_NAMESPACE,))
"""Sees the records of team `mail-operators` in the first tenant, and nothing else."""

ACCOUNTS = {account.name: account for account in (ADMINISTRATOR, USER)}
"""Account name to account."""


def namespace_of(team: str) -> Namespace:
    """The namespace that a team owns, else the default one."""
    return next((known for known in NAMESPACES if known.team == team), DEFAULT_NAMESPACE)


class TokenBook:
    """The accounts' passwords, and the bearer tokens. May be used from any thread.

    `lifetime` is in seconds. `first` holds the token that each account has from the start.
    """

    def __init__(self, lifetime: float) -> None:
        self.lifetime = lifetime
        self.passwords = {name: secrets.token_hex(10) for name in ACCOUNTS}
        self._held: dict[str, tuple[Account, float]] = {}
        self.first = {name: self.issue(account) for name, account in ACCOUNTS.items()}

    def sign_in(self, name: str, password: str) -> Account | None:
        """The account with this name and password, or None."""
        given, known = password.encode("utf-8", "surrogatepass"), self.passwords.get(name)
        if known is None or not secrets.compare_digest(known.encode(), given):
            return None
        return ACCOUNTS[name]

    def issue(self, account: Account, lifetime: float | None = None) -> str:
        """A new token that is valid for `lifetime` seconds (None: the default lifetime)."""
        token = secrets.token_hex(512)  # in the real server's form
        ends = time.monotonic() + (self.lifetime if lifetime is None else lifetime)
        self._held[token] = (account, ends)
        return token

    def owner(self, token: str) -> Account | None:
        """Whose token this is, or None when it is unknown or expired."""
        account, ends = self._held.get(token, (None, 0.0))
        return account if time.monotonic() < ends else None

    def expire_all(self) -> None:
        """Make every token expire now, the first ones included."""
        self._held = {token: (account, 0.0) for token, (account, _) in self._held.items()}

    def forget_expired(self, token: str) -> bool:
        """Forget an expired token; False if there is no such token."""
        return self.owner(token) is None and self._held.pop(token, None) is not None
