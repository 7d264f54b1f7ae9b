"""A sandbox starts anywhere, keeps its file's records and leaves nothing behind when it stops."""

from __future__ import annotations

import socket
import ssl
import stat
import threading
from pathlib import Path

import pytest

from tests.failing_sandbox import OTHER_TENANT_ID, TENANT_ID, Sandbox, SandboxOptions
from tests.sandbox.caller import RECORDS, Caller


def test_a_restart_on_the_same_file_finds_the_records(tmp_path: Path) -> None:
    options = SandboxOptions(data=tmp_path / "sandbox.db", tls=True)
    with Sandbox(options) as first:
        record_id = first.add_record("KEPT", {"hostname": "h", "password": "secret"})
        assert first.certificate_path is not None
        certificate = first.certificate_path.read_text()
    with Sandbox(options) as second:
        assert second.record(record_id).values["password"] == "secret"
        assert Caller(second).names() == ["KEPT"]
        assert second.certificate_path is not None
        assert second.certificate_path.read_text() == certificate
        assert (second.smtp_port, second.smtps_port) == (first.smtp_port, first.smtps_port)


def test_the_file_is_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.db"
    with Sandbox(SandboxOptions(data=path)):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_stopped_sandbox_answers_nobody_and_shows_what_was_asked() -> None:
    with Sandbox() as sandbox:
        assert Caller(sandbox).names() == []
    with pytest.raises(ConnectionRefusedError):
        Caller(sandbox).call("GET", RECORDS)
    assert sandbox.requests[-1].operation == "list"


def test_a_taken_port_is_an_error_and_leaves_no_thread(tmp_path: Path) -> None:
    before = threading.active_count()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        options = SandboxOptions(port=taken.getsockname()[1], data=tmp_path / "sandbox.db")
        with pytest.raises(OSError, match="in use"):
            Sandbox(options)
    assert threading.active_count() == before


def test_over_tls_the_certificate_file_is_enough_to_trust_it() -> None:
    with Sandbox(SandboxOptions(tls=True)) as sandbox:
        assert sandbox.base_url == f"https://127.0.0.1:{sandbox.port}"
        assert sandbox.environment()["CAM_HOST"] == "127.0.0.1"
        assert Caller(sandbox).call("GET", RECORDS).status == 200
        strict = ssl.create_default_context(cafile=sandbox.certificate_path)
        strict.verify_flags |= ssl.VERIFY_X509_STRICT
        address = (sandbox.host, sandbox.port)
        with (
            socket.create_connection(address, 5) as plain,
            strict.wrap_socket(plain, server_hostname="localhost") as secure,
        ):
            assert secure.version() is not None
        with (
            socket.create_connection(address, 5) as plain,
            pytest.raises(ssl.SSLCertVerificationError, match="self-signed"),
        ):
            ssl.create_default_context().wrap_socket(plain, server_hostname="localhost")


def test_the_demo_shows_records_that_fail_for_real_reasons() -> None:
    with Sandbox(SandboxOptions(demo_records=True, mail_timeout=0.5)) as sandbox:
        caller = Caller(sandbox)
        said = {}
        for record in sandbox.records(TENANT_ID):
            reply = caller.send_test_of(record.id)
            said[record.name] = "accepted" if reply.status == 200 else reply.error["message"]
        assert said == {
            "ALL-GOOD": "accepted",
            "BAD-LOGIN": "Invalid login: 535 5.7.8 Error: authentication failed",
            "NO-HOST": "getaddrinfo ENOTFOUND relay.old-datacenter.invalid",
            "WRONG-PORT": "connect ECONNREFUSED 127.0.0.1:26",
            "TLS-PORT": "Greeting never received",
            "EXTRAS": "accepted",
        }
        assert [mail.username for mail in sandbox.mailbox] == ["relay", "reports@sandbox.example"]
        assert caller.names(tenantId=OTHER_TENANT_ID) == [
            "EU-GOOD",
            "EU-REFUSED",
            "EU-NO-HOST",
        ]
        assert Caller(sandbox, sandbox.user_token).names(ace_orgGuid="mail-operators") == [
            "ALL-GOOD",
            "BAD-LOGIN",
        ]


def test_demo_records_are_the_same_each_time_and_only_for_an_empty_store(tmp_path: Path) -> None:
    options = SandboxOptions(data=tmp_path / "a.db", demo_records=True)
    with Sandbox(options) as sandbox:
        seeded = sandbox.records()
        sandbox.delete_record(seeded[0].id)
    with Sandbox(options) as sandbox:
        assert sandbox.records() == seeded[1:]
    with Sandbox(SandboxOptions(demo_records=True)) as other:
        assert [(record.id, record.created_at) for record in other.records()] == [
            (record.id, record.created_at) for record in seeded
        ]


def test_a_stop_does_not_wait_for_a_handshake_that_never_comes() -> None:
    with Sandbox(SandboxOptions(tls=True)) as sandbox:
        https = socket.create_connection((sandbox.host, sandbox.port), 5)
        smtps = socket.create_connection((sandbox.host, sandbox.smtps_port), 5)
        # A later connection that is answered shows that the earlier ones were taken.
        assert Caller(sandbox).names() == []
        with socket.create_connection((sandbox.host, sandbox.smtp_port), 5) as plain:
            assert plain.recv(10)
    with https, smtps:
        assert https.recv(10) == smtps.recv(10) == b""
