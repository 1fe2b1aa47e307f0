"""A life: who is answered first, what threads share, what happens when a stage fails; and its load test."""

from __future__ import annotations

import asyncio
import json
import threading
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from played import ROOT, published, running
from processes import wait_until

from eventscope import EventBus, EventPriority
from examples.life import load
from examples.life.processor import Answerer, AsyncEventProcessor
from examples.life.result import EventProcessingResult, Status
from examples.life.run import IMPOSSIBLE_EVERY, Figures, asynchronous, stimuli, synchronous
from examples.life.scheduler import INTENSE, EventScheduler
from examples.life.stages import Decision, StageFailed, Stages
from examples.life.state import REMEMBERED, SelfState, ThreadSafeSelfState
from examples.life.stimulus import KINDS, Stimulus
from examples.life.system import Life
from examples.life.tick_loop import TICK_S

kinds = st.sampled_from(list(KINDS))
answerable = st.builds(Stimulus, kinds, st.floats(0, 1), st.text(max_size=5))


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def taken(scheduler):
    """All that waits, in the order in which it is handed out."""
    jobs = []
    while len(scheduler):
        jobs += scheduler.take()
    return [job.stimulus for job in jobs]


# The scheduler


def test_the_document_s_kinds_have_its_priorities():
    by_priority = {p: {kind for kind, about in KINDS.items() if about.priority is p} for p in EventPriority}
    assert by_priority == {
        EventPriority.CRITICAL: {"shock", "decay"},
        EventPriority.HIGH: {"noise", "recovery"},
        EventPriority.NORMAL: {"idle", "memory_echo"},
        EventPriority.LOW: {"internal", "social"},
    }


def test_what_comes_at_once_goes_by_urgency():
    scheduler = EventScheduler(clock=Clock())
    for kind in reversed(KINDS):
        scheduler.submit(Stimulus(kind, 0.5))
    budgets = [each.budget_s for each in taken(scheduler)]
    assert budgets == sorted(budgets)


def test_of_one_kind_the_more_intense_goes_first():
    scheduler = EventScheduler(clock=Clock())
    for intensity in (0.1, 0.9, 0.5):
        scheduler.submit(Stimulus("noise", intensity))
    assert [each.intensity for each in taken(scheduler)] == [0.9, 0.5, 0.1]


def test_low_priority_that_has_waited_goes_before_what_is_urgent_and_new():
    clock = Clock()
    scheduler = EventScheduler(clock=clock)
    scheduler.submit(Stimulus("social", 0.0))
    clock.now = 0.195
    scheduler.submit(Stimulus("shock", 0.0))
    assert [each.kind for each in taken(scheduler)] == ["social", "shock"]


@given(st.lists(st.tuples(kinds, st.floats(0, 1), st.floats(0, 0.1)), max_size=60))
def test_everything_is_handed_out_once_and_what_is_due_first_comes_first(given_):
    clock = Clock()
    scheduler = EventScheduler(clock=clock)
    jobs = []
    for kind, intensity, later in given_:
        clock.now += later
        jobs.append(scheduler.submit(Stimulus(kind, intensity, str(len(jobs)))))
    order = [int(each.id) for each in taken(scheduler)]
    assert sorted(order) == list(range(len(jobs)))
    assert all(jobs[one].due <= jobs[other].due for one, other in pairwise(order))


def test_a_full_scheduler_gives_up_what_is_due_last():
    shed = []
    scheduler = EventScheduler(shed.append, limit=2, clock=Clock())
    for kind in ("social", "shock", "idle"):
        scheduler.submit(Stimulus(kind, 0.5))
    assert [job.stimulus.kind for job in shed] == ["social"]
    assert [each.kind for each in taken(scheduler)] == ["shock", "idle"]


def test_batches_grow_with_what_waits():
    scheduler = EventScheduler()
    for _ in range(100):
        scheduler.submit(Stimulus("idle", 0.5))
    assert len(scheduler.take()) == 13
    scheduler.close()
    with pytest.raises(RuntimeError, match="the scheduler is closed"):
        scheduler.submit(Stimulus("idle", 0.5))
    rest = taken(scheduler)
    assert len(rest) == 87
    assert scheduler.take() == []
    assert INTENSE < 1


# The state


def test_writers_in_many_threads_lose_nothing_and_readers_see_whole_states():
    state, torn, stop = ThreadSafeSelfState(SelfState(energy=0.0)), [], threading.Event()

    def write():
        for _ in range(300):
            state.update(lambda s: s.changed(answered=s.answered + 1, ticks=s.ticks + 1))

    def read():
        last = 0
        while not stop.is_set():
            seen = state.snapshot()
            if not (seen.answered == seen.ticks == seen.version >= last):
                torn.append(seen)
            last = seen.version

    reader, writers = threading.Thread(target=read), [threading.Thread(target=write) for _ in range(4)]
    for thread in (reader, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    stop.set()
    reader.join()
    assert torn == []
    assert state.snapshot().answered == state.snapshot().version == 1200


def test_a_snapshot_stays_as_it_was_and_a_change_that_raises_changes_nothing():
    state = ThreadSafeSelfState()
    before = state.snapshot()
    state.update(lambda s: s.changed(energy=-10))
    assert (before.energy, state.snapshot().energy) == (100.0, 90.0)
    with pytest.raises(ZeroDivisionError):
        state.update(lambda s: s.changed(energy=1 / 0))
    assert state.snapshot().version == 1
    state.update(lambda s: s)
    assert state.snapshot().version == 2


@given(st.lists(st.tuples(st.floats(-200, 200), st.floats(-2, 2)), max_size=20))
def test_energy_and_stability_stay_within_bounds(changes):
    state = SelfState()
    for energy, stability in changes:
        state = state.changed(energy=energy, stability=stability)
        assert 0 <= state.energy <= 100
        assert 0 <= state.stability <= 1


def test_memory_is_bounded():
    state = SelfState()
    for number in range(REMEMBERED + 5):
        state = state.remembering((float(number),))
    assert len(state.memory) == REMEMBERED
    assert state.memory[0] == (5.0,)


# The stages, and their results


@given(st.lists(answerable, max_size=20))
def test_every_possible_stimulus_is_answered_and_its_result_survives_json(given_):
    answerer = Answerer(ThreadSafeSelfState())
    for stimulus in given_:
        result = answerer.answer(stimulus, 0.0)
        assert result.status is Status.ANSWERED
        assert EventProcessingResult.from_dict(json.loads(json.dumps(result.to_dict()))) == result
    assert answerer.state.snapshot().answered == len(given_)


@pytest.mark.parametrize("intensity", [-0.1, 1.1, float("nan")])
def test_an_impossible_stimulus_fails_after_a_second_try_and_leaves_the_self_alone(intensity):
    answerer = Answerer(ThreadSafeSelfState())
    result = answerer.answer(Stimulus("shock", intensity), 0.0)
    assert (result.status, result.attempts, result.meaning) == (Status.FAILED, 2, None)
    assert result.error.startswith("StageFailed: meaning: ")
    assert answerer.state.snapshot() == SelfState()


def test_what_is_familiar_matters_less():
    stages, state = Stages(), SelfState()
    shock = Stimulus("shock", 0.8)
    first = stages.meaning(shock, state)
    state = stages.apply(shock, stages.action(shock, first, Decision("absorb", 1.0)), state)
    again = stages.meaning(shock, state)
    assert (first.resonance, again.resonance) == (0.0, 1.0)
    assert again.significance < first.significance


def test_a_weak_self_dampens_what_a_strong_one_absorbs():
    stages = Stages()
    meaning = stages.meaning(Stimulus("decay", 0.5), SelfState())
    assert stages.decision(meaning, SelfState()).pattern == "absorb"
    assert stages.decision(meaning, SelfState(stability=0.2)).pattern == "dampen"


# The processor


class Trouble(Stages):
    """A decision that fails so many times, or kills its thread once."""

    def __init__(self, failures=0, *, deadly=False):
        self.failures, self.deadly = failures, deadly

    def decision(self, meaning, state):
        if self.deadly:
            self.deadly = False
            raise SystemExit
        if self.failures:
            self.failures -= 1
            raise StageFailed("decision: no idea")
        return super().decision(meaning, state)


@pytest.fixture
def processor():
    made = AsyncEventProcessor(Answerer(ThreadSafeSelfState(), Trouble()))
    made.start()
    yield made
    made.stop()


def ask(processor, kind="noise", intensity=0.5):
    return processor.scheduler.submit(Stimulus(kind, intensity)).result.result(timeout=10)


def test_a_stage_that_fails_once_is_tried_again(processor):
    processor.answerer.stages.failures = 1
    result = ask(processor)
    assert (result.status, result.attempts) == (Status.ANSWERED, 2)
    assert processor.answerer.state.snapshot().answered == 1


def test_a_stage_that_keeps_failing_costs_its_stimulus_and_not_the_thread(processor):
    processor.answerer.stages.failures = 2
    assert ask(processor).error == "StageFailed: decision: no idea"
    assert ask(processor).status is Status.ANSWERED
    metrics = processor.get_metrics()
    assert (metrics["answered"], metrics["failed"], metrics["revived"]) == (1, 1, 0)
    assert metrics["recovery_ms"] > 0


def test_a_thread_that_dies_is_revived_and_goes_on_where_it_was(processor):
    processor.answerer.stages.deadly = True
    assert ask(processor).error == "the processor died: SystemExit"
    wait_until(lambda: not processor.alive)
    waiting = processor.scheduler.submit(Stimulus("noise", 0.5)).result
    assert not waiting.done()
    assert processor.revive()
    assert waiting.result(timeout=10).status is Status.ANSWERED
    assert not processor.revive()
    assert processor.get_metrics()["revived"] == 1


def test_of_a_batch_that_a_death_cut_short_the_rest_is_answered_later():
    processor = AsyncEventProcessor(Answerer(ThreadSafeSelfState(), Trouble(deadly=True)))
    jobs = [processor.scheduler.submit(Stimulus("noise", 0.5)) for _ in range(40)]
    processor.start()
    wait_until(lambda: not processor.alive)
    assert processor.revive()
    statuses = [job.result.result(timeout=10).status for job in jobs]
    assert statuses == [Status.FAILED] + [Status.ANSWERED] * 39
    processor.stop()


def test_a_stop_answers_what_waits():
    processor = AsyncEventProcessor(Answerer(ThreadSafeSelfState()))
    jobs = [processor.scheduler.submit(Stimulus("idle", 0.5)) for _ in range(100)]
    processor.start()
    processor.stop()
    assert not processor.alive
    assert {job.result.result(timeout=0).status for job in jobs} == {Status.ANSWERED}


# On the bus


async def test_an_answer_is_a_chain_of_events_as_urgent_as_its_stimulus():
    bus = EventBus(name="life")
    life = Life(bus)
    async with running(life, bus) as steps:
        shock = await life.environment.disturb("shock", 0.9)
        await bus.stop()
    chain = [event for event in published(steps) if event.correlation_id == shock.id]
    assert [event.type for event in chain] == ["life.shock", "meaning.found", "decision.made", "action.taken"]
    assert [event.causation_id for event in chain] == [None, *(event.id for event in chain[:-1])]
    assert {event.priority for event in chain} == {EventPriority.CRITICAL}
    assert chain[-1].payload["state"]["answered"] == life.state.snapshot().answered == 1
    assert life.vital_signs.seen == 2


async def test_a_failing_stage_is_an_error_event_and_the_life_goes_on():
    bus = EventBus(name="life")
    life = Life(bus)
    async with running(life, bus) as steps:
        wrong = await life.environment.disturb("noise", 7.0)
        await life.environment.disturb("noise", 0.7)
        await bus.stop()
    (error,) = published(steps, "error.stage_failed")
    assert (error.causation_id, error.priority) == (wrong.id, EventPriority.HIGH)
    assert error.payload["details"] == {"kind": "noise", "status": "failed", "attempts": 2}
    assert len(published(steps, "meaning.found")) == 1


async def test_ticks_keep_their_beat_age_the_self_and_revive_the_processor():
    bus = EventBus(name="life")
    life = Life(bus, Trouble(deadly=True))
    life.ticks.interval = 0.002
    async with running(life, bus) as steps:
        await life.environment.disturb("noise", 0.5)
        await life.ticks.run(seconds=0.2)
        await life.environment.disturb("noise", 0.5)
        await bus.stop()
    assert life.state.snapshot().ticks == 100
    assert life.state.snapshot().energy < 100
    assert life.processor.revived == 1
    assert len(published(steps, "error.stage_failed")) == len(published(steps, "meaning.found")) == 1
    gauges = [event.payload["gauges"] for event in published(steps, "life.snapshot")]
    assert [each["ticks"] for each in gauges] == [50, 100]


# The load test


def test_both_versions_are_given_the_same_stimuli():
    given_ = list(stimuli(1000, 2, seed=3))
    assert given_ == list(stimuli(1000, 2, seed=3))
    assert len(given_) == 2000
    assert sum(each.intensity < 0 for _, each in given_) == 2000 // IMPOSSIBLE_EVERY


@pytest.mark.parametrize("version", ["async", "sync"])
def test_a_load_of_two_seconds_accounts_for_every_stimulus(version):
    figures = load.measured(version, 1000, 2, 3)
    killed = figures.revived
    assert (figures.given, figures.expected_failures, killed) == (2000, 2, int(version == "async"))
    assert figures.failed == figures.expected_failures + killed
    assert figures.answered + figures.failed == figures.given
    assert sum(map(len, figures.latencies.values())) == figures.given
    assert figures.threads == int(version == "async")
    assert figures.cpu_s > 0


def test_the_table_has_the_document_s_measures():
    run = Figures(given=4, answered=4, seconds=2.0, cpu_s=0.5, latencies={"shock": [1.0, 20.0], "idle": [3.0, 4.0]})
    text = load.table(load.rows(run, Figures(given=1, answered=1, seconds=1.0)))
    lines = [line.split("  ")[0] for line in text.splitlines()[2:]]
    assert len(lines) == 11
    assert "within 10 ms: shock, decay, noise" in lines
    assert " 50.0 %" in text
    assert load.percentile([3.0, 1.0, 2.0], 0.5) == 2.0
    assert load.percentile([], 0.5) == 0.0


async def test_the_synchronous_version_answers_no_stimulus_before_its_tick():
    plain, fast = await asyncio.to_thread(synchronous, 100, 0.3, 1), await asynchronous(100, 0.3, 1)
    assert plain.answered == fast.answered + fast.revived == 30
    first = next(each.kind for _, each in stimuli(100, 0.3, 1))
    assert plain.latencies[first][0] >= TICK_S * 1e3


def test_the_table_of_the_readme_has_the_rows_and_the_limits_that_the_load_test_prints():
    readme = (ROOT / "examples" / "life" / "README.md").read_text().splitlines()
    for name, limit, *_ in [load.HEAD, *load.rows(Figures(seconds=1), Figures(seconds=1))]:
        (line,) = [each for each in readme if each.startswith(f"{name}  ")]
        assert line.removeprefix(name).strip().startswith(limit), name
