"""The limits that the README tells are those of the program."""

from __future__ import annotations

from smtp_tui.api.transport import LIMITS
from smtp_tui.profiles.token_command import COMMAND_SECONDS
from tests.house.tree import ROOT


def test_the_readme_tells_how_long_a_request_and_a_token_command_may_take() -> None:
    text = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    for words in (
        f"has {LIMITS.connect:g} s to connect",
        f"ends after {LIMITS.read:g} s of silence",
        f"and after {LIMITS.total:g} s at the latest",
        f"a token command has {COMMAND_SECONDS:g} s",
        f"an answer above {LIMITS.body // 2**20} MiB is refused",
    ):
        assert words in text
