"""Tab in real shells, with names that a careless script would run, and no server."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Final

import pytest

from smtp_tui.cli.completion import SCRIPTS
from tests.e2e.program import other_tenant, places, write_profiles
from tests.e2e.terminal import Terminal
from tests.failing_sandbox import Sandbox

SHELLS: Final = {
    "bash": "bash --norc --noprofile -i",
    "zsh": "zsh -f -i",
    "fish": "fish --no-config -i",
}
LOADING: Final = {
    "bash": "source <(smtp-tui completion bash)",
    "zsh": f"fpath+=({SCRIPTS['zsh'].parent}); bindkey -e; autoload -U compinit; compinit -uD",
    "fish": "smtp-tui completion fish | source",
}
NAMES: Final = {
    "A": "Alpha one",
    "B": "B $(touch RUN) ${IFS}",
    "C": "C `touch RUN`",
    "D": 'D\'s "kennel"',
    "E": "E; touch RUN & | < > (x)",
    "F": "F \\\\ * ? [x] {a,b} ~ # !x ^y %z",
    "G": "Größe 漢字",
    "Hi@re": "Hi@relay.example: 1",
    "\\$": "$(touch RUN)",
    "\\~": "~root",
}
"""What is typed before Tab, and the name that comes of it."""
LINES: Final = {
    "--pro\t": "--profile",
    "dem\t": "demo",
    "get --profile eur\t": "europe",
    "get --profile=eur\t": "--profile=europe",
    "--profile europe get EU\t": "EU RELAY",
    "get --profile=europe EU\t": "EU RELAY",
    "list --profiles europe,env\t": "europe,environment",
    "list Alp\tGr\t": "Größe 漢字",
    "get 'Alpha \t": "Alpha one",
    "profiles use eur\t": "europe",
    "create X --preset Microsoft\t": "Microsoft 365",
    "create X --preset micro\t": "microsoft 365",
    "create X --preset=gm\t": "--preset=gmail",
    "help conf\t": "configuration",
    "schema conf\t": "config",
    "profiles set europe --access read\t": "read-only",
    "profiles set europe --environment stag\t": "staging",
    "--profile none get \t": "get",
    "plan my\t": "my file.yaml",
}
"""What is typed after the program, and the last word that comes of it."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A home whose lists were read from a server that is gone, and its variables."""
    home = tmp_path_factory.mktemp("home")
    (home / "my file.yaml").touch()
    with Sandbox() as sandbox:
        write_profiles(home, other_tenant(sandbox))
        for name in NAMES.values():
            sandbox.add_record(name, {})
        sandbox.add_record("EU RELAY", {}, tenant=sandbox.other_tenant_id)
        path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
        env = {**places(home), **sandbox.environment(), "PATH": path, "PS1": "> "}
        for line in ("list", "--profile europe list"):
            with Terminal(["sh", "-c", f"smtp-tui {line}"], cwd=home, env=env) as terminal:
                assert terminal.exit_code() == 0, terminal.screen_text()
    return home, env


@pytest.mark.parametrize("shell", SHELLS)
def test_tab_completes_each_name_as_one_word_and_runs_none(
    home: tuple[Path, dict[str, str]], shell: str
) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    where, env = home
    with Terminal(SHELLS[shell].split(), cwd=where, env=env, rows=50, columns=160) as terminal:
        terminal.type(f"{LOADING[shell]}; echo rea''dy\r")
        terminal.wait_for("ready")
        wanted = {f"get {typed}\t": name for typed, name in NAMES.items()} | LINES
        for number, (typed, word) in enumerate(wanted.items()):
            terminal.type(f"smtp-tui {typed}")
            # The line becomes the arguments of printf, which shows what its last word is.
            terminal.type(f"\x01clear; printf '<%s>\\n' {number} \x05\r")
            terminal.wait_for(f"<{number}>")
            terminal.wait_for(f"<{word}>")
        terminal.type("smtp-tui get \t\t")
        terminal.wait_for("touch")
        terminal.type("\x03")
    assert not (where / "RUN").exists()
