"""``doctor``: what a person looks at first when something does not work. It sends nothing."""

from __future__ import annotations

import argparse
import locale
import os
import platform
import shutil
import stat
import sys
from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

from msgspec import Struct, to_builtins

import smtp_tui
from smtp_tui.cli.exit_codes import ExitCode
from smtp_tui.cli.running import Environ
from smtp_tui.cli.say import is_terminal, show, show_json
from smtp_tui.profiles.choosing import Known, NoSuchProfile, environment_profile
from smtp_tui.profiles.preferences import FILE_NAME as CONFIG_FILE
from smtp_tui.profiles.preferences import load_preferences
from smtp_tui.profiles.store import ProfileStore
from smtp_tui.state.files import FileProblem, config_directory, state_directory
from smtp_tui.state.journal import FILE_NAME as JOURNAL
from smtp_tui.text import clean, counted

_PACKAGES: Final = (
    *("textual", "httpx", "h11", "msgspec", "pydantic"),
    *("PyYAML", "tomlkit", "filelock", "platformdirs"),
)
_SANDBOX_PACKAGES: Final = ("uvicorn", "aiosmtpd", "cryptography")
_SHOWN: Final = ("TERM", "COLORTERM", "NO_COLOR", "LANG", "LC_ALL")
_UNUSED: Final = (
    *("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"),
    *("NETRC", "REQUESTS_CA_BUNDLE", "SSLKEYLOGFILE"),
)
"""Variables that other programs use, and this one does not."""
_SET_OR_NOT: Final = (
    *("SMTP_TUI_PROFILE", "TMUX", "STY", "SSH_CONNECTION"),
    *("SMTP_TUI_CONFIG_DIR", "SMTP_TUI_STATE_DIR", "CAM_HOST", "CAM_PORT", "CAM_TENANT_ID"),
    *("CAM_BEARER_TOKEN", "ICP_TEAM", "NAMESPACE"),
)


class Fact(Struct, frozen=True):
    """One thing found; ``well`` is False where something has to be done."""

    name: str
    words: str
    well: bool = True


def examine(options: argparse.Namespace, environ: Environ) -> ExitCode:
    """Print versions, paths, the terminal and the health of the files."""
    report = {
        "versions": [*_versions()],
        "files": [*_files(environ)],
        "network": [*_network(environ)],
        "terminal": [*_terminal()],
        "environment": [*_variables(environ)],
    }
    found = [(topic, fact) for topic, facts in report.items() for fact in facts]
    if options.json:
        show_json([{"topic": topic, **to_builtins(fact)} for topic, fact in found])
    else:
        for topic, facts in report.items():
            show("\n".join([topic, *map(_line, facts)]))
    return ExitCode.OK if all(fact.well for _, fact in found) else ExitCode.FAILED


def _line(fact: Fact) -> str:
    return f" {' ' if fact.well else '!'} {fact.name:<20} {clean(fact.words)}".rstrip()


def _versions() -> Iterator[Fact]:
    yield Fact("smtp-tui", smtp_tui.__version__)
    yield Fact("python", f"{platform.python_version()} on {platform.platform()}")
    for package in (*_PACKAGES, *_SANDBOX_PACKAGES):
        try:
            yield Fact(package, version(package))
        except PackageNotFoundError:
            optional = package in _SANDBOX_PACKAGES
            why = " (for the sandbox)" if optional else ""
            yield Fact(package, f"not installed{why}", optional)


def _files(environ: Environ) -> Iterator[Fact]:
    try:
        config = config_directory(environ)
        yield _file("config", config)
        yield _file("profiles.toml", config / "profiles.toml")
        yield _profiles(ProfileStore(config), environ)
        yield _preferences(config)
    except FileProblem as problem:
        yield Fact("config", str(problem), False)
    try:
        state = state_directory(environ)
        yield _file("state", state)
        yield _file(JOURNAL, state / JOURNAL)
    except FileProblem as problem:
        yield Fact("state", str(problem), False)
    profile = environment_profile(environ)
    yield Fact("environment", "defines a profile" if profile else "defines no profile")


def _file(name: str, path: Path) -> Fact:
    """A directory or file: where it is, and whether others could read or change it."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return Fact(name, f"{path} (does not exist yet)")
    except OSError as error:
        return Fact(name, f"{path}: {error.strerror}", False)
    mode, wrong = stat.S_IMODE(status.st_mode), ""
    if status.st_uid not in {0, os.geteuid()}:
        wrong = ": belongs to another user"
    elif mode & (stat.S_IRWXG | stat.S_IRWXO):
        wrong = f": is open to others; run chmod {700 if stat.S_ISDIR(status.st_mode) else 600}"
    elif not os.access(path, os.W_OK):
        wrong = ": is not writable"
    return Fact(name, f"{path} (mode {mode:04o}){wrong}", not wrong)


def _profiles(store: ProfileStore, environ: Environ) -> Fact:
    try:
        found = store.load()
    except FileProblem as error:
        return Fact("profiles", str(error), False)
    if found.read_only_why is not None:
        return Fact("profiles", found.read_only_why, False)
    problems = [broken.problem for broken in found.broken]
    problems += [found.problem] if found.problem is not None else []
    if problems:
        return Fact("profiles", "; ".join(map(str, problems)), False)
    default = found.default or "none"
    with suppress(NoSuchProfile):
        choice = Known(found, environ).chosen(None)
        if choice is not None and choice.overruled:
            default += f", overridden by {choice.source}"
    count = len(found.profiles)
    return Fact("profiles", f"{counted(count, 'profile')}, default: {default}")


def _preferences(directory: Path) -> Fact:
    from smtp_tui.ui.keymap import keymap_of  # noqa: PLC0415 - which keys the screens can have

    path = directory / CONFIG_FILE
    try:
        preferences = load_preferences(directory)
        keymap_of(preferences.keys)
        if preferences.theme is not None:
            from smtp_tui.ui.theme import known_theme  # noqa: PLC0415 - Textual, for this alone

            known_theme(preferences.theme)
    except FileProblem as error:
        return Fact(CONFIG_FILE, str(error), False)
    return Fact(CONFIG_FILE, f"{path}{'' if path.exists() else ' (does not exist yet)'}")


def _network(environ: Environ) -> Iterator[Fact]:
    """How long a request may take, and what of the environment is not used."""
    from smtp_tui.api.transport import LIMITS  # noqa: PLC0415 - httpx, for this command only

    yield Fact("connect timeout", f"{LIMITS.connect:g} s")
    yield Fact("read timeout", f"{LIMITS.read:g} s")
    yield Fact("total timeout", f"{LIMITS.total:g} s")
    for name in _UNUSED:
        yield Fact(name, "set, but ignored" if environ.get(name) else "not set")
    netrc = Path(environ.get("HOME") or Path.home()) / ".netrc"
    yield Fact(".netrc", "exists, but ignored" if netrc.exists() else "does not exist")


def _terminal() -> Iterator[Fact]:
    on = [name for name in ("stdin", "stdout", "stderr") if is_terminal(getattr(sys, name))]
    yield Fact("terminals", ", ".join(on) or "none")
    size = shutil.get_terminal_size((0, 0))
    yield Fact("size", f"{size.columns}x{size.lines}" if size.lines else "unknown")
    yield Fact("encoding", f"stdout {sys.stdout.encoding}, locale {locale.getencoding()}")


def _variables(environ: Environ) -> Iterator[Fact]:
    for name in _SHOWN:
        yield Fact(name, environ.get(name, "not set"))
    for name in _SET_OR_NOT:
        yield Fact(name, "set" if environ.get(name) else "not set")
