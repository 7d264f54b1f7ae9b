"""The limits that the page on configuration tells are those of the program."""

from __future__ import annotations

from smtp_tui.api.transport import LIMITS
from smtp_tui.help.pages import page
from smtp_tui.profiles.token_command import COMMAND_SECONDS


def test_the_page_tells_how_long_a_request_and_a_token_command_may_take() -> None:
    text = " ".join(page("configuration").split())
    for words in (
        f"has {LIMITS.connect:g} s to connect",
        f"ends after {LIMITS.read:g} s of silence",
        f"and after {LIMITS.total:g} s at the latest",
        f"a token command has {COMMAND_SECONDS:g} s",
        f"an answer above {LIMITS.body // 2**20} MiB is refused",
    ):
        assert words in text
