"""Port numbers: reading one, and what each means for sending mail.

Sources: RFC 5321 4.5.4.2 (25), RFC 6409 (587), RFC 8314 3.3 (465), the IANA service names (the
ports that are not for sending mail), the providers' documentation (2525, and Amazon's 2465 and
2587).
"""

from __future__ import annotations

import re
from typing import Final

from smtp_tui.mail.findings import Findings, error, hint, warning
from smtp_tui.mail.presets import preset_for

MAX_PORT: Final = 65535

_DIGITS: Final = re.compile(r"[0-9]{1,5}\Z")
_OTHER_SERVICE: Final[dict[int, str]] = {
    22: "SSH",
    53: "DNS",
    80: "web",
    110: "POP3",
    143: "IMAP",
    443: "web",
    993: "IMAP",
    995: "POP3",
    3000: "web",
    8080: "web",
    8443: "web",
    9443: "web",
}
_TLS_AT_ONCE: Final = frozenset({465, 2465})
_COMMENT: Final[dict[int, str]] = {
    25: "For a relay of your own. Many cloud providers block 25; with a login 587 is usual.",
    587: "The submission port: STARTTLS first, then login.",
    2525: "Some providers offer 2525 where 25 and 587 are blocked.",
    2587: "Amazon SES offers 2587 where 587 is blocked.",
}


def parse_port(text: str) -> int | None:
    """Read a typed port; spaces around it do not matter. None when it is not 1 to 65535."""
    stripped = text.strip()
    if not _DIGITS.match(stripped):
        return None
    port = int(stripped)
    return port if 1 <= port <= MAX_PORT else None


def check_port(text: str) -> Findings:
    """Check a typed port, by itself; `check_port_for_host` adds what the number means."""
    if not text.strip():
        return (error("Type the port, usually 587 or 25."),)
    if parse_port(text) is None:
        return (error("The port is a number from 1 to 65535."),)
    return ()


def check_port_for_host(hostname: str, port: int | None) -> Findings:
    """Say what a port means for this mail server; nothing here blocks, set-ups differ."""
    if port is None:
        return ()
    preset = preset_for(hostname)
    if port in _TLS_AT_ONCE:
        advice = (
            f"{preset.name} also takes {preset.port}." if preset else "Try 587 if a test hangs."
        )
        reason = (
            f"Port {port} expects TLS from the first byte; the product documents no setting for it."
        )
        return (warning(f"{reason} {advice}"),)
    if preset is not None and port not in preset.ports:
        return (warning(f"{preset.name} documents port {preset.port}, not {port}."),)
    service = _OTHER_SERVICE.get(port)
    if service is not None and preset is None:
        return (warning(f"Port {port} belongs to {service}, not to sending mail. Try 587 or 25."),)
    comment = _COMMENT.get(port)
    return (hint(comment),) if comment else ()


def port_hint(port: int | str | None) -> str | None:
    """Give a hint (24 characters at most) for the table when a stored port looks wrong."""
    if port is None or port == "":
        return "no port set"
    number = parse_port(str(port)[:64])
    if number is None:
        return "not a port number"
    if number in _TLS_AT_ONCE:
        return f"{number} wants TLS at once"
    service = _OTHER_SERVICE.get(number)
    return f"{service} port, not SMTP" if service else None
