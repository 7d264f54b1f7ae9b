"""What a form looks like: extents, changes, what a save would do; and Enter from field to field."""

from __future__ import annotations

import pytest
from rich.segment import Segment

from smtp_tui.ui.record_form.form import RecordForm
from smtp_tui.ui.widgets.fields import SecretInput, TextInput
from tests.failing_sandbox import Operation, Sandbox
from tests.ui.forms import edit, edit_port, retype
from tests.ui.helpers import Ui, opened

SIX_PARAMETERS = "INVOICES"


def drawn(ui: Ui) -> list[Segment]:
    """The first cell of each field, as it goes to the terminal."""
    inputs = ui.app.screen.query(TextInput)
    return [next(iter(each.render_line(0))) for each in inputs]


async def test_each_field_has_an_extent_and_the_one_with_the_cursor_another(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        await edit(ui, "BATCH")
        await ui.press("tab")
        grounds = [segment.style and segment.style.bgcolor for segment in drawn(ui)]
        assert None not in grounds
        assert grounds[0] == grounds[2] == grounds[3] != grounds[1]
        assert {each.outer_size.width for each in ui.app.screen.query(TextInput)} == {42}


async def test_without_colours_fields_are_underlined_and_the_cursor_is_in_reverse_video(
    demo: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with opened(demo) as ui:
        await edit(ui, "BATCH")
        await ui.press("tab", "end")
        looks = [segment.style for segment in drawn(ui)]
        assert [bool(look and look.underline) for look in looks] == [True, False, True, True]
        assert [bool(look and look.reverse) for look in looks] == [False, True, False, False]
        port = ui.app.screen.query(TextInput)[1]
        cells = [
            (part.text, bool(part.style and part.style.reverse)) for part in port.render_line(0)
        ]
        assert ("26", True) in cells
        assert (" ", False) in cells


@pytest.mark.parametrize("colours", [True, False])
async def test_a_hint_in_an_empty_field_does_not_look_typed(
    demo: Sandbox, monkeypatch: pytest.MonkeyPatch, colours: bool
) -> None:
    if not colours:
        monkeypatch.setenv("NO_COLOR", "1")
    async with opened(demo) as ui:
        await edit(ui, "BATCH")
        password = ui.app.screen.query(SecretInput).first()
        for _ in ("without the focus", "with it"):
            hint = next(part for part in password.render_line(0) if "known" in part.text)
            assert hint.style is not None
            assert (hint.style.dim, hint.style.italic, bool(hint.style.bold)) == (True, True, False)
            password.focus()
            await ui.settle()


async def test_without_colours_an_empty_field_with_the_cursor_is_seen_over_its_whole_width(
    demo: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with opened(demo) as ui:
        await ui.press("n")
        await ui.sees("New connection")
        cells = [
            bool(part.style and part.style.reverse)
            for part in ui.app.screen.query(TextInput)[0].render_line(0)
            for _ in part.text
        ]
        assert cells[:2] == [False, True], "no cursor"
        assert cells.count(True) > 30


async def test_a_field_under_a_dialog_has_no_cursor(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        await edit_port(ui, "BATCH", "587")
        field = ui.app.screen.query(TextInput)[1]
        await ui.press("escape")
        await ui.sees("Leave?")
        grounds = {part.style and part.style.bgcolor for part in field.render_line(0)}
        assert len(grounds) == 1, grounds


async def test_a_change_strikes_the_old_value_through_and_says_what_the_new_one_means(
    demo: Sandbox,
) -> None:
    async with opened(demo) as ui:
        await edit_port(ui, "BATCH", "587")
        await ui.sees("was 26  · Submission port: STARTTLS, then login.")
        assert "line-through" in next(span.look for span in ui.spans() if span.text.strip() == "26")
        assert "line-through" not in ui.look("587")
        assert "line-through" not in ui.look("Submission port")
        assert "font-weight: bold" in ui.look("Port")
        assert "font-weight: bold" not in ui.look("Hostname")


async def test_the_last_line_says_what_a_save_would_do(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        await edit(ui, "BATCH")
        await ui.sees("Nothing changed.")
        await retype(ui, "mail.example.com")
        await ui.sees("Ready. 1 change, nothing else is sent.")
        await ui.press("tab")
        await retype(ui, "587")
        await ui.sees("Ready. 2 changes, nothing else is sent.")
        await retype(ui, "99999")
        await ui.sees("✗ 1 field to correct")
        assert not ui.shows("Ready.")


async def test_a_value_that_is_wrong_is_not_shown_as_what_will_be_sent(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        await edit(ui, "BATCH")
        await ui.press("tab")
        await retype(ui, "99999")
        await ui.sees("✗ 1 field to correct", "✗ port:")
        assert not ui.shows('"value": 99999')


async def test_a_new_record_says_what_it_needs_and_at_its_empty_hostname_how_to_fill_it(
    demo: Sandbox,
) -> None:
    async with opened(demo, size=(80, 24)) as ui:
        await ui.sees("PRIMARY")
        await ui.press("n")
        await ui.sees("Needed to save: Name, Hostname, Port", "ctrl+g Fill from a provider")
        await ui.type("NEW\tmail.example.com")
        await ui.sees("Needed to save: Port")
        assert not ui.shows("Fill from a provider")
        await ui.type("\t587")
        await ui.sees("Ready. 2 parameters, nothing else is sent.")


async def test_a_name_that_is_stored_says_that_it_cannot_be_changed(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        await edit(ui, "BATCH")
        assert ui.line("cannot be renamed").split()[1:3] == ["Name", "BATCH"]


async def test_a_password_says_before_a_save_what_becomes_of_the_stored_one(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        await edit(ui, "PRIMARY")
        await ui.press("tab", "tab", "tab", "x")
        await ui.sees("replaces the stored one")
        await ui.press("ctrl+n")
        await ui.sees("● Password", "will be cleared", "ctrl+r Keep it")
        await ui.press("ctrl+r")
        await ui.sees("stored", "ctrl+n Clear it")


async def test_six_parameters_fit_on_a_small_screen_and_stand_apart_on_a_large_one(
    demo: Sandbox,
) -> None:
    async with opened(demo, size=(80, 24)) as small:
        await edit(small, SIX_PARAMETERS)
        form = small.app.screen.query_one(RecordForm)
        assert form.max_scroll_y == 0
        await small.sees("tls", "Nothing changed.")
        lines = small.lines()
        port = next(at for at, line in enumerate(lines) if "Port" in line)
        assert "Username" in lines[port + 1]
    async with opened(demo, size=(120, 40)) as large:
        await edit(large, SIX_PARAMETERS)
        lines = large.lines()
        port = next(at for at, line in enumerate(lines) if "Port" in line)
        assert not lines[port + 1][:60].strip("│ ")
        assert "Username" in lines[port + 2]


async def test_the_request_beside_the_form_has_its_query_and_colours(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        await edit_port(ui, "BATCH", "587")
        await ui.sees("POST …/patchConnectionParametersById", "ace_orgGuid=all")
        looks = {ui.look("POST"), ui.look('"connection_parameters"'), ui.look('"port"')}
        assert len(looks) == 3


async def test_enter_goes_to_the_next_field_and_from_the_last_one_to_the_review(
    demo: Sandbox,
) -> None:
    async with opened(demo) as ui:
        await ui.sees("PRIMARY")
        await ui.press("n")
        await ui.sees("New connection")
        await ui.type("NEW\nlocalhost\n25\n\n")
        await ui.press("enter")
        await ui.sees("Create NEW?", '"localhost"', "25")
        ui.clock.forward(1)
        await ui.press("enter")
        (request,) = await ui.asked(Operation.CREATE)
        assert request.json()["name"] == "NEW"


async def test_a_second_enter_on_the_last_field_does_not_answer_the_review(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        await edit(ui, "BATCH")
        await retype(ui, "mail.example.com")
        await ui.press("tab", "tab", "tab", "enter", "enter")
        await ui.sees("Change BATCH?")
        await ui.press("escape")
        await ui.loses("Change BATCH?")
        assert ui.requests(Operation.MODIFY) == []
