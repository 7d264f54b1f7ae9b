"""Whatever stands in the program's own files, reading them ends no program.

One value of a good file is replaced by another that its format allows, or bytes are thrown in. The
readers then give what can be used, or one of the errors that they name; and what they give is put
to the uses that it is read for.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtp_tui.profiles.choosing import Known, NoSuchProfile
from smtp_tui.profiles.preferences import keep_theme, load_preferences
from smtp_tui.profiles.sources import CredentialError, PromptToken
from smtp_tui.profiles.store import ProfileRefused, ProfileStore
from smtp_tui.profiles.token_command import parse_output
from smtp_tui.profiles.tokens import Tokens, end_of
from smtp_tui.state.drafts import DraftStore
from smtp_tui.state.encoding import plain
from smtp_tui.state.files import FileProblem
from smtp_tui.state.history import TestHistory
from smtp_tui.state.journal import Journal
from smtp_tui.state.settings import SettingsStore, Sort
from smtp_tui.state.written import writes_of
from smtp_tui.ui.connections.rows import ago
from smtp_tui.ui.keymap import keymap_of
from smtp_tui.ui.logs.journal import write_row, written_content
from tests.profiles.test_store import HAND_MADE
from tests.state.test_drafts import DRAFT
from tests.state.test_history import KEY, run
from tests.state.test_journal import INTENT, OUTCOME

NOW = datetime(2026, 6, 1, tzinfo=UTC)
DATES = (
    *("0001-01-01T00:00:00+10:00", "9999-12-31T23:59:59-10:00", "9999-12-31T23:59:59Z"),
    *("0001-01-01T00:00:00Z", "0001-01-01T00:00:00", "2026-13-45T00:00:00Z", "2026-W01-1"),
    *("2026-01-01T24:00:00Z", "2026-01-01T00:00:00+23:59", "", "now", "٢٠٢٦-٠١-٠١T٠٠:٠٠:٠٠Z"),
)
NUMBERS = (
    *("0", "-1", "1e300", "-1e400", "1e400", "1E-400", "0.1", "-0.0", str(10**400), str(-(10**18))),
    *("9" * 5_000, str(2**31), str(2**63), str(-(2**63)), str(2**64)),
)
IN_JSON = st.sampled_from(
    [
        *NUMBERS,
        *map(json.dumps, DATES),
        *("NaN", "Infinity", "-Infinity", "null", "true", "[]", "{}", '""', '"\\ud800"', "[[[]]]"),
        *('{"count": 1e400}', "[" * 3_000 + "]" * 3_000, '"' + "x" * 100_000 + '"', '"\\u0000"'),
        *('"password"', '["password", "x"]', '[["password", "x"]]', '[["a", 1e400]]', "01", "'"),
    ]
)
IN_TOML = st.sampled_from(
    [
        *NUMBERS,
        *filter(None, DATES),
        *(
            "inf",
            "-inf",
            "nan",
            "true",
            "[]",
            "{}",
            '""',
            '"\\u0000"',
            "[[[]]]",
            "07:32:00.999999999",
        ),
        *(
            "1_000",
            "0xFFFFFFFFFFFFFFFFFFFF",
            "0o7777777777777777777777",
            "{ a.b.c = 1 }",
            "'''x\n'''",
        ),
        *("[" * 3_000 + "]" * 3_000, "{a=" * 500 + "1" + "}" * 500, '"' + "x" * 100_000 + '"'),
        *(
            '{ env = "A" }',
            "{ env = 1 }",
            "{ command = [] }",
            '{ pin = "x" }',
            '{ ca_file = "\\u0000" }',
        ),
    ]
)


def paths(value: object, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The way to every value in a JSON value."""
    yield at
    inside = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, inner in inside:
        yield from paths(inner, (*at, key))


@st.composite
def spoilt_line(draw: st.DrawFn, line: str) -> bytes:
    """A JSON text with one value replaced, or with bytes thrown in."""
    if draw(st.integers(0, 9)) == 0:
        position = draw(st.integers(0, len(line)))
        thrown = draw(
            st.binary(max_size=8) | st.sampled_from([b"\xef\xbb\xbf", b"\xff\xfe", b"\0"])
        )
        return line[:position].encode() + thrown + line[position:].encode()
    value = json.loads(line)
    way = draw(st.sampled_from(list(paths(value))))
    literal = draw(IN_JSON)
    if not way:
        return literal.encode()
    holder = value
    for key in way[:-1]:
        holder = holder[key]
    holder[way[-1]] = "the value that is spoilt"
    return json.dumps(value).replace('"the value that is spoilt"', literal).encode()


KEYS = ("schema", "default", "port", "access", "trust", "token", "x", "a.b", '"\\u0000"')


@st.composite
def spoilt_toml(draw: st.DrawFn, text: str) -> bytes:
    """A TOML text with the values of one or two keys replaced, a line added, or bytes thrown in."""
    lines = text.split("\n")
    for _ in range(draw(st.integers(1, 2))):
        number = draw(st.integers(0, len(lines) - 1))
        key, equals, _ = lines[number].partition("=")
        if equals:
            lines[number] = f"{key}= {draw(IN_TOML)}"
        else:
            name = draw(
                st.sampled_from(
                    ["schema", "default", "port", "trust", "token", "x", "a.b", '"\\u0000"']
                )
            )
            lines.insert(number, f"{name} = {draw(IN_TOML)}")
    spoilt = "\n".join(lines).encode()
    if draw(st.integers(0, 5)) == 0:
        position = draw(st.integers(0, len(spoilt)))
        spoilt = spoilt[:position] + draw(st.binary(max_size=4)) + spoilt[position:]
    return spoilt


def put(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    file.chmod(0o600)


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


LINES = [json.dumps(plain(entry)) for entry in (INTENT, OUTCOME)]


@given(line=st.sampled_from(LINES).flatmap(spoilt_line))
@settings(max_examples=200)
def test_the_journal_is_read_whatever_one_of_its_lines_holds(place: Path, line: bytes) -> None:
    put(
        place / "audit.jsonl", "\n".join([LINES[0], ""]).encode() + line.replace(b"\n", b"") + b"\n"
    )
    with (place / "audit.jsonl").open("ab") as file:
        file.write(LINES[1].encode() + b"\n")
    reading = Journal(place).read()
    for write in writes_of(reading.entries):
        json.dumps([plain(write.begun), plain(write.last)])
        write_row(write)
        written_content(write)
        assert (write.begun.at >= NOW) in (True, False)
    assert {INTENT, OUTCOME} <= set(reading.entries), "the lines beside it stay readable"


def history_lines(place: Path) -> list[str]:
    some = TestHistory(place)
    some.add(KEY, run(values=(("port", "25"),)))
    some.saved_secret(KEY, NOW)
    return some.path.read_text().splitlines()


with tempfile.TemporaryDirectory() as _made:
    RUN, SAVED = history_lines(Path(_made))
    _drafts = DraftStore(Path(_made))
    _drafts.save(DRAFT)
    DRAFT_FILE = next(_drafts.directory.glob("*.draft.json"))
    DRAFT_TEXT = DRAFT_FILE.read_text()
    _settings = SettingsStore(Path(_made))
    _settings.set_sort(Sort("production", "name"))
    _settings.used("production")
    SETTINGS = _settings.path.read_text()


@given(line=st.sampled_from([RUN, SAVED]).flatmap(spoilt_line))
@settings(max_examples=200)
def test_the_test_history_is_read_whatever_one_of_its_lines_holds(place: Path, line: bytes) -> None:
    put(place / "tests.jsonl", line.replace(b"\n", b"") + b"\n" + RUN.encode() + b"\n")
    found = TestHistory(place)
    found.load()
    assert found.known
    for test in found.tests(KEY):
        assert ago(test.run, NOW)
    found.recipient_of("production")
    found.add(KEY, run(5))
    newest = found.newest(KEY)
    assert newest is not None
    assert newest in found.tests(KEY)


@given(text=spoilt_line(DRAFT_TEXT))
@settings(max_examples=200)
def test_drafts_are_read_whatever_one_of_them_holds(place: Path, text: bytes) -> None:
    store = DraftStore(place)
    with suppress(FileProblem):
        for old in store.all():
            store.discard(old)
    store.directory.mkdir(mode=0o700, exist_ok=True)
    put(store.directory / DRAFT_FILE.name, text)
    for draft in store.all():
        assert draft.saved_at.tzinfo is not None
        assert draft in store.list_for(draft.key)


@given(text=spoilt_line(SETTINGS))
@settings(max_examples=200)
def test_settings_are_read_or_refused_whatever_they_hold(place: Path, text: bytes) -> None:
    store = SettingsStore(place)
    put(store.path, text)
    try:
        found = store.load()
    except FileProblem:
        return
    before = found.sort_of("another")
    store.used("another")
    store.set_sort(Sort("production", "port"))
    now = store.load()
    assert now.recent[0] == "another"
    assert now.sort_of("production") == Sort("production", "port")
    assert now.sort_of("another") == before


CHANGES: list[Callable[[ProfileStore], object]] = [
    lambda store: store.set_default("two"),
    lambda store: store.remove("one"),
    lambda store: store.set_recipient("one", "ops@example.com"),
]


@pytest.mark.slow
@given(text=spoilt_toml(HAND_MADE), change=st.sampled_from(CHANGES))
@settings(max_examples=200)
def test_profiles_are_read_and_changed_or_refused_whatever_they_hold(
    place: Path, text: bytes, change: Callable[[ProfileStore], object]
) -> None:
    store = ProfileStore(place)
    put(store.path, text)
    try:
        found = store.load()
    except FileProblem:
        with pytest.raises(FileProblem, match=str(store.path)):
            change(store)
        assert store.path.read_bytes() == text
        return
    with suppress(NoSuchProfile, FileProblem):
        Known(found, {}).chosen(None)
    for profile in found.profiles:
        assert profile.shown_host
    with suppress(ProfileRefused, FileProblem):
        change(store)
    left = store.load().broken
    assert [broken.name for broken in left] == [broken.name for broken in found.broken]


PREFERENCES = """\
mouse = true
theme = "dark"
refresh = "60s"

[keys]
"record.edit" = "E"
list.filter = ["/", "f"]
"""


@pytest.mark.slow
@given(text=spoilt_toml(PREFERENCES))
@settings(max_examples=200)
def test_preferences_are_read_and_changed_or_refused_whatever_they_hold(
    place: Path, text: bytes
) -> None:
    put(place / "config.toml", text)
    with suppress(FileProblem):
        keymap_of(load_preferences(place).keys)
    with suppress(FileProblem):
        keep_theme(place, "light")


@given(text=spoilt_line('{"version": 1, "token": "abc", "expires_at": "2030-01-31T14:00:00Z"}'))
@settings(max_examples=200)
def test_a_token_command_s_output_is_used_or_refused_whatever_it_holds(text: bytes) -> None:
    try:
        issued = parse_output(text)
    except CredentialError:
        return
    tokens = Tokens(PromptToken(), {}, tuple)
    tokens.accept(issued.token, issued.expires_at)
    assert tokens.token() == issued.token
    assert tokens.due in (True, False)


@pytest.mark.parametrize("lifetime", [1e300, float("inf"), float("nan"), -1e300, 10**400, 0, -1])
def test_a_lifetime_that_no_calendar_holds_counts_as_not_told(lifetime: float) -> None:
    assert end_of(NOW, lifetime) is None
