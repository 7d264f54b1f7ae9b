"""A probe of a record or of a form's values: where it leads, and how CAM's last test compares."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from smtp_tui.mail.parameters import parse_port
from smtp_tui.probe.model import Address, Ask, BadAddress, Probe
from smtp_tui.state.history import TestRun
from smtp_tui.workflows.two_views import Conclusion, another_server, cam_of, conclusion, here_of


def ask_of(values: Mapping[str, str]) -> Ask:
    """What is asked of these parameters. Raises ``BadAddress`` where they lead nowhere."""
    hostname = values.get("hostname", "").strip()
    if not hostname:
        raise BadAddress("There is no hostname.")
    port = parse_port(values.get("port", ""))
    if port is None:
        raise BadAddress("There is no port from 1 to 65535.")
    host = hostname.removeprefix("[").removesuffix("]")
    return Ask(Address(host, port), username=values.get("username", ""))


class Views(Struct, frozen=True):
    """CAM's last test email of the same values, and what it says together with the probe.

    ``run`` is None where CAM has not tested these values. ``remark`` is blank where both sides may
    have talked to the same server.
    """

    run: TestRun | None
    conclusion: Conclusion
    remark: str = ""


def views_of(probe: Probe, newest: TestRun | None) -> Views:
    """Hold a probe against the newest test email of its record."""
    same = newest is not None and _leads_to(newest) == _plain(probe.ask.address)
    run = newest if same else None
    found = conclusion(here_of(probe), cam_of(newest, same_values=same))
    return Views(run, found, another_server(probe, run))


def _leads_to(run: TestRun) -> tuple[str, int] | None:
    """Host and port that a test email used."""
    values = {name: str(value) for name, value in run.values}
    try:
        return _plain(ask_of(values).address)
    except BadAddress:
        return None


def _plain(address: Address) -> tuple[str, int]:
    return address.hostname.rstrip(".").casefold(), address.port
