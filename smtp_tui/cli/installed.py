"""The command that adds an extra to this installation, whatever program installed it."""

from __future__ import annotations

import json
import shlex
import sys
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

_NAME: Final = "smtp-tui"


def command_for(extra: str) -> str:
    """The line for a shell that adds an extra, such as ``sandbox``."""
    try:
        origin = json.loads(distribution(_NAME).read_text("direct_url.json") or "{}")
    except PackageNotFoundError:  # a source tree that is run as it is
        origin = {}
    has_pip = find_spec("pip") is not None
    return line_for(extra, origin, Path(sys.prefix), Path(sys.executable), has_pip=has_pip)


def line_for(
    extra: str, origin: dict[str, Any], prefix: Path, python: Path, *, has_pip: bool
) -> str:
    """As :func:`command_for`, for the environment at ``prefix``.

    ``origin`` is where the program came from, as PEP 610 writes it; empty if from an index.
    """
    source = [_requirement(extra, origin)]
    kept = [_requirement(extra, {})]  # by this name both take what is there, from wherever it came
    if origin.get("dir_info", {}).get("editable"):
        source = kept = ["-e", *source]
    if (prefix / "pipx_metadata.json").exists():
        words = ["pipx", "install", "--force", *source]
    elif (prefix / "uv-receipt.toml").exists():
        words = ["uv", "tool", "install", *source]
    elif has_pip:
        words = [str(python), "-m", "pip", "install", *kept]
    else:
        words = ["uv", "pip", "install", "--python", str(python), *kept]
    return shlex.join(words)


def _requirement(extra: str, origin: dict[str, Any]) -> str:
    """The program from there with an extra, as pip, pipx and uv are given it."""
    named, url = f"{_NAME}[{extra}]", str(origin.get("url", ""))
    if vcs := origin.get("vcs_info"):
        return f"{named} @ {vcs['vcs']}+{url}@{vcs['commit_id']}"
    if url.startswith("file:"):
        return f"{unquote(urlsplit(url).path)}[{extra}]"
    return f"{named} @ {url}" if url else named
