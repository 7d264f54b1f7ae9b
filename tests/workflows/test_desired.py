"""Desired state becomes a plan, and the plan makes the records so: no more, no less."""

from __future__ import annotations

import os
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smtp_tui.api.clock import Clock
from smtp_tui.api.models import Parameter, Record, RecordList, SecretState, Unreadable
from smtp_tui.api.secret import SecretStr
from smtp_tui.cli.running import known_profiles, session_of
from smtp_tui.editing.document import (
    FromEnvironment,
    FromPerson,
    NotADocument,
    Reference,
    read_document,
)
from smtp_tui.editing.document_text import document_json, document_yaml
from smtp_tui.profiles.sources import CredentialError
from smtp_tui.state.history import TestHistory
from smtp_tui.workflows.backup import write_backup
from smtp_tui.workflows.desired import Wishes, desired_plan
from smtp_tui.workflows.plan import Listed, Place, Plan, delete_entries
from smtp_tui.workflows.references import Needed, read_secrets
from smtp_tui.workflows.run import Run
from smtp_tui.workflows.session import Session
from smtp_tui.workflows.test_email import TestMails
from tests.failing_sandbox import Sandbox
from tests.workflows.scripted import ScriptedOperator

AT = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
HEAD = "schema: 1\nrecords:\n"
A = HEAD + "- {name: A, parameters: {hostname: mx.example, port: 25"


def record(name: str, number: str = "1", **values: object) -> Record:
    """A record with a hostname, a port, a stored password and these values."""
    held = {"hostname": "mx.example", "port": 25, "password": SecretState.SET, **values}
    return Record(number, name, tuple(Parameter(n, v) for n, v in held.items()))  # type: ignore[arg-type]


def planned(text: str, *records: Record, prune: bool = False, passwords: bool = False) -> Plan:
    """The plan that a document makes for a list."""
    asked: list[Reference] = []

    def secret(reference: Reference, what: str) -> SecretStr:
        asked.append(reference)
        return SecretStr("s3cret")

    place = Place("prod", "https://cam.example", "t", "all", "", len(records))
    lists = [Listed(place, RecordList(records))]
    plan = desired_plan(read_document(text), lists, secret, Wishes(prune, passwords))
    sent = [c for entry in plan.work for c in entry.patch.changes if c.secret]
    assert len(asked) == len(sent), "a secret was asked for that is not sent"
    return plan


def told(plan: Plan) -> list[tuple[str, str, tuple[str, ...]]]:
    """What a plan does, record by record."""
    return [(entry.verb, entry.named, entry.changes) for entry in plan.work]


def test_only_what_differs_is_sent() -> None:
    text = A + ', username: "u"}}\n- {name: B, parameters: {port: "25"}}'
    plan = planned(text, record("A"), record("B", "2"))
    assert told(plan) == [("change", "A", ('username will be added: "u"',))]
    assert [entry.named for entry in plan.skipped] == ["B"]


def test_what_is_not_there_is_created_with_its_secret() -> None:
    plan = planned(A + ", password: {env: X}}}")
    assert told(plan) == [
        ("create", "A", ('hostname "mx.example"', "port 25", "password is set")),
    ]


@pytest.mark.parametrize(
    ("reference", "passwords", "sent"),
    [
        ("{env: X}", False, False),
        ("{env: X}", True, True),
        ("{env: X, always: true}", False, True),
    ],
)
def test_a_stored_secret_is_replaced_only_if_that_is_asked_for(
    reference: str, *, passwords: bool, sent: bool
) -> None:
    plan = planned(A + f", password: {reference}}}}}", record("A"), passwords=passwords)
    assert told(plan) == ([("change", "A", ("password will be replaced",))] if sent else [])


def test_what_the_document_lacks_stays_unless_it_is_pruned() -> None:
    there = record("A", username="u", note="n"), record("OLD", "2")
    assert told(planned(A + "}}", *there)) == []
    assert told(planned(A + "}}", *there, prune=True)) == [
        ("change", "A", ('username "u" → (blank)', 'note "n" → (blank)')),
        ("delete", "OLD", ()),
    ]


def test_a_value_that_a_record_needs_is_not_pruned() -> None:
    with pytest.raises(NotADocument, match="hostname: the file has no value for it"):
        planned(HEAD + "- {name: A, parameters: {port: 25}}", record("A"), prune=True)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (HEAD + "- name: A\n  parameters:\n    hostname: a b\n    port: 25", 5, "spaces"),
        (HEAD + "- name: A\n  parameters:\n    hostname: a.b", 3, "port"),
        (HEAD + "- name: ' A'\n  parameters: {hostname: a.b, port: 25}", 3, "space"),
        (HEAD + "- {name: PIN, parameters: {pin: 5}}", 3, "secret on the server"),
        (
            HEAD + "- {name: TWIN}",
            3,
            "several records have this name; tell them apart with id: 2, 3",
        ),
        (HEAD + "- {name: TWIN, id: '9'}", 3, "several records have this name"),
        (HEAD + "- {name: N, id: '8'}\n- {name: N, id: '9'}", 3, "the list none with this id"),
    ],
)
def test_what_cannot_be_right_is_refused_with_its_line(text: str, line: int, words: str) -> None:
    there = record("PIN", pin=SecretState.SET), record("TWIN", "2"), record("TWIN", "3")
    with pytest.raises(NotADocument) as refused:
        planned(text, *there)
    first = refused.value.problems[0]
    assert first.line == line
    assert words in first.words


@pytest.mark.parametrize(
    ("values", "told_at"),
    [
        (
            ("hostnme: x", "port: abc"),
            [
                (3, "A: hostname: enter the name or IP address of the mail server"),
                (5, 'A: unknown parameter "hostnme"; did you mean "hostname"?'),
                (6, "A: port: "),
            ],
        ),
        (
            ("hostname: a b", "Prt: 25", "port: abc"),
            [
                (5, "A: hostname: "),
                (6, 'A: unknown parameter "Prt"; did you mean "port"?'),
                (7, "A: port: "),
            ],
        ),
        (
            ("hostname: a.b", "prt: 25"),
            [(3, "A: port: "), (6, 'A: unknown parameter "prt"; did you mean "port"?')],
        ),
    ],
)
def test_all_that_is_wrong_with_a_record_is_told_at_once_and_what_may_be_misspelt(
    values: tuple[str, ...], told_at: list[tuple[int, str]]
) -> None:
    lines = "".join(f"\n    {value}" for value in values)
    with pytest.raises(NotADocument) as refused:
        planned(f"{HEAD}- name: A\n  parameters:{lines}")
    found = refused.value.problems
    assert [each.line for each in found] == [line for line, _ in told_at]
    for each, (_, words) in zip(found, told_at, strict=True):
        assert each.words.startswith(words)


def test_a_name_is_not_called_misspelt_where_nothing_is_wrong() -> None:
    assert [entry[0] for entry in told(planned(A + ", prt: 5}}"))] == ["create"]


def test_records_of_one_name_are_changed_by_their_ids_alone() -> None:
    twins = record("A", "1"), record("A", "2")
    text = A.replace("name: A,", "name: A, id: '2',").replace("25", "587") + "}}"
    plan = planned(text, *twins, prune=True)
    assert [(entry.verb, entry.record_id) for entry in plan.work] == [
        ("change", "2"),
        ("delete", "1"),
    ]


def test_an_entry_that_could_not_be_read_is_not_created_a_second_time() -> None:
    listed = Listed(Place("p", "u", "t", "a", "", 1), RecordList((), (Unreadable(1, "odd", "A"),)))
    with pytest.raises(NotADocument, match="could not be read"):
        desired_plan(read_document(A + "}}"), [listed], lambda _, __: SecretStr("x"), Wishes())


@given(st.booleans(), st.lists(st.sampled_from("ABCDE"), unique=True))
def test_a_list_is_what_its_own_export_says(as_json: bool, names: list[str]) -> None:
    records = [record(name, str(n), note=n, flag=None) for n, name in enumerate(names)]
    text = document_json(records) if as_json else document_yaml(records)
    assert told(planned(text, *records, prune=True, passwords=True)) == []


def test_a_backup_brings_back_what_was_deleted_and_changed(tmp_path: Path) -> None:
    records = record("A", username="u"), record("B", "2")
    place = Place("prod/x", "https://cam.example", "t", "all", "", 2)
    plan = Plan("Delete 2 records", delete_entries("prod/x", records), (place,))
    (file,) = write_backup(tmp_path / "state", plan, AT).values()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.parent == tmp_path / "state" / "backups"
    verbs = [entry[:2] for entry in told(planned(file.read_text()))]
    assert verbs == [("create", "A"), ("create", "B")]
    changed = record("A", username="other"), record("B", "2")
    assert told(planned(file.read_text(), *changed)) == [
        ("change", "A", ('username "other" → "u"',)),
    ]


def test_a_backup_is_applied_in_its_own_place_only(tmp_path: Path) -> None:
    place = Place("prod", "https://cam.example", "another tenant", "all", "", 1)
    plan = Plan("Delete 1 record", delete_entries("prod", [record("A")]), (place,))
    (file,) = write_backup(tmp_path / "state", plan, AT).values()
    text = file.read_text()
    with pytest.raises(NotADocument, match="another tenant only; the profile prod leads elsewhere"):
        planned(text)
    kept = [line for line in text.splitlines(keepends=True) if not line.startswith("only_in")]
    assert [entry[:2] for entry in told(planned("".join(kept)))] == [("create", "A")]


# Secrets


async def secrets(text: str, **environ: str) -> list[str]:
    """The secrets that the first record of a document refers to."""
    document = read_document(A + f", password: {text}}}}}")
    references = [Needed.of(each, "A") for each in document.records[0].secrets.values()]
    variables = {"PATH": os.environ["PATH"], **environ}
    found = await read_secrets(
        references, variables, (), lambda what: f"typed for {what}", lambda _: None
    )
    return [secret.get_secret_value() for secret in found.values()]


async def test_a_secret_comes_from_where_the_reference_says() -> None:
    assert await secrets("{env: X}", X=" a b ") == [" a b "]
    assert await secrets("{command: [printf, 'a b\\n']}") == ["a b"]
    assert await secrets("{prompt: true}") == ["typed for A"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{env: Y}", "the variable Y is not set"),
        ("{env: CAM_BEARER_TOKEN}", "is not set, or holds a token"),
        ("{env: X}", "gives no password: it is only the mask"),
        ("{env: LINES}", "several lines"),
        ("{command: ['false']}", "exited with status 1"),
        ("{command: [nowhere-to-be-found]}", "was not found"),
        ("{command: [printf, '']}", "it is empty"),
        ("{command: [sh, -c, 'echo planted >&2; echo planted; exit 3']}", "status 3"),
    ],
)
async def test_a_secret_that_cannot_be_read_is_told_without_it(text: str, words: str) -> None:
    with pytest.raises(CredentialError) as refused:
        await secrets(text, CAM_BEARER_TOKEN="planted", X="****", LINES="planted\nx")
    assert words in str(refused.value)
    assert "planted" not in str(refused.value).replace("[sh", "")


async def test_a_person_is_asked_for_each_record() -> None:
    needed = [Needed.of(FromPerson(prompt=True), what) for what in ("A", "B", "A")]
    found = await read_secrets(needed, {}, (), str, lambda _: None)
    assert [secret.get_secret_value() for secret in found.values()] == ["A", "B"]


async def test_equal_references_are_read_once(tmp_path: Path) -> None:
    counter = tmp_path / "count"
    script = f"echo x >> {counter}; echo secret"
    text = A + f", password: {{command: [sh, -c, '{script}']}}, apiKey: {{env: X}}}}}}"
    (wanted,) = read_document(text).records
    references = [Needed.of(each, what) for each in wanted.secrets.values() for what in "AB"]
    environ = {"PATH": os.environ["PATH"], "X": "y"}
    found = await read_secrets(references, environ, (), str, lambda _: None)
    assert found[Needed(FromEnvironment(env="X"))].get_secret_value() == "y"
    assert counter.read_text() == "x\n"


# A, then B, then A again

NAMES = st.sampled_from(("ALPHA", "BETA", "no", "0123", "Ж 1"))
TEXTS = st.sampled_from(("", "no", "1e3", "0123", "true", "null", "é", "a: b", " x "))
VALUES = st.none() | st.booleans() | st.integers(-5, 5) | st.just(1.5) | TEXTS
DESIRED = st.dictionaries(
    NAMES,
    st.fixed_dictionaries(
        {"hostname": st.sampled_from(("mx.example", "relay.example")), "port": st.integers(1, 999)},
        optional={"username": TEXTS, "note": VALUES | st.lists(VALUES, max_size=2)},
    ),
    max_size=4,
)
Desired = dict[str, dict[str, object]]


def document(desired: Desired) -> str:
    """Desired state as a document."""
    records = [
        Record("", name, tuple(Parameter(n, v) for n, v in values.items()))  # type: ignore[arg-type]
        for name, values in desired.items()
    ]
    return document_yaml(records)


async def apply(session: Session, state: Path, text: str) -> int:
    """Apply a document, deleting what it lacks; how many writes it took."""
    found = await session.connections.list()
    listed = Listed(Place.of(session, len(found.records)), found)
    wishes = Wishes(prune=True)
    plan = desired_plan(read_document(text), [listed], lambda _, __: SecretStr("x"), wishes)
    mails = TestMails(TestHistory(state))
    run = Run("r", plan, lambda _: session, ScriptedOperator(), mails, Clock())
    await run.carry_out()
    assert [result.words for result in run.results if result.words] == []
    assert run.counts.good == len(plan.entries)
    return len(plan.work)


def store(sandbox: Sandbox) -> dict[str, dict[str, str]]:
    """What the server holds, as it reads; a blank and no value at all are the same."""
    return {
        record.name: {n: repr(v) for n, v in record.values.items() if v not in ("", None)}
        for record in sandbox.records()
    }


@pytest.mark.slow
@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(DESIRED, DESIRED)
async def test_a_then_b_then_a_is_a_and_a_second_a_sends_nothing(
    sandbox: Sandbox, tmp_path: Path, a: Desired, b: Desired
) -> None:
    for stored in sandbox.records():
        sandbox.delete_record(stored.id)
    environ = {**sandbox.environment(), "SMTP_TUI_STATE_DIR": str(tmp_path / "state")}
    environ["SMTP_TUI_CONFIG_DIR"] = str(tmp_path / "config")
    profile = known_profiles(environ).decided(None).profile
    async with session_of(profile, environ) as session:
        await session.tokens.fetch()
        await apply(session, tmp_path, document(a))
        first = store(sandbox)
        sent = len([each for each in sandbox.requests if each.method != "GET"])
        assert await apply(session, tmp_path, document(a)) == 0
        assert len([each for each in sandbox.requests if each.method != "GET"]) == sent
        await apply(session, tmp_path, document(b))
        await apply(session, tmp_path, document(a))
        assert store(sandbox) == first
        assert await apply(session, tmp_path, document(a)) == 0
