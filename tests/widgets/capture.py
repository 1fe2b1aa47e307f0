"""A capture for tests of views: the parts of a session, fed with believable rows at times that the test chooses."""

from __future__ import annotations

import time
from random import Random
from typing import Any

from app.latency.breaches import Breaches
from app.latency.latency import Latency
from app.settings import Settings
from app.store.store import Store
from app.topology.topology import Topology
from app.traces.sagas import Sagas
from app.traces.streams import Streams
from app.traces.traces import Traces
from eventscope.connector import Block, Record
from eventscope.step import Phase

MS = 1_000_000
SECOND = 1_000_000_000
START = 1_800_000_000 * SECOND


class Capture:
    """What views see of a session."""

    def __init__(self) -> None:
        self.settings = Settings()
        self.store = Store()
        self.traces = Traces()
        self.sagas = Sagas(self.store, self.traces)
        self.streams = Streams()
        self.latency = Latency()
        self.breaches = Breaches()
        self.topology = Topology()

    def now(self) -> int:
        """The moment up to which views look back (ns since the epoch)."""
        return time.time_ns()

    def feed(self, records: list[Record], observed_at: int, source: str = "demo") -> int:
        """Take in rows as the session does; the number of the first."""
        first = self.store.append(source, Block.of(records), observed_at)
        for chunk in self.store.chunks:
            start = max(first - chunk.first_seq, 0)
            if start < chunk.rows:
                for part in (self.traces, self.streams, self.latency, self.breaches, self.topology):
                    part.add(chunk, start, chunk.rows)
        return first


def published(type_: str, id_: str, trace: str, at: int, **more: Any) -> Record:
    """The row of an event that was published."""
    known: dict[str, Any] = {
        "category": type_.partition(".")[0],
        "priority": 1,
        "producer": "order_service",
        "channel": "bus",
        "payload": b'{"order_id": "ord-000001"}',
        "fanout": 1,
    }
    return Record(type=type_, id=id_, correlation_id=trace, occurred_at=at, **(known | more))


def step(of: Record, phase: Phase, subscription: str, at: int, **more: Any) -> Record:
    """A later row in the life of the event that `of` published."""
    return of._replace(
        **(
            {
                "phase": phase,
                "subscription": subscription,
                "occurred_at": at,
                "payload": None,
                "fanout": -1,
                "attempt": 1,
            }
            | more
        )
    )


def handled(
    of: Record, subscription: str, at: int, queue: float, handle: float, end_as: Phase = Phase.HANDLED, **more: Any
) -> list[Record]:
    """The delivered and the handled row; `queue` and `handle` in ms."""
    queue_ns, handle_ns = round(queue * MS), round(handle * MS)
    end = at + queue_ns + handle_ns
    times = {"queue_ns": queue_ns, "handle_ns": handle_ns, "total_ns": end - of.occurred_at}
    return [
        step(of, Phase.DELIVERED, subscription, at + queue_ns, queue_ns=queue_ns),
        step(of, end_as, subscription, end, **(times | more)),
    ]


FLOW = (
    # type, cause, producer, priority, subscriptions
    ("order.created", None, "order_service", 1, ("InventoryService.reserve", "FraudCheck.score", "ReadModel.project")),
    ("inventory.reserved", "order.created", "inventory_service", 1, ("PaymentService.charge", "ReadModel.project")),
    ("fraud.scored", "order.created", "fraud_service", 0, ("Analytics.count",)),
    ("payment.processed", "inventory.reserved", "payment_service", 3, ("OrderService.confirm", "Loyalty.award")),
    ("order.confirmed", "payment.processed", "order_service", 2, ("ShippingService.label", "Notifications.mail")),
    ("loyalty.points.awarded", "payment.processed", "loyalty_service", 0, ()),
    ("shipping.created", "order.confirmed", "shipping_service", 1, ("ShippingService.ship",)),
    ("order.shipped", "shipping.created", "shipping_service", 1, ("Notifications.mail", "ReadModel.project")),
)  # fmt: skip


def order(number: int, at: int, seed: int = 1) -> list[Record]:
    """All rows of one order, in the order of their times. Some payments fail, are tried again and given up."""
    chance = Random(f"{seed}/{number}")
    trace = f"ord-{number:06}"
    rows: list[Record] = []
    ends: dict[str, tuple[Record, int]] = {}
    fails = chance.random() < 0.2
    for type_, cause, producer, priority, subscriptions in FLOW:
        if cause is not None and cause not in ends:
            continue
        parent, start = ends[cause] if cause else (None, at)
        event = published(
            type_, f"{trace}/{type_}", trace, start + chance.randrange(MS), producer=producer, priority=priority,
            causation_id=parent.id if parent else None, fanout=len(subscriptions),
        )  # fmt: skip
        rows.append(event)
        end = event.occurred_at
        for subscription in subscriptions:
            queue = chance.lognormvariate(0.2, 0.9)
            handle = chance.lognormvariate(1.4 if priority == 3 else 1.9, 0.7)
            if fails and subscription == "PaymentService.charge":
                rows += failed_thrice(event, subscription)
                continue
            rows += handled(event, subscription, event.occurred_at, queue, handle)
            end = max(end, rows[-1].occurred_at)
        if not (fails and type_ == "inventory.reserved"):
            ends[type_] = (event, end)
    return sorted(rows, key=lambda row: row.occurred_at)


def failed_thrice(event: Record, subscription: str) -> list[Record]:
    """Three attempts that fail, then the dead letter."""
    rows, at = [], event.occurred_at + 2 * MS
    for attempt in (1, 2, 3):
        delivered, ended = handled(
            event,
            subscription,
            at,
            0.4,
            12.0,
            attempt=attempt,
            end_as=Phase.FAILED,
            error="ConnectionError: card gateway away",
        )
        rows += [delivered._replace(attempt=attempt), ended]
        at = ended.occurred_at + 15 * MS
        if attempt < 3:
            rows.append(step(event, Phase.RETRIED, subscription, ended.occurred_at, attempt=attempt, error=ended.error))
    rows.append(step(event, Phase.DEAD_LETTERED, subscription, rows[-1].occurred_at, attempt=3, error=rows[-1].error))
    return rows


def busy(seconds: float, rate: float = 8.0, until: int = START, capture: Capture | None = None) -> Capture:
    """A capture of orders at `rate` per second over `seconds` up to `until` (ns since the epoch)."""
    capture = capture or Capture()
    rows: list[Record] = []
    chance = Random(7)
    at, number = until - seconds * SECOND, 0
    while at < until:
        rows += order(number, int(at))
        at += chance.expovariate(rate) * SECOND
        number += 1
    rows.sort(key=lambda row: row.occurred_at)
    for start in range(0, len(rows), 20):
        batch = rows[start : start + 20]
        if batch[-1].occurred_at < until:
            capture.feed(batch, batch[-1].occurred_at)
    return capture
