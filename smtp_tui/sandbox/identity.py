"""The token call and the tenant call.

The body of a failed login is a guess; successful answers have the shapes of recorded ones.
"""

from __future__ import annotations

from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from smtp_tui.sandbox.accounts import ALL_TEAMS, TENANT_ID, Account, Namespace
from smtp_tui.sandbox.endpoint import caller, json_object, json_response, services

TENANT_NAME = "ICP Account"
ROLE = "crn:v1:icp:private:iam::::role:"
CAM_VERSION = "3.2.1.0"


async def issue_token(request: Request) -> Response:
    """A bearer token for a user name and password, sent as a form or as JSON."""
    if "json" in request.headers.get("content-type", ""):
        given = {name: str(value) for name, value in (await json_object(request)).items()}
    else:
        body = (await request.body()).decode("utf-8", "replace")
        given = dict(parse_qsl(body, keep_blank_values=True))
    if given.get("grant_type") != "password":
        return _refused(400, "unsupported_grant_type", "The grant_type has to be password.")
    tokens = services(request).tokens
    account = tokens.sign_in(given.get("username", ""), given.get("password", ""))
    if account is None:
        return _refused(401, "invalid_grant", "The user name or the password is not right.")
    return json_response(
        {
            "access_token": tokens.issue(account),
            "token_type": "Bearer",
            "expires_in": int(tokens.lifetime),
            "scope": given.get("scope", "openid"),
            "refresh_token": tokens.issue(account, lifetime=0.0)[:51],
            "id_token": f"sandbox.{account.name}.unsigned",
        }
    )


async def get_tenant(request: Request) -> Response:
    """The tenant of the installation, and the namespaces that the caller may use."""
    account = caller(request)
    return json_response(
        {
            "id": TENANT_ID,
            "name": TENANT_NAME,
            "ownerId": "On_Prem",
            "camVersion": CAM_VERSION,
            "namespaces": [_namespace(account, namespace) for namespace in account.namespaces],
        }
    )


def _namespace(account: Account, namespace: Namespace) -> dict[str, object]:
    administrator = account.administrator
    return {
        "name": namespace.uid,
        "uid": namespace.uid,
        "teamId": ALL_TEAMS if administrator else namespace.team,
        "teamName": ALL_TEAMS if administrator else namespace.team_name,
        "roles": [{"id": f"{ROLE}{'Administrator' if administrator else 'Operator'}"}],
    }


def _refused(status: int, error: str, description: str) -> Response:
    return json_response({"error": error, "error_description": description}, status)
