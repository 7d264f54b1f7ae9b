"""The seven operations on SMTP connections, and what comes back from each.

Writes take the :class:`~smtp_tui.api.requests.Request` that a person confirmed, so that what was
shown is what is sent.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import cache
from typing import Final, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from smtp_tui.api.client import Client
from smtp_tui.api.decode import (
    Undecodable,
    decode_json,
    decode_list,
    decode_record,
    is_page,
    page_words,
)
from smtp_tui.api.errors import NotFound
from smtp_tui.api.models import JsonValue, Record, RecordList, TestAnswer
from smtp_tui.api.redaction import masked
from smtp_tui.api.requests import Answer, Operation, Request, Write, get_request, list_request
from smtp_tui.api.target import Scope
from smtp_tui.api.writes import Ended, WriteOutcome, done

_REDIRECTS: Final = range(300, 400)
_REFUSALS_OF_VALUES: Final = frozenset({400, 422})
_LONGEST_TEST_ANSWER: Final = 1_000_000

V = TypeVar("V")


class Written(Struct, frozen=True):
    """What the server told of a write that it says was done.

    ``write`` is that write as it is journalled; ``unreadable`` says why its answer could not be
    read, blank where it could; ``record`` is the new record where the server tells it; ``gone``
    that there was none to delete.
    """

    write: Write | None = None
    unreadable: str = ""
    record: Record | None = None
    gone: bool = False


class SmtpConnections:
    """The records of one profile's tenant and team. Every method raises ``ApiError``."""

    def __init__(self, client: Client) -> None:
        self._client = client

    @property
    def scope(self) -> Scope:
        """Tenant, team and namespace, for building requests."""
        return self._client.target.scope

    async def list(self) -> RecordList:
        """All records the team may see, in the server's order."""
        request = list_request(self.scope)
        answer = await self._client.send(request)
        try:
            # In a thread: thousands of records take longer than anybody should wait for a key.
            return await asyncio.to_thread(decode_list, answer.body)
        except Undecodable as error:
            raise self._client.bad_answer(request, answer, error) from None

    async def get(self, record_id: str) -> Record:
        """One record as the server holds it now."""
        request = get_request(self.scope, record_id)
        answer = await self._client.send(request)
        try:
            record = decode_record(answer.body)
        except Undecodable as error:
            raise self._client.bad_answer(request, answer, error) from None
        if record.id != record_id:
            other = "the server answered with another record than the one asked for"
            raise self._client.bad_answer(request, answer, other)
        return record

    def confirm(self, request: Request, name: str) -> None:
        """A person typed the record's name for this request, as a protected profile asks."""
        self._client.confirm(request, name)

    def check_free(self, request: Request) -> None:
        """Raise ``UnderWay`` where another write to the same record has not ended."""
        client = self._client
        client.writes.check_free(request, client.target, client.call(request))

    async def write(self, request: Request, record: Record | None = None) -> Written:
        """Create, change or delete a record; that one to be deleted was gone is no error.

        ``record`` is what a person saw before, here and below: the journal keeps it.
        """
        try:
            answer = await self._client.send(
                request, record=record, judge=lambda answer: self._outcome(request, answer)
            )
        except NotFound:
            if request.operation is not Operation.DELETE:
                raise
            return Written(gone=True)
        return Written(
            answer.write,
            _unreadable(answer),
            record=_record_or_none(answer) if request.operation is Operation.CREATE else None,
            gone=request.operation is Operation.DELETE and _was_gone(answer),
        )

    def _outcome(self, request: Request, answer: Answer) -> Ended:
        """What the journal keeps. A page comes from a login or a proxy, whatever its status."""
        text = answer.body.decode("utf-8", errors="replace")
        if is_page(text):
            page = f"the answer is {page_words(text)}, not one of the CAM server"
            raise self._client.bad_answer(request, answer, page)
        if request.operation is Operation.DELETE and _was_gone(answer):
            return replace(done(answer), outcome=WriteOutcome.GONE)
        created = _record_or_none(answer) if request.operation is Operation.CREATE else None
        return replace(done(answer), record_id=created.id if created else None)

    async def test(
        self,
        request: Request,
        judge: Callable[[TestAnswer], tuple[V, Ended] | None],
        record: Record | None = None,
    ) -> V:
        """Send a test email and give the verdict of ``judge``.

        The bodies are not documented, so ``judge`` is asked about answers with any status. It gives
        its verdict and what the journal keeps of it, or None where the answer tells nothing of a
        mail; the status is then raised as an error. What has a secret's name is masked.
        """

        @cache
        def verdict(status: int, body: bytes, request_id: str | None) -> tuple[V, Ended] | None:
            """Asked twice of one answer: when it comes, and for the journal."""
            return judge(TestAnswer(status, _test_body(body), request_id))

        def accepts(answer: Answer) -> bool:
            """Whether the answer tells of a mail. A 400 that was not read may have done so."""
            if answer.unreadable:
                return answer.status in _REFUSALS_OF_VALUES
            if answer.status in _REDIRECTS:
                return False
            return verdict(answer.status, answer.body, answer.request_id) is not None

        def ended(answer: Answer) -> tuple[V, Ended]:
            found = verdict(answer.status, answer.body, answer.request_id)
            assert found is not None  # it was accepted for that
            return found

        answer = await self._client.send(
            request, accepts=accepts, record=record, judge=lambda answer: ended(answer)[1]
        )
        return ended(answer)[0]

    async def journal(self, write: Write, outcome: WriteOutcome, words: str = "") -> None:
        """Have the journal keep what a look at the server found of a write afterwards."""
        await self._client.writes.keep(write, Ended(outcome, words=words))


def _test_body(body: bytes) -> JsonValue:
    """The answer to a test: JSON, else the text, else how many bytes came that are no text."""
    if len(body) <= _LONGEST_TEST_ANSWER:
        try:
            return masked(decode_json(body))
        except Undecodable:
            pass
    text = body[:_LONGEST_TEST_ANSWER].decode("utf-8", errors="replace")
    odd = sum(char == "\ufffd" or (char < " " and char not in "\t\r\n\x1b\x07") for char in text)
    return f"({len(body)} bytes that are not text)" if odd > 1 + len(text) // 20 else text


def _was_gone(answer: Answer) -> bool:
    try:
        value = decode_json(answer.body)
    except Undecodable:
        return False
    return isinstance(value, dict) and value.get("count") == 0


def _unreadable(answer: Answer) -> str:
    """Why the answer to a write could not be read; a blank one has nothing to read."""
    if answer.unreadable or not answer.body.strip():
        return answer.unreadable
    try:
        decode_json(answer.body)
    except Undecodable as error:
        return str(error)
    return ""


def _record_or_none(answer: Answer) -> Record | None:
    try:
        return decode_record(answer.body)
    except Undecodable:
        return None
