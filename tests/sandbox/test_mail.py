"""Test mail is really sent, and what the mail server really said comes back."""

from __future__ import annotations

import smtplib
import socket
import ssl

import pytest

from smtp_tui.sandbox.sending import Mailer, MailFailure
from tests.failing_sandbox import (
    CertificateKind,
    Phase,
    Sandbox,
    Scenario,
    Tls,
    drop,
    refuse,
    reset,
    silence,
    slow,
    trusted_by_mailer,
)
from tests.sandbox.caller import COMPOSER, Caller

LOGIN = {"username": "relay", "password": "relay-password"}


def insecure_context() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def test_an_accepted_mail_is_in_the_mailbox(sandbox: Sandbox, admin: Caller) -> None:
    reply = admin.send_test(hostname="localhost", port=sandbox.smtp_port, **LOGIN)
    assert reply.status == 200
    content = reply.json()
    assert content["accepted"] == ["someone@example.com"]
    assert content["rejected"] == []
    assert content["envelope"]["to"] == ["someone@example.com"]
    assert content["response"].startswith("250 2.0.0 Ok: queued as ")
    (mail,) = sandbox.mailbox
    assert (mail.rcpt_to, mail.subject) == (("someone@example.com",), "Test email")
    assert (mail.tls, mail.username) == (True, "relay")


@pytest.mark.parametrize("as_text", [False, True])
def test_a_port_may_be_a_number_or_digits(sandbox: Sandbox, admin: Caller, as_text: bool) -> None:
    port = str(sandbox.smtp_port) if as_text else sandbox.smtp_port
    assert admin.send_test(hostname="127.0.0.1", port=port).status == 200
    assert sandbox.mailbox[0].username is None


def test_a_saved_test_lays_the_given_parameters_over_the_stored_ones_and_saves_nothing(
    sandbox: Sandbox, admin: Caller
) -> None:
    record_id = sandbox.add_record("A", {"hostname": "localhost", "port": 1, **LOGIN})
    before = sandbox.records()
    assert admin.send_test_of(record_id).error["message"] == "connect ECONNREFUSED 127.0.0.1:1"
    assert admin.send_test_of(record_id, port=sandbox.smtp_port).status == 200
    assert sandbox.mailbox[0].username == "relay"
    assert sandbox.records() == before


def test_a_saved_test_needs_no_parameters(sandbox: Sandbox, admin: Caller) -> None:
    stored = {"hostname": "localhost", "port": sandbox.smtp_port, "from": "Shop <shop@example.com>"}
    record_id = sandbox.add_record("A", stored)
    content = {"id": record_id, "to": "someone@example.com"}
    assert admin.call("POST", f"{COMPOSER}/testEmailById", content).status == 200
    assert sandbox.mailbox[0].mail_from == "shop@example.com"


@pytest.mark.parametrize(
    ("parameters", "message", "code"),
    [
        (
            {"hostname": "no-such-host.invalid", "port": 25},
            "getaddrinfo ENOTFOUND no-such-host.invalid",
            "EDNS",
        ),
        ({"hostname": "127.0.0.1", "port": 1}, "connect ECONNREFUSED 127.0.0.1:1", "ESOCKET"),
        ({"hostname": "localhost", "port": 99999}, "Port should be >= 0 and < 65536.", None),
    ],
)
def test_a_server_that_cannot_be_reached_is_reported(
    admin: Caller, parameters: dict[str, object], message: str, code: str | None
) -> None:
    reply = admin.send_test("someone@example.com", **parameters)
    assert (reply.status, reply.error["message"]) == (400, message)
    assert reply.error["command"] == "CONN"
    assert code in {None, reply.error["code"]}


def test_a_wrong_password_is_refused_by_the_server(sandbox: Sandbox, admin: Caller) -> None:
    reply = admin.send_test(
        hostname="localhost", port=sandbox.smtp_port, username="relay", password="wrong"
    )
    assert reply.status == 400
    assert reply.error == {
        "statusCode": 400,
        "name": "Error",
        "message": "Invalid login: 535 5.7.8 Error: authentication failed",
        "code": "EAUTH",
        "response": "535 5.7.8 Error: authentication failed",
        "responseCode": 535,
        "command": "AUTH PLAIN",
    }


@pytest.mark.parametrize("to", ["nobody@example.com", "x@refused.example", "X@REFUSED.EXAMPLE"])
def test_a_refused_recipient_is_named(sandbox: Sandbox, admin: Caller, to: str) -> None:
    reply = admin.send_test(to, hostname="localhost", port=sandbox.smtp_port)
    assert reply.error["message"].startswith(
        "Can't send mail - all recipients were rejected: 550 5.1.1 <"
    )
    assert (reply.error["code"], reply.error["responseCode"]) == ("EENVELOPE", 550)
    assert sandbox.mailbox == ()


@pytest.mark.parametrize("to", ["no-address", "a@", "@b", "a@b\r\nRCPT TO:<c@d>", "<a@b>"])
def test_an_invalid_address_never_reaches_the_mail_server(
    sandbox: Sandbox, admin: Caller, to: str
) -> None:
    reply = admin.send_test(to, hostname="localhost", port=sandbox.smtp_port)
    assert (reply.status, reply.error["code"]) == (400, "EENVELOPE")
    assert sandbox.mailbox == ()


def test_an_international_domain_is_sent_as_a_labels(sandbox: Sandbox, admin: Caller) -> None:
    admin.send_test("anna@bücher.example", hostname="localhost", port=sandbox.smtp_port)
    assert sandbox.mailbox[0].rcpt_to == ("anna@xn--bcher-kva.example",)


REFUSALS = [
    (Phase.GREETING, "554 5.3.2 no service", "Invalid greeting. response=", "EPROTOCOL", "CONN"),
    (Phase.GREETING, "421 4.3.2 shutting down", "Invalid greeting", "EPROTOCOL", "CONN"),
    (Phase.EHLO, "421 4.7.0 go away", "Server terminates connection", "ECONNECTION", "EHLO"),
    (Phase.EHLO, "550 5.7.1 go away", "Invalid HELO. response=", "EPROTOCOL", "HELO"),
    (Phase.STARTTLS, "454 4.7.0 TLS not available", "Error upgrading", "ETLS", "STARTTLS"),
    (Phase.AUTH, "535 5.7.8 no", "Invalid login: 535", "EAUTH", "AUTH PLAIN"),
    (Phase.MAIL, "550 5.7.1 not you", "Mail command failed: 550", "EENVELOPE", "MAIL FROM"),
    (Phase.RCPT, "550 5.1.1 who?", "Can't send mail - all", "EENVELOPE", "RCPT TO"),
    (Phase.RCPT, "450 4.2.0 greylisted", "Can't send mail - all", "EENVELOPE", "RCPT TO"),
    (Phase.DATA, "554 5.5.1 no", "Data command failed: 554", "EENVELOPE", "DATA"),
    (Phase.MESSAGE, "554-5.7.1 spam\n554 5.7.1 really", "Message failed: 554-", "EMESSAGE", "DATA"),
]


@pytest.mark.parametrize(("phase", "text", "message", "code", "command"), REFUSALS)
def test_a_refusal_in_each_phase_comes_back_verbatim(
    sandbox: Sandbox,
    admin: Caller,
    phase: Phase,
    text: str,
    message: str,
    code: str,
    command: str,
) -> None:
    sandbox.mail.play(refuse(phase, text))
    error = admin.send_test(hostname="localhost", port=sandbox.smtp_port, **LOGIN).error
    assert error["message"].startswith(message)
    assert error["message"].endswith(text)
    assert error["response"] == text
    assert error["responseCode"] == int(text[:3])
    assert (error["code"], error["command"]) == (code, command)
    assert sandbox.mailbox == ()
    sandbox.mail.play_normally()
    assert admin.send_test(hostname="localhost", port=sandbox.smtp_port, **LOGIN).status == 200


@pytest.mark.parametrize("phase", [Phase.GREETING, Phase.RCPT, Phase.MESSAGE])
def test_a_dropped_connection_is_reported(sandbox: Sandbox, admin: Caller, phase: Phase) -> None:
    sandbox.mail.play(drop(phase))
    error = admin.send_test(hostname="localhost", port=sandbox.smtp_port, **LOGIN).error
    greeting = phase is Phase.GREETING
    wanted = "Unexpected socket close" if greeting else "Connection closed unexpectedly"
    assert (error["message"], error["code"]) == (wanted, "ECONNECTION")
    assert sandbox.mailbox == ()


@pytest.mark.parametrize("phase", [Phase.GREETING, Phase.MESSAGE])
def test_silence_ends_with_the_time_out(sandbox: Sandbox, admin: Caller, phase: Phase) -> None:
    sandbox.mail.play(silence(phase))
    error = admin.send_test(hostname="localhost", port=sandbox.smtp_port, **LOGIN).error
    wanted = "Greeting never received" if phase is Phase.GREETING else "Timeout"
    assert (error["message"], error["code"]) == (wanted, "ETIMEDOUT")


def test_a_slow_greeting_within_the_time_out_is_waited_for(sandbox: Sandbox, admin: Caller) -> None:
    sandbox.mail.play(slow(Phase.GREETING, 0.2))
    assert admin.send_test(hostname="localhost", port=sandbox.smtp_port).status == 200


def test_a_server_without_starttls_gets_mail_in_the_clear(sandbox: Sandbox, admin: Caller) -> None:
    sandbox.mail.play(Scenario(offer_starttls=False))
    assert admin.send_test(hostname="localhost", port=sandbox.smtp_port, **LOGIN).status == 200
    assert sandbox.mailbox[0].tls is False


def test_broken_tls_is_reported_in_the_words_of_openssl(sandbox: Sandbox, admin: Caller) -> None:
    sandbox.mail.play(Scenario(tls=Tls.NONE))
    error = admin.send_test(hostname="localhost", port=sandbox.smtp_port).error
    assert "wrong version number" in error["message"]
    assert error["code"] == "ESOCKET"


def test_a_plain_client_hears_nothing_from_a_server_that_waits_for_tls(
    sandbox: Sandbox, admin: Caller
) -> None:
    error = admin.send_test(hostname="localhost", port=sandbox.smtps_port).error
    assert error["message"] == "Greeting never received"


def test_port_465_means_tls_from_the_first_byte(sandbox: Sandbox) -> None:
    mailer = Mailer(5.0, implicit_tls_ports={sandbox.smtps_port})
    relay = {"hostname": "localhost", "port": sandbox.smtps_port, **LOGIN}
    assert str(mailer.send(relay, "a@example.com")["response"]).startswith("250 ")
    assert sandbox.mailbox[0].tls is True


def test_tls_to_a_plain_server_is_a_wrong_version(sandbox: Sandbox) -> None:
    mailer = Mailer(5.0, implicit_tls_ports={sandbox.smtp_port})
    relay = {"hostname": "localhost", "port": sandbox.smtp_port}
    with pytest.raises(MailFailure, match="wrong version number"):
        mailer.send(relay, "a@example.com")


def test_other_programs_may_use_the_mail_server_too(sandbox: Sandbox) -> None:
    with smtplib.SMTP("127.0.0.1", sandbox.smtp_port, "here.example", 5) as client:
        client.starttls(context=insecure_context())
        client.login("relay", "relay-password")
        client.sendmail("a@example.com", ["b@example.com"], "Subject: Grüße\r\n\r\nHi\r\n".encode())
    (mail,) = sandbox.wait_for_mail(1)
    assert (mail.mail_from, mail.rcpt_to) == ("a@example.com", ("b@example.com",))
    assert mail.body.strip() == "Hi"


def test_a_hidden_login_is_not_offered(sandbox: Sandbox) -> None:
    sandbox.mail.play(Scenario(offer_login=False))
    with smtplib.SMTP("127.0.0.1", sandbox.smtp_port, "here.example", 5) as client:
        client.ehlo()
        assert not client.has_extn("auth")
        assert client.has_extn("starttls")


def test_a_server_text_may_carry_anything_a_terminal_would_obey(
    sandbox: Sandbox, admin: Caller
) -> None:
    text = "550 5.1.1 [/nope] \x1b[2J é\x07"
    sandbox.mail.play(refuse(Phase.RCPT, text))
    assert admin.send_test(hostname="localhost", port=sandbox.smtp_port).error["response"] == text


def test_stopping_does_not_wait_for_someone_who_says_nothing() -> None:
    sandbox = Sandbox()
    with socket.create_connection(("127.0.0.1", sandbox.smtp_port), 5) as silent:
        assert silent.recv(100).startswith(b"220 ")
        sandbox.stop()
        assert silent.recv(100) == b""


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (CertificateKind.SELF_SIGNED, "self-signed certificate"),
        (CertificateKind.WRONG_NAME, "Hostname/IP does not match certificate's altnames: Host: "),
        (CertificateKind.EXPIRED, "certificate has expired"),
        (CertificateKind.UNKNOWN_ISSUER, "unable to get local issuer certificate"),
    ],
)
def test_a_careful_mailer_says_what_is_wrong_with_a_certificate(
    sandbox: Sandbox, admin: Caller, kind: CertificateKind, words: str
) -> None:
    sandbox.verify_mail_servers(trusted_by_mailer())
    sandbox.mail.play(Scenario(certificate=kind))
    error = admin.send_test(hostname="localhost", port=sandbox.smtp_port).error
    assert error["message"].startswith(words)
    assert error["code"] == "ESOCKET"
    assert sandbox.mailbox == ()


def test_a_connection_that_is_reset_is_an_error_of_the_socket(
    sandbox: Sandbox, admin: Caller
) -> None:
    sandbox.mail.play(reset(Phase.EHLO))
    error = admin.send_test(hostname="localhost", port=sandbox.smtp_port).error
    assert (error["message"], error["code"]) == ("read ECONNRESET", "ESOCKET")
