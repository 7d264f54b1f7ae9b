"""Every action in the table of all profiles goes to the profile of its row, and to no other."""

from __future__ import annotations

from msgspec.structs import replace

from smtp_tui.api.target import Access
from smtp_tui.profiles.model import Environment, Profile
from smtp_tui.profiles.sources import PromptToken
from smtp_tui.ui.services import Services
from tests.failing_sandbox import Fault, FaultKind, Operation, Sandbox, SandboxOptions
from tests.ui.all_profiles.together import Hosts, asked, go_to, hosts, together, writes
from tests.ui.forms import create, delete, retype
from tests.ui.helpers import Ui


def ports(sandbox: Sandbox) -> dict[str, object]:
    """The port of each record that a host holds."""
    return {record.name: record.values["port"] for record in sandbox.records()}


async def save_port(ui: Ui, record: str, port: str) -> None:
    """Change the port of the record under the cursor, and save it."""
    await ui.press("e")
    await ui.sees(f"Edit {record}")
    await ui.press("tab")
    await retype(ui, port)
    await ui.press("ctrl+s")
    await ui.sees(f"Change {record}?")
    await ui.press("enter")
    await ui.sees(f"Saved {record}")


def untouched(found: Hosts, name: str) -> None:
    """Nothing but reads went to this host, with the token of its own profile."""
    assert writes(found[name]) == []
    for each, sandbox in found.items():
        tokens = {request.headers["authorization"] for request in sandbox.requests}
        assert tokens == {f"Bearer {sandbox.admin_token}"}, each


async def test_an_edit_goes_to_the_profile_of_the_row() -> None:
    def labelled(profile: Profile) -> Profile:
        production = profile.name == "beta"
        kind = Environment.PRODUCTION if production else Environment.TEST
        return replace(profile, environment=kind)

    with hosts("alpha", "beta") as found:
        async with together(found, profile=labelled) as ui:
            await go_to(ui, "BETA-ONE")
            await ui.press("e")
            await ui.sees("Edit BETA-ONE", f" PRODUCTION  beta  {found['beta'].base_url}"[:18])
            assert found["beta"].base_url in ui.lines()[0]
            await ui.press("tab")
            await retype(ui, "2525")
            await ui.press("ctrl+s")
            await ui.sees("Change BETA-ONE?", f"beta · {found['beta'].base_url}", " PRODUCTION ")
            await ui.press("enter")
            await ui.sees("Saved BETA-ONE", "2525", "all profiles")
            assert "BETA-ONE" in ui.line("▌")
            assert ports(found["beta"]) == {"BETA-ONE": 2525, "BETA-TWO": 587}
            untouched(found, "alpha")


async def test_only_the_profile_that_was_changed_is_read_again() -> None:
    with hosts("alpha", "beta") as found:
        async with together(found) as ui:
            await go_to(ui, "BETA-ONE")
            before = len(asked(found["alpha"], Operation.LIST))
            await save_port(ui, "BETA-ONE", "2525")
            await ui.sees("2525")
            assert len(asked(found["alpha"], Operation.LIST)) == before


async def test_the_list_below_shows_what_was_changed_in_the_table() -> None:
    with hosts("alpha", "beta") as found:
        async with together(found) as ui:
            await go_to(ui, "ALPHA-ONE")
            await save_port(ui, "ALPHA-ONE", "2525")
            await ui.sees("all profiles")
            await ui.press("q")
            await ui.loses("all profiles")
            await ui.sees("2525")


async def test_a_delete_goes_to_the_profile_of_the_row_where_ids_are_the_same() -> None:
    with hosts("alpha", "beta") as found:
        async with together(found) as ui:
            await go_to(ui, "BETA-TWO")
            await delete(ui, "BETA-TWO")
            await ui.sees("Deleted BETA-TWO", "Connections 3")
            assert list(ports(found["beta"])) == ["BETA-ONE"]
            assert len(ports(found["alpha"])) == 2
            untouched(found, "alpha")


async def test_a_clone_and_a_new_record_go_to_the_profile_of_the_row() -> None:
    with hosts("alpha", "beta") as found:
        async with together(found) as ui:
            await go_to(ui, "BETA-ONE")
            await ui.press("c")
            await ui.sees("mx.beta.example")
            await ui.type("BETA-COPY")
            await create(ui_of(ui, found, "beta"), "BETA-COPY")
            await ui.sees("Created BETA-COPY", "Connections 5")
            await go_to(ui, "BETA-ONE")
            await ui.press("n")
            await ui.sees("New connection", found["beta"].base_url)
            untouched(found, "alpha")


def ui_of(ui: Ui, found: Hosts, name: str) -> Ui:
    """The same app, where what is asked is looked for at another host."""
    return Ui(ui.app, ui.pilot, found[name], ui.services, ui.profile, ui.clock)


async def test_without_a_row_new_asks_for_the_profile() -> None:
    with hosts("alpha", "beta") as found:
        for sandbox in found.values():
            sandbox.faults.add(Fault(FaultKind.SERVER_ERROR, Operation.LIST, count=None))
        found["alpha"].faults.clear()
        async with together(found) as ui:
            for record in found["alpha"].records():
                found["alpha"].store.delete(record.id)
            await ui.press("r")
            await ui.sees("Connections 0", "✗ beta down")
            await ui.press("n")
            await ui.sees("In which profile?")
            await ui.press("j", "enter")
            await ui.sees("New connection", found["beta"].base_url)


async def test_undo_reverses_the_last_change_of_the_profile_of_the_row() -> None:
    with hosts("alpha", "beta") as found:
        async with together(found) as ui:
            await go_to(ui, "BETA-ONE")
            await save_port(ui, "BETA-ONE", "2525")
            await go_to(ui, "ALPHA-ONE")
            await save_port(ui, "ALPHA-ONE", "2626")
            await go_to(ui, "BETA-TWO")
            await ui.press("u")
            await ui.sees("Change BETA-ONE?")
            ui.clock.forward(1)
            await ui.press("enter")
            await ui.sees("Restored BETA-ONE")
            assert ports(found["beta"])["BETA-ONE"] == 25
            assert ports(found["alpha"])["ALPHA-ONE"] == 2626


async def test_the_copied_command_names_the_profile_of_the_row() -> None:
    with hosts("alpha", "beta") as found:
        async with together(found) as ui:
            await go_to(ui, "BETA-ONE")
            await ui.press("y")
            await ui.sees("Copy BETA-ONE", found["beta"].base_url)
            await ui.press("right")
            await ui.sees("smtp-tui get --profile beta")


async def test_next_in_the_detail_stays_in_its_profile() -> None:
    with hosts("alpha", "beta") as found:
        async with together(found) as ui:
            await ui.press("s")
            await go_to(ui, "ALPHA-TWO")
            await ui.press("enter")
            await ui.sees("Last tests", found["alpha"].base_url)
            await ui.press("J")
            await ui.sees("This is the last record of the list.")
            assert asked(found["beta"], Operation.GET) == []


async def test_a_token_is_asked_for_only_where_a_person_chooses_so() -> None:
    def prompted(profile: Profile) -> Profile:
        return profile if profile.name == "alpha" else replace(profile, token=PromptToken())

    with hosts("alpha", "beta", "gamma") as found:
        async with together(found, profile=prompted) as ui:
            await ui.sees("✓ alpha", "? beta sign in", "? gamma sign in")
            assert ui.app.screen.id == "all-profiles"
            await ui.press("i")
            await ui.sees("States of the profiles")
            await ui.press("j", "j", "enter")
            await ui.sees("This profile asks for a token", found["gamma"].base_url)
            await ui.type(found["gamma"].admin_token)
            await ui.press("enter")
            await ui.sees("GAMMA-ONE", "✓ gamma", "? beta sign in")
            assert asked(found["beta"], Operation.LIST) == []
            tokens = {each.headers["authorization"] for each in found["gamma"].requests}
            assert tokens == {f"Bearer {found['gamma'].admin_token}"}


async def test_access_is_that_of_the_row_and_read_only_holds_for_all() -> None:
    def guarded(profile: Profile) -> Profile:
        access = {"alpha": Access.READ_ONLY, "beta": Access.PROTECTED}
        return replace(profile, access=access.get(profile.name, Access.NORMAL))

    with hosts("alpha", "beta", "gamma") as found:
        async with together(found, profile=guarded) as ui:
            await go_to(ui, "ALPHA-ONE")
            await ui.press("e")
            await ui.sees("Edit: This profile is read-only.")
            await go_to(ui, "BETA-ONE")
            await ui.press("d")
            await ui.sees("Delete BETA-ONE?", "Type BETA-ONE to confirm")
            await ui.press("escape")
            await go_to(ui, "GAMMA-ONE")
            await save_port(ui, "GAMMA-ONE", "2525")


async def test_a_read_only_run_refuses_changes_in_every_profile() -> None:
    def read_only(services: Services) -> Services:
        return replace(services, read_only=True)

    with hosts("alpha", "beta") as found:
        async with together(found, services=read_only) as ui:
            await ui.sees("READ-ONLY", "Connections 4")
            for record in ("ALPHA-ONE", "BETA-ONE"):
                await go_to(ui, record)
                for key in ("e", "d", "n", "c"):
                    await ui.press(key)
                    await ui.sees("This run is read-only.")
            assert [*writes(found["alpha"]), *writes(found["beta"])] == []


async def test_leaving_waits_for_a_write_of_any_profile() -> None:
    with hosts("alpha", "beta") as found:
        async with together(found) as ui:
            await go_to(ui, "BETA-ONE")
            slow = Fault(FaultKind.DELAY, Operation.DELETE, seconds=1.0)
            found["beta"].faults.add(slow)
            await delete(ui, "BETA-ONE")
            await ui.sees("esc stops waiting")
            await ui.press("ctrl+c")
            await ui.sees("A write is under way", "beta")
            await ui.until(lambda: ui.app.return_code == 0, "the program to end")
            assert list(ports(found["beta"])) == ["BETA-TWO"]


async def test_a_certificate_is_shown_only_where_a_person_chooses_the_profile() -> None:
    with hosts("alpha") as found, Sandbox(SandboxOptions(tls=True)) as secure:
        secure.add_record("SECURE-ONE", {"hostname": "mx.example", "port": 587})
        async with together({**found, "secure": secure}) as ui:
            await ui.sees("✓ alpha", "✗ secure down")
            assert ui.app.screen.id == "all-profiles"
            assert secure.requests == ()
            await ui.press("i")
            await ui.sees("States of the profiles")
            await ui.press("j", "enter")
            await ui.sees("SHA-256", "secure")
            ui.clock.forward(1)
            await ui.press("tab", "enter")
            await ui.sees("SECURE-ONE", "✓ secure")
