"""The vendor's curl lines, run by curl against the sandbox, do what the vendor's page says.

`vendor_curl.txt` holds them as they stand on the page; `mended` is all that is done to them.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from smtp_tui.sandbox import Sandbox, SandboxOptions

PAGE = Path(__file__).with_name("vendor_curl.txt")
AUTHORIZATION = ' \\\n  -H "Authorization: Bearer ${CAM_BEARER_TOKEN}"'

pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")


def samples() -> dict[str, str]:
    """The page's samples by title."""
    parts = re.split(r"^== (.+)\n", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], (part.strip() for part in parts[2::2]), strict=True))


def mended(line: str) -> str:
    """A sample with the page's own slips put right, and nothing else."""
    line = line.removeprefix("GET  all SMTPConnection : ")
    if line.count('"') % 2:
        line += '"'
    line = line.replace("({SMTP_HOST}}", "{{SMTP_HOST}}").replace("<connection-id>", "${ID}")
    line = line.replace("SEND-TEST-EMAIL-TO", "TO").replace("SMTPCONNECTION_ID", "ID")
    if "Authorization" not in line:
        line += AUTHORIZATION
    if "{{" in line:
        # Placeholders inside single quotes, where the shell puts no values in.
        line = re.sub(r"\{\{(\w+)\}\}|\$\{(CAM_PORT)\}", r"""'"${\1\2}"'""", line)
    return line


@dataclass
class Shell:
    """A shell with the printed variables exported, the way a reader of the page sits before it."""

    sandbox: Sandbox
    directory: Path
    more: dict[str, str] = field(default_factory=dict)

    def run(self, title: str) -> Any:
        """Run a sample and parse what curl printed."""
        own = {"PATH": os.environ["PATH"], "CURL_CA_BUNDLE": str(self.sandbox.certificate_path)}
        done = subprocess.run(
            ["sh", "-c", mended(samples()[title])],
            env=own | self.sandbox.environment() | self.more,
            cwd=self.directory,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    (tmp_path / "cc_create.json").write_text(samples()["cc_create.json"], encoding="utf-8")
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
