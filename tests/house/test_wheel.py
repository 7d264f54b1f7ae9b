"""What is installed from a wheel has its data with it."""

import tomllib
from pathlib import Path
from zipfile import ZipFile

from hatchling.builders.wheel import WheelBuilder

from smtp_tui.help.pages import TOPICS
from tests.house.tree import PACKAGE


def test_the_wheel_contains_every_file_of_data(tmp_path: Path) -> None:
    tables = {path.relative_to(PACKAGE.parent).as_posix() for path in PACKAGE.rglob("*.toml")}
    assert tables >= {"smtp_tui/mail/presets.toml", "smtp_tui/mail/replies.toml"}
    pages = {f"smtp_tui/help/{topic}.md" for topic in TOPICS}
    (wheel,) = WheelBuilder(str(PACKAGE.parent)).build(directory=str(tmp_path))
    with ZipFile(wheel) as files:
        assert tables | pages <= set(files.namelist())
        for name in tables:
            assert tomllib.loads(files.read(name).decode())
