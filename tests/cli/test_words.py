"""The words of the commands: whole sentences in the usual form, with the right plural."""

from __future__ import annotations

import re

import pytest

from tests.cli.console import Console
from tests.failing_sandbox import Fault, FaultKind, Operation, Sandbox

GOOD = {"hostname": "127.0.0.1", "port": 25}
NEW_PROFILE = ("profiles", "add", "p", "--host", "a.example")
WRONG: dict[str, tuple[str, ...]] = {
    "no terminal": (),
    "unknown command": ("nonsense",),
    "unknown option": ("list", "--nonsense"),
    "one argument too many": ("list", "x"),
    "two arguments too many": ("list", "x", "y"),
    "option of another command": ("list", "--to", "a@b.cd"),
    "option without a use": ("--profile", "x", "schema"),
    "flag with a value": ("list", "--json=x"),
    "no record": ("get", "NOBODY"),
    "empty record": ("get", ""),
    "missing argument": ("set",),
    "no port": ("sandbox", "--port", "x"),
    "no value": ("set", "A", "port"),
    "twice": ("set", "A", "port=1", "port=2"),
    "nothing to set": ("set", "A"),
    "secret as text": ("set", "A", "password=x"),
    "rename": ("set", "A", "name=x"),
    "unknown parameter": ("set", "A", "prot=1"),
    "wrong port": ("set", "A", "port=x"),
    "wrong hostname": ("set", "A", "hostname=33073"),
    "not confirmed": ("set", "A", "port=587"),
    "wrong name": ("delete", "A", "--confirm-name", "B"),
    "name taken": ("create", "A", "hostname=a.example", "port=25", "--yes"),
    "unknown preset": ("create", "B", "--preset", "x"),
    "ambiguous preset": ("create", "B", "--preset", "mailgun"),
    "empty password": ("set", "A", "--password-stdin"),
    "no recipient": ("test", "A", "--to", "x"),
    "test of nothing": ("test", "--to", "a@example.com"),
    "read-only": ("--read-only", "delete", "A", "--yes"),
    "unknown profile": ("--profile", "x", "list"),
    "unknown age": ("audit", "--since", "x"),
    "profile without a host": ("profiles", "add", "p", "--host", ""),
    "host with a space": ("profiles", "add", "p", "--host", "a b"),
    "host with a path": ("profiles", "add", "p", "--host", "a/b"),
    "host with a wrong port": ("profiles", "add", "p", "--host", "a:x"),
    "wrong access": (*NEW_PROFILE, "--access", "x"),
    "wrong colour": (*NEW_PROFILE, "--colour", "x"),
    "wrong trust": (*NEW_PROFILE, "--trust", "x"),
    "wrong recipient": (*NEW_PROFILE, "--recipient", "x"),
    "remove unconfirmed": ("profiles", "remove", "environment"),
}
LONG = {
    *(FaultKind.DELAY, FaultKind.HANG, FaultKind.DRIPPING, FaultKind.ENDLESS),
    *(FaultKind.BIG, FaultKind.GZIP_BOMB),
}
"""Faults that take long."""
ODD = re.compile(
    r"smtp-tui: smtp-tui|\bhas no (?:a|an) |\b1 (?:entries|records|lines|arguments|seconds)\b"
    r"|\bfrom typed\b|\.\.(?!\.)|  |\bis is\b|: :|\bno key here\b"
)
"""What comes of a sentence built from parts that do not fit."""


@pytest.mark.parametrize("case", WRONG)
def test_a_refusal_is_one_line_in_the_usual_form(
    console: Console, sandbox: Sandbox, case: str
) -> None:
    sandbox.add_record("A", GOOD)
    result = console.run(*WRONG[case])
    said = [line for line in result.err.splitlines() if line.startswith("smtp-tui: ")]
    assert (len(said), result.code != 0) == (1, True), result.err
    words = said[0].removeprefix("smtp-tui: ")
    assert re.match(r"[a-z0-9/-]|[A-Z]+_[A-Z]", words), words
    assert not words.endswith("."), words
    assert not re.match(r"[\w-]+: [A-Z][a-z ]", words), words
    assert not ODD.search(words), words


@pytest.mark.parametrize("kind", [kind for kind in FaultKind if kind not in LONG])
def test_a_failed_request_is_told_in_the_usual_form(
    console: Console, sandbox: Sandbox, kind: FaultKind
) -> None:
    sandbox.add_record("A", GOOD)
    sandbox.faults.add(Fault(kind, Operation.LIST, count=None))
    result = console.run("list")
    said = [line for line in result.err.splitlines() if line.startswith("smtp-tui: ")]
    assert all(re.match(r"smtp-tui: [a-z0-9]", line) for line in said), said
    assert not any(map(ODD.search, said)), said
