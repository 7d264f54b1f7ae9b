"""Records, drafts and values as hypothesis makes them: duplicates, odd types and unknown names."""

from __future__ import annotations

from hypothesis import strategies as st
from msgspec.structs import replace

from smtp_tui.api.models import (
    JsonValue,
    Parameter,
    ParameterValue,
    Record,
    SecretState,
    is_secret_name,
    value_text,
)
from smtp_tui.api.secret import SecretStr, is_mask
from smtp_tui.editing.draft import Clear, Draft, Keep, Replace, SecretEdit, draft_of
from smtp_tui.editing.patch import Patch
from smtp_tui.editing.values import Sendable, value_in

NAMES = ("hostname", "port", "username", "password", "timeout", "tls", "apiToken", "pin", "naïve")

clean_texts = st.text(st.characters(codec="utf-8"), max_size=6).map(str.strip)
_numbers: st.SearchStrategy[JsonValue] = st.integers(-99999, 99999) | st.floats(-9999.5, 9999.5)
_scalars: st.SearchStrategy[JsonValue] = st.none() | st.booleans() | _numbers | clean_texts
_lists: st.SearchStrategy[JsonValue] = st.lists(_scalars, max_size=2).map(list)
_objects: st.SearchStrategy[JsonValue] = st.dictionaries(
    st.text(max_size=2), _scalars, max_size=1
).map(dict)
json_values = _scalars | _lists | _objects
passwords = st.text(st.characters(codec="utf-8"), min_size=1, max_size=8).filter(
    lambda text: not is_mask(text)
)


@st.composite
def records(draw: st.DrawFn, min_size: int = 0) -> Record:
    """A record with any parameters, a name possibly twice, as decoding would give it."""
    names = draw(st.lists(st.sampled_from(NAMES), min_size=min_size, max_size=8))
    parameters = []
    for name in names:
        secret = is_secret_name(name) or (name == "pin" and draw(st.booleans()))
        value = draw(st.sampled_from(SecretState)) if secret else draw(json_values)
        parameters.append(Parameter(name, value))
    return Record(id="5f0", name=draw(clean_texts), parameters=tuple(parameters))


def typed_for(record: Record, name: str) -> st.SearchStrategy[str]:
    """Texts that a field takes as they are: of the stored kind, and in their shortest form."""
    value = value_in(record, name)
    if name == "port":
        return st.integers(0, 99999).map(str) | clean_texts.filter(lambda text: text[:1] != "0")
    match value:
        case bool():
            return st.booleans().map(value_text)
        case int() | float():
            return _numbers.map(value_text)
        case list():
            return _lists.map(value_text)
        case dict():
            return _objects.map(value_text)
    return clean_texts


secret_edits: st.SearchStrategy[SecretEdit] = (
    st.just(Keep()) | st.just(Clear()) | passwords.map(SecretStr).map(Replace)
)


@st.composite
def edits(draw: st.DrawFn, record: Record, names: frozenset[str] | None = None) -> Draft:
    """A draft of the record with some fields edited, of those in ``names`` where they are given."""
    draft = draft_of(record)
    for name, _ in draft.texts:
        if (names is None or name in names) and draw(st.booleans()):
            draft = draft.with_text(name, draw(typed_for(record, name)))
    for name, _ in draft.secrets:
        if names is None or name in names:
            draft = draft.with_secret(name, draw(secret_edits))
    return draft


@st.composite
def edited(draw: st.DrawFn) -> tuple[Record, Draft]:
    """A record and an edited draft of it."""
    record = draw(records())
    return record, draw(edits(record))


def apply(record: Record, patch: Patch) -> Record:
    """The record as the server makes it of a patch: merged by name, new names at the end.

    Where it holds a name twice, the last one, which counts, is changed.
    """
    parameters = list(record.parameters)
    for change in patch.changes:
        value = _stored(change.after)
        found = [at for at, each in enumerate(parameters) if each.name == change.name]
        if found:
            parameters[found[-1]] = replace(parameters[found[-1]], value=value)
        else:
            parameters.append(Parameter(change.name, value))
    return replace(record, parameters=tuple(parameters))


def _stored(after: Sendable) -> ParameterValue:
    if isinstance(after, SecretStr):
        return SecretState.SET if after else SecretState.NOT_SET
    return after
