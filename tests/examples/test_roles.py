"""The role cache: never stale, whatever is lost, late or cancelled; and the table under it."""

from __future__ import annotations

import asyncio
import re
import sqlite3
import threading
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from played import ROOT, published, running

from eventscope import EventBus, EventPriority
from eventscope.step import Phase
from examples.roles.cache import EventDrivenRoleCache, hit_rate
from examples.roles.compare import Load, compare, table
from examples.roles.system import Roles
from examples.roles.ttl_cache import TtlRoleCache
from examples.roles.users import ADMIN, USER, User, UsersRepo

PEOPLE = 3


@pytest.fixture
def bus():
    return EventBus(name="roles")


@pytest.fixture
def roles(bus):
    return Roles(bus)


async def drained(bus):
    while bus.get_metrics()["waiting"] or bus.get_metrics()["running"]:
        await asyncio.sleep(0)


# The table


async def test_users_are_added_renamed_and_given_roles(tmp_path):
    users = UsersRepo(tmp_path / "users.db")
    assert await users.get(7) is None
    assert await users.upsert(7, "marta") == User(7, "marta", USER, 1)
    assert await users.set_role(7, ADMIN) == User(7, "marta", ADMIN, 2)
    assert await users.upsert(7, "zoe") == User(7, "zoe", ADMIN, 3)
    await users.close()
    again = UsersRepo(tmp_path / "users.db")
    assert await again.get(7) == User(7, "zoe", ADMIN, 3)
    await again.close()


async def test_a_transfer_happens_to_both_or_to_neither():
    users = UsersRepo()
    await users.upsert(1, "one", ADMIN)
    with pytest.raises(KeyError, match="there is no user 2"):
        await users.transfer_admin(1, 2)
    assert (await users.get(1)).role == ADMIN
    await users.upsert(2, "two")
    changed = await users.transfer_admin(1, 2)
    assert [user.role for user in changed] == [USER, ADMIN]
    await users.close()


async def test_a_role_that_is_none_is_refused_by_the_database():
    users = UsersRepo()
    await users.upsert(1, "one")
    with pytest.raises(sqlite3.IntegrityError):
        await users.set_role(1, "king")
    assert (await users.get(1)).role == USER
    await users.close()


async def test_the_loop_does_not_wait_for_the_database():
    users = UsersRepo()
    await users.upsert(1, "one")
    held = threading.Event()
    users._database._thread.submit(held.wait)
    asking = asyncio.get_running_loop().create_task(users.get(1))
    await turns(20)
    assert not asking.done()
    held.set()
    assert (await asking).username == "one"
    await users.close()


# Fresh by events


async def test_a_change_reaches_the_cache_by_its_event_and_is_answered_without_a_query(bus, roles):
    async with running(roles, bus) as steps:
        await roles.actions.join(1, "one")
        await roles.actions.add_admin(1)
        await drained(bus)
        asked = roles.users.queries
        assert await roles.middleware.role_of(1) == ADMIN
        assert roles.users.queries == asked
        await bus.stop()
    (added,) = published(steps, "role.admin_added")
    assert (added.priority, added.payload["users"][0]["version"]) == (EventPriority.HIGH, 2)
    (updated,) = published(steps, "role.cache_updated")
    assert updated.causation_id == added.id
    assert roles.cache.get_stats()["events_processed"] == 2


async def test_every_way_to_change_a_role_is_told(bus, roles):
    async with running(roles, bus) as steps:
        for user_id in (1, 2):
            await roles.actions.join(user_id, f"user {user_id}")
        await roles.actions.set_role(1, ADMIN)
        await roles.actions.remove_admin(1)
        await roles.actions.add_admin(1)
        await roles.actions.transfer_admin(1, 2)
        await drained(bus)
        assert [await roles.middleware.role_of(user_id) for user_id in (1, 2)] == [USER, ADMIN]
        await bus.stop()
    told = [event.type for event in published(steps) if event.type.startswith("role.") and event.causation_id is None]
    assert told == ["role.set", "role.admin_removed", "role.admin_added", "role.admin_transferred"]


async def test_between_the_write_and_its_event_the_database_is_asked(bus, roles):
    async with roles:  # the bus is not started: no event arrives
        bus.publish = lambda *_, **__: asyncio.sleep(0)
        await roles.actions.join(1, "one")
        assert await roles.middleware.role_of(1) == USER
        await roles.actions.add_admin(1)
        assert await roles.middleware.role_of(1) == ADMIN
    assert roles.cache.get_stats()["repaired"] == 1


async def test_a_lost_event_is_made_good_by_the_next_question(bus, roles):
    def lose(event):
        raise ConnectionError("lost")

    async with running(roles, bus) as steps:
        await roles.actions.join(1, "one")
        await drained(bus)
        roles.tracker.before_update = lose
        await roles.actions.add_admin(1)
        await drained(bus)
        assert await roles.middleware.role_of(1) == ADMIN
        asked = roles.users.queries
        assert await roles.middleware.role_of(1) == ADMIN
        assert roles.users.queries == asked
        await bus.stop()
    assert [step.event.type for step in steps if step.phase is Phase.DEAD_LETTERED] == ["role.admin_added"]


async def test_events_in_the_wrong_order_leave_the_newer_role():
    cache = EventDrivenRoleCache()
    cache.update_role(User(1, "one", ADMIN, 5))
    cache.update_role(User(1, "one", USER, 4))
    assert await cache.get_role(1, None) == ADMIN


async def test_an_answer_that_was_read_before_a_change_does_not_stay(bus, roles):
    """The old row is on its way from the database while the role is changed and the event handled."""
    async with running(roles, bus):
        await roles.users.upsert(1, "one")
        old, proceed = await roles.users.get(1), asyncio.Event()

        async def slowly(user_id):
            await proceed.wait()
            return old

        asking = asyncio.get_running_loop().create_task(roles.cache.get_role(1, slowly))
        await asyncio.sleep(0)
        await roles.actions.add_admin(1)
        await drained(bus)
        proceed.set()
        await asking
        assert await roles.middleware.role_of(1) == ADMIN


async def test_a_write_that_is_cancelled_leaves_no_stale_entry(bus, roles):
    async with running(roles, bus):
        await roles.actions.join(1, "one")
        await drained(bus)
        changing = asyncio.get_running_loop().create_task(roles.actions.add_admin(1))
        await asyncio.sleep(0)
        changing.cancel()
        await asyncio.wait([changing])
        assert changing.cancelled()
        assert await roles.middleware.role_of(1) == (await roles.users.get(1)).role == ADMIN
        await roles.actions.remove_admin(1)
        await drained(bus)
        asked = roles.users.queries
        assert await roles.middleware.role_of(1) == USER
        assert roles.users.queries == asked, "after the next change the cache is trusted again"


async def test_a_write_that_fails_changes_nothing(bus, roles):
    async with running(roles, bus) as steps:
        await roles.actions.join(1, "one")
        with pytest.raises(sqlite3.IntegrityError):
            await roles.actions.set_role(1, "king")
        await drained(bus)
        asked = roles.users.queries
        assert await roles.middleware.role_of(1) == USER
        assert roles.users.queries == asked
        await bus.stop()
    assert published(steps, "role.set") == []


ACTIONS = st.one_of(
    st.tuples(st.just("set"), st.integers(0, PEOPLE - 1), st.sampled_from((ADMIN, USER))),
    st.tuples(st.just("ask"), st.integers(0, PEOPLE - 1), st.integers(0, 6)),
    st.tuples(st.just("cancel"), st.integers(0, PEOPLE - 1), st.sampled_from((ADMIN, USER))),
    st.tuples(st.just("pause"), st.integers(0, 12), st.none()),
    st.tuples(st.just("lose"), st.booleans(), st.none()),
    st.tuples(st.just("reset"), st.none(), st.none()),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(ACTIONS, max_size=30))
def test_no_answer_is_older_than_the_question(actions):
    """Writes, questions, lost events, cancelled writes and resets side by side, against a list of what was written.

    An answer must be a role that the user had at some moment between the question and the answer.
    """
    asyncio.run(_check_answers(actions))


async def _check_answers(actions):
    bus = EventBus(name="roles")
    roles = Roles(bus)
    async with running(roles, bus):
        checked = Checked(roles)
        for who in range(PEOPLE):
            await roles.actions.join(who, f"user {who}")
        for action, one, other in actions:
            await checked.do(action, one, other)
        await checked.all_done()
        await drained(bus)
        for who in range(PEOPLE):
            assert await roles.middleware.role_of(who) == (await roles.users.get(who)).role
    assert checked.wrong == []


class Checked:
    """Does things side by side and checks each answer against the plain list of what was written."""

    def __init__(self, roles):
        self.roles = roles
        self.losing = False
        self.wrong = []
        self.written = {who: [USER] for who in range(PEOPLE)}
        self.told = dict.fromkeys(range(PEOPLE), 1)
        self.going = []
        self._transaction = roles.users._database._in_transaction
        roles.users._database._in_transaction = self._noted
        roles.tracker.before_update = self._lose

    def _noted(self, work):
        done = self._transaction(work)
        if isinstance(done, User) and done.version > len(self.written[done.user_id]):
            self.written[done.user_id].append(done.role)
        return done

    def _lose(self, event):
        if self.losing:
            raise ConnectionError("lost")

    async def do(self, action, one, other):
        if action == "lose":
            self.losing = one
        elif action == "reset":
            self.roles.cache.reset()
        elif action == "pause":
            await turns(one)
        else:
            work = self._ask(one, other) if action == "ask" else self._change(one, other)
            self.going.append(asyncio.get_running_loop().create_task(work))
            if action == "cancel":
                await turns(1)
                self.going[-1].cancel()

    async def _change(self, who, role):
        user = await self.roles.actions.set_role(who, role)
        self.told[who] = max(self.told[who], user.version)

    async def _ask(self, who, late):
        await turns(late)
        known = self.told[who]
        answer = await self.roles.middleware.role_of(who)
        if answer not in self.written[who][known - 1 :]:
            self.wrong.append((who, answer, self.written[who], known))

    async def all_done(self):
        if self.going:
            await asyncio.wait(self.going)


async def turns(count):
    for _ in range(count):
        await asyncio.sleep(0)


# When something fails


async def test_a_cache_that_fails_is_passed_over(bus, roles, caplog):
    async def broken(user_id, fetch):
        raise RuntimeError("out of order")

    async with roles:
        await roles.users.upsert(1, "one", ADMIN)
        roles.cache.get_role = broken
        assert await roles.middleware.role_of(1) == ADMIN
        assert await roles.middleware.role_of(2) is None
    assert roles.middleware.fallbacks == 2
    assert "is read from the database" in caplog.text


async def test_without_cache_and_database_nobody_is_allowed_anything(bus, roles):
    async def broken(user_id):
        raise sqlite3.OperationalError("database is locked")

    async with running(roles, bus) as steps:
        roles.users.get = broken
        await roles.actions.receive(1, "/ban")
        await bus.stop()
    (error,) = published(steps, "error.roles_unavailable")
    assert (error.priority, error.payload["error_message"]) == (EventPriority.CRITICAL, "database is locked")
    (decided,) = published(steps, "access.decided")
    assert decided.payload == {"user_id": 1, "role": None, "allowed": False}


def test_the_cache_holds_together_under_many_threads():
    cache, versions = EventDrivenRoleCache(), 400

    def write(first):
        for version in range(first, versions, 4):
            with cache.changing(1) as written:
                written([User(1, "one", ADMIN, version)])
            cache.update_role(User(1, "one", ADMIN, version))

    threads = [threading.Thread(target=write, args=(first,)) for first in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stats = cache.get_stats()
    assert (stats["size"], stats["events_processed"]) == (1, versions - 1)
    assert cache._fresh(1).version == versions - 1


# Beside a TTL cache


async def test_the_ttl_cache_believes_an_entry_until_it_expires():
    now, users = [0.0], UsersRepo()
    cache = TtlRoleCache(lambda: now[0])
    await users.upsert(1, "one")
    answers = []
    for moment in (0.0, 299.0, 301.0):
        now[0] = moment
        answers.append(await cache.get_role(1, users.get))
        await users.set_role(1, ADMIN)
    assert answers == [USER, USER, ADMIN]
    now[0] = 700.0
    cache.clean()
    assert len(cache) == 0
    await users.close()


async def test_the_comparison_measures_what_the_document_claims():
    ttl, events = await compare(Load(users=40, questions=600, changes=40))
    assert (events.wrong, events.longest_stale_s, events.cleanings, events.events) == (0, 0.0, 0, 40)
    assert ttl.wrong > 0
    assert 0 < ttl.longest_stale_s <= 300
    assert (ttl.cleanings, ttl.events) == (59, 0)
    assert events.hit_rate > ttl.hit_rate
    assert events.queries < ttl.queries
    lines = table(ttl, events).splitlines()
    assert len(lines) == 10
    assert lines[2].split("  ")[0] == "answers from the cache"


RACING = {"answers from the cache": 0.5, "queries for answers": Load.changes}
"""Figures that differ a little from run to run: each change may bring one question more to the table."""


async def test_the_readme_has_the_figures_that_come_out():
    """But for those of the machine: bytes, microseconds, and who was faster, an event or a question."""
    readme = (ROOT / "examples" / "roles" / "README.md").read_text()
    lines = table(*await compare(Load())).splitlines()
    for line in [lines[0], *lines[2:]]:
        cells = re.split(r"  +", line)
        (shown,) = [each for each in readme.splitlines() if each.startswith(cells[0])]
        expected = re.split(r"  +", shown)
        if cells[0] in RACING:
            came, written = (float(row.pop().rstrip(" %")) for row in (cells, expected))
            assert came == pytest.approx(written, abs=RACING[cells[0]])
        if not cells[0].startswith(("bytes", "microseconds")):
            assert cells == expected


def test_the_moments_of_a_load_come_in_order_and_follow_the_seed():
    moments = list(Load(seed=3).moments())
    assert moments == list(Load(seed=3).moments())
    assert all(one[0] <= other[0] for one, other in pairwise(moments))
    assert sum(what == "change" for _, what, _ in moments) == Load.changes


def test_a_hit_rate_of_nothing_is_none():
    assert (hit_rate(0, 0), hit_rate(3, 1)) == (0.0, 75.0)
