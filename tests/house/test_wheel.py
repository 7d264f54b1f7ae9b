"""What is installed from a wheel has its data with it."""

import tomllib
from pathlib import Path
from zipfile import ZipFile

from hatchling.builders.wheel import WheelBuilder

from tests.house.tree import PACKAGE


def test_the_wheel_contains_every_file_of_data(tmp_path: Path) -> None:
    data = {path.relative_to(PACKAGE.parent).as_posix() for path in PACKAGE.rglob("*.toml")}
    assert data >= {"smtp_tui/mail/presets.toml", "smtp_tui/mail/replies.toml"}
    (wheel,) = WheelBuilder(str(PACKAGE.parent)).build(directory=str(tmp_path))
    with ZipFile(wheel) as files:
        assert data <= set(files.namelist())
        for name in data:
            assert tomllib.loads(files.read(name).decode())
