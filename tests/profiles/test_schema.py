"""The JSON Schemas of profiles.toml and config.toml say what the program takes."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from smtp_tui.api.target import Access, CaFile, Pinned, Unverified
from smtp_tui.cli.schema import file_schema
from smtp_tui.profiles.model import Profile
from smtp_tui.profiles.preferences import load_preferences
from smtp_tui.profiles.schema import preferences_schema, profiles_schema
from smtp_tui.profiles.sources import CommandToken, EnvironmentToken, LoginToken
from smtp_tui.profiles.store import ProfileStore
from smtp_tui.profiles.toml import TomlProblem
from tests.house.blocks import named

PROFILES = profiles_schema()
PREFERENCES = preferences_schema()


def taken(schema: dict[str, Any], text: str) -> bool:
    """Whether a file is what the schema describes."""
    checker = jsonschema.Draft202012Validator(schema)
    return bool(checker.is_valid(tomllib.loads(text)))


def read(text: str, directory: Path) -> bool:
    """Whether the program takes a file of profiles as it is."""
    path = directory / "profiles.toml"
    path.write_text(text, encoding="utf-8")
    try:
        found = ProfileStore(directory).load()
    except TomlProblem:
        return False
    return found.problem is None and not found.broken


@pytest.mark.parametrize("schema", [PROFILES, PREFERENCES])
def test_a_schema_is_one(schema: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator.check_schema(schema)
    assert json.loads(json.dumps(schema)) == schema


LEAST = '[profiles.a]\nhost = "cam.example.com"\n'


@pytest.mark.parametrize(
    ("text", "good"),
    [
        (LEAST, True),
        (f'schema = 1\ndefault = "a"\n{LEAST}port = 30000\naccess = "read-only"\n', True),
        (f'{LEAST}token = {{ env = "CAM_TOKEN" }}\n', True),
        (f'{LEAST}token = {{ command = ["pass", "cam"] }}\n', True),
        (f'{LEAST}token = "prompt"\ntrust = "off"\n', True),
        (f'{LEAST}trust = {{ ca_file = "/x/ca.pem" }}\ntest_emails = false\n', True),
        (f'{LEAST}trust = {{ pin = "{"ab" * 32}" }}\n', True),
        (f'{LEAST}environment = "staging"\nproxy = "http://proxy:3128"\n', True),
        ("[profiles.a]\nport = 1\n", False),
        (f"{LEAST}prot = 25\n", False),
        (f'{LEAST}port = "25"\n', False),
        (f"{LEAST}port = 70000\n", False),
        (f'{LEAST}access = "some"\n', False),
        (f'{LEAST}token = {{ env = "A", login = "b" }}\n', False),
        (f'{LEAST}token = "secret"\n', False),
        (f"{LEAST}test_emails = 1\n", False),
        (f"{LEAST}trust = {{}}\n", False),
        (f"{LEAST}token = {{}}\n", False),
        (f'{LEAST}trust = {{ pin = "{"ab" * 32}", other = 1 }}\n', False),
        ("profile = 1\n", False),
    ],
)
def test_what_the_program_takes_the_schema_takes_and_the_other_way(
    tmp_path: Path, text: str, good: bool
) -> None:
    tmp_path.chmod(0o700)
    assert taken(PROFILES, text) is good
    assert read(text, tmp_path) is good


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ('theme = "dark"\nrefresh = "60s"\nmouse = true\nenhanced_keyboard = false\n', True),
        ('[keys]\nrecord.edit = "E"\ntable.filter = ["/", "f3"]\n', True),
        ('[keys]\n"record.edit" = "E"\n', True),
        ("", True),
        ('confirm = "deletes"\n', True),
        ('confirm = "never"\n', False),
        ("confirm = true\n", False),
        ("refresh = 60\n", False),
        ('refresh = "60"\n', False),
        ('mouse = "yes"\n', False),
        ("[keys]\nrecord.edit = []\n", False),
        ('colour = "x"\n', False),
    ],
)
def test_preferences_are_taken_by_both(tmp_path: Path, text: str, good: bool) -> None:
    tmp_path.chmod(0o700)
    (tmp_path / "config.toml").write_text(text, encoding="utf-8")
    assert taken(PREFERENCES, text) is good
    try:
        load_preferences(tmp_path)
    except TomlProblem:
        assert not good
    else:
        assert good


@pytest.mark.parametrize(
    "profile",
    [
        Profile("a", "https://cam.example.com", 443, access=Access.PROTECTED),
        Profile("a", "cam", token=EnvironmentToken("X"), trust=Pinned("ab" * 32, "cd" * 32)),
        Profile("a", "cam", token=LoginToken("me"), trust=Unverified(), test_emails=False),
        Profile("a", "cam", token=CommandToken(("a", "b")), trust=CaFile(Path("/x/ca.pem"))),
    ],
)
def test_what_the_program_writes_is_taken(tmp_path: Path, profile: Profile) -> None:
    store = ProfileStore(tmp_path / "config")
    store.add(profile)
    text = (tmp_path / "config" / "profiles.toml").read_text(encoding="utf-8")
    assert taken(PROFILES, text)


def test_a_key_is_described_as_it_is_written_in_the_file_and_nothing_as_in_the_program() -> None:
    keys = PROFILES["properties"]["profiles"]["additionalProperties"]["properties"]
    assert keys["trust"]["description"] == "how the certificate is verified"
    assert "`false`" in keys["test_emails"]["description"]
    described = json.dumps([each.get("anyOf") for each in keys.values()])
    assert "description" not in described
    for what in ("file", "plan", "profiles", "config"):
        schema = file_schema(what)
        jsonschema.Draft202012Validator.check_schema(schema)
        assert schema["title"].endswith("smtp-tui")
        assert not re.search(r'"_|/_|"title": "(?!.* smtp-tui")', json.dumps(schema))


def test_the_examples_of_the_readme_and_the_page_are_taken() -> None:
    examples = named("read")
    assert taken(PROFILES, examples["a profile"])
    assert taken(PROFILES, examples["profiles.toml"])
    assert taken(PREFERENCES, examples["config.toml"])
