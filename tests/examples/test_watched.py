"""Each of the five as a monitor beside it sees it: every step with its own times, and the same embedded as tapped."""

from __future__ import annotations

from collections import Counter

import pytest
from played import EXAMPLES, STEP, embedded, events_of, listeners, phases_of, rows_of, shapes, steps_in, tapped

from eventscope import EventPriority
from eventscope.step import Phase

PHASE, PRIORITY = STEP.index("phase"), STEP.index("priority")
KINDS = {"queue": "queue_ns", "handle": "handle_ns", "total": "total_ns"}
BUCKET = 0.04
"""A bucket of the monitor's histogram is at most 3.1 % wide."""


GOOD_ORDER = "inventory.reserved(payment.processed(order.paid(shipping.created(order.shipped(order.delivered)))))"
CLOSED = "defect.status_changed(defect.status_changed(defect.status_changed(defect.deleted), defect.updated)"
SEEN = {
    "orders": ((368, 1424, 1404, 20, 17, 3), 63, 14, 28, f"order.created({GOOD_ORDER})"),
    "neurograph": ((300, 473, 473), 103, 14, 31, "token.created(spatial.indexed)"),
    "life": ((349, 138, 138), 101, 20, 12, "life.idle(meaning.found(decision.made))"),
    "defects": ((516, 1016, 952, 64, 52, 12), 105, 9, 41, f"defect.created({CLOSED}, defect.updated), defect.updated)"),
    "roles": ((340, 331, 330, 1, 0, 1), 205, 8, 97, "message.received(access.decided)"),
}
"""What the seed of this run makes: rows of each phase, beginnings, shapes, and those of the commonest shape."""


@pytest.mark.parametrize("example", EXAMPLES)
async def test_what_the_monitor_shows_of_a_process_that_taps_is_what_happened_there(example, tmp_path):
    watched = await tapped(example, tmp_path)
    assert len(watched.steps) > 200
    assert steps_in(watched.session) == watched.steps, "each step in its order, with the times that the bus took"
    assert watched.session.counters().lost == watched.session.counters().dropped == 0
    check_latencies(watched.session, watched.steps)
    session = await embedded(example, rate=300, seconds=1.2)
    assert events_of(watched.session) == events_of(session)
    assert phases_of(watched.session) == phases_of(session)
    assert watched.listeners == listeners(session)
    phases, begun, kinds, count, shape = SEEN[example]
    assert phases_of(session) == Counter({Phase(number): rows for number, rows in enumerate(phases) if rows})
    seen = shapes(session)
    assert (seen.total(), len(seen), seen[shape]) == (begun, kinds, count)
    assert len(session.traces) == len({row.correlation_id for row in rows_of(session)}) <= begun
    assert seen.most_common(1)[0][1] == count


def check_latencies(session, steps):
    """The latency view counts every handling that ended, and its figures are those that the process took itself."""
    ended = [step for step in steps if step[PHASE] in (Phase.HANDLED, Phase.FAILED)]
    assert ended
    for priority in EventPriority:
        of_priority = [step for step in ended if step[PRIORITY] == priority]
        for kind, column in KINDS.items():
            times = sorted(step[STEP.index(column)] / 1e6 for step in of_priority)
            assert session.latency.measured(kind, priority) == len(times), (kind, priority)
            shown = session.latency.status(kind, priority, 60)
            if times:
                middle = times[(len(times) - 1) // 2], times[len(times) // 2]
                assert shown.count == len(times)
                assert middle[0] * (1 - BUCKET) <= shown.p50 <= middle[1] * (1 + BUCKET), (kind, priority)
                assert shown.max == pytest.approx(times[-1], rel=BUCKET), (kind, priority)
