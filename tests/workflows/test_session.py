from __future__ import annotations

from smtp_tui.cli.running import session_of
from smtp_tui.profiles.model import Profile
from smtp_tui.state.encoding import RecordKey


async def key(name: str, host: str, tenant: str) -> RecordKey:
    async with session_of(Profile(name, host, tenant=tenant), {}) as session:
        return session.key("1")


async def test_a_record_is_known_by_server_and_tenant_whatever_the_profile_is_called() -> None:
    found = await key("a", "cam.example.com:30000", "t")
    assert await key("b", "https://CAM.example.com:30000/", "t") == found
    assert await key("a", "cam.example.com:30000", "u") != found
    assert await key("a", "cam2.example.com:30000", "t") != found
