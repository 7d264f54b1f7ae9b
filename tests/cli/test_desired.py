"""Desired state in a file: export, plan, apply; a second apply sends nothing."""

from __future__ import annotations

import json
import re
import stat
import unicodedata
from pathlib import Path

import pytest

from smtp_tui.text import HIDDEN_CATEGORIES
from tests.cli.console import Console, Typist
from tests.cli.test_edge import PROGRAM
from tests.cli.test_many import add_profile, fill, sent
from tests.cli.test_signals import ended, started
from tests.e2e.terminal import Terminal
from tests.failing_sandbox import Fault, FaultKind, Operation, Sandbox, SandboxOptions
from tests.payloads import PAYLOADS

VALUES = {"hostname": "no", "port": "0123", "username": "1e3", "password": "stored", "n": [1, None]}


def plain(sandbox: Sandbox) -> dict[str, dict[str, object]]:
    """What the server holds, without passwords."""
    return {
        record.name: {name: value for name, value in record.values.items() if name != "password"}
        for record in sandbox.records()
    }


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_export_and_apply_on_another_host_is_a_migration(
    console: Console, sandbox: Sandbox, form: tuple[str, ...]
) -> None:
    sandbox.add_record("ONE", {**VALUES, "port": "587"})
    sandbox.add_record("Zwei 2", {"hostname": "mx.example", "port": 25})
    text = console.run("export", *form).out
    assert "stored" not in text.replace("# password: stored", "").replace("A stored", "")
    with Sandbox(SandboxOptions()) as target:
        add_profile(console, "target", target)
        arguments = ("--profile", "target", "apply", "-", "--yes")
        done = console.run(*arguments, stdin=text.encode())
        assert done.code == 0, done.err
        assert plain(target) == plain(sandbox)
        before = sent(target)
        again = console.run(*arguments, stdin=text.encode())
        assert (again.code, sent(target)) == (0, before)
        assert "Nothing to do" in again.err


def test_a_file_is_written_for_its_owner_alone(console: Console, tmp_path: Path) -> None:
    file = tmp_path / "records.yaml"
    assert console.run("export", "-o", str(file)).code == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_plan_ends_with_0_1_or_2_as_the_difference_is(
    console: Console, sandbox: Sandbox, tmp_path: Path
) -> None:
    sandbox.add_record("A", {"hostname": "mx.example", "port": 25})
    file = tmp_path / "records.yaml"
    console.run("export", "-o", str(file))
    same = console.run("plan", str(file))
    assert (same.code, "leave 1 record as it is" in same.out) == (0, True)
    file.write_text(file.read_text().replace("port: 25", "port: 587"))
    differs = console.run("plan", str(file))
    assert (differs.code, "~ change A: port 25 → 587" in differs.out) == (2, True)
    assert console.run("plan", str(file), "--json").json()["entries"][0]["operation"] == "change"
    for arguments in ((str(tmp_path / "none"),), (), (str(file), "--bogus")):
        assert console.run("plan", *arguments).code == 1
    file.write_text("schema: 1\nrecords:\n- name: A\n  parametrs: {}\n")
    wrong = console.run("plan", str(file))
    assert wrong.code == 1
    assert f'{file}:4:3: unknown key "parametrs"; did you mean "parameters"?' in wrong.err
    file.write_text("schema: 1\nrecords:\n- name: A\n  parameters:\n    prt: 1\n    port: abc\n")
    lines = console.run("plan", str(file)).err.splitlines()
    starts = [line.removeprefix(f"smtp-tui: {file}:")[:3] for line in lines]
    assert starts == ["5:5", "6:5"]
    assert sent(sandbox) == 0


def test_what_the_file_lacks_is_deleted_only_if_asked_to(
    console: Console, sandbox: Sandbox, tmp_path: Path
) -> None:
    fill(sandbox, 3)
    file = tmp_path / "records.yaml"
    console.run("export", "OLD-0", "OLD-1", "-o", str(file))
    assert console.run("apply", str(file), "--yes").code == 0
    assert len(sandbox.records()) == 3
    pruned = console.run("apply", str(file), "--yes", "--prune")
    assert pruned.code == 0
    assert [record.name for record in sandbox.records()] == ["OLD-0", "OLD-1"]
    assert "Backup, without secrets: " in pruned.err


def test_a_password_is_read_from_its_reference_when_it_is_sent_and_only_then(
    console: Console, sandbox: Sandbox, tmp_path: Path
) -> None:
    file, counter = tmp_path / "records.yaml", tmp_path / "count"
    command = f"[sh, -c, 'echo x >> {counter}; echo n3w-secret']"
    file.write_text(
        "schema: 1\nrecords:\n- name: A\n  parameters:\n    hostname: mx.example\n    port: 25\n"
        f"    username: u\n    password: {{ command: {command} }}\n"
    )
    assert console.run("plan", str(file)).code == 2
    assert console.run("apply", str(file)).code == 4
    assert not counter.exists()
    assert console.run("apply", str(file), "--yes").code == 0
    assert sandbox.records()[0].values["password"] == "n3w-secret"
    assert console.run("apply", str(file), "--yes").code == 0
    assert counter.read_text() == "x\n"
    result = console.run("apply", str(file), "--yes", "--passwords", "--json")
    assert (result.code, result.json("outcomes")[0]["changed"]) == (0, ["password"])
    assert counter.read_text() == "x\nx\n"
    assert "n3w-secret" not in result.out + result.err
    assert "n3w-secret" not in "".join(f.read_text() for f in (tmp_path / "state").glob("*.jsonl"))


def test_a_program_is_started_only_for_a_file_that_nobody_else_can_change(
    console: Console, sandbox: Sandbox, tmp_path: Path
) -> None:
    (tmp_path / "shared").mkdir()
    file = tmp_path / "shared" / "records.yaml"
    file.write_text(
        "schema: 1\nrecords: [{name: A, parameters: {hostname: a.b, port: 25,"
        f" password: {{command: [touch, {tmp_path / 'ran'}]}}}}}}]\n"
    )
    for directory_mode, mode in ((0o777, 0o600), (0o700, 0o666)):
        file.chmod(mode)
        file.parent.chmod(directory_mode)
        result = console.run("apply", str(file), "--yes")
        assert (result.code, sent(sandbox)) == (2, 0)
        assert "others" in result.err
        assert not (tmp_path / "ran").exists()


def test_a_kept_plan_is_applied_later_and_what_changed_since_is_left_alone(
    console: Console, sandbox: Sandbox, tmp_path: Path
) -> None:
    ids = [sandbox.add_record(name, {"hostname": "mx.example", "port": 25}) for name in "AB"]
    file, kept = tmp_path / "records.yaml", tmp_path / "plan.json"
    console.run("export", "-o", str(file))
    text = file.read_text().replace("port: 25", "port: 587\n    password: { env: NEW }")
    file.write_text(text)
    assert console.run("plan", str(file), "--passwords", "-o", str(kept)).code == 2
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    sandbox.change_record(ids[1], {"port": 2525})
    assert console.run("apply", str(kept), "--yes").code == 2
    assert sent(sandbox) == 0
    console.setenv(NEW="n3w-secret")
    result = console.run("apply", str(kept), "--yes", "--json")
    assert result.code == 8
    assert [each["outcome"] for each in result.json("outcomes")] == ["done", "failed"]
    assert "someone changed port" in result.err
    assert sandbox.record(ids[0]).values["password"] == "n3w-secret"
    assert sandbox.record(ids[1]).values["port"] == 2525


def test_a_kept_plan_is_not_applied_elsewhere(
    console: Console, sandbox: Sandbox, tmp_path: Path
) -> None:
    add_profile(console, "p", sandbox)
    sandbox.add_record("A", {"hostname": "mx.example", "port": 25})
    file, kept = tmp_path / "records.yaml", tmp_path / "plan.json"
    console.run("--profile", "p", "export", "-o", str(file))
    file.write_text(file.read_text().replace("port: 25", "port: 587"))
    console.run("--profile", "p", "plan", str(file), "-o", str(kept))
    with Sandbox(SandboxOptions()) as another:
        assert console.run("profiles", "set", "p", "--host", another.base_url).code == 0
        result = console.run("apply", str(kept), "--yes")
        assert result.code == 4
        assert "another host, tenant or team" in result.err
        assert (sent(sandbox), sent(another)) == (0, 0)


@pytest.mark.parametrize("how", ["read-only", "same place"])
def test_a_kept_plan_is_not_applied_in_part_where_a_profile_cannot_be_used(
    console: Console, sandbox: Sandbox, tmp_path: Path, how: str
) -> None:
    with Sandbox(SandboxOptions()) as other:
        for name, each in (("a", sandbox), ("b", other)):
            add_profile(console, name, each)
            fill(each, 2)
        several = ("--profiles", "a,b", "--match", "port=25")
        kept = tmp_path / "plan.json"
        kept.write_text(console.run("set", *several, "port=587", "--dry-run", "--json").out)
        now = ("--access", how) if how == "read-only" else ("--host", sandbox.base_url)
        assert console.run("profiles", "set", "b", *now).code == 0
        result = console.run("apply", str(kept), "--yes", "--force")
        assert (result.code, sent(sandbox), sent(other)) == (4, 0, 0)
        assert "the plan needs profiles that cannot be used: b" in result.err


def test_a_kept_plan_with_nothing_in_it_is_applied_already(
    console: Console, tmp_path: Path
) -> None:
    kept = tmp_path / "plan.json"
    console.run("plan", "-", "-o", str(kept), stdin=console.run("export").out.encode())
    result = console.run("apply", str(kept), "--yes")
    assert result.code == 0, result.err
    assert "Nothing to do" in result.err


def test_a_new_tenant_looks_like_the_old_one_with_passwords_asked_for_once(
    console: Console, sandbox: Sandbox
) -> None:
    fill(sandbox, 2)
    text = console.run("export").out
    asked = text.replace("# password: stored", "password: { prompt: true }")
    with Sandbox(SandboxOptions()) as target:
        add_profile(console, "target", target)
        refused = console.run("--profile", "target", "apply", "-", "--yes", stdin=asked.encode())
        assert (refused.code, sent(target)) == (2, 0)
        assert "no terminal to ask on" in refused.err


def test_a_dry_run_of_apply_shows_what_plan_shows(
    console: Console, sandbox: Sandbox, tmp_path: Path
) -> None:
    file, kept = tmp_path / "records.yaml", tmp_path / "plan.json"
    file.write_text("schema: 1\nrecords: [{name: A, parameters: {hostname: a.b, port: 25}}]\n")
    plan = console.run("plan", str(file), "-o", str(kept))
    for source in (file, kept):
        dry = console.run("apply", str(source), "--dry-run")
        assert (plan.code, dry.code, dry.out) == (2, 9, plan.out)
        told = console.run("apply", str(source), "--dry-run", "--json").json()
        assert told["entries"] == json.loads(kept.read_text())["entries"]
    assert sent(sandbox) == 0
    assert console.run("apply", str(file), "--yes").code == 0
    same = console.run("apply", str(file), "--dry-run")
    assert (same.code, same.out) == (0, console.run("plan", str(file)).out)


def test_apply_is_confirmed_like_any_plan(
    console: Console, sandbox: Sandbox, tmp_path: Path
) -> None:
    file = tmp_path / "records.yaml"
    file.write_text("schema: 1\nrecords: [{name: A, parameters: {hostname: a.b, port: 25}}]\n")
    assert console.run("apply", str(file), typist=Typist("no")).code == 4
    assert sent(sandbox) == 0
    assert console.run("apply", str(file), typist=Typist("yes")).code == 0
    assert plain(sandbox) == {"A": {"hostname": "a.b", "port": 25}}


def test_the_schemas_are_json_schemas(console: Console) -> None:
    for arguments in ((), ("file",), ("plan",)):
        schema = json.loads(console.run("schema", *arguments).out)
        assert "$defs" in schema


def prompting(tmp_path: Path, *names: str) -> Path:
    """A document whose records have passwords that are typed."""
    file = tmp_path / "typed.yaml"
    values = "hostname: a.example, port: 25, username: u, password: { prompt: true }"
    records = "".join(f"- {{ name: {name}, parameters: {{ {values} }} }}\n" for name in names)
    file.write_text(f"schema: 1\nrecords:\n{records}")
    return file


def test_a_password_is_typed_unseen_for_each_record(
    sandbox: Sandbox, environ: dict[str, str], tmp_path: Path
) -> None:
    file = prompting(tmp_path, "ONE", "TWO")
    arguments = [*PROGRAM, "apply", str(file)]
    with Terminal(arguments, cwd=tmp_path, env=environ, columns=200) as terminal:
        terminal.wait_for("Apply? Type yes to confirm:")
        assert "password" in terminal.screen_text()
        terminal.send(b"yes\r")
        for name in ("ONE", "TWO"):
            terminal.wait_for(f"SMTP password of {name}:")
            terminal.send(f"secret-{name}\r".encode())
        assert terminal.exit_code() == 0
        assert b"secret-" not in terminal.raw
    held = {record.name: record.values["password"] for record in sandbox.records()}
    assert held == {"ONE": "secret-ONE", "TWO": "secret-TWO"}


def test_no_file_holds_a_password_while_a_run_is_killed(
    sandbox: Sandbox, environ: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "records.yaml"
    file.write_text(
        "schema: 1\nrecords:\n- { name: A, parameters:"
        " { hostname: a.b, port: 25, username: u, password: { env: NEW } } }\n"
    )
    sandbox.faults.add(Fault(FaultKind.HANG, Operation.CREATE, count=None))
    variables = {**environ, "NEW": "n3w-secret"}
    with started((*PROGRAM, "apply", str(file), "--yes"), variables) as process:
        sandbox.wait_for_requests(3)  # the list twice, and the create
        process.kill()
        _, said = ended(process)
    left = [each for each in tmp_path.rglob("*") if each.is_file()]
    assert any("runs" in each.parts for each in left)
    assert [each for each in left if b"n3w-secret" in each.read_bytes()] == []
    assert "n3w-secret" not in said


def test_no_text_of_the_server_drives_the_terminal(
    console: Console, sandbox: Sandbox, tmp_path: Path
) -> None:
    for text in PAYLOADS.values():
        if text.strip() and len(text) < 10_000:
            values = {"hostname": "a.example", "port": 25, "note": text, f"n{text}": text}
            sandbox.add_record(f"N{text}", values)
    file = tmp_path / "records.yaml"
    assert console.run("export", "-o", str(file)).code == 0
    changed = file.read_text().replace("port: 25", "port: 587")
    file.write_text(changed)
    for arguments, code in (
        (("export",), 0),
        (("export", "--json"), 0),
        (("plan", str(file)), 2),
        (("plan", str(file), "--json"), 2),
        (("set", "--match", "port=25", "port=587", "--dry-run"), 9),
        (("set", "--match", "port=25", "port=587", "--dry-run", "--json"), 9),
        (("set", "--match", "port=25", "port=587", "--yes"), 4),
        (("list", "--match", "port=25"), 0),
    ):
        result = console.run(*arguments)
        assert result.code == code, result.err
        said = result.out + result.err
        odd = {c for c in said if c != "\n" and unicodedata.category(c) in HIDDEN_CATEGORIES}
        assert odd == set(), arguments


def test_an_export_says_which_entries_it_lacks(console: Console, sandbox: Sandbox) -> None:
    body = b'[{"id": "1", "name": "good", "connection_parameters": []}, {"name": "no id"}, 7]'
    sandbox.faults.add(Fault(FaultKind.RAW, Operation.LIST, status=200, body=body))
    result = console.run("export")
    assert result.code == 1
    assert "# Not in this file, because they could not be read: 2 entries" in result.out
    assert '- name: "good"' in result.out
    assert "smtp-tui: 2 of 3 entries could not be read" in result.err


def test_the_directory_of_a_file_that_is_written_stays_as_it_is(
    console: Console, sandbox: Sandbox, tmp_path: Path
) -> None:
    """Not even one that has the program's name, as a checkout has, or nothing in it."""
    source = tmp_path / "records.yaml"
    assert console.run("export", "-o", str(source)).code == 0
    for name in ("smtp-tui", "empty"):
        directory = tmp_path / name
        for line in ("export", f"plan {source}", "doctor --yes --bundle"):
            directory.mkdir(mode=0o755)
            file = directory / "file"
            output = ("-o", str(file)) if "doctor" not in line else (str(file),)
            assert console.run(*line.split(), *output).code == 0
            assert stat.S_IMODE(directory.stat().st_mode) == 0o755
            file.unlink()
            directory.rmdir()
            assert console.run(*line.split(), *output).code != 0
            assert not directory.exists()


@pytest.mark.parametrize(
    ("line", "again"),
    [
        ("export -o {file}", "export -o {file}"),
        ("plan {records} -o {file}", "plan {records} --prune -o {file}"),
        ("doctor --yes --bundle {file}", ""),
        ("list --debug {file}", "get A --debug {file}"),
        ("probe 127.0.0.1:1 --format prometheus -o {file}",) * 2,
    ],
)
def test_a_file_that_a_person_wrote_is_not_lost_and_the_own_one_is_written_anew(
    console: Console, sandbox: Sandbox, tmp_path: Path, line: str, again: str
) -> None:
    sandbox.add_record("A", {"hostname": "mx.example", "port": 25})
    records, file = tmp_path / "records.yaml", tmp_path / "file"
    console.run("export", "-o", str(records))
    arguments = line.format(file=file, records=records).split()
    file.write_text(text := "# from a person\nschema: 1\nrecords: []\n")
    refused = console.run(*arguments)
    assert (refused.code, file.read_text()) == (1 if "plan" in line else 2, text)
    assert f"{file}: " in refused.err
    if "--force" in refused.err:
        console.run(*arguments, "--force")
    else:
        assert "name another file" in refused.err
        file.unlink()
        console.run(*arguments)
    assert "from a person" not in file.read_text()
    if again:
        told = console.run(*again.format(file=file, records=records).split()).err
        assert f"{file}: " not in told


def test_an_export_is_the_same_as_long_as_the_records_are(
    console: Console, sandbox: Sandbox, tmp_path: Path
) -> None:
    sandbox.add_record("A", {"hostname": "mx.example", "port": 25})
    file = tmp_path / "records.yaml"
    assert console.run("export", "-o", str(file)).code == 0
    assert not re.search(r"20\d\d-", file.read_text().partition("schema:")[0])
    sandbox.add_record("B", {"hostname": "mx.example", "port": 25})
    before = file.read_text()
    assert (console.run("export", "-o", str(file)).code, file.read_text()) == (2, before)
