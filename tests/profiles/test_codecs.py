"""Trust and token source as typed and as stored: each form means what it says and round-trips."""

from __future__ import annotations

from pathlib import Path

import pytest

from smtp_tui.api.target import CaFile, Pinned, SystemTrust, Trust, Unverified
from smtp_tui.profiles.codecs import PORT, TOKEN, TRUST
from smtp_tui.profiles.model import Profile
from smtp_tui.profiles.sources import (
    CommandToken,
    EnvironmentToken,
    LoginToken,
    PromptToken,
    TokenSource,
)
from smtp_tui.profiles.store import ProfileStore

PIN, OTHER = "ab" * 32, "cd" * 32
TRUSTS: list[tuple[str, Trust]] = [
    ("system", SystemTrust()),
    ("off", Unverified()),
    ("ca /etc/cam ca.pem", CaFile(Path("/etc/cam ca.pem"))),
    (f"pin {PIN}", Pinned(PIN)),
    (f"pin {PIN} login {OTHER}", Pinned(PIN, OTHER)),
    (f"pin login {OTHER}", Pinned("", OTHER)),
]
SOURCES: list[tuple[str, TokenSource]] = [
    ("", PromptToken()),
    ("$CAM_BEARER_TOKEN", EnvironmentToken("CAM_BEARER_TOKEN")),
    ("login admin", LoginToken("admin")),
    ("command pass show 'my cam'", CommandToken(("pass", "show", "my cam"))),
]


@pytest.mark.parametrize(("text", "trust"), TRUSTS)
def test_a_trust_is_read_and_written(text: str, trust: Trust) -> None:
    assert TRUST.from_text(text) == trust
    assert TRUST.text(trust) == text


@pytest.mark.parametrize(("text", "source"), SOURCES)
def test_a_token_source_is_read_and_written(text: str, source: TokenSource) -> None:
    assert TOKEN.from_text(text) == source
    assert TOKEN.text(source) == text


@pytest.mark.parametrize("text", ["pin:{},login:{}", "pin {} login {}", " pin  {}  login {}"])
def test_pins_can_be_typed_without_spaces_for_the_shell(text: str) -> None:
    assert TRUST.from_text(text.format(PIN, OTHER)) == Pinned(PIN, OTHER)
    assert TRUST.from_text(f"login:{OTHER}") == Pinned("", OTHER)
    assert TRUST.from_text("ca:/etc/ca.pem") == CaFile(Path("/etc/ca.pem"))


def test_a_fingerprint_may_have_colons_and_capitals() -> None:
    shown = ":".join([PIN[:2].upper()] * 32)
    assert TRUST.from_text(f"pin {shown}") == Pinned(PIN)


@pytest.mark.parametrize("text", ["on", "of", "ca", "pin", "pin 12", "pin a b c", "system x"])
def test_an_invalid_trust_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^(must be system, ca|a SHA-256|needs )"):
        TRUST.from_text(text)


@pytest.mark.parametrize("text", ["0", "65536", "99999999", "+80", "8e1", "٣", " 80", "http"])
def test_an_invalid_port_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must be a number from 1 to 65535"):
        PORT.from_text(text)


@pytest.mark.parametrize("text", ["admin", "login", "command", "command 'open", "eyJhbGciOi"])
def test_an_invalid_token_source_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"VARIABLE|quote|needs a") as caught:
        TOKEN.from_text(text)
    assert "eyJ" not in str(caught.value), "a token typed in the wrong field was repeated"


@pytest.mark.parametrize(("text", "trust"), TRUSTS)
def test_a_trust_comes_back_from_the_file(tmp_path: Path, text: str, trust: Trust) -> None:
    store = ProfileStore(tmp_path)
    store.add(Profile("one", "cam.example.com", trust=trust))
    found = store.load().named("one")
    assert found is not None
    assert TRUST.text(found.trust) == text
