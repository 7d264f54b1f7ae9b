"""A real mail server on loopback: Postfix with Dovecot's logins, one service for each behaviour.

One instance serves all tests of a run: whoever comes first starts it, whoever leaves last stops it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import pytest
from filelock import FileLock
from msgspec import Struct

from smtp_tui.sandbox.certificate import Certificate, make_certificate
from tests.failing_sandbox.certificates import signed_again
from tests.probe.authority import Authority

_PROGRAMS: Final = ("/usr/sbin/postfix", "/usr/sbin/dovecot")
NEEDS_POSTFIX: Final = pytest.mark.skipif(
    os.geteuid() != 0 or not all(map(os.path.exists, _PROGRAMS)),
    reason="Postfix or Dovecot is not installed, or the tests do not run as root, who starts them",
)

USER: Final = "cam"
PASSWORD: Final = "correct-horse"
RECIPIENT: Final = "someone@sink.example"
"""The one domain that is relayed without a login."""

_MAIN = """
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
smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination
smtpd_sasl_auth_enable = no
smtpd_sasl_type = dovecot
smtpd_sasl_path = auth
smtpd_tls_security_level = none
smtpd_peername_lookup = no
smtpd_error_sleep_time = 0
"""
_MASTER = """
postlog   unix-dgram n  -  n  -  1  postlogd
cleanup   unix  n  -  n  -  0  cleanup
qmgr      unix  n  -  n  300 1 qmgr
tlsmgr    unix  -  -  n  1000? 1 tlsmgr
rewrite   unix  -  -  n  -  -  trivial-rewrite
bounce    unix  -  -  n  -  0  bounce
defer     unix  -  -  n  -  0  bounce
trace     unix  -  -  n  -  0  bounce
anvil     unix  -  -  n  -  1  anvil
proxymap  unix  -  -  n  -  -  proxymap
error     unix  -  -  n  -  -  error
retry     unix  -  -  n  -  -  error
discard   unix  -  -  n  -  -  discard
policy    unix  -  n  n  -  0  spawn user=nobody argv=/bin/sh {place}/policy.sh
"""
_STARTTLS = "-o smtpd_tls_security_level=may -o smtpd_tls_chain_files={place}"
_LOGIN = "-o smtpd_sasl_auth_enable=yes"
_MAILED: Final = {
    "open": "",
    "client": "-o smtpd_client_restrictions=reject",
    "sender form": "-o smtpd_sender_restrictions=reject_non_fqdn_sender",
    "sender domain": "-o smtpd_sender_restrictions=reject_unlisted_sender,reject",
    "recipient": "-o smtpd_recipient_restrictions=reject",
    "not logged in": (
        f"{_LOGIN} -o {{{{smtpd_sender_restrictions=reject_sender_login_mismatch}}}}"
        " -o {{smtpd_sender_login_maps=inline:{{cam@sandbox.example=relay}}}}"
    ),
    "end of data": "-o smtpd_end_of_data_restrictions=defer",
    "login": "-o smtpd_recipient_restrictions=permit_sasl_authenticated,reject",
}
_PROBED: Final = {
    "relay": "",
    "refused": "-o smtpd_client_restrictions=reject",
    "refused sender": "-o smtpd_sender_restrictions=reject_unlisted_sender,reject",
    "starttls": f"{_STARTTLS}/known.pem {_LOGIN} -o smtpd_tls_auth_only=yes",
    "tls at once": (
        f"-o smtpd_tls_wrappermode=yes {_STARTTLS.replace('may', 'encrypt')}/known.pem {_LOGIN}"
    ),
    "expired": f"{_STARTTLS}/expired.pem {_LOGIN}",
    "self-signed": f"{_STARTTLS}/self-signed.pem {_LOGIN}",
    "no certificate": "-o smtpd_tls_security_level=may -o smtpd_tls_chain_files={place}/none.pem",
    "must use tls": f"{_STARTTLS.replace('may', 'encrypt')}/known.pem",
    "greylist": "-o {{smtpd_recipient_restrictions=check_policy_service unix:private/policy}}",
}
_SERVICES: Final = _MAILED | _PROBED
"""The services, each on a port of its own, and the options that make its behaviour.

The ones that are probed take no mail in any test, so that none must stand in their log.
"""

_POLICY = """
while read -r line; do
    [ -n "$line" ] || printf 'action=defer_if_permit Greylisted, try again in 5 minutes\\n\\n'
done
"""
_DOVECOT = """
base_dir = {place}/dovecot
state_dir = {place}/dovecot
log_path = {place}/dovecot.log
protocols =
ssl = no
auth_mechanisms = plain login
disable_plaintext_auth = no
auth_failure_delay = 0
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
passdb {{
  driver = passwd-file
  args = {place}/users
}}
service auth {{
  unix_listener {place}/queue/auth {{
    mode = 0666
  }}
}}
"""


class Postfix(Struct, frozen=True):
    """A running Postfix: the port of each service, and a directory with its log."""

    place: Path
    ports: dict[str, int]

    @property
    def authority(self) -> Path:
        """The certificate of the authority that signed the one of ``starttls``."""
        return self.place / "authority.pem"

    def conversations(self, service: str) -> list[str]:
        """How often each command was said, one text for each conversation that has ended.

        Postfix writes ``ehlo=2 starttls=1 mail=1 rcpt=0/1 quit=1 commands=5/6``.
        """
        name = re.escape(_log_name(service))
        found = re.compile(rf" {name}/smtpd\[\d+\]: disconnect from \S+ (.*)")
        ended = found.findall((self.place / "log").read_text())
        return [each for each in ended if each != "commands=0/0"]  # who looks if it is there

    def mailed(self) -> list[str]:
        """The conversations with a service that is only probed in which a mail was begun."""
        said = [each for service in _PROBED for each in self.conversations(service)]
        return [each for each in said if "data=" in each or "bdat=" in each]


@contextmanager
def shared_postfix(meeting: Path) -> Iterator[Postfix]:
    """The Postfix of all who meet in this directory."""
    state, lock = meeting / "postfix.json", FileLock(meeting / "postfix.lock", timeout=60)
    with lock:
        known: dict[str, Any] = json.loads(state.read_text()) if state.exists() else {"users": 0}
        if known["users"]:
            place = Path(known["place"])
        else:
            place = Path(tempfile.mkdtemp(prefix="smtp-tui-postfix-"))
            known |= {"place": str(place), "ports": _start(place)}
        known["users"] += 1
        state.write_text(json.dumps(known))
    try:
        yield Postfix(place, known["ports"])
    finally:
        with lock:
            known = json.loads(state.read_text())
            known["users"] -= 1
            state.write_text(json.dumps(known))
            if not known["users"]:
                _stop(place)


def _start(place: Path) -> dict[str, int]:
    ports = dict(zip(_SERVICES, _free_ports(len(_SERVICES)), strict=True))
    place.chmod(0o755)
    for name in ("conf", "queue", "data"):
        (place / name).mkdir(mode=0o755)
    shutil.chown(place / "data", "postfix")
    _write_certificates(place)
    services = "".join(
        f"127.0.0.1:{port} inet n - n - - smtpd -o syslog_name={_log_name(name)}"
        f" {_SERVICES[name].format(place=place)}\n"
        for name, port in ports.items()
    )
    (place / "conf" / "main.cf").write_text(_MAIN.format(place=place))
    (place / "conf" / "master.cf").write_text(_MASTER.format(place=place) + services)
    (place / "policy.sh").write_text(_POLICY)
    (place / "users").write_text(f"{USER}:{{PLAIN}}{PASSWORD}::::::\n")
    (place / "dovecot.conf").write_text(_DOVECOT.format(place=place))
    try:
        _run(place, "/usr/sbin/dovecot", "-c", str(place / "dovecot.conf"))
        _run(place, "/usr/sbin/postfix", "-c", str(place / "conf"), "start")
        for port in ports.values():
            _wait_for(port)
    except BaseException:
        _stop(place)
        raise
    return ports


def _stop(place: Path) -> None:
    with suppress(RuntimeError):
        _run(place, "/usr/sbin/postfix", "-c", str(place / "conf"), "abort")
    with suppress(RuntimeError):
        _run(place, "/usr/sbin/dovecot", "-c", str(place / "dovecot.conf"), "stop")
    shutil.rmtree(place, ignore_errors=True)


def _write_certificates(place: Path) -> None:
    authority = Authority()
    (place / "authority.pem").write_text(authority.certificate)
    shown: dict[str, Certificate] = {
        "known": authority.sign(days=365, between=1),
        "expired": signed_again(days=-3),
        "self-signed": make_certificate(),
    }
    for name, made in shown.items():
        (place / f"{name}.pem").write_text(made.key + made.certificate)
        (place / f"{name}.pem").chmod(0o600)


def _log_name(service: str) -> str:
    return f"postfix-{service.replace(' ', '-')}"


def _free_ports(count: int) -> list[int]:
    """Free ports, all different: each is held until the last one is found."""
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


def _run(place: Path, *command: str) -> None:
    with (place / "output").open("w") as output:  # the servers keep it open
        done = subprocess.run(
            command, stdout=output, stderr=output, stdin=subprocess.DEVNULL, timeout=60, check=False
        )
    if done.returncode:
        raise RuntimeError(f"{command}: {(place / 'output').read_text()}")


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 20
    while True:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        if time.monotonic() > deadline:
            raise TimeoutError(f"nothing listens on {port}")
        time.sleep(0.05)
