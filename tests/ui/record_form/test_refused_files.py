"""Where the disk does not do its part: what is said, and that nothing typed is lost by it."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path
from threading import Event, Thread

from msgspec.structs import replace

from smtp_tui.editing.draft import new_draft
from smtp_tui.state.drafts import DraftStore, SavedDraft
from smtp_tui.state.encoding import RecordKey
from smtp_tui.ui.record_form.autosave import Autosave
from smtp_tui.ui.services import Services
from tests.failing_sandbox import Sandbox
from tests.ui.forms import edit_port
from tests.ui.helpers import HeldClock, opened

KEY = RecordKey("https://cam.example.com", "tenant", None)


class Counting(DraftStore):
    """The drafts of a directory, and how often one was to be kept."""

    tried = 0

    def save(self, draft: SavedDraft) -> SavedDraft:
        self.tried += 1
        return super().save(draft)

    def tried_since(self, count: int) -> bool:
        return self.tried > count


class SlowDisk(DraftStore):
    """A disk that writes when a test says so."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self.begun, self.let_go = Event(), Event()

    def save(self, draft: SavedDraft) -> SavedDraft:
        self.begun.set()
        assert self.let_go.wait(30)
        return super().save(draft)


async def test_a_draft_that_cannot_be_kept_is_said_once_and_typing_goes_on(
    demo: Sandbox, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("no directory")
    drafts = Counting(tmp_path / "file")

    def refusing(services: Services) -> Services:
        return replace(services, drafts=drafts)

    async with opened(demo, services=refusing) as ui:
        await edit_port(ui, "BATCH", "587")
        await ui.sees("The draft could not be saved")
        for digit in "12":
            before = drafts.tried
            await ui.press(digit)
            await ui.until(partial(drafts.tried_since, before), "another try")
        await ui.sees("58712")
        assert ui.text().count("The draft could not be saved") == 1


async def test_a_draft_that_cannot_be_taken_over_is_taken_up_all_the_same(
    demo: Sandbox, tmp_path: Path
) -> None:
    async with opened(demo, directory=tmp_path) as ui:
        await edit_port(ui, "BATCH", "587")
        await ui.until(ui.services.drafts.all, "the draft on the disk")
        ui.app.exit()

    class ReadOnly(DraftStore):
        def save(self, draft: SavedDraft) -> SavedDraft:
            return DraftStore(tmp_path / "state" / "tests.jsonl").save(draft)

    (tmp_path / "state" / "tests.jsonl").touch(mode=0o600)
    drafts = ReadOnly(tmp_path / "state")
    async with opened(demo, services=lambda some: replace(some, drafts=drafts)) as ui:
        await ui.sees("BATCH")
        await ui.press("e")
        await ui.sees("There is a draft")
        ui.clock.forward(5)
        await ui.press("enter")
        await ui.sees("Edit BATCH", "587", "The draft could not be saved")


async def test_a_draft_given_up_is_not_brought_back_by_a_slow_disk(tmp_path: Path) -> None:
    drafts = SlowDisk(tmp_path)
    typed = new_draft().with_text("hostname", "mail.example.com").texts
    now = HeldClock().now()
    autosave = Autosave(drafts)
    autosave.latest = SavedDraft(key=KEY, record_name="", saved_at=now, texts=typed, opened=())
    keeping = Thread(target=autosave.keep)
    keeping.start()
    assert drafts.begun.wait(30)
    autosave.give_up()
    drafts.let_go.set()
    keeping.join(30)
    await asyncio.get_running_loop().shutdown_default_executor()
    assert drafts.all() == ()
    autosave.keep()
    assert drafts.all() == ()
