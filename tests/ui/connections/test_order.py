"""The order of the connections is kept for each profile, and no disk holds up a key."""

from __future__ import annotations

import json
import re
from pathlib import Path
from threading import Event

import pytest
from msgspec.structs import replace

from smtp_tui.state.settings import Settings, SettingsStore, Sort
from tests.failing_sandbox import Operation, Sandbox
from tests.ui.helpers import Ui, opened


async def kept(ui: Ui, sort: Sort) -> None:
    """Wait until the order of a profile stands on the disk."""
    await ui.until(
        lambda: ui.services.settings.load().sort_of(sort.profile) == sort, f"{sort} kept"
    )


async def test_each_profile_begins_with_its_order_at_a_switch_and_at_the_next_start(
    demo: Sandbox, tmp_path: Path
) -> None:
    async with opened(demo, directory=tmp_path) as ui:
        await ui.sees("Connections 6", "sorted by name")
        await ui.press("s", "S")
        await kept(ui, Sort("demo", "hostname", descending=True))
        await ui.press("p", "j", "enter")
        await ui.sees("Connections 3", "sorted by name")
        await ui.press("s", "s")
        await kept(ui, Sort("demo-europe", "port"))
        await ui.press("minus")
        await ui.sees("HOSTNAME ▼", "Connections 6", "sorted by hostname, reversed")
        await ui.press("minus")
        await ui.sees("PORT ▲", "Connections 3", "sorted by port")
    async with opened(demo, directory=tmp_path) as ui:
        await ui.sees("HOSTNAME ▼", "Connections 6", "sorted by hostname, reversed")
        assert "OLD-RELAY" in ui.lines()[3]
        await ui.press("s", "s", "s", "s")
        await kept(ui, Sort("demo"))
    async with opened(demo, directory=tmp_path) as ui:
        await ui.sees("Connections 6", "in the server's order")
        await ui.press("s")
        await ui.sees("Connections 6", "sorted by name")


async def test_the_order_is_not_told_before_it_is_known(demo: Sandbox, tmp_path: Path) -> None:
    SettingsStore(tmp_path / "state").set_sort(Sort("demo", "port"))
    async with opened(demo, directory=tmp_path) as ui:
        orders = set[str]()

        def told() -> bool:
            orders.update(re.findall(r"sorted by \w+", ui.text()))
            return bool(orders)

        await ui.until(told, "an order")
        assert orders == {"sorted by port"}


@pytest.mark.parametrize("column", ["colour", ""])
async def test_a_column_that_is_not_known_is_no_order(
    demo: Sandbox, tmp_path: Path, column: str
) -> None:
    store = SettingsStore(tmp_path / "state")
    store.set_sort(Sort("demo", column, descending=True))
    text = json.loads(store.path.read_text())
    store.path.write_text(json.dumps({**text, "unknown": {"kept": "ignored"}}))
    async with opened(demo, directory=tmp_path) as ui:
        await ui.sees("Connections 6", "sorted by name · read")
        assert "unreadable" not in ui.text()


async def test_an_order_that_cannot_be_kept_is_said_once_and_sorts_all_the_same(
    demo: Sandbox, tmp_path: Path
) -> None:
    async with opened(demo, directory=tmp_path) as ui:
        await ui.sees("Connections 6")
        path = ui.services.settings.path
        path.parent.mkdir(mode=0o700, exist_ok=True)
        path.mkdir()
        for key, heading in (("s", "HOSTNAME ▲"), ("s", "PORT ▲"), ("S", "PORT ▼")):
            await ui.press(key)
            await ui.sees(heading, "The sort order could not be saved")
        assert ui.text().count("The sort order could not be saved") == 1


class SlowDisk(SettingsStore):
    """A disk that writes when a test says so."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self.begun, self.let_go = Event(), Event()

    def set_sort(self, sort: Sort) -> None:
        self.begun.set()
        assert self.let_go.wait(30)
        super().set_sort(sort)


async def test_no_key_waits_for_a_slow_disk_and_the_last_order_is_the_one_kept(
    demo: Sandbox, tmp_path: Path
) -> None:
    settings = SlowDisk(tmp_path)
    async with opened(demo, services=lambda some: replace(some, settings=settings)) as ui:
        await ui.sees("Connections 6")
        for words in ("hostname", "port", "username", "username, reversed"):
            await ui.press("S" if "reversed" in words else "s")
            await ui.sees(f"sorted by {words}")
        assert settings.begun.is_set()
        settings.let_go.set()
        await kept(ui, Sort("demo", "username", descending=True))


class SlowRead(SettingsStore):
    """A disk that is read when a test says so."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self.let_go = Event()

    def load(self) -> Settings:
        assert self.let_go.wait(30)
        return super().load()


async def test_a_key_pressed_before_the_order_of_last_time_was_read_is_the_newer_order(
    demo: Sandbox, tmp_path: Path
) -> None:
    SettingsStore(tmp_path).set_sort(Sort("demo", "port"))
    settings = SlowRead(tmp_path)
    async with opened(demo, services=lambda some: replace(some, settings=settings)) as ui:
        await ui.asked(Operation.LIST)
        await ui.press("s")
        settings.let_go.set()
        await ui.sees("HOSTNAME ▲", "Connections 6", "sorted by hostname")
        await kept(ui, Sort("demo", "hostname"))
