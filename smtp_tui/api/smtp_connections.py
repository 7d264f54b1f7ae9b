"""The operations on SMTP connections, and what comes back from each.

Writes take the :class:`~smtp_tui.api.requests.Request` that a person confirmed, so that what was
shown is what is sent.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from smtp_tui.api.decode import (
    Undecodable,
    decode_json,
    decode_list,
    decode_record,
    is_page,
    page_words,
    record_of,
)
from smtp_tui.api.errors import BadAnswer, Call, NotFound, raise_for_status
from smtp_tui.api.models import JsonValue, Record, RecordList, TestAnswer
from smtp_tui.api.redaction import masked
from smtp_tui.api.requests import Answer, Operation, Request, Write, get_request, list_request
from smtp_tui.api.writes import Ended, WriteOutcome, done

if TYPE_CHECKING:
    from smtp_tui.api.client import Client

_REDIRECTS: Final = range(300, 400)
_LONGEST_TEST_ANSWER: Final = 1_000_000

V = TypeVar("V")


class Written(Struct, frozen=True):
    """What the server told of a change that it says was done.

    ``unreadable`` says why its answer could not be read, blank where it could; ``record`` is the
    new record where the server tells it; ``gone`` that there was none to delete.
    """

    unreadable: str = ""
    record: Record | None = None
    gone: bool = False


class SmtpConnections:
    """The records of one profile's tenant and team. Every method raises ``ApiError``."""

    def __init__(self, client: Client) -> None:
        self.client = client

    async def list(self) -> RecordList:
        """All records the team may see, in the server's order."""
        return await self.client.read(list_request(self.client.target.scope), decode_list)

    async def get(self, record_id: str) -> Record:
        """One record as the server holds it now."""

        def decode(body: bytes) -> Record:
            """The record, if it is the one that was asked for."""
            record = decode_record(body)
            if record.id != record_id:
                other = "the server answered with a different record"
                raise Undecodable(other)
            return record

        return await self.client.read(get_request(self.client.target.scope, record_id), decode)

    async def write(
        self, request: Request, record: Record | None = None, run: str = ""
    ) -> tuple[Write, Written]:
        """Create, change or delete a record; that one to be deleted was gone is no error.

        The journal keeps ``record``, which is what a person saw before, and the id of a ``run``;
        so it is below.
        """
        return await self.client.write(request, _judge_change, record, run)

    async def test(
        self,
        request: Request,
        judge: Callable[[TestAnswer], tuple[V, Ended] | None],
        record: Record | None = None,
        run: str = "",
    ) -> V:
        """Send a test email and give the verdict of ``judge``.

        The bodies are not documented, so ``judge`` is asked about answers with any status. It gives
        its verdict and what the journal keeps of it, or None where the answer tells nothing of a
        mail; the status is then raised as an error. What has a secret's name is masked.
        """

        def verdict(answer: Answer, call: Call) -> tuple[V, Ended]:
            """The verdict, unless the answer was not read or comes from elsewhere."""
            told = None
            if not answer.unreadable and answer.status not in _REDIRECTS:
                told = judge(TestAnswer(answer.status, _test_body(answer.body), answer.request_id))
            if told is None:
                raise_for_status(answer, call)
                raise BadAnswer(call, "The answer does not mention a mail")
            return told

        return (await self.client.write(request, verdict, record, run))[1]


def _judge_change(answer: Answer, call: Call) -> tuple[Written, Ended]:
    """What a change came to. A page comes from a login or a proxy, whatever its status."""
    ended = done(answer)
    try:
        raise_for_status(answer, call)
    except NotFound as error:
        if call.operation is not Operation.DELETE:
            raise
        return Written(gone=True), replace(ended, outcome=WriteOutcome.GONE, words=error.why)
    if is_page(answer.body.decode("utf-8", errors="replace")):
        page = page_words(answer.body.decode("utf-8", errors="replace"))
        raise BadAnswer(call, f"The answer is {page}, not one of the CAM server")
    unreadable, value = answer.unreadable, None
    try:
        if answer.body.strip():
            value = decode_json(answer.body)
    except Undecodable as error:
        unreadable = str(error)
    if call.operation is Operation.DELETE and isinstance(value, dict) and value.get("count") == 0:
        return Written(gone=True), replace(ended, outcome=WriteOutcome.GONE)
    if call.operation is Operation.CREATE:
        try:
            record = record_of(value)
        except Undecodable:
            record = None  # a create is done without its record, too
        return Written(unreadable, record), replace(ended, record_id=record and record.id)
    return Written(unreadable), ended


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
