"""The keys of TLS connections are written nowhere, whatever ``SSLKEYLOGFILE`` names."""

from __future__ import annotations

import ssl
import subprocess
from pathlib import Path

import pytest

from smtp_tui.api.tls import fingerprint
from tests.e2e.terminal import installed_program
from tests.failing_sandbox import Sandbox, SandboxOptions

TRUSTS = ("a CA file", "the system", "a pin", "no check")


def trust_of(sandbox: Sandbox, kind: str) -> str:
    """The line of profiles.toml for one way to trust a certificate."""
    path = sandbox.certificate_path
    assert path is not None
    sha256 = fingerprint(ssl.PEM_cert_to_DER_cert(path.read_text()))
    return {
        "a CA file": f'trust = {{ ca_file = "{path}" }}',
        "the system": 'trust = "system"',
        "a pin": f'trust = {{ pin = "{sha256}" }}',
        "no check": 'trust = "off"',
    }[kind]


@pytest.mark.parametrize(
    ("kind", "named"), [*((kind, "a new file") for kind in TRUSTS), ("a pin", "a directory")]
)
def test_the_installed_program_does_not_heed_a_key_log_in_its_environment(
    tmp_path: Path, environ: dict[str, str], kind: str, named: str
) -> None:
    log = tmp_path / "keys.log"
    if named == "a directory":
        log.mkdir()
    with Sandbox(SandboxOptions(tls=True)) as sandbox:
        sandbox.add_record("PRIMARY", {"hostname": "h"})
        config = tmp_path / "config"
        config.mkdir(mode=0o700)
        (config / "profiles.toml").write_text(
            f'schema = 1\n[profiles.a]\nhost = "127.0.0.1:{sandbox.port}"\n'
            f'tenant = "{sandbox.tenant_id}"\ntoken = {{ env = "A_TOKEN" }}\n'
            f"{trust_of(sandbox, kind)}\n"
        )
        done = subprocess.run(
            [installed_program(), "list", "--profile", "a"],
            env={
                **environ,
                "SMTP_TUI_CONFIG_DIR": str(config),
                "A_TOKEN": sandbox.admin_token,
                "SSLKEYLOGFILE": str(log),
            },
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    assert done.returncode == (5 if kind == "the system" else 0), done.stderr
    assert ("PRIMARY" in done.stdout) is (kind != "the system")
    assert "Traceback" not in done.stderr
    assert log.exists() is (named == "a directory")
