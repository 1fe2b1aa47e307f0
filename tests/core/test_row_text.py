"""An event as one line of text."""

from __future__ import annotations

from exported import store_of

from app.commands.row_text import clock_time, priority_name, row_text
from eventscope.connector import Record
from eventscope.step import Phase


def test_a_row_says_what_happened_to_whom_and_how_long_it_took() -> None:
    row = Record(
        type="order.created", priority=2, phase=Phase.FAILED, producer="shop", subscription="billing",
        total_ns=12_300_000, error="card refused",
    )  # fmt: skip
    line = row_text(store_of([row]).event(1))
    for part in ("HIGH", "failed", "order.created", "by shop", "to billing", "12.3 ms", "card refused"):
        assert part in line


def test_what_is_unknown_is_left_out() -> None:
    line = row_text(store_of([Record()]).event(1))
    assert "(no type)" in line
    assert " by " not in line
    assert " ms" not in line


def test_a_time_that_no_calendar_has_is_shown_as_the_number() -> None:
    assert clock_time(-(2**70)) == str(-(2**70))


def test_an_unknown_priority_has_no_name() -> None:
    assert (priority_name(-1), priority_name(3), priority_name(9)) == ("", "CRITICAL", "")
