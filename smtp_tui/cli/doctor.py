"""``doctor``: what a person looks at first when something does not work.

It sends nothing, unless it is told to check the profile.
"""

from __future__ import annotations

import argparse
import locale
import os
import platform
import re
import shutil
import stat
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

from msgspec import Struct, to_builtins
from msgspec.structs import astuple

import smtp_tui
from smtp_tui.api.target import HostRefused
from smtp_tui.cli.exit_codes import ExitCode, UsageError
from smtp_tui.cli.output import show_many
from smtp_tui.cli.running import Environ, known_profiles
from smtp_tui.cli.say import is_terminal, show
from smtp_tui.cli.shapes import ShownFact
from smtp_tui.cli.signals import run_until_told
from smtp_tui.profiles.choosing import Known, NoSuchProfile, environment_profile, set_by
from smtp_tui.profiles.model import ADDRESSES, FIELDS, Profile
from smtp_tui.profiles.preferences import FILE_NAME as CONFIG_FILE
from smtp_tui.profiles.preferences import Preferences, load_preferences
from smtp_tui.profiles.sources import source_words
from smtp_tui.profiles.store import ProfileStore
from smtp_tui.profiles.toml import TomlProblem
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
_IGNORED: Final = "set, but ignored"
_PROXY: Final = f"{_IGNORED}: a proxy is used only where a profile names it, so that it is seen"
_WHY_UNUSED: Final = {
    **dict.fromkeys(("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"), _PROXY),
    "REQUESTS_CA_BUNDLE": f"{_IGNORED}: each profile says what it trusts",
    "SSLKEYLOGFILE": f"{_IGNORED}: it would hold the keys of every connection",
}
_LATER: Final = re.compile(r"(?:TSA|MCM|CAM)_[A-Z]+")
"""Variables of the vendor's products; those of later ones are shown where they are set."""
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
    if options.bundle is not None and options.json:
        raise UsageError("--json cannot be used with --bundle, which is JSON")
    report = {
        "versions": [*_versions()],
        "files": [*_files(environ)],
        "profile": [*_profile(options, environ)],
        "network": [*_network(environ)],
        "terminal": [*_terminal(environ)],
        "environment": [*_variables(environ)],
    }
    found = [(topic, fact) for topic, facts in report.items() for fact in facts]
    facts = [ShownFact(topic, *astuple(fact)) for topic, fact in found]
    if options.bundle is not None:
        from smtp_tui.cli.bundle import write_bundle  # noqa: PLC0415 - not for the report alone

        return write_bundle(options, environ, to_builtins(facts))
    if options.json:
        show_many(options, facts)
    else:
        for topic, lines in report.items():
            show("\n".join([topic, *map(_line, lines)]))
        show(_verdict([fact for _, fact in found]))
    return ExitCode.OK if all(fact.well for _, fact in found) else ExitCode.FAILED


def _verdict(facts: list[Fact]) -> str:
    """What it comes to, in a line."""
    wrong = Counter(fact.name for fact in facts if not fact.well)
    if not wrong:
        return "No problem found."
    names = (name if times == 1 else f"{name} ({times})" for name, times in wrong.items())
    return f"{counted(wrong.total(), 'problem')} found: {', '.join(names)}."


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
        yield from _profiles(ProfileStore(config), environ)
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


def _profiles(store: ProfileStore, environ: Environ) -> Iterator[Fact]:
    try:
        found = store.load()
    except FileProblem as error:
        yield Fact("profiles", _mistake(error), False)
        return
    if found.read_only_why is not None:
        yield Fact("profiles", found.read_only_why, False)
    problems = [broken.problem for broken in found.broken]
    problems += [found.problem] if found.problem is not None else []
    for problem in problems:
        yield Fact("profiles", _mistake(problem), False)
    if problems or found.read_only_why is not None:
        return
    default = found.default or "none"
    with suppress(NoSuchProfile):
        choice = Known(found, environ).chosen(None)
        if choice is not None and choice.overruled:
            default += f", overridden by {choice.source}"
    count = len(found.profiles)
    yield Fact("profiles", f"{counted(count, 'profile')}, default: {default}")


def _mistake(problem: FileProblem) -> str:
    """What is wrong with a file, where, and what to do."""
    if not isinstance(problem, TomlProblem):
        return str(problem)
    end = "" if problem.words.endswith("?") else "."
    return f"{problem.of}{problem.words}{end} {problem.remedy}."


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
        return Fact(CONFIG_FILE, _mistake(error), False)
    return Fact(CONFIG_FILE, f"{path}{'' if path.exists() else ' (does not exist yet)'}")


def _profile(options: argparse.Namespace, environ: Environ) -> Iterator[Fact]:
    """The profile that a command would use, where each of its settings comes from, and its steps.

    No host is shown that cannot be used: it may hold a password.
    """
    try:
        choice = known_profiles(environ).decided(options.profile)
    except FileProblem:
        yield Fact("profile", "not known: the profiles cannot be read, see above")
        return
    except NoSuchProfile as problem:
        yield Fact("profile", str(problem), well=options.profile is None)
        return
    profile, origins = choice.profile, set_by(choice.profile, environ)
    yield Fact("profile", f"{profile.name} ({choice.short or choice.source})")
    try:
        profile.target()
        hidden: tuple[str, ...] = ()
    except HostRefused as refusal:
        hidden = ADDRESSES
        yield Fact("host", str(refusal), False)
    for field in FIELDS[1:]:
        if field.name not in hidden:
            text = field.text(profile) or "none"
            words = source_words(profile.token) if field.name == "token" else text
            yield Fact(field.name, f"{words} ({origins[field.name]})")
    if options.check:
        yield from _steps(profile, environ)


def _steps(profile: Profile, environ: Environ) -> Iterator[Fact]:
    """Try the profile step by step, as ``profiles check`` does."""
    from smtp_tui.cli.profiles_check import all_steps  # noqa: PLC0415 - httpx, for this alone
    from smtp_tui.workflows.check_profile import Result  # noqa: PLC0415

    for step in run_until_told(all_steps(profile, environ)):
        words = f"{step.result.value}: {step.words}".removesuffix(": ")
        yield Fact(f"check: {step.stage.value}", words, step.result is not Result.FAILED)


def _network(environ: Environ) -> Iterator[Fact]:
    """How long a request may take, and what of the environment is not used."""
    from smtp_tui.api.transport import LIMITS  # noqa: PLC0415 - httpx, for this command only

    yield Fact("connect timeout", f"{LIMITS.connect:g} s")
    yield Fact("read timeout", f"{LIMITS.read:g} s")
    yield Fact("total timeout", f"{LIMITS.total:g} s")
    for name in _UNUSED:
        yield Fact(
            name, _WHY_UNUSED.get(name.upper(), _IGNORED) if environ.get(name) else "not set"
        )
    netrc = Path(environ.get("HOME") or Path.home()) / ".netrc"
    yield Fact(".netrc", "exists, but ignored" if netrc.exists() else "does not exist")


def _terminal(environ: Environ) -> Iterator[Fact]:
    on = [name for name in ("stdin", "stdout", "stderr") if is_terminal(getattr(sys, name))]
    yield Fact("terminals", ", ".join(on) or "none")
    size = shutil.get_terminal_size((0, 0))
    yield Fact("size", f"{size.columns}x{size.lines}" if size.lines else "unknown")
    stdout = "closed" if sys.stdout is None else sys.stdout.encoding
    yield Fact("encoding", f"stdout {stdout}, locale {locale.getencoding()}")
    from smtp_tui.ui.terminal.clipboard import OSC_52, wrapped  # noqa: PLC0415
    from smtp_tui.ui.terminal.over_ssh import over_ssh, switched_on  # noqa: PLC0415

    yield Fact("colours", _colours(environ))
    between = "tmux" if "TMUX" in environ else "screen" if "STY" in environ else "none"
    yield Fact("multiplexer", between)
    yield Fact("clipboard", f"a copy is {wrapped(OSC_52, environ)[1]}")
    try:
        preferences = load_preferences(config_directory(environ))
    except FileProblem:
        preferences = Preferences()
    for name, chosen in (
        ("mouse", preferences.mouse),
        ("keyboard protocol", preferences.enhanced_keyboard),
    ):
        used = "used" if switched_on(chosen, environ) else "not used"
        why = CONFIG_FILE if chosen is not None else "over ssh" if over_ssh(environ) else "default"
        yield Fact(name, f"{used} ({why})")


def _colours(environ: Environ) -> str:
    """How many colours the screen has, by the variables that tell it."""
    if environ.get("NO_COLOR"):
        return "none (NO_COLOR)"
    if environ.get("COLORTERM", "").lower() in ("truecolor", "24bit"):
        return "16 million (COLORTERM)"
    return "256 (TERM)" if "256color" in environ.get("TERM", "") else "16"


def _variables(environ: Environ) -> Iterator[Fact]:
    for name in _SHOWN:
        yield Fact(name, environ.get(name, "not set"))
    for name in _SET_OR_NOT:
        yield Fact(name, "set" if environ.get(name) else "not set")
    for name in sorted(filter(_LATER.fullmatch, environ)):
        if name not in _SET_OR_NOT:
            yield Fact(name, "set")
