"""The rows that both sides show, as records in life are: of many kinds, most of them tested.

The base imports this, so it imports nothing.
"""

from __future__ import annotations

COLUMNS = ("NAME", "HOSTNAME", "PORT", "USERNAME", "LAST TEST")
HOSTS = ("smtp{}.example.com", "mail.site{}.example", "mx{}.example.net", "10.20.30.{}")
PORTS = (587, 25, 465, 2525, 143, 587, 25)
"""Those of a submission, of a relay, one of TLS at once, and one of no mail server."""
ODD_PORTS = (465, 143)
"""What smtp-tui marks, and says a hint about while the cursor is there."""
USERS = ("apikey", "", "relay-{}", "ops{}@example.com", "")
VERDICTS = {"ACCEPTED": "✓", "REJECTED": "✗", "UNREACHABLE": "▲", "UNKNOWN": "?"}
AGES = {"7m": 7 * 60, "3h": 3 * 3600, "2d": 2 * 86_400}
"""Ages of the newest test, as they are shown, and in seconds."""
TESTED = 2_000
"""So many records may have been tested; of a list of 100,000 nobody tests all."""


def name(number: int) -> str:
    """The name of a row; sorted by name, rows stand in the order of their numbers."""
    return f"RELAY-{number:06}"


def parameters(number: int) -> dict[str, str | int]:
    """A row as the parameters of a record."""
    return {
        "hostname": HOSTS[number % len(HOSTS)].format(number % 250),
        "port": PORTS[number % len(PORTS)],
        "username": USERS[number % len(USERS)].format(number),
        "password": "hunter2",
    }


def verdicts(number: int) -> tuple[str, ...]:
    """The verdicts of the tests of a row, the newest first; one row in five has none."""
    if number % 5 == 3 or number >= TESTED:
        return ()
    known = tuple(VERDICTS)
    return tuple(known[(number + step) % len(known)] for step in range(number % 3 + 1))


def age(number: int) -> str:
    """The age of the newest test."""
    return tuple(AGES)[number % len(AGES)]


def cells(number: int) -> tuple[str, ...]:
    """A row as texts, in the order of the columns, as smtp-tui shows it."""
    given = parameters(number)
    signs = "".join(VERDICTS[verdict] for verdict in verdicts(number))
    return (
        name(number),
        str(given["hostname"]),
        f"{given['port']} !" if given["port"] in ODD_PORTS else str(given["port"]),
        str(given["username"]),
        f"{signs} {age(number)}" if signs else "never",
    )
