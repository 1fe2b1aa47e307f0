"""The queue of a bus: deliveries that wait, in one lane per priority."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from eventscope.delivery import Delivery
from eventscope.event import EventPriority
from eventscope.subscription import Subscription

__all__ = ["Lanes"]

PICKS_BETWEEN_AGED = 8
"""So many picks go by priority before one may go by age: an urgent event never loses more than a ninth."""

Lane = deque[Delivery]


def _lanes() -> tuple[Lane, ...]:
    return tuple(deque() for _ in EventPriority)


class Lanes:
    """Deliveries in the order in which they shall start.

    The highest priority goes first, and within a priority the oldest. So that LOW is never starved, one
    pick in nine goes to what has waited for more than `ageing` seconds in a lower lane. What is meant for
    a subscription that is at its limit is parked, and comes back to the front when a slot opens, so that
    a slow subscription holds nobody up.

    `waiting` and `depth` (per priority) count every delivery that is *held* here, also one that is not in
    a lane now: it waits for its next attempt, or for its batch to fill.
    """

    def __init__(self, ageing: float) -> None:
        self._ageing = round(ageing * 1e9)
        self._lanes = _lanes()
        self._urgent_first = self._lanes[::-1]
        self._parked: dict[Subscription, tuple[Lane, ...]] = {}
        self._since_aged = 0
        self.depth = [0] * len(self._lanes)
        self.waiting = 0

    @property
    def ready(self) -> int:
        """How many entries could be picked; some may turn out to need parking."""
        low, normal, high, critical = self._lanes
        return len(low) + len(normal) + len(high) + len(critical)

    def hold(self, entry: Delivery) -> None:
        """Count an entry as waiting here."""
        for delivery in entry.members:
            self.depth[delivery.event.priority] += 1
            delivery.subscription.queued += 1
        self.waiting += 1 + len(entry.followers)

    def let_go(self, entry: Delivery) -> None:
        """Stop counting an entry: it starts, or is given up."""
        for delivery in entry.members:
            self.depth[delivery.event.priority] -= 1
            delivery.subscription.queued -= 1
        self.waiting -= 1 + len(entry.followers)

    def push(self, entry: Delivery) -> None:
        """Let a held entry wait for its pick."""
        subscription = entry.subscription
        if self._parked and subscription in self._parked and subscription.running >= subscription.concurrency:
            self._park(entry)
        else:
            self._lanes[entry.event.priority].append(entry)

    def take(self, now: int) -> Delivery | None:
        """The entry to start at `now`, let go; None if there is none whose subscription has a slot."""
        while True:
            lane = self._best()
            if lane is None:
                return None
            aged = self._aged(lane, now) if self._since_aged >= PICKS_BETWEEN_AGED else None
            entry = (lane if aged is None else aged).popleft()
            subscription = entry.subscription
            if subscription.running < subscription.concurrency:
                self._since_aged = self._since_aged + 1 if aged is None else 0
                self.let_go(entry)
                return entry
            self._park(entry)

    def _best(self) -> Lane | None:
        for lane in self._urgent_first:
            if lane:
                return lane
        return None

    def _aged(self, best: Lane, now: int) -> Lane | None:
        """The lower lane whose first entry has waited longest, if that is long enough."""
        oldest, found = now - self._ageing, None
        for lane in self._lanes:
            if lane is best:
                break
            if lane and lane[0].queued < oldest:
                oldest, found = lane[0].queued, lane
        return found

    def _park(self, entry: Delivery) -> None:
        lanes = self._parked.get(entry.subscription)
        if lanes is None:
            lanes = self._parked[entry.subscription] = _lanes()
        lane = lanes[entry.event.priority]
        # One that had been let out in vain goes back to where it stood.
        if lane and entry.queued < lane[0].queued:
            lane.appendleft(entry)
        else:
            lane.append(entry)

    def unpark(self, subscription: Subscription) -> None:
        """A slot of `subscription` is open: its most urgent parked entry goes to the front of its lane."""
        lanes = self._parked.get(subscription)
        if lanes is None:
            return
        for priority in reversed(EventPriority):
            if lanes[priority]:
                self._lanes[priority].appendleft(lanes[priority].popleft())
                break
        if not any(lanes):
            del self._parked[subscription]

    def evict(self, priority: EventPriority) -> Delivery | None:
        """Give up the newest entry of the lowest priority below `priority`, or None if there is none."""
        for lower in range(priority):
            lanes = [lane for lane in self._all(lower) if lane]
            if lanes:
                entry = max(lanes, key=lambda lane: lane[-1].queued).pop()
                self.let_go(entry)
                self._let_one_out(entry.subscription)
                return entry
        return None

    def _all(self, priority: int) -> Iterator[Lane]:
        yield self._lanes[priority]
        for lanes in self._parked.values():
            yield lanes[priority]

    def _let_one_out(self, subscription: Subscription) -> None:
        # The entry given up may be the very one that a free slot had been kept for.
        if subscription.running < subscription.concurrency:
            self.unpark(subscription)
        elif (lanes := self._parked.get(subscription)) and not any(lanes):
            del self._parked[subscription]

    def discard(self, subscription: Subscription) -> list[Delivery]:
        """Give up all that waits here for one subscription."""
        given_up = [entry for lane in self._parked.pop(subscription, ()) for entry in lane]
        for lane in self._lanes:
            mine = [entry for entry in lane if entry.subscription is subscription]
            if mine:
                others = [entry for entry in lane if entry.subscription is not subscription]
                lane.clear()
                lane.extend(others)
                given_up += mine
        for entry in given_up:
            self.let_go(entry)
        return given_up

    def clear(self) -> list[Delivery]:
        """Give up all that waits here."""
        given_up = [entry for priority in range(len(self._lanes)) for lane in self._all(priority) for entry in lane]
        for lane in self._lanes:
            lane.clear()
        self._parked.clear()
        for entry in given_up:
            self.let_go(entry)
        return given_up
