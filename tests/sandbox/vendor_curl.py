"""The vendor's curl lines, as they stand on the page in `vendor_curl.txt`, and a shell to run them.

`mended` is all that is done to them.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

PAGE = Path(__file__).with_name("vendor_curl.txt")
AUTHORIZATION = ' \\\n  -H "Authorization: Bearer ${CAM_BEARER_TOKEN}"'
BODY_FILE = "cc_create.json"


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


def run_sample(title: str, directory: Path, variables: Mapping[str, str], before: str = "") -> Any:
    """Run a sample in a shell, after the lines `before`, and parse what curl printed."""
    (directory / BODY_FILE).write_text(samples()[BODY_FILE], encoding="utf-8")
    done = subprocess.run(
        ["sh", "-c", f"{before}\n{mended(samples()[title])}"],
        env={"PATH": os.environ["PATH"], **variables},
        cwd=directory,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
