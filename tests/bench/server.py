"""A sandbox with many records in a process of its own, so that it takes no time from the measure.

Run as `python -m tests.bench.server ROWS [tls] [hang]`; with `hang` each list but the first one
hangs. It prints a line of JSON with the profiles file to use, and ends with its standard input.
"""

from __future__ import annotations

import hashlib
import json
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.rows import name, parameters
from tests.e2e.terminal import installed_program
from tests.failing_sandbox import Fault, FaultKind, Operation, Sandbox, SandboxOptions


@dataclass(frozen=True)
class Server:
    """How to reach a sandbox: a profiles file and the token; and the program that does so."""

    profiles: str
    token: str
    program: Path


def serve(rows: int, *, tls: bool, hang: bool) -> None:
    """Serve until standard input ends."""
    with Sandbox(SandboxOptions(tls=tls, demo_records=False)) as sandbox:
        for number in range(rows):
            sandbox.add_record(name(number), parameters(number))
        if hang:
            sandbox.faults.add(
                Fault(FaultKind.DELAY, Operation.LIST, seconds=0),
                Fault(FaultKind.HANG, Operation.LIST, count=None),
            )
        print(
            json.dumps({"profiles": _profiles(sandbox), "token": sandbox.admin_token}), flush=True
        )
        sys.stdin.read()


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
def running(
    rows: int, *, tls: bool = False, hang: bool = False, program: Path | None = None
) -> Iterator[Server]:
    """A sandbox with that many records, ended with the `with` block.

    Without `program` it is for the one beside the Python that runs this.
    """
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
            yield Server(**json.loads(told), program=program or installed_program())
        finally:
            process.stdin.close()


if __name__ == "__main__":
    serve(int(sys.argv[1]), tls="tls" in sys.argv[2:], hang="hang" in sys.argv[2:])
