"""A server without one of the calls: no screen takes its 404 for a record that is gone."""

from __future__ import annotations

import json

import pytest

from tests.failing_sandbox import Fault, FaultKind, Operation, Sandbox
from tests.ui.forms import PRIMARY, apply, delete, edit_port
from tests.ui.helpers import Ui, opened

LACKS = "The server does not support this operation"


def _missing(sandbox: Sandbox, operation: Operation) -> None:
    message = 'Shared class "SmtpConnection" has no method handling POST /x?tenantId=1'
    body = json.dumps({"error": {"statusCode": 404, "name": "Error", "message": message}}).encode()
    sandbox.faults.add(Fault(FaultKind.RAW, operation, status=404, body=body))


def _reads(ui: Ui, words: str) -> bool:
    return words in " ".join(ui.text().split())


async def test_a_save_says_it_keeps_the_text_and_offers_no_new_record(demo: Sandbox) -> None:
    _missing(demo, Operation.MODIFY)
    async with opened(demo) as ui:
        await edit_port(ui, "PRIMARY", "2525")
        await apply(ui, "PRIMARY")
        await ui.until(lambda: _reads(ui, LACKS), LACKS)
        assert ui.shows("Edit PRIMARY", "2525")
        assert not _reads(ui, "ecreate")
        assert len(ui.requests(Operation.MODIFY)) == 1
        assert demo.record(PRIMARY).values["port"] != 2525


async def test_a_delete_says_it_and_the_record_stays(demo: Sandbox) -> None:
    _missing(demo, Operation.DELETE)
    async with opened(demo) as ui:
        await ui.sees("Connections 6")
        await delete(ui, "BATCH")
        await ui.until(lambda: _reads(ui, LACKS), LACKS)
        await ui.sees("BATCH", "Connections 6")
        assert not _reads(ui, "gone")


@pytest.mark.parametrize(("key", "operation"), [("t", Operation.TEST_SAVED), ("T", Operation.TEST)])
async def test_a_test_says_it_and_that_no_mail_was_sent(
    demo: Sandbox, key: str, operation: Operation
) -> None:
    _missing(demo, operation)
    async with opened(demo) as ui:
        await ui.sees("Connections 6")
        await ui.press(key)
        if key == "T":
            await ui.sees("Test without saving")
            await ui.type("localhost\t25")
            await ui.press("ctrl+t")
        await ui.sees("enter Send")
        await ui.press("enter")
        await ui.until(lambda: _reads(ui, LACKS), LACKS)
        assert _reads(ui, "NOT SENT")
        assert not _reads(ui, "may have been sent")
        assert not _reads(ui, "deleted it")


async def test_a_delete_that_finds_the_record_gone_says_so(demo: Sandbox) -> None:
    message = "No instance with id 7 found for SmtpConnection"
    error = {"statusCode": 404, "name": "Error", "message": message, "code": "NOT_FOUND"}
    body = json.dumps({"error": error}).encode()
    demo.faults.add(Fault(FaultKind.RAW, Operation.DELETE, status=404, body=body))
    async with opened(demo) as ui:
        await ui.sees("Connections 6")
        await delete(ui, "BATCH")
        await ui.sees("BATCH was already deleted")
