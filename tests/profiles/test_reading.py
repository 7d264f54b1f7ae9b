from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtp_tui.api.target import Access, CaFile, Pinned, SystemTrust, Unverified
from smtp_tui.profiles.model import FIELDS, Environment, Profile
from smtp_tui.profiles.sources import CommandToken, EnvironmentToken, LoginToken, PromptToken
from smtp_tui.profiles.store import Profiles, profiles_of
from smtp_tui.profiles.toml import TomlProblem, parse_toml

FILE = Path("/etc/smtp-tui/profiles.toml")
WHOLE = """\
# ours
schema = 1
default = "production"

[profiles.production]
host = "cam.example.com"
port = 30000
tenant = "t-1"
team = "ops"
namespace = "default"
access = "protected"
label = "PROD"
environment = "staging"
identity_url = "https://cam.example.com:8443"
allow_http = false
recipient = "ops@example.com"
trust = { ca_file = "ca.pem" }
token = { command = ["pass", "show", "cam"] }

[profiles."test host"]
host = "localhost"
"""


def read(text: str) -> Profiles:
    return profiles_of(parse_toml(text, FILE))


def only(lines: str) -> Profile:
    return read(f'[profiles.a]\nhost = "h"\n{lines}').profiles[0]


def mistake(text: str) -> TomlProblem:
    """The one mistake in a text: in the file, outside of its profiles, or in one of them."""
    try:
        found = read(text)
    except TomlProblem as problem:
        return problem
    (mistake,) = (*filter(None, [found.problem]), *(broken.problem for broken in found.broken))
    return mistake


def test_every_key_is_read() -> None:
    assert read(WHOLE) == Profiles(
        profiles=(
            Profile(
                name="production",
                host="cam.example.com",
                port=30000,
                tenant="t-1",
                team="ops",
                namespace="default",
                access=Access.PROTECTED,
                label="PROD",
                environment=Environment.STAGING,
                identity_url="https://cam.example.com:8443",
                recipient="ops@example.com",
                trust=CaFile(Path("/etc/smtp-tui/ca.pem")),
                token=CommandToken(("pass", "show", "cam")),
            ),
            Profile(name="test host", host="localhost", environment=Environment.TEST),
        ),
        default="production",
    )


@pytest.mark.parametrize(
    ("lines", "environment"),
    [
        ('colour = "red"', Environment.PRODUCTION),
        ('colour = "yellow"', Environment.STAGING),
        ('colour = "green"', Environment.TEST),
        ('colour = "blue"', Environment.OTHER),
        ('label = "PROD"\ncolour = "green"', Environment.TEST),
        ('environment = "test"\ncolour = "red"', Environment.TEST),
        ('label = "PROD"', Environment.PRODUCTION),
        ("", Environment.OTHER),
    ],
)
def test_a_profile_that_names_no_environment_has_that_of_its_colour_or_its_words(
    lines: str, environment: Environment
) -> None:
    assert only(lines).environment is environment


def test_an_empty_file_holds_no_profiles() -> None:
    assert read("") == read("# nothing\n") == Profiles()


def test_the_forms_of_trust_and_token() -> None:
    assert only('trust = "system"').trust == SystemTrust()
    assert only('trust = "off"').trust == Unverified()
    assert only(f'trust = {{ pin = "{"AB:" * 31}AB" }}').trust == Pinned("ab" * 32)
    assert only('trust = { ca_file = "/x/ca.pem" }').trust == CaFile(Path("/x/ca.pem"))
    assert only('token = "prompt"').token == PromptToken()
    assert only('token = { env = "T" }').token == EnvironmentToken("T")
    assert only('token = { login = "admin" }').token == LoginToken("admin")
    assert only("[profiles.a.token]\nlogin = 'admin'").token == LoginToken("admin")


def test_a_newer_schema_is_read_only() -> None:
    found = read('schema = 2\n[profiles.a]\nhost = "h"\nhosts = ["h"]\n')
    assert found.profiles == (Profile("a", "h"),)
    assert found.read_only_why is not None
    assert "newer smtp-tui (schema 2, this one knows 1)" in found.read_only_why


FAULTS = [
    # what is replaced by what, line, column, words
    ('environment = "staging"', "environment = ", 13, 15, "not valid TOML: a value is missing"),
    ('environment = "staging"', "environment = test", 13, 15, "or needs quotes around it"),
    ('environment = "staging"', 'environment = "staging', 13, 23, "a quote is not closed"),
    ('environment = "staging"', "environment staging", 13, 13, "need a = between them"),
    ('environment = "staging"', 'environment = "staging" x', 13, 25, "after the value"),
    ("port = 30000", "port = 30000\nport = 1", 8, 9, "this name has a value already"),
    ('[profiles."test host"]', "[profiles.test host]", 20, 16, "quotes around a name with spaces"),
    ('[profiles."test host"]', "[profiles.production]", 20, 21, "stands there already"),
    ("port = 30000", 'port = "30000"', 7, 1, "without quotes"),
    ("port = 30000", "port = true", 7, 1, "without quotes"),
    ("port = 30000", "port = 70000", 7, 1, "from 1 to 65535"),
    ('host = "cam.example.com"', 'host = "a b"', 6, 1, "without spaces"),
    ('host = "cam.example.com"', "host = 7", 6, 1, "text in quotes"),
    ('host = "localhost"', 'tenant = "t"', 20, 2, "has no host"),
    ('access = "protected"', '  access = "readonly"', 11, 3, 'did you mean "read-only"'),
    ('access = "protected"', 'acces = "read-only"', 11, 1, 'did you mean "access"'),
    ('environment = "staging"', 'enviroment = "test"', 13, 1, 'did you mean "environment"'),
    ('environment = "staging"', 'environment = "tst"', 13, 1, 'did you mean "test"'),
    ("allow_http = false", 'allow_http = "no"', 15, 1, "true or false"),
    ('{ ca_file = "ca.pem" }', '"none"', 17, 1, "trust: must be"),
    ('{ ca_file = "ca.pem" }', '{ cafile = "x" }', 17, 1, 'did you mean "ca_file"'),
    ('{ ca_file = "ca.pem" }', '{ pin = "abc" }', 17, 1, "64 hexadecimal digits"),
    ('{ ca_file = "ca.pem" }', '{ pin = "a", ca_file = "b" }', 17, 1, "trust: must be"),
    ('["pass", "show", "cam"]', '"pass show cam"', 18, 1, "token: must be"),
    ('["pass", "show", "cam"]', "[]", 18, 1, "needs a program"),
    ('["pass", "show", "cam"]', '["pass", 1]', 18, 1, "token: must be"),
    ('{ command = ["pass", "show", "cam"] }', '{ envi = "A" }', 18, 1, 'did you mean "env"'),
    ('default = "production"', 'default = "prodction"', 3, 1, 'did you mean "production"'),
    ('default = "production"', "default = 1", 3, 1, "must be the name of a profile"),
    ('default = "production"', 'defualt = "production"', 3, 1, 'did you mean "default"'),
    ("schema = 1", 'schema = "1"', 2, 1, "schema must be a number"),
    ("schema = 1", "schema = 0", 2, 1, "schema must be a number"),
    ('[profiles."test host"]', "[profiles.environment]", 20, 2, "reserved for the profile"),
    ('team = "ops"', 'team = "a\\u001b[31m"', 9, 1, "control character"),
]


@pytest.mark.parametrize(("old", "new", "line", "column", "words"), FAULTS)
def test_a_mistake_is_named_with_file_line_and_column(
    old: str, new: str, line: int, column: int, words: str
) -> None:
    assert WHOLE.count(old) == 1
    problem = mistake(WHOLE.replace(old, new))
    assert words in problem.words
    assert (problem.line, problem.column) == (line, column)
    assert str(problem).startswith(f"{FILE}, line {line}, column {column}: ")


def test_a_key_of_before_is_not_suggested() -> None:
    words = mistake(WHOLE.replace('environment = "staging"', 'colur = "red"')).words
    assert words == 'Unknown key "colur"'


BAD_VALUES = {
    "host": ['"a b"', '"ftp://h"', '"http://h.example"', '"https://u:p@h"', "7", '"h:1"'],
    "port": ["0", '"x"', "true"],
    "tenant": ['"a\\u001b"', "1"],
    "tenant_name": ['"a\\u001b"', "[]"],
    "team": ['"a\\u001b"', "1"],
    "namespace": ['"a\\u001b"', "1"],
    "access": ['"some"', "1"],
    "environment": ['"tst"', "true"],
    "label": ['"a\\u001b"', "1"],
    "token": ['"x"', '{ env = "a b" }', "{ command = [] }", '{ login = "" }', "1"],
    "identity_url": ['"a b"', '"http://h.example"', "1"],
    "trust": ['"no"', '{ pin = "x" }', "1"],
    "proxy": ['"http://u:p@h:1"', '"https://h:1"', '"h"', '"h:0"', '"a b:1"', "1"],
    "allow_http": ['"no"', "1"],
    "test_emails": ['"no"', "1"],
    "recipient": ['"a\\u001b"', "1"],
}


def test_an_error_about_a_key_names_that_key_its_line_and_the_profile() -> None:
    assert list(BAD_VALUES) == [field.name for field in FIELDS[1:]]
    for key, values in BAD_VALUES.items():
        for value in values:
            good = {"host": '"h.example"', "port": "443", "tenant": '"t"'}
            lines = [f"{name} = {text}" for name, text in (good | {key: value}).items()]
            text = "\n".join(["[profiles.good]", 'host = "h"', "[profiles.bad]", *lines])
            (broken,) = read(text).broken
            where = f'line {lines.index(f"{key} = {value}") + 4}, column 1: profile "bad": {key}: '
            assert where in str(broken.problem), text
            assert "u:p@" not in str(broken.problem)


def test_plain_http_behind_a_proxy_is_told_as_a_mistake_of_the_proxy() -> None:
    for key in ("host", "identity_url"):
        text = f'[profiles.a]\nhost = "h"\n{key} = "http://127.0.0.1:1"\nproxy = "p:1"\n'
        (broken,) = read(text.replace('host = "h"\nhost', "host")).broken
        assert broken.problem.words.startswith("proxy: a proxy is used for https only")


def test_the_line_is_found_in_other_layouts_too() -> None:
    layouts = {
        'profiles.a.host = "h"\nprofiles.a.port = "1"\n': 2,
        '[profiles]\na.host = "h"\na.port = "1"\n': 3,
        '[ profiles . "a" ] # x\r\nhost = "h"\r\nport = "1"\r\n': 3,
        '\n[profiles]\na = { host = "h", port = "1" }\n': 3,
        '[profiles.b]\nhost = "h"\nport = 1\n[profiles.a]\nhost = "h"\n"port" = "1"\n': 6,
    }
    for text, line in layouts.items():
        problem = mistake(text)
        assert "port: must be" in problem.words
        assert problem.line == line


def test_a_mistake_in_one_profile_leaves_the_others_usable() -> None:
    found = read(WHOLE.replace('access = "protected"', 'acces = "protected"'))
    assert [profile.name for profile in found.profiles] == ["test host"]
    assert [broken.name for broken in found.broken] == ["production"]
    assert found.broken[0].problem.words == 'Unknown key "acces"; did you mean "access"?'
    assert (found.default, found.problem) == ("production", None)


@pytest.mark.parametrize("key", ["tema", "read_only", "readonly", "protected", "note", "name"])
def test_a_profile_with_an_unknown_key_is_refused_with_its_line(key: str) -> None:
    found = read(f'[profiles.a]\nhost = "h"\n{key} = true\nmore = 1\n[profiles.b]\nhost = "h"\n')
    assert [profile.name for profile in found.profiles] == ["b"]
    (broken,) = found.broken
    assert broken.problem.line == 3
    assert broken.problem.words.startswith(f'Unknown key "{key}"')


@pytest.mark.parametrize(("key", "near"), [("TEAM", '; did you mean "team"?'), ("hosts", "")])
def test_an_unknown_key_is_told_with_the_nearest_that_is_not_there(key: str, near: str) -> None:
    (broken,) = read(f'[profiles.a]\nhost = "h"\n{key} = "x"\n').broken
    assert broken.problem.words == f'Unknown key "{key}"{near}'


@pytest.mark.parametrize("text", ["read_only = true\n", "[profile.b]\nhost = 'h'\n"])
def test_a_file_with_an_unknown_key_outside_of_its_profiles_is_refused(text: str) -> None:
    assert mistake(text + WHOLE.replace("schema = 1", "")).line == 1


def test_a_mistake_outside_of_the_profiles_leaves_them_usable() -> None:
    found = read(WHOLE.replace('default = "production"', 'default = "prodction"'))
    assert [profile.name for profile in found.profiles] == ["production", "test host"]
    assert (found.default, found.broken) == (None, ())
    assert found.problem is not None


def test_the_token_variable_of_a_broken_profile_is_known(tmp_path: Path) -> None:
    for token in ('token = { env = "A_TOKEN" }', 'tokn = { env = "A_TOKEN" }'):
        (broken,) = read(f'[profiles.a]\nhost = "h"\nport = "1"\n{token}').broken
        assert broken.readable.token == EnvironmentToken("A_TOKEN")


PIECES = st.sampled_from(
    [
        *'[]{}=".,\n\\#',
        "profiles",
        "schema = ",
        "default",
        '"a"',
        "a",
        "1",
        "{ pin = ",
        '"""',
        "'''",
        "\x00",
        "\ud800",
        "ü",
        *(f"{line}\n" for line in WHOLE.split("\n")),
    ]
)


@given(st.lists(PIECES, max_size=30).map("".join))
def test_any_text_is_either_read_or_refused_at_a_line_of_it(text: str) -> None:
    refusals: list[TomlProblem] = []
    try:
        found = read(text)
    except TomlProblem as error:
        refusals = [error]
    else:
        assert isinstance(tomllib.loads(text), dict)
        refusals += filter(None, [found.problem, *(broken.problem for broken in found.broken)])
    for refusal in refusals:
        assert 1 <= refusal.line <= text.count("\n") + 1
        assert refusal.column >= 1


def test_endless_nesting_is_refused() -> None:
    with pytest.raises(TomlProblem, match="nested"):
        read("a = " + "[" * 100_000)
