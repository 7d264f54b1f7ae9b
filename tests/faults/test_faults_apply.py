"""The table of faults stays true: each fault still applies to today's source, and to one place."""

from __future__ import annotations

import pytest

from tests.faults.fault import Fault, applied, missing_tests, sources
from tests.faults.table import FAULTS
from tests.faults.workshop import ROOT

TEXTS = sources(ROOT)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_applies_once_and_its_tests_are_there(fault: Fault) -> None:
    applied(fault, TEXTS)
    assert fault.tests
    assert list(missing_tests(fault, ROOT)) == []


def test_no_two_faults_are_the_same() -> None:
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)
    assert len({(fault.old, fault.new) for fault in FAULTS}) == len(FAULTS)
