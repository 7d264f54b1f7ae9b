"""Commands on many records: one plan, one yes, every outcome told, and only where it was shown."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from smtp_tui.state.journal import Journal
from smtp_tui.state.runs import RunStore
from smtp_tui.state.written import writes_of
from tests.cli.console import Console, Typist
from tests.failing_sandbox import Fault, FaultKind, Operation, Sandbox, SandboxOptions

OLD = {"hostname": "old.example.com", "port": 25, "password": "old-secret"}
NEW = {"hostname": "new.example.com", "port": 587}


@pytest.fixture
def other() -> Iterator[Sandbox]:
    with Sandbox(SandboxOptions(mail_timeout=1.0)) as running:
        yield running


def add_profile(console: Console, name: str, sandbox: Sandbox, *options: str) -> None:
    """A profile of a sandbox, whose token a variable of its own holds."""
    variable = f"TOKEN_{name.upper()}"
    console.setenv(**{variable: sandbox.admin_token})
    host = ("--host", sandbox.base_url, "--tenant", sandbox.tenant_id, "--token-env", variable)
    assert console.run("profiles", "add", name, *host, *options).code == 0


@pytest.fixture
def two(empty_console: Console, sandbox: Sandbox, other: Sandbox) -> Console:
    """A console with the profiles ``a`` and ``b``, each on a sandbox of its own."""
    add_profile(empty_console, "a", sandbox)
    add_profile(empty_console, "b", other)
    return empty_console


def fill(sandbox: Sandbox, old: int, new: int = 0) -> None:
    """So many records with the old values, and with the new ones."""
    for number in range(old):
        sandbox.add_record(f"OLD-{number}", OLD)
    for number in range(new):
        sandbox.add_record(f"NEW-{number}", NEW)


def ports(sandbox: Sandbox) -> list[object]:
    return [record.values["port"] for record in sandbox.records()]


def sent(sandbox: Sandbox) -> int:
    """How many requests were no reads."""
    return sum(request.method != "GET" for request in sandbox.requests)


def test_records_are_chosen_by_all_their_values_on_every_profile(
    two: Console, sandbox: Sandbox, other: Sandbox
) -> None:
    fill(sandbox, 2, 1)
    fill(other, 1)
    other.add_record("ODD", {**OLD, "port": "25", "note": "x"})
    other.add_record("TALL", {**OLD, "port": 26})
    match = ("--match", "hostname=old.example.com", "--match", "port=25")
    result = two.run("set", *match, "--all-profiles", "port=587", "--yes", "--json")
    assert result.code == 0, result.err
    assert ports(sandbox) == [587, 587, 587]
    assert ports(other) == [587, 587, 26]
    assert (sent(sandbox), sent(other)) == (2, 2)
    assert [
        (each["profile"], each["name"], each["outcome"]) for each in result.json("outcomes")
    ] == [
        *(("a", "OLD-0", "done"), ("a", "OLD-1", "done"), ("b", "OLD-0", "done")),
        ("b", "ODD", "done"),
    ]
    for words in (f"profile a · host {sandbox.base_url}", "change port 25 → 587 in 2 records"):
        assert words in result.err
    assert "OLD-0, OLD-1" in result.err


def test_a_dry_run_shows_the_plan_and_sends_nothing(two: Console, sandbox: Sandbox) -> None:
    fill(sandbox, 3)
    arguments = ("set", "--profiles", "a", "--match", "port=25", "port=587", "--dry-run")
    result = two.run(*arguments)
    assert (result.code, sent(sandbox)) == (9, 0)
    assert "~ change port 25 → 587 in 3 records\n      OLD-0, OLD-1, OLD-2" in result.out
    assert len(two.run(*arguments, "--json").json()["entries"]) == 3


@pytest.mark.parametrize(
    ("answer", "code", "changed"), [("yes", 0, 2), ("2", 4, 0), ("y", 4, 0), ("", 4, 0)]
)
def test_a_plan_is_confirmed_once(
    two: Console, sandbox: Sandbox, answer: str, code: int, changed: int
) -> None:
    fill(sandbox, 2, 1)
    typist = Typist(answer)
    result = two.run("set", "OLD-0", "OLD-1", "port=587", "--profile", "a", typist=typist)
    assert result.err.count("Apply? Type yes to confirm:") == 1
    assert (result.code, sent(sandbox)) == (code, changed)


def test_where_nobody_can_be_asked_many_need_yes_too(two: Console, sandbox: Sandbox) -> None:
    fill(sandbox, 2)
    result = two.run("--profile", "a", "set", "OLD-0", "OLD-1", "port=587")
    assert (result.code, sent(sandbox)) == (4, 0)
    assert "use --yes" in result.err


def test_a_deletion_asks_for_the_number_and_leaves_a_backup_that_can_be_applied(
    two: Console, sandbox: Sandbox, tmp_path: Path
) -> None:
    fill(sandbox, 2, 1)
    arguments = ("--profile", "a", "delete", "--match", "port=25")
    assert two.run(*arguments, typist=Typist("yes")).code == 4
    assert len(sandbox.records()) == 3
    result = two.run(*arguments, typist=Typist("2"))
    assert result.code == 0
    assert [record.name for record in sandbox.records()] == ["NEW-0"]
    (backup,) = (tmp_path / "state" / "backups").iterdir()
    assert f"Backup, without secrets: {backup}" in result.err
    assert "old-secret" not in backup.read_text()
    assert two.run("--profile", "a", "apply", str(backup), "--yes").code == 0
    assert {record.name for record in sandbox.records()} == {"NEW-0", "OLD-0", "OLD-1"}


def test_nothing_is_deleted_where_no_backup_can_be_written(
    two: Console, sandbox: Sandbox, tmp_path: Path
) -> None:
    fill(sandbox, 2)
    (tmp_path / "state").mkdir(mode=0o700)
    (tmp_path / "state" / "backups").touch()
    result = two.run("--profile", "a", "delete", "--match", "port=25", "--yes")
    assert (result.code, sent(sandbox)) == (2, 0)
    assert "backups" in result.err


def test_a_plan_that_changes_much_of_a_list_needs_force_or_the_number(
    two: Console, sandbox: Sandbox
) -> None:
    fill(sandbox, 4, 8)
    arguments = ("--profile", "a", "set", "--match", "port=25", "port=2525")
    refused = two.run(*arguments, "--yes")
    assert (refused.code, sent(sandbox)) == (4, 0)
    assert "a: 4 of 12 records" in refused.err
    assert two.run(*arguments, typist=Typist("yes")).code == 4
    assert sent(sandbox) == 0
    assert two.run(*arguments, "--yes", "--force").code == 0
    assert sent(sandbox) == 4


def test_a_protected_profile_asks_for_the_number_whatever_the_flags(
    empty_console: Console, sandbox: Sandbox
) -> None:
    add_profile(empty_console, "p", sandbox, "--access", "protected")
    fill(sandbox, 2)
    arguments = ("set", "OLD-0", "OLD-1", "port=587", "--yes", "--force")
    refused = empty_console.run(*arguments)
    assert (refused.code, sent(sandbox)) == (4, 0)
    assert "protected" in refused.err
    assert empty_console.run(*arguments, typist=Typist("3")).code == 4
    assert sent(sandbox) == 0
    assert empty_console.run(*arguments, typist=Typist("2")).code == 0
    assert sent(sandbox) == 2


@pytest.mark.parametrize(
    ("count", "code", "changed", "words"),
    [("2", 0, 2, "2 done"), ("3", 4, 0, "2 records, not 3"), ("x", 2, 0, "a number of records")],
)
@pytest.mark.parametrize("verb", ["set", "delete", "apply"])
def test_a_script_confirms_many_in_a_protected_profile_with_their_exact_number(
    empty_console: Console,
    sandbox: Sandbox,
    tmp_path: Path,
    verb: str,
    count: str,
    code: int,
    changed: int,
    words: str,
) -> None:
    add_profile(empty_console, "p", sandbox, "--access", "protected")
    fill(sandbox, 2, 1)
    file = tmp_path / "plan.json"
    empty_console.run("export", "-o", str(file))
    file.write_text(file.read_text().replace("25", "587"))
    records = (verb, "OLD-0", "OLD-1")
    command = {"set": (*records, "port=587"), "delete": records, "apply": (verb, str(file))}[verb]
    result = empty_console.run(*command, "--confirm-count", count)
    assert (result.code, sent(sandbox)) == (code, changed)
    assert words in result.err


def test_a_profile_that_cannot_be_read_stops_no_other(
    two: Console, sandbox: Sandbox, other: Sandbox
) -> None:
    fill(sandbox, 1)
    fill(other, 1)
    other.faults.add(Fault(FaultKind.RESET, Operation.LIST, count=None))
    result = two.run("set", "--all-profiles", "--match", "port=25", "port=587", "--yes")
    assert (result.code, ports(sandbox), sent(other)) == (5, [587], 0)
    assert "profile b:" in result.err
    listed = two.run("list", "--all-profiles")
    assert listed.code == 5
    assert "OLD-0" in listed.out


def test_two_profiles_of_one_place_do_not_send_twice(
    two: Console, sandbox: Sandbox, other: Sandbox
) -> None:
    add_profile(two, "again", sandbox)
    fill(sandbox, 2)
    result = two.run("set", "--all-profiles", "--match", "port=25", "port=587", "--yes")
    assert (result.code, sent(sandbox), ports(sandbox)) == (0, 2, [587, 587])
    assert "profile again leads to the same records as a: left out" in result.err


@pytest.mark.slow
def test_two_profiles_of_one_tenant_that_differ_in_the_namespace_do_not_send_twice(
    empty_console: Console, sandbox: Sandbox
) -> None:
    add_profile(empty_console, "a", sandbox)
    add_profile(empty_console, "b", sandbox, "--namespace", "another")
    fill(sandbox, 3)
    arguments = ("--all-profiles", "--match", "port=25", "--to", "x@sandbox.example", "--yes")
    empty_console.run("test", *arguments)
    assert sent(sandbox) == 3


def test_without_profiles_all_of_them_is_a_mistake(empty_console: Console) -> None:
    result = empty_console.run("list", "--all-profiles")
    assert (result.code, "no profile" in result.err) == (2, True)


def test_a_read_only_profile_among_several_is_left_alone(
    two: Console, sandbox: Sandbox, other: Sandbox
) -> None:
    assert two.run("profiles", "set", "b", "--access", "read-only").code == 0
    fill(sandbox, 1)
    fill(other, 1)
    result = two.run("set", "--all-profiles", "--match", "port=25", "port=587", "--yes")
    assert (result.code, ports(sandbox), sent(other)) == (4, [587], 0)


def test_the_exit_code_is_that_of_the_worst_and_each_failure_is_told(
    two: Console, sandbox: Sandbox, tmp_path: Path
) -> None:
    fill(sandbox, 4)
    sandbox.faults.add(Fault(FaultKind.INVALID, Operation.MODIFY, count=1))
    arguments = ("--profile", "a", "set", "--match", "port=25", "port=587", "--yes", "--json")
    result = two.run(*arguments)
    outcomes = sorted(each["outcome"] for each in result.json("outcomes"))
    assert (result.code, outcomes) == (1, ["done", "done", "done", "failed"])
    assert "failed: " in result.err
    assert "3 done, 1 failed" in result.err
    written = writes_of(Journal(tmp_path / "state").read().entries)
    assert len({write.begun.run for write in written}) == 1
    assert RunStore(tmp_path / "state").all() == ()


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (Fault(FaultKind.UNAUTHORIZED, Operation.MODIFY, count=None), 7),
        (Fault(FaultKind.NOT_FOUND, Operation.GET, count=None), 3),
        (Fault(FaultKind.RESET, Operation.GET, count=None), 5),
        (Fault(FaultKind.INVALID, Operation.MODIFY, count=1), 1),
    ],
)
def test_the_exit_code_of_many_is_that_of_a_single_record(
    two: Console, sandbox: Sandbox, fault: Fault, code: int
) -> None:
    fill(sandbox, 2)
    sandbox.faults.add(fault)
    single = two.run("--profile", "a", "set", "OLD-0", "port=587", "--yes")
    sandbox.faults.clear()
    sandbox.faults.add(fault)
    many = two.run("--profile", "a", "set", "OLD-0", "OLD-1", "port=587", "--yes")
    assert (single.code, many.code) == (code, code)


def test_a_conflict_among_many_ends_with_its_own_code(two: Console, sandbox: Sandbox) -> None:
    fill(sandbox, 2)

    def someone_else() -> None:
        """Change a record while the plan is being confirmed."""
        sandbox.change_record(sandbox.records()[0].id, {"port": 26})

    arguments = ("--profile", "a", "set", "OLD-0", "OLD-1", "port=587")
    result = two.run(*arguments, typist=Typist("yes", someone_else))
    assert (result.code, sorted(map(str, ports(sandbox)))) == (8, ["26", "587"])
    assert "Not sent: someone changed port" in result.err


def test_what_was_done_is_told_though_the_run_cannot_be_forgotten(
    two: Console, sandbox: Sandbox, tmp_path: Path
) -> None:
    fill(sandbox, 2)
    runs = tmp_path / "state" / "runs"
    sandbox.faults.add(Fault(FaultKind.DELAY, Operation.MODIFY, seconds=1.0, count=None))

    def spoil() -> None:
        sandbox.wait_for_requests(1 + 2 + 2)
        runs.rename(tmp_path / "elsewhere")
        runs.touch()

    with ThreadPoolExecutor(1) as pool:
        spoiling = pool.submit(spoil)
        result = two.run("--profile", "a", "set", "--match", "port=25", "port=587", "--yes")
        spoiling.result()
    assert (result.code, ports(sandbox)) == (0, [587, 587])
    assert "warning: the screen will offer this run again" in result.err


def test_a_password_is_rotated_in_many_and_shown_nowhere(
    two: Console, sandbox: Sandbox, other: Sandbox
) -> None:
    fill(sandbox, 2)
    fill(other, 1)
    result = two.run(
        *("set", "--all-profiles", "--match", "hostname=old.example.com"),
        *("--password-stdin", "--yes", "--json"),
        stdin=b"n3w secret\n",
    )
    assert result.code == 0
    held = [r.values["password"] for s in (sandbox, other) for r in s.records()]
    assert held == ["n3w secret"] * 3
    assert "n3w secret" not in result.out + result.err


def test_dead_relays_are_found_by_testing_all(
    empty_console: Console, sandbox: Sandbox, other: Sandbox
) -> None:
    add_profile(empty_console, "a", sandbox)
    add_profile(empty_console, "b", other, "--access", "read-only")
    sandbox.add_record("GOOD", {"hostname": "127.0.0.1", "port": sandbox.smtp_port})
    other.add_record("DOWN", {"hostname": "127.0.0.1", "port": 9})
    result = empty_console.run(
        "test", "--all-profiles", "--to", "to@example.com", "--yes", "--json"
    )
    verdicts = {each["name"]: each["verdict"] for each in result.json("outcomes")}
    assert (result.code, verdicts) == (11, {"GOOD": "ACCEPTED", "DOWN": "UNREACHABLE"})
    assert "UNREACHABLE" in result.err
    assert len(sandbox.mailbox) == 1


def test_a_dry_run_of_a_test_sends_no_mail(two: Console, sandbox: Sandbox) -> None:
    for name in ("A", "B"):
        sandbox.add_record(name, {"hostname": "127.0.0.1", "port": sandbox.smtp_port})
    to = ("--to", "to@example.com", "--dry-run")
    one = two.run("--profile", "a", "test", "A", *to)
    assert (one.code, "> test A with a mail to to@example.com" in one.out) == (9, True)
    many = two.run("--profile", "a", "test", "A", "B", *to)
    assert (many.code, "> test 2 records with a mail to to@example.com" in many.out) == (9, True)
    assert two.run("--profile", "a", "test", "A", "port=1", *to).code == 2
    assert (sent(sandbox), sandbox.mailbox) == (0, ())


def test_the_list_of_several_profiles_names_the_profile(
    two: Console, sandbox: Sandbox, other: Sandbox
) -> None:
    fill(sandbox, 1)
    fill(other, 1, 1)
    result = two.run("list", "--profiles", "b,a", "--match", "port=25")
    assert [line.split()[:2] for line in result.out.splitlines()] == [
        ["PROFILE", "NAME"],
        ["b", "OLD-0"],
        ["a", "OLD-0"],
    ]
    found = two.run("list", "--all-profiles", "NEW-0", "--json").json("records")
    assert [(each["profile"], each["name"]) for each in found] == [("b", "NEW-0")]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("set", "OLD-0", "OLD-9", "port=1"), 3, 'no record OLD-9; did you mean "OLD-0" or'),
        (("set", "OLD-0", "TWIN", "port=1"), 4, "2 records are named TWIN; use an id"),
        (("delete", "--profiles", "a"), 2, "name the records, or use --match"),
        (("set", "--match", "port=25"), 2, "nothing to set"),
        (("set", "--match", "prt=25", "port=1"), 3, 'no record has it; did you mean "port"?'),
        (("set", "--match", "password=x", "port=1"), 2, "a secret cannot be compared"),
        (("set", "--match", "port", "port=1"), 2, "--match is not in the form name=value"),
        (("set", "OLD-0", "OLD-1", "prt=1"), 2, 'did you mean "port"?'),
        (("set", "OLD-0", "OLD-1", "port=1", "--confirm-name", "A"), 2, "is for one record"),
        (("set", "OLD-0", "port=1", "--confirm-count", "1"), 2, "use --confirm-name"),
        (("set", "--all-profiles", "--match", "port=25", "port=1"), 2, "cannot be used with"),
        (("test", "--match", "port=25", "port=1", "--to", "a@b.cd"), 2, "tested with one record"),
        (("set", "--match", "port=1", "port=2"), 3, "No record matches."),
        (("set", "--match", "port=25", "port=25"), 0, "Nothing to do"),
    ],
)
def test_what_is_not_meant_so_sends_nothing(
    two: Console, sandbox: Sandbox, arguments: tuple[str, ...], code: int, words: str
) -> None:
    fill(sandbox, 2)
    for _ in range(2):
        sandbox.add_record("TWIN", OLD)
    result = two.run("--profile", "a", *arguments, "--yes")
    assert (result.code, sent(sandbox)) == (code, 0)
    assert words in result.err
