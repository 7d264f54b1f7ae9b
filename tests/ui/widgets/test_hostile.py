"""Text from outside is shown with visible stand-ins, and sent back as it is."""

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.app import App, ComposeResult
from textual.content import Content
from textual.widgets import Input

from smtp_tui.ui.messages import MessageLine, MessagesApp
from smtp_tui.ui.widgets.plain_text import PlainText, VisibleText, visible
from tests.failing_sandbox import Fault, FaultKind, Operation, Sandbox
from tests.ui.helpers import Ui, lines_of, opened, spans

NAMES = {
    "markup": "[/nope] [@click=app.quit]go",
    "escape": "A\x1b[2J\x1b]0;t\x07B",
    "lines": "one\ntwo\r\nthree\tend",
    "bidi": "gpj\u202eexe\u2066x",
    "zero": "pay\u200bpal\u200d\ufeff",
    "wide": "東京🎉 e\u0301",
    "huge": "N" * 5_000,
    "empty": "",
}
SHOWN = {
    "markup": "[/nope] [",
    "escape": "A\\x1b[2J\\x1b",
    "lines": "one\\ntwo",
    "bidi": "gpj\\u202eexe",
    "zero": "pay\\u200bpal",
    "wide": "東京",
    "huge": "NNNNNNNNN",
    "empty": "(no name)",
}
HIDDEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


def clean_screen(ui: Ui) -> None:
    """No line of the screen holds a character that could drive the terminal or hide in it."""
    bad = [
        character
        for character in ui.text().replace("\n", "")
        if unicodedata.category(character) in HIDDEN
    ]
    assert not bad, bad


@pytest.mark.parametrize(
    ("kind", "size"),
    [*((kind, (120, 40)) for kind in NAMES), ("huge", (60, 20)), ("markup", (60, 20))],
)
async def test_a_hostile_record_is_shown_harmless_on_every_screen(
    sandbox: Sandbox, kind: str, size: tuple[int, int]
) -> None:
    text = NAMES[kind]
    sandbox.add_record(
        text, {"hostname": text, "port": text, "username": text, "x-[/nope]": text or "x"}
    )
    async with opened(sandbox, size=size) as ui:
        await ui.sees(SHOWN[kind], "Connections 1")
        clean_screen(ui)
        for key, seen in (
            ("enter", "Hostname"),
            ("d", "Delete"),
            ("e", "Edit"),
            ("t", "Test email"),
            ("y", "curl"),
        ):
            await ui.press(key)
            await ui.sees(seen)
            clean_screen(ui)
            if key != "enter":
                await ui.press("escape")
                await ui.sees("Hostname")
        await ui.press("escape")
        await ui.sees("Connections 1")


@pytest.mark.parametrize("kind", ["markup", "bidi", "zero"])
async def test_a_clone_sends_the_original_and_not_its_stand_ins(
    sandbox: Sandbox, kind: str
) -> None:
    note = NAMES[kind]
    sandbox.add_record("ONE", {"hostname": "a.example", "port": 25, "x-note": note})
    async with opened(sandbox) as ui:
        await ui.sees("ONE")
        await ui.press("c")
        await ui.sees("New connection")
        await ui.press("ctrl+a")
        await ui.type("COPY")
        await ui.press("ctrl+s")
        await ui.sees("Create COPYONE")
        clean_screen(ui)
        await ui.press("enter")
        (request,) = await ui.asked(Operation.CREATE)
        sent = {
            parameter["name"]: parameter["value"]
            for parameter in request.json()["connection_parameters"]
        }
        assert sent["x-note"] == note


@pytest.mark.parametrize("size", [(120, 40), (60, 20)])
async def test_words_of_the_server_are_shown_harmless_in_the_table_and_in_a_message(
    sandbox: Sandbox, size: tuple[int, int]
) -> None:
    sandbox.add_record("ONE", {"hostname": "a.example", "port": 25})
    words = "550 5.1.1 [/nope] \x1b[31mred\u202e\u200b [@click=app.quit]x"
    body = json.dumps({"error": {"message": words}}).encode()
    for operation in (Operation.LIST, Operation.GET):
        sandbox.faults.add(
            Fault(
                FaultKind.RAW,
                operation,
                count=1,
                status=403,
                headers=(("Content-Type", "application/json"),),
                body=body,
            )
        )
    async with opened(sandbox, size=size) as ui:
        await ui.sees("550 5.1.1 [/nope]", "\\x1b[31mred\\u202e\\u200b")
        clean_screen(ui)
        await ui.press("r")
        await ui.sees("Connections 1")
        await ui.press("enter")
        await ui.sees("550 5.1.1 [/nope]")
        clean_screen(ui)
        await ui.press("a")
        await ui.sees("Activity", "403")
        clean_screen(ui)
        await ui.press("question_mark")
        await ui.sees("search the keys")
        await ui.press("escape", "ctrl+p")
        await ui.sees("Search for commands")


async def test_hostile_text_typed_into_filter_and_help_is_only_text(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        await ui.sees("Connections 6")
        await ui.press("slash")
        await ui.type("[/nope]")
        await ui.sees('No matches for "[/nope]"', "/[/nope]")
        await ui.press("escape", "question_mark")
        await ui.sees("search the keys")
        await ui.type("[/nope]")
        await ui.sees("Nothing found in the help")
        await ui.press("escape", "escape", "ctrl+p")
        await ui.sees("Search for commands")
        await ui.type("[/nope]")
        await ui.sees("No matches found")


class OneInput(App[None]):
    """An input with a value from outside, drawn by the highlighter."""

    def __init__(self, value: str) -> None:
        super().__init__()
        self.value = value

    def compose(self) -> ComposeResult:
        yield Input(self.value, highlighter=VisibleText(), compact=True)


@pytest.mark.parametrize("kind", NAMES)
async def test_an_input_draws_stand_ins_and_keeps_its_value(kind: str) -> None:
    app = OneInput(NAMES[kind])
    async with app.run_test() as pilot:
        await pilot.press("end", "!")
        field = app.query_one(Input)
        drawn = field.render_line(0).text
        assert not [character for character in drawn if unicodedata.category(character) in HIDDEN]
        assert field.value == NAMES[kind] + "!"


@given(st.text(max_size=40))
def test_each_character_of_an_input_has_one_in_its_place(text: str) -> None:
    shown = visible(text)
    assert len(shown) == len(text)
    assert not [
        character for character in shown if unicodedata.category(character) in {*HIDDEN, "Cn"}
    ]


class Careless(MessagesApp):
    """An app whose author forgot to clean a text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def compose(self) -> ComposeResult:
        yield PlainText(self._text, id="first")
        yield PlainText(id="later")
        yield MessageLine()

    def on_mount(self) -> None:
        self.query_one("#later", PlainText).update(Content.styled(self._text, "bold"))
        self.notify(f"said: {self._text}", markup=True)


@pytest.mark.parametrize("kind", ["markup", "escape", "bidi", "zero"])
async def test_a_widget_and_a_message_clean_what_nobody_cleaned_before(kind: str) -> None:
    text = NAMES[kind].replace("\a", "")  # which Textual drops by itself
    app = Careless(text)
    async with app.run_test(size=(60, 20), notifications=True) as pilot:
        await pilot.pause()
        drawn = lines_of(spans(app.export_screenshot()), 20)
        shown = visible(text)
        assert [shown in line for line in drawn].count(True) == 3
        assert any(line.strip().startswith("said: ") for line in drawn)
        assert not [
            character for character in "".join(drawn) if unicodedata.category(character) in HIDDEN
        ]
