"""The vendor's curl lines, run by curl against the sandbox, do what the vendor's page says."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.failing_sandbox import Sandbox, SandboxOptions
from tests.sandbox.vendor_curl import run_sample

pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")


@dataclass
class Shell:
    """A shell with the printed variables exported, the way a reader of the page sits before it."""

    sandbox: Sandbox
    directory: Path
    more: dict[str, str] = field(default_factory=dict)

    def run(self, title: str) -> Any:
        """Run a sample and parse what curl printed."""
        trusted = {"CURL_CA_BUNDLE": str(self.sandbox.certificate_path)}
        variables = trusted | self.sandbox.environment() | self.more
        return run_sample(title, self.directory, variables)


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    with Sandbox(SandboxOptions(tls=True, mail_timeout=2.0)) as sandbox:
        yield Shell(sandbox, tmp_path)


def test_create_stores_the_pages_record(shell: Shell) -> None:
    answer = shell.run("create")
    record = shell.sandbox.record(answer["id"])
    assert record.name == "SECONDARY"
    assert record.values == {
        "hostname": "test",
        "port": 25,
        "username": "test",
        "password": "test",
    }


def test_modify_updates_some_parameters_of_the_existing_record(shell: Shell) -> None:
    shell.more["ID"] = shell.run("create")["id"]
    shell.run("modify")
    assert shell.sandbox.record(shell.more["ID"]).values == {
        "hostname": "test",
        "port": 587,
        "username": "test",
        "password": "my-new-password",
    }


def test_the_test_sends_mail_with_parameters_before_they_are_saved(shell: Shell) -> None:
    shell.more |= {
        "TO": "reader@example.com",
        "SMTP_HOST": "localhost",
        "SMTP_PORT": str(shell.sandbox.smtp_port),
        "USERNAME": "relay",
        "PASSWORD": "relay-password",
    }
    assert shell.run("test")["accepted"] == ["reader@example.com"]
    assert shell.sandbox.mailbox[0].rcpt_to == ("reader@example.com",)
    assert shell.sandbox.records() == ()


def test_the_saved_test_uses_the_record_with_the_given_values_changed(shell: Shell) -> None:
    # The page's port is 587. A name that cannot resolve keeps the mail on this machine, and shows
    # that the stored hostname was used; the recorded body shows the rest.
    stored = {"hostname": "relay.example.invalid", "port": 25}
    shell.more["ID"] = shell.sandbox.add_record("A", stored)
    before = shell.sandbox.records()
    answer = shell.run("test saved")
    assert answer["error"]["message"] == "getaddrinfo ENOTFOUND relay.example.invalid"
    assert shell.sandbox.requests[-1].json()["conn_params"][0] == {"name": "port", "value": 587}
    assert shell.sandbox.records() == before


def test_list_get_and_delete_do_so(shell: Shell) -> None:
    shell.more["ID"] = shell.run("create")["id"]
    assert [record["id"] for record in shell.run("list")] == [shell.more["ID"]]
    assert shell.run("get")["name"] == "SECONDARY"
    assert shell.run("delete") == {"count": 1}
    assert shell.run("list") == []
