"""What a real Postfix on loopback says, read by the decoder through the sandbox's mailer."""

from __future__ import annotations

import os
import shutil
import socket
import socketserver
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from smtp_tui.api.models import TestAnswer
from smtp_tui.mail.judge import judge
from smtp_tui.mail.outcome import Phase, TestOutcome, Verdict
from tests.failing_sandbox import Sandbox, SandboxOptions
from tests.sandbox.caller import Caller

MISSING = shutil.which("postfix") is None or os.geteuid() != 0
pytestmark = pytest.mark.skipif(
    MISSING, reason="Postfix is not installed, or the tests do not run as root, who starts it"
)

TO = "someone@sink.example"
MAIN = """
compatibility_level = 3.6
queue_directory = {place}/queue
data_directory = {place}/data
maillog_file = {place}/log
maillog_file_prefixes = {place}
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = postfix.example
mydestination =
relay_domains = sink.example
mynetworks = 192.0.2.0/24
default_transport = discard:
relay_transport = discard:
smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination
smtpd_sasl_auth_enable = no
smtpd_tls_security_level = none
smtpd_peername_lookup = no
"""
MASTER = """
postlog   unix-dgram n  -  n  -  1  postlogd
cleanup   unix  n  -  n  -  0  cleanup
qmgr      unix  n  -  n  300 1 qmgr
rewrite   unix  -  -  n  -  -  trivial-rewrite
bounce    unix  -  -  n  -  0  bounce
defer     unix  -  -  n  -  0  bounce
trace     unix  -  -  n  -  0  bounce
anvil     unix  -  -  n  -  1  anvil
proxymap  unix  -  -  n  -  -  proxymap
error     unix  -  -  n  -  -  error
retry     unix  -  -  n  -  -  error
discard   unix  -  -  n  -  -  discard
"""
SERVICES = {
    "open": "",
    "client": "-o smtpd_client_restrictions=reject",
    "sender form": "-o smtpd_sender_restrictions=reject_non_fqdn_sender",
    "sender domain": "-o smtpd_sender_restrictions=reject_unlisted_sender,reject",
    "recipient": "-o smtpd_recipient_restrictions=reject",
    "not logged in": (
        "-o smtpd_sasl_auth_enable=yes -o smtpd_sasl_type=dovecot -o smtpd_sasl_path=auth"
        " -o {smtpd_sender_restrictions=reject_sender_login_mismatch}"
        " -o {smtpd_sender_login_maps=inline:{cam@sandbox.example=relay}}"
    ),
    "end of data": "-o smtpd_end_of_data_restrictions=defer",
    "login": "-o smtpd_recipient_restrictions=permit_sasl_authenticated,reject",
}
"""The services of this Postfix, each on a port of its own, by what it refuses."""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class NobodysLogins(socketserver.StreamRequestHandler):
    """Dovecot's side of the login protocol, as far as Postfix needs it: every login fails."""

    def handle(self) -> None:
        self.wfile.write(b"VERSION\t1\t2\nMECH\tPLAIN\tplaintext\nSPID\t1\nCUID\t1\n")
        self.wfile.write(b"COOKIE\t0123456789abcdef0123456789abcdef\nDONE\n")
        for line in self.rfile:
            command, *rest = line.decode().strip().split("\t")
            if command == "AUTH":
                self.wfile.write(f"FAIL\t{rest[0]}\n".encode())


def _postfix(place: Path, command: str) -> None:
    done = subprocess.run(
        ["/usr/sbin/postfix", "-c", str(place / "conf"), command],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if done.returncode:
        log = place / "log"
        raise RuntimeError(done.stderr + (log.read_text() if log.exists() else ""))


@pytest.fixture(scope="module")
def ports() -> Iterator[dict[str, int]]:
    found = {name: _free_port() for name in SERVICES}
    place = Path(tempfile.mkdtemp(prefix="smtp-tui-postfix-"))
    place.chmod(0o755)
    for name in ("conf", "queue", "data"):
        (place / name).mkdir(mode=0o755)
    shutil.chown(place / "data", "postfix")
    (place / "conf" / "main.cf").write_text(MAIN.format(place=place))
    lines = [
        f"127.0.0.1:{port} inet n - n - - smtpd {SERVICES[name]}" for name, port in found.items()
    ]
    (place / "conf" / "master.cf").write_text(MASTER + "\n".join(lines) + "\n")
    logins = socketserver.ThreadingUnixStreamServer(str(place / "queue" / "auth"), NobodysLogins)
    logins.daemon_threads = True
    (place / "queue" / "auth").chmod(0o666)
    threading.Thread(target=logins.serve_forever, daemon=True).start()
    try:
        _postfix(place, "start")
        for port in found.values():
            _wait_for(port)
        yield found
    finally:
        with suppress(RuntimeError):
            _postfix(place, "stop")
        logins.shutdown()
        logins.server_close()
        shutil.rmtree(place, ignore_errors=True)


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 20
    while True:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        if time.monotonic() > deadline:
            raise TimeoutError(f"nothing listens on {port}")
        time.sleep(0.05)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(SandboxOptions(mail_timeout=10.0)) as running:
        yield running


def outcome_of(sandbox: Sandbox, parameters: dict[str, object], to: str = TO) -> TestOutcome:
    reply = Caller(sandbox).test(to, **{"hostname": "127.0.0.1", **parameters})
    outcome = judge(TestAnswer(reply.status, reply.json()), to)
    assert outcome is not None
    return outcome


@pytest.mark.parametrize(
    ("service", "parameters", "words", "phase", "parameter"),
    [
        ("client", {}, "554 5.7.1 <unknown[127.0.0.1]>: Client host", Phase.LOGIN, "username"),
        ("recipient", {}, f"554 5.7.1 <{TO}>: Recipient address", Phase.LOGIN, "username"),
        ("login", {}, f"554 5.7.1 <{TO}>: Recipient address", Phase.LOGIN, "username"),
        (
            "sender form",
            {"from": "cam@local"},
            "504 5.5.2 <cam@local>: Sender address rejected: need fully-qualified address",
            Phase.SENDER,
            "username",
        ),
        (
            "sender domain",
            {},
            "554 5.7.1 <cam@sandbox.example>: Sender address rejected: Access denied",
            Phase.LOGIN,
            "username",
        ),
        (
            "not logged in",
            {},
            "553 5.7.1 <cam@sandbox.example>: Sender address rejected: not logged in",
            Phase.LOGIN,
            "username",
        ),
        (
            "not logged in",
            {"username": "relay", "password": "wrong"},
            "535 5.7.8 Error: authentication failed",
            Phase.LOGIN,
            "password",
        ),
        ("end of data", {}, "450 4.3.2 <END-OF-MESSAGE>", Phase.MESSAGE, None),
    ],
)
def test_what_postfix_refuses_is_read_for_what_it_is(
    sandbox: Sandbox,
    ports: dict[str, int],
    service: str,
    parameters: dict[str, object],
    words: str,
    phase: Phase,
    parameter: str | None,
) -> None:
    outcome = outcome_of(sandbox, {"port": ports[service], **parameters})
    assert words in outcome.server_text
    assert (outcome.verdict, outcome.phase, outcome.parameter) == (
        Verdict.REJECTED,
        phase,
        parameter,
    )


def test_a_relay_that_postfix_denies_is_a_missing_login(
    sandbox: Sandbox, ports: dict[str, int]
) -> None:
    outcome = outcome_of(sandbox, {"port": ports["open"]}, "a@elsewhere.example")
    assert "Relay access denied" in outcome.server_text
    assert (outcome.verdict, outcome.parameter) == (Verdict.REJECTED, "username")


@pytest.mark.parametrize("shape", ["loopback", "result_error", "text"])
def test_what_postfix_takes_is_accepted_with_its_queue_id(
    sandbox: Sandbox, ports: dict[str, int], shape: str
) -> None:
    sandbox.services.test_shape = shape
    outcome = outcome_of(sandbox, {"port": ports["open"]})
    assert outcome.verdict is Verdict.ACCEPTED
    assert "queued as" in outcome.server_text
    assert outcome.queue_id
