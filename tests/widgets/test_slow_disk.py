"""Rows in a file that is slow: whatever is opened or looked for there, the window goes on, and is right in the end."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.filter.matches import Matches
from app.marks import Mark
from app.session import Session
from connectors.capture.reader import CaptureError
from tests.widgets.conftest import shown_table
from tests.widgets.detail_world import idle, until
from tests.widgets.slow_disk import FAILURES, SlowReader, slow_session
from widgets.detail.detail import READING, DetailView
from widgets.detail.reader import LOST
from widgets.detail.windows import DetailWindows
from widgets.focus import Focus
from widgets.table.event_table import EventTable
from widgets.trace import view as trace_module
from widgets.trace.pages import JSON, STREAMS
from widgets.trace.view import TraceView

Key, Shift = Qt.Key, Qt.KeyboardModifier.ShiftModifier

BEATS = 40
OFTEN = 5
"""A loop that goes on may be so many times as slow as a bare one; one that waits for the disk never beats at all."""


@pytest.fixture
def spilled(tmp_path: Path) -> Iterator[Session]:
    with slow_session(tmp_path / "a.eventscope") as session:
        yield session


@pytest.fixture
async def detail(qtbot: QtBot, spilled: Session, focus: Focus) -> AsyncIterator[DetailView]:
    made = DetailView(spilled, focus)
    qtbot.addWidget(made)
    made.resize(400, 700)
    made.show()
    yield made
    await settled()


@pytest.fixture
async def trace(qtbot: QtBot, spilled: Session, focus: Focus) -> AsyncIterator[TraceView]:
    made = TraceView(spilled, focus)
    qtbot.addWidget(made)
    made.resize(900, 500)
    made.show()
    yield made
    await settled()


@pytest.fixture
async def table(qtbot: QtBot, spilled: Session, focus: Focus) -> AsyncIterator[EventTable]:
    matches = Matches(spilled.store)
    made = shown_table(qtbot, spilled, focus, matches)
    yield made
    await settled()
    matches.close()


async def settled() -> None:
    """Nothing is being read any more."""
    SlowReader.opened.set()
    await idle()


async def beats() -> float:
    """Seconds that the loop takes for some beats."""
    start = time.perf_counter()
    for _ in range(BEATS):
        await asyncio.sleep(0.005)
    return time.perf_counter() - start


def last(session: Session) -> int:
    """A row in memory."""
    return session.store.next_seq - 1


def total(view: DetailView) -> object:
    """What the payload says that is shown."""
    assert view.detail is not None
    return json.loads(view.detail.payload)["total"]


async def test_the_loop_goes_on_while_a_row_is_read_and_the_row_comes(detail: DetailView, focus: Focus) -> None:
    bare = await beats()
    focus.select_event(9)
    assert await beats() < OFTEN * bare
    assert detail.detail is None
    SlowReader.opened.set()
    await until(lambda: detail.detail)
    assert (detail.head.title.text(), detail.head.number.text(), total(detail)) == ("order.created", "#9", 1)


async def test_it_says_that_it_reads_only_when_that_takes_a_while(
    detail: DetailView, focus: Focus, spilled: Session
) -> None:
    focus.select_event(last(spilled))
    assert detail.head.title.isVisible()
    focus.select_event(1)
    assert detail.head.title.isVisible(), "what was shown stays for a moment, so that nothing flickers"
    await until(lambda: detail.empty.isVisible())
    assert detail.empty.text() == READING
    SlowReader.opened.set()
    await until(lambda: detail.head.title.isVisible())
    assert detail.head.number.text() == "#1"


async def test_a_newer_selection_supersedes_an_older_one(detail: DetailView, focus: Focus) -> None:
    for seq in (1, 33, 65, 9):
        focus.select_event(seq)
        await asyncio.sleep(0.01)
    SlowReader.opened.set()
    shown = set()

    def is_there() -> bool:
        shown.add(detail.detail and detail.detail.event.seq)
        return detail.detail is not None

    await until(is_there)
    await settled()
    shown.add(detail.detail and detail.detail.event.seq)
    assert shown - {None} == {9}


async def test_a_row_in_memory_is_shown_at_once_while_the_disk_is_slow(
    detail: DetailView, focus: Focus, spilled: Session
) -> None:
    focus.select_event(1)
    await asyncio.sleep(0.01)
    focus.select_event(last(spilled))
    assert detail.head.number.text() == f"#{last(spilled):,}"
    await settled()
    assert detail.detail is not None
    assert detail.detail.event.seq == last(spilled)


async def test_nothing_is_shown_of_a_row_that_was_let_go_of(detail: DetailView, focus: Focus) -> None:
    focus.select_event(1)
    await asyncio.sleep(0.01)
    focus.select_event(None)
    await settled()
    assert detail.detail is None
    assert detail.empty.isVisible()


async def test_a_file_that_can_not_be_read_any_more_is_a_sentence(
    detail: DetailView, focus: Focus, spilled: Session
) -> None:
    focus.select_event(1)
    SlowReader.broken = CaptureError("a.eventscope was deleted")
    SlowReader.opened.set()
    await until(lambda: detail.empty.text() == LOST)
    assert detail.empty.isVisible()
    spilled.store.tick()
    assert "a.eventscope was deleted" in spilled.store.complaint


async def test_a_window_of_a_row_has_its_name_later(spilled: Session, focus: Focus) -> None:
    windows = DetailWindows(spilled, focus)
    focus.want_window(9)
    (window,) = windows.windows
    assert window.windowTitle().startswith("#9 event")
    SlowReader.opened.set()
    await until(lambda: window.windowTitle().startswith("#9 order.created"))
    await until(lambda: window.view.detail)
    windows.close()
    await settled()


async def test_the_loop_goes_on_while_a_trace_is_read_and_the_trace_comes(trace: TraceView, focus: Focus) -> None:
    bare = await beats()
    focus.select_trace("t7")
    assert await beats() < OFTEN * bare
    assert trace._empty.text() == trace_module.READING
    SlowReader.opened.set()
    await until(lambda: trace.pages.trace.nodes)
    assert [node.title for node in trace.pages.trace.nodes][:2] == ["order.created", "order.priced"]
    assert len(trace.pages.trace.nodes) == 8
    assert trace.pages.isVisible()


async def test_the_trace_that_was_opened_last_is_shown(trace: TraceView, focus: Focus) -> None:
    for name in ("t7", "t9", "t11"):
        focus.select_trace(name)
        await asyncio.sleep(0.01)
        trace.refresh()
    await settled()
    assert trace.pages.trace.correlation_id == "t11"
    assert len(trace.pages.trace.nodes) == 8


async def test_a_trace_that_was_closed_meanwhile_does_not_come_back(trace: TraceView, focus: Focus) -> None:
    focus.select_trace("t7")
    await asyncio.sleep(0.01)
    focus.select_trace(None)
    await settled()
    assert trace._empty.text() == trace_module.NOTHING_OPEN
    assert trace._empty.isVisible()
    focus.select_trace("t7")
    await until(lambda: trace.pages.isVisible())
    assert trace.pages.trace.correlation_id == "t7"


async def test_a_trace_that_is_opened_again_while_it_is_read_is_read_on_its_own(trace: TraceView, focus: Focus) -> None:
    focus.select_trace("t7")
    await asyncio.sleep(0.01)
    read = trace._growing
    focus.select_trace(None)
    focus.select_trace("t7")
    assert trace._growing is not read, "a thread has that one still"
    SlowReader.opened.set()
    await until(lambda: trace.pages.isVisible())
    assert len(trace.pages.trace.nodes) == 8


async def test_a_trace_that_grows_while_it_is_read_is_shown_and_read_again(
    trace: TraceView, focus: Focus, spilled: Session
) -> None:
    focus.select_trace("t7")
    for _ in range(3):
        await asyncio.sleep(0.01)
        spilled.store._shelf.generation += 1
        trace.refresh()
    SlowReader.opened.set()
    await until(lambda: trace.pages.trace.nodes)
    assert trace.pages.isVisible()


async def test_the_json_of_a_trace_comes_later_too(trace: TraceView, focus: Focus, spilled: Session) -> None:
    SlowReader.opened.set()
    focus.select_trace("t7")
    await until(lambda: trace.pages.trace.nodes)
    SlowReader.opened.clear()
    spilled.store.chunks[0].cache.clear()
    trace.pages.choice.choose(JSON)
    assert trace.pages.json.toPlainText() == ""
    SlowReader.opened.set()
    await until(lambda: '"order.closed"' in trace.pages.json.toPlainText())


async def test_the_streams_of_a_trace_come_later_too(trace: TraceView, focus: Focus, spilled: Session) -> None:
    SlowReader.opened.set()
    focus.select_trace("t7")
    await until(lambda: trace.pages.trace.nodes)
    SlowReader.opened.clear()
    spilled.store.chunks[0].cache.clear()
    trace.pages.choice.choose(STREAMS)
    trace.pages.select_seq(59)
    page = trace.pages.streams
    assert page.lines.items == []
    SlowReader.opened.set()
    await until(lambda: page.lines.items)
    assert [line.version for line in page.lines.items] == [None, *range(1, 9)]
    assert page.table.currentIndex().row() == 3


async def test_a_chosen_row_is_selected_at_once_and_its_trace_later(table: EventTable, focus: Focus) -> None:
    table.go_to(8)
    assert (focus.seq, focus.correlation_id) == (9, None)
    SlowReader.opened.set()
    await until(lambda: focus.correlation_id)
    assert (focus.seq, focus.correlation_id) == (9, "t1")


async def test_the_trace_of_a_row_that_is_left_again_is_not_opened(
    table: EventTable, focus: Focus, spilled: Session
) -> None:
    table.go_to(8)
    await asyncio.sleep(0.01)
    table.go_to(last(spilled) - 1)
    await settled()
    assert focus.correlation_id == "t599"


async def test_the_loop_goes_on_while_the_next_error_is_looked_for(table: EventTable, focus: Focus) -> None:
    bare = await beats()
    table.go_to(0)
    QTest.keyClick(table, Key.Key_E)
    assert table.hunt.is_on
    assert await beats() < OFTEN * bare
    assert focus.seq == 1
    SlowReader.opened.set()
    found = [8 * number + 8 for number in FAILURES]
    await until(lambda: focus.seq == found[0])
    QTest.keyClick(table, Key.Key_E)
    await until(lambda: focus.seq == found[1])
    QTest.keyClick(table, Key.Key_E, Shift)
    await until(lambda: focus.seq == found[0])
    assert table.currentIndex().row() == found[0] - 1


async def test_escape_ends_a_jump_that_waits_for_the_disk(table: EventTable, focus: Focus) -> None:
    table.go_to(0)
    QTest.keyClick(table, Key.Key_E)
    QTest.keyClick(table, Key.Key_Escape)
    assert not table.hunt.is_on
    await settled()
    assert focus.seq is None


async def test_the_next_mark_is_gone_to_at_once(table: EventTable, focus: Focus, spilled: Session) -> None:
    spilled.marks.toggle(65, Mark.MARKED)
    table.go_to(0)
    QTest.keyClick(table, Key.Key_M, Shift)
    assert focus.seq == 65


async def test_the_next_row_of_the_correlation_is_found_although_all_of_it_is_in_the_file(
    table: EventTable, focus: Focus
) -> None:
    table.go_to(8)
    QTest.keyClick(table, Key.Key_Period, Qt.KeyboardModifier.ControlModifier)
    assert focus.seq == 9
    SlowReader.opened.set()
    await until(lambda: focus.seq == 10)


async def test_keys_for_a_row_do_what_they_say_once_it_is_read(
    table: EventTable, focus: Focus, spilled: Session
) -> None:
    QGuiApplication.clipboard().clear()
    opened: list[bool] = []
    table.trace_wanted.connect(lambda: opened.append(True))
    table.go_to(8)
    for key in (Key.Key_M, Key.Key_C, Key.Key_T):
        QTest.keyClick(table, key)
    QTest.keyClick(table, Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert spilled.marks.rows(Mark.MARKED).tolist() == [9]
    assert opened == []
    SlowReader.opened.set()
    await until(lambda: opened)
    await settled()
    assert json.loads(QGuiApplication.clipboard().text())["type"] == "order.created"
    assert focus.correlation_id == "t1"
