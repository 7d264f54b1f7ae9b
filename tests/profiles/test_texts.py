"""Trust and token source as text: each form means what it says, and comes back as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from smtp_tui.api.target import CaFile, Pinned, SystemTrust, Trust, Unverified
from smtp_tui.profiles.model import Profile
from smtp_tui.profiles.sources import (
    CommandToken,
    EnvironmentToken,
    LoginToken,
    PromptToken,
    TokenSource,
)
from smtp_tui.profiles.store import ProfileStore
from smtp_tui.profiles.texts import (
    TextRefused,
    parse_token,
    parse_trust,
    token_text,
    trust_text,
)

PIN, OTHER = "ab" * 32, "cd" * 32
TRUSTS: list[tuple[str, Trust]] = [
    ("system", SystemTrust()),
    ("off", Unverified()),
    ("ca /etc/cam ca.pem", CaFile(Path("/etc/cam ca.pem"))),
    (f"pin {PIN}", Pinned(PIN)),
    (f"pin {PIN} login {OTHER}", Pinned(PIN, OTHER)),
    (f"login {OTHER}", Pinned("", OTHER)),
]
SOURCES: list[tuple[str, TokenSource]] = [
    ("", PromptToken()),
    ("$CAM_BEARER_TOKEN", EnvironmentToken("CAM_BEARER_TOKEN")),
    ("login admin", LoginToken("admin")),
    ("command pass show 'my cam'", CommandToken(("pass", "show", "my cam"))),
]


@pytest.mark.parametrize(("text", "trust"), TRUSTS)
def test_a_trust_is_read_and_written(text: str, trust: Trust) -> None:
    assert parse_trust(text) == trust
    assert trust_text(trust) == text


@pytest.mark.parametrize(("text", "source"), SOURCES)
def test_a_token_source_is_read_and_written(text: str, source: TokenSource) -> None:
    assert parse_token(text) == source
    assert token_text(source) == text


def test_a_fingerprint_is_taken_as_it_is_shown() -> None:
    shown = ":".join([PIN[:2].upper()] * 32)
    assert parse_trust(f"pin {shown}") == Pinned(PIN)


@pytest.mark.parametrize("text", ["on", "of", "ca", "pin", "pin 12", "pin a b c", "system x"])
def test_what_stands_for_no_trust_is_refused(text: str) -> None:
    with pytest.raises(TextRefused):
        parse_trust(text)


@pytest.mark.parametrize("text", ["admin", "login", "command", "command 'open", "eyJhbGciOi"])
def test_what_stands_for_no_token_source_is_refused(text: str) -> None:
    with pytest.raises(TextRefused) as caught:
        parse_token(text)
    assert "eyJ" not in str(caught.value), "a token typed in the wrong field was repeated"


@pytest.mark.parametrize(("text", "trust"), TRUSTS)
def test_a_trust_comes_back_from_the_file(tmp_path: Path, text: str, trust: Trust) -> None:
    store = ProfileStore(tmp_path)
    store.add(Profile("one", "cam.example.com", trust=trust))
    found = store.load().named("one")
    assert found is not None
    assert trust_text(found.trust) == text
