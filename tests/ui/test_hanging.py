"""While a request hangs, whatever it asks, keys do what they do, and esc gives up waiting."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path

import pytest
from msgspec.structs import replace

from smtp_tui.profiles.sources import LoginToken
from smtp_tui.ui.terminal.typed_ahead import PATIENCE
from tests.failing_sandbox import Fault, FaultKind, Operation, Sandbox
from tests.ui.forms import delete, edit, edit_port, review, save
from tests.ui.helpers import Ui, opened
from tests.ui.mail_steps import send_from_form
from tests.ui.profiles.test_first_start import first_start

IN_TIME = PATIENCE / 2
"""Seconds for a key on a busy machine; a key that waits for a hanging request takes longer."""
Open = Callable[[Sandbox, Path], AbstractAsyncContextManager[Ui]]


def _opened(sandbox: Sandbox, _: Path) -> AbstractAsyncContextManager[Ui]:
    return opened(sandbox)


def _with_login(sandbox: Sandbox, _: Path) -> AbstractAsyncContextManager[Ui]:
    source = LoginToken("admin")
    return opened(
        sandbox,
        profile=lambda profile: replace(profile, token=source, identity_url=sandbox.base_url),
    )


def _hang(ui: Ui, operation: Operation) -> int:
    """Have such requests hang from now on; how many there were before."""
    ui.sandbox.faults.add(Fault(FaultKind.HANG, operation, count=None))
    return len(ui.requests(operation))


async def _refresh(ui: Ui) -> None:
    await ui.sees("Connections 6")
    before = _hang(ui, Operation.LIST)
    await ui.press("r")
    await ui.asked(Operation.LIST, before + 1)


async def _open_form(ui: Ui) -> None:
    await ui.sees("Connections 6")
    _hang(ui, Operation.GET)
    await edit(ui, "BATCH")


async def _save_again(ui: Ui) -> None:
    """A save that reads the record once more before it would send."""
    await edit_port(ui, "BATCH", "587")
    before = _hang(ui, Operation.GET)
    await review(ui, "BATCH")
    await ui.press("enter")
    await ui.asked(Operation.GET, before + 1)


async def _save(ui: Ui) -> None:
    await edit_port(ui, "BATCH", "587")
    _hang(ui, Operation.MODIFY)
    await review(ui, "BATCH")
    await ui.press("enter")
    await ui.asked(Operation.MODIFY)


async def _create(ui: Ui) -> None:
    await ui.sees("Connections 6")
    _hang(ui, Operation.CREATE)
    await ui.press("n")
    await ui.sees("Name")
    await ui.type("NEW")
    await ui.press("tab")
    await ui.type("mail.example.com")
    await ui.press("tab")
    await ui.type("587")
    await ui.press("ctrl+s")
    await ui.sees("Create NEW?")
    await ui.press("enter")
    await ui.asked(Operation.CREATE)


async def _delete(ui: Ui) -> None:
    await ui.sees("Connections 6")
    _hang(ui, Operation.DELETE)
    await delete(ui, "BATCH")
    await ui.asked(Operation.DELETE)


async def _read_before_a_delete(ui: Ui) -> None:
    await ui.sees("Connections 6")
    _hang(ui, Operation.GET)
    await delete(ui, "BATCH")
    await ui.asked(Operation.GET)


async def _undo(ui: Ui) -> None:
    await edit_port(ui, "BATCH", "587")
    await save(ui, "BATCH")
    before = _hang(ui, Operation.GET)
    await ui.press("u")
    await ui.asked(Operation.GET, before + 1)


async def _open_detail(ui: Ui) -> None:
    await ui.sees("Connections 6")
    _hang(ui, Operation.GET)
    await ui.press("enter")
    await ui.asked(Operation.GET)


async def _lose_the_answer(ui: Ui) -> None:
    """A save that got a 500, and a look afterwards that hangs."""
    await edit_port(ui, "BATCH", "587")
    before = len(ui.requests(Operation.GET))
    ui.sandbox.faults.add(
        Fault(FaultKind.SERVER_ERROR, Operation.MODIFY),
        Fault(FaultKind.DELAY, Operation.GET, seconds=0.0),
        Fault(FaultKind.HANG, Operation.GET, count=None),
    )
    await review(ui, "BATCH")
    await ui.press("enter")
    await ui.asked(Operation.GET, before + 2)


async def _read_after_a_save(ui: Ui) -> None:
    await edit_port(ui, "BATCH", "587")
    before = len(ui.requests(Operation.GET))
    ui.sandbox.faults.add(
        Fault(FaultKind.DELAY, Operation.GET, seconds=0.0),
        Fault(FaultKind.HANG, Operation.GET, count=None),
    )
    await review(ui, "BATCH")
    await ui.press("enter")
    await ui.asked(Operation.GET, before + 2)


async def _test(ui: Ui) -> None:
    await ui.sees("Connections 6")
    _hang(ui, Operation.TEST_SAVED)
    await ui.press("t")
    await ui.sees("enter Send")
    await ui.press("enter")
    await ui.asked(Operation.TEST_SAVED)


async def _test_values(ui: Ui) -> None:
    await edit_port(ui, "BATCH", "587")
    _hang(ui, Operation.TEST_SAVED)
    await send_from_form(ui)
    await ui.asked(Operation.TEST_SAVED)


async def _log_in(ui: Ui) -> None:
    await ui.sees("Log in", "User admin")
    _hang(ui, Operation.TOKEN)
    await ui.type(ui.sandbox.password())
    await ui.press("enter")
    await ui.asked(Operation.TOKEN)


async def _check(ui: Ui) -> None:
    await ui.sees("Connections 6")
    before = _hang(ui, Operation.LIST)
    await ui.press("p", "x")
    await ui.asked(Operation.LIST, before + 1)


async def _find_tenant(ui: Ui) -> None:
    _hang(ui, Operation.TENANT)
    await ui.type(ui.sandbox.base_url)
    await ui.press("tab", "tab")
    await ui.type("admin")
    await ui.press("enter")
    await ui.type(ui.sandbox.password())
    await ui.press("enter")
    await ui.asked(Operation.TENANT)


@dataclass(frozen=True)
class Case:
    """How it comes to hang; keys with what they show; and what stands there once esc gave up.

    `waits` is what the screen says meanwhile; blank where nobody waits for the request.
    """

    begin: Callable[[Ui], Awaitable[None]]
    keys: tuple[tuple[str, str], ...]
    after_esc: str
    start: Open = _opened
    waits: str = ""


HELP = ("question_mark", "search the keys")
CASES = {
    "list": Case(
        _refresh,
        (("j", "OLD-RELAY"), ("slash", "port:587"), ("x", "1 of 6")),
        "read 0s ago",
        waits="Reading the connections",
    ),
    "get in a form": Case(_open_form, (("ctrl+u", "was"), ("z", "z")), "Unsaved changes"),
    "get before a save": Case(
        _save_again, (HELP,), "Nothing was sent", waits="Reading BATCH before it is changed"
    ),
    "patch": Case(_save, (HELP,), "The write continues", waits="Saving BATCH"),
    "create": Case(_create, (HELP,), "The write continues", waits="Creating NEW"),
    "delete": Case(_delete, (HELP,), "The write continues", waits="Deleting BATCH"),
    "get before a delete": Case(
        _read_before_a_delete,
        (HELP,),
        "Nothing was sent",
        waits="Reading BATCH before it is deleted",
    ),
    "get before an undo": Case(
        _undo, (HELP,), "Nothing was sent", waits="Reading the current values of BATCH"
    ),
    "get of the detail": Case(_open_detail, (HELP,), "Hostname", waits="Reading BATCH"),
    "look after a lost answer": Case(
        _lose_the_answer,
        (HELP,),
        "outcome unknown",
        waits="No answer; reading BATCH again",
    ),
    "read after a save": Case(
        _read_after_a_save, (HELP,), "Saved BATCH", waits="Done; reading BATCH again"
    ),
    "test": Case(_test, (HELP,), "Stopped waiting", waits="Sending to you@sandbox.example"),
    "test of values": Case(
        _test_values, (HELP,), "Stopped waiting", waits="Sending to you@sandbox.example"
    ),
    "token": Case(_log_in, (HELP,), "has no token yet", _with_login, waits="Logging in as admin"),
    "profile check": Case(_check, (HELP,), "this session only", waits="Checking the profile demo"),
    "tenant": Case(
        _find_tenant,
        (("ctrl+p", "Search"),),
        "Stopped waiting",
        first_start,
        waits="Checking the profile",
    ),
}


@pytest.mark.parametrize("kind", CASES)
async def test_keys_work_while_a_request_hangs_and_esc_gives_up(
    kind: str, demo: Sandbox, tmp_path: Path
) -> None:
    case = CASES[kind]
    clock = asyncio.get_running_loop()
    async with case.start(demo, tmp_path) as ui:
        await case.begin(ui)
        if case.waits:
            await ui.sees(f"{case.waits} … 0s · esc stops waiting")
            ui.clock.forward(7)
            await ui.sees(f"{case.waits} … 7s · esc stops waiting")
        for key, effect in case.keys:
            pressed = clock.time()
            await ui.press(key)
            await ui.sees(effect)
            assert clock.time() - pressed < IN_TIME
        if case.keys[-1] == HELP or kind == "tenant":
            await ui.press("escape")
            await ui.loses(case.keys[-1][1])
        pressed = clock.time()
        await ui.press("escape")
        await ui.sees(case.after_esc)
        assert clock.time() - pressed < IN_TIME
        demo.stop()  # or a write would be waited for
