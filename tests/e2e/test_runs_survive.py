"""A run survives `kill -9`: the next program offers its rest, and nothing done is sent again."""

import os
import re
import signal
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.e2e.program import places, program, write_profiles
from tests.e2e.terminal import Terminal, installed_program
from tests.failing_sandbox import Fault, FaultKind, Operation, Sandbox

RECORDS = 30


def confirm(terminal: Terminal) -> None:
    """Apply the plan, with the number that it asks for where much of a list changes."""
    terminal.wait_for("WHAT WILL BE SENT")
    terminal.wait_quiet(0.6)
    asked = re.search(r"Type (\d+) to confirm", terminal.screen_text())
    if asked:
        terminal.type(asked[1])
    terminal.press("enter")


def plan_the_new_port(terminal: Terminal, records: int) -> None:
    """Mark all records, and have their port changed."""
    terminal.wait_for(f"Connections {records}")
    terminal.press("*")
    terminal.wait_for(f"Edit {records}")
    terminal.press("e")
    terminal.wait_for("What you leave alone")
    terminal.press("tab", "end", "ctrl+u")
    terminal.type("587")
    terminal.wait_for("port 25 → 587")
    terminal.press("ctrl+s")


def go_on(terminal: Terminal, records: int) -> None:
    """Take up the run that was killed."""
    terminal.wait_for(f"A run of {records} changes ended early")
    terminal.press("R")
    terminal.wait_for("Go on with the rest")
    terminal.wait_quiet(0.6)
    terminal.press("enter")


def moved(sandbox: Sandbox) -> set[str]:
    """The ids of the records that have the new port."""
    return {record.id for record in sandbox.records() if record.values["port"] == 587}


def wait_for_moved(terminal: Terminal, hosts: Iterable[Sandbox], count: int) -> None:
    """Wait until so many records have the new port."""
    terminal.wait_for(lambda _: sum(len(moved(host)) for host in hosts) >= count)


def asked_to_change(sandbox: Sandbox) -> list[str]:
    """The ids in the requests that change a record, oldest first."""
    requests = [each for each in sandbox.requests if each.operation == Operation.MODIFY]
    return [str(request.json()["id"]) for request in requests]


@pytest.mark.timeout(120)
@pytest.mark.parametrize("ended", [3, 17])
def test_a_run_that_was_killed_goes_on_where_it_was_and_the_store_equals_the_plan(
    sandbox: Sandbox, tmp_path: Path, ended: int
) -> None:
    for number in range(RECORDS):
        sandbox.add_record(f"RELAY-{number:02}", {"hostname": "mx.example", "port": 25})
    sandbox.faults.add(Fault(FaultKind.DELAY, Operation.MODIFY, seconds=0.1, count=None))
    with program(sandbox, tmp_path) as terminal:
        plan_the_new_port(terminal, RECORDS)
        confirm(terminal)
        terminal.wait_for(lambda _: len(moved(sandbox)) >= ended)
        os.kill(terminal.pid, signal.SIGKILL)
        terminal.exit_code()
    sandbox.faults.clear()
    done, before = moved(sandbox), len(asked_to_change(sandbox))
    assert ended <= len(done) < RECORDS
    with program(sandbox, tmp_path) as terminal:
        go_on(terminal, RECORDS)
        confirm(terminal)
        terminal.wait_for(" ended ─")
        terminal.press("esc", "q")
        assert terminal.exit_code() == 0
    assert len(moved(sandbox)) == RECORDS
    assert done & {*asked_to_change(sandbox)[before:]} == set()
    with program(sandbox, tmp_path) as terminal:
        terminal.wait_for(f"Connections {RECORDS}")
        terminal.wait_quiet(1.5)
        assert "ended early" not in terminal.screen_text()


PROFILE = """
[profiles.{name}]
host = "{sandbox.base_url}"
tenant = "{sandbox.tenant_id}"
namespace = "default"
token = {{ env = "TOKEN_{name}" }}
"""


@pytest.mark.timeout(120)
def test_a_run_over_two_hosts_that_is_killed_twice_changes_each_record_once(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    with Sandbox() as other:
        hosts = {"a": sandbox, "b": other}
        for host in hosts.values():
            for number in range(RECORDS):
                host.add_record(f"RELAY-{number:02}", {"hostname": "mx.example", "port": 25})
            host.faults.add(Fault(FaultKind.DELAY, Operation.MODIFY, seconds=0.1, count=None))
        texts = [PROFILE.format(name=name, sandbox=host) for name, host in hosts.items()]
        write_profiles(tmp_path, "\n".join(["schema = 1", *texts]))
        tokens = {f"TOKEN_{name}": host.admin_token for name, host in hosts.items()}
        total = RECORDS * len(hosts)
        for ended in (7, 31, total):
            with Terminal(
                [installed_program(), "--all"], cwd=tmp_path, env=places(tmp_path) | tokens
            ) as terminal:
                if ended == 7:
                    plan_the_new_port(terminal, total)
                else:
                    go_on(terminal, total)
                confirm(terminal)
                wait_for_moved(terminal, hosts.values(), ended)
                if ended < total:
                    os.kill(terminal.pid, signal.SIGKILL)
                    terminal.exit_code()
                else:
                    terminal.wait_for(" ended ─")
        for host in hosts.values():
            assert len(moved(host)) == RECORDS
            assert len(asked_to_change(host)) == len({*asked_to_change(host)}) == RECORDS
