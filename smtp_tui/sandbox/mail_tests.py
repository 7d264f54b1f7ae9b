"""The two test operations, which send a real mail and answer with what the mail server said.

Both answers are guesses in the words of nodemailer, the library a Node service would use: 200 with
its result, or 400 with its error inside a LoopBack error. `test_answers` has other shapes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from starlette.requests import Request
from starlette.responses import Response

from smtp_tui.sandbox.certificate import CertificateKind
from smtp_tui.sandbox.connections import view, visible_record
from smtp_tui.sandbox.loopback import bad_argument
from smtp_tui.sandbox.mailer_tls import mailer_context
from smtp_tui.sandbox.parameters import Parameter, merged, read_parameters, values
from smtp_tui.sandbox.replies import argument, json_object, json_response
from smtp_tui.sandbox.sending import MailFailure, Relay, send_test_mail
from smtp_tui.sandbox.services import services

_TRUSTED = (CertificateKind.EXPIRED, CertificateKind.WRONG_NAME)
"""Those that are wrong only in what they say, so that this is what a careful mailer finds."""


async def test_unsaved(request: Request) -> Response:
    """Send a mail with parameters that are stored nowhere."""
    view(request, composer=True)
    content = await json_object(request)
    recipient = argument(content, "to")
    parameters = read_parameters("conn_params", argument(content, "conn_params"))
    return await _tested(request, recipient, parameters)


async def test_saved(request: Request) -> Response:
    """Send a mail with a record's parameters, overlaid with the given ones; nothing is saved."""
    seen = view(request, composer=True)
    content = await json_object(request)
    record_id = argument(content, "id")
    recipient = argument(content, "to")
    if not isinstance(record_id, str):
        raise bad_argument("Value is not a string.")
    given = content.get("conn_params")
    overrides = [] if given is None else read_parameters("conn_params", given)
    record = visible_record(request, seen, record_id)
    return await _tested(request, recipient, merged(record.connection_parameters, overrides))


async def _tested(request: Request, recipient: object, parameters: Iterable[Parameter]) -> Response:
    if not isinstance(recipient, str):
        raise bad_argument("Value is not a string.")
    relay = Relay.of(values(parameters))
    options, mail = services(request).options, services(request).mail
    answers = services(request).test_answers
    trusted = None
    if options.verify_mail_server:
        trusted = [mail.certificate(kind).certificate for kind in _TRUSTED]
    context = mailer_context(trusted)
    try:
        sent = await asyncio.to_thread(
            send_test_mail, relay, recipient, options.mail_timeout, context, options.allow_mail_to
        )
    except MailFailure as failure:
        return json_response(answers.refused(failure))
    return json_response(answers.accepted(sent, recipient))
