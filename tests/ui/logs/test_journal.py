"""The journal on the screen, and what becomes of a write that it cannot take."""

from __future__ import annotations

import re

import pytest
from msgspec.structs import replace

from smtp_tui.api.target import Access
from smtp_tui.state.files import LONGEST_LINE, locked
from smtp_tui.state.journal import JournalChange
from smtp_tui.ui.services import Services
from tests.failing_sandbox import Fault, FaultKind, Operation, Sandbox
from tests.state.test_journal import INTENT
from tests.ui.forms import delete, edit_port
from tests.ui.helpers import Ui, opened

SIZES = [(60, 20), (120, 36)]
PASSWORD = "hunter2-hunter2"


async def save_port(ui: Ui, name: str, port: str) -> None:
    """Change the port of a record of the demo, up to the yes of the review."""
    await edit_port(ui, name, port)
    await ui.press("ctrl+s")
    await ui.sees(f"Change {name}?")
    await ui.press("enter")


@pytest.mark.parametrize("size", SIZES)
async def test_every_write_of_the_screens_stands_there_newest_first_and_enter_shows_it_whole(
    demo: Sandbox, size: tuple[int, int]
) -> None:
    async with opened(demo, size=size) as ui:
        await save_port(ui, "BATCH", "587")
        await ui.sees("Saved BATCH")
        await ui.press("u")
        await ui.sees("Change BATCH?")
        ui.clock.forward(1)
        await ui.press("enter")
        await ui.until(lambda: len(ui.requests(Operation.MODIFY)) == 2, "the undo")
        await ui.until(lambda: len(ui.app.screen_stack) == 1, "the table")
        await ui.until(lambda: " 26 " in ui.line("▌"), "the list to be read again")
        await delete(ui, "BATCH")
        await ui.sees("Deleted BATCH")
        await ui.press("A")
        await ui.sees("Journal of writes", "3 writes")
        ui.app.clear_messages()
        done = re.compile(r"06-01 12:00 .* BATCH +✓ done *│?$", re.MULTILINE)
        await ui.until(lambda: len(done.findall(ui.text())) == 3, "three rows, all done")
        assert ui.shows("RECORD", "OUTCOME", "q Back")
        await ui.press("enter")
        await ui.sees("delete · BATCH", "outcome    ✓ done", "status     200")
        await ui.press("escape", "j", "j", "enter")
        await ui.sees("change · BATCH")
        await ui.press(*["pagedown"] * 3)
        await ui.sees("- port 26", "+ port 587", "5e7a1c0d3b2f4a6890100004")
        await ui.press("escape", "escape")
        await ui.loses("Journal of writes")


async def test_a_test_mail_and_a_new_password_stand_there_without_a_secret(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        await ui.sees("Connections 6")
        await ui.press("n")
        await ui.sees("Hostname")
        await ui.type("FRESH\ta.example.com\t25\tme\t" + PASSWORD)
        await ui.press("ctrl+s")
        await ui.sees("Create FRESH?")
        await ui.press("enter")
        await ui.sees("Created FRESH")
        await ui.press("t")
        await ui.sees("Test email")
        await ui.press("enter")
        await ui.sees("r Again")
        await ui.press("escape", "A")
        await ui.sees("2 writes", " test ", "create", "UNREACHABLE")
        await ui.press("enter")
        await ui.sees("test · FRESH", "outcome    ▲ UNREACHABLE", "recipient  you@sandbox.example")
        await ui.press("escape", "j", "enter")
        await ui.sees("+ password hidden")
        assert PASSWORD not in ui.text()
        assert PASSWORD.encode() not in ui.services.journal.path.read_bytes()


async def test_words_narrow_it_and_esc_brings_all_back(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        await save_port(ui, "BATCH", "587")
        await ui.sees("Saved BATCH")
        demo.faults.add(Fault(FaultKind.FORBIDDEN, Operation.DELETE))
        await delete(ui, "BATCH")
        await ui.sees("403")
        await ui.press("A")
        await ui.sees("2 writes")
        await ui.press("slash")
        await ui.type("refused batch")
        await ui.sees("1 of 2")
        await ui.type("x")
        await ui.sees('No matches for "refused batchx"')
        await ui.press("escape")
        await ui.sees("2 writes", "refused", "done")
        await ui.press("escape")
        await ui.loses("Journal of writes")


async def test_an_empty_journal_says_what_will_stand_there_and_a_broken_one_why(
    demo: Sandbox,
) -> None:
    async with opened(demo) as ui:
        await ui.sees("Connections 6")
        await ui.press("A")
        await ui.sees("No writes yet")
        path = ui.services.journal.path
        path.mkdir(parents=True)
        await ui.press("r")
        await ui.sees("The journal cannot be read", "r Read again")
        path.rmdir()
        path.write_bytes(b"no json\n")
        path.chmod(0o600)
        await ui.press("r")
        await ui.sees("No writes yet", "1 unreadable")


async def test_a_line_too_long_to_read_is_counted_and_changes_left_out_are_told(
    demo: Sandbox,
) -> None:
    async with opened(demo) as ui:
        await ui.sees("Connections 6")
        path = ui.services.journal.path
        many = tuple(JournalChange(f"parameter-{n}", "x" * 4_000, None) for n in range(40))
        ui.services.journal.append(replace(INTENT, changes=many))
        with path.open("ab") as file:
            file.write(b"x" * 2 * LONGEST_LINE + b"\n")
        await ui.press("A")
        await ui.sees("1 write", "1 too long to read")
        await ui.press("enter")
        await ui.sees("outcome")
        await ui.press(*["pagedown"] * 30)
        await ui.sees("more changes, SHA-256 ")


async def test_hostile_names_are_cleaned_there(demo: Sandbox) -> None:
    demo.add_record("[/red]\x1b[2J\u202e", {"hostname": "a.example", "port": 25})
    async with opened(demo) as ui:
        await ui.sees("Connections 7")
        await ui.press("g")
        await ui.until(lambda: "[/red]" in ui.line("▌"), "the cursor on it")
        await ui.press("d")
        await ui.sees("Delete [/red]")
        ui.clock.forward(1)
        await ui.press("tab", "enter")
        await ui.sees("Deleted")
        await ui.press("A")
        await ui.sees("[/red]\\x1b[2J\\u202e")
        await ui.press("enter")
        await ui.sees("delete · [/red]\\x1b[2J\\u202e")


async def test_without_a_journal_a_protected_profile_saves_nothing_and_keeps_what_was_typed(
    demo: Sandbox,
) -> None:
    def protected(services: Services) -> Services:
        services.journal.path.mkdir(parents=True)
        return services

    async with opened(
        demo, profile=lambda profile: replace(profile, access=Access.PROTECTED), services=protected
    ) as ui:
        await edit_port(ui, "BATCH", "587")
        await ui.press("ctrl+s")
        await ui.sees("to confirm: this profile is protected.")
        await ui.type("BATCH\n")
        await ui.sees("The profile demo is protected, and the journal", "Fix that path")
        await ui.sees("Edit BATCH", "587")
        assert ui.requests(Operation.MODIFY) == []
        ui.services.journal.path.rmdir()
        await ui.press("ctrl+s")
        await ui.sees("to confirm: this profile is protected.")
        await ui.type("BATCH\n")
        await ui.sees("Saved BATCH")


async def test_without_a_journal_another_profile_saves_and_warns_once(demo: Sandbox) -> None:
    def spoiled(services: Services) -> Services:
        services.journal.path.mkdir(parents=True)
        return services

    async with opened(demo, services=spoiled) as ui:
        await save_port(ui, "BATCH", "587")
        await ui.sees("Saved BATCH", "The journal of writes has a gap")
        ui.app.clear_messages()
        await ui.loses("has a gap")
        await save_port(ui, "BATCH", "588")
        await ui.sees("Saved BATCH")
        assert not ui.shows("has a gap")


async def test_a_slow_disk_freezes_no_key_and_nothing_is_sent_meanwhile(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        await ui.sees("Connections 6")
        await ui.press("g", "d")
        await ui.sees("Delete BATCH?")
        ui.clock.forward(1)
        with locked(ui.services.journal.path):
            await ui.press("tab", "enter")
            await ui.until(lambda: len(ui.requests(Operation.GET)) == 1, "the look before it")
            await ui.press("j")
            await ui.until(lambda: "BATCH" not in ui.line("▌"), "the cursor to move")
            await ui.press("question_mark")
            await ui.sees("search the keys")
            assert ui.requests(Operation.DELETE) == []
        await ui.press("escape")
        await ui.sees("Deleted BATCH")
