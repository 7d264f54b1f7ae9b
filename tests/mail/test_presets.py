"""The presets hold a host and a port that pass our own checks."""

from __future__ import annotations

from datetime import date

import pytest

from smtp_tui.mail.checks import check_hostname, check_port_for_host, port_hint
from smtp_tui.mail.findings import Severity
from smtp_tui.mail.presets import CHECKED, PRESETS, Preset, preset_for


def test_there_are_a_dozen_presets_with_different_names_and_hosts() -> None:
    assert len(PRESETS) >= 12
    assert len({preset.name for preset in PRESETS}) == len(PRESETS)
    assert len({preset.hostname for preset in PRESETS}) == len(PRESETS)


@pytest.mark.parametrize("preset", PRESETS, ids=[preset.name for preset in PRESETS])
def test_a_preset_starts_from_a_port_it_documents_and_that_raises_no_warning(
    preset: Preset,
) -> None:
    assert preset.port in preset.ports
    assert check_hostname(preset.hostname) == ()
    assert port_hint(preset.port) is None
    findings = check_port_for_host(preset.hostname, preset.port)
    assert all(finding.severity is Severity.HINT for finding in findings)
    assert preset.note.endswith(".")


def test_a_preset_is_found_by_its_host_name_in_any_spelling() -> None:
    gmail = preset_for(" SMTP.Gmail.com. ")
    assert gmail is not None
    assert gmail.name == "Gmail"
    assert preset_for("smtp.example.com") is None


def test_the_table_says_when_it_was_checked() -> None:
    assert date(2026, 11, 22) <= CHECKED
