"""How far a run is, in words and as a bar."""

from __future__ import annotations

import pytest

from smtp_tui.ui.bulk.current_run import counts_words, pace_words
from smtp_tui.ui.bulk.edit import differing
from smtp_tui.ui.bulk.run import bar_content
from smtp_tui.workflows.progress import Counts


@pytest.mark.parametrize(
    ("counts", "before", "seconds", "words"),
    [
        (Counts(done=0, left=10), 0, 5.0, ""),
        (Counts(done=20, left=17), 0, 10.0, "2/s, about 8 s to go"),
        (Counts(done=20, failed=2, unknown=2, left=12), 0, 12.0, "2/s, about 6 s to go"),
        (Counts(done=30, left=10), 20, 10.0, "1/s, about 10 s to go"),
        (Counts(done=10, left=30), 0, 60.0, "10/min, about 3 min 0 s to go"),
        (Counts(done=40), 0, 4.0, "10/s"),
        (Counts(), 0, 0.0, ""),
    ],
)
def test_rate_and_time_left_count_what_ended_since_it_was_begun(
    counts: Counts, before: int, seconds: float, words: str
) -> None:
    assert pace_words(counts, before, seconds) == words


def test_only_what_there_is_is_counted() -> None:
    assert counts_words(Counts(done=1_200, failed=1, left=17)) == "1,200 done, 1 failed, 17 left"
    assert counts_words(Counts(done=2, already=1)) == "2 done, 1 already so"
    assert counts_words(Counts()) == "nothing to do"


@pytest.mark.parametrize("counts", [Counts(), Counts(3, 1, 1, 5), Counts(1, left=999), Counts(7)])
@pytest.mark.parametrize("width", [10, 33, 60])
def test_the_bar_has_its_width_and_is_full_at_the_end_only(counts: Counts, width: int) -> None:
    bar = bar_content(counts, width).plain
    assert len(bar) == width
    if counts.left:
        assert bar.count("━") == round(width * counts.ended / (counts.ended + counts.left))
    else:
        assert "─" not in bar


def test_differing_values_are_counted_the_most_common_first() -> None:
    assert differing([465, 25, 25, None]) == "3 values: 25 (2), 465 (1), blank (1)"
    assert differing(range(6)).endswith("3 (1), …")
