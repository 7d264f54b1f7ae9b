"""The seven operations on SMTP connections: what comes back from each.

Writes take the :class:`~smtp_tui.api.requests.Request` that a person confirmed, so that what was
shown is what is sent.
"""

from __future__ import annotations

from typing import Final

from smtp_tui.api.client import Answer, Client
from smtp_tui.api.decode import Undecodable, decode_json, decode_list, decode_record, sentence
from smtp_tui.api.errors import BadAnswer, Place
from smtp_tui.api.models import Record, RecordList, TestAnswer
from smtp_tui.api.pages import is_page, page_words
from smtp_tui.api.redaction import masked
from smtp_tui.api.requests import Request, get_request, list_request
from smtp_tui.api.target import Scope

_TEST_ANSWERS: Final = frozenset({400, 422, 500})


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
            return decode_list(answer.body)
        except Undecodable as error:
            raise self._bad(request, answer, error) from None

    async def get(self, record_id: str) -> Record:
        """One record as the server holds it now."""
        request = get_request(self.scope, record_id)
        answer = await self._client.send(request)
        try:
            record = decode_record(answer.body)
        except Undecodable as error:
            raise self._bad(request, answer, error) from None
        if record.id != record_id:
            other = Undecodable("the server answered with another record than the one asked for")
            raise self._bad(request, answer, other)
        return record

    def confirm(self, request: Request, name: str) -> None:
        """A person typed the record's name for this request, as a protected profile asks."""
        self._client.confirm(request, name)

    async def create(self, request: Request) -> Record | None:
        """Create; the new record where the server tells it, else None."""
        answer = await self._write(request)
        return _record_or_none(answer)

    async def patch(self, request: Request) -> None:
        """Change the parameters of the request and nothing else."""
        await self._write(request)

    async def delete(self, request: Request) -> bool:
        """Delete; False where the server says that there was nothing of that id."""
        answer = await self._write(request)
        try:
            value = decode_json(answer.body)
        except Undecodable:
            return True
        return not (isinstance(value, dict) and value.get("count") == 0)

    async def test(self, request: Request) -> TestAnswer:
        """Send a test email; an answer with any status that carries a verdict is an answer.

        The bodies are not documented, so a refusal with words (400, 422, 500) is given back whole;
        statuses about the call itself or the proxy (401, 403, 404, 429, 502) are raised. What has
        a secret's name in the answer is masked.
        """
        answer = await self._client.send(request, answers=_TEST_ANSWERS)
        try:
            body = masked(decode_json(answer.body))
        except Undecodable:
            body = answer.body.decode("utf-8", errors="replace")
        return TestAnswer(answer.status, body, answer.request_id)

    def _bad(self, request: Request, answer: Answer, error: Undecodable) -> BadAnswer:
        place = Place(request.operation, self._client.target.origin.text, answer.request_id)
        return BadAnswer(place, sentence(error))

    async def _write(self, request: Request) -> Answer:
        """Send a write. A page with a status of success is a login's or a proxy's, not a yes."""
        answer = await self._client.send(request)
        text = answer.body.decode("utf-8", errors="replace")
        if is_page(text):
            page = Undecodable(f"the answer is {page_words(text)}, not one of the CAM server")
            raise self._bad(request, answer, page)
        return answer


def _record_or_none(answer: Answer) -> Record | None:
    try:
        return decode_record(answer.body)
    except Undecodable:
        return None
