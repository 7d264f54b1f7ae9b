"""Relays that play their part on loopback until the test ends."""

from __future__ import annotations

from contextlib import ExitStack

from tests.failing_sandbox.certificates import CertificateKind, certificate_of
from tests.probe.relay import Part, Relay, relay


class Relays:
    """Starts relays, and ends them with the test."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack

    def __call__(self, part: Part) -> Relay:
        certificate = certificate_of(CertificateKind.SELF_SIGNED)
        return self._stack.enter_context(relay(part, certificate))


def at(server: Relay) -> dict[str, object]:
    """Where a record leads that is about this relay."""
    return {"hostname": "127.0.0.1", "port": server.port}
