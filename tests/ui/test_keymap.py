"""Keys from ``config.toml``: they work, they are shown, and no clash is taken without a word."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.keys import KEY_NAME_REPLACEMENTS, Keys

from smtp_tui.profiles.preferences import Preferences, load_preferences
from smtp_tui.profiles.toml import TomlProblem
from smtp_tui.ui.keymap import keymap_of
from smtp_tui.ui.terminal.key_names import NAMED, SIGNS
from tests.failing_sandbox import Sandbox
from tests.ui.helpers import opened


def chosen(directory: Path, text: str) -> Preferences:
    """What a ``config.toml`` with this table of keys says."""
    path = directory / "config.toml"
    path.write_text(f"[keys]\n{text}\n", encoding="utf-8")
    path.chmod(0o600)
    return load_preferences(directory)


@pytest.mark.parametrize(
    ("text", "keymap"),
    [
        ("", {}),
        ('record.edit = "E"', {"record.edit": "E"}),
        ('"record.edit" = ["E", "f2"]', {"record.edit": "E,f2"}),
        ('table.filter = "%"', {"table.filter": "percent_sign"}),
        (
            'table.refresh = "?"\napp.help = "b"',
            {"table.refresh": "question_mark", "app.help": "b"},
        ),
        ('record.delete = "e"\nrecord.edit = "z"', {"record.delete": "e", "record.edit": "z"}),
        ('form.review = "ctrl+w"', {"form.review": "ctrl+w"}),
        ('profiles.edit = "t"', {"profiles.edit": "t"}),
        ('record.edit = ["e", "у"]', {"record.edit": "e,у"}),
        ('record.edit = "и\u0306"', {"record.edit": "й"}),
        ('record.edit = ["é", "ß", "漢", "ﻉ"]', {"record.edit": "é,ß,漢,ﻉ"}),
        ('record.edit = ["§", "€"]', {"record.edit": "section_sign,euro_sign"}),
        ('record.edit = "+"', {"record.edit": "plus"}),
    ],
)
def test_keys_are_taken_as_written_also_when_two_change_places(
    tmp_path: Path, text: str, keymap: dict[str, str]
) -> None:
    assert keymap_of(chosen(tmp_path, text).keys) == keymap


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('record.edt = "E"', 2, 'no action "record.edt"; did you mean "record.edit"?'),
        ('record.edit = "d"', 2, '"record.edit" uses the key of "record.delete" (d)'),
        ('app.help = "h"', 2, '"app.help" uses the key of "app.back" (q h ← backspace esc)'),
        ('app.help = "r"', 2, '"app.help" uses the key of "table.refresh" (r)'),
        ('\n\nrecord.edit = "ctrl+i"', 4, '"ctrl+i" arrives as tab'),
        ('record.edit = "elephant"', 2, '"elephant" is not a key'),
        ('record.edit = "уу"', 2, '"уу" is not a key'),
        ('record.edit = ""', 2, '"" is not a key'),
        ('record.edit = "\\u200b"', 2, "is not a key"),
        ('record.edit = "ctrl+у"', 2, "arrives with the letter that the key has in the Latin"),
        ('form.review = "ы"', 2, '"ы" would block typing in a field'),
        ('record.edit = ["у"]\nrecord.delete = "у"', 2, 'uses the key of "record.delete" (у)'),
        ('record.edit = "j"', 2, '"j" moves in lists and fields'),
        ('table.filter = "ctrl+f"', 2, '"ctrl+f" moves in lists and fields'),
        ('form.review = "s"', 2, '"s" would block typing in a field'),
        ("record.edit = 5", 2, "a key is a text in quotes"),
        ("record.edit = []", 2, "a key is a text in quotes"),
    ],
)
def test_a_key_that_cannot_be_is_named_with_its_line(
    tmp_path: Path, text: str, line: int, words: str
) -> None:
    with pytest.raises(TomlProblem) as raised:
        keymap_of(chosen(tmp_path, text).keys)
    assert f"config.toml, line {line}, " in str(raised.value)
    assert words in str(raised.value)


def test_the_keys_that_have_a_name_are_those_of_textual() -> None:
    theirs = {key.value.rpartition("+")[2] for key in Keys if key.value.isascii()}
    ours = NAMED | SIGNS.keys()
    other = {one for one in theirs - ours if not one.startswith("<") and len(one) > 1}
    assert other == {"return", "ctrl-at"}, "both arrive by other names"
    assert theirs >= NAMED
    assert set(KEY_NAME_REPLACEMENTS.values()) <= SIGNS.keys()
    assert not KEY_NAME_REPLACEMENTS.keys() & SIGNS.keys()


OWN_KEYS = {
    **{"table.refresh": "R", "record.new": "N", "record.undo": "U", "record.test": "M"},
    **{"app.profiles": "P", "app.back": "q,f5", "app.journal": "J", "app.help": "H"},
    **{"dialog.copy": "Y", "dialog.cancel": "f6", "journal.refresh": "R"},
    **{"profiles.new": "N", "profiles.check": "X", "test.again": "G", "test.probe": "f8"},
}


async def test_sentences_name_the_keys_that_are_bound(sandbox: Sandbox) -> None:
    async with opened(sandbox, size=(120, 30)) as ui:
        ui.app.set_keymap(OWN_KEYS)
        await ui.sees("N New  P Profiles  R Refresh")
        sandbox.add_record("RELAY", {"hostname": "localhost", "port": 25})
        for keys, words in (
            (("R",), ("Connections 1",)),
            (("slash", "x"), ('No matches for "x"', "f5 Clear the filter")),
            (("f5", "J"), ("No writes yet",)),
            (("f5", "P"), ("N New", "X Check", "f6 Back")),
            (("X",), ("G Check again  f6 Back",)),
            (("f6", "f6", "M"), ("enter Send  f8 Probe  f6 Back",)),
            (
                ("f6", "e", "x", "ctrl+s"),
                ("Y Copy  f6 Cancel",),
            ),
            (("Y",), ("v Show the text  f6 Back",)),
            (("f6", "enter"), ("Saved RELAY · U undoes",)),
        ):
            await ui.press(*keys)
            await ui.sees(*words)


async def test_letters_and_signs_of_any_keyboard_can_be_keys_and_are_shown_as_they_are(
    demo: Sandbox,
) -> None:
    async with opened(demo, size=(120, 50)) as ui:
        ui.app.set_keymap({"record.edit": "у", "record.new": "section_sign"})
        await ui.sees("Connections 6", " у Edit ")
        await ui.press("question_mark")
        await ui.sees(f"{'у':22}Edit:", f"{'§':22}New:")
        await ui.press("escape", "у")
        await ui.sees("Edit BATCH")


async def test_a_key_of_ones_own_works_and_stands_on_the_key_line_and_in_help_and_palette(
    demo: Sandbox,
) -> None:
    async with opened(demo, size=(120, 50)) as ui:
        ui.app.set_keymap({"record.edit": "E,f2", "form.review": "ctrl+w"})
        await ui.sees("Connections 6", " E Edit ")
        await ui.press("question_mark")
        await ui.sees(f"{'E f2':22}Edit:")
        await ui.press("escape")
        await ui.press("ctrl+p")
        await ui.type("edit")
        await ui.sees("(E f2)")
        await ui.press("escape", "escape")
        await ui.press("e")
        assert not ui.shows("Edit BATCH")
        await ui.press("E")
        await ui.sees("Edit BATCH", "ctrl+w Review")
        await ui.type("x")
        await ui.press("ctrl+w")
        await ui.sees("Change BATCH?")
