"""What the sandbox keeps of requests and mail, for `/sandbox/requests` and `/sandbox/mailbox`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from msgspec import Struct


class Operation(StrEnum):
    """What a request is for, judged by its method and path alone."""

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


class RecordedRequest(Struct, frozen=True):
    """One HTTP request as it came.

    `path` is percent-decoded, `target` is the raw path with the query as sent; header names are in
    lower case; of a query argument that was sent twice, the last value is kept.
    """

    method: str
    path: str
    target: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    operation: Operation

    def json(self) -> Any:
        """The body parsed; raises `ValueError` when it is not JSON."""
        return json.loads(self.body)


class ReceivedMail(Struct, frozen=True):
    """One message that the sandbox's mail server accepted.

    `received_at` is ISO 8601 in UTC; `tls` tells whether the connection was encrypted;
    `username` is the account that signed in, or None.
    """

    mail_from: str
    rcpt_to: tuple[str, ...]
    subject: str
    body: str
    received_at: str
    tls: bool
    username: str | None
