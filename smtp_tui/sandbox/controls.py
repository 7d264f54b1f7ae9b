"""The sandbox's own controls over HTTP, for those who run it with `smtp-tui sandbox`.

All need an administrator's bearer token. Secrets that were sent are not shown again.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

from msgspec.structs import asdict
from starlette.requests import Request
from starlette.responses import Response

from smtp_tui.sandbox.faults import Fault, FaultKind
from smtp_tui.sandbox.journal import RecordedRequest
from smtp_tui.sandbox.loopback import LoopBackError, bad_argument
from smtp_tui.sandbox.masking import MASK, shown_body
from smtp_tui.sandbox.replies import json_object, json_response
from smtp_tui.sandbox.scenario import Conduct, Phase, Scenario
from smtp_tui.sandbox.services import as_administrator, services
from smtp_tui.sandbox.test_answers import TestShape

_SECRET_HEADERS = frozenset({"authorization", "cookie", "proxy-authorization"})


async def show_faults(request: Request) -> Response:
    """`GET /sandbox/faults`: the faults still to come."""
    as_administrator(request)
    return json_response([_shown_fault(fault) for fault in services(request).faults.pending])


async def add_faults(request: Request) -> Response:
    """`POST /sandbox/faults`: one fault, its members named as those of `Fault`.

    `headers` is an object, `body` is text; `body_base64` stands for bytes that are no UTF-8.
    """
    as_administrator(request)
    fault = _fault(await json_object(request))
    services(request).faults.add(fault)
    return json_response(_shown_fault(fault))


async def clear_faults(request: Request) -> Response:
    """`DELETE /sandbox/faults`: work properly from now on."""
    as_administrator(request)
    services(request).faults.clear()
    return json_response([])


async def play_scenario(request: Request) -> Response:
    """`POST /sandbox/scenario`: what the mail server does, members named as in `Scenario`."""
    as_administrator(request)
    given = await json_object(request)
    try:
        if "phase" in given:
            given["phase"] = Phase(given["phase"])
        if "conduct" in given:
            given["conduct"] = Conduct(given["conduct"])
        scenario = Scenario(**given)
    except (TypeError, ValueError) as error:
        raise bad_argument(f"That is no scenario: {error}") from error
    services(request).mail.play(scenario)
    return json_response(asdict(scenario))


async def end_scenario(request: Request) -> Response:
    """`DELETE /sandbox/scenario`: the mail server works again."""
    as_administrator(request)
    services(request).mail.play_normally()
    return json_response(asdict(services(request).mail.scenario))


async def choose_test_answers(request: Request) -> Response:
    """`POST /sandbox/test-answers`: the shape of the answers to test emails, a `TestShape`."""
    as_administrator(request)
    given = await json_object(request)
    try:
        shape = TestShape(str(given.get("shape")))
    except ValueError as error:
        raise bad_argument(f"That is no shape: {error}") from error
    services(request).test_answers.shape = shape
    return json_response({"shape": shape})


async def expire_tokens(request: Request) -> Response:
    """`POST /sandbox/expire-tokens`: end every token, the one of this request too."""
    as_administrator(request)
    services(request).tokens.expire_all()
    return json_response({"expired": True})


async def show_requests(request: Request) -> Response:
    """`GET /sandbox/requests`: every request so far, oldest first."""
    as_administrator(request)
    return json_response([_shown_request(item) for item in services(request).requests.items])


async def show_mailbox(request: Request) -> Response:
    """`GET /sandbox/mailbox`: every mail that arrived, oldest first."""
    as_administrator(request)
    return json_response([asdict(mail) for mail in services(request).mailbox.items])


def _fault(given: dict[str, Any]) -> Fault:
    unknown = given.keys() - set(Fault.__struct_fields__) - {"body_base64"}
    if unknown:
        raise bad_argument(f"A fault has no {', '.join(sorted(unknown))}.")
    try:
        given["kind"] = FaultKind(given["kind"])
        given["headers"] = tuple((str(k), str(v)) for k, v in given.get("headers", {}).items())
        packed = given.pop("body_base64", None)
        text = given.get("body", "")
        given["body"] = text.encode() if packed is None else base64.b64decode(packed, validate=True)
        return Fault(**given)
    except (KeyError, TypeError, ValueError, AttributeError, binascii.Error) as error:
        raise _no_fault(error) from error


def _no_fault(error: Exception) -> LoopBackError:
    return bad_argument(f"That is no fault: {error}")


def _shown_fault(fault: Fault) -> dict[str, object]:
    shown = asdict(fault)
    shown["headers"] = dict(fault.headers)
    shown["body"] = fault.body.decode("utf-8", "replace")
    return shown


def _shown_request(request: RecordedRequest) -> dict[str, object]:
    shown = asdict(request)
    shown["body"] = shown_body(request.headers.get("content-type", ""), request.body)
    shown["headers"] = {
        name: MASK if name in _SECRET_HEADERS else value for name, value in request.headers.items()
    }
    return shown
