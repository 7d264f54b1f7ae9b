"""The sandbox's Starlette application: all routes, and errors in the shape of LoopBack."""

from __future__ import annotations

from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from smtp_tui.sandbox import connections, controls, identity, mail_tests
from smtp_tui.sandbox.journal import (
    COMPOSER_PATH,
    RECORDS_PATH,
    REST_ROOTS,
    TENANT_PATH,
    TOKEN_PATH,
)
from smtp_tui.sandbox.loopback import LoopBackError, no_method, no_method_of_model
from smtp_tui.sandbox.replies import json_response
from smtp_tui.sandbox.services import Services

CONTROLS: Final = (
    Route("/sandbox/faults", controls.show_faults, methods=["GET"]),
    Route("/sandbox/faults", controls.add_faults, methods=["POST"]),
    Route("/sandbox/faults", controls.clear_faults, methods=["DELETE"]),
    Route("/sandbox/scenario", controls.play_scenario, methods=["POST"]),
    Route("/sandbox/scenario", controls.end_scenario, methods=["DELETE"]),
    Route("/sandbox/test-answers", controls.choose_test_answers, methods=["POST"]),
    Route("/sandbox/expire-tokens", controls.expire_tokens, methods=["POST"]),
    Route("/sandbox/requests", controls.show_requests, methods=["GET"]),
    Route("/sandbox/mailbox", controls.show_mailbox, methods=["GET"]),
)
"""The sandbox's own controls, each documented in the package."""


def application(services: Services) -> Starlette:
    """The application that serves these services' records, mail tests, identity and controls."""
    routes: list[BaseRoute] = [
        Route(RECORDS_PATH, connections.list_records, methods=["GET"]),
        Route(RECORDS_PATH, connections.create_record, methods=["POST"]),
        Route(f"{RECORDS_PATH}/", connections.list_records, methods=["GET"]),
        Route(f"{RECORDS_PATH}/", connections.create_record, methods=["POST"]),
        Route(f"{RECORDS_PATH}/{{id}}", connections.get_record, methods=["GET"]),
        Route(f"{RECORDS_PATH}/{{id}}", connections.delete_record, methods=["DELETE"]),
        Route(
            f"{COMPOSER_PATH}/patchConnectionParametersById",
            connections.modify_record,
            methods=["POST"],
        ),
        Route(f"{COMPOSER_PATH}/testEmail", mail_tests.test_unsaved, methods=["POST"]),
        Route(f"{COMPOSER_PATH}/testEmailById", mail_tests.test_saved, methods=["POST"]),
        Route(TOKEN_PATH, identity.issue_token, methods=["POST"]),
        Route(TENANT_PATH, identity.get_tenant, methods=["GET"]),
        *CONTROLS,
    ]
    made = Starlette(
        routes=routes,
        exception_handlers={HTTPException: _unserved, LoopBackError: _refused},
    )
    # A redirect of `…/` would resend passwords; the real server has none.
    made.router.redirect_slashes = False
    made.state.services = services
    return made


async def _refused(request: Request, error: Exception) -> Response:
    """Any error raised on purpose."""
    assert isinstance(error, LoopBackError)
    return json_response(error.body, error.status)


async def _unserved(request: Request, error: Exception) -> Response:
    """A path or method that no route serves, answered without a token too, as the framework does.

    The paths in its words are relative: to the model where that is known, else to the REST root.
    """
    raw: bytes = request.scope["raw_path"]
    target = raw.decode("latin-1") + (f"?{request.url.query}" if request.url.query else "")
    for model in (RECORDS_PATH, COMPOSER_PATH):
        if request.url.path == model or request.url.path.startswith(f"{model}/"):
            rest = target.removeprefix(model)
            rest = rest if rest.startswith("/") else f"/{rest}"
            return await _refused(request, no_method_of_model(request.method, rest))
    root = next((root for root in REST_ROOTS if target.startswith(f"{root}/")), "")
    return await _refused(request, no_method(request.method, target.removeprefix(root)))
