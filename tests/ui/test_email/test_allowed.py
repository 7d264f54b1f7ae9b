"""Where a test email may be sent: in a read-only profile too, unless the profile forbids it."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from smtp_tui.api.target import Access
from smtp_tui.profiles.model import Profile
from smtp_tui.ui.services import Services
from tests.failing_sandbox import Operation, Phase, Sandbox, refuse
from tests.ui.helpers import opened
from tests.ui.mail_steps import add, is_judged, send


def _read_only(profile: Profile) -> Profile:
    return replace(profile, access=Access.READ_ONLY)


def _read_only_run(services: Services) -> Services:
    return replace(services, read_only=True)


@pytest.mark.parametrize("changes", [{"profile": _read_only}, {"services": _read_only_run}])
async def test_a_saved_record_is_tested_in_a_read_only_profile_or_run_and_nothing_is_stored(
    sandbox: Sandbox, changes: dict[str, Any]
) -> None:
    add(sandbox)
    before = sandbox.records()
    async with opened(sandbox, **changes) as ui:
        await ui.sees("MAIL", "READ-ONLY")
        assert ui.look(" Test ") == ui.look(" Filter ")
        await send(ui)
        await is_judged(ui, " ACCEPTED ")
    assert sandbox.records() == before
    writes = [request for request in sandbox.requests if request.method != "GET"]
    assert [request.operation for request in writes] == [Operation.TEST_SAVED]


async def test_after_a_refused_test_a_read_only_profile_offers_no_edit(sandbox: Sandbox) -> None:
    add(sandbox)
    sandbox.mail.play(refuse(Phase.AUTH, "535 5.7.8 no"))
    async with opened(sandbox, profile=_read_only) as ui:
        await ui.sees("MAIL")
        await send(ui)
        await is_judged(ui, " REJECTED ")
        assert not ui.shows("e Edit ")
        await ui.press("e")
        assert ui.shows(" REJECTED ")


async def test_after_a_refused_recipient_a_read_only_profile_offers_another(
    sandbox: Sandbox,
) -> None:
    add(sandbox)
    sandbox.mail.play(refuse(Phase.RCPT, "550 5.1.1 no such user here"))
    async with opened(sandbox, profile=_read_only) as ui:
        await ui.sees("MAIL")
        await send(ui)
        await is_judged(ui, " REJECTED ")
        await ui.sees("e Edit recipient")
        await ui.press("e")
        await ui.type("other@sandbox.example")
        await ui.sees("other@sandbox.example")


@pytest.mark.parametrize("access", Access)
async def test_where_the_profile_forbids_test_emails_the_keys_do_nothing_and_help_says_why(
    demo: Sandbox, access: Access
) -> None:
    async with opened(
        demo, profile=lambda one: replace(one, access=access, test_emails=False)
    ) as ui:
        await ui.sees("Connections 6")
        await ui.press("t", "T")
        assert ui.shows("Connections 6")
        await ui.press("question_mark")
        await ui.sees("search the keys")
        await ui.type("with the saved record")
        await ui.sees("Not now: This profile allows no test emails.")
    assert not [request for request in demo.requests if request.method != "GET"]


async def test_where_the_profile_forbids_test_emails_a_form_saves_and_sends_none(
    demo: Sandbox,
) -> None:
    async with opened(demo, profile=lambda one: replace(one, test_emails=False)) as ui:
        await ui.sees("Connections 6")
        await ui.press("e")
        await ui.sees("Edit BATCH")
        await ui.press("ctrl+t")
        assert not ui.shows("Test email")
        assert not ui.requests(Operation.TEST_SAVED)
