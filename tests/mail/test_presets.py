"""Each preset holds a host and a port that pass our own validation."""

from __future__ import annotations

from datetime import date

import pytest

from smtp_tui.mail.parameters import parameter_remarks, port_hint, port_remarks
from smtp_tui.mail.presets import Preset, preset_for, presets
from smtp_tui.mail.remarks import Severity

PRESETS = presets().preset


def test_no_name_and_no_host_appears_twice() -> None:
    assert len(PRESETS) >= 12
    assert len({preset.name for preset in PRESETS}) == len(PRESETS)
    assert len({preset.hostname for preset in PRESETS}) == len(PRESETS)


@pytest.mark.parametrize("preset", PRESETS, ids=[preset.name for preset in PRESETS])
def test_a_preset_starts_from_a_port_it_documents_and_that_raises_no_warning(
    preset: Preset,
) -> None:
    assert preset.port in preset.ports
    assert list(preset.ports) == sorted(set(preset.ports))
    assert parameter_remarks("hostname", preset.hostname) == ()
    assert port_hint(preset.port) is None
    remarks = port_remarks(preset.hostname, preset.port)
    assert all(remark.severity is Severity.HINT for remark in remarks)
    assert preset.note.endswith(".")


def test_a_preset_is_found_by_its_host_in_any_spelling() -> None:
    for preset in PRESETS:
        assert preset_for(f" {preset.hostname.upper()}. ") == preset


def test_a_host_of_no_provider_has_no_preset() -> None:
    assert preset_for("smtp.example.com") is None


def test_the_presets_tell_when_they_were_compared() -> None:
    assert date(2026, 11, 22) <= presets().checked
