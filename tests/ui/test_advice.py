"""Advice names actions, and each screen names the key that does them there, or no key."""

from __future__ import annotations

import re
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager

import pytest
from textual.widgets import Input

from smtp_tui.api.errors import (
    AdviceLine,
    ApiError,
    Call,
    CertificateRefused,
    StatusError,
    UnderWay,
)
from smtp_tui.api.requests import Operation
from smtp_tui.api.tls import PinMismatch
from smtp_tui.cli.arguments import parse
from smtp_tui.ui.actions import BY_ID
from smtp_tui.ui.keymap import error_text, key_here
from smtp_tui.ui.logs.activity import ActivityScreen
from smtp_tui.ui.profiles.switcher import ProfilesDialog
from smtp_tui.ui.review import ReviewDialog
from tests.failing_sandbox import Fault, FaultKind, Sandbox
from tests.failing_sandbox import Operation as Asked
from tests.ui.forms import retype
from tests.ui.helpers import Ui, opened

WRITES = (Asked.CREATE, Asked.MODIFY, Asked.DELETE, Asked.TEST_SAVED, Asked.TEST)
HARMLESS = {"table.refresh", "app.profiles", "app.activity", "form.review"}
"""Actions that read or show something, and at most ask before they send."""
REBOUND = {
    **{"table.refresh": "R", "app.profiles": "P", "app.activity": "ctrl+y"},
    **{"form.review": "ctrl+w"},
}


def _classes(parent: type[ApiError] = ApiError) -> Iterator[type[ApiError]]:
    for child in parent.__subclasses__():
        yield child
        yield from _classes(child)


def _made(kind: type[ApiError], operation: Operation) -> Iterator[ApiError]:
    call = Call(operation, "https://cam.example")
    if issubclass(kind, CertificateRefused):
        yield kind(call, ssl.SSLCertVerificationError("self-signed"))
        yield kind(call, PinMismatch("a", "b"))
        yield kind(call, ssl.SSLError("why"))
    elif issubclass(kind, UnderWay):
        yield kind(call, Operation.PATCH)
    elif issubclass(kind, StatusError):
        yield kind(call, 418, "words")
    else:
        yield kind(call, "why")


ERRORS = [
    error
    for kind in dict.fromkeys(_classes())
    for operation in Operation
    for error in _made(kind, operation)
]
ADVICE: list[AdviceLine] = list(dict.fromkeys(line for error in ERRORS for line in error.advice))


def test_an_advice_names_only_actions_that_exist_and_send_nothing_by_themselves() -> None:
    assert len(ADVICE) > 15
    named = {action for line in ADVICE for action in line.actions}
    assert named <= BY_ID.keys()
    assert named <= HARMLESS


def test_an_advice_without_a_screen_names_no_key_and_ends_each_sentence_once() -> None:
    for line in ADVICE:
        assert not re.search(r"\b[Pp]ress\b|\(\w\)", line.sentence), line
        assert re.fullmatch(r"[A-Z].*[^.]\.", line.sentence), line


def test_the_commands_of_an_advice_are_commands_of_this_program() -> None:
    commands = [line.command for line in ADVICE if line.command]
    assert commands
    for command in commands:
        options = parse(command.replace("--trust …", "--trust system").split())
        assert options.command.startswith("profiles "), command


async def _list(ui: Ui) -> None:
    pass


async def _filter(ui: Ui) -> None:
    await ui.press("slash")


async def _detail(ui: Ui) -> None:
    await ui.press("enter")
    await ui.asked(Asked.GET)
    await ui.sees("e Edit", "q Back")


async def _edit(ui: Ui) -> None:
    await ui.press("e")
    await ui.sees("Edit RELAY")
    await ui.asked(Asked.GET)
    await ui.press("tab")
    await retype(ui, "587")


async def _new(ui: Ui) -> None:
    await ui.press("n")
    await ui.sees("New connection")
    await ui.type("FRESH\tlocalhost\t25\t\tsecret")
    await ui.sees("localhost")


async def _test_dialog(ui: Ui) -> None:
    await ui.press("t")
    await ui.sees("enter Send")


async def _profile_form(ui: Ui) -> None:
    await ui.press("p", "n")
    await ui.sees("All fields")


async def _journal(ui: Ui) -> None:
    await ui.press("A")
    await ui.sees("No writes yet")


async def _activity(ui: Ui) -> None:
    await ui.press("a")
    await ui.until(lambda: isinstance(ui.app.screen, ActivityScreen), "Activity")


SCREENS: dict[str, tuple[Callable[[Ui], Awaitable[None]], set[str]]] = {
    "list": (_list, {"table.refresh", "app.profiles", "app.activity"}),
    "filter": (_filter, set()),
    "detail": (_detail, {"table.refresh", "app.profiles", "app.activity"}),
    "edit": (_edit, {"form.review"}),
    "new": (_new, {"form.review"}),
    "test email": (_test_dialog, set()),
    "new profile": (_profile_form, set()),
    "journal": (_journal, {"app.profiles", "app.activity"}),
}
"""How a screen is opened from the list, and the actions whose keys an advice may name there."""


@asynccontextmanager
async def _on(sandbox: Sandbox, screen: str, keymap: dict[str, str]) -> AsyncIterator[Ui]:
    async with opened(sandbox) as ui:
        await ui.sees("RELAY", "read 0s ago")
        await SCREENS[screen][0](ui)
        ui.app.set_keymap(keymap)
        yield ui


def _typed(ui: Ui) -> list[str]:
    return [field.value for screen in ui.app.screen_stack for field in screen.query(Input)]


async def _does(ui: Ui, action: str, reads: int) -> None:
    """Wait for what an action is there for."""
    if action == "table.refresh":
        await ui.until(lambda: len(_reads(ui)) > reads, "another read")
    else:
        screen = {
            "app.profiles": ProfilesDialog,
            "app.activity": ActivityScreen,
            "form.review": ReviewDialog,
        }[action]
        await ui.until(lambda: isinstance(ui.app.screen, screen), action)


def _reads(ui: Ui) -> list[object]:
    return [*ui.requests(Asked.LIST), *ui.requests(Asked.GET)]


@pytest.mark.parametrize(
    ("screen", "keymap"),
    [*((screen, {}) for screen in SCREENS), ("list", REBOUND), ("edit", REBOUND)],
    ids=[*SCREENS, "list, own keys", "edit, own keys"],
)
async def test_each_key_that_an_error_advises_on_a_screen_does_there_what_the_advice_says(
    sandbox: Sandbox, screen: str, keymap: dict[str, str]
) -> None:
    sandbox.add_record("RELAY", {"hostname": "localhost", "port": 25})
    keys: dict[str, tuple[str, ...]] = {}
    async with _on(sandbox, screen, keymap) as ui:
        shown = ui.app.screen
        texts = [error_text(shown, error) for error in ERRORS]
        for line in ADVICE:
            key = key_here(shown, line.actions)
            if key:
                keys[key] = line.actions
                words = f"Press {key} {line.press}." if line.press else f"{line.text} ({key})."
                assert any(words in text for text in texts), line
        found = (re.findall(r" \((\S+)\)\.|Press (\S+) to", text) for text in texts)
        named = {key or pressed for pairs in found for key, pressed in pairs}
        assert named == keys.keys()
    wanted = SCREENS[screen][1]
    assert {
        keymap.get(action_id, BY_ID[action_id].first_key) for action_id in wanted
    } == keys.keys()
    for key, actions in keys.items():
        async with _on(sandbox, screen, keymap) as ui:
            typed, reads = _typed(ui), len(_reads(ui))
            await ui.press(key)
            (action,) = wanted & set(actions)
            await _does(ui, action, reads)
            assert _typed(ui)[: len(typed)] == typed
            assert not any(ui.requests(operation) for operation in WRITES)


async def test_a_taken_name_in_the_create_form_advises_no_key_that_would_be_typed(
    sandbox: Sandbox,
) -> None:
    async with opened(sandbox) as ui:
        await ui.sees("No SMTP connections")
        await _new(ui)
        sandbox.faults.add(Fault(FaultKind.CONFLICT, Asked.CREATE))
        await ui.press("ctrl+s")
        await ui.sees("Create FRESH?")
        await ui.press("enter")
        await ui.sees("The server refused it: ", "New connection")
        assert "(a)" not in ui.text()
        assert "Press" not in ui.text()


async def test_a_test_of_a_record_that_is_gone_advises_no_key_that_sends_again(
    sandbox: Sandbox,
) -> None:
    sandbox.add_record("RELAY", {"hostname": "localhost", "port": 25})
    async with opened(sandbox) as ui:
        await ui.sees("RELAY", "read 0s ago")
        sandbox.faults.add(Fault(FaultKind.NOT_FOUND, Asked.TEST_SAVED))
        await _test_dialog(ui)
        await ui.press("enter")
        await ui.sees("NOT SENT", "Someone may have deleted it.")
        assert "Press r" not in ui.text()
        assert "(r)" not in ui.text()
        assert len(ui.requests(Asked.TEST_SAVED)) == 1


async def test_the_advice_over_old_rows_loses_its_key_while_the_filter_takes_it(
    sandbox: Sandbox,
) -> None:
    sandbox.add_record("RELAY", {"hostname": "localhost", "port": 25})
    async with opened(sandbox) as ui:
        await ui.sees("RELAY", "read 0s ago")
        ui.app.set_keymap({"table.refresh": "R"})
        sandbox.faults.add(Fault(FaultKind.SERVER_ERROR, Asked.LIST, count=None))
        await ui.press("R")
        await ui.sees("Wait a moment, then try again (R).")
        await ui.press("slash")
        await ui.sees("Wait a moment, then try again. ")
        await ui.press("enter")
        await ui.sees("Wait a moment, then try again (R).")
        sandbox.faults.clear()
        await ui.press("R")
        await ui.loses("Wait a moment")


async def test_a_save_that_was_refused_names_the_key_to_save_again_once_it_works(
    sandbox: Sandbox,
) -> None:
    sandbox.add_record("RELAY", {"hostname": "localhost", "port": 25})
    async with opened(sandbox) as ui:
        await ui.sees("RELAY", "read 0s ago")
        await _edit(ui)
        sandbox.faults.add(Fault(FaultKind.TOO_MANY, Asked.GET))
        await ui.press("ctrl+s")
        await ui.sees("Change RELAY?")
        await ui.press("enter")
        await ui.sees("Wait a moment, then try again (ctrl+s).")
        await retype(ui, "465")
        await ui.press("ctrl+s")
        await ui.sees("Change RELAY?", "- port 25", "+ port 465")


async def test_a_key_that_is_not_possible_now_is_not_advised(sandbox: Sandbox) -> None:
    async with opened(sandbox) as ui:
        await ui.sees("No SMTP connections")
        shown = ui.app.screen
        assert key_here(shown, ("app.previous_profile",)) == ""
        assert key_here(shown, ("app.previous_profile", "app.profiles")) == "p"
