"""The token call and the tenant call.

The body of a failed login is a guess; successful answers have the shapes of recorded ones.
"""

from __future__ import annotations

import secrets
from urllib.parse import parse_qsl

from smtp_tui.sandbox.accounts import ALL_TEAMS, TENANT_ID, TENANT_NAME
from smtp_tui.sandbox.call import Call
from smtp_tui.sandbox.loopback import ErrorAnswer


async def issue_token(call: Call) -> object:
    """A bearer token for a user name and password, sent as a form or as JSON."""
    if "json" in call.request.content_type:
        given = {name: str(value) for name, value in call.json_object().items()}
    else:
        given = dict(parse_qsl(call.request.body.decode("utf-8", "replace")))
    if given.get("grant_type") != "password":
        raise _refused(400, "unsupported_grant_type", "The grant_type has to be password.")
    tokens = call.services.tokens
    account = tokens.sign_in(given.get("username", ""), given.get("password", ""))
    if account is None:
        raise _refused(401, "invalid_grant", "The user name or the password is not right.")
    return {
        "access_token": tokens.issue(account),
        "token_type": "Bearer",
        "expires_in": int(tokens.lifetime),
        "scope": given.get("scope", "openid"),
        "refresh_token": secrets.token_hex(26),
        "id_token": f"sandbox.{account.name}.unsigned",
    }


async def get_tenant(call: Call) -> object:
    """The tenant of the installation, and the namespaces that the caller may use."""
    account = call.account()
    role = "Administrator" if account.administrator else "Operator"
    return {
        "id": TENANT_ID,
        "name": TENANT_NAME,
        "ownerId": "On_Prem",
        "camVersion": "3.2.1.0",
        "namespaces": [
            {
                "name": namespace.uid,
                "uid": namespace.uid,
                "teamId": ALL_TEAMS if account.administrator else namespace.team,
                "teamName": ALL_TEAMS if account.administrator else namespace.team_name,
                "roles": [{"id": f"crn:v1:icp:private:iam::::role:{role}"}],
            }
            for namespace in account.namespaces
        ],
    }


def _refused(status: int, error: str, description: str) -> ErrorAnswer:
    return ErrorAnswer(status, {"error": error, "error_description": description})
