"""Whatever is done to a bus, its counters add up and agree with what its observers were told."""

import asyncio
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from eventscope import EventBus, Overflow, QueueFull

PRIORITIES = st.integers(0, 3)
HANDLERS = st.sampled_from(["quick", "yields", "sleeps", "raises", "raises once", "publishes", "plain"])
SUBSCRIBE = st.tuples(
    st.just("subscribe"),
    HANDLERS,
    st.fixed_dictionaries(
        {"concurrency": st.integers(1, 4), "retries": st.integers(0, 2), "priority": st.none() | PRIORITIES},
        optional={"batch": st.integers(1, 4), "batch_wait": st.just(0.001), "types": st.sampled_from(["a.*", "b.b"])},
    ),
)
OPERATIONS = st.one_of(
    SUBSCRIBE,
    st.tuples(st.just("unsubscribe"), st.integers(0, 9)),
    st.tuples(st.just("publish"), PRIORITIES, st.integers(1, 20)),
    st.tuples(st.just("publish_nowait"), PRIORITIES, st.integers(1, 20)),
    st.tuples(st.just("publish_threadsafe"), PRIORITIES, st.integers(1, 20)),
    st.tuples(st.just("turn"), st.integers(1, 5)),
    st.tuples(st.just("restart"), st.sampled_from([0.0, 0.002, 5.0])),
)


class Program:
    """A bus, and the operations that a test does to it."""

    def __init__(self, **options):
        self.bus = EventBus(ageing=0.0, **options)
        self.steps = Counter()
        self.subscriptions = []
        self.tasks = []
        self.bus.observe(self.count)

    def count(self, step):
        self.steps[step.phase.name.lower()] += 1
        self.check()

    def check(self):
        m = self.bus.get_metrics()
        assert m["waiting"] == sum(m["queue_depth"].values())
        assert min(m["waiting"], m["running"], *m["queue_depth"].values()) >= 0

    def balance(self):
        m = self.bus.get_metrics()
        assert m["deliveries"] == m["handled"] + m["dead_lettered"] + m["dropped"] + m["waiting"] + m["running"]

    def handler(self, kind):
        failed = set()

        async def handle(argument):
            if kind == "yields":
                await asyncio.sleep(0)
            elif kind == "sleeps":
                await asyncio.sleep(0.001)
            elif kind == "raises" or (kind == "raises once" and id(argument) not in failed):
                failed.add(id(argument))
                raise RuntimeError(kind)
            elif kind == "publishes":
                events = argument if isinstance(argument, list) else [argument]
                if all(event.type != "b.b" for event in events):
                    await self.publish(0, "b.b")

        return (lambda argument: None) if kind == "plain" else handle

    async def publish(self, priority, type_="a.b"):
        try:
            await self.bus.publish(type_, priority=priority)
        except QueueFull:
            pass

    def subscribe(self, kind, wanted):
        self.subscriptions.append(self.bus.subscribe(self.handler(kind), backoff=0.0005, **wanted))

    def unsubscribe(self, number):
        if number < len(self.subscriptions):
            self.subscriptions.pop(number).unsubscribe()

    async def restart(self, timeout):
        await asyncio.gather(self.bus.stop(timeout), *self.tasks, return_exceptions=True)
        self.tasks.clear()
        await self.bus.start()

    async def do(self, name, *arguments):
        if name == "publish":
            priority, count = arguments
            self.tasks += [asyncio.create_task(self.publish(priority)) for _ in range(count)]
        elif name in ("publish_nowait", "publish_threadsafe"):
            priority, count = arguments
            for _ in range(count):
                getattr(self.bus, name)("a.b", priority=priority)
        elif name == "turn":
            for _ in range(arguments[0]):
                await asyncio.sleep(0.0003)
        else:
            result = getattr(self, name)(*arguments)
            if result is not None:
                await result


async def run(operations, options):
    program = Program(**options)
    await program.bus.start()
    for operation in operations:
        await program.do(*operation)
        program.check()
        program.balance()
    stopped = await program.bus.stop(30)
    assert stopped.in_time, "every handler ends, so the bus has to come to rest"
    await asyncio.gather(*program.tasks, return_exceptions=True)
    return program


@settings(max_examples=150, deadline=None)
@given(
    operations=st.lists(OPERATIONS, max_size=25),
    options=st.fixed_dictionaries(
        {
            "max_queue_size": st.integers(1, 12),
            "overflow": st.sampled_from(Overflow),
            "concurrency": st.integers(1, 5),
        }
    ),
)
def test_every_delivery_is_accounted_for_whatever_happens(operations, options):
    program = asyncio.run(run(operations, options))
    m = program.bus.get_metrics()
    assert m["waiting"] == m["running"] == 0
    program.balance()
    assert m["failed"] == m["retried"] + m["dead_lettered"]
    for name in ("published", "delivered", "handled", "failed", "retried", "dead_lettered", "dropped"):
        assert m[name] == program.steps[name], name
    for subscription in program.subscriptions:
        assert subscription.queued == subscription.running == 0
