"""The four sources of a token, its renewal, and what a 401 leaves on the screen."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from smtp_tui.profiles.model import Profile
from smtp_tui.profiles.sources import CommandToken, LoginToken, PromptToken, TokenSource
from smtp_tui.ui.services import Services
from tests.failing_sandbox import (
    Fault,
    FaultKind,
    Operation,
    Sandbox,
    SandboxOptions,
)
from tests.ui.forms import apply, edit_port
from tests.ui.helpers import Ui, opened
from tests.ui.records import sandbox_with_records


def _with(source: TokenSource, sandbox: Sandbox) -> Callable[[Profile], Profile]:
    return lambda profile: replace(profile, token=source, identity_url=sandbox.base_url)


def _without_variables(services: Services) -> Services:
    return replace(services, environ={})


async def _log_in(ui: Ui, password: str = "") -> None:
    await ui.sees("Log in", "User admin")
    await ui.type(password or ui.sandbox.password())
    await ui.press("enter")


async def test_a_variable_gives_the_token_and_the_header_names_it(demo: Sandbox) -> None:
    async with opened(demo, size=(160, 30)) as ui:
        await ui.sees("PRIMARY", "token held ($SANDBOX_TOKEN)")


async def test_a_variable_that_is_not_set_is_named_and_the_token_asked_for(demo: Sandbox) -> None:
    async with opened(demo, services=_without_variables) as ui:
        await ui.sees("The environment variable SANDBOX_TOKEN is not set")
        await ui.type("typed-token")
        assert not ui.shows("typed-token")


async def test_a_command_gives_the_token_and_its_end(demo: Sandbox, tmp_path: Path) -> None:
    script = tmp_path / "token.py"
    ends = "2020-06-01T15:30:00Z"
    script.write_text(
        "import json; print(json.dumps(dict(version=1, "
        f"token={demo.admin_token!r}, expires_at={ends!r})))"
    )
    source = CommandToken((sys.executable, str(script)))
    async with opened(demo, profile=_with(source, demo), size=(400, 30)) as ui:  # for any path
        await ui.sees("PRIMARY", "token 3h30m (command")


async def test_a_token_that_is_asked_for_is_typed_unseen(demo: Sandbox) -> None:
    async with opened(demo, profile=_with(PromptToken(), demo), size=(160, 30)) as ui:
        await ui.sees("This profile asks for a token")
        await ui.type(demo.admin_token[:40])
        assert not ui.shows(demo.admin_token[:8])
        await ui.press("escape")
        await ui.sees("has no token yet")


async def test_esc_leaves_the_question_for_a_token_and_the_key_that_asks_again_is_named(
    demo: Sandbox,
) -> None:
    async with opened(demo, profile=_with(PromptToken(), demo), size=(80, 24)) as ui:
        await ui.sees("paste the bearer token")
        await ui.press("escape")
        await ui.sees("Enter a new token.", "r Refresh")
        assert not ui.shows("paste the bearer token")
        assert len(ui.app.screen_stack) == 1
        await ui.press("r")
        await ui.sees("paste the bearer token")
        await ui.paste(demo.admin_token)
        await ui.press("enter")
        await ui.sees("PRIMARY")


async def test_a_login_types_a_password_once_and_shows_the_time_left(demo: Sandbox) -> None:
    async with opened(demo, profile=_with(LoginToken("admin"), demo), size=(160, 30)) as ui:
        await _log_in(ui)
        await ui.sees("PRIMARY", "token 11h59m (login admin)")
        assert not ui.shows(demo.password())


async def test_a_wrong_password_keeps_the_question_and_is_not_tried_again(demo: Sandbox) -> None:
    async with opened(demo, profile=_with(LoginToken("admin"), demo)) as ui:
        await _log_in(ui, "wrong")
        await ui.sees("Log in", "401")
        assert len(ui.requests(Operation.TOKEN)) == 1
        await _log_in(ui)
        await ui.sees("PRIMARY")


async def test_a_token_is_renewed_before_it_ends_without_a_question() -> None:
    with sandbox_with_records(SandboxOptions(token_lifetime=600)) as demo:
        async with opened(demo, profile=_with(LoginToken("admin"), demo), size=(160, 30)) as ui:
            await _log_in(ui)
            await ui.sees("PRIMARY", "token 10m")
            ui.clock.forward(470)
            await ui.press("r")
            await ui.until(lambda: len(ui.requests(Operation.LIST)) == 2, "the second list")
            assert len(ui.requests(Operation.TOKEN)) == 1, "renewed long before its end"
            ui.clock.forward(20)
            await ui.press("r")
            await ui.asked(Operation.TOKEN, 2)
            await ui.sees("PRIMARY", "token 10m")
            first, second, third = (
                request.headers["authorization"] for request in await ui.asked(Operation.LIST, 3)
            )
            assert first == second != third


async def test_a_401_with_the_password_in_memory_asks_nobody(demo: Sandbox) -> None:
    async with opened(demo, profile=_with(LoginToken("admin"), demo)) as ui:
        await _log_in(ui)
        await ui.sees("PRIMARY")
        demo.expire_tokens()
        await ui.press("r")
        await ui.asked(Operation.TOKEN, 2)
        await ui.asked(Operation.LIST, 3)
        await ui.sees("PRIMARY", "read 0s ago")
        assert not ui.shows("Log in")


async def test_a_401_that_a_new_token_does_not_cure_asks_once_and_then_says_so(
    demo: Sandbox,
) -> None:
    async with opened(demo, profile=_with(LoginToken("admin"), demo)) as ui:
        await _log_in(ui)
        await ui.sees("PRIMARY")
        demo.faults.add(Fault(FaultKind.UNAUTHORIZED, Operation.LIST, count=None))
        await ui.press("r")
        await _log_in(ui)
        await ui.until(
            lambda: ui.shows("The server answered 401", "PRIMARY") and not ui.shows("Log in"),
            "the 401 without another question",
        )
        assert len(ui.requests(Operation.TOKEN)) == 3, "logged in, silently once, asked once"


async def test_a_password_that_no_longer_works_is_forgotten(demo: Sandbox) -> None:
    async with opened(demo, profile=_with(LoginToken("admin"), demo)) as ui:
        await _log_in(ui)
        await ui.sees("PRIMARY")
        demo.expire_tokens()
        demo.faults.add(Fault(FaultKind.UNAUTHORIZED, Operation.TOKEN, count=1))
        await ui.press("r")
        await ui.sees("Log in")
        assert len(ui.requests(Operation.TOKEN)) == 2
        await ui.press("escape")
        await ui.loses("Log in")
        await ui.press("r")
        await ui.sees("Log in")
        assert len(ui.requests(Operation.TOKEN)) == 2, "a refused password was tried again"


async def test_a_command_is_asked_again_after_a_401(demo: Sandbox, tmp_path: Path) -> None:
    held = tmp_path / "token"
    held.write_text("over")
    source = CommandToken(("cat", str(held)))
    async with opened(demo, profile=_with(source, demo)) as ui:
        await ui.sees("Token", "401")
        await ui.press("escape")
        held.write_text(demo.admin_token)
        await ui.press("r")
        await ui.sees("PRIMARY")


async def test_a_profile_that_is_come_back_to_does_not_ask_again(demo: Sandbox) -> None:
    async with opened(demo, profile=_with(LoginToken("admin"), demo)) as ui:
        await _log_in(ui)
        await ui.sees("PRIMARY")
        await ui.press("p")
        await ui.sees("PROFILE")
        await ui.press("j", "enter")
        await ui.sees("EU-RELAY")
        await ui.press("minus")
        await ui.sees("PRIMARY")
        assert len(ui.requests(Operation.TOKEN)) == 1


async def test_a_401_in_a_form_keeps_what_was_typed_and_offers_the_write_again(
    demo: Sandbox,
) -> None:
    async with opened(demo, profile=_with(LoginToken("admin"), demo)) as ui:
        await _log_in(ui)
        await ui.sees("PRIMARY")
        await ui.press("e")
        await ui.sees("Hostname")
        await ui.type("x")
        await ui.press("ctrl+s")
        await ui.sees("Apply")
        demo.faults.add(Fault(FaultKind.UNAUTHORIZED, Operation.MODIFY, count=1))
        await ui.press("enter")
        await ui.sees("The token was renewed. Nothing has been changed yet")
        assert len(ui.requests(Operation.MODIFY)) == 1, "a write was repeated by itself"
        ui.clock.forward(1)
        await ui.press("enter")
        await ui.asked(Operation.MODIFY, 2)
        await ui.loses("Apply")
        assert len(ui.requests(Operation.MODIFY)) == 2


async def test_what_a_token_command_says_is_shown_while_it_is_waited_for(
    demo: Sandbox, tmp_path: Path
) -> None:
    """On the line of messages, cleaned, and gone when it has answered."""
    touched = tmp_path / "touched"
    os.mkfifo(touched)
    script = (
        f"echo one >&2; printf '\\033[1mTouch your key\\033[0m' >&2; read go < {touched}; echo $0"
    )
    source = CommandToken(("/bin/sh", "-c", script, demo.admin_token))
    async with opened(demo, profile=_with(source, demo), size=(80, 24)) as ui:
        await ui.sees("command /bin/sh says", "one", "Touch your key")
        await ui.press("question_mark")
        await ui.press("escape")
        await asyncio.to_thread(touched.write_text, "go\n")
        await ui.sees("PRIMARY")
        await ui.loses("Touch your key")


async def test_what_a_token_command_said_stands_beside_its_failure(demo: Sandbox) -> None:
    source = CommandToken(("/bin/sh", "-c", "echo 'no key was touched' >&2; exit 3"))
    async with opened(demo, profile=_with(source, demo), size=(80, 24)) as ui:
        await ui.sees("exited with status 3. It said: no key was")


async def _into_list(ui: Ui) -> None:
    ui.sandbox.faults.add(Fault(FaultKind.UNAUTHORIZED, Operation.LIST, count=None))
    await ui.press("r")


async def _into_detail(ui: Ui) -> None:
    await ui.press("enter")
    await ui.asked(Operation.GET)
    await ui.sees("e Edit", "q Back")
    ui.sandbox.faults.add(Fault(FaultKind.UNAUTHORIZED, Operation.GET, count=None))
    await ui.press("r")


async def _into_form(ui: Ui) -> None:
    await edit_port(ui, "BATCH", "587")
    ui.sandbox.faults.add(Fault(FaultKind.UNAUTHORIZED, Operation.GET, count=None))
    await apply(ui, "BATCH")


@pytest.mark.parametrize(
    ("reach", "key"),
    [(_into_list, "r"), (_into_detail, "r"), (_into_form, "ctrl+s")],
    ids=["list", "detail", "form"],
)
async def test_a_second_401_names_the_key_that_asks_for_a_token_again_there(
    demo: Sandbox, reach: Callable[[Ui], Awaitable[None]], key: str
) -> None:
    async with opened(demo, size=(160, 40), profile=_with(LoginToken("admin"), demo)) as ui:
        await _log_in(ui)
        await ui.sees("PRIMARY", "read 0s ago")
        await reach(ui)
        await _log_in(ui)
        await ui.until(
            lambda: f"Press {key} to enter a new token." in " ".join(ui.text().split()),
            "the key",
        )
        await ui.press(key)
        if key == "ctrl+s":
            await ui.sees("Change BATCH?")
            await ui.press("enter")
        await ui.sees("Log in")


async def test_after_each_401_to_a_test_the_key_that_sends_is_named(
    demo: Sandbox,
) -> None:
    async with opened(demo, size=(160, 40), profile=_with(LoginToken("admin"), demo)) as ui:
        await _log_in(ui)
        await ui.sees("PRIMARY", "read 0s ago")
        demo.faults.add(Fault(FaultKind.UNAUTHORIZED, Operation.TEST_SAVED, count=None))
        await ui.press("t")
        await ui.sees("enter Send")
        await ui.type("someone@example.com")
        await ui.press("enter")
        for sent in (1, 2):
            await ui.asked(Operation.TEST_SAVED, sent)
            await ui.sees("Nothing was sent yet: r sends.")
            await ui.press("r")
        await ui.asked(Operation.TEST_SAVED, 3)
