"""The probe on the screen: it begins at once, shows each step as it ends, and can be stopped."""

from __future__ import annotations

import re
import threading

import pytest
from msgspec.structs import replace

from smtp_tui.api.target import Access
from tests.failing_sandbox import Fault, FaultKind, Operation, Sandbox
from tests.probe.relay import Relay, Talk
from tests.probe.test_cases import greets, plain, silent, starttls
from tests.ui.helpers import Ui, opened
from tests.ui.mail_steps import add, parameter_with_the_cursor, send
from tests.ui.probe.relays import Relays, at
from tests.ui.probe.steps import BRIEF, MACHINE, begin, has_ended, probing


def step_line(ui: Ui, step: str) -> str:
    """The line of a step."""
    return next((line for line in ui.lines() if re.search(rf"[✓!✗·] {step}\s", line)), "")


async def was_left(ui: Ui, server: Relay) -> None:
    """Wait until the relay hears the end of its connection."""
    await ui.until(lambda: server.heard[-1:] == [b""], "the end of the connection")


async def test_x_probes_the_record_at_once_and_says_which_machine_looks(sandbox: Sandbox) -> None:
    add(sandbox)
    async with opened(sandbox, services=probing()) as ui:
        await begin(ui)
        await has_ended(ui, "! answers", "certificate not trusted: it is self-signed")
        where = ui.line(f"localhost:{sandbox.smtp_port}")
        assert f"from this machine ({MACHINE}), not from CAM" in where
        steps = ("names", "connect", "greeting", "EHLO", "TLS", "EHLO in TLS", "QUIT")
        assert all(re.search(r" \d+ ms", step_line(ui, step)) for step in steps)
        assert "! TLS" in step_line(ui, "TLS")
        await ui.sees("220 mail.sandbox.example ESMTP sandbox", "Not trusted: it is self-signed")


async def test_a_probe_sends_nothing_to_cam_and_no_mail(sandbox: Sandbox) -> None:
    add(sandbox)
    async with opened(sandbox, services=probing()) as ui:
        await ui.sees("MAIL")
        before = len(sandbox.requests)
        await begin(ui)
        await has_ended(ui)
        await ui.press("r")
        await has_ended(ui)
        assert len(sandbox.requests) == before
        assert sandbox.mailbox == ()
        assert ui.services.journal.read(10).entries == ()


async def test_a_step_is_shown_when_it_ends_and_the_next_one_has_dots(
    sandbox: Sandbox, relays: Relays
) -> None:
    go_on = threading.Event()

    def slow(talk: Talk) -> None:
        talk.say("220 relay.example ESMTP")
        talk.hear()
        go_on.wait(20)
        talk.say("250 relay.example")
        talk.serve()

    add(sandbox, **at(relays(slow)))
    async with opened(sandbox, services=probing()) as ui:
        await begin(ui)
        await ui.sees("✓ greeting", "· EHLO        …", "no mail is sent …", "esc Stop")
        assert not ui.shows("From here")
        go_on.set()
        await has_ended(ui, "✓ EHLO", "✓ QUIT")
        assert not ui.shows("no mail is sent …")


async def test_esc_stops_the_probe_and_closes_its_line_and_esc_again_leaves(
    sandbox: Sandbox, relays: Relays
) -> None:
    server = relays(plain(EHLO=""))
    add(sandbox, **at(server))
    async with opened(sandbox, services=probing()) as ui:
        await begin(ui)
        await ui.sees("· EHLO        …")
        await ui.press("escape")
        await ui.sees("Stopped: nothing more is asked of the server. r probes again.")
        await ui.sees("✓ greeting", "220 relay.example ESMTP")
        assert not ui.shows("From here")
        assert not ui.shows("· EHLO        …")
        await was_left(ui, server)
        await ui.press("escape")
        await ui.loses("Probe · MAIL")


async def test_a_dialog_that_is_left_leaves_no_line_open(sandbox: Sandbox, relays: Relays) -> None:
    server = relays(silent)
    add(sandbox, **at(server))
    async with opened(sandbox, services=probing()) as ui:
        await begin(ui)
        await ui.sees("· greeting    …")
        await ui.press("ctrl+c")
        await was_left(ui, server)


async def test_a_read_only_profile_may_probe_and_is_offered_no_edit(
    sandbox: Sandbox, relays: Relays
) -> None:
    add(sandbox, **at(relays(silent)))
    async with opened(
        sandbox,
        services=probing(BRIEF),
        profile=lambda profile: replace(profile, access=Access.READ_ONLY),
    ) as ui:
        await begin(ui)
        await has_ended(ui, "✗ fails · at greeting: no greeting within 0.6 s", "r Again")
        assert not ui.shows("e Edit")
        await ui.press("e")
        await ui.sees("Probe · MAIL")


async def test_the_record_under_the_cursor_is_probed_also_where_others_are_marked(
    sandbox: Sandbox,
) -> None:
    add(sandbox)
    sandbox.add_record("OTHER", {"hostname": "127.0.0.1", "port": 9})
    async with opened(sandbox, services=probing()) as ui:
        await ui.sees("MAIL", "OTHER")
        await ui.press("j", "space", "g")
        await ui.sees("1 marked")
        await begin(ui)
        await has_ended(ui, f"localhost:{sandbox.smtp_port}", "1 marked")


async def test_x_probes_from_the_opened_record_and_from_all_profiles(sandbox: Sandbox) -> None:
    add(sandbox)
    async with opened(sandbox, services=probing()) as ui:
        await ui.sees("MAIL")
        await ui.press("enter")
        await ui.sees("Last tests", "x Probe")
        await begin(ui)
        await has_ended(ui)
        await ui.press("escape", "escape", "P")
        await ui.sees("all profiles")
        await begin(ui)
        await has_ended(ui, f"localhost:{sandbox.smtp_port} from this machine")


async def test_values_of_a_form_are_probed_before_they_are_saved_and_none_is_lost(
    sandbox: Sandbox, relays: Relays
) -> None:
    server = relays(plain())
    add(sandbox)
    async with opened(sandbox, services=probing()) as ui:
        await ui.sees("MAIL")
        await ui.press("e")
        await ui.sees("Edit MAIL")
        await ui.type(f"127.0.0.1\t{server.port}")
        await ui.press("ctrl+t")
        await ui.sees("enter Send", "ctrl+y Probe")
        await ui.press("ctrl+y")
        await has_ended(ui, f"127.0.0.1:{server.port} from this machine", "220 relay.example")
        await ui.press("escape", "escape")
        await ui.sees("Edit MAIL", f"{server.port}", "was localhost")
    assert any(line.startswith(b"EHLO") for line in server.heard)
    assert sandbox.mailbox == ()


async def test_after_a_test_email_x_probes_what_was_tested(sandbox: Sandbox) -> None:
    add(sandbox)
    async with opened(sandbox, services=probing()) as ui:
        await ui.sees("MAIL")
        await ui.press("t", "enter")
        await ui.sees("ACCEPTED", "x Probe")
        await ui.press("x")
        await has_ended(ui, "✓ ACCEPTED · now", "Both reach it; CAM does not mind the certificate.")
        await ui.press("escape")
        await ui.sees("Test email · MAIL", "Server response")


async def test_a_failure_tells_its_meaning_and_e_opens_the_form_at_the_parameter(
    sandbox: Sandbox, relays: Relays
) -> None:
    add(sandbox, **at(relays(silent)))
    async with opened(sandbox, services=probing(BRIEF)) as ui:
        await begin(ui)
        await has_ended(ui, "✗ greeting", "no greeting within 0.6 s", "e Edit port")
        await ui.sees("Something accepts connections and says nothing in time.")
        await ui.sees("It may be overloaded, hold back unknown machines")
        await ui.press("e")
        await ui.sees("Edit MAIL")
        assert parameter_with_the_cursor(ui) == "port"


async def test_a_form_that_is_left_leads_back_to_the_probe_as_it_was(
    sandbox: Sandbox, relays: Relays
) -> None:
    calls: list[Talk] = []

    def counted(talk: Talk) -> None:
        calls.append(talk)
        silent(talk)

    add(sandbox, **at(relays(counted)))
    async with opened(sandbox, services=probing(BRIEF)) as ui:
        await begin(ui)
        await has_ended(ui, "e Edit port")
        before, asked = ui.text(), len(calls)
        await ui.press("e")
        await ui.sees("Edit MAIL")
        await ui.press("escape")
        await ui.until(lambda: ui.text() == before, "the probe as it was")
        assert len(calls) == asked
        await ui.press("e")
        await ui.sees("Edit MAIL")
        await ui.type("2525")
        await ui.press("ctrl+s", "enter")
        await ui.sees("Saved MAIL")
        assert not ui.shows("Probe · MAIL")


async def test_a_form_that_is_left_leads_back_to_the_verdict_and_its_probe(
    sandbox: Sandbox, relays: Relays
) -> None:
    add(sandbox, **at(relays(silent)))
    async with opened(sandbox, services=probing(BRIEF)) as ui:
        await ui.sees("MAIL")
        refused = b'{"error": {"message": "535 5.7.8 Authentication failed"}}'
        sandbox.faults.add(Fault(FaultKind.RAW, Operation.TEST_SAVED, status=400, body=refused))
        await send(ui)
        await ui.sees("REJECTED", "e Edit password")
        await ui.press("e")
        await ui.sees("Edit MAIL")
        await ui.press("escape")
        await ui.sees("REJECTED", "x Probe")
        await ui.press("x")
        await has_ended(ui, "e Edit port")
        await ui.press("e")
        await ui.sees("Edit MAIL")
        await ui.press("escape")
        await has_ended(ui, "Probe · MAIL", "e Edit port")
        await ui.press("escape")
        await ui.sees("REJECTED")


async def test_from_a_test_of_a_form_e_leads_to_the_field_and_keeps_what_was_typed(
    sandbox: Sandbox, relays: Relays
) -> None:
    server = relays(silent)
    add(sandbox)
    async with opened(sandbox, services=probing(BRIEF)) as ui:
        await ui.sees("MAIL")
        await ui.press("e")
        await ui.sees("Edit MAIL")
        await ui.type(f"127.0.0.1\t{server.port}\tsomebody")
        await ui.press("ctrl+t")
        await ui.sees("ctrl+y Probe")
        await ui.press("ctrl+y")
        await has_ended(ui, "e Edit port")
        await ui.press("e")
        await ui.sees("Edit MAIL", "somebody")
        assert parameter_with_the_cursor(ui) == "port"


async def test_values_that_lead_nowhere_are_told_and_e_edits_them(sandbox: Sandbox) -> None:
    add(sandbox, hostname="")
    async with opened(sandbox, services=probing()) as ui:
        await begin(ui)
        await ui.sees("✗ There is no hostname.", "e Edit hostname")
        assert not ui.shows("r Again")
        await ui.press("r", "l", "d", "e")
        await ui.sees("Edit MAIL")
        assert parameter_with_the_cursor(ui) == "hostname"


async def test_the_other_ports_stand_side_by_side_with_a_suggestion(
    sandbox: Sandbox, relays: Relays
) -> None:
    here, good, bad = relays(silent), relays(starttls()), relays(greets("554 not you"))
    add(sandbox, **at(here))
    async with opened(sandbox, services=probing(BRIEF, good.port, bad.port)) as ui:
        await begin(ui)
        suggestion = f"! {good.port} answers and offers STARTTLS; this is {here.port}."
        await has_ended(ui, suggestion, "Also tried", f"✓ {good.port}", f"✗ {bad.port}")
        await ui.sees("answers and offers STARTTLS", "greeting: 554 not you", "✗ TLS at once")


async def test_escape_sequences_of_a_server_are_seen_and_do_nothing(
    sandbox: Sandbox, relays: Relays
) -> None:
    add(sandbox, **at(relays(greets("220 \x1b[2J[bold]\x1b]0;owned\x07 ready"))))
    async with opened(sandbox, services=probing()) as ui:
        await begin(ui)
        await has_ended(ui, r"220 \x1b[2J[bold]\x1b]0;owned\x07 ready")
        await ui.press("d")
        await ui.sees("Dialogue · MAIL", r"< 220 \x1b[2J[bold]\x1b]0;owned\x07 ready")


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40)])
async def test_the_keys_stay_in_sight_and_the_rest_scrolls(
    sandbox: Sandbox, size: tuple[int, int]
) -> None:
    add(sandbox)
    async with opened(sandbox, services=probing(), size=size) as ui:
        await begin(ui)
        await has_ended(ui, "esc Back")
        assert not any("…" in line for line in ui.lines() if "esc" in line)
        await ui.sees("l Login", "r Again")
        await ui.press("pagedown", "pagedown", "pagedown")
        await ui.sees("✓ QUIT", "esc Back")


@pytest.mark.parametrize(("first", "last"), [("home", "end"), ("g", "G")])
async def test_the_keys_of_a_table_go_to_the_beginning_and_the_end(
    sandbox: Sandbox, first: str, last: str
) -> None:
    add(sandbox)
    async with opened(sandbox, services=probing(), size=(60, 20)) as ui:
        await begin(ui)
        await has_ended(ui)
        assert not ui.shows("✓ QUIT")
        await ui.press(last)
        await ui.sees("✓ QUIT")
        await ui.press(first)
        await ui.sees("From here")
        assert not ui.shows("✓ QUIT")
        await ui.press("ctrl+f", "ctrl+d", "ctrl+f")
        await ui.sees("✓ QUIT")
        await ui.press("ctrl+b", "ctrl+u", "ctrl+b")
        await ui.sees("From here")


async def test_a_dialog_under_another_one_shows_no_keys_until_it_is_in_front_again(
    sandbox: Sandbox,
) -> None:
    add(sandbox)
    async with opened(sandbox, services=probing(), size=(80, 24)) as ui:
        await begin(ui)
        await has_ended(ui, "r Again")
        await ui.press("l")
        await ui.sees("Login, recipient, TLS", "enter Probe")
        assert not ui.shows("r Again")
        await ui.press("escape")
        await has_ended(ui, "r Again")
