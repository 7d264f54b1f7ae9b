"""The rows that both sides show."""

from __future__ import annotations

COLUMNS = ("NAME", "HOSTNAME", "PORT", "USERNAME", "LAST TEST")
LETTERS = str.maketrans("0123456789", "ghjknqtvwz")


def name(number: int) -> str:
    """The name of a row; sorted by name, rows stand in the order of their numbers."""
    return f"RELAY-{number:06}"


def username(number: int) -> str:
    """The number in letters that stand nowhere else in a row, to be filtered by."""
    return str(number).translate(LETTERS)


def cells(number: int) -> tuple[str, ...]:
    """One row as texts, in the order of the columns."""
    return (name(number), f"relay{number}.example.com", "25", username(number), "-")


def parameters(number: int) -> dict[str, object]:
    """The same row as the parameters of a record."""
    return {
        "hostname": f"relay{number}.example.com",
        "port": 25,
        "username": username(number),
        "password": "hunter2",
    }
