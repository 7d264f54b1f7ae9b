"""``config.toml``: what the user decided about the screen, and each mistake with its line."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from smtp_tui.profiles.model import Confirm
from smtp_tui.profiles.preferences import (
    FILE_NAME,
    Preferences,
    keep_theme,
    load_preferences,
)
from smtp_tui.profiles.toml import TomlProblem
from smtp_tui.state.files import FileProblem


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
        ('refresh = "60s"', Preferences(refresh=timedelta(seconds=60))),
        ('refresh = "10s"', Preferences(refresh=timedelta(seconds=10))),
        ('refresh = "5m"', Preferences(refresh=timedelta(minutes=5))),
        ('confirm = "protected"', Preferences()),
        ('confirm = "deletes"', Preferences(confirm=Confirm.DELETES)),
        ('confirm = "all"', Preferences(confirm=Confirm.ALL)),
        ('refresh = "1h"', Preferences(refresh=timedelta(hours=1))),
    ],
)
def test_preferences_are_read(tmp_path: Path, text: str, wanted: Preferences) -> None:
    assert load_preferences(written(tmp_path, text)) == wanted


def test_without_a_file_there_are_only_defaults(tmp_path: Path) -> None:
    assert load_preferences(tmp_path / "nowhere") == Preferences()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("mouse = \n", "line 1, column 9: not valid TOML"),
        ("\nmouse = 1\n", "line 2, column 1: mouse must be true or false, without quotes"),
        (
            'enhanced_keyboard = "on"',
            "line 1, column 1: enhanced_keyboard must be true or false, without quotes",
        ),
        ("mose = true\n", 'line 1, column 1: Unknown key "mose"; did you mean "mouse"?'),
        ("mouse = true\ntheme = 1", "line 2, column 1: theme must be a name in quotes, such as"),
        ('theme = ""', "line 1, column 1: theme must be a name in quotes"),
        ("refresh = 60", 'line 1, column 1: refresh must be a time in quotes: "60s", "5m" or "1h"'),
        ('refresh = "1d"', "line 1, column 1: refresh must be a time in quotes"),
        ('refresh = "-60s"', "line 1, column 1: refresh must be a time in quotes"),
        ('confirm = "never"', 'line 1, column 1: confirm must be "protected", "deletes" or "all"'),
        ("confirm = false", 'line 1, column 1: confirm must be "protected", "deletes" or "all"'),
        ('refresh = "9s"', 'line 1, column 1: refresh must be at least "10s"'),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(TomlProblem) as raised:
        load_preferences(written(tmp_path, text))
    assert f"{tmp_path / FILE_NAME}, {words}" in str(raised.value)


def test_a_theme_is_read_and_can_be_refused_with_its_line(tmp_path: Path) -> None:
    theme = load_preferences(written(tmp_path, 'mouse = true\ntheme = "nord"\n')).theme
    assert theme is not None
    assert theme.name == "nord"
    problem = theme.refused("there is no such theme")
    assert str(problem) == f"{tmp_path / FILE_NAME}, line 2, column 1: there is no such theme"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", 'theme = "dark"\n'),
        ('theme = "ansi"  # mine\nmouse = true\n', 'theme = "dark"  # mine\nmouse = true\n'),
        ('mouse = true\n"theme"="ansi"', 'mouse = true\n"theme"="dark"'),
        ("# about mouse\nmouse = true\n", 'theme = "dark"\n# about mouse\nmouse = true\n'),
        (
            '# my settings\n\n# about keys\n[keys]\nlist.filter = "f"\n',
            '# my settings\n\ntheme = "dark"\n# about keys\n[keys]\nlist.filter = "f"\n',
        ),
        ("\ufeffmouse = true\n", '\ufefftheme = "dark"\nmouse = true\n'),
    ],
)
def test_a_theme_is_kept_and_nothing_else_is_changed(
    tmp_path: Path, before: str, after: str
) -> None:
    keep_theme(written(tmp_path, before), "dark")
    assert (tmp_path / FILE_NAME).read_text(encoding="utf-8") == after
    theme = load_preferences(tmp_path).theme
    assert theme is not None
    assert theme.name == "dark"


def test_the_first_theme_that_is_kept_makes_the_file(tmp_path: Path) -> None:
    keep_theme(tmp_path / "new", "light")
    assert (tmp_path / "new" / FILE_NAME).read_text() == 'theme = "light"\n'


def test_a_file_with_a_mistake_keeps_its_text_when_a_theme_is_kept(tmp_path: Path) -> None:
    for text in ("mose = true\n", "mouse = \n"):
        with pytest.raises(FileProblem, match="line 1"):
            keep_theme(written(tmp_path, text), "dark")
        assert (tmp_path / FILE_NAME).read_text() == text
