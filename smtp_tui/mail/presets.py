"""Well-known mail providers, from `presets.toml`: host and port to start a new record from."""

from __future__ import annotations

import functools
from datetime import date
from pathlib import Path
from typing import Final

import msgspec

from smtp_tui.typed import typed_toml

_FILE: Final = Path(__file__).with_name("presets.toml")


class Preset(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One provider: the `port` to start from, all `ports` it documents, a `note` on the login."""

    name: str
    hostname: str
    port: int
    ports: tuple[int, ...]
    note: str


class Presets(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All providers, and the day they were last compared with the documentation."""

    checked: date
    preset: tuple[Preset, ...]


@functools.cache
def presets() -> Presets:
    """Read `presets.toml`, once."""
    return typed_toml(_FILE, Presets)


def preset_for(hostname: str) -> Preset | None:
    """Find the provider a host belongs to, whatever its case, with or without a dot at the end."""
    wanted = hostname.strip().lower().removesuffix(".")
    return next((preset for preset in presets().preset if preset.hostname == wanted), None)
