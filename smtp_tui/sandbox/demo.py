"""The demo's records: some work, the others fail, each for a real reason that its name tells.

The first one by name works, so that the first test email of somebody new is accepted.

Ids and times are fixed, so that screenshots stay the same.
"""

from __future__ import annotations

from collections.abc import Iterator

from smtp_tui.sandbox.accounts import ALL_TEAMS, MAIL_NAMESPACE, OTHER_TENANT_ID, TENANT_ID
from smtp_tui.sandbox.store import StoredRecord

CLOSED_PORT = 26
"""A mistyped 25: a system port where nothing listens."""


def demo_records(smtp_port: int, smtps_port: int) -> Iterator[StoredRecord]:
    """The records, oldest first; the ports are those of the mail server."""
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
    first = (TENANT_ID, MAIL_NAMESPACE.team)
    house = (TENANT_ID, ALL_TEAMS)
    europe = (OTHER_TENANT_ID, ALL_TEAMS)
    records: tuple[tuple[str, tuple[str, str], dict[str, object]], ...] = (
        ("ALL-GOOD", first, {**own, **login}),
        ("BAD-LOGIN", first, {**own, "username": "relay", "password": "last-years-password"}),
        ("NO-HOST", house, {"hostname": "relay.old-datacenter.invalid", "port": 25, **login}),
        ("WRONG-PORT", house, {"hostname": "127.0.0.1", "port": CLOSED_PORT}),
        # A plain connection to a port that waits for TLS: neither side speaks first.
        ("TLS-PORT", house, {"hostname": "localhost", "port": smtps_port, **login}),
        ("EXTRAS", house, {**extra}),
        ("EU-GOOD", europe, {**own, **login}),
        ("EU-REFUSED", europe, {**own, "username": "alerts@europe.example", "password": "guess"}),
        ("EU-NO-HOST", europe, {"hostname": "smtp.europe.invalid", "port": 587}),
    )
    for number, (name, (tenant, team), values) in enumerate(records, start=1):
        yield StoredRecord(
            name,
            tuple({"name": key, "value": value} for key, value in values.items()),
            tenant,
            team,
            id=f"5e7a1c0d3b2f4a68901{number:05x}",
            created_at=f"2020-04-{number:02d}T08:{number * 5:02d}:00.{number * 100:03d}Z",
        )
