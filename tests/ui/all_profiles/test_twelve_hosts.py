"""By keys over twelve hosts with 240 records, most of which fail in a way of their own."""

from __future__ import annotations

from collections import Counter

from msgspec.structs import replace

from smtp_tui.api.target import Access
from smtp_tui.profiles.model import Profile
from smtp_tui.ui.sign_in import SignInDialog
from smtp_tui.workflows.progress import Progress
from smtp_tui.workflows.run import Run
from tests.failing_sandbox import Fault, FaultKind, Operation, Sandbox
from tests.ui.all_profiles.together import Hosts, asked, hosts, together
from tests.ui.bulk.steps import confirm, edit_ports
from tests.ui.helpers import Ui

EACH = 20
NAMES = (
    *("fine", "slow", "hanging", "down", "ended", "readonly", "guarded", "waits", "drops"),
    *("refuses", "changed", "good"),
)
MOVED = EACH - 1
"""Records of each host that need the change: one has the port already."""


def fill(found: Hosts) -> None:
    """Give each host its twenty records."""
    for name, sandbox in found.items():
        for number in range(2, EACH):
            values = {"hostname": f"mx.{name}.example", "port": 25}
            sandbox.add_record(f"{name.upper()}-{number:02}", values)


def go_wrong(found: Hosts) -> None:
    """Have the hosts fail from now on, once their lists were read."""

    def fail(name: str, kind: FaultKind, operation: Operation, count: int | None) -> None:
        found[name].faults.add(Fault(kind, operation, count, seconds=0.1, retry_after="1"))

    fail("slow", FaultKind.DELAY, Operation.MODIFY, None)
    fail("hanging", FaultKind.HANG, Operation.GET, None)
    fail("waits", FaultKind.TOO_MANY, Operation.GET, 2)
    fail("drops", FaultKind.RESET_MID_HEAD, Operation.MODIFY, None)
    fail("refuses", FaultKind.INVALID, Operation.MODIFY, 5)
    found["down"].stop()
    found["ended"].expire_tokens()
    for record in found["changed"].records()[2:9]:
        found["changed"].change_record(record.id, {"port": 2525})


def with_access(profile: Profile) -> Profile:
    """The access of each profile."""
    accesses = {"readonly": Access.READ_ONLY, "guarded": Access.PROTECTED}
    return replace(profile, access=accesses.get(profile.name, Access.NORMAL))


async def mark_all_but(ui: Ui, left_out: str) -> None:
    """Mark the records of all profiles but one."""
    for name in NAMES:
        if name != left_out:
            await ui.press("slash", *name, "enter")
            await ui.until(lambda: f"{EACH} of {EACH * len(NAMES)}" in ui.text(), name)
            await ui.press("asterisk", "slash", "escape")


def ports(sandbox: Sandbox) -> Counter[object]:
    """How many records have each port."""
    return Counter(record.values["port"] for record in sandbox.records())


def outcomes(run: Run) -> dict[str, Counter[Progress]]:
    """What came of the entries of each profile."""
    found: dict[str, Counter[Progress]] = {name: Counter() for name in NAMES}
    for entry, result in zip(run.plan.entries, run.results, strict=True):
        found[entry.profile][result.progress] += 1
    return found


async def test_every_host_gets_its_own_end_and_each_record_is_changed_once() -> None:
    with hosts(*NAMES) as found:
        fill(found)
        async with together(found, profile=with_access) as ui:
            await ui.sees(f"Connections {EACH * len(NAMES)}")
            await mark_all_but(ui, "readonly")
            await ui.sees(f"{EACH * 11} marked")
            go_wrong(found)
            await edit_ports(ui, "587")
            await confirm(ui, MOVED * 11)
            await ui.until(lambda: isinstance(ui.app.screen, SignInDialog), "the token")
            await ui.press("escape")
            ui.clock.forward(2)  # as long as a host asks to wait
            run = ui.services.current_run.run
            assert run is not None
            await ui.until(lambda: run.counts.left == MOVED, "all but the host that hangs")
            await ui.press("escape")
            await ui.sees("4 under way")
        done, failed, already = Progress.DONE, Progress.FAILED, Progress.ALREADY
        ends = outcomes(run)
        for name in ("fine", "good", "slow", "guarded", "waits", "drops"):
            assert ends[name] == {done: MOVED, already: 1}, name
        for name in ("down", "ended"):
            assert ends[name] == {failed: MOVED, already: 1}, name
        assert ends["refuses"] == {done: MOVED - 5, failed: 5, already: 1}
        assert ends["changed"] == {done: MOVED - 7, failed: 7, already: 1}
        assert ends["readonly"] == {}
        assert ports(found["changed"]) == {587: EACH - 7, 2525: 7}
        assert ports(found["hanging"]) == ports(found["readonly"]) == {25: MOVED, 587: 1}
        for name, sandbox in found.items():
            bodies = Counter(each.body for each in asked(sandbox, Operation.MODIFY))
            assert set(bodies.values()) <= {1}, name
