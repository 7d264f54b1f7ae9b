from __future__ import annotations

import string
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from smtp_tui.api.target import Access, CaFile, Pinned, SystemTrust, Unverified
from smtp_tui.profiles.model import Environment, Profile
from smtp_tui.profiles.sources import CommandToken, EnvironmentToken, LoginToken, PromptToken
from smtp_tui.profiles.store import ProfileStore
from smtp_tui.profiles.toml import TomlProblem
from tests.profiles.test_store import HAND_MADE, store_of

LAYOUTS = [
    'profiles = { one = { host = "h" }, two = { host = "h" } }\n',
    '[profiles]\none = { host = "h" }\ntwo.host = "h"\n',
    '[profiles]\n[profiles.one]\nhost = "h"\n[profiles.one.token]\nlogin = "x"\n'
    '[profiles.two]\nhost = "h"\n',
    '[profiles.one]\r\nhost = "h"\r\n\r\n[profiles.two]\r\nhost = "h"\r\n',
]


@pytest.mark.parametrize("text", LAYOUTS)
def test_other_layouts_are_changed_as_well(tmp_path: Path, text: str) -> None:
    store = store_of(tmp_path, text)
    one, two = store.load().profiles
    store.set_recipient("one", "a@b.c")
    store.replace("two", replace(two, name="zwei", port=25))
    store.add(Profile("three", "h", tenant="t"))
    store.set_default("zwei")
    store.remove("three")
    found = store.load()
    assert found.named("one") == replace(one, recipient="a@b.c")
    assert found.named("zwei") == replace(two, name="zwei", port=25)
    assert (len(found.profiles), found.default) == (2, "zwei")


def test_a_layout_that_cannot_be_edited_safely_is_refused(tmp_path: Path) -> None:
    text = '[profiles.one]\nhost = "h"\ntoken = { command = ["""\n[profiles.one]\n"""] }\n'
    store = store_of(tmp_path, text)
    one = store.load().profiles[0]
    with pytest.raises(TomlProblem, match="edit it by hand"):
        store.replace("one", replace(one, name="two", host="new"))
    assert store.path.read_text() == text


@pytest.mark.parametrize("name", ["two", '"one.two"', "profiles"])
def test_removing_a_profile_leaves_the_table_that_follows(tmp_path: Path, name: str) -> None:
    other = f'# what follows\n[profiles.{name}]\nhost = "h"\n'
    token = "[profiles.one.token]\nlogin = 'x'\n"
    store = store_of(tmp_path, f'[profiles.one]\nhost = "h"\n\n{token}\n{other}')
    store.remove("one")
    assert store.path.read_text() == other


def test_the_path_of_a_ca_file_is_stored_absolute(tmp_path: Path) -> None:
    store = ProfileStore(tmp_path)
    store.add(Profile("a", "h", trust=CaFile(Path("here/../ca.pem"))))
    assert store.load().profiles[0].trust == CaFile(Path.cwd() / "ca.pem")


def test_a_relative_ca_file_is_found_beside_the_profiles_and_its_line_kept(tmp_path: Path) -> None:
    text = '[profiles.a]\nhost = "h"\ntrust = { ca_file = "ca.pem" } # ours\n'
    store = store_of(tmp_path, text)
    assert store.load().profiles[0].trust == CaFile(tmp_path / "ca.pem")
    store.set_recipient("a", "a@b.c")
    assert 'trust = { ca_file = "ca.pem" } # ours\n' in store.path.read_text()


TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=("C", "Z")) | st.sampled_from("\"'\\.[]#="),
    max_size=20,
)
NAMES = TEXTS.map(lambda text: f"n{text}")
PROFILES = st.builds(
    Profile,
    name=NAMES,
    host=st.text(string.ascii_lowercase, min_size=1, max_size=10),
    tenant=TEXTS,
    team=NAMES,
    namespace=TEXTS,
    port=st.none() | st.integers(1, 65535),
    identity_url=st.sampled_from(["", "https://identity.example.com:8443"]),
    access=st.sampled_from(Access),
    label=TEXTS,
    environment=st.sampled_from(Environment),
    trust=st.sampled_from([SystemTrust(), Unverified(), Pinned("0f" * 32), CaFile(Path("/ca"))]),
    token=st.just(PromptToken())
    | st.builds(LoginToken, NAMES)
    | st.builds(CommandToken, st.tuples(NAMES, TEXTS))
    | st.just(EnvironmentToken("A_TOKEN")),
    recipient=TEXTS,
    allow_http=st.booleans(),
    test_emails=st.booleans(),
)


@settings(max_examples=40)
@given(PROFILES, PROFILES)
def test_any_profile_is_read_back_as_it_was_added_and_as_it_was_changed(
    added: Profile, changed: Profile
) -> None:
    with tempfile.TemporaryDirectory() as name:
        store = store_of(Path(name), HAND_MADE)
        before = store.load()
        after = store.add(added)
        assert (after.profiles, after.default) == ((*before.profiles, added), "one")
        assert store.replace(added.name, changed).profiles == (*before.profiles, changed)
        assert store.remove(changed.name) == before
