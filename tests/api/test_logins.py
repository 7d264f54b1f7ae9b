"""What a login answers: whatever it is, there is a token or words, and never a fault."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smtp_tui.api.errors import BadAnswer
from smtp_tui.api.identity import log_in
from smtp_tui.api.models import JsonValue
from smtp_tui.api.secret import SecretStr
from smtp_tui.profiles.sources import CredentialError, LoginToken
from smtp_tui.profiles.tokens import Tokens
from tests.api.desk import Desk, desk
from tests.failing_sandbox import Fault, FaultKind, Operation, Sandbox

PASSWORD = SecretStr("admin-password")
UNUSABLE = (
    *("1e300", "-1e300", "1e999", '"inf"', '"-inf"', '"nan"', '"1e300"', '"soon"', '""'),
    *("0", "-1", "-0.5", '"-5"', "null", "true", "[]", "{}", "[1]", '{"is": [7]}'),
    *("1" + "0" * 400, '"1' + "0" * 400 + '"'),
)
TIMES = ('"0001-01-01T00:00:00+10:00"', '"9999-12-31T23:59:59-10:00"')


def issued(sandbox: Sandbox, lifetime: str, token: str = "abc") -> None:
    """Have each login answer so from now on."""
    body = f'{{"access_token": "{token}", "expires_in": {lifetime}}}'.encode()
    sandbox.faults.clear()
    sandbox.faults.add(Fault(FaultKind.RAW, Operation.TOKEN, status=200, body=body, count=None))


@pytest.mark.parametrize("lifetime", [*UNUSABLE, *TIMES])
async def test_a_lifetime_that_cannot_be_used_counts_as_not_told_at_a_login_and_a_renewal(
    work: Desk, lifetime: str
) -> None:
    tokens = Tokens(LoginToken("admin"), {}, tuple)
    issued(work.sandbox, lifetime)
    await tokens.log_in(work.client, PASSWORD)
    assert tokens.expires_at is None
    assert not tokens.due
    issued(work.sandbox, lifetime, "def")
    assert await tokens.renew(work.client)
    assert tokens.token() == SecretStr("def")
    assert tokens.expires_at is None


@pytest.mark.parametrize(("lifetime", "seconds"), [("60", 60), ("60.5", 60.5), ('"60"', 60)])
async def test_a_lifetime_is_a_number_of_seconds_or_its_digits(
    work: Desk, lifetime: str, seconds: float
) -> None:
    issued(work.sandbox, lifetime)
    assert (await log_in(work.client, "admin", PASSWORD)).expires_in == seconds


VALUES: st.SearchStrategy[JsonValue] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["access_token", "expires_in", "id", "namespaces", "uid", "teamId"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=10,
)
ANSWERS = (
    VALUES.map(lambda value: json.dumps(value).encode())
    | st.fixed_dictionaries({"access_token": VALUES, "expires_in": VALUES}).map(
        lambda value: json.dumps(value).encode()
    )
    | st.fixed_dictionaries({"id": st.text(), "namespaces": VALUES}).map(
        lambda value: json.dumps(value).encode()
    )
    | st.binary(max_size=100)
)


@given(body=ANSWERS)
@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_is_answered_to_a_login_and_about_the_tenant_is_used_or_refused_in_words(
    sandbox: Sandbox, body: bytes
) -> None:
    async def ask() -> None:
        async with desk(sandbox) as held:
            tokens = Tokens(LoginToken("admin"), {}, tuple)
            for done in (tokens.log_in(held.client, PASSWORD), held.tenant()):
                with suppress(BadAnswer, CredentialError):
                    await done
            assert tokens.due in (True, False)

    sandbox.faults.clear()
    for operation in (Operation.TOKEN, Operation.TENANT):
        sandbox.faults.add(Fault(FaultKind.RAW, operation, status=200, body=body))
    asyncio.run(ask())
