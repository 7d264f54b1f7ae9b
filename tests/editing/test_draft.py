"""A form's content: which fields there are, and that it never holds a stored secret."""

from __future__ import annotations

import pytest

from smtp_tui.api.models import Parameter, Record, SecretState
from smtp_tui.api.secret import SecretStr
from smtp_tui.editing.draft import Clear, Keep, Replace, clone_draft, draft_of, new_draft, resumed

RECORD = Record(
    id="5f0",
    name="PRIMARY",
    parameters=(
        Parameter("timeout", 30),
        Parameter("password", SecretState.SET),
        Parameter("port", "25"),
        Parameter("apiToken", SecretState.UNKNOWN),
        Parameter("hostname", "mail.example.com"),
        Parameter("note", None),
    ),
)


def test_fields_stand_in_form_order_and_others_follow_as_the_record_has_them() -> None:
    draft = draft_of(RECORD)
    assert draft.texts == (
        ("hostname", "mail.example.com"),
        ("port", "25"),
        ("username", ""),
        ("timeout", "30"),
        ("note", ""),
    )
    assert draft.secrets == (("password", Keep()), ("apiToken", Keep()))
    assert draft.names == (
        "hostname", "port", "username", "password", "timeout", "note", "apiToken",
    )  # fmt: skip


def test_the_four_known_fields_are_there_for_a_record_without_parameters() -> None:
    assert draft_of(Record("5f0", "EMPTY")).names == ("hostname", "port", "username", "password")


def test_a_name_held_twice_is_one_field_with_the_last_value() -> None:
    twice = Record("5f0", "X", (Parameter("port", 25), Parameter("port", 465)))
    assert [text for name, text in draft_of(twice).texts if name == "port"] == ["465"]


def test_a_secured_parameter_of_any_name_is_a_secret_field() -> None:
    record = Record("5f0", "X", (Parameter("pin", SecretState.SET),))
    assert draft_of(record).secrets == (("password", Keep()), ("pin", Keep()))


@pytest.mark.parametrize("name", ["password", "apiToken"])
def test_a_secret_that_the_server_gave_openly_reaches_no_text_field(name: str) -> None:
    record = Record("5f0", "X", (Parameter(name, "hunter2"),))
    assert "hunter2" not in repr(draft_of(record))
    assert (name, Keep()) in draft_of(record).secrets


def test_a_clone_is_a_new_record_without_the_secrets() -> None:
    clone = clone_draft(RECORD)
    assert (clone.record_id, clone.name) == (None, "PRIMARY copy")
    assert clone.texts == draft_of(RECORD).texts
    assert all(edit == Keep() for _, edit in clone.secrets)


def test_a_preset_fills_hostname_and_port_only() -> None:
    draft = new_draft("NEW", hostname="smtp.example.com", port="587")
    assert draft.texts == (("hostname", "smtp.example.com"), ("port", "587"), ("username", ""))
    assert (draft.record_id, draft.secret("password")) == (None, Keep())


def test_an_edit_leaves_the_draft_it_came_from_as_it_was() -> None:
    draft = draft_of(RECORD)
    edited = draft.with_text("port", "587").with_secret("password", Clear())
    assert (draft.text("port"), draft.secret("password")) == ("25", Keep())
    assert (edited.text("port"), edited.secret("password")) == ("587", Clear())
    assert edited.names == draft.names


@pytest.mark.parametrize("name", ["password", "apiToken", "smtp_secret"])
def test_a_secret_cannot_be_typed_as_text(name: str) -> None:
    with pytest.raises(ValueError, match="is a secret"):
        draft_of(RECORD).with_text(name, "hunter2")


def test_no_typed_secret_is_in_what_goes_to_disk_or_in_a_repr() -> None:
    draft = draft_of(RECORD).with_secret("password", Replace(SecretStr("hunter2")))
    assert "hunter2" not in repr(draft)
    assert draft.without_secrets() == draft_of(RECORD)


def test_a_kept_draft_changes_only_what_was_typed_whatever_others_did_since() -> None:
    before = Record("1", "A", (Parameter("hostname", "old"), Parameter("port", 25)))
    now = Record("1", "A", (Parameter("hostname", "theirs"), Parameter("port", 25)))
    opened = draft_of(before)
    typed = opened.with_text("port", "587")
    resumed_draft = resumed(draft_of(now), typed.texts, opened.texts)
    assert resumed_draft.text("port") == "587"
    assert resumed_draft.text("hostname") == "theirs"


def test_a_kept_text_of_what_is_a_secret_by_now_is_dropped() -> None:
    opened = draft_of(Record("1", "A", (Parameter("pin", "1"), Parameter("port", 25))))
    typed = opened.with_text("pin", "2").with_text("port", "587")
    now = draft_of(Record("1", "A", (Parameter("pin", SecretState.SET), Parameter("port", 25))))
    assert resumed(now, typed.texts, opened.texts) == now.with_text("port", "587")
