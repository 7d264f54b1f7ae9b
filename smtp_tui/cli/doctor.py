"""``doctor``: what a person asks first when something does not work. No secret, no request."""

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

from msgspec import Struct

import smtp_tui
from smtp_tui.cli.exit_codes import ExitCode
from smtp_tui.cli.running import Environ
from smtp_tui.cli.say import clean, show, show_json
from smtp_tui.profiles.choosing import NoSuchProfile, known_of
from smtp_tui.profiles.environment import environment_profile
from smtp_tui.profiles.preferences import FILE_NAME as CONFIG_FILE
from smtp_tui.profiles.preferences import PreferencesError, load_preferences
from smtp_tui.profiles.reading import ProfilesFileError
from smtp_tui.profiles.store import ProfileStore, config_directory
from smtp_tui.state.files import FileProblem
from smtp_tui.state.journal import FILE_NAME as JOURNAL
from smtp_tui.state.places import state_directory

_PACKAGES: Final = (
    *("textual", "httpx", "h11", "msgspec", "pydantic"),
    *("tomlkit", "filelock", "platformdirs"),
)
_SANDBOX_PACKAGES: Final = ("starlette", "uvicorn", "aiosmtpd", "cryptography")
_SHOWN: Final = ("TERM", "COLORTERM", "NO_COLOR", "LANG", "LC_ALL")
_UNUSED: Final = (
    *("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"),
    *("NETRC", "REQUESTS_CA_BUNDLE", "SSLKEYLOGFILE"),
)
"""Variables that other programs heed, and this one does not."""
_SET_OR_NOT: Final = (
    "SMTP_TUI_PROFILE",
    "TMUX",
    "STY",
    "SSH_CONNECTION",
    "SMTP_TUI_CONFIG_DIR",
    "SMTP_TUI_STATE_DIR",
    "CAM_HOST",
    "CAM_PORT",
    "CAM_TENANT_ID",
    "CAM_BEARER_TOKEN",
    "ICP_TEAM",
    "NAMESPACE",
)


class Fact(Struct, frozen=True):
    """One thing found; ``well`` False where it needs mending."""

    topic: str
    name: str
    words: str
    well: bool = True


def examine(options: argparse.Namespace, environ: Environ) -> ExitCode:
    """Print versions, paths, the terminal and the health of the files."""
    facts = [*_versions(), *_files(environ), *_network(environ), *_terminal(environ)]
    if options.json:
        show_json(
            [
                {"topic": one.topic, "name": one.name, "words": one.words, "well": one.well}
                for one in facts
            ]
        )
    else:
        show("\n".join(_lines(facts)))
    return ExitCode.OK if all(one.well for one in facts) else ExitCode.FAILED


def _lines(facts: list[Fact]) -> Iterator[str]:
    topic = ""
    for fact in facts:
        if fact.topic != topic:
            topic = fact.topic
            yield topic
        sign = " " if fact.well else "!"
        yield f" {sign} {fact.name:<20} {clean(fact.words)}".rstrip()


def _versions() -> Iterator[Fact]:
    yield Fact("versions", "smtp-tui", smtp_tui.__version__)
    yield Fact("versions", "python", f"{platform.python_version()} on {platform.platform()}")
    for package in _PACKAGES:
        found = _version(package)
        yield Fact("versions", package, found or "not installed", found is not None)
    for package in _SANDBOX_PACKAGES:
        yield Fact("versions", package, _version(package) or "not installed (for the sandbox)")


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _files(environ: Environ) -> Iterator[Fact]:
    for name, find in (("config", config_directory), ("state", state_directory)):
        try:
            directory = find(environ)
        except FileProblem as problem:
            yield Fact("files", name, str(problem), False)
            continue
        yield _place(name, directory)
        if name == "state":
            yield _place(JOURNAL, directory / JOURNAL)
        if name == "config":
            store = ProfileStore(directory)
            yield _place("profiles.toml", store.path)
            yield _profiles(store, environ)
            yield _preferences(directory)
    profile = environment_profile(environ)
    yield Fact("files", "environment", "makes a profile" if profile else "makes no profile")


def _place(name: str, path: Path) -> Fact:
    """A directory or file: where it is, and whether others could read or change it."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return Fact("files", name, f"{path} (not there yet)")
    except OSError as error:
        return Fact("files", name, f"{path}: {error.strerror}", False)
    mode = stat.S_IMODE(status.st_mode)
    words = f"{path} (mode {mode:04o})"
    if status.st_uid not in {0, os.geteuid()}:
        return Fact("files", name, f"{words} belongs to another user", False)
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        wanted = "700" if stat.S_ISDIR(status.st_mode) else "600"
        return Fact("files", name, f"{words} is open to others; chmod {wanted}", False)
    if not os.access(path, os.W_OK):
        return Fact("files", name, f"{words} cannot be written", False)
    return Fact("files", name, words)


def _profiles(store: ProfileStore, environ: Environ) -> Fact:
    try:
        found = store.load()
    except (ProfilesFileError, FileProblem) as error:
        return Fact("files", "profiles", str(error), False)
    default = found.default or "none"
    with suppress(NoSuchProfile):
        choice = known_of(found, environ).chosen(None)
        if choice is not None and choice.overruled:
            default += f", overruled by {choice.by.source}"
    count = len(found.profiles)
    words = f"{count} profile{'' if count == 1 else 's'}, default {default}"
    if found.read_only_why is not None:
        return Fact("files", "profiles", found.read_only_why, False)
    return Fact("files", "profiles", words)


def _preferences(directory: Path) -> Fact:
    from smtp_tui.ui.keymap import keymap_of  # noqa: PLC0415 - which keys the screens can have

    path = directory / CONFIG_FILE
    try:
        keymap_of(load_preferences(directory).keys)
    except (PreferencesError, FileProblem) as error:
        return Fact("files", CONFIG_FILE, str(error), False)
    return Fact("files", CONFIG_FILE, f"{path}" if path.exists() else f"{path} (not there yet)")


def _network(environ: Environ) -> Iterator[Fact]:
    """How long a request may take, and what of the environment is not used."""
    from smtp_tui.api.client import LIMITS  # noqa: PLC0415 - httpx, for this command only

    yield Fact("network", "to connect", f"{LIMITS.connect:g} s")
    yield Fact("network", "silence", f"{LIMITS.read:g} s at most")
    yield Fact("network", "a whole request", f"{LIMITS.total:g} s at most")
    for name in _UNUSED:
        yield Fact("network", name, "set, and not used" if environ.get(name) else "not set")
    netrc = Path(environ.get("HOME") or Path.home()) / ".netrc"
    yield Fact("network", ".netrc", "there, and not used" if netrc.exists() else "not there")


def _terminal(environ: Environ) -> Iterator[Fact]:
    streams = (("stdin", sys.stdin), ("stdout", sys.stdout), ("stderr", sys.stderr))
    on = [name for name, stream in streams if stream.isatty()]
    yield Fact("terminal", "terminal on", ", ".join(on) or "none of the streams")
    size = shutil.get_terminal_size((0, 0))
    yield Fact("terminal", "size", f"{size.columns}x{size.lines}" if size.lines else "not told")
    encoding = f"stdout {sys.stdout.encoding}, locale {locale.getpreferredencoding(False)}"
    yield Fact("terminal", "encoding", encoding)
    for name in _SHOWN:
        yield Fact("environment", name, environ.get(name, "not set"))
    for name in _SET_OR_NOT:
        yield Fact("environment", name, "set" if environ.get(name) else "not set")
