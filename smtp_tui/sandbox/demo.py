"""Records that show what can go right and wrong, each failing for a real reason.

Ids and times are fixed, so that a screenshot made tomorrow looks like one made today.
"""

from __future__ import annotations

from smtp_tui.sandbox.accounts import (
    DEFAULT_NAMESPACE,
    MAIL_NAMESPACE,
    OTHER_TENANT_ID,
    TENANT_ID,
    Namespace,
)
from smtp_tui.sandbox.parameters import as_parameters
from smtp_tui.sandbox.store import NewRecord, Store

CLOSED_PORT = 26
"""A mistyped 25: a port of the system's range where nothing listens."""


def seed(store: Store, smtp_port: int, smtps_port: int) -> None:
    """Put the demo's records into an empty store; the ports are the sandbox's own mail server's."""
    own = {"hostname": "localhost", "port": smtp_port}
    good = {"username": "relay", "password": "relay-password"}
    first = (TENANT_ID, MAIL_NAMESPACE)
    house = (TENANT_ID, DEFAULT_NAMESPACE)
    europe = (OTHER_TENANT_ID, DEFAULT_NAMESPACE)
    for number, (name, place, parameters) in enumerate(
        (
            ("PRIMARY", first, {**own, **good}),
            ("SECONDARY", first, {**own, "username": "relay", "password": "last-years-password"}),
            ("OLD-RELAY", house, {"hostname": "relay.old-datacenter.invalid", "port": 25, **good}),
            ("BATCH", house, {"hostname": "127.0.0.1", "port": CLOSED_PORT}),
            # A plain connection to a port that waits for TLS: nobody speaks first.
            ("PARTNER", house, {"hostname": "localhost", "port": smtps_port, **good}),
            ("INVOICES", house, _extra(smtp_port)),
            ("EU-RELAY", europe, {**own, **good}),
            (
                "EU-ALERTS",
                europe,
                {**own, "username": "alerts@europe.example", "password": "guess"},
            ),
            ("EU-LEGACY", europe, {"hostname": "smtp.europe.invalid", "port": 587}),
        ),
        start=1,
    ):
        store.add(_record(number, name, place, parameters))


def _extra(smtp_port: int) -> dict[str, object]:
    """Parameters beyond the vendor's four, and a port that is a digit string."""
    return {
        "hostname": "localhost",
        "port": str(smtp_port),
        "username": "reports@sandbox.example",
        "password": "reports-password",
        "from": "invoices@sandbox.example",
        "tls": "true",
    }


def _record(
    number: int, name: str, place: tuple[str, Namespace], parameters: dict[str, object]
) -> NewRecord:
    tenant, namespace = place
    return NewRecord(
        name=name,
        parameters=tuple(as_parameters(parameters)),
        tenant=tenant,
        team=namespace.team,
        namespace=namespace.uid,
        id=f"5e7a1c0d3b2f4a68901{number:05x}",
        created_at=f"2020-04-{number:02d}T08:{number * 5:02d}:00.{number * 100:03d}Z",
    )
