from __future__ import annotations

import pytest
from msgspec.structs import replace

from smtp_tui.api.target import Access, HostRefused, Origin, Pinned, Scope, Unverified
from smtp_tui.profiles.choosing import environment_profile
from smtp_tui.profiles.model import (
    FIELDS,
    Environment,
    Profile,
    Variables,
    changed,
    check_profile,
    check_stored,
    guessed_environment,
)
from smtp_tui.profiles.sources import CommandToken, EnvironmentToken, LoginToken, PromptToken

GOOD = Profile("production", "cam.example.com", tenant="t", port=30000)


def test_a_target_carries_all_that_the_client_needs() -> None:
    pin = Pinned("ab" * 32)
    target = replace(
        GOOD, team="ops", namespace="default", access=Access.READ_ONLY, trust=pin
    ).target()
    assert target.name == "production"
    assert target.origin == Origin("https", "cam.example.com", 30000)
    assert target.scope == Scope("t", "ops", "default")
    assert (target.access, target.trust) == (Access.READ_ONLY, pin)
    assert target.identity_origin == Origin("https", "cam.example.com", 8443)
    assert replace(GOOD, trust=Unverified()).target().trust == Unverified()
    assert target.test_emails
    assert not replace(GOOD, test_emails=False).target().test_emails


def test_the_identity_url_is_where_tokens_are_issued() -> None:
    target = replace(GOOD, identity_url="https://cp-console.example.com/").target()
    assert target.identity_origin == Origin("https", "cp-console.example.com", None)


def test_plain_http_goes_to_this_machine_only_unless_the_profile_says_so() -> None:
    assert replace(GOOD, host="http://127.0.0.1").target().origin.scheme == "http"
    with pytest.raises(HostRefused, match="plain http"):
        replace(GOOD, host="http://cam.example.com").target()
    assert replace(GOOD, host="http://cam.example.com", allow_http=True).target()


def test_a_good_profile_has_no_problems() -> None:
    for source in (PromptToken(), EnvironmentToken("A_1"), LoginToken("a"), CommandToken(("a",))):
        assert check_profile(replace(GOOD, token=source, environment=Environment.TEST)) == ()


@pytest.mark.parametrize(
    ("profile", "field"),
    [
        (replace(GOOD, name=""), "name"),
        (replace(GOOD, name=" a"), "name"),
        (replace(GOOD, name="-a"), "name"),
        (replace(GOOD, name="a\x1bb"), "name"),
        (replace(GOOD, name="x" * 65), "name"),
        (replace(GOOD, name="environment"), "name"),
        (replace(GOOD, host=""), "host"),
        (replace(GOOD, host="user:secret@host"), "host"),
        (replace(GOOD, host="host/path"), "host"),
        (replace(GOOD, host="host:8443"), "host"),
        (replace(GOOD, identity_url="ftp://host"), "identity_url"),
        (replace(GOOD, tenant=""), "tenant"),
        (replace(GOOD, tenant="a\nb"), "tenant"),
        (replace(GOOD, team=""), "team"),
        (replace(GOOD, team="a\x00"), "team"),
        (replace(GOOD, namespace=" a"), "namespace"),
        (replace(GOOD, label="x" * 255), "label"),
        (replace(GOOD, recipient="a\r\nb"), "recipient"),
        (replace(GOOD, token=EnvironmentToken("NOT A NAME")), "token"),
        (replace(GOOD, token=EnvironmentToken("")), "token"),
        (replace(GOOD, token=CommandToken(())), "token"),
        (replace(GOOD, token=CommandToken(("a", "\0"))), "token"),
        (replace(GOOD, token=LoginToken("")), "token"),
    ],
)
def test_each_problem_is_named_with_its_field_and_in_words(profile: Profile, field: str) -> None:
    assert [found for found, words in check_profile(profile) if words] == [field]


def test_a_profile_may_be_stored_before_its_tenant_is_known() -> None:
    assert check_stored(replace(GOOD, tenant="")) == ()


CAM = {
    "CAM_HOST": "cam.example.com",
    "CAM_PORT": "30000",
    "CAM_TENANT_ID": "t-1",
    "CAM_BEARER_TOKEN": "secret",
    "ICP_TEAM": "ops",
    "NAMESPACE": "default",
}


def test_the_vendors_variables_make_the_profile_called_environment() -> None:
    assert environment_profile(CAM) == Profile(
        name="environment",
        host="cam.example.com",
        port=30000,
        tenant="t-1",
        team="ops",
        namespace="default",
        token=EnvironmentToken("CAM_BEARER_TOKEN"),
        variables=Variables("CAM_HOST", "CAM_PORT", "CAM_TENANT_ID", "CAM_BEARER_TOKEN"),
    )


def test_the_variables_of_later_products_make_it_too() -> None:
    for family in ("TSA", "MCM"):
        profile = environment_profile(
            {
                f"{family}_HOSTNAME": "https://cp.example.com",
                f"{family}_TENANT_ID": "t-2",
                f"{family}_BEARER_TOKEN": "secret",
                "MCM_TEAM": "ops",
            }
        )
        assert profile is not None
        assert profile.target().origin == Origin("https", "cp.example.com", None)
        assert (profile.tenant, profile.team) == ("t-2", "ops")
        assert profile.token == EnvironmentToken(f"{family}_BEARER_TOKEN")


def test_the_token_of_one_product_is_never_taken_to_the_host_of_another() -> None:
    profile = environment_profile(
        {"CAM_HOST": "cam.example.com", "TSA_BEARER_TOKEN": "secret", "TSA_HOSTNAME": "tsa"}
    )
    assert profile is not None
    assert (profile.host, profile.token) == ("cam.example.com", PromptToken())


def test_without_a_host_there_is_no_such_profile() -> None:
    assert environment_profile({}) is None
    assert environment_profile({**CAM, "CAM_HOST": " "}) is None


def test_a_port_variable_that_is_no_port_is_refused_in_words() -> None:
    for digits in ("abc", "0", "99999", "123456", "+80", "٣"):
        profile = environment_profile({**CAM, "CAM_PORT": digits})
        assert profile is not None
        with pytest.raises(HostRefused, match="must be a number from 1 to 65535"):
            profile.target()


def test_no_token_is_in_the_profile_itself() -> None:
    assert "secret" not in repr(environment_profile(CAM))


def test_every_field_is_declared_with_all_that_file_form_and_command_line_need() -> None:
    assert [field.name for field in FIELDS] == [
        name for name in Profile.__struct_fields__ if name != "variables"
    ]
    for field in FIELDS:
        value = getattr(GOOD, field.name)
        assert field.label
        assert field.hint
        assert field.codec.check(value) is None
        assert field.parse(field.text(GOOD)) == value
        if value is not None:
            assert field.codec.from_toml(field.codec.toml(value)) == value


def test_a_blank_text_is_the_default() -> None:
    for field in FIELDS[2:]:
        assert field.parse("") == getattr(Profile("a", "h"), field.name)


@pytest.mark.parametrize(
    ("text", "environment"),
    [
        ("production", Environment.PRODUCTION),
        ("cam-prod01.example.com", Environment.PRODUCTION),
        ("PRD", Environment.PRODUCTION),
        ("live.example.com", Environment.PRODUCTION),
        ("non-prod", Environment.PRODUCTION),  # in doubt the one that is handled with care
        ("stg-2", Environment.STAGING),
        ("pre-prod", Environment.STAGING),
        ("cam_uat", Environment.STAGING),
        ("qa1", Environment.STAGING),
        ("test.example.com", Environment.TEST),
        ("dev", Environment.TEST),
        ("demo-europe", Environment.TEST),
        ("sandbox", Environment.TEST),
        ("lab2", Environment.TEST),
        ("latest.products.example.com", Environment.OTHER),
        ("", Environment.OTHER),
    ],
)
def test_the_environment_is_guessed_from_a_word(text: str, environment: Environment) -> None:
    assert guessed_environment(text) is environment


def test_the_name_tells_more_of_the_environment_than_the_host() -> None:
    assert Profile("test", "prod.example.com").guessed_environment is Environment.TEST
    assert Profile("cam", "prod.example.com").guessed_environment is Environment.PRODUCTION
    assert Profile("cam", "host", label="UAT").guessed_environment is Environment.STAGING


def test_the_badge_is_the_label_or_the_environment_or_the_name() -> None:
    assert replace(GOOD, environment=Environment.STAGING, label="STAGE 2").badge == "STAGE 2"
    assert replace(GOOD, environment=Environment.STAGING).badge == "STAGING"
    assert replace(GOOD, environment=Environment.OTHER).badge == "production"


def test_another_tenant_takes_no_name_with_it() -> None:
    named = replace(GOOD, tenant_name="ICP Account")
    assert changed(named, host="other.example.com").tenant_name == "ICP Account"
    assert changed(named, tenant="other").tenant_name == ""
    assert changed(named, tenant="other", tenant_name="Other").tenant_name == "Other"
