"""How titles and messages name a record, whatever its name is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from rich.cells import cell_len

from smtp_tui.text import cut_to_cells, record_name
from tests.failing_sandbox import Operation, Sandbox
from tests.ui.forms import retype
from tests.ui.helpers import Ui, opened

VALUES = {"hostname": "localhost", "port": 25}
ID = "5e7a1c0d3b2f4a6890100001"
NAMES = {
    "none": ("", f"the record without a name (id {ID})"),
    "blanks": ("   ", f"the record without a name (id {ID})"),
    "short": ("RELAY", "RELAY"),
    "44": ("n" * 44, "n" * 44),
    "60": ("n" * 60, "n" * 60),
    "61": ("n" * 61, "n" * 59 + "…"),
    "a million": ("n" * 1_000_000, "n" * 59 + "…"),
    "wide": ("漢" * 60, "漢" * 29 + "…"),
    "ends in a blank": ("n" * 50 + " " * 20 + "n", "n" * 50 + "…"),
    "ends in dots": ("n" * 50 + "…" * 20, "n" * 50 + "…"),
    "drives the terminal": ("\x1b[2J", "\\x1b[2J"),
    "combining": ("e\u0301" * 1_000_000, "e\u0301" * 59 + "…"),
}
EACH_NAME = pytest.mark.parametrize("name", ["none", "44", "a million", "wide"])


@pytest.mark.parametrize(("name", "words"), NAMES.values(), ids=NAMES)
def test_a_record_is_named_in_at_most_60_cells_with_one_mark_of_a_cut_or_by_its_id(
    name: str, words: str
) -> None:
    assert record_name(name, ID) == words
    assert cell_len(words) <= 60 or ID in words
    assert words.count("…") <= 1


def test_a_text_that_fits_is_not_cut() -> None:
    assert cut_to_cells("漢字", 4) == "漢字"
    assert cut_to_cells("漢字", 3) == "漢…"


async def _delete(ui: Ui, name: str) -> None:
    await ui.press("d")
    await ui.sees(f"Delete {name}")
    ui.clock.forward(1)
    await ui.press("tab", "enter")
    await ui.asked(Operation.DELETE)
    await ui.sees(f"Deleted {name}")


async def _edit(ui: Ui, name: str) -> None:
    await ui.press("e")
    await ui.sees(f"Edit {name}")
    await ui.asked(Operation.GET)
    await ui.press("tab")
    await retype(ui, "26")
    await ui.press("ctrl+s")
    await ui.sees(f"Change {name}")
    ui.clock.forward(1)
    await ui.press("enter")
    await ui.asked(Operation.MODIFY)
    await ui.sees(f"Saved {name}")


async def _test(ui: Ui, name: str) -> None:
    await ui.press("t")
    await ui.sees(f"Test email · {name}")


async def _clone(ui: Ui, name: str) -> None:
    await ui.press("c")
    await ui.sees(f"Like {name}")


PLACES: dict[str, Callable[[Ui, str], Awaitable[None]]] = {
    "delete": _delete,
    "edit": _edit,
    "test": _test,
    "clone": _clone,
}


def _beginning(name: str, record_id: str) -> str:
    """What surely fits on one line of a dialog."""
    words = record_name(name, record_id)
    return words if not name else words.rstrip("…")[:28]


@pytest.mark.parametrize("name", ["none", "44", "a million"])
@pytest.mark.parametrize("place", PLACES)
async def test_dialogs_and_messages_name_a_record_alike_whatever_its_name(
    sandbox: Sandbox, place: str, name: str
) -> None:
    text = NAMES[name][0]
    record_id = sandbox.add_record(text, VALUES)
    async with opened(sandbox, size=(160, 36)) as ui:
        await ui.sees("Connections 1", "localhost")
        words = _beginning(text, record_id)
        await PLACES[place](ui, words)
        assert "……" not in ui.text()


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 36)], ids=str)
@EACH_NAME
async def test_a_title_is_cut_once_at_every_width(
    sandbox: Sandbox, name: str, size: tuple[int, int]
) -> None:
    sandbox.add_record(NAMES[name][0], VALUES)
    async with opened(sandbox, size=size) as ui:
        await ui.sees("Connections 1", "localhost")
        await ui.press("d")
        await ui.sees("Cancel")
        title = ui.line("Delete ")
        assert title.count("…") <= 1
        assert "Delete ?" not in title
