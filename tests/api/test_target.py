"""A host is read as people type it; anything that could mean another place is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtp_tui.api.target import CaFile, HostRefused, Origin, Pinned, Scope, Target, parse_origin

NAMES = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?(\.[a-z]{2,8}){0,3}", fullmatch=True)
ADDRESSES = st.ip_addresses().map(str)
PORTS = st.none() | st.integers(1, 65535)


def _origin_or_words(text: str, port: int | None) -> Origin | str:
    try:
        return parse_origin(text, port, allow_http=True)
    except HostRefused as error:
        return str(error)


@given(st.text(max_size=40) | st.text(alphabet="ab1.:/[]@?#\\% h-_", max_size=20), PORTS)
def test_any_text_is_an_origin_or_refused_in_words(text: str, port: int | None) -> None:
    origin = _origin_or_words(text, port)
    if isinstance(origin, str):
        assert origin
        assert origin.isprintable()
        return
    assert origin.scheme in ("http", "https")
    assert not set(origin.host) & set("@/?#\\%[] \t\r\n")
    assert origin.url.startswith(f"{origin.scheme}://")
    assert parse_origin(origin.url, allow_http=True) == origin
    assert parse_origin(origin.text, allow_http=True) == origin


@given(NAMES | ADDRESSES, PORTS)
def test_every_name_and_address_is_an_origin(host: str, port: int | None) -> None:
    origin = parse_origin(host, port)
    assert (origin.scheme, origin.port) == ("https", port)
    assert origin.host == (Origin("https", host).host if ":" not in host else origin.host)
    assert parse_origin(origin.url) == origin


@pytest.mark.parametrize(
    ("text", "port", "url"),
    [
        ("cam.example.com", None, "https://cam.example.com"),
        ("cam.example.com", 30000, "https://cam.example.com:30000"),
        ("CAM.Example.com:30000", None, "https://cam.example.com:30000"),
        (" https://cam.example.com/ ", None, "https://cam.example.com"),
        ("HTTPS://cam.example.com:443", 443, "https://cam.example.com:443"),
        ("http://localhost:30000", None, "http://localhost:30000"),
        ("http://127.8.9.1", 1, "http://127.8.9.1:1"),
        ("http://[::1]:30000", None, "http://[::1]:30000"),
        ("::1", 30000, "https://[::1]:30000"),
        ("[2001:DB8:0::1]", None, "https://[2001:db8::1]"),
        ("cam_host-1", None, "https://cam_host-1"),
    ],
)
def test_a_host_is_read_with_and_without_scheme_and_port(
    text: str, port: int | None, url: str
) -> None:
    assert parse_origin(text, port).url == url


@pytest.mark.parametrize(
    "text",
    [
        "user:pw@host",
        "https://user:pw@host",
        "user@host",
        "host/path",
        "https://host/path",
        "host//",
        "//host",
        "host?x=1",
        "host#x",
        "host\\x",
        "host%2fx",
        "host name",
        "ho\tst",
        "ho\nst",
        "host\x00",
        "host\u200b",
        "hôst",
        "ｈｏｓｔ",
        "",
        " ",
        "https://",
        ":30000",
        "host:",
        "host:0",
        "host:65536",
        "host:-1",
        "host:３",
        "host:1e3",
        "host:30000:1",
        "[::1",
        "[::1]x",
        "[::1]]",
        "1::2::3",
        "fe80::1%eth0",
        "ftp://host",
        "javascript://host",
        "-host",
        "host-",
        ".host",
        "host.",
        "a..b",
        "a" * 64 + ".example",
        "a." * 130 + "b",
        "$(id)",
        "*",
    ],
)
def test_what_is_more_or_less_than_a_host_is_refused(text: str) -> None:
    with pytest.raises(HostRefused) as caught:
        parse_origin(text, allow_http=True)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    "host", ["cam.example.com", "10.0.0.1", "[2001:db8::1]", "localhost.x", "0x7f.1"]
)
def test_plain_http_goes_to_this_machine_only(host: str) -> None:
    with pytest.raises(HostRefused, match="plain http is allowed to this machine only"):
        parse_origin(f"http://{host}")
    assert parse_origin(f"http://{host}", allow_http=True).scheme == "http"


def test_a_port_said_twice_has_to_be_the_same() -> None:
    assert parse_origin("host:30000", 30000).port == 30000
    with pytest.raises(
        HostRefused, match="port 443 in the host differs from the profile's port 30000"
    ):
        parse_origin("host:443", 30000)


def test_the_password_of_a_refused_host_is_not_repeated() -> None:
    with pytest.raises(HostRefused) as caught:
        parse_origin("https://user:pw-Sentinel@host")
    assert "Sentinel" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("https://cam.example.com:30000", "cam.example.com:30000"),
        ("http://localhost:1", "http://localhost:1"),
        ("https://[::1]:443", "[::1]:443"),
    ],
)
def test_a_place_is_named_with_its_scheme_only_where_it_is_not_safe(url: str, text: str) -> None:
    assert parse_origin(url).text == text


def test_tokens_are_issued_where_the_profile_says_else_at_the_vendors_port() -> None:
    origin = parse_origin("cam.example.com:30000")
    other = parse_origin("cp-console.example.com")
    assert Target("p", origin, Scope("t")).identity_origin.url == "https://cam.example.com:8443"
    assert Target("p", origin, Scope("t"), identity=other).identity_origin == other


@given(st.binary(min_size=32, max_size=32))
def test_a_fingerprint_is_read_in_every_usual_spelling(digest: bytes) -> None:
    colons = ":".join(f"{byte:02X}" for byte in digest)
    assert Pinned(colons) == Pinned(digest.hex()) == Pinned(f" {digest.hex().upper()} ")


@pytest.mark.parametrize("text", ["", "ab", "g" * 64, "a" * 63, "a" * 65])
def test_what_is_no_fingerprint_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="64 hexadecimal digits"):
        Pinned(text)


def test_a_pin_for_one_server_says_nothing_of_a_ca_file() -> None:
    target = Target("p", parse_origin("h"), Scope("t"), trust=CaFile(Path("/ca.pem")))
    assert target.trust_for(target.identity_origin) == CaFile(Path("/ca.pem"))
