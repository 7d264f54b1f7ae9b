"""The numbers in the README's page on promises are those of the suites."""

import re

import pytest

from tests.api.faults import FAULTS, KINDS
from tests.api.test_random_work import EXAMPLES, STEPS
from tests.house.test_readme import section
from tests.payloads import PAYLOADS
from tests.state.test_kills import KILLS

PAGE = section("What it promises and how that is tested")
NUMBERS = {
    r"(\d+) faults": len(FAULTS),
    r"against (\d+) kinds of call": len(KINDS),
    r"(\d+) made-up sessions": EXAMPLES,
    r"sessions of (\d+) steps": STEPS,
    r"(\d+) payloads": len(PAYLOADS),
    r"(\d+) times `kill -9`": KILLS,
}


@pytest.mark.parametrize("words", NUMBERS)
def test_a_number_in_the_readme_is_the_one_of_its_suite(words: str) -> None:
    assert re.findall(words, PAGE) == [str(NUMBERS[words])]


def test_no_other_number_stands_there() -> None:
    told = sum(len(re.findall(words, PAGE)) for words in NUMBERS)
    assert len(re.findall(r"(?<![-\w])\d+", PAGE)) == told
