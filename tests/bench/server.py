"""A sandbox with many records in a process of its own, so that it takes no time from the measure.

Run as `python -m tests.bench.server ROWS [tls] [hang]`; with `hang` each list but the first one
hangs. It prints a line of JSON with all that a client needs, and ends with its standard input.
"""

from __future__ import annotations

import hashlib
import json
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

from smtp_tui.state import encoding
from smtp_tui.state.history import TestRun
from tests.bench.rows import AGES, age, name, parameters, verdicts
from tests.failing_sandbox import Fault, FaultKind, Operation, Sandbox, SandboxOptions


@dataclass(frozen=True)
class Server:
    """How to reach a sandbox: a profiles file, the token, and what the program asks first.

    ``history`` is the file of the test emails of its records.
    """

    profiles: str
    token: str
    url: str
    history: str

    @property
    def host(self) -> str:
        """Scheme, name and port."""
        return self.url.partition("/cam")[0]


def serve(rows: int, *, tls: bool, hang: bool) -> None:
    """Serve until standard input ends."""
    with Sandbox(SandboxOptions(tls=tls, demo_records=False)) as sandbox:
        history: list[str] = []
        for number in range(rows):
            record_id = sandbox.add_record(name(number), parameters(number))
            key = encoding.RecordKey(sandbox.base_url, sandbox.tenant_id, record_id)
            history += [json.dumps(encoding.plain(key, run)) for run in _runs(number)]
        if hang:
            sandbox.faults.add(
                Fault(FaultKind.DELAY, Operation.LIST, seconds=0),
                Fault(FaultKind.HANG, Operation.LIST, count=None),
            )
        list_path = f"/cam/api/v1/smtpconnections?tenantId={sandbox.tenant_id}&ace_orgGuid=all"
        told = Server(
            _profiles(sandbox),
            sandbox.admin_token,
            sandbox.base_url + list_path,
            "".join(f"{line}\n" for line in history),
        )
        print(json.dumps(asdict(told)), flush=True)
        sys.stdin.read()


def _runs(number: int) -> Iterator[TestRun]:
    """The tests of a row, as the history holds them."""
    newest = datetime.now(UTC) - timedelta(seconds=AGES[age(number)] + 20)
    for step, verdict in enumerate(verdicts(number)):
        yield TestRun(
            at=newest - timedelta(hours=step),
            profile="bench",
            recipient="ops@example.com",
            values=tuple((key, str(value)) for key, value in parameters(number).items()),
            verdict=verdict,
            phase="message",
            words="250 2.0.0 queued",
            milliseconds=300,
        )


def _profiles(sandbox: Sandbox) -> str:
    lines = [
        "schema = 1",
        'default = "bench"',
        "[profiles.bench]",
        f'host = "{sandbox.base_url}"',
        f'tenant = "{sandbox.tenant_id}"',
        'team = "all"',
        'namespace = "default"',
        'token = { env = "BENCH_TOKEN" }',
    ]
    if sandbox.certificate_path is not None:
        pem = sandbox.certificate_path.read_text(encoding="ascii")
        sha256 = hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest()
        lines.append(f'trust = {{ pin = "{sha256}" }}')
    return "\n".join(lines) + "\n"


@contextmanager
def running(rows: int, *, tls: bool = False, hang: bool = False) -> Iterator[Server]:
    """A sandbox with that many records, ended with the `with` block."""
    argv = [sys.executable, "-m", "tests.bench.server", str(rows), *["tls"] * tls, *["hang"] * hang]
    with subprocess.Popen(
        argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        told = process.stdout.readline()
        if not told:
            raise RuntimeError("the sandbox of the benchmark did not start")
        try:
            yield Server(**json.loads(told))
        finally:
            process.stdin.close()


@contextmanager
def delayed(host: str, seconds: float) -> Iterator[str]:
    """The same host behind a slow line: each connection is passed on only after a while."""
    to = "127.0.0.1", int(host.rpartition(":")[2])

    def pump(source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(1 << 16):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)

    def serve_one(client: socket.socket) -> None:
        time.sleep(seconds)  # the line is slow
        with client, socket.create_connection(to) as server:
            back = threading.Thread(target=pump, args=(server, client))
            back.start()
            pump(client, server)
            back.join()

    def accept() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=serve_one, args=(listener.accept()[0],)).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)


if __name__ == "__main__":
    serve(int(sys.argv[1]), tls="tls" in sys.argv[2:], hang="hang" in sys.argv[2:])
