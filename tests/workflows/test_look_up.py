"""What was sent compared with what the server holds afterwards."""

from __future__ import annotations

import pytest

from smtp_tui.api.models import JsonValue, Parameter, ParameterValue, Record, SecretState
from smtp_tui.api.secret import MASK
from smtp_tui.workflows.look_up import compared


def record(**values: ParameterValue) -> Record:
    return Record("a1", "ONE", tuple(Parameter(name, value) for name, value in values.items()))


BEFORE = record(hostname="a.example", port=25, password=SecretState.SET)


@pytest.mark.parametrize(
    ("sent", "there", "words"),
    [
        ({"port": 587}, {"port": 587}, ()),
        ({"port": 587}, {"port": "587"}, ()),
        ({"port": "587"}, {"port": 587}, ()),
        ({"x": 1.0}, {"x": 1}, ()),
        ({"x": True}, {"x": 1}, ("has 1 for x",)),
        ({"username": ""}, {}, ()),
        ({"username": ""}, {"username": None}, ()),
        ({"port": 587}, {"port": 25}, ("still has 25 for port",)),
        ({"port": 587}, {"port": "25"}, ('still has "25" for port',)),
        ({"port": 587}, {"port": 465}, ("has 465 for port",)),
        ({"username": "relay"}, {}, ("has no username",)),
        ({"username": "relay"}, {"username": ""}, ("has (blank) for username",)),
        ({"password": MASK}, {"password": SecretState.SET}, ()),
        ({"x-key": "open"}, {"x-key": SecretState.SET}, ()),
        (
            {"hostname": "b.example", "port": 587},
            {"hostname": "a.example", "port": 587},
            ('still has "a.example" for hostname',),
        ),
    ],
)
def test_what_differs_is_said_and_what_is_only_stored_otherwise_is_not(
    sent: dict[str, JsonValue], there: dict[str, ParameterValue], words: tuple[str, ...]
) -> None:
    found = compared(sent.items(), BEFORE, record(**there))
    assert tuple(difference.words for difference in found.differences) == words


@pytest.mark.parametrize(
    ("sent", "there", "done"),
    [
        ({"port": 587}, {"port": 587}, True),
        ({"port": 587}, {"port": 25}, False),
        ({"port": 587}, {"port": 465}, None),
        ({"port": 587, "hostname": "b"}, {"port": 587, "hostname": "a.example"}, None),
        ({"port": 587, "password": MASK}, {"port": 587, "password": SecretState.SET}, None),
        ({"password": MASK}, {"password": SecretState.SET}, None),
    ],
)
def test_whether_a_write_was_done_is_only_told_where_that_can_be_seen(
    sent: dict[str, JsonValue], there: dict[str, ParameterValue], done: bool | None
) -> None:
    assert compared(sent.items(), BEFORE, record(**there)).done is done
