"""Every parameter has a spec, and what looks secret is secret."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtp_tui.api.models import is_secret_name
from smtp_tui.mail.parameters import FORM_ORDER, KNOWN, ParameterKind, spec_for

ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=()), max_size=60)


def test_the_form_starts_with_hostname_port_username_password() -> None:
    assert FORM_ORDER == ("hostname", "port", "username", "password")
    assert [spec.order for spec in KNOWN] == sorted(spec.order for spec in KNOWN)


def test_only_the_password_of_the_known_parameters_is_secret_name() -> None:
    assert [spec.name for spec in KNOWN if spec.secret] == ["password"]
    assert spec_for("password").kind is ParameterKind.SECRET


def test_an_unknown_name_gets_a_plain_spec_that_comes_after_the_known_ones() -> None:
    spec = spec_for("from_address")
    assert (spec.name, spec.label, spec.kind, spec.secret) == (
        "from_address",
        "from_address",
        ParameterKind.TEXT,
        False,
    )
    assert spec.order > max(known.order for known in KNOWN)


@pytest.mark.parametrize(
    "name",
    [
        "password",
        "Password",
        "SMTP_PASSWORD",
        "passwd",
        "pwd",
        "smtpPwd",
        "secret",
        "clientSecret",
        "token",
        "access-token",
        "api_key",
        "apikey",
        "API-Key",
        "private_key",
        "privateKey",
        "pass",
        "passphrase",
        "credentials",
        "ｐａｓｓｗｏｒｄ",
        "pass word",
    ],
)
def test_a_name_that_looks_secret_is_secret_in_any_spelling(name: str) -> None:
    assert is_secret_name(name)
    assert spec_for(name).secret
    assert spec_for(name).kind is ParameterKind.SECRET


@pytest.mark.parametrize(
    "name", ["hostname", "port", "username", "from", "bypass", "compass", "keyboard", ""]
)
def test_an_ordinary_name_is_not_secret(name: str) -> None:
    assert not is_secret_name(name)


@given(ANY_TEXT)
def test_every_name_has_a_spec_under_its_own_name(name: str) -> None:
    assert spec_for(name).name == name
    assert spec_for(name).secret == is_secret_name(name)
