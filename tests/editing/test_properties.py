"""What holds for every record and every draft, however odd the record is."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from smtp_tui.api.models import Record, SecretState, is_secret_name
from smtp_tui.api.secret import SecretStr, is_mask
from smtp_tui.editing.draft import Clear, Draft, Keep, Replace, clone_draft, draft_of
from smtp_tui.editing.merge import Side, compare, resolve
from smtp_tui.editing.patch import Change, inverse, patch_for
from smtp_tui.editing.values import ABSENT, Known, is_same, value_in
from tests.editing.strategies import NAMES, apply, edited, edits, records


def values(record: Record) -> dict[str, Known]:
    return {name: value_in(record, name) for name in NAMES}


@given(edited())
def test_applying_the_patch_gives_the_draft(case: tuple[Record, Draft]) -> None:
    opened, draft = case
    after = apply(opened, patch_for(draft, opened))
    got = draft_of(after)
    assert {name: got.text(name) for name, _ in draft.texts} == dict(draft.texts)
    for name, edit in draft.secrets:
        match edit:
            case Keep():
                assert value_in(after, name) == value_in(opened, name)
            case Replace():
                assert value_in(after, name) is SecretState.SET
            case Clear():
                assert value_in(after, name) is SecretState.NOT_SET


@given(records())
def test_a_draft_without_an_edit_is_an_empty_patch(opened: Record) -> None:
    assert not patch_for(draft_of(opened), opened)


@given(edited())
def test_a_second_save_of_the_same_draft_changes_no_text(case: tuple[Record, Draft]) -> None:
    opened, draft = case
    after = apply(opened, patch_for(draft, opened))
    assert not patch_for(draft.without_secrets(), after)


@given(edited())
def test_what_is_not_in_the_patch_is_untouched(case: tuple[Record, Draft]) -> None:
    opened, draft = case
    patch = patch_for(draft, opened)
    after = apply(opened, patch)
    last = {parameter.name: at for at, parameter in enumerate(opened.parameters)}
    for at, parameter in enumerate(opened.parameters):
        if parameter.name not in patch.names or at != last[parameter.name]:
            assert after.parameters[at] is parameter
    added = after.parameters[len(opened.parameters) :]
    assert {parameter.name for parameter in added} == set(patch.names) - set(last)


@st.composite
def two_disjoint(draw: st.DrawFn) -> tuple[Record, Draft, Draft]:
    record = draw(records())
    one = draw(st.frozensets(st.sampled_from(NAMES)))
    return record, draw(edits(record, one)), draw(edits(record, frozenset(NAMES) - one))


@given(two_disjoint())
def test_merging_disjoint_changes_commutes(case: tuple[Record, Draft, Draft]) -> None:
    opened, one, other = case
    first, second = patch_for(one, opened), patch_for(other, opened)
    ends = []
    for mine, theirs in ((first, second), (second, first)):
        now = apply(opened, theirs)
        comparison = compare(opened, mine, now)
        assert (comparison.conflicts, comparison.already) == ((), ())
        assert comparison.patch.names == mine.names
        assert {change.name for change in comparison.theirs} <= set(theirs.names)
        ends.append(apply(now, resolve(comparison, {})))
    assert values(ends[0]) == values(ends[1])


@st.composite
def two_edits(draw: st.DrawFn) -> tuple[Record, Draft, Draft]:
    record = draw(records())
    return record, draw(edits(record)), draw(edits(record))


@given(two_edits(), st.sampled_from(Side))
def test_each_parameter_ends_as_one_side_wanted_it(
    case: tuple[Record, Draft, Draft], side: Side
) -> None:
    opened, my_draft, their_draft = case
    mine, theirs = patch_for(my_draft, opened), patch_for(their_draft, opened)
    now = apply(opened, theirs)
    comparison = compare(opened, mine, now)
    end = apply(now, resolve(comparison, {each.name: side for each in comparison.conflicts}))
    lost = {each.name for each in comparison.conflicts} if side is Side.THEIRS else set()
    for name in NAMES:
        if name in mine.names and name not in lost and name not in comparison.already:
            assert value_in(end, name) == value_in(apply(opened, mine), name)
        else:
            assert value_in(end, name) == value_in(now, name)


@given(edited())
def test_undo_brings_back_what_was_known_and_names_the_rest(case: tuple[Record, Draft]) -> None:
    opened, draft = case
    patch = patch_for(draft, opened)
    after = apply(opened, patch)
    undo = inverse(patch, opened, after)
    end = apply(after, undo.patch)
    lost = {words.partition(":")[0] for words in undo.lost}
    for name in NAMES:
        before, now = value_in(opened, name), value_in(end, name)
        if name in dict(draft.secrets):
            cleared_nothing = before is SecretState.NOT_SET and draft.secret(name) == Clear()
            assert (name in lost) == (name in patch.names and not cleared_nothing)
        elif name in lost:
            assert (before, now) == (ABSENT, "")
        else:
            assert is_same(now, before)


def _secrets_sent(changes: Iterable[Change]) -> list[tuple[str, str]]:
    for change in changes:
        assert isinstance(change.after, SecretStr) or not is_secret_name(change.name)
    return [
        (change.name, change.after.get_secret_value())
        for change in changes
        if isinstance(change.after, SecretStr)
    ]


@given(two_edits())
def test_no_path_sends_a_mask_or_a_secret_that_was_not_typed(
    case: tuple[Record, Draft, Draft],
) -> None:
    opened, draft, their_draft = case
    patch = patch_for(draft, opened)
    now = apply(opened, patch_for(their_draft, opened))
    comparison = compare(opened, patch, now)
    merged = resolve(comparison, {each.name: Side.MINE for each in comparison.conflicts})
    meant = {(name, "") for name, edit in draft.secrets if isinstance(edit, Clear)} | {
        (name, edit.secret.get_secret_value())
        for name, edit in draft.secrets
        if isinstance(edit, Replace)
    }
    for changes in (patch.changes, merged.changes):
        assert set(_secrets_sent(changes)) <= meant
    assert set(_secrets_sent(patch_for(draft.as_new(), None, opened).changes)) <= meant
    assert not any(is_mask(text) for _, text in meant)
    assert _secrets_sent(inverse(patch, opened, apply(opened, patch)).patch.changes) == []
    assert _secrets_sent(patch_for(clone_draft(opened), None, opened).changes) == []
