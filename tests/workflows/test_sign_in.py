"""Signing in and trusting a certificate without a screen."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from smtp_tui.api.errors import CertificateRefused, TokenRefused
from smtp_tui.api.target import Pinned, Target, Trust
from smtp_tui.cli.running import known_profiles, session_of
from smtp_tui.profiles.model import Profile
from smtp_tui.profiles.sources import CommandToken, EnvironmentToken
from smtp_tui.profiles.store import ProfileChanged
from smtp_tui.workflows.session import Session
from smtp_tui.workflows.sign_in import ensure_token, read_signed_in
from tests.failing_sandbox import Operation, Sandbox
from tests.workflows.scripted import ScriptedOperator


def profile_of(sandbox: Sandbox, directory: Path) -> tuple[Profile, dict[str, str]]:
    environ = {
        **sandbox.environment(),
        "SMTP_TUI_CONFIG_DIR": str(directory / "config"),
        "SMTP_TUI_STATE_DIR": str(directory / "state"),
    }
    return known_profiles(environ).decided(None).profile, environ


async def names(session: Session, operator: ScriptedOperator) -> list[str]:
    """Read the list, signing in where that is needed."""
    found = await read_signed_in(session, operator, session.connections.list, "Reading")
    return [record.name for record in found.records]


def asked(sandbox: Sandbox) -> int:
    return len([request for request in sandbox.requests if request.operation == Operation.LIST])


async def test_a_refused_token_is_asked_for_once_and_the_read_is_repeated(
    sandbox: Sandbox, session: Session
) -> None:
    sandbox.expire_tokens()
    operator = ScriptedOperator(token=sandbox.issue_token())
    assert await names(session, operator) == []
    assert len(operator.asked) == 1
    assert operator.waits == ["Reading"]
    assert asked(sandbox) == 2


@pytest.mark.parametrize("token", ["", "wrong"])
async def test_an_operator_who_has_no_good_token_is_asked_once_and_no_more(
    sandbox: Sandbox, session: Session, token: str
) -> None:
    sandbox.expire_tokens()
    operator = ScriptedOperator(token=token)
    with pytest.raises(TokenRefused):
        await names(session, operator)
    assert len(operator.asked) == 1
    assert asked(sandbox) == (2 if token else 1)


async def test_a_token_command_gives_the_next_token_and_nobody_is_asked(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    profile, environ = profile_of(sandbox, tmp_path)
    token = tmp_path / "token"
    token.write_text("over")
    source = CommandToken(("/bin/cat", str(token)))
    async with session_of(replace(profile, token=source), environ) as session:
        operator = ScriptedOperator()
        await ensure_token(session, operator)
        token.write_text(sandbox.admin_token)
        assert await names(session, operator) == []
    assert operator.asked == []


async def test_a_source_that_has_no_token_makes_the_operator_the_source(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    profile, environ = profile_of(sandbox, tmp_path)
    operator = ScriptedOperator(token=sandbox.admin_token)
    unset = replace(profile, token=EnvironmentToken("NOT_SET"))
    async with session_of(unset, environ) as session:
        assert await names(session, operator) == []
    assert operator.asked == ["the environment variable NOT_SET is not set"]


@pytest.mark.parametrize("trusts", [True, False])
async def test_a_new_certificate_is_shown_before_the_token_is_sent(
    tls: Sandbox, tmp_path: Path, trusts: bool
) -> None:
    profile, environ = profile_of(tls, tmp_path)
    operator = ScriptedOperator(trusts=trusts)
    async with session_of(profile, environ) as session:
        if trusts:
            assert await names(session, operator) == []
            (shown,) = operator.asked
            assert session.client.target.trust == Pinned(shown)
        else:
            with pytest.raises(CertificateRefused):
                await names(session, operator)
            assert tls.requests == ()


async def test_a_changed_certificate_is_shown_and_cannot_be_trusted(
    tls: Sandbox, tmp_path: Path
) -> None:
    profile, environ = profile_of(tls, tmp_path)
    operator = ScriptedOperator(trusts=True)
    pinned = replace(profile, trust=Pinned("0" * 64))
    async with session_of(pinned, environ) as session:
        with pytest.raises(CertificateRefused):
            await names(session, operator)
    assert len(operator.asked) == 1
    assert tls.requests == ()


async def test_what_is_confirmed_for_a_profile_that_was_edited_meanwhile_is_not_trusted(
    tls: Sandbox, tmp_path: Path
) -> None:
    profile, environ = profile_of(tls, tmp_path)

    def edited(asked: Target, trust: Trust) -> str:
        raise ProfileChanged((("host", "it is another one by now"),))

    operator = ScriptedOperator(trusts=True)
    async with session_of(profile, environ) as opened:
        session = replace(opened, keep_trust=edited)
        with pytest.raises(CertificateRefused):
            await names(session, operator)
        await session.aclose()
    (notice,) = operator.notices
    assert "The certificate is not trusted." in notice
