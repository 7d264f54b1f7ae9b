"""Every user of the machine can connect to the sandbox, but only its owner sees what is in it."""

from __future__ import annotations

import http.client
import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from smtp_tui.sandbox import __doc__ as documentation
from smtp_tui.sandbox import application
from smtp_tui.sandbox.sending import is_loopback_name
from tests.failing_sandbox import Sandbox, SandboxOptions
from tests.sandbox.caller import COMPOSER, RECORDS, SCOPE, TENANT, TOKEN, Caller

NOBODY = 65534
SECRET = "typed-into-the-demo"
CONTROLS = re.findall(r"^    (GET|POST|DELETE) +(/sandbox/\S+)", documentation or "", re.MULTILINE)
"""Method and path of each documented control."""
needs_two_users = pytest.mark.skipif(
    os.geteuid() != 0, reason="only root can run a process as a second user"
)

ATTACK = r"""
import encodings.idna, encodings.latin_1, hashlib, http.client, json, os, pathlib, sys, urllib.parse
os.setgroups([])
os.setresgid(65534, 65534, 65534)
os.setresuid(65534, 65534, 65534)
victim, port, calls = json.loads(sys.argv[1])
seen = []

def readable(path):
    try:
        return path.read_bytes()
    except OSError:
        return b""

listening = [line.split() for line in open("/proc/net/tcp").read().splitlines()[1:]]
ports = {int(row[1].split(":")[1], 16) for row in listening if row[3] == "0A"}
known = "".join(hashlib.sha512(f"admin {n}".encode()).hexdigest() for n in range(8))
files = [pathlib.Path(f"/proc/{victim}/{name}") for name in ("cmdline", "environ", "maps")]
seen.append(b" ".join(map(readable, files)).decode("latin-1"))
answers = set()
for token in ("", known):
    for method, path, body in calls:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            kind = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
            line.request(method, path, body, kind)
            answer = line.getresponse()
            seen.append(answer.read().decode("latin-1"))
            answers.add(answer.status)
        except (OSError, http.client.HTTPException):
            pass
        finally:
            line.close()
print(json.dumps({
    "uid": os.getuid(), "seen": seen, "found": port in ports, "answers": sorted(answers)
}))
"""
SANDBOX = [sys.executable, "-m", "smtp_tui", "sandbox", "--port", "0"]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], dict[str, str]]]:
    """The installed sandbox, and the variables that it printed."""
    command = [*SANDBOX, "--data", str(tmp_path / "records.sqlite")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        variables: dict[str, str] = {}
        for line in process.stdout:
            found = re.fullmatch(r"export (\w+)=(\S+)\n", line)
            variables |= {found[1]: found[2]} if found else {}
            if "NAMESPACE" in variables:
                break
        try:
            yield process, variables
        finally:
            process.terminate()


def _headers(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}


def _ask(port: int, token: str, method: str, path: str, body: object = None) -> Any:
    """What the owner of the sandbox is answered."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as line:
        line.request(method, path, json.dumps(body), _headers(token))
        answer = line.getresponse()
        assert answer.status == 200
        return json.loads(answer.read())


@needs_two_users
def test_another_user_of_the_machine_reads_makes_and_sends_nothing(
    served: tuple[subprocess.Popen[str], dict[str, str]],
) -> None:
    process, variables = served
    port = int(variables["CAM_PORT"])
    token = variables["CAM_BEARER_TOKEN"]
    query = "?" + urlencode(SCOPE)
    record = {
        "name": "VICTIM",
        "connection_parameters": [
            {"name": "hostname", "value": "localhost"},
            {"name": "password", "value": SECRET},
        ],
    }
    _ask(port, token, "POST", RECORDS + query, record)
    login = {"grant_type": "password", "username": "admin", "password": "admin-password"}
    mail = {"to": "a@example.com", "conn_params": [{"name": "hostname", "value": "localhost"}]}
    calls = [(method, path, "{}") for method, path in CONTROLS]
    calls += [("GET", RECORDS + query, ""), ("POST", RECORDS + query, json.dumps(record))]
    calls += [("GET", TENANT, ""), ("POST", TOKEN, json.dumps(login))]
    calls += [("POST", f"{COMPOSER}/testEmail{query}", json.dumps(mail))]
    done = subprocess.run(
        [sys.executable, "-I", "-c", ATTACK, json.dumps([process.pid, port, calls])],
        capture_output=True,
        text=True,
        timeout=50,
        check=True,
    )
    found = json.loads(done.stdout)
    assert found["uid"] == NOBODY
    assert found["found"], "another user sees the port"
    assert found["answers"] == [401], "the attack reached it, and was refused each time"
    seen = "\n".join(found["seen"])
    assert token not in seen
    assert SECRET not in seen
    asked = _ask(port, token, "GET", "/sandbox/requests")
    assert [request["operation"] for request in asked].count("create") > 1, "those of the attack"
    names = [record["name"] for record in _ask(port, token, "GET", RECORDS + query)]
    assert names.count("VICTIM") == 1


def test_every_control_is_documented() -> None:
    served = [
        (method, path)
        for _, method, path, _ in application.ROUTES
        if path.startswith(application.CONTROL_PREFIX)
    ]
    assert sorted(served) == sorted(CONTROLS)


@pytest.mark.parametrize(("method", "path"), CONTROLS)
def test_controls_are_for_an_administrator(
    admin: Caller, maria: Caller, method: str, path: str
) -> None:
    assert admin.call(method, path, headers={"Authorization": ""}).status == 401
    assert maria.call(method, path).status == 403


FOREIGN = ["evil.example", "evil.example:80", "localhost.evil.example", "127.0.0.1.evil.example",
           "10.0.0.1", "0.0.0.0", "[::]", "user@localhost", "", "["]  # fmt: skip


@pytest.mark.parametrize("host", FOREIGN)
def test_a_foreign_host_name_is_not_served(sandbox: Sandbox, admin: Caller, host: str) -> None:
    sent = {"Authorization": f"Bearer {sandbox.admin_token}", "Host": host}
    connection = admin.connection()
    connection.putrequest("GET", f"{RECORDS}?{urlencode(SCOPE)}", skip_host=True)
    for name, value in sent.items():
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    assert answer.status in ({403} if host else {400, 403})
    assert sandbox.requests == ()
    assert not host or f"Host: {host}" in json.loads(body)["error"]["message"]


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("localhost", ""),
        ("LOCALHOST:80", "http://localhost:3000"),
        ("127.1.2.3", ""),
        ("[::1]:9", "https://[::1]"),
        ("localhost.", ""),
        ("cam.localhost", ""),
    ],
)
def test_names_of_this_machine_are_served(admin: Caller, host: str, origin: str) -> None:
    assert admin.call("GET", RECORDS, headers={"Host": host, "Origin": origin}).status == 200


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "file://", "http://10.0.0.1"])
@pytest.mark.parametrize("path", [RECORDS, "/sandbox/requests"])
def test_a_web_page_from_another_site_is_not_served(
    sandbox: Sandbox, admin: Caller, origin: str, path: str
) -> None:
    reply = admin.call("GET", path, headers={"Origin": origin})
    assert reply.status == 403
    assert f"Origin: {origin}" in reply.error["message"]
    assert sandbox.requests == ()


@pytest.mark.parametrize("header", ["Origin", "Host"])
@pytest.mark.parametrize("foreign_first", [True, False])
@pytest.mark.parametrize("path", ["", "/path"])
def test_a_second_header_hides_no_foreign_one(
    sandbox: Sandbox, admin: Caller, header: str, foreign_first: bool, path: str
) -> None:
    own = sandbox.base_url if header == "Origin" else f"{sandbox.host}:{sandbox.port}"
    own += path
    foreign = "http://evil.example" if header == "Origin" else "evil.example"
    sent = [foreign, own] if foreign_first else [own, foreign]
    connection = admin.connection()
    connection.putrequest("GET", f"{RECORDS}?{urlencode(SCOPE)}", skip_host=header == "Host")
    connection.putheader("Authorization", f"Bearer {sandbox.admin_token}")
    for value in sent:
        connection.putheader(header, value)
    connection.endheaders()
    answer = connection.getresponse()
    answer.read()
    connection.close()
    assert answer.status in (400, 403)
    assert sandbox.requests == ()


def test_no_secret_that_was_sent_is_shown_by_the_controls(sandbox: Sandbox, admin: Caller) -> None:
    planted = [f"planted-{number}" for number in range(7)]
    parameters = [
        {"name": "hostname", "value": "mail.example.com"},
        {"name": "password", "value": planted[0]},
        {"name": "relay_token", "value": planted[1]},
        {"name": "other", "value": planted[2], "secured": "true"},
    ]
    record = {"name": "A", "connection_parameters": parameters}
    admin.call("POST", RECORDS, record, headers={"Cookie": f"connect.sid={planted[3]}"})
    form = urlencode({"grant_type": "password", "username": "admin", "password": planted[4]})
    by_form = {"Content-Type": "application/x-www-form-urlencoded"}
    admin.call("POST", TOKEN, form.encode(), headers=by_form)
    admin.call("POST", TOKEN, {"username": "admin", "password": planted[5]})
    admin.call("POST", RECORDS, f'{{"password": "{planted[6]}'.encode())
    shown = admin.call("GET", "/sandbox/requests").body.decode()
    assert [text for text in (*planted, sandbox.admin_token) if text in shown] == []
    for text in ("mail.example.com", "username=admin", "password=*****", "bytes, not shown"):
        assert text in shown


@pytest.mark.parametrize("address", ["203.0.113.5", "0.0.0.0", "::ffff:203.0.113.5"])
def test_test_mail_leaves_this_machine_for_named_hosts_only(admin: Caller, address: str) -> None:
    reply = admin.send_test(hostname=address, port=25)
    assert reply.status == 400
    assert f"--allow-mail-to {address}" in reply.error["message"]


def test_test_mail_goes_to_a_host_that_was_named(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, int]] = []

    def connect(address: tuple[str, int], timeout: float) -> socket.socket:
        asked.append(address)
        raise TimeoutError

    options = SandboxOptions(allow_mail_to=("RELAY.example.", "203.0.113.5"))
    with Sandbox(options) as sandbox, socket.socket() as sock:
        sock.connect(("127.0.0.1", sandbox.port))
        monkeypatch.setattr(socket, "create_connection", connect)
        monkeypatch.setattr(
            socket, "getaddrinfo", lambda host, port, **_: [(0, 0, 0, "", ("203.0.113.5", port))]
        )
        with closing(http.client.HTTPConnection("127.0.0.1", sandbox.port)) as line:
            line.sock = sock
            parameters = [{"name": "hostname", "value": "relay.example"}]
            body = {"to": "a@example.com", "conn_params": parameters}
            path = f"{COMPOSER}/testEmail?{urlencode(SCOPE)}"
            line.request("POST", path, json.dumps(body), _headers(sandbox.admin_token))
            assert "Connection timeout" in line.getresponse().read().decode()
    assert asked == [("203.0.113.5", 587)]


@pytest.mark.parametrize(
    ("name", "loopback"),
    [("localhost", True), ("A.LOCALHOST", True), ("127.9.9.9", True), ("::1", True),
     ("", False), ("127.1", False), ("0", False), ("localhost.example", False), ("::", False)],
)  # fmt: skip
def test_a_loopback_name_means_this_machine_whatever_a_resolver_says(
    name: str, loopback: bool
) -> None:
    assert is_loopback_name(name) is loopback
