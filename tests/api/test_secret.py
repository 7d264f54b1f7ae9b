"""A secret shows itself to nobody by accident, a mask is never sent, and secrets have names."""

from __future__ import annotations

import html
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtp_tui.api.models import Assignment, is_secret_name, mentions_secret
from smtp_tui.api.redaction import without_echo
from smtp_tui.api.secret import MASK, SecretStr, is_mask

ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=()), max_size=40)
LONG_TEXT = st.text(alphabet=st.characters(exclude_categories=()), min_size=3, max_size=40)


@given(ANY_TEXT)
def test_a_secret_shows_a_mask_however_it_is_printed(text: str) -> None:
    secret = SecretStr(text)
    shown = {str(secret), f"{secret}", f"{secret!s}"}
    assert shown == {MASK if text else ""}
    assert repr(secret) == f"SecretStr('{MASK if text else ''}')"
    assert secret.get_secret_value() == text
    assert bool(secret) is bool(text)


@given(ANY_TEXT, ANY_TEXT)
def test_secrets_are_equal_where_their_texts_are(one: str, other: str) -> None:
    assert (SecretStr(one) == SecretStr(other)) is (one == other)
    assert SecretStr(one) == SecretStr(one)
    assert hash(SecretStr(one)) == hash(SecretStr(one))
    assert SecretStr(one) != one


def test_a_secret_has_no_attributes_to_dump() -> None:
    assert not hasattr(SecretStr("x"), "__dict__")


@pytest.mark.parametrize("text", ["*", "*****", "••••", "●●", "∗", "＊＊", "*•*", " **** ", MASK])
def test_a_mask_is_known_in_every_shape_and_never_assigned(text: str) -> None:
    assert is_mask(text)
    with pytest.raises(ValueError, match="a mask cannot be sent as the password"):
        Assignment("password", SecretStr(text))


@pytest.mark.parametrize("text", ["", " ", "a*", "*a*", "x", ". .", "-"])
def test_what_is_no_mask_can_be_a_password(text: str) -> None:
    assert not is_mask(text)
    assert Assignment("password", SecretStr(text)).value == SecretStr(text)


@pytest.mark.parametrize("value", ["open", "", 5, 5.5, True, ["x"], {"a": "b"}])
@pytest.mark.parametrize("name", ["password", "smtp_pass", "apiKey"])
def test_a_secret_is_not_assigned_in_the_open(name: str, value: object) -> None:
    with pytest.raises(ValueError, match=f"the value of {name} must be a SecretStr"):
        Assignment(name, value)  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_a_number_that_json_lacks_is_not_assigned(value: float) -> None:
    with pytest.raises(ValueError, match="the port is not a number that can be sent"):
        Assignment("port", value)


@pytest.mark.parametrize("value", ["*****", 25, "25", None, 2.5, True, [1], {"a": 1}])
def test_an_ordinary_parameter_takes_any_value(value: object) -> None:
    assert Assignment("x-other", value).value == value  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "name",
    [
        "password",
        "PASSWORD",
        "smtpPassword",
        "smtp_pass",
        "mailPass",
        "auth-pass",
        "pw",
        "api_key",
        "API-Key",
        "accessToken",
        "client secret",
        "ｐａｓｓｗｏｒｄ",
        "pass\u200bword",
        "private.key",
        "Credentials",
        "key",
        "bearer",
        "passwd",
        "smtpPwd",
        "clientSecret",
        "passphrase",
    ],
)
def test_a_name_of_a_secret_is_known_in_any_spelling(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name",
    ["hostname", "port", "username", "bypass", "compass", "keyboard", "from", "", "sort_key"],
)
def test_an_ordinary_name_is_no_secret(name: str) -> None:
    assert not is_secret_name(name)


@given(ANY_TEXT, st.sampled_from(["password", "token", "secret"]), ANY_TEXT)
def test_a_text_that_names_a_secret_mentions_one(before: str, name: str, after: str) -> None:
    assert mentions_secret(f"{before} {name} {after}")


@given(LONG_TEXT.filter(lambda text: text not in MASK), st.text(max_size=10))
def test_an_echo_is_masked_in_json_and_in_plain_text(secret: str, around: str) -> None:
    for body in (
        json.dumps({"message": f"{around}{secret}{around}"}).encode(),
        f"{around}{secret}{around}".encode("utf-8", "surrogatepass"),
    ):
        clean = without_echo(body, (secret,))
        assert MASK.encode() in clean
        if secret not in around:
            assert secret.encode("utf-8", "surrogatepass") not in clean.replace(MASK.encode(), b"")


def test_an_echo_is_masked_in_html() -> None:
    secret = 'Tom & <Jerry\'s> "2"'
    page = f"<p>{html.escape(secret)}</p>".encode()
    assert without_echo(page, (secret,)) == f"<p>{MASK}</p>".encode()


@pytest.mark.parametrize("secrets", [(), ("",), ("a",), ("ab",)])
def test_what_is_too_short_to_be_a_secret_is_left_alone(secrets: tuple[str, ...]) -> None:
    assert without_echo(b"abba ab a", secrets) == b"abba ab a"


def test_of_two_secrets_the_longer_is_masked_whole() -> None:
    assert without_echo(b"x hunter22 y hunter", ("hunter", "hunter22")) == (
        f"x {MASK} y {MASK}".encode()
    )
