"""`smtp-tui sandbox`: what it prints makes the vendor's curl lines work, and a signal ends it."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from smtp_tui.api.tls import spaced
from tests.e2e.terminal import installed_program
from tests.sandbox.vendor_curl import run_sample

LAST_VARIABLE = "export NAMESPACE="
HUNG = 60.0
"""Seconds after which a sandbox that says nothing is killed, so that the test ends."""


class Served:
    """A sandbox served by the installed program: its process, and what it printed."""

    def __init__(self, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [installed_program(), "sandbox", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={"PATH": os.environ["PATH"]},
            text=True,
        )
        self._limit = threading.Timer(HUNG, self.process.kill)
        self._limit.start()
        assert self.process.stdout is not None
        lines: list[str] = []
        for line in self.process.stdout:
            lines.append(line)
            if line.startswith(LAST_VARIABLE):
                break
        self.printed = "".join(lines)

    @property
    def variables(self) -> dict[str, str]:
        """What a shell holds after it evaluated the printed lines."""
        done = subprocess.run(
            ["sh", "-c", f"{self.printed}\nenv"],
            env={},
            capture_output=True,
            text=True,
            check=True,
        )
        return dict(line.split("=", 1) for line in done.stdout.splitlines())

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """Ask the API over plain HTTP, with the printed variables."""
        given = self.variables
        url = f"{given['CAM_HOST']}:{given['CAM_PORT']}{path}"
        url += f"?tenantId={given['CAM_TENANT_ID']}&ace_orgGuid={given['ICP_TEAM']}"
        request = urllib.request.Request(
            url,
            data=None if body is None else json.dumps(body).encode(),
            method=method,
            headers={
                "Authorization": f"Bearer {given['CAM_BEARER_TOKEN']}",
                "Content-Type": "application/json",
            },
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def end(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, str]:
        """Send a signal; returns the exit code and what came on stderr."""
        self.process.send_signal(number)
        _, words = self.process.communicate()
        self._limit.cancel()
        return self.process.returncode, words


@contextmanager
def served(*arguments: str) -> Iterator[Served]:
    """Serve a sandbox until the block is left."""
    sandbox = Served(*arguments)
    try:
        yield sandbox
    finally:
        sandbox.end(signal.SIGKILL)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_vendors_curl_lines_work_with_the_printed_variables(tmp_path: Path) -> None:
    with served("--tls", "--port", "0", "--empty") as sandbox:
        given = sandbox.variables
        port = int(given["CAM_PORT"])
        trusted = tmp_path / "certificate.pem"
        trusted.write_text(ssl.get_server_certificate((given["CAM_HOST"], port)))
        more = {"CURL_CA_BUNDLE": str(trusted)}

        def run(title: str) -> Any:
            return run_sample(title, tmp_path, more, before=sandbox.printed)

        created = run("create")
        more["ID"] = created["id"]
        assert [(record["id"], record["name"]) for record in run("list")] == [
            (more["ID"], "SECONDARY")
        ]
        run("modify")
        stored = {
            parameter["name"]: parameter["value"]
            for parameter in run("get")["connection_parameters"]
        }
        assert stored["port"] == 587
        assert stored["hostname"] == "test"
        assert "my-new-password" not in stored.values()
        mail = sandbox.printed.partition("mail server: ")[2].split()[0].rpartition(":")[2]
        more |= {"TO": "reader@example.com", "SMTP_HOST": "localhost", "SMTP_PORT": mail}
        more |= {"USERNAME": "relay", "PASSWORD": "relay-password"}
        assert run("test")["accepted"] == ["reader@example.com"]
        # The record's host is "test", which no name server knows, whatever port is tried.
        assert "test" in run("test saved")["error"]["message"]
        assert run("delete") == {"count": 1}
        assert run("list") == []


def test_with_tls_the_fingerprint_of_its_certificate_is_printed_as_the_screen_shows_it() -> None:
    with served("--tls", "--port", "0", "--empty") as sandbox:
        address = (sandbox.variables["CAM_HOST"], int(sandbox.variables["CAM_PORT"]))
        shown = ssl.PEM_cert_to_DER_cert(ssl.get_server_certificate(address))
    lines = spaced(hashlib.sha256(shown).hexdigest()).split("\n")
    assert "".join(f"#   {line.strip()}\n" for line in lines) in sandbox.printed


def test_without_tls_no_fingerprint_is_printed() -> None:
    with served("--port", "0", "--empty") as sandbox:
        assert "SHA-256" not in sandbox.printed


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_without_a_word(number: signal.Signals) -> None:
    with served("--port", "0") as sandbox:
        assert sandbox.ask("GET", "/cam/api/v1/smtpconnections")
        port = int(sandbox.variables["CAM_PORT"])
        assert sandbox.end(number) == (0, "")
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), timeout=5)


def test_records_in_a_file_are_there_after_a_restart(tmp_path: Path) -> None:
    place = ("--port", "0", "--empty", "--data", str(tmp_path / "records.sqlite"))
    with served(*place) as sandbox:
        parameters = [{"name": "hostname", "value": "mail.example.com"}]
        record = {"name": "KEPT", "connection_parameters": parameters}
        created = sandbox.ask("POST", "/cam/api/v1/smtpconnections", record)
        sandbox.end()
    with served(*place) as sandbox:
        (found,) = sandbox.ask("GET", "/cam/api/v1/smtpconnections")
    assert (found["id"], found["name"]) == (created["id"], "KEPT")


def test_port_zero_is_any_free_port() -> None:
    with served("--port", "0") as one, served("--port", "0") as other:
        ports = {int(each.variables["CAM_PORT"]) for each in (one, other)}
    assert len(ports) == 2
    assert min(ports) > 0


@pytest.mark.parametrize("option", ["--port", "--smtp-port"])
def test_a_port_that_is_taken_is_told_in_one_line(option: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        free = () if option == "--port" else ("--port", "0")
        assert_refused((*free, option, port), port)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(("--port", "70000"), "65535"), (("--smtp-port", "-1"), "65535")],
)
def test_what_is_no_port_is_told_in_one_line(arguments: tuple[str, ...], said: str) -> None:
    assert_refused(arguments, said)


def test_a_file_that_is_no_store_is_named_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear reader, " * 100, encoding="ascii")
    path.chmod(0o600)
    before = path.read_bytes()
    assert_refused(("--port", "0", "--data", str(path)), str(path))
    assert path.read_bytes() == before


def assert_refused(arguments: tuple[str, ...], said: str) -> None:
    """The program ends with 2, one line on stderr that says why, and nothing on stdout."""
    done = subprocess.run(
        [installed_program(), "sandbox", *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=HUNG,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert said in done.stderr
