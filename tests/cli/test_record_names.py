"""How the commands name a record, whatever its name is."""

from __future__ import annotations

import pytest

from smtp_tui.text import record_name
from tests.cli.console import Console, Typist
from tests.failing_sandbox import Sandbox

VALUES = {"hostname": "localhost", "port": 25}
NAMES = {"none": "", "44": "n" * 44, "a million": "n" * 1_000_000}
COMMANDS = {
    "delete": (("delete", "{id}", "--yes"), "Deleted {name}.", "Delete {name}"),
    "set": (("set", "{id}", "port=26", "--yes"), "Changed {name}: port.", "Change {name}"),
    "test": (("test", "{id}", "--to", "a@example.com"), "Testing {name}, as saved;", ""),
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("command", COMMANDS)
def test_commands_name_a_record_alike_whatever_its_name(
    console: Console, sandbox: Sandbox, command: str, name: str
) -> None:
    text = NAMES[name]
    record_id = sandbox.add_record(text, VALUES)
    arguments, *said = COMMANDS[command]
    result = console.run(*(argument.format(id=record_id) for argument in arguments))
    for words in said:
        assert words.format(name=record_name(text, record_id)) in result.err
    assert "characters)" not in result.err


def test_a_record_without_a_name_is_deleted_only_after_a_typed_yes(
    console: Console, sandbox: Sandbox
) -> None:
    record_id = sandbox.add_record("", VALUES)
    assert console.run("delete", record_id, typist=Typist("")).code == 4
    assert len(sandbox.records()) == 1
    assert console.run("delete", record_id, typist=Typist("yes")).code == 0
    assert not sandbox.records()
