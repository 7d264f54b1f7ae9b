"""How much memory a large answer takes, as a multiple of its size."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

MEGABYTES = 50
SIZE = MEGABYTES * 1_000_000
MOST = 3.05
"""Times the size, of which the last part is for the rest of the program."""

READER = """
import asyncio, re, sys
from smtp_tui.api.activity import Activity
from smtp_tui.api.client import Client
from smtp_tui.api.clock import Clock
from smtp_tui.api.errors import ApiError
from smtp_tui.api.secret import SecretStr
from smtp_tui.api.smtp_connections import SmtpConnections
from smtp_tui.api.target import Scope, Target, parse_origin

class Token:
    def token(self):
        return SecretStr("abc")

def peak():
    status = open("/proc/self/status").read()
    return int(re.search(r"VmHWM:\\s+(\\d+) kB", status)[1]) * 1024

async def main():
    target = Target("work", parse_origin(sys.argv[1]), Scope("t"))
    connections = SmtpConnections(Client(target, Token(), Activity(), Clock(), None))
    for _ in range(4):
        try:
            found = await connections.list()
            words = len(found.records)
            del found
        except ApiError as error:
            words = error.why
        print(peak(), words, sep="\\t")

asyncio.run(main())
"""


def record(number: int, filler: str) -> bytes:
    parameters = [
        {"name": "hostname", "value": f"mail{number}.example.com"},
        {"name": "port", "value": 587},
        {"name": "username", "value": f"user{number}@example.com"},
        {"name": "password", "value": "*****"},
        {"name": "notes", "value": filler},
    ]
    body = {"id": f"{number:024x}", "name": f"RELAY-{number}", "connection_parameters": parameters}
    return json.dumps(body, ensure_ascii=False).encode()


def many(filler: str) -> bytes:
    """A list of records of about 2 KB."""
    one = record(1, filler)
    count = SIZE // len(one)
    return b"[" + b",".join(record(number, filler) for number in range(count)) + b"]"


ANSWERS: dict[str, Callable[[], bytes]] = {
    "records": lambda: many("x" * 1800),
    "records in another script": lambda: many("я" * 900),
    "one long value": lambda: b"[" + record(1, "x" * SIZE) + b"]",
    "one long value with escapes": lambda: b"[" + record(1, '"xxx' * (SIZE // 5)) + b"]",
    "empty lists": lambda: b"[" + b"[]," * (SIZE // 3) + b"[]]",
    "numbers": lambda: b"[" + b"0," * (SIZE // 2) + b"0]",
    "not JSON": lambda: b"x" * SIZE,
    "an error": lambda: json.dumps({"error": {"message": "x" * SIZE}}).encode(),
}


@contextmanager
def serving(large: bytes) -> Iterator[str]:
    """A server that answers the first request with a blank list, and the others with this."""
    answers = iter((b"[]",))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = next(answers, large)
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the peak is read from /proc")
@pytest.mark.parametrize("kind", ANSWERS)
def test_a_large_answer_takes_at_most_three_times_its_size_however_often_it_is_read(
    kind: str,
) -> None:
    large = ANSWERS[kind]()
    with serving(large) as host:
        done = subprocess.run(
            [sys.executable, "-c", READER, host],
            cwd=Path(__file__).parents[2],
            capture_output=True,
            text=True,
            timeout=50,
            check=True,
        )
    before, *peaks = [int(line.split("\t")[0]) for line in done.stdout.splitlines()]
    assert len(peaks) == 3
    assert max(peaks) - before < MOST * len(large), done.stdout
