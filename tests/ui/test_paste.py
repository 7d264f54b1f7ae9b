"""A pasted text is taken as it was meant, or refused in words; and a password is kept."""

from __future__ import annotations

import pytest
from textual.widgets import Input

from smtp_tui.sandbox import Operation, Sandbox
from smtp_tui.ui.widgets.pasting import BadPaste, Paste, one_line
from tests.ui.helpers import Ui, opened

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
        await ui.sees("RELAY", "fresh")
        await ui.press("slash")
        await ui.paste("one\ntwo")
        await ui.until(lambda: _values(ui) == ["one two"], "the words in one line")
        await ui.paste("a\x07b")
        await ui.sees("Not pasted: there is a control character")
        assert _values(ui) == ["one two"]


async def test_nothing_to_send_is_not_said_any_more_after_a_change(sandbox: Sandbox) -> None:
    sandbox.add_record("RELAY", {"hostname": "localhost", "port": 25})
    async with opened(sandbox) as ui:
        await ui.sees("RELAY", "fresh")
        await ui.press("e")
        await ui.sees("Edit RELAY")
        await ui.asked(Operation.GET)
        await ui.press("ctrl+s")
        await ui.sees("Nothing changed, so there is nothing to send.")
        await ui.type("x")
        await ui.loses("Nothing changed, so there is nothing to send.")
