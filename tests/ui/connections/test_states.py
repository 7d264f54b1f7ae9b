"""The four bodies of the table: loading, empty, error, filtered to nothing; and staleness."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from smtp_tui.api.target import Access
from smtp_tui.profiles.model import Profile
from smtp_tui.ui.connections.screen import ConnectionsScreen
from smtp_tui.ui.services import Services
from tests.failing_sandbox import Fault, FaultKind, Operation, Sandbox
from tests.ui.helpers import Ui, opened


async def test_loading_counts_the_seconds_and_esc_gives_up(sandbox: Sandbox) -> None:
    sandbox.add_record("PRIMARY", {"hostname": "a.example", "port": 25})
    sandbox.faults.add(Fault(FaultKind.DELAY, Operation.LIST, seconds=60))
    async with opened(sandbox) as ui:
        await ui.sees("Reading the connections … 0s · esc stops waiting")
        ui.clock.forward(7)
        await ui.sees("Reading the connections … 7s")
        await ui.press("escape")
        await ui.sees("Nothing was read yet", "r Refresh")
        await ui.press("r")
        await ui.sees("PRIMARY")


async def test_a_refresh_can_be_given_up_and_the_rows_stay(sandbox: Sandbox) -> None:
    sandbox.add_record("PRIMARY", {"hostname": "a.example", "port": 25})
    async with opened(sandbox) as ui:
        await ui.sees("PRIMARY", "read 0s ago")
        sandbox.faults.add(Fault(FaultKind.DELAY, Operation.LIST, seconds=60))
        await ui.press("r")
        await ui.sees("PRIMARY", "Reading the connections …")
        await ui.press("escape")
        await ui.sees("PRIMARY", "read 0s ago")


async def test_an_empty_list_says_which_tenant_and_team_were_asked_and_n_creates(
    sandbox: Sandbox,
) -> None:
    async with opened(sandbox, profile=lambda profile: replace(profile, team="mail-team")) as ui:
        await ui.sees("No SMTP connections", sandbox.tenant_id, "mail-team")
        assert ui.shows("n New  p Profiles  r Refresh")
        await ui.press("n")
        await ui.sees("New connection")


async def test_an_error_says_what_failed_why_and_what_next(sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault(FaultKind.FORBIDDEN, Operation.LIST))
    async with opened(sandbox) as ui:
        await ui.sees("Could not list the connections at", "The server answered 403")
        assert ui.shows("Check the profile's team.", "Request id:", "r Refresh  p Profiles")
        assert "bold" in ui.look("✗ Could not list")
        await ui.press("p")
        await ui.sees("demo-europe")


async def test_a_profile_without_a_tenant_asks_for_nothing_and_says_how_to_find_it(
    sandbox: Sandbox,
) -> None:
    async with opened(sandbox, profile=lambda profile: replace(profile, tenant="")) as ui:
        await ui.sees("Could not list the connections at", "has no tenant")
        assert ui.shows("Check the profile to find its tenant, then save it there.", "p Profiles")
    assert sandbox.requests == ()


async def test_a_host_that_is_down_is_said_and_r_recovers_once_it_is_up(sandbox: Sandbox) -> None:
    sandbox.add_record("PRIMARY", {"hostname": "a.example", "port": 25})
    sandbox.faults.add(Fault(FaultKind.RESET, Operation.LIST, count=None))
    async with opened(sandbox) as ui:
        await ui.sees("Could not list the connections at", "r ")
        sandbox.faults.clear()
        await ui.press("r")
        await ui.sees("PRIMARY", "read 0s ago")


async def test_after_an_error_the_old_rows_stay_marked_stale_until_r_succeeds(
    sandbox: Sandbox,
) -> None:
    sandbox.add_record("PRIMARY", {"hostname": "a.example", "port": 25})
    async with opened(sandbox) as ui:
        await ui.sees("PRIMARY", "read 0s ago")
        sandbox.faults.add(Fault(FaultKind.FORBIDDEN, Operation.LIST))
        ui.clock.forward(120)
        await ui.press("r")
        await ui.sees("The server answered 403", "stale, read 2m ago")
        assert ui.shows("PRIMARY", "a.example")
        await ui.press("r")
        await ui.sees("read 0s ago")
        assert not ui.shows("answered 403")
        assert not ui.shows("stale")


async def test_filtered_to_nothing_says_so_and_esc_clears(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        await ui.sees("PRIMARY")
        await ui.press("slash")
        await ui.type("nowhere")
        await ui.sees('No matches for "nowhere"', "esc Clear the filter", "0 of 6", "last:rejected")
        await ui.press("enter", "enter")
        assert not ui.shows("under the cursor")
        await ui.press("escape")
        await ui.sees("PRIMARY", "SECONDARY", "Connections 6")


async def test_unreadable_entries_are_counted_and_the_others_shown(sandbox: Sandbox) -> None:
    body = b'[{"id": "1", "name": "GOOD", "connection_parameters": []}, 7, {"name": "no id"}]'
    sandbox.faults.add(
        Fault(
            FaultKind.RAW,
            Operation.LIST,
            status=200,
            headers=(("Content-Type", "application/json"),),
            body=body,
        )
    )
    async with opened(sandbox) as ui:
        await ui.sees("GOOD", "Connections 1", "2 unreadable")


def answered(ui: Ui) -> int:
    """How many requests have ended, one way or another."""
    return len(ui.services.activity.exchanges)


async def test_a_late_answer_for_another_profile_never_lands(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        await ui.sees("PRIMARY")
        demo.faults.add(Fault(FaultKind.DELAY, Operation.LIST, seconds=1.0, after_work=True))
        await ui.press("r")
        await ui.asked(Operation.LIST, 2)
        await ui.press("p")
        await ui.sees("demo-europe")
        await ui.press("j", "enter")
        await ui.sees("EU-RELAY", "demo-europe")
        await ui.until(lambda: answered(ui) == 3, "the late answer to have come or been given up")
        assert not ui.shows("PRIMARY")
        demo.faults.add(Fault(FaultKind.DELAY, Operation.LIST, seconds=1.0, after_work=True))
        await ui.press("r")
        await ui.asked(Operation.LIST, 4)
        await ui.press("minus")
        await ui.sees("PRIMARY")
        await ui.until(lambda: answered(ui) == 5, "the late answer to have come or been given up")
        assert not ui.shows("EU-RELAY")


async def test_a_host_nobody_may_send_to_is_said_before_anything_is_sent(sandbox: Sandbox) -> None:
    def refused(profile: Profile) -> Profile:
        return replace(profile, host="http://mail.example")

    async with opened(sandbox, profile=refused) as ui:
        await ui.sees("The host of the profile demo", " p Profiles")
        assert not sandbox.requests


async def test_r_while_the_list_is_being_read_leaves_esc_its_meaning(demo: Sandbox) -> None:
    async with opened(demo, size=(80, 24)) as ui:
        await ui.sees("PRIMARY", "read 0s ago")
        demo.faults.add(Fault(FaultKind.HANG, Operation.LIST, count=None))
        for count in (2, 3):
            await ui.press("r")
            await ui.asked(Operation.LIST, count)
            await ui.sees("PRIMARY", "Reading the connections …")
        await ui.press("escape")
        await ui.loses("Reading the connections …")
        await ui.sees("PRIMARY", "read 0s ago")


async def test_a_list_is_read_again_by_itself_but_never_while_something_is_open(
    demo: Sandbox,
) -> None:
    def every_minute(services: Services) -> Services:
        return replace(services, refresh=timedelta(minutes=1))

    async with opened(demo, size=(80, 24), services=every_minute) as ui:
        await ui.sees("PRIMARY", "read 0s ago")
        await ui.press("j", "t")
        await ui.sees("Send to")
        demo.add_record("ANOTHER", {"hostname": "a.example", "port": 25})
        ui.clock.forward(70)
        screen = ui.app.screen_stack[-2]
        assert isinstance(screen, ConnectionsScreen)
        screen.tick()
        await ui.sees("read 1m ago")
        assert len(ui.requests(Operation.LIST)) == 1
        before = ui.line("▌")
        await ui.press("escape")
        await ui.sees("ANOTHER", "read 0s ago")
        assert ui.line("▌") == before


async def test_the_age_of_the_list_is_right_as_soon_as_another_screen_closes(
    demo: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("smtp_tui.ui.base.TICK", 1_000.0)
    async with opened(demo, size=(80, 24)) as ui:
        await ui.sees("PRIMARY", "read 0s ago")
        await ui.press("e")
        await ui.sees("Edit ")
        ui.clock.forward(30)
        await ui.press("escape")
        await ui.sees("read 30s ago")


async def test_a_reading_by_itself_that_fails_asks_nothing_and_calls_the_rows_stale(
    demo: Sandbox,
) -> None:
    def every_minute(services: Services) -> Services:
        return replace(services, refresh=timedelta(minutes=1))

    async with opened(demo, size=(80, 24), services=every_minute) as ui:
        await ui.sees("PRIMARY", "read 0s ago")
        demo.faults.add(Fault(FaultKind.UNAUTHORIZED, Operation.LIST))
        ui.clock.forward(70)
        screen = ui.app.screen
        assert isinstance(screen, ConnectionsScreen)
        screen.tick()
        await ui.sees("PRIMARY", "stale, read 1m ago", "401")
        assert ui.app.screen is screen


@pytest.mark.parametrize("key", ["e", "n", "d", "c", "u"])
async def test_in_a_read_only_profile_a_key_that_does_nothing_says_why(
    demo: Sandbox, key: str
) -> None:
    def read_only(profile: Profile) -> Profile:
        return replace(profile, access=Access.READ_ONLY)

    async with opened(demo, size=(80, 24), profile=read_only) as ui:
        await ui.sees("PRIMARY", "READ-ONLY")
        await ui.press(key)
        await ui.sees("This profile is read-only.")
