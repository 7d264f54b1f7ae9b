"""The way back, and what no way back can return."""

from __future__ import annotations

from datetime import UTC, datetime

from smtp_tui.api.models import Parameter, Record, SecretState
from smtp_tui.api.secret import SecretStr
from smtp_tui.editing.draft import Clear, Keep, Replace, draft_of
from smtp_tui.editing.patch import Change, Patch, Undo, inverse, lost_by_delete, patch_for
from tests.editing.strategies import apply

OPENED = Record(
    id="5f0",
    name="PRIMARY",
    parameters=(
        Parameter("hostname", "a"),
        Parameter("port", "25"),
        Parameter("password", SecretState.SET),
        Parameter("tls", True),
    ),
)


def test_values_come_back_in_the_type_they_had() -> None:
    draft = draft_of(OPENED).with_text("port", "587").with_text("tls", "false")
    patch = patch_for(draft, OPENED)
    after = apply(OPENED, patch)
    undo = inverse(patch, OPENED, after)
    assert undo == Undo(Patch((Change("port", 587, "25"), Change("tls", False, True))))
    assert apply(after, undo.patch) == OPENED


def test_a_value_of_which_only_the_type_changed_comes_back_too() -> None:
    patch = Patch((Change("port", "25", 25),))
    undo = inverse(patch, OPENED, apply(OPENED, patch))
    assert undo.patch.changes == (Change("port", 25, "25"),)


def test_what_was_added_is_blanked_and_told() -> None:
    patch = patch_for(draft_of(OPENED).with_text("username", "relay"), OPENED)
    undo = inverse(patch, OPENED, apply(OPENED, patch))
    assert undo.patch == Patch((Change("username", "relay", ""),))
    assert undo.lost == ("username: it did not exist before and can only be set to blank",)


def test_a_replaced_or_cleared_password_is_lost_and_nothing_is_sent_for_it() -> None:
    for edit in (Replace(SecretStr("hunter2")), Clear()):
        patch = patch_for(draft_of(OPENED).with_secret("password", edit), OPENED)
        undo = inverse(patch, OPENED, apply(OPENED, patch))
        assert not undo.patch
        assert undo.lost == ("password: the former value is unknown and must be entered again",)


def test_a_password_that_was_not_set_is_not_cleared_behind_ones_back() -> None:
    opened = Record("5f0", "X", (Parameter("password", SecretState.NOT_SET),))
    typed = draft_of(opened).with_secret("password", Replace(SecretStr("hunter2")))
    patch = patch_for(typed, opened)
    undo = inverse(patch, opened, apply(opened, patch))
    assert not undo.patch
    assert undo.lost == (
        "password: it was not set before and stays until it is cleared",
    )  # fmt: skip


def test_undo_starts_from_what_the_server_made_of_the_save() -> None:
    patch = patch_for(draft_of(OPENED).with_text("port", "587"), OPENED)
    stored = apply(OPENED, Patch((Change("port", "25", "587"),)))
    assert inverse(patch, OPENED, stored).patch.changes == (Change("port", "587", "25"),)


def test_a_deleted_record_is_drafted_anew_with_its_types_and_without_secrets() -> None:
    draft = draft_of(OPENED).as_new()
    assert (draft.record_id, draft.name) == (None, "PRIMARY")
    assert all(edit == Keep() for _, edit in draft.secrets)
    assert [(each.name, each.value) for each in patch_for(draft, None, OPENED).assignments()] == [
        ("hostname", "a"), ("port", 25), ("tls", True),
    ]  # fmt: skip


def test_what_a_delete_loses_is_told() -> None:
    assert lost_by_delete(OPENED) == ("id", "password")
    bare = Record("5f0", "X", (Parameter("password", SecretState.NOT_SET),))
    assert lost_by_delete(bare) == ("id",)
    assert lost_by_delete(Record("5f0", "X")) == ("id", "password")
    dated = Record("5f0", "X", bare.parameters, created_at=datetime(2020, 5, 1, tzinfo=UTC))
    assert lost_by_delete(dated) == ("id", "creation time")
    more = Record("5f0", "X", (*bare.parameters, Parameter("apiToken", SecretState.SET)))
    assert lost_by_delete(more) == ("id", "apiToken")


def test_a_password_set_where_the_record_mentioned_none_is_not_cleared_behind_ones_back() -> None:
    opened = Record("5f0", "X", (Parameter("hostname", "a"),))
    typed = draft_of(opened).with_secret("password", Replace(SecretStr("hunter2")))
    patch = patch_for(typed, opened)
    undo = inverse(patch, opened, apply(opened, patch))
    assert not undo.patch
    assert len(undo.lost) == 1
