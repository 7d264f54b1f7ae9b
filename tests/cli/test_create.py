"""`create`: the shown request makes the record, whose name is free, and the id is printed."""

from __future__ import annotations

import pytest

from tests.cli.console import Console, Typist
from tests.failing_sandbox import Fault, FaultKind, Operation, Sandbox

VALUES = ("hostname=mail.example.com", "port=587")


def creations(sandbox: Sandbox) -> int:
    """How often a create reached the server."""
    return sum(request.operation == Operation.CREATE for request in sandbox.requests)


def test_the_id_is_all_that_stands_on_stdout(console: Console, sandbox: Sandbox) -> None:
    result = console.run("create", "NEW", *VALUES, "tls=true", "--new-parameter", "tls", "--yes")
    [record] = sandbox.records()
    assert (result.code, result.out) == (0, f"{record.id}\n")
    assert record.values == {"hostname": "mail.example.com", "port": 587, "tls": "true"}
    again = console.run("create", "SECOND", *VALUES, "--yes", "--json")
    (told,) = again.json("outcomes")
    assert (told["id"], told["name"]) == (sandbox.records()[1].id, "SECOND")


def test_the_password_comes_from_a_private_file(
    console: Console, sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory
) -> None:
    secret = tmp_path_factory.mktemp("secrets") / "password"
    secret.write_bytes(b"planted-secret\r\n")
    secret.chmod(0o600)
    arguments = ("create", "NEW", *VALUES, "--password-file", str(secret), "--yes")
    result = console.run(*arguments)
    assert (result.code, sandbox.records()[0].values["password"]) == (0, "planted-secret")
    assert "planted-secret" not in result.out + result.err


def test_a_preset_fills_host_and_port_and_can_be_overruled(
    console: Console, sandbox: Sandbox
) -> None:
    result = console.run("create", "NEW", "--preset", "gmail", "port=465", "--yes")
    assert result.code == 0
    assert sandbox.records()[0].values == {"hostname": "smtp.gmail.com", "port": 465}
    unclear = console.run("create", "OTHER", "--preset", "mailgun", "--yes")
    assert (unclear.code, len(sandbox.records())) == (2, 1)
    assert "mailgun matches several presets; --preset can be: Mailgun (US), " in unclear.err
    unknown = console.run("create", "OTHER", "--preset", "Gmial", "--yes")
    assert 'there is no preset Gmial; did you mean "Gmail"?' in unknown.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("NEW",),
        ("NEW", "hostname=a.example"),
        ("NEW", "port=25"),
        (" ", *VALUES),
        ("N\x07", *VALUES),
    ],
)
def test_what_a_record_cannot_be_without_is_asked_for(
    console: Console, sandbox: Sandbox, arguments: tuple[str, ...]
) -> None:
    result = console.run("create", *arguments, "--yes")
    assert (result.code, result.out, sandbox.requests) == (2, "", ())


@pytest.mark.parametrize("more", ["--yes", "--dry-run", "--json"])
def test_a_name_that_is_taken_is_refused_before_anything_is_reviewed(
    console: Console, sandbox: Sandbox, more: str
) -> None:
    taken = sandbox.add_record("NEW", {"hostname": "h", "port": 25})
    result = console.run("create", "NEW", *VALUES, more, typist=Typist("yes"))
    assert (result.code, result.out, creations(sandbox)) == (4, "", 0)
    assert taken in result.err
    assert "Create NEW" not in result.err


def test_a_name_that_is_taken_during_the_review_is_refused_too(
    console: Console, sandbox: Sandbox
) -> None:
    someone = Typist("yes", lambda: sandbox.add_record("NEW", {"hostname": "h", "port": 25}))
    result = console.run("create", "NEW", *VALUES, typist=someone)
    assert (result.code, creations(sandbox)) == (4, 0)


def test_it_is_asked_for_and_can_be_rehearsed(console: Console, sandbox: Sandbox) -> None:
    assert console.run("create", "NEW", *VALUES).code == 4
    assert console.run("create", "NEW", *VALUES, typist=Typist("no")).code == 4
    assert console.run("create", "NEW", *VALUES, "--dry-run", "--json").json()["body"] == {
        "name": "NEW",
        "connection_parameters": [
            {"name": "hostname", "value": "mail.example.com"},
            {"name": "port", "value": 587},
        ],
    }
    assert console.run("--read-only", "create", "NEW", *VALUES, "--yes").code == 4
    assert creations(sandbox) == 0
    assert console.run("create", "NEW", *VALUES, typist=Typist("yes")).code == 0


@pytest.mark.parametrize(("after_work", "words"), [(True, "name exists"), (False, "not created")])
def test_an_unknown_outcome_is_looked_up_and_nothing_is_repeated(
    console: Console, sandbox: Sandbox, after_work: bool, words: str
) -> None:
    sandbox.faults.add(Fault(FaultKind.RESET, Operation.CREATE, after_work=after_work))
    result = console.run("create", "NEW", *VALUES, "--yes")
    assert (result.code, result.out, creations(sandbox)) == (6, "", 1)
    assert words in result.err


def test_an_answer_that_tells_no_record_is_no_failure(console: Console, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault(FaultKind.EMPTY, Operation.CREATE))
    result = console.run("create", "NEW", *VALUES, "--yes")
    assert (result.code, result.out) == (0, f"{sandbox.records()[0].id}\n")


@pytest.mark.parametrize("kind", [FaultKind.INVALID, FaultKind.FORBIDDEN, FaultKind.CONFLICT])
def test_a_refusal_is_no_success_and_is_not_sent_again(
    console: Console, sandbox: Sandbox, kind: FaultKind
) -> None:
    sandbox.faults.add(Fault(kind, Operation.CREATE))
    result = console.run("create", "NEW", *VALUES, "--yes")
    assert (result.code, result.out) == (1, "")
    assert (creations(sandbox), sandbox.records()) == (1, ())
