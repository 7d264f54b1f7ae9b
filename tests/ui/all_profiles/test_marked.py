"""The marked records of several profiles: one plan, and each record changed on its own host."""

from __future__ import annotations

from msgspec.structs import replace

from smtp_tui.api.target import Access
from smtp_tui.profiles.model import Profile
from tests.failing_sandbox import Operation
from tests.ui.all_profiles.together import asked, go_to, hosts, together, writes
from tests.ui.bulk.steps import edit_ports, ports


async def test_the_marked_records_of_several_profiles_are_changed_each_on_its_own_host() -> None:
    with hosts("alpha", "beta", "gamma") as found:
        async with together(found) as ui:
            for record in ("ALPHA-ONE", "GAMMA-TWO"):
                await go_to(ui, record)
                await ui.press("space")
            await ui.sees("● 2 marked", "Edit 2")
            await edit_ports(ui, "2525")
            for name in ("alpha", "gamma"):
                assert ui.shows(f"{name}  ", f"{found[name].base_url} · tenant f58e4d…33f8e8")
            assert ui.lines()[0] == " several profiles"
            await ui.press("enter")
            await ui.sees("2 done")
            assert ports(found["alpha"]) == [2525, 587]
            assert ports(found["gamma"]) == [25, 2525]
            assert writes(found["beta"]) == []
            for name in ("alpha", "gamma"):
                (request,) = asked(found[name], Operation.MODIFY)
                assert request.headers["authorization"] == f"Bearer {found[name].admin_token}"
            await ui.press("q")
            await ui.sees("all profiles", "Connections 6")
            await ui.until(lambda: not ui.shows("marked"), "no marks on what is done")
            assert "2525" in ui.line("GAMMA-TWO")


async def test_a_record_to_which_two_profiles_lead_is_planned_once() -> None:
    with hosts("alpha") as found:
        async with together({"alpha": found["alpha"], "beta": found["alpha"]}) as ui:
            await ui.sees("Connections 4")
            await ui.press("asterisk")
            await ui.sees("● 4 marked")
            await edit_ports(ui, "2525")
            await ui.sees("Change 2 records?", "Apply to 2 records")
            await ui.press("enter")
            await ui.sees("2 done")
            assert len(asked(found["alpha"], Operation.MODIFY)) == 2


async def test_a_plan_over_several_profiles_asks_as_the_strictest_does() -> None:
    def guarded(profile: Profile) -> Profile:
        strict = profile.name == "beta"
        return replace(profile, access=Access.PROTECTED if strict else Access.NORMAL)

    with hosts("alpha", "beta") as found:
        async with together(found, profile=guarded) as ui:
            await ui.sees("Connections 4")
            await ui.press("asterisk")
            await ui.sees("● 4 marked")
            await edit_ports(ui, "2525")
            await ui.sees("beta", "protected")
            await ui.press("enter")
            assert [*writes(found["alpha"]), *writes(found["beta"])] == []
            await ui.type("4")
            await ui.press("enter")
            await ui.sees("4 done")
            assert ports(found["alpha"]) == ports(found["beta"]) == [2525, 2525]


async def test_what_one_of_the_marked_profiles_forbids_is_refused_for_all() -> None:
    def reading(profile: Profile) -> Profile:
        closed = profile.name == "beta"
        return replace(profile, access=Access.READ_ONLY if closed else Access.NORMAL)

    with hosts("alpha", "beta") as found:
        async with together(found, profile=reading) as ui:
            await ui.sees("Connections 4")
            await ui.press("asterisk", "g")
            await ui.sees("● 4 marked")
            await ui.press("e")
            await ui.sees("This profile is read-only.")
            assert [*writes(found["alpha"]), *writes(found["beta"])] == []
