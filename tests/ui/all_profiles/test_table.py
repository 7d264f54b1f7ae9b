"""One table over all profiles: rows come as hosts answer, each profile stands on its own."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from smtp_tui.api.target import Access
from smtp_tui.profiles.choosing import Several
from smtp_tui.profiles.model import Environment, Profile
from smtp_tui.ui.all_profiles.screen import AllProfilesScreen
from smtp_tui.ui.all_profiles.strip import summary_content
from smtp_tui.ui.services import Services
from tests.failing_sandbox import Fault, FaultKind, Operation
from tests.ui.all_profiles.together import asked, go_to, hosts, together
from tests.ui.connections.test_rows import record, run, view
from tests.ui.helpers import Ui

NAMES = ("alpha", "beta", "gamma")


async def all_six(ui: Ui) -> None:
    await ui.sees("Connections 6")


async def test_the_header_says_that_no_profile_is_in_use() -> None:
    with hosts(*NAMES) as found:
        async with together(found) as ui:
            await all_six(ui)
            header = ui.lines()[0]
            assert header.startswith(" all profiles ")
            assert "3 profiles" in header
            assert found["alpha"].base_url not in header


@pytest.mark.parametrize(("keys", "row"), [((), "GAMMA-ONE"), (("j",), "BETA-TWO")])
async def test_rows_come_as_hosts_answer_and_the_cursor_stays_first_until_it_is_moved(
    keys: tuple[str, ...], row: str
) -> None:
    with hosts(*NAMES) as found:
        slow = Fault(FaultKind.DELAY, Operation.LIST, count=None, seconds=1.0)
        hanging = Fault(FaultKind.HANG, Operation.LIST, count=None)
        async with together({name: found[name] for name in ("gamma", "alpha", "beta")}) as ui:
            await all_six(ui)
            found["gamma"].faults.add(slow)
            found["alpha"].faults.add(hanging)
            await ui.press("q")
            await ui.loses("all profiles")
            await ui.press("P")
            await ui.sees("BETA-ONE", "… gamma reading", "… alpha reading", "✓ beta")
            assert "BETA-ONE" in ui.line("▌")
            await ui.press(*keys)
            await ui.sees("GAMMA-ONE", "✓ gamma")
            assert row in ui.line("▌")
            assert ui.text().index("GAMMA-ONE") < ui.text().index("BETA-ONE")
            assert ui.shows("… alpha reading")
            assert not ui.shows("ALPHA-ONE")


async def test_each_profile_shows_its_own_state_and_no_dialog_comes_up() -> None:
    with hosts("fresh", "gone", "ended", "busy") as found:
        async with together(found) as ui:
            await ui.sees("Connections 8")
            found["gone"].stop()
            found["ended"].expire_tokens()
            found["busy"].faults.add(Fault(FaultKind.TOO_MANY, Operation.LIST, count=None))
            await ui.press("r")
            await ui.sees("✓ fresh", "▲ gone stale", "? ended sign in", "▲ busy stale")
            assert ui.app.screen.id == "all-profiles"
            await ui.sees("Connections 8")  # the rows from before stay
            assert "▲ gone" in ui.line("GONE-ONE")
            assert "▲" not in ui.line("FRESH-ONE")
            await go_to(ui, "BUSY-TWO")
            await ui.sees("busy: stale, read 0s ago", "429")


async def test_a_profile_that_never_answered_is_down_and_the_others_are_there() -> None:
    with hosts("fresh", "gone") as found:
        found["gone"].stop()
        async with together(found) as ui:
            await ui.sees("✓ fresh", "✗ gone down", "FRESH-ONE")
            assert not ui.shows("GONE-ONE")


async def test_a_reading_that_is_stopped_leaves_the_rows_from_before() -> None:
    with hosts("alpha", "beta") as found:
        async with together(found) as ui:
            await ui.sees("Connections 4")
            found["beta"].faults.add(Fault(FaultKind.HANG, Operation.LIST, count=None))
            await ui.press("r")
            await ui.sees("… beta reading", "✓ alpha")
            await ui.press("escape")
            await ui.sees("✓ beta", "Connections 4", "BETA-ONE")


async def test_marks_and_cursor_name_profile_and_record() -> None:
    with hosts("alpha", "beta") as found:
        async with together(found) as ui:
            await go_to(ui, "BETA-ONE")
            await ui.press("space")
            await ui.sees("● 1 marked")
            assert "●" in ui.line("BETA-ONE")
            assert "●" not in ui.line("ALPHA-ONE")  # its id is the same
            found["beta"].add_record("BETA-ABOVE", {"hostname": "mx.example"})
            await ui.press("r")
            await ui.sees("BETA-ABOVE", "● 1 marked")
            assert "BETA-TWO" in ui.line("▌")
            assert "●" in ui.line("BETA-ONE")


async def test_the_filter_finds_profiles_and_the_border_counts_hidden_marks() -> None:
    with hosts(*NAMES) as found:
        async with together(found) as ui:
            await all_six(ui)
            await ui.press("asterisk", "slash")
            await ui.type("profile:beta two")
            await ui.sees("1 of 6", "BETA-TWO", "● 6 marked, 5 hidden by the filter")
            assert not ui.shows("ALPHA-TWO")
            await ui.press("escape", "slash")
            await ui.type("gamma port:25")
            await ui.sees("1 of 6", "GAMMA-ONE")


async def test_it_sorts_by_any_column_over_all_profiles() -> None:
    with hosts("beta", "alpha") as found:
        async with together(found) as ui:
            await ui.sees("Connections 4", "sorted by profile")
            assert ui.text().index("BETA-ONE") < ui.text().index("ALPHA-ONE")
            await ui.press("s")
            await ui.sees("sorted by name")
            assert ui.text().index("ALPHA-TWO") < ui.text().index("BETA-ONE")
            await ui.press("S")
            await ui.sees("sorted by name, reversed")
            assert ui.text().index("BETA-TWO") < ui.text().index("ALPHA-ONE")


async def test_the_order_is_that_of_last_time() -> None:
    with hosts("beta", "alpha") as found:
        async with together(found) as ui:
            await ui.sees("Connections 4", "sorted by profile")
            await ui.press("s", "s", "S")
            await ui.sees("sorted by hostname, reversed")
            settings = ui.services.settings
            await ui.until(lambda: settings.load().sort_of("") is not None, "the order to be kept")
            await ui.press("q", "P")
            await ui.sees("Connections 4", "sorted by hostname, reversed")


async def test_the_lists_are_read_again_by_themselves_where_that_is_wished() -> None:
    def often(services: Services) -> Services:
        return replace(services, refresh=timedelta(minutes=1))

    with hosts("alpha", "beta") as found:
        async with together(found, services=often) as ui:
            await ui.sees("Connections 4")
            found["beta"].add_record("BETA-NEW", {"hostname": "mx.example"})
            screen = ui.app.screen
            assert isinstance(screen, AllProfilesScreen)
            screen.tick()
            assert len(asked(found["beta"], Operation.LIST)) == 1
            ui.clock.forward(60)
            screen.tick()
            await ui.sees("BETA-NEW")


async def test_a_narrow_terminal_counts_the_profiles_it_does_not_show_which_are_fresh() -> None:
    names = [f"host-{number}" for number in range(9)]
    with hosts(*names) as found:
        found["host-8"].stop()
        async with together(found, size=(60, 20)) as ui:
            await ui.sees("Connections 16", "✗ host-8 down")
            line = ui.line("more: ")
            shown = sum(name in line for name in names)
            assert f"+{9 - shown} more: {9 - shown} ✓" in line
            assert max(map(len, ui.lines())) <= 60


async def test_the_environment_stands_beside_the_name_in_its_colour() -> None:
    def labelled(profile: Profile) -> Profile:
        if profile.name == "alpha":
            return replace(profile, environment=Environment.PRODUCTION)
        return replace(profile, label="EUROPE", environment=Environment.STAGING)

    with hosts("alpha", "beta") as found:
        async with together(found, profile=labelled) as ui:
            await go_to(ui, "BETA-ONE")
            await ui.press("j")
            assert "alpha PROD" in ui.line("ALPHA-ONE")
            assert "beta EUROPE" in ui.line("BETA-ONE")
            assert ui.look("PROD") != ui.look("EUROPE")


async def test_only_the_profiles_with_the_label_are_read() -> None:
    def production(profile: Profile) -> Profile:
        kind = Environment.TEST if profile.name == "beta" else Environment.PRODUCTION
        return replace(profile, environment=kind)

    def chosen(services: Services) -> Services:
        return replace(services, several=Several(label="production"))

    with hosts(*NAMES) as found:
        async with together(found, profile=production, services=chosen) as ui:
            await ui.sees(
                "Connections 4", "several profiles", "2 of 3 profiles", "label production"
            )
            assert asked(found["beta"], Operation.LIST) == []


async def test_where_it_is_the_first_screen_q_quits_and_esc_stays() -> None:
    def chosen(services: Services) -> Services:
        return replace(services, several=Several())

    with hosts("alpha") as found:
        async with together(found, services=chosen, in_use=False) as ui:
            await ui.sees("Connections 2", "all profiles")
            assert "Back" not in ui.lines()[-1]
            await ui.press("escape")
            assert ui.shows("Connections 2")
            await ui.press("q")
            await ui.until(lambda: not ui.app.is_running, "the end")


async def test_a_profile_that_was_changed_meanwhile_is_used_as_it_is_now() -> None:
    with hosts("alpha", "beta") as found:
        async with together(found) as ui:
            await ui.sees("Connections 4")
            await ui.press("asterisk")
            await ui.sees("● 4 marked")
            alpha = ui.services.extra_profiles[0]
            store = ui.services.store
            store.add(replace(alpha, access=Access.READ_ONLY))
            store.add(replace(alpha, name="gamma", host=found["beta"].base_url))
            await ui.press("p")
            await ui.sees("switch (this session only)")
            await ui.press("escape")
            await ui.sees("? gamma sign in", "Connections 4", "● 2 marked")
            assert "●" not in ui.line("ALPHA-ONE")
            await ui.press("asterisk", "asterisk")
            await go_to(ui, "ALPHA-ONE")
            await ui.press("e")
            await ui.sees("Edit: This profile is read-only.")


async def test_keys_lead_there_from_anywhere_and_back() -> None:
    with hosts("alpha", "beta") as found:
        async with together(found) as ui:
            for key in ("q", "escape", "minus"):
                await ui.sees("all profiles", "Connections 4")
                await ui.press(key)
                await ui.loses("all profiles")
                await ui.sees("Connections 2")
                await ui.press("enter")
                await ui.sees("Last tests")
                await ui.press("P")
                await ui.sees("Connections 4")
                await ui.press("q")
                await ui.sees("Last tests")
                await ui.press("q")
                await ui.sees("Connections 2")
                await ui.press("P")


async def test_the_key_goes_back_to_the_table_from_a_screen_that_was_opened_there() -> None:
    with hosts("alpha", "beta") as found:
        async with together(found) as ui:
            await go_to(ui, "BETA-ONE")
            await ui.press("enter")
            await ui.sees("Last tests", " beta ")
            await ui.press("P")
            await ui.sees("all profiles", "Connections 4")


async def test_a_line_says_what_the_relays_of_each_profile_came_to() -> None:
    with hosts("alpha", "beta") as found:
        beta = found["beta"]
        values = {"hostname": "localhost", "port": beta.smtp_port}
        login = {"username": "relay", "password": "relay-password"}
        beta.add_record("BETA-MAIL", {**values, **login})
        async with together(found) as ui:
            await go_to(ui, "BETA-MAIL")
            await ui.sees("alpha: 2 never", "beta: 3 never")
            await ui.press("t")
            await ui.sees("enter Send", "beta@sandbox.example")
            await ui.press("enter")
            await ui.sees("ACCEPTED")
            await ui.press("escape")
            await ui.sees("alpha: 2 never", "beta: 1 ✓ 2 never")
            assert asked(found["alpha"], Operation.TEST_SAVED) == []
            assert len(asked(beta, Operation.TEST_SAVED)) == 1


def test_the_last_tests_stand_in_the_order_of_the_profiles_unless_not_all_fit() -> None:
    views = {
        "zeta": view(record(1), tests={"id-1": run("ACCEPTED", 60)}),
        "alpha": view(record(2), tests={"id-2": run("REJECTED", 60)}),
    }
    whole = summary_content(views, 100, 1).plain
    assert whole.index("zeta") < whole.index("alpha")
    narrow = summary_content(views, 30, 1).plain
    assert "alpha" in narrow
    assert "zeta" not in narrow
