"""Validation refuses what cannot work, warns of what is likely wrong, and never raises."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtp_tui.mail.parameters import (
    FORM_ORDER,
    label_of,
    parameter_remarks,
    parse_port,
    port_hint,
    port_remarks,
)
from smtp_tui.mail.remarks import Remarks, Severity, check_record_name, has_error, remarks_of

ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=()), max_size=300)
ERROR, WARNING, HINT = Severity.ERROR, Severity.WARNING, Severity.HINT


def severities(remarks: Remarks) -> list[Severity]:
    return [remark.severity for remark in remarks]


def test_the_form_starts_with_the_documented_parameters() -> None:
    assert FORM_ORDER == ("hostname", "port", "username", "password")
    assert [label_of(name) for name in FORM_ORDER] == ["Hostname", "Port", "Username", "Password"]
    assert label_of("from_address") == "from_address"


@pytest.mark.parametrize(
    "text",
    [
        "smtp.example.com",
        "SMTP.Example.COM",
        "mail_relay.example.com",
        "10.0.0.25",
        "2001:db8::25",
        "a" * 63 + ".example",
    ],
)
def test_a_name_or_address_of_a_mail_server_passes_without_a_remark(text: str) -> None:
    assert parameter_remarks("hostname", text) == ()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "Enter the name"),
        ("  ", "Enter the name"),
        ("smtp://mail.example.com", "://"),
        ("user@mail.example.com", "@"),
        ("mail.example.com/x", "/"),
        ("mail example.com", "spaces"),
        ("mail.example.com\n", "control"),
        ("mail\udc80.example", "not text"),
        ("mail.example.com:587", "port"),
        ("mail..example.com", "dot"),
        ("mail!.example.com", "can have only letters"),
        ("10.0.0.256", "Not a valid"),
        ("10.1", "Not a valid"),
        ("2001:db8::zz", "IPv6"),
        ("fe80::1%eth0", "%"),
        ("[2001:db8::25", "IPv6"),
        ("a" * 64 + ".example", "63"),
        ("a." * 130 + "example", "253"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("straße.example", "can have only letters"),
    ],
)
def test_a_wrong_host_name_is_refused_with_the_reason(text: str, reason: str) -> None:
    remarks = parameter_remarks("hostname", text)
    assert severities(remarks) == [ERROR]
    assert reason in remarks[0].text


@pytest.mark.parametrize("text", ["mail.example.com.", "[2001:db8::25]", "-mail.example.com"])
def test_an_unusual_host_name_is_allowed_with_a_warning(text: str) -> None:
    assert severities(parameter_remarks("hostname", text)) == [WARNING]


@pytest.mark.parametrize("text", ["localhost", "127.0.0.1", "::1"])
def test_a_loopback_host_is_said_to_be_the_cam_server(text: str) -> None:
    remarks = parameter_remarks("hostname", text)
    assert severities(remarks) == [HINT]
    assert "CAM server" in remarks[0].text


@pytest.mark.parametrize(("text", "port"), [("25", 25), (" 587 ", 587), ("0465", 465)])
def test_a_typed_port_is_read_as_a_number(text: str, port: int) -> None:
    assert parse_port(text) == port
    assert parameter_remarks("port", text) == ()


@pytest.mark.parametrize(
    "text", ["", " ", "0", "65536", "-1", "+25", "2 5", "25.0", "smtp", "²", "٢٥", "9" * 5000]
)
def test_what_is_no_port_is_refused(text: str) -> None:
    assert parse_port(text) is None
    assert severities(parameter_remarks("port", text)) == [ERROR]


@pytest.mark.parametrize(
    ("host", "port", "severity", "word"),
    [
        ("mail.example.com", 465, WARNING, "implicit TLS"),
        ("smtp.gmail.com", 465, WARNING, "587"),
        ("smtp.gmail.com", 2525, WARNING, "Gmail documents port 587"),
        ("mail.example.com", 993, WARNING, "IMAP"),
        ("mail.example.com", 587, HINT, "STARTTLS"),
    ],
)
def test_a_port_is_explained_for_its_host(
    host: str, port: int, severity: Severity, word: str
) -> None:
    (remark,) = port_remarks(host, port)
    assert remark.severity is severity
    assert word in remark.text


def test_a_web_port_that_the_provider_documents_is_no_mistake() -> None:
    assert port_remarks("in-v3.mailjet.com", 80) == ()


@pytest.mark.parametrize(
    ("port", "hint"),
    [
        (25, None),
        ("587", None),
        (465, "465 is implicit TLS"),
        ("993", "IMAP port, not SMTP"),
        (None, "no port set"),
        ("", "no port set"),
        ("abc", "not a port number"),
        (0, "not a port number"),
        (-25, "not a port number"),
    ],
)
def test_the_table_hints_at_ports_that_look_wrong(port: int | str | None, hint: str | None) -> None:
    assert port_hint(port) == hint


@given(st.integers() | ANY_TEXT | st.none())
def test_a_port_hint_fits_its_column(port: int | str | None) -> None:
    assert len(port_hint(port) or "") <= 24


@pytest.mark.parametrize("text", ["*", "•••", "**••", " ***** "])
def test_a_mask_is_refused_as_a_password(text: str) -> None:
    assert severities(parameter_remarks("password", text)) == [ERROR]


@pytest.mark.parametrize("text", ["a\nb", "\x1b[31m", "\x7f", "a\u2028b", "\ud800"])
def test_a_password_with_control_characters_is_refused(text: str) -> None:
    assert severities(parameter_remarks("password", text)) == [ERROR]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("s*cr et*", []),
        (" secret", [WARNING]),
        ("secret ", [WARNING]),
        ("sec\u200bret", [WARNING]),
        ("geheimß", [HINT]),
    ],
)
def test_a_password_is_only_warned_of(text: str, expected: list[Severity]) -> None:
    assert severities(parameter_remarks("password", text)) == expected


@given(st.text(alphabet="0123456789§", min_size=6))
def test_a_remark_about_a_password_never_repeats_it(secret: str) -> None:
    for remark in parameter_remarks("password", f" {secret}"):
        assert secret not in remark.text


def test_a_relay_without_login_needs_no_username() -> None:
    assert parameter_remarks("username", "") == ()
    assert severities(parameter_remarks("username", "  ")) == [ERROR]
    assert severities(parameter_remarks("username", "cam@example.com ")) == [WARNING]
    assert parameter_remarks("username", "cam@example.com") == ()


def test_a_record_needs_a_name_without_control_characters() -> None:
    assert severities(remarks_of(check_record_name, " ")) == [ERROR]
    assert severities(remarks_of(check_record_name, "a\tb")) == [ERROR]
    assert severities(remarks_of(check_record_name, "a" * 256)) == [ERROR]
    assert severities(remarks_of(check_record_name, "PRIMARY ")) == [WARNING]
    assert remarks_of(check_record_name, "Zürich relay / 2") == ()


def test_a_parameter_is_validated_by_its_name() -> None:
    assert has_error(parameter_remarks("hostname", "a b"))
    assert has_error(parameter_remarks("port", "x"))
    assert has_error(parameter_remarks("password", "***"))
    assert has_error(parameter_remarks("api_token", "•••"))
    assert not has_error(parameter_remarks("note", "***"))
    assert has_error(parameter_remarks("note", "a\x1bb"))


@given(name=st.sampled_from(FORM_ORDER) | ANY_TEXT, text=ANY_TEXT)
def test_no_text_makes_a_validator_raise(name: str, text: str) -> None:
    assert all(remark.text.strip() for remark in parameter_remarks(name, text))
    remarks_of(check_record_name, text)
    port_remarks(text, parse_port(text))


@given(ANY_TEXT)
def test_a_host_name_that_passes_holds_only_what_was_promised(text: str) -> None:
    if not has_error(parameter_remarks("hostname", text)):
        assert set(text.lower()) <= set("abcdefghijklmnopqrstuvwxyz0123456789-_.:[]")
