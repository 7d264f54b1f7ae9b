"""Who may log in to the sandbox, which tenants and teams there are, and the tokens they hold.

Names and ids are fixed, so that a test and a screenshot can name them; the tenant id is the one of
a recorded exchange, the rest is made up. Tokens and passwords are random and new for each sandbox:
it is a network service that every user of the machine can connect to.
"""

from __future__ import annotations

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


ADMINISTRATOR = Account("admin", True, (TENANT_ID, OTHER_TENANT_ID), NAMESPACES)
"""Sees every record of both tenants with team `all`."""

USER = Account("maria", False, (TENANT_ID,), (MAIL_NAMESPACE,))
"""Sees the records of team `mail-operators` in the first tenant, and nothing else."""

ACCOUNTS = {account.name: account for account in (ADMINISTRATOR, USER)}
"""Account name to account."""


class Credentials(Struct, frozen=True):
    """What one account logs in with, and the token that it holds from the start."""

    password: str
    token: str

    @classmethod
    def random(cls) -> Credentials:
        """New random ones."""
        return cls(password=secrets.token_hex(10), token=_new_token())


class TokenBook(Struct):
    """The accounts' passwords, and which bearer tokens are good; safe to use from any thread."""

    lifetime: float
    clock: Callable[[], float] = time.monotonic
    credentials: dict[str, Credentials] = field(
        default_factory=lambda: {name: Credentials.random() for name in ACCOUNTS}
    )
    _held: dict[str, tuple[Account, float]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        """Give each account its first token."""
        for name, account in ACCOUNTS.items():
            self._keep(self.credentials[name].token, account, self.lifetime)

    def log_in(self, name: str, password: str) -> Account | None:
        """The account of this name and password, or None."""
        known = self.credentials.get(name)
        if known is None or not secrets.compare_digest(
            known.password.encode(), password.encode("utf-8", "surrogatepass")
        ):
            return None
        return ACCOUNTS[name]

    def issue(self, account: Account, lifetime: float | None = None) -> str:
        """A new token, 1024 hex characters, good for `lifetime` seconds (None: the book's own)."""
        token = _new_token()
        self._keep(token, account, self.lifetime if lifetime is None else lifetime)
        return token

    def owner(self, token: str) -> Account | None:
        """Whose token this is, or None when it is unknown or over."""
        with self._lock:
            account, ends = self._held.get(token, (None, 0.0))
        return account if self.clock() < ends else None

    def expire_all(self) -> None:
        """End every token there is, the first ones too."""
        now = self.clock()
        with self._lock:
            self._held = {token: (account, now) for token, (account, _) in self._held.items()}

    def forget_ended(self, token: str) -> bool:
        """Forget an expired token; False if there is no such token."""
        with self._lock:
            _, ends = self._held.get(token, (None, self.clock() + 1.0))
            return ends <= self.clock() and self._held.pop(token, None) is not None

    def _keep(self, token: str, account: Account, lifetime: float) -> None:
        with self._lock:
            self._held[token] = (account, self.clock() + lifetime)


def _new_token() -> str:
    """A token as the real server's look: 1024 hex characters."""
    return secrets.token_hex(512)
