"""Each kind of fault as a person meets it: while reading over old rows, saving, and testing.

The table of faults is that of the client; here it is driven by keys, and the screen is read.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from msgspec.structs import replace

from smtp_tui.api.client import Client
from smtp_tui.api.errors import (
    AccessDenied,
    BadAnswer,
    NoAnswer,
    NotFound,
    ServerFault,
    TokenRefused,
    TooManyRequests,
)
from smtp_tui.api.requests import Operation as Called
from smtp_tui.api.target import Target
from smtp_tui.api.transport import Limits
from smtp_tui.mail.outcome import Verdict
from smtp_tui.profiles.tokens import Tokens
from smtp_tui.ui.record_form.screen import FormScreen
from smtp_tui.ui.services import Services
from tests.api.desk import QUICK, Pad
from tests.api.faults import FAULTS, SILENT, SLOW, Case, End
from tests.failing_sandbox import FaultKind, Operation, Sandbox
from tests.ui.forms import retype
from tests.ui.helpers import PATIENCE, Ui, opened
from tests.ui.mail_steps import add, last_test

WIDTH = (100, 30)
"""Without a pane beside the table, so that a sentence goes on at the next line."""
PATIENT = Limits(connect=60.0, read=60.0, total=90.0, body=300_000, retry_pause=0.01)
HASTY = replace(PATIENT, read=2.5, total=3.5)
"""For the faults that only a time-out ends; a busy machine needs the other ones for the rest."""
TIMED = {name for name, case in FAULTS.items() if case.limits in (SILENT, SLOW)}
UNKNOWN = (NoAnswer, BadAnswer, ServerFault)
VERDICT = re.compile(r"\b(ACCEPTED|REJECTED|UNREACHABLE|UNKNOWN|NOT SENT)\b")
NOT_SENT = (TokenRefused, AccessDenied, NotFound, TooManyRequests)
REFUSED_CALLS = {"409", "413", "422", "418 without words"}
"""Refusals of the call itself, before any mail is tried."""


def _one_of_each(operation: str) -> pytest.MarkDecorator:
    """One fault of each kind that a person can tell apart, or that leaves the server different.

    All faults meet each operation in the tests of the client.
    """
    kinds: dict[tuple[object, ...], str] = {}
    for name, case in FAULTS.items():
        end = case.ends[operation]
        told = (end.error, end.advice, end.requests, name in REFUSED_CALLS)
        kinds.setdefault((name in TIMED, case.fault.works, *told), name)
    timed = [name for name in kinds.values() if name in TIMED]
    answered = [name for name in kinds.values() if name not in TIMED]
    assert timed
    assert len(answered) > 10
    return pytest.mark.parametrize(
        ("names", "limits"), [(timed, HASTY), (answered, PATIENT)], ids=["time-outs", "answers"]
    )


def _limited(services: Services, limits: Limits) -> Services:
    def make_client(target: Target, tokens: Tokens) -> Client:
        return Client(target, tokens, services.activity, services.clock, Pad(), limits)

    return replace(services, make_client=make_client)


def _words(case: Case, end: End) -> str:
    """The beginning of what is read; other time-outs and limits hold here than in the table."""
    return end.why if case.limits == QUICK else re.split(r" [\d.]", end.why)[0]


def _flat(ui: Ui) -> str:
    return " ".join(ui.text().split())


@asynccontextmanager
async def _until_answered(ui: Ui, operation: Called) -> AsyncIterator[None]:
    """Wait, at the end, until such a request has ended: without looking at the screen all along."""
    ended = asyncio.Event()
    exchanges = ui.services.activity

    def look() -> None:
        if exchanges.exchanges[-1].request.operation is operation:
            ended.set()

    end = exchanges.listen(look)
    yield
    await asyncio.wait_for(ended.wait(), PATIENCE)
    end()


async def _reads(ui: Ui, words: str) -> None:
    await ui.until(lambda: words in _flat(ui), words)
    assert "<html" not in ui.text()


async def _keeps(ui: Ui, words: str) -> None:
    await ui.until(lambda: last_test(ui).startswith(words), f"{words} in the table")


@pytest.mark.timeout(180)
@_one_of_each("list")
async def test_a_read_that_fails_is_told_in_words_over_the_old_rows_which_are_marked_stale(
    sandbox: Sandbox, names: list[str], limits: Limits
) -> None:
    sandbox.add_record("PRIMARY", {"hostname": "a.example", "port": 25})
    async with opened(sandbox, size=WIDTH, services=lambda found: _limited(found, limits)) as ui:
        await ui.sees("PRIMARY", "read 0s ago")
        for name in names:
            case = FAULTS[name]
            end = case.ends["list"]
            before = len(ui.requests(Operation.LIST))
            sandbox.faults.add(replace(case.fault, operation=Operation.LIST))
            ui.clock.forward(3)
            async with _until_answered(ui, Called.LIST):
                await ui.press("r")
            if end.error is None:
                await ui.asked(Operation.LIST, before + end.requests)
                await ui.until(lambda: ui.shows("read 0s ago"), f"an answer in spite of {name}")
            else:
                await _reads(ui, _words(case, end))
                if end.error is TokenRefused:
                    await ui.sees("paste the bearer token")
                    await ui.press("escape")
                await ui.sees("Could not list the connections at", "PRIMARY", "stale, read 3s ago")
                assert end.advice in _flat(ui), name
            assert len(ui.requests(Operation.LIST)) == before + end.requests, name
            sandbox.faults.clear()
            ui.clock.forward(1)
            await ui.press("r")
            await ui.sees("PRIMARY", "read 0s ago")


@pytest.mark.timeout(180)
@_one_of_each("patch")
async def test_a_save_that_fails_leaves_the_form_with_the_text_and_is_sent_once(
    sandbox: Sandbox, names: list[str], limits: Limits
) -> None:
    record = sandbox.add_record("PRIMARY", {"hostname": "a.example", "port": 25})
    port = 25
    async with opened(sandbox, size=WIDTH, services=lambda found: _limited(found, limits)) as ui:
        await ui.sees("PRIMARY", "read 0s ago")
        for number, name in enumerate(names, start=1):
            case = FAULTS[name]
            end = case.ends["patch"]
            if not isinstance(ui.app.screen, FormScreen):
                await ui.press("e")
                await ui.sees("Edit PRIMARY")
                await ui.press("tab")
                port = number
                await retype(ui, str(port))
            before = len(ui.requests(Operation.MODIFY))
            sandbox.faults.add(replace(case.fault, operation=Operation.MODIFY))
            await ui.press("ctrl+s")
            await ui.sees("Change PRIMARY?", f"+ port {port}")
            async with _until_answered(ui, Called.PATCH):
                await ui.press("enter")
            done = end.error is None or (end.error in UNKNOWN and case.fault.works)
            if done:
                await ui.until(lambda: not isinstance(ui.app.screen, FormScreen), f"{name} to end")
            else:
                await _reads(ui, _words(case, end))
                if not isinstance(ui.app.screen, FormScreen):
                    await ui.press("escape")
                await ui.until(lambda: isinstance(ui.app.screen, FormScreen), "the form")
                assert f"● Port {port}" in _flat(ui), name
            assert (sandbox.record(record).values["port"] == port) is done, name
            assert len(ui.requests(Operation.MODIFY)) == before + 1, name
            sandbox.faults.clear()


@pytest.mark.timeout(180)
@_one_of_each("test_saved")
async def test_a_test_that_fails_is_told_as_not_sent_or_unknown_and_is_sent_once(
    sandbox: Sandbox, names: list[str], limits: Limits
) -> None:
    add(sandbox)
    kept = "never"
    async with opened(sandbox, size=WIDTH, services=lambda found: _limited(found, limits)) as ui:
        await ui.sees("MAIL", "read 0s ago")
        for name in names:
            case = FAULTS[name]
            end = case.ends["test_saved"]
            before, mails = len(ui.requests(Operation.TEST_SAVED)), len(sandbox.mailbox)
            sandbox.faults.add(replace(case.fault, operation=Operation.TEST_SAVED))
            ui.clock.forward(1)
            await ui.press("t")
            await ui.sees("Test email · MAIL", "enter Send")
            async with _until_answered(ui, Called.TEST_SAVED):
                await ui.press("enter")
            if end.error is TokenRefused:
                await ui.sees("paste the bearer token")
                await ui.press("escape")
            await ui.until(lambda: VERDICT.search(ui.text()), f"a verdict on {name}")
            verdict = VERDICT.findall(ui.text())[0]
            arrived = len(sandbox.mailbox) - mails
            worked = case.fault.works or case.fault.kind is FaultKind.DELAY
            refused = end.error in NOT_SENT or name in REFUSED_CALLS
            assert (verdict == "NOT SENT") is refused, name
            assert arrived == (worked and verdict != "NOT SENT"), name
            assert arrived or verdict != "ACCEPTED", name
            assert end.error not in UNKNOWN or verdict == "UNKNOWN", name
            assert len(ui.requests(Operation.TEST_SAVED)) == before + 1, name
            kept = kept if verdict == "NOT SENT" else Verdict(verdict).sign
            sandbox.faults.clear()
            await ui.press("escape")
            await ui.loses("Test email")
            await _keeps(ui, kept)
