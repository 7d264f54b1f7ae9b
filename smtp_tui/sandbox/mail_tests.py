"""The two test operations, which send a real mail and answer with what the mail server said."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from starlette.requests import Request
from starlette.responses import Response

from smtp_tui.sandbox.endpoint import argument, json_object, json_response, services, text
from smtp_tui.sandbox.parameters import Parameter, merged, read_parameters, values
from smtp_tui.sandbox.records import view, visible_record
from smtp_tui.sandbox.sending import MailFailure, Relay, mailer_context, send_test_mail


async def test_unsaved(request: Request) -> Response:
    """Send a mail with parameters that are not stored."""
    view(request, composer=True)
    content = await json_object(request)
    recipient = argument(content, "to")
    parameters = read_parameters("conn_params", argument(content, "conn_params"))
    return await _tested(request, recipient, parameters)


async def test_saved(request: Request) -> Response:
    """Send a mail with a record's parameters overlaid with the given ones; nothing is saved."""
    seen = view(request, composer=True)
    content = await json_object(request)
    record_id = argument(content, "id")
    recipient = argument(content, "to")
    record_id = text(record_id)
    given = content.get("conn_params")
    overrides = [] if given is None else read_parameters("conn_params", given)
    record = visible_record(request, seen, record_id)
    return await _tested(request, recipient, merged(record.connection_parameters, overrides))


async def _tested(request: Request, recipient: object, parameters: Iterable[Parameter]) -> Response:
    to, relay = text(recipient), Relay.of(values(parameters))
    options, answers = services(request).options, services(request).test_answers
    try:
        sent = await asyncio.to_thread(
            send_test_mail,
            relay,
            to,
            options.mail_timeout,
            mailer_context(options.mail_authorities),
            options.allow_mail_to,
        )
    except MailFailure as failure:
        return json_response(answers.refused(failure))
    return json_response(answers.accepted(sent, to))
