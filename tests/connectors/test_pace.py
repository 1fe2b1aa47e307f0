"""Pace: rates from totals that are looked at now and then."""

from __future__ import annotations

from connectors.pace import Pace


def test_a_rate_is_the_growth_over_the_last_ten_seconds():
    now = [0.0]
    pace: Pace[str] = Pace(lambda: now[0])
    assert pace.rates({"a": 100}) == {}
    now[0] = 2.0
    assert pace.rates({"a": 120, "b": 5}) == {"a": 10.0}
    now[0] = 4.0
    assert pace.rates({"a": 120, "b": 15}) == {"a": 5.0, "b": 5.0}
    now[0] = 30.0
    assert pace.rates({"a": 999}) == {}


def test_a_total_that_went_down_is_no_negative_rate():
    now = [0.0]
    pace: Pace[str] = Pace(lambda: now[0])
    pace.rates({"a": 100})
    now[0] = 1.0
    assert pace.rates({"a": 1}) == {"a": 0.0}
