"""What the sandbox was asked and what mail reached it: snapshots for a test or a demo."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Generic, TypeVar

from msgspec import Struct

Item = TypeVar("Item")


class Operation(StrEnum):
    """What a request is for, told from its method and path alone."""

    CREATE = "create"
    LIST = "list"
    GET = "get"
    DELETE = "delete"
    MODIFY = "modify"
    TEST = "test"
    TEST_SAVED = "test_saved"
    TOKEN = "token"
    TENANT = "tenant"
    OTHER = "other"


RECORDS_PATH = "/cam/api/v1/smtpconnections"
COMPOSER_PATH = "/cam/composer/api/v1/smtpconnections"
REST_ROOTS = ("/cam/api/v1", "/cam/composer/api/v1", "/cam/tenant/api/v1")
TOKEN_PATH = "/idprovider/v1/auth/identitytoken"
TENANT_PATH = "/cam/tenant/api/v1/tenants/getTenantOnPrem"

_EXACT = {
    ("POST", RECORDS_PATH): Operation.CREATE,
    ("GET", RECORDS_PATH): Operation.LIST,
    ("POST", f"{COMPOSER_PATH}/patchConnectionParametersById"): Operation.MODIFY,
    ("POST", f"{COMPOSER_PATH}/testEmail"): Operation.TEST,
    ("POST", f"{COMPOSER_PATH}/testEmailById"): Operation.TEST_SAVED,
    ("POST", TOKEN_PATH): Operation.TOKEN,
    ("GET", TENANT_PATH): Operation.TENANT,
}


def operation_of(method: str, path: str) -> Operation:
    """The operation that a method and a path stand for; `OTHER` for anything unknown."""
    exact = _EXACT.get((method, path.rstrip("/") or path))
    if exact is not None:
        return exact
    if path.startswith(f"{RECORDS_PATH}/"):
        return {"GET": Operation.GET, "DELETE": Operation.DELETE}.get(method, Operation.OTHER)
    return Operation.OTHER


class RecordedRequest(Struct, frozen=True):
    """One HTTP request as it came.

    `path` is percent-decoded, `target` is the raw path with the query as sent; header names are in
    lower case; of a query argument sent twice the last one stands.
    """

    method: str
    path: str
    target: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    operation: Operation

    def json(self) -> Any:
        """The body parsed; raises `ValueError` when it is no JSON."""
        return json.loads(self.body)


class ReceivedMail(Struct, frozen=True):
    """One message that the sandbox's mail server took.

    `received_at` is ISO 8601 in UTC; `tls` says whether the connection was encrypted at the time;
    `username` is the account that logged in, None without a login.
    """

    mail_from: str
    rcpt_to: tuple[str, ...]
    subject: str
    body: str
    received_at: str
    tls: bool
    username: str | None


class Journal(Generic[Item]):
    """A list that grows, written by the server's thread, read and awaited from any other."""

    def __init__(self) -> None:
        """Start empty."""
        self._items: tuple[Item, ...] = ()
        self._grown = threading.Condition()

    @property
    def items(self) -> tuple[Item, ...]:
        """All items so far, oldest first."""
        return self._items

    def add(self, item: Item) -> None:
        """Append and wake whoever waits."""
        with self._grown:
            self._items = (*self._items, item)
            self._grown.notify_all()

    def clear(self) -> None:
        """Forget all items."""
        with self._grown:
            self._items = ()

    def wait_for(self, count: int, timeout: float) -> tuple[Item, ...]:
        """The items once there are `count`; raises `TimeoutError` after `timeout` seconds."""
        with self._grown:
            if not self._grown.wait_for(lambda: len(self._items) >= count, timeout):
                raise TimeoutError(f"{len(self._items)} of {count} came within {timeout} s")
            return self._items
