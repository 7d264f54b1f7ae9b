"""Inside a session: no log record, worker, picture or error holds a secret."""

from __future__ import annotations

import logging

import pytest
from msgspec.structs import replace
from textual.worker import Worker
from textual.worker_manager import WorkerManager

from smtp_tui.profiles.model import Profile
from smtp_tui.profiles.sources import LoginToken
from tests.failing_sandbox import ADMINISTRATOR, Fault, FaultKind, Operation, Sandbox
from tests.ui.helpers import opened

SMTP_PASSWORD = "planted-Smtp-5Vd2"


async def test_no_log_record_worker_picture_or_error_of_a_session_holds_a_secret(
    demo: Sandbox, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    workers: list[str] = []
    add = WorkerManager.add_worker

    def noted(self: WorkerManager, worker: Worker[object], start: bool, exclusive: bool) -> None:
        workers.append(f"{worker!r} {worker.description}")
        add(self, worker, start, exclusive)

    monkeypatch.setattr(WorkerManager, "add_worker", noted)

    def login(profile: Profile) -> Profile:
        return replace(profile, token=LoginToken(ADMINISTRATOR.name), identity_url=demo.base_url)

    async with opened(demo, profile=login, size=(100, 30)) as ui:
        await ui.sees("Log in")
        await ui.type(demo.password())
        pictures = [ui.app.export_screenshot()]
        await ui.press("enter")
        await ui.sees("BATCH", "read 0s ago")
        await ui.press("e")
        await ui.sees("Edit BATCH")
        await ui.press("tab", "tab", "tab")
        await ui.type(SMTP_PASSWORD)
        demo.faults.add(Fault(FaultKind.SERVER_ERROR, Operation.MODIFY))
        await ui.press("ctrl+s")
        await ui.sees("+ password (", "Apply")
        pictures.append(ui.app.export_screenshot())
        await ui.press("enter")
        await ui.sees("500")
        pictures.append(ui.app.export_screenshot())
        errors = [exchange.failure or "" for exchange in ui.services.activity.exchanges]
    assert any("httpcore" in record.name for record in caplog.records), "the libraries log"
    assert len(workers) > 3
    assert any(errors), "the refused write has an error text"
    bearer = ui.requests(Operation.LIST)[0].headers["authorization"].partition(" ")[2]
    kept = "\n".join([caplog.text, *workers, *pictures, *errors])
    for secret in (SMTP_PASSWORD, demo.password(), bearer[:40], bearer[-20:]):
        assert secret not in kept
