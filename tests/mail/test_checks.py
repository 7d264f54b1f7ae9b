"""Checks refuse what cannot work, warn of what is likely wrong, and never raise."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtp_tui.mail import checks
from smtp_tui.mail.checks import Finding, Severity, has_error

ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=()), max_size=300)
ERROR, WARNING, HINT = Severity.ERROR, Severity.WARNING, Severity.HINT


def severities(findings: tuple[Finding, ...]) -> list[Severity]:
    return [finding.severity for finding in findings]


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
def test_a_name_or_address_of_a_mail_server_passes_without_a_word(text: str) -> None:
    assert checks.check_hostname(text) == ()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "Type the name"),
        ("  ", "Type the name"),
        ("smtp://mail.example.com", "://"),
        ("user@mail.example.com", "@"),
        ("mail.example.com/x", "/"),
        ("mail.example.com?x", "?"),
        ("mail.example.com#x", "#"),
        ("mail\\example", "\\"),
        ("mail example.com", "spaces"),
        (" mail.example.com", "spaces"),
        ("mail.example.com\n", "control"),
        ("mail\x00.example.com", "control"),
        ("mail.example.com:587", "port"),
        ("mail..example.com", "dot"),
        (".example.com", "dot"),
        ("mail!.example.com", "Only letters"),
        ("10.0.0.256", "IPv4"),
        ("10.1", "IPv4"),
        ("2001:db8::zz", "IPv6"),
        ("fe80::1%eth0", "%"),
        ("[2001:db8::25", "IPv6"),
        ("a" * 64 + ".example", "63"),
        ("a." * 130 + "example", "253"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("mail\udc80.example", "bytes"),
    ],
)
def test_a_wrong_host_name_is_refused_with_the_reason(text: str, reason: str) -> None:
    findings = checks.check_hostname(text)
    assert severities(findings) == [ERROR]
    assert reason in findings[0].text


@pytest.mark.parametrize("text", ["mail.example.com.", "[2001:db8::25]", "-mail.example.com"])
def test_an_unusual_host_name_is_allowed_with_a_warning(text: str) -> None:
    assert severities(checks.check_hostname(text)) == [WARNING]


@pytest.mark.parametrize("text", ["localhost", "127.0.0.1", "::1"])
def test_a_loopback_host_is_said_to_be_the_cam_server(text: str) -> None:
    findings = checks.check_hostname(text)
    assert severities(findings) == [HINT]
    assert "CAM server" in findings[0].text


@pytest.mark.parametrize(("text", "port"), [("25", 25), (" 587 ", 587), ("0465", 465)])
def test_a_typed_port_is_read_as_a_number(text: str, port: int) -> None:
    assert checks.parse_port(text) == port
    assert checks.check_port(text) == ()


@pytest.mark.parametrize(
    "text", ["", " ", "0", "65536", "-1", "+25", "2 5", "25.0", "smtp", "²", "٢٥", "9" * 5000]
)
def test_what_is_no_port_is_refused(text: str) -> None:
    assert checks.parse_port(text) is None
    assert severities(checks.check_port(text)) == [ERROR]


@pytest.mark.parametrize(
    ("host", "port", "severity", "word"),
    [
        ("mail.example.com", 465, WARNING, "first byte"),
        ("smtp.gmail.com", 465, WARNING, "587"),
        ("smtp.gmail.com", 2525, WARNING, "Gmail documents port 587"),
        ("mail.example.com", 993, WARNING, "IMAP"),
        ("mail.example.com", 110, WARNING, "POP3"),
        ("mail.example.com", 443, WARNING, "web"),
        ("mail.example.com", 25, HINT, "block"),
        ("mail.example.com", 587, HINT, "STARTTLS"),
        ("mail.example.com", 2525, HINT, "2525"),
    ],
)
def test_a_port_is_explained_for_its_host(
    host: str, port: int, severity: Severity, word: str
) -> None:
    (finding,) = checks.check_port_for_host(host, port)
    assert finding.severity is severity
    assert word in finding.text


def test_a_web_port_that_the_provider_documents_is_no_mistake() -> None:
    assert checks.check_port_for_host("in-v3.mailjet.com", 80) == ()


@pytest.mark.parametrize(
    ("port", "hint"),
    [
        (25, None),
        (587, None),
        ("587", None),
        (2525, None),
        (465, "465 wants TLS at once"),
        ("993", "IMAP port, not SMTP"),
        (80, "web port, not SMTP"),
        (None, "no port set"),
        ("", "no port set"),
        ("abc", "not a port number"),
        (0, "not a port number"),
        (-25, "not a port number"),
    ],
)
def test_the_table_hints_at_ports_that_look_wrong(port: int | str | None, hint: str | None) -> None:
    assert checks.port_hint(port) == hint


@given(st.integers() | ANY_TEXT | st.none())
def test_a_port_hint_fits_its_column(port: int | str | None) -> None:
    assert len(checks.port_hint(port) or "") <= 24


@pytest.mark.parametrize("text", ["*", "*****", "•••", "**••", " ***** ", "●●●"])
def test_a_mask_is_refused_as_a_password(text: str) -> None:
    findings = checks.check_password(text)
    assert severities(findings) == [ERROR]


@pytest.mark.parametrize("text", ["a\nb", "a\x00", "\x1b[31m", "\x7f", "a\u2028b", "\ud800"])
def test_a_password_with_control_characters_is_refused(text: str) -> None:
    assert severities(checks.check_password(text)) == [ERROR]


def test_a_password_with_a_space_around_is_warned_of() -> None:
    assert severities(checks.check_password(" secret")) == [WARNING]
    assert severities(checks.check_password("secret ")) == [WARNING]
    assert checks.check_password("s*cr et*") == ()


def test_an_empty_password_says_nothing_for_nothing_was_typed() -> None:
    assert checks.check_password("") == ()


def test_a_relay_without_login_needs_no_username() -> None:
    assert severities(checks.check_username("")) == [HINT]
    assert severities(checks.check_username("  ")) == [ERROR]
    assert severities(checks.check_username("cam@example.com ")) == [WARNING]
    assert checks.check_username("cam@example.com") == ()


@pytest.mark.parametrize(
    "text",
    ["you@example.com", "a.b+c@mail.example.org", "o'brien@example.ie", "x@xn--bcher-kva.de"],
)
def test_one_plain_address_passes_as_a_recipient(text: str) -> None:
    assert checks.check_recipient(text) == ()
    assert checks.recipient_to_send(text) == text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "Type the address"),
        ("you", "has an @"),
        ("@example.com", "nothing before"),
        ("you@", "nothing after"),
        ("a@example.com,b@example.com", "One address"),
        ("a@example.com;b@example.com", "One address"),
        ("a@b@example.com", "One address"),
        ("You <you@example.com>", "alone"),
        ("you@example.com\r\nBcc: x@example.com", "control"),
        ("you\x00@example.com", "control"),
        ("you @example.com", "spaces"),
        (" you@example.com", "spaces"),
        ("a" * 65 + "@example.com", "64"),
        ("a@" + "b" * 64 + ".com", "domain"),
        ("a@" + "b." * 130 + "com", "254"),
        (".you@example.com", "before the @"),
        ("y..ou@example.com", "before the @"),
        ('"you"@example.com', "Quotes"),
        ("münchen@example.com", "ASCII"),
        ("you@exam_ple.com", "domain"),
        ("you@example..com", "domain"),
        ("you@10.0.0.1", "IP address"),
        ("you@[10.0.0.300]", "IP address"),
        ("you@straße.example", "no certain ASCII form"),
    ],
)
def test_a_wrong_recipient_is_refused_with_the_reason(text: str, reason: str) -> None:
    findings = checks.check_recipient(text)
    assert severities(findings) == [ERROR]
    assert reason in findings[0].text
    assert checks.recipient_to_send(text) is None


def test_an_international_domain_is_sent_as_a_labels_and_says_so() -> None:
    (finding,) = checks.check_recipient("you@bücher.example")
    assert finding.severity is HINT
    assert "xn--bcher-kva.example" in finding.text
    assert checks.recipient_to_send("you@bücher.example") == "you@xn--bcher-kva.example"


@given(ANY_TEXT | st.from_regex(r"\A\S{0,70}@[^\s@]{1,260}\Z"))
def test_what_is_sent_as_recipient_is_always_one_ascii_line_within_the_limit(text: str) -> None:
    address = checks.recipient_to_send(text)
    if address is not None:
        assert address.isascii()
        assert address.isprintable()
        assert address.count("@") == 1
        assert len(address) <= 254


@given(ANY_TEXT)
def test_a_host_name_that_passes_holds_only_what_was_promised(text: str) -> None:
    if not has_error(checks.check_hostname(text)):
        allowed = "abcdefghijklmnopqrstuvwxyz0123456789-_.:[]"
        assert set(text.lower()) <= set(allowed)


def test_a_record_needs_a_name_without_control_characters() -> None:
    assert severities(checks.check_record_name(" ")) == [ERROR]
    assert severities(checks.check_record_name("a\tb")) == [ERROR]
    assert severities(checks.check_record_name("a" * 256)) == [ERROR]
    assert severities(checks.check_record_name("PRIMARY ")) == [WARNING]
    assert checks.check_record_name("Zürich relay / 2") == ()


def test_a_tenant_team_or_namespace_has_no_control_and_no_space_around() -> None:
    assert severities(checks.check_scope_id("")) == [ERROR]
    assert severities(checks.check_scope_id("all ")) == [ERROR]
    assert severities(checks.check_scope_id("al\nl")) == [ERROR]
    assert checks.check_scope_id("f58e4d39-ac01-40fb-b259-88cd9a33f8e8") == ()


def test_a_parameter_is_checked_by_its_name() -> None:
    assert has_error(checks.check_parameter("hostname", "a b"))
    assert has_error(checks.check_parameter("port", "x"))
    assert has_error(checks.check_parameter("password", "***"))
    assert has_error(checks.check_parameter("api_token", "•••"))
    assert not has_error(checks.check_parameter("note", "***"))
    assert has_error(checks.check_parameter("note", "a\x1bb"))


@given(name=ANY_TEXT, text=ANY_TEXT)
def test_no_text_makes_a_check_raise(name: str, text: str) -> None:
    for known in ("hostname", "port", "username", "password", name):
        findings = checks.check_parameter(known, text)
        assert all(finding.text.strip() for finding in findings)
    checks.check_recipient(text)
    checks.check_record_name(text)
    checks.check_scope_id(text)
    checks.check_port_for_host(text, checks.parse_port(text))


@given(st.text(alphabet="0123456789§", min_size=6))
def test_a_finding_about_a_password_never_repeats_it(secret: str) -> None:
    for finding in checks.check_password(f" {secret}"):
        assert secret not in finding.text
