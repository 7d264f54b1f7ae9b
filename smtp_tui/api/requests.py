"""The vendor's requests as values: built once, shown in the review, and then sent as they are.

There is one builder per operation, with the path, query and body of the vendor's page. Two base
paths are in use; ``ace_orgGuid`` is the team in four operations and ``all`` in three, and
``cloudOE_spaceGuid`` stands only where the page has it.
"""

from __future__ import annotations

import json
from enum import Enum
from typing import Final, TypeAlias, TypeVar
from urllib.parse import quote, unquote, urlencode

from msgspec import Struct
from msgspec.structs import replace

from smtp_tui.api.models import Assignment, JsonValue, Record, SecretState, is_addressable
from smtp_tui.api.secret import MASK, SecretStr
from smtp_tui.api.target import Scope, Target

RECORDS_PATH: Final = "/cam/api/v1/smtpconnections"
COMPOSER_PATH: Final = "/cam/composer/api/v1/smtpconnections"
TOKEN_PATH: Final = "/idprovider/v1/auth/identitytoken"
TENANT_PATH: Final = "/cam/tenant/api/v1/tenants/getTenantOnPrem"

JSON: Final = "application/json"
FORM: Final = "application/x-www-form-urlencoded"

_MOST_DOTS: Final = 256

Query: TypeAlias = tuple[tuple[str, str], ...]
BodyValue: TypeAlias = str | SecretStr | SecretState | tuple[Assignment, ...]
Body: TypeAlias = dict[str, BodyValue]


_T = TypeVar("_T")


class Operation(Enum):
    """The calls the program makes, each with the words that complete "could not …"."""

    LIST = "list the connections"
    GET = "read the connection"
    CREATE = "create the connection"
    PATCH = "change the connection"
    DELETE = "delete the connection"
    TEST_VALUES = "send a test email with these values"
    TEST_SAVED = "send a test email with the saved record"
    TOKEN = "log in"
    TENANT = "find the tenant"
    REACH = "reach the server"

    @property
    def writes(self) -> bool:
        """Whether the call may change something or send mail; such a call is never repeated."""
        return self not in _READS


_READS: Final = frozenset(
    {Operation.LIST, Operation.GET, Operation.TOKEN, Operation.TENANT, Operation.REACH}
)
TESTS: Final = frozenset({Operation.TEST_VALUES, Operation.TEST_SAVED})
"""The calls that send mail and change nothing."""
CHANGES: Final = frozenset(Operation) - _READS - TESTS
"""The calls that change something on the server, among them any call that nothing is said of."""


class IdRefused(ValueError):
    """A record id that would address something other than one record."""


class Request(Struct, frozen=True):
    """One request. ``path`` is percent-encoded, ``query`` is not; secrets stay wrapped."""

    operation: Operation
    method: str
    path: str
    query: Query = ()
    body: Body | None = None
    content_type: str = JSON

    @property
    def address(self) -> str:
        """Path and query as they go over the wire."""
        if not self.query:
            return self.path
        return f"{self.path}?{urlencode(self.query, errors='surrogatepass', quote_via=quote)}"

    @property
    def lacks_tenant(self) -> bool:
        """Whether it is about a tenant's records and names no tenant."""
        return ("tenantId", "") in self.query

    @property
    def record_id(self) -> str | None:
        """The id of the one record that it is about; None for values not stored yet."""
        if self.operation in (Operation.DELETE, Operation.GET):
            return unquote(self.path.rpartition("/")[2])
        return self._text("id")

    @property
    def tests_as_saved(self) -> bool:
        """Whether it sends a test email with stored values only; nothing is changed by that."""
        return self.operation is Operation.TEST_SAVED and not self.assignments

    @property
    def new_name(self) -> str | None:
        """The name of a record to be created; None for any other request."""
        return self._text("name")

    @property
    def recipient(self) -> str | None:
        """Who gets the test email; None for any other request."""
        return self._text("to")

    def _text(self, member: str) -> str | None:
        value = (self.body or {}).get(member)
        return value if isinstance(value, str) else None

    @property
    def assignments(self) -> tuple[Assignment, ...]:
        """The parameters that the body carries."""
        body = self.body or {}
        found = body.get("connection_parameters", body.get("conn_params"))
        return found if isinstance(found, tuple) else ()

    def assigned(self) -> tuple[tuple[str, JsonValue], ...]:
        """The parameters by name, with a mask for every secret."""
        pairs = json.loads(json.dumps(self.assignments, default=mask))
        return tuple((pair["name"], pair["value"]) for pair in pairs)

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
        the preview beside that field only: a stored mask must not reveal a length.
        """
        if self.body is None:
            return ""
        shown = _dots if counted else mask
        return json.dumps(self.body, default=shown, ensure_ascii=False, indent=indent)

    def without_secrets(self) -> Request:
        """The same request with only the state of every secret, to be kept or shown."""
        if self.body is None:
            return self
        return replace(self, body={name: _hidden(value) for name, value in self.body.items()})

    def secrets(self) -> tuple[str, ...]:
        """The secret texts in the body, so that an echo of them can be removed from an answer."""
        values = [*(self.body or {}).values(), *(pair.value for pair in self.assignments)]
        return tuple(value.get_secret_value() for value in values if isinstance(value, SecretStr))


def _pair(value: object) -> object:
    """What ``json`` makes of an assignment; it knows all other values but the secrets."""
    if isinstance(value, Assignment):
        return {"name": value.name, "value": value.value}
    raise TypeError(f"{type(value).__name__} is not a JSON value that can be sent")


def _reveal(value: object) -> object:
    return value.get_secret_value() if isinstance(value, SecretStr) else _pair(value)


def mask(value: object) -> object:
    """What ``json`` makes of an assignment and of a secret, which it masks."""
    match value:
        case SecretStr():
            return MASK if value else ""
        case SecretState():
            return MASK if value is SecretState.SET else ""
    return _pair(value)


def _dots(value: object) -> object:
    if isinstance(value, SecretStr):
        return "•" * min(len(value.get_secret_value()), _MOST_DOTS)
    return mask(value)


def _state(value: _T) -> _T | SecretState:
    """The state of a secret; any other value as it is."""
    if isinstance(value, SecretStr):
        return SecretState.SET if value else SecretState.NOT_SET
    return value


def _hidden(value: BodyValue) -> BodyValue:
    if isinstance(value, tuple):
        return tuple(replace(pair, value=_state(pair.value)) for pair in value)
    return _state(value)


class Answer(Struct, frozen=True):
    """A whole answer with any status; ``unreadable`` says why the body was not read.

    ``tls`` is the protocol and cipher of its connection, blank without TLS.
    """

    status: int
    body: bytes
    request_id: str | None = None
    retry_after: str | None = None
    location: str | None = None
    unreadable: str = ""
    tls: str = ""


class Write(Struct, frozen=True):
    """A write that is about to be sent; ``request`` is without secrets.

    ``id`` pairs its intent with its outcome; ``record`` is what the person saw before it;
    ``since`` is when it began, in seconds of the client's clock. ``run`` is the id of the run that
    it belongs to, blank for a single one.
    """

    id: str
    target: Target
    request: Request
    record: Record | None = None
    since: float = 0.0
    run: str = ""

    def excludes(self, request: Request, target: Target) -> bool:
        """Whether ``request`` must not be sent to ``target`` while this write is under way.

        They are about the same record of the same server, or create one of the same name. A test
        does not hinder a change.
        """
        mine = self.request
        same_record = mine.record_id is not None and mine.record_id == request.record_id
        same_name = mine.new_name is not None and mine.new_name == request.new_name
        return (
            (same_record or same_name)
            and self.target.origin == target.origin
            and self.target.scope.tenant == target.scope.tenant
            and (mine.operation in CHANGES or request.operation not in CHANGES)
        )


def _record_path(record_id: str) -> str:
    if not is_addressable(record_id):
        raise IdRefused("this record has no usable id")
    try:
        return f"{RECORDS_PATH}/{quote(record_id, safe='')}"
    except UnicodeEncodeError:
        raise IdRefused("the id of this record is not text that can be sent") from None


def _team_query(scope: Scope) -> Query:
    return (("tenantId", scope.tenant), ("ace_orgGuid", scope.team))


def _composer_query(scope: Scope) -> Query:
    return (
        ("ace_orgGuid", "all"),
        ("cloudOE_spaceGuid", scope.namespace),
        ("tenantId", scope.tenant),
    )


def list_request(scope: Scope) -> Request:
    """List all records of the tenant that the team may see."""
    return Request(Operation.LIST, "GET", RECORDS_PATH, _team_query(scope))


def get_request(scope: Scope, record_id: str) -> Request:
    """Read one record. Raises :class:`IdRefused`."""
    return Request(Operation.GET, "GET", _record_path(record_id), _team_query(scope))


def create_request(scope: Scope, name: str, assignments: tuple[Assignment, ...]) -> Request:
    """Create a record of that name."""
    body: Body = {"name": name, "connection_parameters": assignments}
    return Request(Operation.CREATE, "POST", RECORDS_PATH, _team_query(scope), body)


def patch_request(scope: Scope, record_id: str, assignments: tuple[Assignment, ...]) -> Request:
    """Change only the assigned parameters. Raises :class:`IdRefused`, ``ValueError`` if empty."""
    if not assignments:
        raise ValueError("a patch without a change is not sent")
    _record_path(record_id)
    path = f"{COMPOSER_PATH}/patchConnectionParametersById"
    body: Body = {"id": record_id, "connection_parameters": assignments}
    return Request(Operation.PATCH, "POST", path, _composer_query(scope), body)


def delete_request(scope: Scope, record_id: str) -> Request:
    """Delete one record. Raises :class:`IdRefused`."""
    return Request(Operation.DELETE, "DELETE", _record_path(record_id), _team_query(scope))


def test_values_request(scope: Scope, to: str, assignments: tuple[Assignment, ...]) -> Request:
    """Send a test email with values that are stored nowhere."""
    query = (("ace_orgGuid", "all"), ("tenantId", scope.tenant))
    body: Body = {"to": to, "conn_params": assignments}
    return Request(Operation.TEST_VALUES, "POST", f"{COMPOSER_PATH}/testEmail", query, body)


def test_saved_request(
    scope: Scope, record_id: str, to: str, overrides: tuple[Assignment, ...] = ()
) -> Request:
    """Send a test email with the stored values, overlaid with ``overrides``; nothing is saved.

    Raises :class:`IdRefused`.
    """
    _record_path(record_id)
    body: Body = {"id": record_id, "to": to}
    if overrides:
        body["conn_params"] = overrides
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
