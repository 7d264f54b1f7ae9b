"""The demo's records: some work, the others fail, each for a real reason.

Ids and times are fixed, so that screenshots stay the same.
"""

from __future__ import annotations

from smtp_tui.sandbox.accounts import (
    DEFAULT_NAMESPACE,
    MAIL_NAMESPACE,
    OTHER_TENANT_ID,
    TENANT_ID,
    Namespace,
)
from smtp_tui.sandbox.store import Store, StoredRecord

CLOSED_PORT = 26
"""A mistyped 25: a system port where nothing listens."""


def seed(store: Store, smtp_port: int, smtps_port: int) -> None:
    """Add the demo's records to an empty store; the ports are those of the mail server."""
    own = {"hostname": "localhost", "port": smtp_port}
    login = {"username": "relay", "password": "relay-password"}
    extra = {
        # Parameters beyond the vendor's four, and a port that is a string of digits.
        "hostname": "localhost",
        "port": str(smtp_port),
        "username": "reports@sandbox.example",
        "password": "reports-password",
        "from": "invoices@sandbox.example",
        "tls": "true",
    }
    alerts = {**own, "username": "alerts@europe.example", "password": "guess"}
    first = (TENANT_ID, MAIL_NAMESPACE)
    house = (TENANT_ID, DEFAULT_NAMESPACE)
    europe = (OTHER_TENANT_ID, DEFAULT_NAMESPACE)
    records: tuple[tuple[str, tuple[str, Namespace], dict[str, object]], ...] = (
        ("PRIMARY", first, {**own, **login}),
        ("SECONDARY", first, {**own, "username": "relay", "password": "last-years-password"}),
        ("OLD-RELAY", house, {"hostname": "relay.old-datacenter.invalid", "port": 25, **login}),
        ("BATCH", house, {"hostname": "127.0.0.1", "port": CLOSED_PORT}),
        # A plain connection to a port that waits for TLS: neither side speaks first.
        ("PARTNER", house, {"hostname": "localhost", "port": smtps_port, **login}),
        ("INVOICES", house, {**extra}),
        ("EU-RELAY", europe, {**own, **login}),
        ("EU-ALERTS", europe, {**alerts}),
        ("EU-LEGACY", europe, {"hostname": "smtp.europe.invalid", "port": 587}),
    )
    for number, (name, (tenant, namespace), parameters) in enumerate(records, start=1):
        store.add(
            StoredRecord(
                id=f"5e7a1c0d3b2f4a68901{number:05x}",
                name=name,
                connection_parameters=tuple(
                    {"name": key, "value": value} for key, value in parameters.items()
                ),
                created_at=f"2020-04-{number:02d}T08:{number * 5:02d}:00.{number * 100:03d}Z",
                tenant=tenant,
                team=namespace.team,
                namespace=namespace.uid,
            )
        )
