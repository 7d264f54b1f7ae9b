"""The scenes of the pictures: key presses on the running app, on a sandbox that really mails.

Run by `make.py` in a process for each size and look, because Textual reads the environment when it
is imported. To change what leads to a picture, change its scene. What pictures there are stands in
`pictures.py`, what a scene starts with in `starts.py`.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import chdir, suppress
from dataclasses import dataclass
from errno import EADDRINUSE
from pathlib import Path
from typing import Any, Final, TypeAlias

from filelock import FileLock
from textual.command import CommandPalette
from textual.screen import Screen
from textual.widgets import OptionList

from screenshots import relays, starts
from screenshots.pictures import Look, Size, drawings
from screenshots.stage import AllTaken, MissingWords, Stage, draw_as_a_terminal
from screenshots.starts import (
    CLOSED_PORT,
    MAIL,
    MANY_PARAMETERS,
    NO_HOST,
    PINNED,
    WORKS,
    WRONG_PASSWORD,
    Prepare,
    changed,
    opened,
)
from smtp_tui.api.target import Access, Pinned
from smtp_tui.mail.remarks import Severity
from smtp_tui.profiles.model import Environment
from smtp_tui.profiles.sources import LoginToken, PromptToken
from smtp_tui.sandbox.accounts import OTHER_TENANT_ID
from smtp_tui.ui.actions import BY_ID
from smtp_tui.ui.all_profiles.screen import AllProfilesScreen
from smtp_tui.ui.app import SmtpTui
from smtp_tui.ui.bulk.edit import ManyScreen
from smtp_tui.ui.bulk.plan import PlanDialog
from smtp_tui.ui.bulk.run import RunScreen
from smtp_tui.ui.compare.screen import CompareScreen
from smtp_tui.ui.connections.detail import DetailScreen, UnreadableScreen
from smtp_tui.ui.connections.screen import ConnectionsScreen
from smtp_tui.ui.dialogs import CopyDialog, QuestionDialog
from smtp_tui.ui.help import HelpScreen
from smtp_tui.ui.logs.activity import ActivityScreen
from smtp_tui.ui.logs.journal import JournalScreen, WrittenDialog
from smtp_tui.ui.logs.mailbox import MailboxScreen
from smtp_tui.ui.probe.dialog import DialogueDialog, ProbeDialog
from smtp_tui.ui.profiles.check import CheckDialog, StartProblemScreen
from smtp_tui.ui.profiles.form import FirstStartScreen, ProfileFormScreen
from smtp_tui.ui.profiles.switcher import ProfilesDialog
from smtp_tui.ui.profiles.which import WhichProfileDialog
from smtp_tui.ui.record_form.form import PresetDialog
from smtp_tui.ui.record_form.screen import FormScreen
from smtp_tui.ui.review import ConflictDialog, ReviewDialog
from smtp_tui.ui.sign_in import ChangedDialog, FirstMeetingDialog, SignInDialog
from smtp_tui.ui.test_email import TestDialog
from smtp_tui.ui.widgets.table import RecordsTable
from tests.failing_sandbox import Fault, FaultKind, Operation

SOME: Final = 15
"""Actions of the palette; there are more."""
SEVERAL: Final = 14
"""Fewer records than those of all profiles."""
Drawn: TypeAlias = tuple[Size, Look]
Play: TypeAlias = Callable[[Stage], Awaitable[None]]
PORTS: Final = {
    drawn: 27080 + 100 * number
    for number, drawn in enumerate(dict.fromkeys((each.size, each.look) for each in drawings()))
}
"""The sandbox's port by what is drawn, with its mail server below. They are seen in the pictures,
so they are fixed; below those that systems hand out."""


@dataclass(frozen=True)
class Scene:
    """A run of the app: the pictures it gives, what is done in it, and what it starts with."""

    gives: tuple[str, ...]
    play: Play
    prepare: Prepare = starts.as_it_is
    records: bool = True
    tls: bool = False


async def browsing(stage: Stage) -> None:
    """The table with marks, the filter, one record whole, and the dialogs of any screen."""
    for name in (CLOSED_PORT, MANY_PARAMETERS):
        await stage.go_to(name)
        await stage.press("space")
    await stage.go_to(WORKS)
    stage.clock.wait(12)
    await stage.shoot("connections")
    await stage.press("slash", *"relay")
    await stage.shoot("filter")
    await stage.press(*"zzz")
    await stage.until(lambda: not stage.home.table.rows, "no rows")
    await stage.shoot("no-matches")
    await stage.press("escape")
    await stage.go_to(WORKS)
    await stage.front(CopyDialog, "y")
    await stage.shoot("copy")
    await stage.back()
    await stage.front(HelpScreen, "question_mark")
    await stage.shoot("help")
    await stage.back()
    palette = await stage.front(CommandPalette, "colon")
    await stage.until(lambda: palette.query_one(OptionList).option_count > SOME, "the actions")
    await stage.shoot("palette")
    await stage.back()
    await stage.answered("enter")
    await stage.front(DetailScreen)
    await stage.shoot("detail")


async def mailing(stage: Stage) -> None:
    """A record is mended and tested, others fail; then the logs."""
    await stage.edit(CLOSED_PORT, port=str(stage.sandbox.smtp_port))
    await stage.front(ReviewDialog, "ctrl+s")
    await stage.press("enter")
    await stage.rows()
    await stage.shoot("saved")
    stage.app.clear_messages()  # it would go by itself, but nobody knows before which picture
    unknown = Fault(FaultKind.BAD_GATEWAY, Operation.TEST_SAVED, after_work=True)
    for name, picture in (
        (WORKS, "test-accepted"),
        (WRONG_PASSWORD, "test-rejected"),
        (NO_HOST, "test-unreachable"),
        (MANY_PARAMETERS, "test-unknown"),
    ):
        stage.clock.wait(240)
        await stage.go_to(name)
        dialog = await stage.front(TestDialog, "t")
        await stage.shoot("test-ask") if name == WORKS else None
        if picture == "test-unknown":
            stage.sandbox.faults.add(unknown)
        await stage.press("enter")
        await stage.until(lambda: bool(dialog.mail and dialog.mail.outcome), picture)  # noqa: B023 - awaited here
        await stage.shoot(picture)
        await stage.back()
    for screen, keys, picture in (
        (ActivityScreen, "a", "activity"),
        (MailboxScreen, "m", "mailbox"),
        (JournalScreen, "A", "journal"),
    ):
        opened = await stage.front(screen, keys)
        await stage.until(lambda: bool(opened.query_one(RecordsTable).rows), picture)  # noqa: B023 - awaited here
        await stage.shoot(picture)
        if screen is not JournalScreen:
            await stage.back()
    for number, entry in enumerate(stage.services.journal.read(1000).entries):
        stage.hidden.setdefault(entry.write_id, f"4d1c60a9e5b7{number:04x}")
    await stage.front(WrittenDialog, "G", "enter")
    await stage.shoot("journal-entry")


async def editing(stage: Stage) -> None:
    """Changes, their review, a form that is left, a draft, a delete, a conflict, a new record."""
    await stage.edit(WORKS, password="secret-1", port="70000")
    await stage.remarked("port", Severity.ERROR)
    await stage.shoot("field-error")
    await stage.fill("port", "587")
    await stage.remarked("port", Severity.HINT)
    await stage.shoot("edit")
    await stage.front(ReviewDialog, "ctrl+s")
    await stage.shoot("review")
    await stage.front(FormScreen, "escape")
    await stage.front(QuestionDialog, "escape")
    await stage.shoot("leave")
    await stage.choose("draft")
    await stage.rows()
    stage.clock.wait(240)
    await stage.front(QuestionDialog, "e")
    await stage.shoot("draft")
    await stage.back()
    await stage.front(ReviewDialog, "d")
    await stage.shoot("review-delete")
    await stage.back()
    await conflict(stage)


async def many(stage: Stage) -> None:
    """All records marked: a change for all of them, its plan and run, and a delete."""
    await stage.rows()
    await stage.press("asterisk")
    await stage.front(PlanDialog, "d")
    await stage.shoot("plan-delete")
    await stage.back()
    await stage.front(ManyScreen, "e")
    await stage.fill("port", "587")
    await stage.remarked("port", Severity.HINT)
    await stage.shoot("edit-many")
    await stage.front(PlanDialog, "ctrl+s")
    stage.clock.wait(1)
    await stage.shoot("plan")
    gone = next(each.id for each in stage.sandbox.records() if each.name == NO_HOST)
    stage.sandbox.faults.add(Fault(FaultKind.FORBIDDEN, f"/*/{gone}", count=None))
    await stage.front(RunScreen, "enter")
    await stage.shows("ended")
    await stage.shoot("run")


async def all_profiles(stage: Stage) -> None:
    """The records of several profiles in one table."""
    await stage.rows()
    screen = await stage.front(AllProfilesScreen, "P")
    await stage.until(lambda: len(screen.table.rows) > SEVERAL, "the rows of both profiles")
    await stage.press("j", "space")
    await stage.shoot("all-profiles")


async def side_by_side(stage: Stage) -> None:
    """Two profiles whose records differ."""
    for name, port in ((WORKS, 587), (NO_HOST, 25)):
        values = {"hostname": "mx.example.com", "port": port}
        stage.sandbox.add_record(name, values, tenant=OTHER_TENANT_ID)
    await stage.rows()
    await stage.front(WhichProfileDialog, "equals_sign")
    await stage.shows("demo-europe")
    screen = await stage.front(CompareScreen, "enter")
    await stage.until(lambda: bool(screen.table.rows), "what differs")
    await stage.press("j", "space", "space")
    await stage.shoot("compare")


async def conflict(stage: Stage) -> None:
    """Someone else changes the parameters that are edited here."""
    await stage.edit(CLOSED_PORT, hostname="mail.example.com", port="587")
    await stage.front(ReviewDialog, "ctrl+s")
    stage.clock.wait(1)
    record = next(each for each in stage.sandbox.records() if each.name == CLOSED_PORT)
    stage.sandbox.change_record(record.id, {"hostname": "smtp.example.com", "port": 2525})
    await stage.front(ConflictDialog, "enter")
    await stage.shoot("conflict")


async def creating(stage: Stage) -> None:
    """A new record, filled from a preset."""
    await stage.rows()
    await stage.front(FormScreen, "n")
    await stage.fill("name", "NEWSLETTER")
    await stage.front(PresetDialog, BY_ID["form.preset"].keys.split(",")[0])
    await stage.shoot("preset")


async def protected(stage: Stage) -> None:
    """A change where the record's name has to be typed."""
    await stage.edit(WORKS, port="587")
    await stage.front(ReviewDialog, "ctrl+s")
    await stage.press(*WORKS[:3])
    await stage.shoot("review-protected")


async def read_only(stage: Stage) -> None:
    """A key that does nothing in a read-only profile."""
    await stage.go_to(WORKS)
    await stage.press("d")
    await stage.shoot("read-only")


async def failing(stage: Stage) -> None:
    """A server that hangs, fails, and hangs again with a mail."""
    await stage.front(ConnectionsScreen)
    await stage.until(lambda: bool(stage.sandbox.requests), "the first request")
    stage.clock.wait(3)
    await stage.shows(r"\b3 ?s\b")
    await stage.shoot("reading", waiting=True)
    await stage.press("escape", "r")
    await stage.go_to(WORKS)
    stage.clock.wait(720)
    stage.sandbox.faults.add(Fault(FaultKind.BAD_GATEWAY, Operation.LIST, count=None))
    await stage.press("r")
    await stage.until(lambda: stage.home.problem is not None, "the problem")
    await stage.shoot("stale")
    stage.sandbox.faults.clear()
    await stage.press("r")
    await stage.until(lambda: stage.home.problem is None, "no problem")
    await sending(stage)


async def sending(stage: Stage) -> None:
    """A mail is on its way, and stays so."""
    await stage.go_to(WORKS)
    stage.sandbox.faults.add(Fault(FaultKind.HANG, Operation.TEST_SAVED))
    dialog = await stage.front(TestDialog, "t")
    before = len(stage.sandbox.requests)
    await stage.press("enter")
    await stage.until(lambda: len(stage.sandbox.requests) > before, "the request")
    assert dialog.mail is not None
    stage.clock.wait(7)
    await stage.shows(r"\b7 ?s\b")
    await stage.shoot("test-sending")


async def unreadable(stage: Stage) -> None:
    """Records beside entries that are none."""
    await stage.rows()
    good = [record.answer() for record in stage.sandbox.records()[:2]]
    bad = [{"name": "OLD-RELAY"}, {"id": ".."}, 7, None]
    body = json.dumps([good[0], *bad, good[1]]).encode()
    stage.sandbox.faults.add(Fault(FaultKind.RAW, Operation.LIST, status=200, body=body))
    await stage.answered("r")
    await stage.rows()
    await stage.front(UnreadableScreen, "U")
    await stage.shoot("unreadable")


async def nothing_there(stage: Stage) -> None:
    """A list without records."""
    await stage.until(lambda: not stage.home.reading, "the answer")
    await stage.shoot("empty")


async def switching(stage: Stage) -> None:
    """The profiles, the form of one, and its check."""
    await stage.rows()
    await known_profiles(stage)
    await stage.shoot("profiles")
    await stage.front(CheckDialog, "x")
    await stage.listed()
    await stage.shoot("profile-check")
    await stage.front(ProfilesDialog, "escape")
    await stage.press("j")
    await stage.front(ProfileFormScreen, "e")
    await stage.shoot("profile-form")


async def known_profiles(stage: Stage) -> None:
    """The profiles, once each host was looked at."""
    dialog = await stage.front(ProfilesDialog, "p")
    table = dialog.query_one(RecordsTable)

    def known() -> bool:
        """Whether there are rows, and all of them say it."""
        return bool(table.rows) and not any("…" in row.cells for row in table.rows)

    await stage.until(known, "whether the hosts answer")


async def beginning(stage: Stage) -> None:
    """The first start, and what it finds."""
    screen = await stage.front(FirstStartScreen)
    await stage.shoot("first-start")
    await stage.fill("host", stage.sandbox.base_url)
    await stage.fill("user", "admin")
    await stage.fill("password", stage.sandbox.password())
    await stage.press("ctrl+s")
    await stage.until(lambda: screen.has_class("-found"), "what was found")
    await stage.listed()
    await stage.shoot("first-start-found")


async def broken(stage: Stage) -> None:
    """A start that did not work, and the profiles that do."""
    await stage.front(StartProblemScreen)
    await stage.shoot("start-problem")
    await known_profiles(stage)
    await stage.shoot("profiles-broken")


async def probing(stage: Stage) -> None:
    """A relay that answers, and what CAM said of it; its dialogue."""
    with relays.played(stage):
        await probed(stage, relays.GOOD, "ACCEPTED", "unknown", "250 2.0.0 Ok: queued as 4C1F09")
        await stage.shoot("probe")
        await stage.front(DialogueDialog, "d")
        await stage.shoot("probe-dialogue")
        await stage.front(ProbeDialog, "escape")
        await stage.back()
        words = "connect ETIMEDOUT 192.0.2.25"
        await probed(stage, relays.GOOD, "UNREACHABLE", "connect", words)
        await stage.shoot("probe-only-here")
        await stage.back()
        words = "250 2.0.0 Ok: queued as 4C1F0A"
        await probed(stage, relays.CLOSED, "ACCEPTED", "unknown", words)
        await stage.shoot("probe-only-cam")
        await stage.back()
        words = "250 2.0.0 Ok: queued as 4C1F0B"
        await probed(stage, relays.ENDS_SOON, "ACCEPTED", "unknown", words)
        await stage.shoot("probe-certificate")


async def probed(stage: Stage, offset: int, verdict: str, phase: str, words: str) -> None:
    """Probe the record of a relay, which CAM tested before."""
    await stage.rows()
    relays.stored(stage, offset, verdict, phase, words)
    await stage.answered("r")
    await stage.go_to(relays.RELAY)
    await stage.front(ProbeDialog, "x")
    await stage.shows("From CAM")


def asked(dialog: type[Screen[Any]], picture: str, *typed: str) -> Play:
    """A dialog that opens by itself, and what is typed into it."""

    async def play(stage: Stage) -> None:
        """Wait for it, and take the picture."""
        await stage.front(dialog)
        await stage.press(*typed)
        await stage.shoot(picture, waiting=True)

    return play


PRODUCTION: Final = changed(
    name="production",
    label="",
    environment=Environment.PRODUCTION,
    access=Access.PROTECTED,
)
SCENES: Final = (
    Scene(
        ("connections", "filter", "no-matches", "copy", "help", "palette", "detail"),
        browsing,
        starts.logged_in,
    ),
    Scene(
        (
            *("saved", "test-ask", "test-accepted", "test-rejected", "test-unreachable"),
            *("test-unknown", "activity", "mailbox", "journal", "journal-entry"),
        ),
        mailing,
        starts.logged_in,
    ),
    Scene(
        ("field-error", "edit", "review", "leave", "draft", "review-delete", "conflict"),
        editing,
        starts.logged_in,
    ),
    Scene(("plan-delete", "edit-many", "plan", "run"), many),
    Scene(("all-profiles",), all_profiles, starts.together),
    Scene(("compare",), side_by_side),
    Scene(("preset",), creating),
    Scene(("review-protected",), protected, PRODUCTION),
    Scene(("read-only",), read_only, changed(access=Access.READ_ONLY)),
    Scene(("reading", "stale", "test-sending"), failing, starts.hanging_list),
    Scene(("unreadable",), unreadable),
    Scene(("empty",), nothing_there, records=False),
    Scene(("profiles", "profile-check", "profile-form"), switching, starts.named),
    Scene(("first-start", "first-start-found"), beginning, starts.first_start),
    Scene(("start-problem", "profiles-broken"), broken, starts.broken_file),
    Scene(
        ("probe", "probe-dialogue", "probe-only-here", "probe-only-cam", "probe-certificate"),
        probing,
        relays.probing,
    ),
    Scene(
        ("log-in",), asked(SignInDialog, "log-in", *"secret"), changed(token=LoginToken("admin"))
    ),
    Scene(("token",), asked(SignInDialog, "token"), changed(token=PromptToken())),
    Scene(("certificate",), asked(FirstMeetingDialog, "certificate"), tls=True),
    Scene(
        ("certificate-changed",),
        asked(ChangedDialog, "certificate-changed"),
        changed(trust=Pinned(PINNED)),
        tls=True,
    ),
)


async def perform(scene: Scene, drawn: Drawn, wanted: set[str], directory: Path) -> None:
    """Play one scene at one size and in one look until all wanted pictures of it are taken.

    Raises `OSError` where a port is taken.
    """
    size, look = drawn
    theme = "light" if look is Look.LIGHT else "ansi"
    with opened(scene.prepare, PORTS[drawn], records=scene.records, tls=scene.tls) as (
        start,
        clock,
    ):
        app = SmtpTui(start.services, start.profile, start.problem, theme=theme)
        async with app.run_test(size=size.value) as pilot:
            given = (start.sandbox, start.services, directory, size, look, wanted)
            with suppress(AllTaken):
                await scene.play(Stage(app, pilot, clock, *given))
            start.sandbox.stop()  # else the end of the app would wait for an answer
            if wanted:
                raise MissingWords(f"not taken: {', '.join(sorted(wanted))}")


def main(directory: Path, drawn: Drawn, wanted: frozenset[str]) -> int:
    """Make pictures at one size and in one look; 2 and words where that is not possible.

    Two of these at once take turns, because there is one set of ports.
    """
    draw_as_a_terminal()
    port = PORTS[drawn]
    alone = FileLock(Path(tempfile.gettempdir()) / f"smtp-tui-pictures-{port}.lock", timeout=300)
    try:
        with alone:
            for scene in SCENES:
                if taken := wanted.intersection(scene.gives):
                    # Until the loop has ended, threads may write files.
                    with tempfile.TemporaryDirectory() as own, chdir(own):
                        asyncio.run(perform(scene, drawn, {*taken}, directory))
    except OSError as error:
        if error.errno != EADDRINUSE:
            raise
        ports = f"{port}, {port + MAIL} and {port + MAIL + 1}"
        print(f"The pictures need the ports {ports} of 127.0.0.1; {error}", file=sys.stderr)
        return 2
    except MissingWords as error:
        print(f"The app did not go where the story goes; {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    _, place, size, look, *names = sys.argv
    sys.exit(main(Path(place), (Size[size], Look[look]), frozenset(names)))
