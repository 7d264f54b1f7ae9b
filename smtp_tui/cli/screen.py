"""Opening the screen: on the profiles of this machine, or on a sandbox of its own."""

from __future__ import annotations

import io
import os
import re
import sys
import tempfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from msgspec import convert
from msgspec.structs import replace

from smtp_tui.api.activity import Activity
from smtp_tui.api.clock import Clock
from smtp_tui.api.target import Target
from smtp_tui.cli.exit_codes import ExitCode
from smtp_tui.cli.say import fail
from smtp_tui.cli.signals import exit_on_signal
from smtp_tui.profiles.choosing import Known, NoSuchProfile, Several, environment_profile
from smtp_tui.profiles.model import Environment, Profile
from smtp_tui.profiles.preferences import Preferences, keep_theme, load_preferences
from smtp_tui.profiles.sources import EnvironmentToken
from smtp_tui.profiles.store import ProfileStore
from smtp_tui.profiles.tokens import Tokens
from smtp_tui.state.auditor import Auditor
from smtp_tui.state.drafts import DraftStore
from smtp_tui.state.files import FileProblem, config_directory, state_directory
from smtp_tui.state.history import TestHistory
from smtp_tui.state.journal import Journal, actor_of
from smtp_tui.state.names import NameStore
from smtp_tui.state.runs import RunStore
from smtp_tui.state.settings import SettingsStore
from smtp_tui.ui.services import ReceivedMail, Reports, Services

if TYPE_CHECKING:
    import argparse

    from smtp_tui.api.client import Client
    from smtp_tui.sandbox import Sandbox

FRAMES: Final = "250"
"""Frames in a second: what changed waits this long for more to be drawn with it, and Textual's
60 would make each key and the first rows wait for 17 ms. Nothing is drawn where nothing changes."""

TURN: Final = 0.001
"""Seconds after which a thread that decodes a list lets keys have their turn; Python's 5 ms, once
for each of several hosts that answer together, would be felt."""


def open_screen(options: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """Open the screen on a profile; a problem with the profiles file is said there, not hidden."""
    config = config_directory(environ)
    store, preferences = ProfileStore(config), load_preferences(config)
    choice, problem, several = None, "", _several(options)
    try:
        known = Known(store.load(), environ)
        if several is None:
            choice = known.chosen(options.profile)
        else:
            known.check_several(several)
    except FileProblem as error:
        problem = str(error)
    extra = tuple(filter(None, [environment_profile(environ)]))
    services = _services(store, state_directory(environ), environ, extra, Clock())
    services = replace(
        services,
        read_only=options.read_only,
        choice=choice,
        several=several,
        refresh=preferences.refresh,
        confirm=preferences.confirm,
        keep_theme=partial(keep_theme, config),
    )
    return _run(services, choice.profile if choice is not None else None, problem, preferences)


def _several(options: argparse.Namespace) -> Several | None:
    """Which profiles to show together; None where one is to be used."""
    if not (options.all or options.profiles or options.label):
        return None
    names = [name.strip() for name in (options.profiles or "").split(",")]
    if options.profiles and not all(names):
        raise NoSuchProfile("--profiles: a name is empty (is a shell variable unset?)")
    return Several(tuple(filter(None, names)), options.label or "")


def open_demo(options: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """Open the screen on a sandbox in this process; nothing of it is left afterwards."""
    from smtp_tui.sandbox import Sandbox, SandboxOptions  # noqa: PLC0415 - an extra

    wanted = SandboxOptions(demo_records=True, allow_mail_to=tuple(options.allow_mail_to))
    with (
        exit_on_signal(),  # a signal leaves no files behind
        tempfile.TemporaryDirectory(prefix="smtp-tui-demo-") as directory,
        Sandbox(wanted) as sandbox,
    ):
        services, profile = demo_services(sandbox, Path(directory), Clock())
        services = replace(services, read_only=options.read_only)
        return _run(services, profile, "", Preferences())


def demo_services(sandbox: Sandbox, directory: Path, clock: Clock) -> tuple[Services, Profile]:
    """What the demo runs with: two profiles on the sandbox, and its mailbox."""
    token = "SANDBOX_TOKEN"
    profile = Profile(
        name="demo",
        host=sandbox.base_url,
        tenant=sandbox.tenant_id,
        tenant_name=sandbox.tenant_name,
        namespace=sandbox.environment()["NAMESPACE"],
        label="DEMO",
        environment=Environment.TEST,
        token=EnvironmentToken(token),
        recipient="you@sandbox.example",
    )
    europe = replace(
        profile,
        name="demo-europe",
        tenant=sandbox.other_tenant_id,
        tenant_name="",
        label="EUROPE",
        environment=Environment.OTHER,
        recipient="",
    )
    environ = {token: sandbox.admin_token}
    store = ProfileStore(directory / "config")
    services = _services(store, directory / "state", environ, (profile, europe), clock)

    def mailbox() -> tuple[ReceivedMail, ...]:
        """The mail that the sandbox took, oldest first."""
        return convert(sandbox.mailbox, tuple[ReceivedMail, ...], from_attributes=True)

    return replace(services, mailbox=mailbox), profile


def _services(
    store: ProfileStore,
    state: Path,
    environ: Mapping[str, str],
    extra_profiles: tuple[Profile, ...],
    clock: Clock,
) -> Services:
    activity, reports, journal = Activity(), Reports(), Journal(state)
    auditor = Auditor(lambda: journal, actor_of(environ), clock, lambda words: reports.warn(words))  # noqa: PLW0108 - the app replaces it

    def make_client(target: Target, tokens: Tokens) -> Client:
        """A client that shares activity, clock and journal with the others."""
        from smtp_tui.api.client import Client  # noqa: PLC0415 - httpx, after the first frame

        return Client(target, tokens, activity, clock, auditor)

    return Services(
        store=store,
        history=TestHistory(state),
        settings=SettingsStore(state),
        names=NameStore(state),
        drafts=DraftStore(state),
        journal=journal,
        run_store=RunStore(state),
        activity=activity,
        clock=clock,
        environ=environ,
        extra_profiles=extra_profiles,
        make_client=make_client,
        reports=reports,
    )


def _run(
    services: Services, profile: Profile | None, problem: str, preferences: Preferences
) -> int:
    for name in [name for name in os.environ if name.startswith("TEXTUAL")]:
        del os.environ[name]  # they would write key presses, passwords among them, to a file
    os.environ["TEXTUAL_FPS"] = FRAMES
    from rich.console import Console  # noqa: PLC0415 - with Textual

    from smtp_tui.ui.app import SmtpTui  # noqa: PLC0415 - Textual, after the variables are gone
    from smtp_tui.ui.keymap import keymap_of  # noqa: PLC0415 - with Textual
    from smtp_tui.ui.terminal.over_ssh import switched_on  # noqa: PLC0415 - for the screen
    from smtp_tui.ui.terminal.shutdown import Shutdown  # noqa: PLC0415 - with Textual
    from smtp_tui.ui.theme import known_theme  # noqa: PLC0415 - with Textual

    keymap, theme = keymap_of(preferences.keys), known_theme(preferences.theme)
    keyboard = switched_on(preferences.enhanced_keyboard, os.environ)
    sys.setswitchinterval(TURN)
    with Shutdown(sys.stdin.fileno()) as shutdown:
        app = SmtpTui(services, profile, problem, shutdown, enhanced_keyboard=keyboard, theme=theme)
        app.set_keymap(keymap)
        report = io.StringIO()
        app.error_console = Console(file=report)  # its tracebacks would print tokens and passwords
        app.run(mouse=switched_on(preferences.mouse, os.environ))
    for left in app.leaving.given_up:
        when = "the server answered" if left.sent else "it was sent"
        then = "outcome unknown: check the record" if left.sent else "nothing was changed"
        fail(f"left before {when}: {left.write.request.operation.value}; {then}")
    if app.return_code == 1 or report.getvalue():
        return fail(_crash_words(report.getvalue()), ExitCode.CRASHED)
    unknown = any(left.sent for left in app.leaving.given_up)
    return app.return_code or (ExitCode.UNKNOWN_OUTCOME if unknown else ExitCode.OK)


def _crash_words(report: str) -> str:
    """A crash in one line: only the kind of error in the report, which holds no value."""
    kinds = re.findall(r"^(\w+)(?<!NOTE)(?::.*)?$", report, re.MULTILINE)  # a note counts errors
    kind = f" ({kinds[0]})" if kinds else ""
    return f"internal error{kind}; nothing was sent that you had not reviewed"
