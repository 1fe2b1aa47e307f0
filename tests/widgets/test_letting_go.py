"""Letting go: nothing keeps a large payload in the memory once another event is shown."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import Iterator

import pytest

from tests.widgets.detail_world import created, orders, until
from widgets.detail.detail import DetailView
from widgets.focus import Focus


@pytest.fixture
def _no_garbage_collection() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("_no_garbage_collection")
@pytest.mark.parametrize("chosen", ["Fields", "Text", "Changes"])
async def test_a_large_payload_goes_without_the_help_of_the_garbage_collector(focus: Focus, chosen: str) -> None:
    view = DetailView(orders(created(3, {"items": [{"sku": number} for number in range(20_000)]})), focus)
    tabs = view.panes.tabs
    tabs.setCurrentIndex([tabs.tabText(number) for number in range(tabs.count())].index(chosen))
    view.resize(400, 700)
    view.show()
    focus.select_event(3)
    await until(lambda: view.detail is not None)
    view.panes.tree.reveal_byte(100_000)
    view.grab()
    text, lines = weakref.ref(view.panes.document.json), weakref.ref(view.panes.document.lines)
    assert text() is not None
    focus.select_event(2)
    await until(lambda: text() is None and lines() is None)
    await until(lambda: asyncio.all_tasks() == {asyncio.current_task()})  # the other event is compared as well
