"""What the tests of the detail share: a session with some telling events, and the ways to get at what is shown."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

from app.session import Session
from eventscope.connector import Block, Record
from widgets.detail.branch import Branch
from widgets.detail.detail import DetailView

START = 1_763_726_767_000_000_000

OLD = {"order_id": "ord-811", "total": 99.9, "items": [{"sku": "A7", "qty": 1}], "coupon": "X"}
NEW = {"order_id": "ord-812", "total": 129.9, "items": [{"sku": "A7", "qty": 2}, {"sku": "B1", "qty": 1}]}


def created(number: int, payload: Any, **more: Any) -> Record:
    """An order that was created."""
    known: dict[str, Any] = {
        "type": "order.created", "id": f"e{number}", "category": "order", "priority": 2, "producer": "order_service",
        "correlation_id": f"c{number}", "key": f"ord-{number}", "channel": f"orders[3]@{number}",
        "occurred_at": START + number * 1_600_000_000, "headers": '[["x-tenant", "acme"]]',
        "payload": payload if isinstance(payload, bytes) else json.dumps(payload).encode(),
    }  # fmt: skip
    return Record(**(known | more))


def orders(*more: Record) -> Session:
    """Two orders, the second of which is event 2, and whatever else."""
    session = Session()
    session.intake.put("shop", Block.of([created(1, OLD), created(2, NEW), *more]))
    session.drain(60.0)
    return session


def field(view: DetailView, group: str, name: str) -> Branch:
    """A field of a group, by its path."""
    groups = view.panes.tree.fields.groups()
    branch = next(each for each in groups if each.name.startswith(group))
    return found(branch, name)


def found(branch: Branch, path: str) -> Branch:
    """The branch with this path among those below."""
    if branch.path == path:
        return branch
    inside = [each for each in branch.children if path.startswith(each.path)]
    return found(max(inside, key=lambda each: len(each.path)), path)


def marked_text(view: DetailView) -> str:
    """The bytes that are highlighted, as text."""
    marked = view.panes.bytes.marked
    assert marked == view.panes.text.marked
    return "" if marked is None else view.panes.document.data[slice(*marked)].decode()


async def until(condition: Callable[[], object], seconds: float = 20) -> None:
    """Let the loop run until something is so."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.005)


async def idle() -> None:
    """Let the loop run until no other task is left."""
    await until(lambda: asyncio.all_tasks() == {asyncio.current_task()})
