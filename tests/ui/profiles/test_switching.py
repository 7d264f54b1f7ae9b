"""Switching profiles: nothing of one stands under the name of the other, and no write is lost."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from threading import Event

import pytest
from msgspec.structs import replace

from smtp_tui.profiles.model import Profile
from smtp_tui.profiles.sources import EnvironmentToken
from smtp_tui.profiles.store import Profiles, ProfileStore
from smtp_tui.ui.messages import Message
from smtp_tui.ui.services import Services
from tests.failing_sandbox import Fault, FaultKind, Operation, Sandbox, SandboxOptions
from tests.ui.helpers import Ui, opened

SWITCHES = 20
WRITE_EVERY = 10


@pytest.fixture
def other() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture
def patient() -> Iterator[tuple[Sandbox, Sandbox]]:
    """Two that wait for a mail server as long as a test may take."""
    options = SandboxOptions(mail_timeout=60.0)
    with Sandbox(options) as first, Sandbox(options) as second:
        yield first, second


@asynccontextmanager
async def two_profiles(
    fast: Sandbox, slow: Sandbox, store: ProfileStore | None = None
) -> AsyncIterator[Ui]:
    """Profiles `alpha` and `beta` whose records bear their names; beta is in use."""
    for sandbox, name in ((fast, "ALPHA"), (slow, "BETA")):
        sandbox.add_record(f"{name}-ONE", {"hostname": f"one.{name.lower()}.example", "port": 25})

    def alpha(profile: Profile) -> Profile:
        return replace(profile, name="alpha", label="", recipient="alpha@sandbox.example")

    def both(services: Services) -> Services:
        first = services.extra_profiles[0]
        host, recipient = slow.base_url, "beta@sandbox.example"
        token = EnvironmentToken("BETA_TOKEN")
        beta = replace(first, name="beta", host=host, recipient=recipient, token=token)
        environ = {**services.environ, "BETA_TOKEN": slow.admin_token}
        kept = store or services.store
        return replace(services, store=kept, environ=environ, extra_profiles=(first, beta))

    async with opened(fast, profile=alpha, services=both, size=(80, 24)) as ui:
        await ui.sees("ALPHA-ONE")
        await ui.press("p", "j", "enter")
        await ui.sees("BETA-ONE")
        yield ui


def _pure(ui: Ui) -> None:
    """Whether everything on the screen belongs to the profile that its header names."""
    header, *rest = ui.lines()
    mine, others = ("ALPHA", "BETA") if " alpha " in header else ("BETA", "ALPHA")
    named = ("after you left", f"Test of {others}-ONE ({others.lower()})")  # by their profile
    body = "\n".join(line for line in rest if not any(words in line for words in named))
    assert f"{others}-ONE" not in body, f"a record of {others} under {mine}:\n{ui.text()}"


def _row(name: str) -> str:
    """The record as it stands in the table; a report names it too, in the midst of words."""
    return f"{name}-ONE  "


async def _write(ui: Ui, name: str, number: int) -> None:
    """Change the record as far as the request that is under way."""
    await ui.sees(_row(name))
    await ui.press("e")
    await ui.until(lambda: ui.shows("Hostname") or ui.shows("There is a draft"), "the form")
    if ui.shows("There is a draft"):
        ui.clock.forward(1)
        await ui.press("down", "enter")
        await ui.sees("Hostname")
    await ui.press("home", *f"w{number}x")
    await ui.press("ctrl+s")
    await ui.sees("Apply")
    await ui.press("enter")


@pytest.mark.timeout(120)
async def test_many_switches_mix_nothing_and_report_every_write_once(
    sandbox: Sandbox, other: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    delays = {Operation.LIST: 0.15, Operation.MODIFY: 2.0, Operation.TEST_SAVED: 1.0}
    for operation, seconds in delays.items():
        other.faults.add(Fault(FaultKind.DELAY, operation, count=None, seconds=seconds))
    for operation in (Operation.MODIFY, Operation.TEST_SAVED):
        sandbox.faults.add(Fault(FaultKind.DELAY, operation, count=None, seconds=1.5))
    writes = mails = 0
    async with two_profiles(sandbox, other) as ui:
        reports, name = _reports(ui, monkeypatch), "BETA"
        for number in range(SWITCHES):
            server = sandbox if name == "ALPHA" else other
            if number % WRITE_EVERY < 2:
                await _write(ui, name, number)
                writes += 1
                await _until_modified(ui, server, _sent(writes, name))
                await ui.app.run_action("app.previous_profile")
            elif 4 <= number % WRITE_EVERY < 6:
                await _mail(ui, name, server)
                mails += 1
                await ui.app.run_action("app.previous_profile")
            else:
                await ui.press("minus")
            name = "ALPHA" if name == "BETA" else "BETA"
            await _until_named(ui, name)
            _pure(ui)
        await ui.sees(f"{name}-ONE")
        _pure(ui)
        await ui.until(lambda: len(reports) == writes + mails, f"{writes} saves and {mails} mails")
    assert writes == mails == 2 * SWITCHES // WRITE_EVERY
    for label, server in (("alpha", sandbox), ("beta", other)):
        modified = _modified(server)
        assert modified == writes // 2
        told = [words for words in reports if words.startswith(f"{label}:")]
        assert len(told) == modified
        verdicts = [
            words
            for words in reports
            if words.startswith(f"Test of {label.upper()}-ONE ({label}): ")
        ]
        assert len(verdicts) == _tests(server) == mails // 2
        (record,) = server.records()
        (profile,) = [profile for profile in ui.services.extra_profiles if profile.name == label]
        tests = ui.services.history.tests(ui.services.session(profile).key(record.id))
        assert {test.run.profile for test in tests} == {label}
        assert len(tests) == mails // 2
    exchanges = ui.services.activity.exchanges
    urls = {"alpha": sandbox.base_url, "beta": other.base_url}
    assert all(exchange.origin == urls[exchange.profile] for exchange in exchanges)


async def _mail(ui: Ui, name: str, server: Sandbox) -> None:
    """Send a test mail as far as the request that is under way, once the one before is judged.

    While the record is being changed a test of it would be refused.
    """
    await ui.until(lambda: not ui.services.tests.under_way, "the mail before")
    await ui.until(lambda: not ui.services.activity.writes, "the change before")
    before = _tests(server)
    await ui.sees(_row(name))
    await ui.press("t")
    await ui.sees("Send to", f"{name.lower()}@sandbox.example")
    await ui.press("enter")
    await ui.until(lambda: _tests(server) == before + 1, "the mail to be under way")


def _modified(server: Sandbox) -> int:
    return sum(request.operation == Operation.MODIFY for request in server.requests)


def _sent(writes: int, name: str) -> int:
    """Writes go to the two in turn, beta first."""
    return (writes + 1) // 2 if name == "BETA" else writes // 2


async def _until_modified(ui: Ui, server: Sandbox, count: int) -> None:
    await ui.until(lambda: _modified(server) == count, "the write to be under way")


async def _until_named(ui: Ui, name: str) -> None:
    await ui.until(lambda: f" {name.lower()} " in ui.lines()[0], "the switch")


def _reports(ui: Ui, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The reports of writes and mails that nobody waited for, all that are told from now on."""
    reports: list[str] = []
    show = ui.app.show

    def shown(message: Message) -> None:
        if message.lasting:
            reports.append(message.words)
        show(message)

    monkeypatch.setattr(ui.app, "show", shown)
    return reports


async def test_a_switch_waits_for_a_form_that_holds_something_typed(
    sandbox: Sandbox, other: Sandbox
) -> None:
    async with two_profiles(sandbox, other) as ui:
        await ui.press("e")
        await ui.sees("Hostname")
        await ui.press("x")
        for words, help_text in (("previous", "Switch back to it"), ("profiles", "Choose another")):
            await ui.press("ctrl+p")
            await ui.type(words)
            await ui.sees(help_text)
            await ui.press("enter")
            await ui.loses(help_text)
            await ui.sees("Save or leave the form first", "Edit BETA-ONE")
            ui.app.clear_messages()
            await ui.loses("Save or leave")


def refuse_mail(listener: socket.socket) -> None:
    """Be a mail server that at last answers whoever has connected to it: it takes no mail."""
    with listener, listener.accept()[0] as connection:
        connection.sendall(b"554 5.3.2 no mail today\r\n")


async def test_a_test_mail_under_way_is_judged_once_under_its_own_profile_over_switches(
    patient: tuple[Sandbox, Sandbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox, other = patient
    async with two_profiles(sandbox, other) as ui:
        reports = _reports(ui, monkeypatch)
        for count, (server, name) in enumerate(((other, "BETA"), (sandbox, "ALPHA")), start=1):
            listener = socket.create_server(("127.0.0.1", 0))
            (record,) = server.records()
            port = listener.getsockname()[1]
            server.change_record(record.id, {"hostname": "127.0.0.1", "port": port})
            await ui.sees(f"{name}-ONE")
            await ui.press("t")
            await ui.sees("Send to", f"{name.lower()}@sandbox.example")
            await ui.press("enter")
            await ui.until(lambda server=server: _tests(server) == 1, "the mail under way")  # type: ignore[misc]
            await ui.app.run_action("app.previous_profile")
            await _until_named(ui, "ALPHA" if name == "BETA" else "BETA")
            refuse_mail(listener)
            await ui.until(lambda count=count: len(reports) == count, "the verdict")  # type: ignore[misc]
        told = sorted(words.partition(" · ")[0] for words in reports)
        assert told == [
            "Test of ALPHA-ONE (alpha): REJECTED",
            "Test of BETA-ONE (beta): REJECTED",
        ]
        await ui.sees("Test of ALPHA-ONE (alpha)", "Test of BETA-ONE (beta)")
        for profile in ui.services.extra_profiles:
            (record,) = (sandbox if profile.name == "alpha" else other).records()
            (test,) = ui.services.history.tests(ui.services.session(profile).key(record.id))
            assert (test.run.profile, test.run.recipient) == (profile.name, profile.recipient)
        assert (_tests(sandbox), _tests(other)) == (1, 1)


def _tests(server: Sandbox) -> int:
    return sum(request.operation == Operation.TEST_SAVED for request in server.requests)


class SlowDisk(ProfileStore):
    """A disk that is read when a test says so, once ``slow`` is set."""

    slow = False

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self.let_go = Event()

    def load(self) -> Profiles:
        assert not self.slow or self.let_go.wait(30)
        return super().load()


async def test_a_switch_on_a_slow_disk_is_not_lost_when_the_profiles_are_opened_again(
    sandbox: Sandbox, other: Sandbox, tmp_path: Path
) -> None:
    store = SlowDisk(tmp_path)
    async with two_profiles(sandbox, other, store) as ui:
        await ui.press("p")
        await ui.sees("switch (this session only)")
        store.slow = True
        await ui.press("j", "enter", "p")
        store.let_go.set()
        await ui.sees("ALPHA-ONE")


async def test_a_key_typed_behind_the_choice_of_a_profile_never_reaches_the_one_before(
    sandbox: Sandbox, other: Sandbox, tmp_path: Path
) -> None:
    store = SlowDisk(tmp_path)
    async with two_profiles(sandbox, other, store) as ui:
        await ui.press("p")
        await ui.sees("switch (this session only)")
        store.slow = True
        await ui.press("j", "enter", "d")
        assert not ui.shows("Delete BETA-ONE")
        store.let_go.set()
        await ui.sees("ALPHA-ONE")
