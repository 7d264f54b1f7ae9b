"""What the app starts with in each scene: a sandbox, profiles, tokens, files, faults.

All that would differ between two runs or two machines is fixed here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, TypeAlias

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from screenshots.stage import START, MissingWords, StoryClock
from smtp_tui.api.client import Client
from smtp_tui.api.secret import SecretStr
from smtp_tui.api.target import Access, Target
from smtp_tui.cli.screen import demo_services
from smtp_tui.profiles.choosing import Known
from smtp_tui.profiles.model import Environment, Profile
from smtp_tui.profiles.sources import LoginToken
from smtp_tui.profiles.tokens import Tokens
from smtp_tui.sandbox.certificate import LOOPBACK_NAMES, Certificate
from smtp_tui.state.auditor import Auditor
from smtp_tui.state.files import FileProblem
from smtp_tui.state.history import TestRun
from smtp_tui.state.journal import Actor
from smtp_tui.ui.services import ReceivedMail, Services
from tests.failing_sandbox import Fault, FaultKind, Operation, Sandbox, SandboxOptions

WORKS: Final = "ALL-GOOD"
WRONG_PASSWORD: Final = "BAD-LOGIN"
NO_HOST: Final = "NO-HOST"
CLOSED_PORT: Final = "WRONG-PORT"
TLS_PORT: Final = "TLS-PORT"
MANY_PARAMETERS: Final = "EXTRAS"
"""The demo's records, by what is to be seen on them."""

MAIL: Final = -55
"""From the port of the sandbox to that of its mail server."""
PINNED: Final = "9c1f" * 16
"""The fingerprint of a certificate that was there before."""


@dataclass(frozen=True)
class Start:
    """What the app of a scene starts with."""

    sandbox: Sandbox
    services: Services
    profile: Profile | None
    problem: str = ""


Prepare: TypeAlias = Callable[[Start], Start]


def as_it_is(start: Start) -> Start:
    """Start with the demo's profile and token."""
    return start


def changed(**changes: object) -> Prepare:
    """Start with other values in these fields of the profile."""

    def with_changes(start: Start) -> Start:
        """The start with the changed profile."""
        assert start.profile is not None
        profile = msgspec.structs.replace(start.profile, **changes)
        services = msgspec.structs.replace(start.services, extra_profiles=(profile,))
        return replace(start, services=services, profile=profile)

    return with_changes


def logged_in(start: Start) -> Start:
    """Start with a token that was issued a while ago, and with tests of the last days."""
    start = changed(token=LoginToken("admin"))(start)
    assert start.profile is not None
    session = start.services.session(start.profile)
    ends = START + timedelta(hours=11, minutes=42)
    session.tokens.accept(SecretStr(start.sandbox.admin_token), ends, typed=False)
    for name, days, verdict, phase, said in (
        (WORKS, 0.08, "ACCEPTED", "unknown", "250 2.0.0 Ok: queued as DB74AFB309"),
        (WORKS, 1.1, "REJECTED", "login", "535 5.7.8 Error: authentication failed"),
        (WORKS, 1.2, "REJECTED", "login", "535 5.7.8 Error: authentication failed"),
        (WRONG_PASSWORD, 0.3, "REJECTED", "login", "535 5.7.8 Error: authentication failed"),
        (WRONG_PASSWORD, 9, "ACCEPTED", "unknown", "250 2.0.0 Ok: queued as 7B1C0F22A4"),
        (NO_HOST, 2, "UNREACHABLE", "DNS", "getaddrinfo ENOTFOUND relay.old-datacenter.invalid"),
        (CLOSED_PORT, 5, "UNREACHABLE", "connect", "connect ECONNREFUSED 127.0.0.1:26"),
        (TLS_PORT, 3, "UNKNOWN", "unknown", "socket hang up"),
        (MANY_PARAMETERS, 4, "ACCEPTED", "unknown", "250 2.0.0 Ok: queued as 19D2E5C073"),
    ):
        record = next(each for each in start.sandbox.records() if each.name == name)
        values = {name: str(value) for name, value in record.values.items()}
        run = TestRun(
            at=START - timedelta(days=days),
            profile=start.profile.name,
            recipient="ops@sandbox.example",
            values=tuple(values.items()),
            verdict=verdict,
            phase=phase,
            words=said,
            milliseconds=213,
        )
        start.services.history.remember(session.key(record.id), run)
    return start


def named(start: Start) -> Start:
    """Start with several profiles, one of them in use and logged in; not all hosts answer."""
    return together(logged_in(start))


def together(start: Start) -> Start:
    """Start with several profiles that take their token from the same variable."""
    assert start.profile is not None
    beside: dict[str, dict[str, object]] = {
        "production": {"environment": Environment.PRODUCTION, "access": Access.PROTECTED},
        "staging": {
            "environment": Environment.STAGING,
            "access": Access.READ_ONLY,
            "tenant": start.sandbox.other_tenant_id,
        },
        "old-lab": {"environment": Environment.OTHER, "host": "http://127.0.0.1:9"},
    }
    for name, changes in beside.items():
        profile = msgspec.structs.replace(start.profile, name=name, label="", **changes)
        start.services.store.add(profile)
    return start


def first_start(start: Start) -> Start:
    """Start without profiles and variables."""
    services = msgspec.structs.replace(start.services, extra_profiles=(), environ={})
    return replace(start, services=services, profile=None)


def broken_file(start: Start) -> Start:
    """Start with a file of profiles that has a mistake in one of them."""
    store = start.services.store
    store.path.parent.mkdir(parents=True, mode=0o700)
    good = f'host = "{start.sandbox.base_url}"\ntenant = "{start.sandbox.tenant_id}"\n'
    store.path.write_text(
        f'schema = 1\ndefault = "production"\n\n[profiles.staging]\n{good}\n'
        f'[profiles.production]\n{good}acces = "protected"\n'
    )
    store.path.chmod(0o600)
    services = msgspec.structs.replace(start.services, extra_profiles=())
    try:
        Known(store.load(), {}).chosen(None)
    except FileProblem as problem:
        return replace(start, services=services, profile=None, problem=str(problem))
    raise MissingWords("the broken file was read")


def hanging_list(start: Start) -> Start:
    """Start on a server that gives no answer to the first list."""
    start.sandbox.faults.add(Fault(FaultKind.HANG, Operation.LIST))
    return logged_in(start)


@contextmanager
def opened(
    prepare: Prepare, port: int, *, records: bool = True, tls: bool = False
) -> Iterator[tuple[Start, StoryClock]]:
    """A sandbox, and what the app starts with; its files are in the current directory."""
    options = SandboxOptions(port=port, smtp_port=port + MAIL, demo_records=records, tls=tls)
    certificate = fixed_certificate() if tls else None
    with Sandbox(options, certificate) as sandbox:
        clock = StoryClock(sandbox)
        # A relative path, so that it looks the same everywhere.
        services, profile = demo_services(sandbox, Path("~"), clock)
        yield prepare(Start(sandbox, _everywhere_alike(services, clock), profile)), clock


def _everywhere_alike(services: Services, clock: StoryClock) -> Services:
    """The services with a user and with times of mails that are the same on every machine."""
    auditor = Auditor(lambda: services.journal, Actor("ops"), clock, lambda _: None)

    def make_client(target: Target, tokens: Tokens) -> Client:
        return Client(target, tokens, services.activity, clock, auditor)

    def mailbox() -> tuple[ReceivedMail, ...]:
        """The mails, four minutes apart."""
        mails = services.mailbox() if services.mailbox is not None else ()
        return tuple(
            msgspec.structs.replace(mail, received_at=START + timedelta(minutes=4 * number))
            for number, mail in enumerate(mails, start=1)
        )

    return msgspec.structs.replace(services, make_client=make_client, mailbox=mailbox)


def fixed_certificate() -> Certificate:
    """A certificate that signed itself, always the same one."""
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "cam.example.com")])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(2020)
        .not_valid_before(datetime(2020, 3, 1, tzinfo=UTC))
        .not_valid_after(datetime(2070, 3, 1, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName(LOOPBACK_NAMES), critical=False)
        .sign(key, None)
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return Certificate(made.public_bytes(Encoding.PEM).decode(), private.decode())
