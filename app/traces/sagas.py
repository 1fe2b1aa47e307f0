"""Sagas: how each saga stands, judged when somebody asks and kept until its trace grows."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from app.store.store import Evicted, Store
from app.traces.events import NOT_PUBLISHED, TracedEvent
from app.traces.facts import about, facts_of
from app.traces.long_trace import kinds_in, outcome_of
from app.traces.saga import LEAST_SERVICES, WENT_WELL, Outcome, SagaState, says_so
from app.traces.summary import TraceState, TraceSummary
from app.traces.trace import build_trace
from app.traces.traces import Traces

__all__ = ["Sagas", "Verdict"]

MOST_KEPT: Final = 8_192
LONG: Final = 1_000
"""Of a trace with more rows events are counted by their types; of the others all are put together."""
FIRST_ROWS: Final = 100
"""So many rows of a long trace say what it is about."""
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
        """Judge those of these traces that tell of something and have grown, for a while.

        A long one is judged again when nothing comes any more: until then it is running, whatever happened in it.
        """
        deadline = time.perf_counter() + slice_s
        for trace in traces:
            known = self._verdicts.get(trace.correlation_id)
            waits = known is not None and trace.rows > LONG and trace.state is TraceState.OPEN
            if trace.tells and not waits and (known is None or known.last_seq != trace.last_seq):
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
            verdict = self._verdict(trace)
        except Evicted:
            return
        self._verdicts[trace.correlation_id] = verdict
        self._verdicts.move_to_end(trace.correlation_id)
        while len(self._verdicts) > MOST_KEPT:
            self._verdicts.popitem(last=False)

    def _verdict(self, trace: TraceSummary) -> Verdict:
        """What is found in a trace; raises Evicted."""
        long = trace.rows > LONG
        built = build_trace(self._store, trace.correlation_id, limit=FIRST_ROWS if long else LONG)
        ordered = built.meaning.ordered if built.meaning else ()
        whole = not any(NOT_PUBLISHED in event.badges for event in ordered[:1]) and not any(map(is_orphan, ordered))
        outcome = built.saga.outcome if built.saga else None
        if long:
            kinds = kinds_in(self._store, trace.correlation_id)
            whole = whole and kinds.rows >= trace.rows
            outcome = outcome_of(kinds, told=any(says_so(event.facts, undone=False) for event in ordered))
            outcome = outcome and replace(outcome, reason=self._reason(outcome))
        return Verdict(trace.last_seq, outcome, name_of(ordered), whole)

    def _reason(self, outcome: Outcome) -> str:
        """What the first failure says of itself; raises Evicted."""
        if outcome.seq is None:
            return ""
        ((headers, payload, error),) = self._store.cells([outcome.seq], ("headers", "payload", "error"))
        return facts_of(headers, payload).reason or error or ""


def is_orphan(event: TracedEvent) -> bool:
    """Whether the event that caused this one was not captured."""
    return event.missing is not None and not event.of_span


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
