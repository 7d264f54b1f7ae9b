"""The names that a shell completes are a small private file that is never in the way."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from smtp_tui.api.models import Record
from smtp_tui.state.names import NameStore, callable_by


def records(names: Iterable[str]) -> list[Record]:
    return [Record(id=f"id-{number}", name=name) for number, name in enumerate(names)]


def words_for(found: Iterable[Record]) -> list[str]:
    return [*callable_by((record.id, record.name) for record in found)]


def test_a_record_comes_once_and_one_of_the_journal_may_have_no_id() -> None:
    pairs = [("1", "2"), ("2", "X"), (None, "y"), ("2", "X"), (None, "\x1b[2J")]
    assert [*callable_by(pairs)] == ["1", "X", "y"]


def test_the_names_of_each_profile_are_remembered_in_a_private_file(tmp_path: Path) -> None:
    store = NameStore(tmp_path / "state")
    assert store.of("a") == ()
    store.keep("a", records(["OLD"]))
    store.keep("ü ü", records(["B $(x)"]))
    store.keep("a", records(["NEW", "größe"]))
    assert (store.of("a"), store.of("ü ü")) == (("NEW", "größe"), ("B $(x)",))
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600
    assert [path.name for path in store.path.parent.iterdir()] == ["names.json"]


@pytest.mark.parametrize(
    "name", ["", " a", "-a", "port=25", "mx:25", "a\nb", "a\x1b[2J", "a\u202eb", "x" * 201]
)
def test_a_name_that_cannot_be_typed_as_it_is_gives_way_to_the_id(name: str) -> None:
    assert [*words_for(records([name, "a:b", "x y", "123"]))] == ["id-0", "a:b", "x y", "123"]


def test_a_name_that_occurs_twice_gives_way_to_the_ids() -> None:
    assert words_for(records(["A", "B", "A"])) == ["id-0", "B", "id-2"]


def test_a_name_that_is_the_id_of_another_record_gives_way_to_its_own_id() -> None:
    assert words_for(records(["id-1", "B"])) == ["id-0", "B"]
    assert words_for(records(["id-0", "B"])) == ["id-0", "B"]


@pytest.mark.parametrize("record_id", ["--all-profiles", "port=25", "mx:25", "x" * 201])
def test_an_id_that_cannot_be_typed_either_is_left_out(record_id: str) -> None:
    assert words_for([Record(id=record_id, name="-a"), Record(id="b", name="B")]) == ["B"]


def test_the_names_of_lists_that_arrive_together_are_all_kept(tmp_path: Path) -> None:
    store = NameStore(tmp_path)
    with ThreadPoolExecutor(8) as threads:
        for number in range(40):
            threads.submit(store.keep, f"p{number}", records([f"R{number}"]))
    assert [store.of(f"p{each}") for each in range(40)] == [(f"R{each}",) for each in range(40)]


@pytest.mark.parametrize("kind", ["pipe", "loop", "directory", "huge"])
def test_a_file_of_another_kind_is_read_by_nobody_and_holds_up_nothing(
    tmp_path: Path, kind: str
) -> None:
    store = NameStore(tmp_path / "state")
    store.path.parent.mkdir(mode=0o700)
    match kind:
        case "pipe":
            os.mkfifo(store.path)
        case "loop":
            store.path.symlink_to("names.json")
        case "directory":
            store.path.mkdir()
        case "huge":
            store.path.write_text(f"{{{' ' * 5_000_000}}}")
    assert store.of("a") == ()
    store.keep("a", records(["A"]))
    assert store.of("a") == (("A",) if kind == "huge" else ())


def test_the_file_is_bounded_and_keeps_what_was_read_last(tmp_path: Path) -> None:
    store = NameStore(tmp_path)
    store.keep("many", records(f"R{each}" for each in range(1_001)))
    assert len(store.of("many")) == 1_000
    for number in range(50):
        store.keep(f"p{number}", records(["A"]))
    assert store.of("many") == ()
    assert store.of("p0") == store.of("p49") == ("A",)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"profiles": {"a": [1]}}', "[" * 100_000])
def test_a_damaged_file_holds_no_names_and_is_replaced(tmp_path: Path, text: str) -> None:
    store = NameStore(tmp_path)
    store.path.write_text(text)
    assert store.of("a") == ()
    store.keep("a", records(["A"]))
    assert store.of("a") == ("A",)


def test_a_name_in_the_file_that_would_drive_the_terminal_is_left_out(tmp_path: Path) -> None:
    store = NameStore(tmp_path)
    store.keep("a", records(["A"]))
    hostile = r'"A", "B\u001b]0;x\u0007", "C\nD"'
    store.path.write_text(store.path.read_text().replace('"A"', hostile))
    assert store.of("a") == ("A",)


def test_where_nothing_can_be_written_nothing_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    NameStore(tmp_path / "file").keep("a", records(["A"]))
    assert NameStore(tmp_path / "file").of("a") == ()
