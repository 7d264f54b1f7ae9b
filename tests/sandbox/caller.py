"""A plain HTTP client for these tests, from the standard library, so that nothing of ours helps."""

from __future__ import annotations

import http.client
import json
import ssl
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from tests.failing_sandbox import TENANT_ID, Sandbox

RECORDS = "/cam/api/v1/smtpconnections"
COMPOSER = "/cam/composer/api/v1/smtpconnections"
TENANT = "/cam/tenant/api/v1/tenants/getTenantOnPrem"
TOKEN = "/idprovider/v1/auth/identitytoken"
SCOPE = {"tenantId": TENANT_ID, "ace_orgGuid": "all"}


@dataclass(frozen=True)
class Reply:
    """What came back."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    def json(self) -> Any:
        """The body parsed."""
        return json.loads(self.body)

    @property
    def error(self) -> Any:
        """The LoopBack error object."""
        return self.json()["error"]


@dataclass(frozen=True)
class Caller:
    """Asks one sandbox, as its administrator unless told otherwise."""

    sandbox: Sandbox
    token: str | None = None

    def connection(self, timeout: float = 10.0) -> http.client.HTTPConnection:
        """A connection of its own, TLS when the sandbox speaks it."""
        if not self.sandbox.options.tls:
            return http.client.HTTPConnection(self.sandbox.host, self.sandbox.port, timeout)
        context = ssl.create_default_context(cafile=self.sandbox.certificate_path)
        return http.client.HTTPSConnection(
            self.sandbox.host, self.sandbox.port, timeout=timeout, context=context
        )

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        query: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> Reply:
        """One request; a body that is no bytes goes as JSON; the query is the usual scope."""
        payload = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        sent = {"Authorization": f"Bearer {self.token or self.sandbox.admin_token}"}
        sent |= {"Content-Type": "application/json"} if payload is not None else {}
        sent |= headers or {}
        target = f"{path}?{urlencode(SCOPE if query is None else query)}"
        connection = self.connection()
        try:
            connection.request(method, target, payload, {k: v for k, v in sent.items() if v})
            response = connection.getresponse()
            return Reply(response.status, response.headers, response.read())
        finally:
            connection.close()

    def names(self, **query: str) -> list[str]:
        """The names a list shows."""
        return [record["name"] for record in self.call("GET", RECORDS, query=SCOPE | query).json()]

    def modify(self, record_id: str, *parameters: dict[str, object]) -> Reply:
        """Change some parameters of a record."""
        content = {"id": record_id, "connection_parameters": list(parameters)}
        return self.call("POST", f"{COMPOSER}/patchConnectionParametersById", content)

    def send_test(self, to: str = "someone@example.com", **parameters: object) -> Reply:
        """Test parameters that are stored nowhere."""
        listed = [{"name": name, "value": value} for name, value in parameters.items()]
        return self.call("POST", f"{COMPOSER}/testEmail", {"to": to, "conn_params": listed})

    def send_test_of(self, record_id: str, **overrides: object) -> Reply:
        """Test a record's stored parameters with some laid over them."""
        listed = [{"name": name, "value": value} for name, value in overrides.items()]
        content = {"id": record_id, "to": "someone@example.com", "conn_params": listed}
        return self.call("POST", f"{COMPOSER}/testEmailById", content)
