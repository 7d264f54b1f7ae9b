"""A login and a recipient: only if asked for, and a password goes to that server only."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from msgspec.structs import replace

from smtp_tui.api.target import Access
from tests.failing_sandbox import Sandbox
from tests.probe.relay import Relay
from tests.probe.test_cases import at_once, plain, starttls
from tests.ui.helpers import Ui, opened
from tests.ui.mail_steps import add
from tests.ui.probe.relays import Relays, at
from tests.ui.probe.steps import BRIEF, begin, has_ended, probed, probing

SECRET = "correct-horse"


async def type_login(ui: Ui, *keys: str) -> None:
    """Type the password, which has the cursor, and probe with it."""
    await ui.press("l")
    await ui.sees("Login, recipient, TLS", "relay")
    await ui.type(SECRET)
    await ui.press(*keys, "enter")
    await ui.loses("Login, recipient, TLS")


@asynccontextmanager
async def held_back(sandbox: Sandbox, server: Relay) -> AsyncIterator[Ui]:
    """The dialog of a probe that held the password back, for the certificate is not trusted."""
    async with probed(sandbox, server) as ui:
        await type_login(ui)
        await has_ended(ui, "✗ login")
        yield ui


async def send_all_the_same(ui: Ui) -> None:
    """Send the password that was held back."""
    await ui.press("s")
    await ui.sees("Send the password all the same?")
    ui.clock.forward(1)
    await ui.press("down", "enter")
    await has_ended(ui, "✓ login")


def secrets_heard(server: Relay) -> list[bytes]:
    """The commands that hold the password."""
    both = base64.b64encode(f"\0relay\0{SECRET}".encode())
    return [line for line in server.heard if both in line]


def shown(ui: Ui) -> str:
    """All that the screen shows, as a picture holds it too."""
    return ui.text() + ui.app.export_screenshot()


async def test_a_password_is_held_back_where_the_line_is_not_safe_and_the_words_name_the_key(
    sandbox: Sandbox, relays: Relays
) -> None:
    server = relays(starttls())
    async with probed(sandbox, server) as ui:
        await type_login(ui)
        await has_ended(ui, "✗ login", "not tried: the certificate is not trusted")
        await ui.sees("Not tried: recipient (none given).")
        await ui.sees("Use TLS with a trusted certificate, or allow it (s).", "s Send password")
        assert secrets_heard(server) == []
        assert SECRET not in shown(ui)


async def test_it_is_sent_all_the_same_only_after_a_question_that_begins_on_no(
    sandbox: Sandbox, relays: Relays
) -> None:
    server = relays(starttls())
    async with held_back(sandbox, server) as ui:
        await ui.press("s")
        question = f"To 127.0.0.1:{server.port}, where the certificate is not trusted."
        await ui.sees("Send the password all the same?", question)
        ui.clock.forward(1)
        await ui.press("enter")
        await ui.loses("Send the password all the same?")
        assert secrets_heard(server) == []
        await send_all_the_same(ui)
        await ui.sees("235 2.7.0 Authentication successful")
        assert len(secrets_heard(server)) == 1


async def test_that_it_was_sent_all_the_same_holds_for_one_probe(
    sandbox: Sandbox, relays: Relays
) -> None:
    server = relays(starttls())
    async with held_back(sandbox, server) as ui:
        await send_all_the_same(ui)
        await ui.press("r")
        await has_ended(ui, "✗ login", "not tried")
        assert len(secrets_heard(server)) == 1


async def test_no_secret_stands_in_the_dialogue_or_in_what_is_copied(
    sandbox: Sandbox, relays: Relays
) -> None:
    server = relays(starttls())
    async with held_back(sandbox, server) as ui:
        await send_all_the_same(ui)
        await ui.press("d")
        await ui.sees("> AUTH PLAIN ***", "< 235 2.7.0", "* TLS begins: TLSv1.3", "> QUIT")
        await ui.sees("* Not tried: recipient (none given).")
        await ui.press("y", "y")
        copied = ui.app.clipboard
        assert "> AUTH PLAIN ***" in copied.splitlines()
        assert copied.splitlines()[0] == "< 220 relay.example ESMTP"
        for text in (copied, shown(ui)):
            assert SECRET not in text
            assert base64.b64encode(SECRET.encode()).decode()[:-2] not in text


async def test_a_recipient_is_asked_about_and_no_mail_is_sent(sandbox: Sandbox) -> None:
    add(sandbox)
    async with opened(
        sandbox,
        services=probing(),
        profile=lambda profile: replace(profile, access=Access.READ_ONLY),
    ) as ui:
        await begin(ui)
        await has_ended(ui)
        await ui.press("l")
        await ui.sees("Login, recipient, TLS", "up to RCPT TO, and no mail is sent")
        await ui.press("tab")
        await ui.type("cam@here.example\tyou@there.example")
        await ui.press("enter")
        await has_ended(ui, "asks whether it takes mail from cam@here.example to you@there.example")
        await ui.sees("✓ sender", "✓ recipient", "No mail is sent.")
        await ui.press("d")
        await ui.sees("> MAIL FROM:<cam@here.example>", "> RCPT TO:<you@there.example>", "> RSET")
        assert not ui.shows("> DATA")
    assert sandbox.mailbox == ()


async def test_what_was_typed_is_there_again_and_the_password_is_kept_and_not_shown(
    sandbox: Sandbox, relays: Relays
) -> None:
    server = relays(plain(AUTH="235 ok", EHLO="250-a.example\r\n250 AUTH PLAIN"))
    async with probed(sandbox, server) as ui:
        await type_login(ui, "tab", "tab", *"you@there.example")
        await has_ended(ui, "not tried: there is no TLS")
        await ui.press("l")
        await ui.sees("Login, recipient, TLS", "as typed before", "you@there.example")
        assert "•" not in ui.line("Password")
        await ui.press("enter")
        await has_ended(ui, "It logs in as relay, asks whether", "not tried: there is no TLS")
        assert secrets_heard(server) == []


async def test_what_cannot_be_asked_is_told_at_its_field_and_stays(sandbox: Sandbox) -> None:
    async with probed(sandbox) as ui:
        await ui.press("l")
        await ui.sees("Login, recipient, TLS")
        await ui.type("********")
        await ui.press("enter")
        await ui.sees("✗ This is the mask, not the password.")
        await ui.press("end", "ctrl+u", *"pw", "up", "end", "ctrl+u", "enter")
        await ui.sees("✗ A login needs a username.")
        await ui.type("relay")
        await ui.press("tab", "tab", *"me@here.example", "enter")
        await ui.sees("✗ A sender is asked about together with a recipient.")
        await ui.type("a@b@c")
        await ui.press("enter")
        await ui.sees("✗ Enter one address only.")
        await ui.press("escape")
        await has_ended(ui, "Probe · MAIL")


async def test_a_server_that_offers_no_login_is_not_called_broken(
    sandbox: Sandbox, relays: Relays
) -> None:
    server = relays(plain(EHLO="250-a.example\r\n250 AUTH CRAM-MD5"))
    async with probed(sandbox, server) as ui:
        await type_login(ui)
        await has_ended(ui, "! answers · at login: not tried", "This machine reaches it.")


async def test_tls_at_once_is_chosen_for_a_port_that_is_not_known_for_it(
    sandbox: Sandbox, relays: Relays
) -> None:
    add(sandbox, **at(relays(at_once)))
    async with opened(sandbox, services=probing(BRIEF)) as ui:
        await begin(ui)
        await has_ended(ui, "at greeting: no greeting within 0.6 s", "✓ TLS at once")
        await ui.sees(
            "expects TLS from the first byte; probe again with TLS at once (l).",
            "It answers once TLS begins the other way.",
            "A record cannot say how TLS begins; CAM probably goes by the port.",
        )
        await ui.press("l")
        await ui.sees("‹as offered›")
        await ui.press("up", "up", "right")
        await ui.sees("‹at once›")
        await ui.press("tab", "enter")
        await has_ended(ui, "! answers", "It begins TLS at once. No mail is sent.", "✓ greeting")


async def test_where_starttls_is_missing_the_words_name_the_key_to_do_without(
    sandbox: Sandbox, relays: Relays
) -> None:
    async with probed(sandbox, relays(plain())) as ui:
        await ui.press("l")
        await ui.sees("‹as offered›")
        await ui.press("up", "up", *"s", "tab", "enter")
        await has_ended(
            ui, "the server offers no STARTTLS", "without TLS where that is wanted (l)."
        )
