"""The time axis of a trace: in order, within its width, with long pauses folded."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from widgets.trace.time import FOLD_PX, TICK_PX, TimeAxis, round_step, span_text

MS = 1_000_000
SECOND = 1_000_000_000
HOUR = 3_600 * SECOND

SPANS = st.lists(
    st.tuples(st.integers(0, 10 * HOUR), st.integers(0, 2 * SECOND)).map(lambda s: (s[0], s[0] + s[1])),
    min_size=1,
    max_size=30,
)


@given(SPANS, st.floats(60, 2_000))
def test_later_times_never_lie_further_left_and_all_lie_within_the_width(
    spans: list[tuple[int, int]], width: float
) -> None:
    axis = TimeAxis(spans)
    places = [axis.x(at, width) for at in sorted(at for span in spans for at in span)]
    assert all(left <= right + 1e-6 for left, right in pairwise(places))
    assert places[0] == pytest.approx(0)
    assert places[-1] <= width + 1e-6


@given(SPANS, st.floats(60, 2_000))
def test_ticks_lie_on_the_axis_and_not_over_each_other(spans: list[tuple[int, int]], width: float) -> None:
    ticks = TimeAxis(spans).ticks(width)
    assert all(-1e-6 <= tick.x <= width + 1e-6 for tick in ticks)
    assert all(
        right.x - left.x >= min(TICK_PX, width) - 1e-3 or right.text.startswith("+") for left, right in pairwise(ticks)
    )


def test_two_hours_of_silence_take_no_more_room_than_their_label() -> None:
    axis = TimeAxis([(0, 20 * MS), (2 * HOUR, 2 * HOUR + 20 * MS)])
    (fold,) = [stretch for stretch in axis.stretches if stretch.folded]
    assert axis.x(fold.stop, 600) - axis.x(fold.start, 600) == pytest.approx(FOLD_PX)
    assert axis.x(20 * MS, 600) == pytest.approx((600 - FOLD_PX) / 2)
    middle = axis.x(fold.start, 600) + FOLD_PX / 2
    assert axis.fold_at(middle, 600) == fold
    assert axis.fold_at(1, 600) is None


def test_a_fold_can_be_drawn_to_scale() -> None:
    spans = [(0, 20 * MS), (2 * HOUR, 2 * HOUR + 20 * MS)]
    axis = TimeAxis(spans, unfolded=frozenset({20 * MS}))
    assert not any(stretch.folded for stretch in axis.stretches)
    assert axis.x(HOUR, 600) == pytest.approx(300, abs=0.1)


def test_a_steady_beat_is_not_folded() -> None:
    axis = TimeAxis([(n * 3 * SECOND, n * 3 * SECOND + MS) for n in range(10)])
    assert not any(stretch.folded for stretch in axis.stretches)


def test_an_empty_trace_has_an_axis_without_ticks() -> None:
    assert TimeAxis([]).ticks(500) == []
    assert TimeAxis([]).x(77, 500) == 0


@pytest.mark.parametrize(
    ("ns", "text"),
    [
        (0, "0"),
        (420, "0.42 µs"),
        (420_000, "420 µs"),
        (999_600, "1 ms"),
        (12_340_000, "12.3 ms"),
        (1_240_000_000, "1.24 s"),
        (123 * SECOND, "2 min 3 s"),
        (2 * HOUR + 14 * 60 * SECOND, "2 h 14 min"),
        (50 * 24 * HOUR, "50 d"),
        (-5 * MS, "−5 ms"),
    ],
)
def test_durations_read_as_a_person_would_say_them(ns: int, text: str) -> None:
    assert span_text(ns) == text


@given(st.floats(0.1, 1e18))
def test_a_step_is_never_smaller_than_asked_for(least: float) -> None:
    assert round_step(least) >= least
