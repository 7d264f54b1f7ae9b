"""The vendor's requests as values: built once, shown in the review, and then sent as they are.

One builder per operation, with path, query and body of the vendor's page: two base paths,
``ace_orgGuid`` the team in four of them and ``all`` in three, ``cloudOE_spaceGuid`` where the page
has it. That the shown request *is* the sent one is what keeps "nothing is sent that was not shown".
"""

from __future__ import annotations

import json
from typing import Final, TypeAlias
from urllib.parse import quote, unquote, urlencode

from msgspec import Struct
from msgspec.structs import replace

from smtp_tui.api.errors import Operation
from smtp_tui.api.models import Assignment, JsonValue, is_addressable
from smtp_tui.api.secret import MASK, SecretStr
from smtp_tui.api.target import Scope

RECORDS_PATH: Final = "/cam/api/v1/smtpconnections"
COMPOSER_PATH: Final = "/cam/composer/api/v1/smtpconnections"
TOKEN_PATH: Final = "/idprovider/v1/auth/identitytoken"
TENANT_PATH: Final = "/cam/tenant/api/v1/tenants/getTenantOnPrem"

JSON: Final = "application/json"
FORM: Final = "application/x-www-form-urlencoded"

_MOST_DOTS: Final = 256

BodyValue: TypeAlias = "JsonValue | SecretStr | list[BodyValue] | dict[str, BodyValue]"
Body: TypeAlias = dict[str, BodyValue]


class IdRefused(ValueError):
    """A record id that would address something else than one record."""


class Request(Struct, frozen=True):
    """One request; ``path`` is percent-encoded, ``query`` is not, secrets stay wrapped."""

    operation: Operation
    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    body: Body | None = None
    content_type: str = JSON

    @property
    def address(self) -> str:
        """Path and query as they go over the wire."""
        if not self.query:
            return self.path
        return f"{self.path}?{urlencode(self.query, errors='surrogatepass', quote_via=quote)}"

    def content(self) -> bytes:
        """The body's bytes, secrets included: for the wire only."""
        if self.body is None:
            return b""
        if self.content_type == FORM:
            revealed = json.loads(json.dumps(self.body, default=_reveal))
            return urlencode(revealed, errors="surrogatepass").encode()
        return json.dumps(self.body, default=_reveal, allow_nan=False).encode()

    def masked_body(self, *, indent: int | None = None, counted: bool = False) -> str:
        """The body as JSON text with every secret masked: for every screen, log and file.

        ``counted`` shows a dot for each character of a secret, as its input field does. It is for
        the preview beside that field only: a mask that is kept must not tell a length.
        """
        if self.body is None:
            return ""
        mask = _dots if counted else _mask
        return json.dumps(self.body, default=mask, ensure_ascii=False, indent=indent)

    def without_secrets(self) -> Request:
        """The same request with a mask for every secret, for whoever keeps or shows it."""
        return replace(self, body=None if self.body is None else _hidden_in(self.body))

    def secrets(self) -> tuple[str, ...]:
        """The secret texts in the body, so that an echo of them can be removed from an answer."""
        found: list[str] = []

        def collect(value: object) -> str:
            """Called by ``json`` for each value that it does not know: the secrets."""
            if isinstance(value, SecretStr):
                found.append(value.get_secret_value())
            return ""

        json.dumps(self.body, default=collect)
        return tuple(found)


def _reveal(value: object) -> str:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    raise TypeError(f"{type(value).__name__} is no JSON value")


def _mask(value: object) -> str:
    if isinstance(value, SecretStr):
        return MASK if value else ""
    raise TypeError(f"{type(value).__name__} is no JSON value")


def _dots(value: object) -> str:
    if isinstance(value, SecretStr):
        return "•" * min(len(value.get_secret_value()), _MOST_DOTS)
    raise TypeError(f"{type(value).__name__} is no JSON value")


def _hidden_in(body: Body) -> Body:
    return {key: _hidden(value) for key, value in body.items()}


def _hidden(value: BodyValue) -> BodyValue:
    match value:
        case SecretStr():
            return SecretStr(MASK if value else "")
        case list():
            return [_hidden(one) for one in value]
        case dict():
            return {key: _hidden(one) for key, one in value.items()}
    return value


def _pairs(assignments: tuple[Assignment, ...]) -> list[BodyValue]:
    pairs: list[BodyValue] = []
    for one in assignments:
        pair: dict[str, BodyValue] = {"name": one.name, "value": one.value}
        pairs.append(pair)
    return pairs


def _record_path(record_id: str) -> str:
    if not is_addressable(record_id):
        raise IdRefused("this record has no usable id, so it cannot be addressed")
    try:
        return f"{RECORDS_PATH}/{quote(record_id, safe='')}"
    except UnicodeEncodeError:
        raise IdRefused("the id of this record is no text that can be sent") from None


def _checked_id(record_id: str) -> str:
    _record_path(record_id)
    return record_id


def _team_query(scope: Scope) -> tuple[tuple[str, str], ...]:
    return (("tenantId", scope.tenant), ("ace_orgGuid", scope.team))


def _composer_query(scope: Scope) -> tuple[tuple[str, str], ...]:
    return (
        ("ace_orgGuid", "all"),
        ("cloudOE_spaceGuid", scope.namespace),
        ("tenantId", scope.tenant),
    )


def assigned(request: Request) -> tuple[tuple[str, JsonValue], ...]:
    """The parameters that a request carries, by name, with a mask for every secret."""
    body: dict[str, JsonValue] = json.loads(request.masked_body() or "{}")
    pairs = body.get("connection_parameters", body.get("conn_params"))
    found = pairs if isinstance(pairs, list) else []
    return tuple((str(one["name"]), one["value"]) for one in found if isinstance(one, dict))


def record_id_of(request: Request) -> str | None:
    """The id of the one record that a write is about; None for what is stored nowhere yet."""
    if request.operation is Operation.DELETE:
        return unquote(request.path.rpartition("/")[2])
    found = (request.body or {}).get("id")
    return found if isinstance(found, str) else None


def list_request(scope: Scope) -> Request:
    """List all records of the tenant that the team may see."""
    return Request(Operation.LIST, "GET", RECORDS_PATH, _team_query(scope))


def get_request(scope: Scope, record_id: str) -> Request:
    """Read one record. Raises :class:`IdRefused`."""
    return Request(Operation.GET, "GET", _record_path(record_id), _team_query(scope))


def create_request(scope: Scope, name: str, assignments: tuple[Assignment, ...]) -> Request:
    """Create a record of that name."""
    body: Body = {"name": name, "connection_parameters": _pairs(assignments)}
    return Request(Operation.CREATE, "POST", RECORDS_PATH, _team_query(scope), body)


def patch_request(scope: Scope, record_id: str, assignments: tuple[Assignment, ...]) -> Request:
    """Change only the assigned parameters. Raises :class:`IdRefused`, ``ValueError`` if empty."""
    if not assignments:
        raise ValueError("a patch without a change is not sent")
    path = f"{COMPOSER_PATH}/patchConnectionParametersById"
    body: Body = {"id": _checked_id(record_id), "connection_parameters": _pairs(assignments)}
    return Request(Operation.PATCH, "POST", path, _composer_query(scope), body)


def delete_request(scope: Scope, record_id: str) -> Request:
    """Delete one record. Raises :class:`IdRefused`."""
    return Request(Operation.DELETE, "DELETE", _record_path(record_id), _team_query(scope))


def test_values_request(scope: Scope, to: str, assignments: tuple[Assignment, ...]) -> Request:
    """Send a test email with values that are stored nowhere."""
    query = (("ace_orgGuid", "all"), ("tenantId", scope.tenant))
    body: Body = {"to": to, "conn_params": _pairs(assignments)}
    return Request(Operation.TEST_VALUES, "POST", f"{COMPOSER_PATH}/testEmail", query, body)


def test_saved_request(
    scope: Scope, record_id: str, to: str, overrides: tuple[Assignment, ...] = ()
) -> Request:
    """Send a test email with the stored values, overlaid with ``overrides``; nothing is saved.

    Raises :class:`IdRefused`.
    """
    body: Body = {"id": _checked_id(record_id), "to": to}
    if overrides:
        body["conn_params"] = _pairs(overrides)
    path = f"{COMPOSER_PATH}/testEmailById"
    return Request(Operation.TEST_SAVED, "POST", path, _composer_query(scope), body)


def token_request(user: str, password: SecretStr) -> Request:
    """Ask the identity provider for a token; goes to the identity origin, without a bearer."""
    body: Body = {
        "grant_type": "password",
        "username": user,
        "password": password,
        "scope": "openid",
    }
    return Request(Operation.TOKEN, "POST", TOKEN_PATH, (), body, FORM)


def tenant_request() -> Request:
    """Ask which tenant, teams and namespaces the token belongs to."""
    return Request(Operation.TENANT, "GET", TENANT_PATH)
