"""A copy of the project in a directory of its own, with an environment that runs the copy."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KEPT = {".ci", ".editorconfig", ".gitignore", ".pre-commit-config.yaml"}
LEFT_OUT = {"__pycache__", "build", "dist", "node_modules", "venv"}
SECONDS = 240.0
"""How long the tests of one fault may take."""
RED, GREEN = 1, 0
"""pytest's exit codes for a test that failed, and for none that did."""


class Workshop:
    """One copy. It is changed, tested and put back; two of them do not disturb each other."""

    def __init__(self, directory: Path) -> None:
        self.root = directory / "project"
        shutil.copytree(ROOT, self.root, ignore=_left_out)
        self._python = self._environment(directory / "venv")
        self._changes = 0

    def _environment(self, directory: Path) -> Path:
        """An environment with the packages of this one, in which the copy comes first."""
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", directory], check=True)
        python = directory / "bin" / "python"
        packages = sysconfig.get_path("purelib", vars={"base": str(directory)})
        shared = sysconfig.get_path("purelib")
        Path(packages, "project.pth").write_text(f"{self.root}\n{shared}\n", encoding="utf-8")
        program = directory / "bin" / "smtp-tui"
        program.write_text(
            f"#!{python}\nimport sys\nfrom smtp_tui.__main__ import main\nsys.exit(main())\n",
            encoding="utf-8",
        )
        program.chmod(0o755)
        return python

    def write(self, path: Path, text: str) -> None:
        """Change a module; its bytecode is made anew even if length and second are the same."""
        path.write_text(text, encoding="utf-8")
        self._changes += 1
        moment = path.stat().st_mtime + 10 * self._changes
        os.utime(path, (moment, moment))

    def tested(self, *tests: str, workers: int = 0) -> tuple[int, str]:
        """pytest's exit code, and what it printed; a run that hangs counts as red."""
        command = [str(self._python), "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests]
        command += ["-n", str(workers)] if workers else ["-x"]
        with subprocess.Popen(
            command,
            cwd=self.root,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        ) as process:
            try:
                output, _ = process.communicate(timeout=None if workers else SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, 9)
                output, _ = process.communicate()
                return RED, f"{output}\nno end within {SECONDS:g} seconds"
        return process.returncode, output


def _left_out(_: str, names: list[str]) -> set[str]:
    """What tools have left in the tree."""
    hidden = {name for name in names if name.startswith(".")} - KEPT
    return hidden | (LEFT_OUT & set(names)) | {name for name in names if name.endswith(".egg-info")}
