"""`profiles list|add|set|remove|use|path`: the file changes as told, and in nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from smtp_tui.api.target import Access, CaFile, Pinned, SystemTrust, Unverified
from smtp_tui.profiles.model import Environment, Profile
from smtp_tui.profiles.sources import (
    CommandToken,
    EnvironmentToken,
    LoginToken,
    PromptToken,
    TokenSource,
)
from smtp_tui.profiles.store import ProfileStore
from tests.cli.console import Console, Typist
from tests.failing_sandbox import Sandbox

ADD = ("profiles", "add", "prod", "--host", "cam.example.com:30000", "--tenant", "t-1")


@pytest.fixture
def store(tmp_path: Path) -> ProfileStore:
    return ProfileStore(tmp_path / "config")


def only(store: ProfileStore) -> Profile:
    """The one profile there is."""
    [profile] = store.load().profiles
    return profile


def test_add_writes_every_given_field(empty_console: Console, store: ProfileStore) -> None:
    result = empty_console.run(
        *ADD,
        *("--team", "mail", "--namespace", "ns", "--identity-url", "https://id.example.com"),
        *("--access", "protected", "--label", "PROD", "--environment", "test"),
        *("--token-env", "PROD_TOKEN", "--recipient", "ops@example.com"),
    )
    assert (result.code, result.out) == (0, "")
    profile = only(store)
    assert (profile.host, profile.tenant, profile.team) == ("cam.example.com:30000", "t-1", "mail")
    assert profile.identity_url == "https://id.example.com"
    assert (profile.namespace, profile.label, profile.environment.value) == ("ns", "PROD", "test")
    assert (profile.access, profile.recipient) == (Access.PROTECTED, "ops@example.com")
    assert profile.token == EnvironmentToken("PROD_TOKEN")
    assert store.load().default == "prod"


def test_add_guesses_the_environment_and_set_changes_it(
    empty_console: Console, store: ProfileStore
) -> None:
    assert empty_console.run(*ADD).code == 0
    assert only(store).environment is Environment.PRODUCTION
    assert 'environment = "production"\n' in store.path.read_text()
    assert empty_console.run("profiles", "set", "prod", "--environment", "staging").code == 0
    assert only(store).environment is Environment.STAGING
    wrong = empty_console.run("profiles", "set", "prod", "--environment", "prod")
    assert (wrong.code, only(store).environment) == (2, Environment.STAGING)
    assert "environment: must be one of production, staging, test, other" in wrong.err


@pytest.mark.parametrize(
    ("options", "source"),
    [
        (("--token-env", "T"), EnvironmentToken("T")),
        (
            ("--token-command", "pass show 'cam token'"),
            CommandToken(("pass", "show", "cam token")),
        ),
        (("--token-login", "admin"), LoginToken("admin")),
        (("--token-prompt",), PromptToken()),
        ((), PromptToken()),
    ],
)
def test_each_token_source_can_be_named(
    empty_console: Console, store: ProfileStore, options: tuple[str, ...], source: TokenSource
) -> None:
    assert empty_console.run(*ADD, *options).code == 0
    assert only(store).token == source


def test_a_command_that_writes_names_the_environment_first(empty_console: Console) -> None:
    empty_console.run(*ADD)
    result = empty_console.run("create", "NEW", "port=x", "--yes")
    assert result.err.startswith("profile prod [PRODUCTION] · host cam.example.com:30000 · ")


def test_another_tenant_loses_the_name_of_the_one_before(
    empty_console: Console, store: ProfileStore
) -> None:
    empty_console.run(*ADD, "--tenant-name", "ICP Account")
    assert only(store).tenant_name == "ICP Account"
    empty_console.run("profiles", "set", "prod", "--tenant", "t-2")
    assert (only(store).tenant, only(store).tenant_name) == ("t-2", "")
    empty_console.run("profiles", "set", "prod", "--tenant", "t-3", "--tenant-name", "Three")
    assert (only(store).tenant, only(store).tenant_name) == ("t-3", "Three")


def test_each_kind_of_trust_can_be_named(
    empty_console: Console, store: ProfileStore, tmp_path: Path
) -> None:
    empty_console.run(*ADD)
    for text, trust in (
        ("off", Unverified()),
        (f"pin:{'AB' * 32}", Pinned("ab" * 32)),
        (f"login:{'CD' * 32}", Pinned("", "cd" * 32)),
        (f"pin:{'AB' * 32},login:{'CD' * 32}", Pinned("ab" * 32, "cd" * 32)),
        ("system", SystemTrust()),
        (f"ca:{tmp_path}/ca.pem", CaFile(tmp_path / "ca.pem")),
    ):
        assert empty_console.run("profiles", "set", "prod", "--trust", text).code == 0
        assert only(store).trust == trust
        (told,) = empty_console.run("profiles", "list", "--json").json("profiles")
        again = empty_console.run("profiles", "set", "prod", "--trust", told["trust"])
        assert (again.code, again.err) == (0, "Nothing to change.\n")
    for text in ("on", "pin:12", "login:12", "ca:", "off:x", f"pin:{'ab' * 32},cd"):
        assert empty_console.run("profiles", "set", "prod", "--trust", text).code == 2
    assert only(store).trust == CaFile(tmp_path / "ca.pem")


def test_a_token_command_sees_no_other_profile_s_token(
    console: Console, store: ProfileStore, sandbox: Sandbox, tmp_path: Path
) -> None:
    seen = tmp_path / "seen"
    dump = f"sh -c 'env > {seen}; printenv TEST_TOKEN_FILE'"
    console.setenv(OTHER_TOKEN="planted", TEST_TOKEN_FILE=sandbox.admin_token)
    where = ("--host", sandbox.base_url, "--tenant", sandbox.tenant_id)
    console.run("profiles", "add", "vault", *where, "--token-command", dump)
    console.run("profiles", "add", "other", *where, "--token-env", "OTHER_TOKEN")
    for arguments in (("list", "--profile", "vault"), ("profiles", "check", "vault")):
        assert console.run(*arguments).code == 0
        assert "planted" not in seen.read_text()
        assert "CAM_BEARER_TOKEN" not in seen.read_text()
        seen.unlink()


def test_set_changes_only_the_given_fields(empty_console: Console, store: ProfileStore) -> None:
    empty_console.run(*ADD, "--label", "PROD", "--token-env", "T")
    text = store.path.read_text()
    commented = "# mine\n" + text.replace('label = "PROD"', 'label = "PROD"  # loud')
    store.path.write_text(commented)
    result = empty_console.run("profiles", "set", "prod", "--tenant", "t-2")
    assert result.code == 0
    assert store.path.read_text() == commented.replace('"t-1"', '"t-2"')
    assert (
        empty_console.run("profiles", "set", "prod", "--tenant", "t-2").err
        == "Nothing to change.\n"
    )


def test_another_host_removes_the_port_of_the_old_one(
    empty_console: Console, store: ProfileStore
) -> None:
    store.add(Profile("prod", "old.example.com", 30000, "t-1", "mail"))
    assert empty_console.run("profiles", "set", "prod", "--host", "new.example.com:443").code == 0
    assert only(store) == Profile("prod", "new.example.com:443", None, "t-1", "mail")


def test_rename_keeps_the_default(empty_console: Console, store: ProfileStore) -> None:
    empty_console.run(*ADD)
    renamed = empty_console.run("profiles", "set", "prod", "--rename", "live")
    assert (renamed.code, renamed.err) == (0, "Changed prod, now named live.\n")
    assert (only(store).name, store.load().default) == ("live", "live")


def test_use_makes_the_default_and_only_that(empty_console: Console, store: ProfileStore) -> None:
    empty_console.run(*ADD)
    empty_console.run("profiles", "add", "test", "--host", "test.example.com")
    assert store.load().default == "prod"
    assert empty_console.run("profiles", "use", "test").code == 0
    assert store.load().default == "test"
    assert empty_console.run("profiles", "use", "tset").code == 2
    assert store.load().default == "test"


def test_remove_asks_or_wants_yes(empty_console: Console, store: ProfileStore) -> None:
    empty_console.run(*ADD)
    assert empty_console.run("profiles", "remove", "prod").code == 4
    assert empty_console.run("profiles", "remove", "prod", typist=Typist("no")).code == 4
    assert len(store.load().profiles) == 1
    assert empty_console.run("profiles", "remove", "prod", typist=Typist("yes")).code == 0
    assert store.load().profiles == ()
    empty_console.run(*ADD)
    removed = empty_console.run("profiles", "remove", "prod", "--yes")
    assert (removed.code, store.load().profiles) == (0, ())
    assert "There is no default now" in removed.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("add", "x", "--host", "user:planted@host"), "@"),
        (("add", "x", "--host", "http://cam.example.com"), "plain http"),
        (("add", "environment", "--host", "h"), "environment"),
        (("add", "prod", "--host", "h"), "already"),
        (("add", "x", "--host", "h", "--token-env", "not a name"), "environment variable"),
        (("add", "x", "--host", "h", "--token-command", "pass 'show"), "quote"),
        (("add", "x", "--host", "h", "--access", "no"), "protected"),
        (("add", "x"), "--host"),
        (("set", "prdo", "--team", "x"), "no profile named prdo"),
        (("remove", "prdo", "--yes"), "no profile named prdo"),
        ((), "command"),
    ],
)
def test_what_cannot_be_stored_is_refused_in_one_line_and_the_file_stays(
    empty_console: Console, store: ProfileStore, arguments: tuple[str, ...], words: str
) -> None:
    empty_console.run(*ADD)
    before = store.path.read_bytes()
    result = empty_console.run("profiles", *arguments)
    assert (result.code, result.out, store.path.read_bytes()) == (2, "", before)
    assert words in result.err
    assert "planted" not in result.err
    assert len(result.err.splitlines()) == 1


def test_list_marks_the_default_and_shows_the_profile_of_the_environment(
    console: Console, sandbox: Sandbox, tmp_path: Path
) -> None:
    console.run(*ADD, "--label", "PROD", "--token-command", "pass show cam")
    lines = [line.split() for line in console.run("profiles", "list").out.splitlines()]
    assert lines[1][0] == "environment"
    assert lines[2][:4] == ["*", "prod", "[PROD]", "production"]
    assert lines[2][4] == "cam.example.com:30000"
    first, second = console.run("profiles", "list", "--json").json("profiles")
    assert (first["token"], second["token"]) == ("$CAM_BEARER_TOKEN", "command pass")
    assert (first["default"], second["default"]) == (False, True)
    assert sandbox.admin_token not in console.run("profiles", "list", "--json").out


def test_path_names_the_file_there_or_not(empty_console: Console, store: ProfileStore) -> None:
    result = empty_console.run("profiles", "path")
    assert (result.code, result.out) == (0, f"{store.path}\n")


def test_a_file_that_is_not_understood_is_named_with_its_line_and_left(
    empty_console: Console, store: ProfileStore
) -> None:
    store.path.parent.mkdir(mode=0o700)
    store.path.write_text("schema = 1\n[profiles.a]\nhost = \n")
    for arguments in (("list",), ("profiles", "list"), ADD):
        result = empty_console.run(*arguments)
        assert (result.code, result.out) == (2, "")
        assert f"{store.path}, line 3" in result.err
    assert store.path.read_text().endswith("host = \n")


@pytest.fixture
def broken(console: Console, store: ProfileStore, sandbox: Sandbox) -> Console:
    """A file with a good profile, which is the default, and a broken one."""
    where = ("--host", sandbox.base_url, "--tenant", sandbox.tenant_id)
    console.run("profiles", "add", "good", *where, "--token-env", "CAM_BEARER_TOKEN")
    with store.path.open("a") as file:
        file.write('[profiles.bad]\nhost = "h"\nacces = "read-only"\n')
    return console


WORDS = 'profile "bad": Unknown key "acces"; did you mean "access"?'
MISTAKE = f"line 12, column 1: {WORDS}"


def test_beside_a_broken_profile_the_good_ones_work(
    broken: Console, sandbox: Sandbox, store: ProfileStore
) -> None:
    sandbox.add_record("A", {"hostname": "h", "port": 1})
    assert "A" in broken.run("list", "--profile", "good").out
    assert broken.run("profiles", "check", "good").code == 0
    assert broken.run("profiles", "set", "good", "--recipient", "ops@example.com").code == 0
    assert store.path.read_text().endswith('host = "h"\nacces = "read-only"\n')


def test_a_list_of_profiles_tells_which_one_is_broken_and_where(
    broken: Console, store: ProfileStore
) -> None:
    for arguments in (("profiles", "list"), ("profiles", "list", "--json")):
        result = broken.run(*arguments)
        assert result.code == 2
        assert "good" in result.out
        assert result.err.endswith(f"{store.path}, {MISTAKE}\n")
    assert broken.run("profiles", "check").code == 1
    assert f"{WORDS} Fix line 12 of {store.path}." in broken.run("doctor").out


@pytest.mark.parametrize(
    "arguments",
    [
        ("list", "--profile", "bad"),
        ("profiles", "check", "bad"),
        ("profiles", "set", "bad", "--team", "mail"),
        ("profiles", "remove", "bad", "--yes"),
        ("profiles", "use", "bad"),
    ],
)
def test_a_command_on_a_broken_profile_tells_line_and_reason(
    broken: Console, store: ProfileStore, arguments: tuple[str, ...]
) -> None:
    before = store.path.read_bytes()
    result = broken.run(*arguments)
    assert (result.code, result.out) == (2, "")
    assert result.err == f"smtp-tui: {store.path}, {MISTAKE}\n"
    assert store.path.read_bytes() == before


def test_a_misspelt_default_is_told_and_no_other_profile_is_used_for_it(
    empty_console: Console, store: ProfileStore
) -> None:
    empty_console.run(*ADD)
    store.path.write_text(store.path.read_text().replace('default = "prod"', 'default = "prd"'))
    result = empty_console.run("list")
    assert (result.code, result.out) == (2, "")
    assert f"{store.path}, line 2, column 1: there is no profile with the default's" in result.err
    assert "prod" in empty_console.run("profiles", "list").out


def test_the_only_profile_is_not_used_beside_a_broken_one(
    empty_console: Console, store: ProfileStore
) -> None:
    store.path.parent.mkdir(mode=0o700)
    store.path.write_text('[profiles.a]\nhost = "h"\n[profiles.b]\nhost = 1\n')
    assert "no profile chosen;" in empty_console.run("list").err


def test_the_profile_option_may_stand_on_both_sides(console: Console, sandbox: Sandbox) -> None:
    sandbox.add_record("A", {"hostname": "h", "port": 1})
    console.run(*ADD)
    for arguments in (("--profile", "environment", "list"), ("list", "--profile", "environment")):
        assert "A" in console.run(*arguments).out
    wrong = console.run("list", "--profile", "prdo")
    assert (wrong.code, wrong.err) == (
        2,
        'smtp-tui: there is no profile named prdo (--profile); did you mean "prod"?\n',
    )


def test_several_profiles_without_a_default_are_named_and_none_is_guessed(
    empty_console: Console, store: ProfileStore
) -> None:
    empty_console.run(*ADD)
    empty_console.run("profiles", "add", "test", "--host", "test.example.com")
    empty_console.run("profiles", "remove", "prod", "--yes")
    empty_console.run(*ADD)
    assert store.load().default is None
    result = empty_console.run("list")
    assert result.code == 2
    assert "test, prod" in result.err
