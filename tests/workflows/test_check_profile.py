"""Checking a profile without a screen."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from smtp_tui.cli.running import session_of
from smtp_tui.profiles.sources import CommandToken
from smtp_tui.workflows.check_profile import Result, Stage, Steps, check_profile, failed
from smtp_tui.workflows.session import Session
from tests.failing_sandbox import Fault, FaultKind, Operation, Sandbox
from tests.workflows.scripted import ScriptedOperator
from tests.workflows.test_sign_in import profile_of


async def test_each_step_is_shown_when_it_has_ended(sandbox: Sandbox, session: Session) -> None:
    shown: list[tuple[int, bool]] = []

    def show(steps: Steps, running: bool) -> None:
        shown.append((len(steps), running))

    steps = await check_profile(session, ScriptedOperator(), show)
    assert [step.stage for step in steps] == list(Stage)
    assert not failed(steps)
    assert shown == [*((count, True) for count in range(7)), (6, False)]


@pytest.mark.parametrize("token", [True, False])
async def test_a_refused_token_is_replaced_once_and_all_begins_anew(
    sandbox: Sandbox, session: Session, token: bool
) -> None:
    sandbox.expire_tokens()
    operator = ScriptedOperator(token=sandbox.issue_token() if token else "wrong")
    steps = await check_profile(session, operator, lambda steps, running: None)
    assert len(operator.asked) == 1
    assert failed(steps) is not token


async def test_a_token_that_was_given_for_this_check_is_not_asked_for_again(
    sandbox: Sandbox, session: Session
) -> None:
    sandbox.expire_tokens()
    operator = ScriptedOperator(token=sandbox.issue_token())
    steps = await check_profile(
        session, operator, lambda steps, running: None, session.tokens.fetch
    )
    assert failed(steps)
    assert operator.asked == []


async def test_a_certificate_is_judged_before_the_token_and_begins_anew_once_trusted(
    tls: Sandbox, tmp_path: Path
) -> None:
    profile, environ = profile_of(tls, tmp_path)
    async with session_of(profile, environ) as session:
        steps = await check_profile(session, ScriptedOperator(), lambda steps, running: None)
        assert [step.stage for step in steps if step.result is Result.FAILED] == [Stage.CERTIFICATE]
        assert tls.requests == ()
        operator = ScriptedOperator(trusts=True)
        steps = await check_profile(session, operator, lambda steps, running: None)
    assert not failed(steps)
    assert [step.sha256 for step in steps if step.stage is Stage.CERTIFICATE] == operator.asked


async def test_a_token_command_that_fails_ends_the_check_at_the_token(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    profile, environ = profile_of(sandbox, tmp_path)
    broken = replace(profile, token=CommandToken(("/bin/false",)))
    async with session_of(broken, environ) as session:
        steps = await check_profile(session, ScriptedOperator(), lambda steps, running: None)
    assert (steps[-1].stage, steps[-1].result) == (Stage.TOKEN, Result.FAILED)
    assert sandbox.requests == ()


async def test_a_list_that_fails_is_told_apart_from_the_tenant(
    sandbox: Sandbox, session: Session
) -> None:
    sandbox.faults.add(Fault(FaultKind.FORBIDDEN, Operation.LIST, count=None))
    steps = await check_profile(session, ScriptedOperator(), lambda steps, running: None)
    assert [step.result for step in steps[-2:]] == [Result.OK, Result.FAILED]
