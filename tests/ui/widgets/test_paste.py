"""A pasted text is taken as it was meant, or refused in words; and a password is kept."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from textual.widgets import Input

from smtp_tui.profiles.model import Profile
from smtp_tui.profiles.sources import LoginToken
from smtp_tui.ui.widgets.fields import BadPaste, Paste, one_line
from tests.failing_sandbox import Operation, Sandbox
from tests.ui.helpers import Ui, opened
from tests.ui.profiles.test_first_start import first_start

TOKEN = "abc-._~+/123="


@pytest.mark.parametrize(
    ("kind", "text", "line"),
    [
        (Paste.TEXT, " mail.example\r\n", "mail.example"),
        (Paste.TEXT, "\t25 \n\n", "25"),
        (Paste.TEXT, "a b", "a b"),
        (Paste.PASSWORD, " pass word \r\n", " pass word "),
        (Paste.TOKEN, f" {TOKEN}\n", TOKEN),
        (Paste.TOKEN, "abc\ndef\r\nghi=\n", "abcdefghi="),
        (Paste.TOKEN, "Bearer abc\ndef", "Bearer abcdef"),
        (Paste.TOKEN, "bearer abc\rdef\r", "bearer abcdef"),
        (Paste.TEXT, " \r\n", ""),
        (Paste.PASSWORD, "\n", ""),
        (Paste.WORDS, "mail\n relay ", "mail relay"),
    ],
)
def test_a_pasted_text_is_taken_as_it_was_meant(kind: Paste, text: str, line: str) -> None:
    assert one_line(text, kind) == line


@pytest.mark.parametrize(
    ("kind", "text", "words"),
    [
        (Paste.TEXT, "one\ntwo", "2 lines"),
        (Paste.PASSWORD, "half\nother half", "2 lines"),
        (Paste.TOKEN, "abc\nd f", "2 lines"),
        (Paste.TEXT, "a\x1bb", "control character"),
        (Paste.PASSWORD, "a\tb", "control character"),
        (Paste.PASSWORD, "a\x00b", "control character"),
        (Paste.TEXT, "a\u2028b", "control character"),
        (Paste.WORDS, "a\x07b", "control character"),
    ],
)
def test_a_text_that_does_not_fit_one_line_is_refused_in_words(
    kind: Paste, text: str, words: str
) -> None:
    with pytest.raises(BadPaste, match=words):
        one_line(text, kind)


_PASTED = st.text(st.sampled_from("aZ9=-. \t\r\n\x00\x0b\x1b\x7f\x85\u2028\u2029é")) | st.text()


@given(_PASTED, st.sampled_from(Paste))
def test_whatever_is_pasted_becomes_one_line_of_the_text_or_is_refused(
    text: str, kind: Paste
) -> None:
    try:
        line = one_line(text, kind)
    except BadPaste:
        return
    assert not any(unicodedata.category(character) in ("Cc", "Zl", "Zp") for character in line)
    if kind is Paste.TEXT or kind is Paste.PASSWORD:
        assert line in text, "something inside was changed"
        around = " \t\r\n" if kind is Paste.TEXT else "\r\n"
        assert line.strip() == text.strip(), "more than blanks and line ends was dropped"
        assert line == line.strip(around)
    assert line.split() == text.split() or kind is Paste.TOKEN
    assert "".join(line.split()) == "".join(text.split()), "a character was lost"


async def _new(ui: Ui) -> None:
    await ui.sees("No SMTP connections")
    await ui.press("n")
    await ui.sees("New connection")


def _values(ui: Ui) -> list[str]:
    return [field.value for field in ui.app.screen.query(Input)]


async def test_each_field_of_the_form_refuses_two_lines_under_it_and_keeps_what_stood_there(
    sandbox: Sandbox,
) -> None:
    async with opened(sandbox) as ui:
        await _new(ui)
        for text in ("NAME", "host", "25", "user", "secret"):
            await ui.type(text)
            await ui.paste("one\ntwo")
            await ui.sees("Not pasted: the text has 2 lines")
            await ui.type("1")
            await ui.loses("Not pasted")
            await ui.press("tab")
        assert _values(ui) == ["NAME1", "host1", "251", "user1", "secret1"]


async def test_a_pasted_hostname_is_trimmed_and_what_is_previewed_is_what_was_pasted(
    sandbox: Sandbox,
) -> None:
    async with opened(sandbox) as ui:
        await _new(ui)
        await ui.press("tab")
        await ui.paste("  mail.example.com \r\n")
        await ui.sees('"mail.example.com"')
        assert "mail.example.com" in _values(ui)


async def test_a_password_field_is_not_selected_by_coming_back_to_it(sandbox: Sandbox) -> None:
    async with opened(sandbox) as ui:
        await _new(ui)
        await ui.type("NAME\tlocalhost\t25\tuser\tsecret")
        await ui.press("tab", "shift+tab", "a")
        assert _values(ui)[-1] == "secreta"


async def test_a_wrapped_token_is_joined_and_a_text_of_two_lines_is_refused(
    sandbox: Sandbox,
) -> None:
    async with opened(sandbox) as ui:
        await ui.sees("No SMTP connections")
        sandbox.expire_tokens()
        await ui.press("r")
        await ui.sees("paste the bearer token")
        await ui.paste("one two\nthree")
        await ui.sees("Not pasted: the text has 2 lines")
        half = len(sandbox.admin_token) // 2
        await ui.paste(f"{sandbox.admin_token[:half]}\n{sandbox.admin_token[half:]}\n")
        assert _values(ui)[-1] == sandbox.admin_token


async def test_a_field_without_a_line_for_words_says_in_a_message_that_it_refused(
    sandbox: Sandbox,
) -> None:
    sandbox.add_record("RELAY", {"hostname": "localhost", "port": 25})
    async with opened(sandbox) as ui:
        await ui.sees("RELAY", "read 0s ago")
        await ui.press("slash")
        await ui.paste("one\ntwo")
        await ui.until(lambda: _values(ui) == ["one two"], "the words in one line")
        await ui.paste("a\x07b")
        await ui.sees("Not pasted: the text contains a control character")
        assert _values(ui) == ["one two"]


async def test_nothing_to_send_is_not_said_any_more_after_a_change(sandbox: Sandbox) -> None:
    sandbox.add_record("RELAY", {"hostname": "localhost", "port": 25})
    async with opened(sandbox) as ui:
        await ui.sees("RELAY", "read 0s ago")
        await ui.press("e")
        await ui.sees("Edit RELAY")
        await ui.asked(Operation.GET)
        await ui.press("ctrl+s")
        await ui.sees("No changes, so there is nothing to send.")
        await ui.type("x")
        await ui.loses("No changes, so there is nothing to send.")


async def test_a_paste_of_blanks_alone_deletes_nothing_that_is_selected(sandbox: Sandbox) -> None:
    async with opened(sandbox) as ui:
        await _new(ui)
        await ui.type("NAME\thost")
        await ui.press("shift+tab")
        await ui.paste(" \r\n")
        await ui.paste("NAME\n")
        await ui.press("tab")
        await ui.paste("\n")
        assert _values(ui)[:2] == ["NAME", "host"]


async def test_the_recipient_refuses_two_lines_under_it_and_is_trimmed(sandbox: Sandbox) -> None:
    sandbox.add_record("MAIL", {"hostname": "localhost", "port": sandbox.smtp_port})
    async with opened(sandbox) as ui:
        await ui.sees("MAIL", "read 0s ago")
        await ui.press("t")
        await ui.sees("Test email · MAIL")
        await ui.press("home", "ctrl+k")
        await ui.paste("me@example.com\nyou@example.com")
        await ui.sees("Not pasted: the text has 2 lines")
        assert _values(ui)[-1] == ""
        await ui.paste(" me@example.com\r\n")
        await ui.loses("Not pasted")
        assert _values(ui)[-1] == "me@example.com"


async def test_every_field_of_a_profile_refuses_two_lines_under_it(sandbox: Sandbox) -> None:
    async with opened(sandbox) as ui:
        await ui.sees("No SMTP connections")
        await ui.press("p")
        await ui.sees("PROFILE")
        await ui.press("c")
        await ui.until(lambda: len(_values(ui)) > 10, "the form of a profile")
        refused = set[Input]()
        for _ in range(30):
            field = ui.app.focused
            if isinstance(field, Input) and field not in refused:
                refused.add(field)
                await ui.paste("one\ntwo")
                await ui.sees("Not pasted: the text has 2 lines")
                await ui.press("x", "backspace")
                await ui.loses("Not pasted")
            await ui.press("tab")
        shown = [field for field in ui.app.screen.query(Input) if field.region.area]
        assert len(refused) == len(shown)


async def test_every_field_of_a_first_start_follows_the_rule(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with first_start(sandbox, tmp_path) as ui:
        for text in ("cam.example", "login.example", "user", "secret"):
            await ui.paste(f"{text}\n")
            await ui.paste("one\ntwo")
            await ui.sees("Not pasted: the text has 2 lines")
            await ui.type("1")
            await ui.loses("Not pasted")
            await ui.press("tab")
        await ui.paste("abc\ndef\n")
        assert _values(ui)[:5] == ["cam.example1", "login.example1", "user1", "secret1", "abcdef"]


async def test_the_password_of_a_login_refuses_two_lines_and_says_so_under_it(
    sandbox: Sandbox,
) -> None:
    def by_login(profile: Profile) -> Profile:
        return replace(profile, token=LoginToken("admin"))

    async with opened(sandbox, profile=by_login) as ui:
        await ui.sees("password, then Enter")
        await ui.paste("half\nother half")
        await ui.sees("Not pasted: the text has 2 lines")
        assert _values(ui) == [""]


async def test_blanks_around_typed_values_are_neither_sent_nor_complained_of(
    sandbox: Sandbox,
) -> None:
    async with opened(sandbox) as ui:
        await _new(ui)
        await ui.type(" NAME \t mail.example.com \t 587 \t user \tsecret\t")
        await ui.sees('"NAME"', '"mail.example.com"', " 587", '"user"')
        await ui.until(lambda: not ui.shows("✗"), "no complaint")
        assert not ui.shows("has no spaces")
        assert not ui.shows("Starts or ends with a space.")
        await ui.press("ctrl+s")
        await ui.sees("Create NAME?")


async def test_blanks_typed_around_a_stored_value_change_nothing(sandbox: Sandbox) -> None:
    sandbox.add_record("RELAY", {"hostname": "localhost", "port": 25})
    async with opened(sandbox) as ui:
        await ui.sees("RELAY", "read 0s ago")
        await ui.press("e")
        await ui.sees("Edit RELAY")
        await ui.asked(Operation.GET)
        await ui.press("end", "space")
        await ui.sees("Nothing would be sent.")
        assert not ui.shows("was localhost")
        await ui.press("escape")
        await ui.sees("read 0s ago")


async def test_a_recipient_typed_with_blanks_around_it_is_sent_without_them(
    sandbox: Sandbox,
) -> None:
    sandbox.add_record("MAIL", {"hostname": "localhost", "port": sandbox.smtp_port})
    async with opened(sandbox) as ui:
        await ui.sees("MAIL", "read 0s ago")
        await ui.press("t")
        await ui.sees("Test email · MAIL")
        await ui.press("home", "ctrl+k")
        await ui.type(" me@example.com ")
        await ui.press("enter")
        await ui.asked(Operation.TEST_SAVED)
        assert not ui.shows("has no spaces")


async def test_the_live_patch_has_a_dot_for_each_character_of_a_password(
    sandbox: Sandbox,
) -> None:
    async with opened(sandbox) as ui:
        await _new(ui)
        await ui.type("NAME\tlocalhost\t25\tuser\tsecret")
        await ui.sees(f'"{"•" * 6}"')
        await ui.press("tab", "shift+tab", "a")
        await ui.sees(f'"{"•" * 7}"')
        await ui.press("ctrl+s")
        await ui.sees("Create NAME?", '"value": "**********"')
