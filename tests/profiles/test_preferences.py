"""``config.toml``: what the user decided about the screen, and each mistake with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from smtp_tui.profiles.preferences import (
    FILE_NAME,
    Preferences,
    load_preferences,
)
from smtp_tui.profiles.toml import TomlProblem


def written(directory: Path, text: str) -> Path:
    """A directory whose ``config.toml`` holds this text."""
    path = directory / FILE_NAME
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    return directory


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", Preferences()),
        ("# mine\nmouse = true\n", Preferences(mouse=True)),
        ("mouse = false", Preferences(mouse=False)),
        ("enhanced_keyboard = true", Preferences(enhanced_keyboard=True)),
        ("mouse = true\nenhanced_keyboard = false", Preferences(True, False)),
        ("\ufeffmouse = true", Preferences(mouse=True)),
    ],
)
def test_preferences_are_read(tmp_path: Path, text: str, wanted: Preferences) -> None:
    assert load_preferences(written(tmp_path, text)) == wanted


def test_without_a_file_there_are_only_defaults(tmp_path: Path) -> None:
    assert load_preferences(tmp_path / "nowhere") == Preferences()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("mouse = \n", "line 1, column 9: is not valid TOML"),
        ("\nmouse = 1\n", "line 2, column 1: mouse must be true or false, without quotes"),
        (
            'enhanced_keyboard = "on"',
            "line 1, column 1: enhanced_keyboard must be true or false, without quotes",
        ),
        ("mose = true\n", 'line 1, column 1: "mose" is no key here; did you mean "mouse"?'),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(TomlProblem) as raised:
        load_preferences(written(tmp_path, text))
    assert f"{tmp_path / FILE_NAME}, {words}" in str(raised.value)
