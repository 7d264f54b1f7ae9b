"""Desired state: a document that says what records should be, as a person writes it and git keeps.

It is YAML, or JSON, which is YAML too. Only what JSON takes for a number is a number: ``no``,
``0123`` and ``1_000`` are text. It holds no secret: a password is absent, or a reference that says
where it comes from.

This module imports pydantic and PyYAML: only what reads a document imports it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal, TypeAlias

import yaml
from msgspec import Struct
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from smtp_tui.api.decode import Undecodable, decode_json
from smtp_tui.api.models import (
    PASSWORD,
    JsonValue,
    Parameter,
    ParameterValue,
    Record,
    SecretState,
    is_secret_name,
)
from smtp_tui.editing.document_text import SCHEMA
from smtp_tui.text import clean, nearest

_DEEPEST: Final = 60
_MOST_PROBLEMS: Final = 20
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?\Z")
_WORDS: Final[dict[str, JsonValue]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
"""What plain words are not text."""
_PAIR: Final = re.compile(
    r"(?<!\\)((?:\\\\)*)\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})"
)
"""A character that JSON writes as two, which YAML does not know."""
_TEXT: Final = ("!", "tag:yaml.org,2002:str")
_TAGS: Final = (None, *_TEXT, "tag:yaml.org,2002:seq", "tag:yaml.org,2002:map")
_FROM_LIST: Final = "As `list --json` prints it; not looked at."
_SECRET_AS_TEXT: Final = (
    "is a secret and must not be in the file; write where it comes from:"
    " { env: NAME }, { command: [program, argument] } or { prompt: true }"
)

Position: TypeAlias = tuple[int, int]
"""Line and column, from 1."""
Path: TypeAlias = tuple[str | int, ...]
"""The keys and the places in lists that lead to a value."""


class DocumentProblem(Struct, frozen=True):
    """What is wrong with a document, and where; it never repeats a value."""

    line: int
    column: int
    words: str


class NotADocument(ValueError):
    """The text is no document of this version; ``problems`` say why, in the order of the lines."""

    def __init__(self, problems: tuple[DocumentProblem, ...]) -> None:
        super().__init__("; ".join(f"line {each.line}: {each.words}" for each in problems))
        self.problems = problems


# What a document says, as pydantic checks it and the JSON Schema describes it


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class _Reference(_Strict):
    """Where a secret comes from."""

    always: bool = Field(
        default=False,
        description="Send it at each apply. Without it, a stored secret is replaced only with"
        " --passwords, because the server shows none that could be compared.",
    )


class FromEnvironment(_Reference):
    """A secret that a variable holds."""

    env: str = Field(min_length=1, description="Name of the variable.")

    @property
    def words(self) -> str:
        """Where it comes from."""
        return f"the variable {clean(self.env, 100)}"


class FromCommand(_Reference):
    """A secret that a program prints as its one line. No shell is used."""

    command: tuple[str, ...] = Field(
        min_length=1, strict=False, description="A program and its arguments."
    )

    @property
    def words(self) -> str:
        """Where it comes from."""
        return f"the command {clean(self.command[0], 100)}"


class FromPerson(_Reference):
    """A secret that is typed, unseen."""

    prompt: Literal[True] = Field(description="Ask at the terminal.")

    @property
    def words(self) -> str:
        """Where it comes from."""
        return "the terminal"


Reference: TypeAlias = FromEnvironment | FromCommand | FromPerson
"""Where a secret comes from. Equal ones are read once."""
_REFERENCES: Final[dict[str, type[FromEnvironment | FromCommand | FromPerson]]] = {
    "env": FromEnvironment,
    "command": FromCommand,
    "prompt": FromPerson,
}


class StoredSecret(_Strict):
    """What `list --json` says of a secret: it is left out."""

    secret: Literal["set", "not set", "unknown"] = Field(
        description="What is known of it where the list is from."
    )


class _Record(_Strict):
    """One record. What is not said of it stays as it is."""

    name: str = Field(min_length=1, description="Name of the record; no other one has it.")
    id: str = Field(
        default="", description="Its id, where it was written; tells records of one name apart."
    )
    parameters: dict[str, Any] = Field(
        default={},
        description="Values by name, in their JSON types; secrets as references.",
    )
    profile: str = Field(default="", description=_FROM_LIST)
    created_at: str | None = Field(default=None, description=_FROM_LIST)
    oddities: list[str] = Field(default=[], description=_FROM_LIST)


class OnlyIn(_Strict):
    """The place that a document is for."""

    origin: str = Field(min_length=1, description="Scheme, host and port of the server.")
    tenant: str = Field(description="Id of the tenant.")


class _Document(_Strict):
    """Desired state of SMTP connections."""

    version: Literal[1] = Field(alias="schema", description="Version of the format.")
    only_in: OnlyIn | None = Field(
        default=None, description="The one place where it may be applied; a backup has it."
    )
    records: list[_Record] = Field(description="The records that should be there.")


class DesiredRecord(Struct, frozen=True):
    """A record as it should be. ``id`` is blank where only the name tells which one it is.

    ``position`` is where it stands, and ``positions`` where its parameters do. ``stored`` are the
    secrets that are set where a list is from, and that the document does not hold.
    """

    name: str
    id: str
    values: Mapping[str, JsonValue]
    secrets: Mapping[str, Reference]
    position: Position
    positions: Mapping[str, Position]
    stored: tuple[str, ...] = ()

    def as_record(self) -> Record:
        """The record as a list would show it; of a secret it is not known whether it is set."""
        values: dict[str, ParameterValue] = {**self.values}
        values |= dict.fromkeys(self.secrets, SecretState.UNKNOWN)
        parameters = tuple(Parameter(name, value) for name, value in values.items())
        return Record(self.id, self.name, parameters)

    def problem(self, words: str, parameter: str = "") -> DocumentProblem:
        """What is wrong with it, or with one of its parameters."""
        return DocumentProblem(*self.positions.get(parameter, self.position), words)


class Document(Struct, frozen=True):
    """What records should be. No two of them are the same one.

    ``only_in`` is the one place where it may be applied, if it has one, and ``position`` is where
    that stands.
    """

    records: tuple[DesiredRecord, ...]
    only_in: OnlyIn | None = None
    position: Position = (1, 1)


def document_schema() -> dict[str, Any]:
    """The JSON Schema of a document."""
    schema = _Document.model_json_schema()
    kinds = (*_REFERENCES.values(), StoredSecret)
    references = {kind.__name__: kind.model_json_schema() for kind in kinds}
    schema["$defs"] |= references
    anyone = [{"$ref": f"#/$defs/{name}"} for name in references]
    parameters = schema["$defs"][_Record.__name__]["properties"]["parameters"]
    parameters["properties"] = {PASSWORD: {"anyOf": anyone}}
    return schema


def reference_of(values: object) -> Reference:
    """A reference as a plan keeps it, which is as a document writes it. Raises ``ValueError``."""
    kinds = [
        kind for key, kind in _REFERENCES.items() if isinstance(values, dict) and key in values
    ]
    if len(kinds) != 1:
        raise ValueError("this is no reference to a secret")
    return kinds[0].model_validate(values)


# Reading


def read_document(text: str) -> Document:
    """Read a document. Raises :class:`NotADocument`."""
    reader = _Reader()
    values = reader.values(text)
    try:
        found = _Document.model_validate(values)
    except ValidationError as error:
        raise NotADocument(tuple(reader.problems(error))) from None
    return Document(tuple(reader.records(found)), found.only_in, reader.at(("only_in",)))


class _Reader:
    """Reads one document, and remembers where each value stands."""

    def __init__(self) -> None:
        self._positions: dict[Path, Position] = {}
        self._loader: Any = None

    def values(self, text: str) -> JsonValue:
        """The document as plain values."""
        if text.lstrip().startswith("{"):
            text = _PAIR.sub(_joined, text)
        self._loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
        try:
            return self._document()
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            at = (1, 1) if mark is None else (mark.line + 1, mark.column + 1)
            words = f"this is no valid YAML: {clean(error.problem or '', 200)}"
            raise _refusal(at, words) from None
        except yaml.YAMLError:
            line = next(_unreadable_lines(text), 1)
            raise _refusal((line, 1), "this has a character that YAML does not allow") from None
        finally:
            self._loader.dispose()

    def _document(self) -> JsonValue:
        """The one document of the text."""
        self._next()  # the stream
        if isinstance(self._next(), yaml.StreamEndEvent):
            raise _refusal((1, 1), "this is empty")
        values = self._value(self._next(), ())
        self._next()  # the end of the document
        after = self._next()
        if not isinstance(after, yaml.StreamEndEvent):
            raise _refusal(_place(after), "a second document begins here")
        return values

    def _next(self) -> yaml.Event:
        """What the parser finds next. It nests nothing itself, however deep a text is nested."""
        event: yaml.Event = self._loader.get_event()
        return event

    def _value(self, event: yaml.Event, path: Path) -> JsonValue:
        at = _place(event)
        self._positions.setdefault(path, at)
        if len(path) > _DEEPEST:
            raise _refusal(at, "this is nested too deeply")
        if isinstance(event, yaml.AliasEvent):
            raise _refusal(at, "an alias (*) cannot be used here; write the value again")
        assert isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent)
        if event.tag not in _TAGS:
            raise _refusal(at, f"the tag {clean(event.tag, 100)} cannot be used here")
        if isinstance(event, yaml.ScalarEvent):
            return _scalar(event)
        if isinstance(event, yaml.MappingStartEvent):
            return dict(self._items(path))
        return [*self._entries(path)]

    def _entries(self, path: Path) -> Iterator[JsonValue]:
        place = 0
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            yield self._value(event, (*path, place))
            place += 1

    def _items(self, path: Path) -> Iterator[tuple[str, JsonValue]]:
        names = set()
        while not isinstance(key := self._next(), yaml.MappingEndEvent):
            if not isinstance(key, yaml.ScalarEvent):
                raise _refusal(_place(key), "a key must be text")
            if key.value in names:
                raise _refusal(_place(key), f'"{clean(key.value, 100)}" stands here twice')
            names.add(key.value)
            self._positions[(*path, key.value)] = _place(key)
            yield key.value, self._value(self._next(), (*path, key.value))

    def at(self, path: Path) -> Position:
        """Where a value stands, or what it would stand in."""
        while path not in self._positions:
            path = path[:-1]
        return self._positions[path]

    def problems(self, error: ValidationError, base: Path = ()) -> Iterator[DocumentProblem]:
        """What pydantic found, in plain words."""
        found = error.errors(include_url=False, include_input=False)
        places = [(self.at((*base, *each["loc"])), _words(each, base)) for each in found]
        for (line, column), words in sorted(places)[:_MOST_PROBLEMS]:
            yield DocumentProblem(line, column, words)

    def records(self, found: _Document) -> Iterator[DesiredRecord]:
        """The records, with their secrets apart. Raises :class:`NotADocument`."""
        problems: list[DocumentProblem] = []
        records: list[DesiredRecord] = []
        for number, record in enumerate(found.records):
            path: Path = ("records", number)
            secrets: dict[str, Reference] = {}
            stored: list[str] = []
            for name in filter(is_secret_name, record.parameters):
                reference = self._reference(record.parameters[name], (*path, "parameters", name))
                if isinstance(reference, tuple):
                    problems += reference
                elif isinstance(reference, StoredSecret):
                    stored += [name] if reference.secret == "set" else []
                else:
                    secrets[name] = reference
            values = {n: v for n, v in record.parameters.items() if not is_secret_name(n)}
            positions = {n: self.at((*path, "parameters", n)) for n in record.parameters}
            at = self.at(path)
            made = DesiredRecord(record.name, record.id, values, secrets, at, positions, (*stored,))
            records.append(made)
        problems += _same(records)
        if problems:
            first = sorted(problems, key=lambda each: (each.line, each.column))
            raise NotADocument(tuple(first[:_MOST_PROBLEMS]))
        yield from records

    def _reference(
        self, value: object, path: Path
    ) -> Reference | StoredSecret | tuple[DocumentProblem, ...]:
        """Where a secret comes from; or what is wrong with it."""
        at = self.at(path)
        if not isinstance(value, dict):
            return (DocumentProblem(*at, f"{clean(str(path[-1]), 100)} {_SECRET_AS_TEXT}"),)
        known = {**_REFERENCES, "secret": StoredSecret}
        kinds = [kind for key, kind in known.items() if key in value]
        if len(kinds) != 1:
            near = nearest(next(iter(value), ""), _REFERENCES)
            return (DocumentProblem(*at, f"this needs one of env, command and prompt{near}"),)
        try:
            return kinds[0].model_validate(value)
        except ValidationError as error:
            return tuple(self.problems(error, path))


def _joined(pair: re.Match[str]) -> str:
    high, low = int(pair[2], 16), int(pair[3], 16)
    return f"{pair[1]}\\U{0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00):08x}"


def _unreadable_lines(text: str) -> Iterator[int]:
    """The lines with a character that YAML does not allow."""
    for number, line in enumerate(text.split("\n"), start=1):
        if not all(c.isprintable() or c in "\t\r" for c in line):
            yield number


def _place(event: yaml.Event) -> Position:
    assert event.start_mark is not None  # every event that was parsed has one
    return event.start_mark.line + 1, event.start_mark.column + 1


def _scalar(event: yaml.ScalarEvent) -> JsonValue:
    text: str = event.value
    if event.style or event.tag in _TEXT:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _NUMBER.match(text):
        try:
            return decode_json(text.encode())
        except Undecodable:
            return text
    return text


def _same(records: list[DesiredRecord]) -> Iterator[DocumentProblem]:
    """Records that are told twice."""
    first: dict[str, DesiredRecord] = {}
    ids: set[str] = set()
    for record in records:
        before = first.setdefault(record.name, record)
        if before is not record and not (before.id and record.id and record.id not in ids):
            line = before.position[0]
            words = (
                f'a second record named "{clean(record.name, 100)}"; the first is in line {line}'
            )
            yield record.problem(words)
        ids.add(record.id)


def _refusal(at: Position, words: str) -> NotADocument:
    return NotADocument((DocumentProblem(*at, words),))


# Words


_SAID: Final = {
    "string_type": "must be text",
    "bool_type": "must be true or false",
    "list_type": "must be a list",
    "tuple_type": "must be a list",
    "dict_type": "must have names and values",
    "model_type": "must have names and values",
    "string_too_short": "must not be blank",
    "too_short": "must not be empty",
}
"""What pydantic finds wrong, by its name for it."""


def _words(found: Any, base: Path) -> str:
    """One finding of pydantic, in plain words."""
    path: Path = (*base, *found["loc"])
    name = f'"{clean(str(path[-1]), 100)}"' if path and isinstance(path[-1], str) else "this"
    match found["type"]:
        case "missing":
            return f"{name} is missing"
        case "extra_forbidden":
            return f"unknown key {name}{nearest(str(path[-1]), _known_keys(path))}"
        case "literal_error" if path == ("schema",):
            return f"this program reads schema {SCHEMA} only"
        case "literal_error":
            return f"{name} must be true"
    return f"{name} {_SAID.get(found['type'], 'cannot be this')}"


def _known_keys(path: Path) -> list[str]:
    """The keys that may stand where an unknown one does."""
    if len(path) == 1:
        return ["schema", "records"]
    return [*_Record.model_fields] if len(path) == 3 else [*_REFERENCES, "always"]
