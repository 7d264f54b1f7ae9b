"""The test dialog on answers in every shape, and what it says before a mail is sent."""

from __future__ import annotations

import json

import pytest
from textual.color import Color

from tests.failing_sandbox import (
    Fault,
    FaultKind,
    Operation,
    Phase,
    Sandbox,
    drop,
    refuse,
    silence,
)
from tests.ui.helpers import Ui, opened
from tests.ui.mail_steps import LOGIN, add, is_judged, send

BAD_LOGIN = "535 5.7.8 Error: authentication failed"
SHAPES = [
    "unauthorized",
    "not_found",
    "details_list",
    "causes",
    "inner_json",
    "result_error",
    "data_text",
    "stderr",
]
"""Those that read alike for a person; the commands are tested with every shape."""


def flowing(ui: Ui) -> str:
    """The screen as one line, so that a sentence is found however it is broken."""
    return " ".join(ui.text().replace("│", " ").replace("▎", " ").split())


@pytest.mark.parametrize("shape", SHAPES)
async def test_a_refused_login_is_a_verdict_and_never_an_ended_token(
    sandbox: Sandbox, shape: str
) -> None:
    add(sandbox)
    sandbox.mail.play(refuse(Phase.AUTH, BAD_LOGIN))
    sandbox.services.test_shape = shape
    async with opened(sandbox) as ui:
        await send(ui)
        await is_judged(ui, " REJECTED   at login · ", BAD_LOGIN, "e Edit password")
        assert not ui.shows("paste the bearer token")


async def test_a_401_of_cam_asks_for_a_token(sandbox: Sandbox) -> None:
    add(sandbox)
    sandbox.faults.add(Fault(FaultKind.UNAUTHORIZED, Operation.TEST_SAVED))
    async with opened(sandbox) as ui:
        await send(ui)
        await ui.sees("paste the bearer token")
        await ui.press("escape")
        await ui.sees("✗ NOT SENT   no mail was sent", "The server answered 401")
        assert sandbox.mailbox == ()


async def test_a_hidden_reason_is_said_with_the_id_to_look_for(sandbox: Sandbox) -> None:
    add(sandbox)
    sandbox.mail.play(refuse(Phase.AUTH, BAD_LOGIN))
    sandbox.services.test_shape = "hidden"
    async with opened(sandbox, size=(80, 24)) as ui:
        await send(ui)
        await ui.sees(" UNKNOWN ", "Request id ")
        assert "CAM answered 500, which hides why a mail was rejected" in flowing(ui)
        (exchange,) = [
            exchange
            for exchange in ui.services.activity.exchanges
            if exchange.request.operation.name == "TEST_SAVED"
        ]
        assert exchange.request_id is not None
        assert exchange.request_id in flowing(ui)


async def test_a_queued_mail_is_not_called_accepted(sandbox: Sandbox) -> None:
    add(sandbox)
    sandbox.services.test_shape = "queued"
    async with opened(sandbox) as ui:
        await send(ui)
        await is_judged(ui, " UNKNOWN ", "Test email queued")
        assert "CAM queued the mail" in flowing(ui)


@pytest.mark.parametrize(
    ("status", "message"), [(400, "to is a required argument"), (409, "Conflict"), (413, "too big")]
)
async def test_a_refusal_of_the_call_says_that_no_mail_was_tried(
    sandbox: Sandbox, status: int, message: str
) -> None:
    add(sandbox)
    body = json.dumps({"error": {"statusCode": status, "message": message}}).encode()
    sandbox.faults.add(Fault(FaultKind.RAW, Operation.TEST_SAVED, status=status, body=body))
    async with opened(sandbox) as ui:
        await send(ui)
        await ui.sees(" NOT SENT   no mail was sent", message)


async def test_a_yes_without_a_login_says_that_none_was_used(sandbox: Sandbox) -> None:
    add(sandbox, username="")
    async with opened(sandbox) as ui:
        await send(ui)
        await is_judged(ui, " ACCEPTED ")
        assert "No login was used: there is no username." in flowing(ui)


async def _type_hostname(ui: Ui, text: str) -> None:
    await ui.sees("MAIL")
    await ui.press("e")
    await ui.sees("Edit MAIL")
    await ui.press("end", "ctrl+u")
    await ui.type(text)


async def test_a_stored_password_for_another_host_is_warned_of_before_it_is_sent(
    sandbox: Sandbox,
) -> None:
    add(sandbox, hostname="mail.example.com")
    async with opened(sandbox, size=(80, 24)) as ui:
        await _type_hostname(ui, "localhost")
        await ui.press("ctrl+t")
        await ui.sees("enter Send")
        warning = (
            "The stored password will be sent to localhost instead of the saved host"
            " mail.example.com."
        )
        assert warning in flowing(ui)
        assert sandbox.requests[-1].operation != Operation.TEST_SAVED
        await ui.press("enter")
        await is_judged(ui, " ACCEPTED ")
        assert not ui.shows("The stored password will be sent")
        await ui.press("ctrl+s")
        await ui.sees("Change MAIL?")
        await ui.press("escape")
        # A second test in this form goes out at once, but not one that needs the warning.
        await ui.press("ctrl+t")
        await ui.sees("enter Send")
        assert warning in flowing(ui)
        assert len(ui.requests(Operation.TEST_SAVED)) == 1


async def test_a_typed_password_or_the_saved_host_needs_no_warning(sandbox: Sandbox) -> None:
    add(sandbox, **LOGIN)
    async with opened(sandbox) as ui:
        await ui.sees("MAIL")
        await ui.press("t")
        await ui.sees("enter Send")
        assert "will be sent to" not in flowing(ui)
        await ui.press("escape")
        await _type_hostname(ui, "127.0.0.1")
        await ui.press("tab", "tab", "tab")
        await ui.type("relay-password")
        await ui.press("ctrl+t")
        await ui.sees("enter Send")
        assert "will be sent to" not in flowing(ui)


async def test_the_journal_shows_the_verdict(sandbox: Sandbox) -> None:
    add(sandbox)
    sandbox.mail.play(refuse(Phase.AUTH, BAD_LOGIN))
    async with opened(sandbox) as ui:
        await send(ui)
        await is_judged(ui, " REJECTED ")
        await ui.press("escape", "A")
        await ui.sees("REJECTED")
        await ui.press("enter")
        await ui.sees("login: The mail server rejected the login.")


async def test_half_a_login_is_flagged_in_the_form(sandbox: Sandbox) -> None:
    add(sandbox, username="", password=None)
    async with opened(sandbox) as ui:
        await ui.sees("MAIL")
        await ui.press("e")
        await ui.sees("Edit MAIL")
        await ui.press("tab", "tab", "tab")
        await ui.type("typed-word")
        await ui.sees("There is no username, so the password is not")
        await ui.press("shift+tab")
        await ui.type("me")
        await ui.loses("There is no username, so the password is not")


GIVEN = {
    "✓ ACCEPTED ": ("$good", None),
    "✗ REJECTED ": ("$bad", refuse(Phase.AUTH, BAD_LOGIN)),
    "▲ UNREACHABLE ": ("$warn", silence(Phase.GREETING)),
    "? UNKNOWN ": ("$unknown", drop(Phase.MESSAGE)),
}


@pytest.mark.parametrize("words", GIVEN)
async def test_the_border_the_banner_and_the_bar_have_the_colour_of_the_verdict(
    sandbox: Sandbox, words: str
) -> None:
    role, scenario = GIVEN[words]
    add(sandbox)
    if scenario is not None:
        sandbox.mail.play(scenario)
    async with opened(sandbox, size=(80, 24)) as ui:
        await send(ui)
        await is_judged(ui, words)
        colour = ui.app.theme_variables[role[1:]]
        box = ui.app.screen.query_one("#box")
        response = ui.app.screen.query_one("#response")
        expected = Color.parse(colour)
        assert box.styles.border_top[1] == box.styles.border_left[1] == expected
        assert response.styles.border_left[1] == expected
        banner = next(span for span in ui.spans() if words in span.text)
        assert "bold" in banner.look
        assert "─ Test email · MAIL   DEMO  ─" in ui.text()


async def test_the_steps_tell_which_failed_and_only_the_known_ones_as_passed(
    sandbox: Sandbox,
) -> None:
    add(sandbox)
    sandbox.mail.play(refuse(Phase.RCPT, "550 5.1.1 no such user here"))
    async with opened(sandbox, size=(80, 24)) as ui:
        await send(ui)
        await is_judged(ui, "connect ✓ ── TLS ? ── login ? ── sender ✓ ── recipient ✗ ── message")
    async with opened(sandbox, size=(60, 20)) as ui:
        await send(ui)
        await is_judged(
            ui, "│ connect ✓ ── TLS ? ── login ? ── ", "│ ── sender ✓ ── recipient ✗ ── mess"
        )


async def test_the_parameter_to_look_at_stands_out_among_the_values_used(sandbox: Sandbox) -> None:
    add(sandbox)
    sandbox.mail.play(refuse(Phase.AUTH, BAD_LOGIN))
    async with opened(sandbox, size=(80, 24)) as ui:
        await send(ui)
        await is_judged(ui, "hostname localhost ", "password stored ✗", "Send to   you@")
        steps = [span.look for span in ui.spans() if span.text.strip() == "login ✗"]
        assert "bold" in steps[-1]
        assert ui.look("stored ✗") == ui.look(f"{LOGIN['username']} ✗") == steps[-1]
        assert ui.shows("e Edit password", "r Again", "esc Back")


async def test_a_step_that_was_not_reached_has_the_colour_of_the_verdict(sandbox: Sandbox) -> None:
    add(sandbox, hostname="nowhere.invalid")
    async with opened(sandbox, size=(80, 24)) as ui:
        await send(ui)
        await is_judged(ui, "▲ UNREACHABLE ", "DNS ✗ ── connect ── TLS ── login")
        banner = Color.parse(ui.app.theme_variables["warn"]).rich_color
        way = ui.app.screen.query("#test-body > PlainText")
        drawn = [part for text in way for y in (0, 1) for part in text.render_line(y)]
        for words in ("DNS ✗", "nowhere.invalid ✗"):
            colours = [part.style.color for part in drawn if part.style and part.text == words]
            assert colours == [banner]


async def test_the_list_counts_the_records_whose_last_test_failed(sandbox: Sandbox) -> None:
    add(sandbox)
    sandbox.mail.play(refuse(Phase.AUTH, BAD_LOGIN))
    async with opened(sandbox, size=(80, 24)) as ui:
        await send(ui)
        await is_judged(ui, " REJECTED ")
        await ui.press("escape")
        await ui.sees("Connections 1 · 1 ✗ ")
        sandbox.mail.play_normally()
        await ui.press("t")
        await ui.sees("enter Send")
        await ui.press("enter")
        await is_judged(ui, " ACCEPTED ")
        await ui.press("escape")
        await ui.loses("1 ✗")


async def test_a_long_value_has_a_line_of_its_own(sandbox: Sandbox) -> None:
    long = f"{'relay.' * 7}example.invalid"
    add(sandbox, hostname=long)
    async with opened(sandbox, size=(80, 24)) as ui:
        await ui.sees("MAIL")
        await ui.press("t")
        await ui.sees("enter Send", f"hostname {long} ")
        assert "port" not in ui.line(long)
        assert "username" in ui.line("password stored")


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_usual_outcome_is_seen_whole(sandbox: Sandbox, size: tuple[int, int]) -> None:
    add(sandbox)
    sandbox.mail.play(refuse(Phase.AUTH, BAD_LOGIN))
    async with opened(sandbox, size=size) as ui:
        await send(ui)
        await is_judged(ui, BAD_LOGIN)
        body = ui.app.screen.query_one("#test-body")
        assert body.max_scroll_y == 0
        assert ui.app.screen.query_one("#box").size.width == min(100, size[0]) - 4


async def test_after_an_accepted_mail_of_the_demo_its_key_shows_the_mailbox(demo: Sandbox) -> None:
    async with opened(demo, size=(80, 24)) as ui:
        await ui.sees("PRIMARY")
        await ui.press("slash", *"PRIMARY", "enter", "t")
        await ui.sees("enter Send")
        await ui.press("enter")
        await ui.sees("✓ ACCEPTED ", "m Mailbox")
        await ui.press("m")
        await ui.sees("Mailbox of the demo", "you@sandbox.example")
        await ui.press("escape")
        await ui.sees("✓ ACCEPTED ", "m Mailbox")
