"""Sagas: how each saga stands, judged when somebody asks and kept until its trace grows."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from app.store.store import Evicted, Store
from app.traces.events import NOT_PUBLISHED, TracedEvent
from app.traces.facts import about
from app.traces.saga import LEAST_SERVICES, WENT_WELL, Outcome, SagaState
from app.traces.summary import TraceSummary
from app.traces.trace import build_trace
from app.traces.traces import Traces

__all__ = ["Sagas", "Verdict"]

MOST_KEPT: Final = 8_192
MOST_ROWS: Final = 1_000
"""A longer trace is no saga that anybody could judge while the window is to be painted."""
SLICE_S: Final = 0.008
"""So long sagas are judged at a time; the rest waits for the next time."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found in a trace up to row `last_seq`: `outcome` is None unless it is a saga.

    `whole` says that its beginning was captured.
    """

    last_seq: int
    outcome: Outcome | None
    name: str = ""
    """What it is about, such as `ord-17`, if the events say so."""
    whole: bool = True


class Sagas:
    """Verdicts on the traces of one capture, the latest asked for are kept."""

    def __init__(self, store: Store, traces: Traces) -> None:
        self._store = store
        self._traces = traces
        self._verdicts: OrderedDict[str, Verdict] = OrderedDict()

    def state(self, trace: TraceSummary) -> SagaState | None:
        """How a saga stands; None for an ordinary trace, and for one that was not judged yet."""
        if not trace.tells:
            return WENT_WELL.state(trace.state) if trace.services >= LEAST_SERVICES else None
        verdict = self._verdicts.get(trace.correlation_id)
        return verdict.outcome.state(trace.state) if verdict and verdict.outcome else None

    def judge(self, traces: Iterable[TraceSummary], slice_s: float = SLICE_S) -> None:
        """Judge those of these traces that tell of something and have grown, for a while."""
        deadline = time.perf_counter() + slice_s
        for trace in traces:
            known = self._verdicts.get(trace.correlation_id)
            if trace.tells and trace.rows <= MOST_ROWS and (known is None or known.last_seq != trace.last_seq):
                self._judge(trace)
                if time.perf_counter() > deadline:
                    return

    def broken(self, now: int, most: int) -> list[tuple[TraceSummary, Verdict]]:
        """The sagas among the latest `most` traces in which something was left behind, newest first."""
        traces = self._traces.recent(most, telling=True, now=now)
        self.judge(traces)
        found = [(trace, self._verdicts.get(trace.correlation_id)) for trace in traces]
        return [(trace, verdict) for trace, verdict in found if verdict and left_behind(trace, verdict)]

    def _judge(self, trace: TraceSummary) -> None:
        try:
            built = build_trace(self._store, trace.correlation_id)
        except Evicted:
            return
        ordered = built.meaning.ordered if built.meaning else ()
        whole = not any(NOT_PUBLISHED in event.badges for event in ordered[:1]) and not any(e.missing for e in ordered)
        outcome = built.saga.outcome if built.saga else None
        self._verdicts[trace.correlation_id] = Verdict(trace.last_seq, outcome, name_of(ordered), whole)
        self._verdicts.move_to_end(trace.correlation_id)
        while len(self._verdicts) > MOST_KEPT:
            self._verdicts.popitem(last=False)


def left_behind(trace: TraceSummary, verdict: Verdict) -> bool:
    """Whether a saga is over and something that had to be undone was not, as far as all of it was captured."""
    outcome = verdict.outcome
    if outcome is None or not verdict.whole or not outcome.left or not outcome.failures:
        return False
    return outcome.state(trace.state) is SagaState.FAILED


def name_of(ordered: Iterable[TracedEvent]) -> str:
    """What the first event with a key or an identity is about."""
    for event in ordered:
        if event.row.key:
            return event.row.key
        own = [value for name, value in event.facts.ids.items() if about(name, event.row.type or "")]
        if own:
            return own[0]
    return ""
