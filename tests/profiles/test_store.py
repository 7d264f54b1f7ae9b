from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from smtp_tui.api.target import Access
from smtp_tui.profiles.model import Environment, Profile
from smtp_tui.profiles.store import ProfileRefused, Profiles, ProfileStore
from smtp_tui.profiles.toml import TomlProblem
from smtp_tui.state.files import FileProblem, config_directory
from tests.state.processes import run_together
from tests.state.test_files import at_most

HAND_MADE = """\
# Written by hand. ü
schema = 1
default = "one"   # the usual

# --- one ---
[profiles.one]    # the first
host = 'one.example.com' # quoted so
#port = 30000
tenant = "t1"
label = "kept"
token = {env   =   "ONE_TOKEN"} # oddly spaced

# --- two ---
# has two lines of comment
[profiles.two]
host = "two.example.com"
tenant = "t2"

[profiles.two.token]
command = [ "pass",
  "cam" ]

# --- three ---
[profiles.three]
host = "three.example.com"
# the end
"""


def store_of(directory: Path, text: str | None = None) -> ProfileStore:
    store = ProfileStore(directory)
    if text is not None:
        store.path.write_text(text, newline="")
        store.path.chmod(0o600)
    return store


def changed_lines(before: str, after: str) -> tuple[list[str], list[str]]:
    """The lines that are gone and the lines that are new, the others being in the same order."""
    old, new = before.split("\n"), after.split("\n")
    gone = [line for line in old if line not in new]
    came = [line for line in new if line not in old]
    assert [line for line in old if line in new and line] == [
        line for line in new if line in old and line
    ]
    return gone, came


def test_without_a_file_there_are_no_profiles_and_none_is_made(tmp_path: Path) -> None:
    store = ProfileStore(tmp_path / "none")
    assert store.load() == Profiles()
    assert not (tmp_path / "none").exists()


def test_the_first_profile_makes_a_private_file_and_is_the_default(tmp_path: Path) -> None:
    store = ProfileStore(tmp_path / "new")
    first = Profile("first", "h", tenant="t")
    assert store.add(first) == store.load() == Profiles((first,), default="first")
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(store.path.parent.stat().st_mode) == 0o700
    second = Profile("second", "h", tenant="t")
    assert store.add(second) == Profiles((first, second), default="first")
    assert store.path.read_text().startswith("schema = 1\n")


def test_adding_a_profile_keeps_every_line(tmp_path: Path) -> None:
    store = store_of(tmp_path, HAND_MADE)
    store.add(Profile("four", "four.example.com", tenant="t4"))
    text = store.path.read_text()
    assert text.startswith(HAND_MADE)
    assert text[len(HAND_MADE) :].split("\n")[:3] == [
        "",
        "[profiles.four]",
        'host = "four.example.com"',
    ]


def test_changing_a_profile_touches_only_the_lines_that_change(tmp_path: Path) -> None:
    store = store_of(tmp_path, HAND_MADE)
    one = store.load().profiles[0]
    store.replace("one", replace(one, host="new.example.com", port=443, access=Access.READ_ONLY))
    gone, came = changed_lines(HAND_MADE, store.path.read_text())
    assert gone == ["host = 'one.example.com' # quoted so"]
    assert sorted(came) == [
        'access = "read-only"',
        'host = "new.example.com" # quoted so',
        "port = 443",
    ]
    assert store.load().named("one") == replace(
        one, host="new.example.com", port=443, access=Access.READ_ONLY
    )


def test_a_new_key_goes_before_the_comment_of_the_next_profile(tmp_path: Path) -> None:
    store = store_of(tmp_path, HAND_MADE)
    store.set_recipient("one", "ops@example.com")
    text = store.path.read_text()
    assert '\nrecipient = "ops@example.com"\n\n# --- two ---\n' in text
    assert changed_lines(HAND_MADE, text) == ([], ['recipient = "ops@example.com"'])


@pytest.mark.parametrize("name", ["one", "prod"])
def test_a_colour_is_written_anew_as_an_environment(tmp_path: Path, name: str) -> None:
    kept = '[profiles.prod]\nhost = "h"\ntenant = "t"\n'
    store = store_of(tmp_path, f'{kept}colour = "green" # ours\nteam = "ops"\n')
    before = store.load().profiles[0]
    assert before.environment is Environment.TEST
    store.replace("prod", replace(before, name=name))
    kept = kept.replace("prod", name)
    assert store.path.read_text() == f'{kept}team = "ops"\nenvironment = "test"\n'
    assert store.load().profiles == (replace(before, name=name),)


def test_a_guessed_environment_outlasts_a_rename(tmp_path: Path) -> None:
    store = store_of(tmp_path, '[profiles.prod]\nhost = "h"\ntenant = "t"\n')
    store.replace("prod", replace(store.load().profiles[0], name="main"))
    assert store.load().profiles[0].environment is Environment.PRODUCTION


def test_a_removed_value_leaves_its_neighbours(tmp_path: Path) -> None:
    store = store_of(tmp_path, HAND_MADE)
    before = store.set_recipient("two", "a@b.c")
    two = before.named("two")
    assert two is not None
    store.replace("two", replace(two, port=1, identity_url="https://i"))
    store.replace("two", two)
    assert store.load() == before
    assert "port = 1" not in store.path.read_text()


def test_a_rename_keeps_place_comments_tables_inside_and_the_default(tmp_path: Path) -> None:
    store = store_of(tmp_path, HAND_MADE)
    for old, new in (("one", "number one"), ("two", "zwei ü")):
        found = store.load().named(old)
        assert found is not None
        store.replace(old, replace(found, name=new))
    gone, came = changed_lines(HAND_MADE, store.path.read_text())
    assert gone == [
        'default = "one"   # the usual',
        "[profiles.one]    # the first",
        "[profiles.two]",
        "[profiles.two.token]",
    ]
    assert came == [
        'default = "number one"   # the usual',
        '[profiles."number one"]    # the first',
        '[profiles."zwei ü"]',
        '[profiles."zwei ü".token]',
    ]
    assert [profile.name for profile in store.load().profiles] == ["number one", "zwei ü", "three"]


@pytest.mark.parametrize(
    ("name", "gone_last"),
    [
        ("one", 'token = {env   =   "ONE_TOKEN"} # oddly spaced'),
        ("two", '  "cam" ]'),
        ("three", ""),
    ],
)
def test_removing_a_profile_keeps_the_comments_of_the_others(
    tmp_path: Path, name: str, gone_last: str
) -> None:
    store = store_of(tmp_path, HAND_MADE)
    left = store.remove(name)
    text = store.path.read_text()
    assert left.named(name) is None
    assert len(left.profiles) == 2
    assert left.default == (None if name == "one" else "one")
    for other in {"one", "two", "three"} - {name}:
        assert f"# --- {other} ---\n" in text
    assert gone_last == "" or gone_last not in text
    assert changed_lines(HAND_MADE, text)[1] == []


def test_another_default_changes_that_line_only(tmp_path: Path) -> None:
    store = store_of(tmp_path, HAND_MADE)
    assert store.set_default("two").default == "two"
    assert changed_lines(HAND_MADE, store.path.read_text()) == (
        ['default = "one"   # the usual'],
        ['default = "two"   # the usual'],
    )


def test_an_impossible_change_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    store = store_of(tmp_path, HAND_MADE)
    one = store.load().profiles[0]
    refusals: dict[str, Callable[[], object]] = {
        'no profile "tow"; did you mean "two"': lambda: store.set_default("tow"),
        'no profile "thre"; did you mean "three"': lambda: store.remove("thre"),
        'no profile "x"': lambda: store.set_recipient("x", "a@b.c"),
        'no profile "y"': lambda: store.replace("y", one),
        'a profile named "one" already exists': lambda: store.add(one),
        'named "two" already exists': lambda: store.replace("one", replace(one, name="two")),
        "host: a host is required": lambda: store.add(Profile("new", "")),
        "recipient: contains a control": lambda: store.set_recipient("one", "a\nb"),
        "name: ": lambda: store.add(Profile("environment", "h")),
    }
    for words, attempt in refusals.items():
        with pytest.raises(ProfileRefused) as caught:
            attempt()
        assert words in caught.value.words
    assert store.path.read_text() == HAND_MADE


@pytest.mark.parametrize("text", ["[profiles", "schema = 0\n", "profiles = 1\n"])
def test_a_file_that_is_not_understood_is_never_replaced(tmp_path: Path, text: str) -> None:
    store = store_of(tmp_path, text)
    attempts: list[Callable[[], object]] = [
        store.load,
        lambda: store.add(Profile("new", "h")),
        lambda: store.set_default("a"),
        lambda: store.remove("a"),
    ]
    for attempt in attempts:
        with pytest.raises(TomlProblem):
            attempt()
    assert store.path.read_text() == text


def test_a_file_that_is_not_utf_8_is_refused_with_line_and_column(tmp_path: Path) -> None:
    store = store_of(tmp_path)
    store.path.write_bytes(b"schema = 1\n# \xfc\n")
    store.path.chmod(0o600)
    with pytest.raises(TomlProblem, match="line 2, column 3: is not UTF-8"):
        store.load()


def test_a_file_of_a_newer_program_is_read_and_not_changed(tmp_path: Path) -> None:
    text = HAND_MADE.replace("schema = 1", "schema = 7")
    store = store_of(tmp_path, text)
    assert len(store.load().profiles) == 3
    with pytest.raises(ProfileRefused, match="newer smtp-tui"):
        store.set_default("two")
    assert store.path.read_text() == text


def test_a_symlink_to_the_file_stays_one(tmp_path: Path) -> None:
    (tmp_path / "dotfiles").mkdir()
    real = tmp_path / "dotfiles" / "profiles.toml"
    real.write_text(HAND_MADE)
    store = ProfileStore(tmp_path / "config")
    store.path.parent.mkdir()
    store.path.symlink_to(real)
    store.set_default("two")
    assert store.path.is_symlink()
    assert 'default = "two"' in real.read_text()


def test_a_full_disk_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    store = store_of(tmp_path, HAND_MADE)
    with at_most(100), pytest.raises(FileProblem, match="file size limit"):
        store.add(Profile("new", "h"))
    assert store.path.read_text() == HAND_MADE


def test_a_pipe_in_place_of_the_file_is_refused(tmp_path: Path) -> None:
    store = ProfileStore(tmp_path)
    os.mkfifo(store.path)
    with pytest.raises(FileProblem, match="not a regular file"):
        store.load()


def test_the_variable_moves_the_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert config_directory({"SMTP_TUI_CONFIG_DIR": str(tmp_path)}) == tmp_path
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert config_directory({}) == tmp_path / "smtp-tui"


def test_reading_profiles_loads_no_library_that_only_writing_needs(tmp_path: Path) -> None:
    store_of(tmp_path, HAND_MADE)
    code = (
        "import sys; from pathlib import Path; from smtp_tui.profiles.store import ProfileStore;"
        "assert ProfileStore(Path(sys.argv[1])).load().default == 'one';"
        "print({'tomlkit', 'filelock', 'httpx', 'asyncio'} & set(sys.modules))"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert done.stdout == "set()\n"


def test_a_byte_order_mark_is_accepted_and_kept(tmp_path: Path) -> None:
    store = store_of(tmp_path, "\ufeff" + HAND_MADE)
    assert [profile.name for profile in store.load().profiles] == ["one", "two", "three"]
    store.set_recipient("two", "ops@example.com")
    store.set_default("two")
    text = store.path.read_text()
    assert text.startswith("\ufeff# Written by hand. ü\n")
    assert text.count("\ufeff") == 1
    found = store.load()
    assert found.default == "two"
    store.remove("three")
    assert store.path.read_bytes().startswith(b"\xef\xbb\xbf#")


def test_a_mistake_after_a_byte_order_mark_is_named_with_its_column(tmp_path: Path) -> None:
    store = store_of(tmp_path, "\ufeffschema = x\n")
    with pytest.raises(TomlProblem, match="line 1, column 10: not valid TOML"):
        store.load()


BROKEN = """
[profiles.broken]   # with a mistake
host = 'b.example.com'
acces = "protected"
"""


@pytest.mark.parametrize(
    "change",
    [
        lambda store: store.set_default("two"),
        lambda store: store.set_recipient("one", "ops@example.com"),
        lambda store: store.add(Profile("four", "h", tenant="t")),
        lambda store: store.remove("three"),
    ],
)
def test_a_write_leaves_the_text_of_a_broken_profile(
    tmp_path: Path, change: Callable[[ProfileStore], Profiles]
) -> None:
    store = store_of(tmp_path, HAND_MADE + BROKEN)
    assert [broken.name for broken in change(store).broken] == ["broken"]
    text = store.path.read_text()
    assert text != HAND_MADE + BROKEN
    assert BROKEN in text


def test_a_new_profile_does_not_take_the_default_of_a_broken_one(tmp_path: Path) -> None:
    store = store_of(tmp_path, f'default = "broken"\n{BROKEN}')
    assert store.add(Profile("new", "h", tenant="t")).default == "broken"


@pytest.mark.parametrize(
    "change",
    [
        lambda store, _: store.set_default("broken"),
        lambda store, _: store.set_recipient("broken", "ops@example.com"),
        lambda store, _: store.remove("broken"),
        lambda store, one: store.replace("broken", one),
        lambda store, one: store.replace("one", replace(one, name="broken")),
        lambda store, one: store.add(replace(one, name="broken")),
    ],
)
def test_a_broken_profile_is_neither_changed_nor_replaced(
    tmp_path: Path, change: Callable[[ProfileStore, Profile], Profiles]
) -> None:
    store = store_of(tmp_path, HAND_MADE + BROKEN)
    one = store.load().profiles[0]
    with pytest.raises((TomlProblem, ProfileRefused), match=r'Unknown key "acces"|already'):
        change(store, one)
    assert store.path.read_text() == HAND_MADE + BROKEN


def test_a_file_with_a_mistake_outside_of_its_profiles_is_not_changed(tmp_path: Path) -> None:
    text = HAND_MADE.replace('default = "one"', 'default = "onee"')
    store = store_of(tmp_path, text)
    with pytest.raises(TomlProblem, match='did you mean "one"'):
        store.set_recipient("one", "ops@example.com")
    assert store.path.read_text() == text


WRITER = """
import sys
from pathlib import Path
from smtp_tui.profiles.model import Profile
from smtp_tui.profiles.store import ProfileStore
store, number = ProfileStore(Path(sys.argv[1])), sys.argv[2]
print("ready")
sys.stdin.readline()
for step in range(10):
    store.set_recipient(f"p{step % 5}", f"{number}-{step}@example.com")
    store.add(Profile(f"{number}-{step}", "h"))
"""


def test_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    five = "".join(f'[profiles.p{number}] # kept {number}\nhost = "h"\n' for number in range(5))
    store = store_of(tmp_path, f"# kept\n{five}")
    run_together(WRITER, 4, str(tmp_path))
    found = store.load()
    added = {f"{process}-{step}" for process in range(4) for step in range(10)}
    assert {profile.name for profile in found.profiles} == added | {f"p{n}" for n in range(5)}
    for number, profile in enumerate(found.profiles[:5]):
        assert profile.recipient.endswith(f"-{number + 5}@example.com")
    assert store.path.read_text().count("# kept") == 6
