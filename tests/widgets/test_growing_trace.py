"""A long trace that grows in the view: nothing that somebody set up moves, and list and tree say the same of it."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtTest import QAbstractItemModelTester

from eventscope.connector import Record
from eventscope.step import Phase
from tests.widgets.capture import MS, SECOND, START, Capture, published, step
from widgets.focus import Focus
from widgets.trace.view import TraceView

BATCH = 50


@pytest.fixture
def focus(qtbot: Any) -> Focus:
    return Focus()


def rows_of(count: int) -> list[Record]:
    """A tree in which each event causes four, with two deliveries each."""
    names = ("order.created", "stock.reserved", "payment.processed", "note.sent")
    rows: list[Record] = []
    number = 0
    while len(rows) < count:
        cause = f"e{(number - 1) // 4}" if number else None
        row = published(names[number % 4], f"e{number}", "long", START + len(rows) * MS, causation_id=cause, fanout=2)
        rows.append(row)
        for who in ("audit", "stock_reserve"):
            rows += (step(row, phase, who, START + len(rows) * MS) for phase in (Phase.DELIVERED, Phase.HANDLED))
        number += 1
    return rows[:count]


def opened(qtbot: Any, capture: Capture, focus: Focus) -> TraceView:
    view = TraceView(capture, focus)  # type: ignore[arg-type]
    qtbot.addWidget(view)
    view.resize(1000, 400)
    view.show()
    focus.select_trace("long")
    return view


def grow(view: TraceView, capture: Capture, rows: list[Record]) -> None:
    for start in range(0, len(rows), BATCH):
        capture.feed(rows[start : start + BATCH], START)
        view.refresh()


def test_a_model_that_grows_is_one_that_qt_can_trust(qtbot: Any, focus: Focus) -> None:
    rows, capture = rows_of(900), Capture()
    capture.feed(rows[:100], START)
    view = opened(qtbot, capture, focus)
    QAbstractItemModelTester(view.table.lines, QAbstractItemModelTester.FailureReportingMode.Fatal, view)
    view.table.open_all(True)
    grow(view, capture, rows[100:])
    assert len(view.pages.trace.nodes) == 540
    assert len(view.table.lines.items) > 100


def test_closed_branches_selection_and_scroll_position_stay_while_a_trace_grows(qtbot: Any, focus: Focus) -> None:
    rows, capture = rows_of(1_500), Capture()
    capture.feed(rows[:1_000], START)
    view = opened(qtbot, capture, focus)
    table = view.table
    table.open_all(True)
    branch = next(line for line in table.lines.items if line.node.depth == 1 and line.node.title == "payment.processed")
    inside = next(line for line in table.lines.items if line.node.parent == branch.node.index)
    focus.select_event(inside.node.seq, "long")
    table._set_open(table.lines.items[table.lines.row_of(branch.key) or 0], opened=False)
    table.verticalScrollBar().setValue(200)
    top = table.lines.items[table.rowAt(0)].key
    before = len(table.lines.items)
    grow(view, capture, rows[1_000:])
    assert len(table.lines.items) > before
    assert table.lines.items[table.rowAt(0)].key == top
    assert not table.lines.items[table.lines.row_of(branch.key) or 0].opened
    assert table._current_key() == branch.key


def test_pages_that_are_not_seen_are_not_drawn(qtbot: Any, focus: Focus, monkeypatch: pytest.MonkeyPatch) -> None:
    rows, capture = rows_of(300), Capture()
    capture.feed(rows[:100], START)
    view = opened(qtbot, capture, focus)
    asked: list[str] = []
    for name in ("table", "lanes", "streams", "json"):
        monkeypatch.setattr(getattr(view.pages, name), "show_trace", lambda _, name=name: asked.append(name))
    grow(view, capture, rows[100:])
    assert set(asked) == {"table"}


@pytest.mark.parametrize("late", ["shipping.failed", "payment.refunded", "stock.released", "note.sent"])
def test_the_list_and_the_open_trace_say_the_same_of_a_long_one(qtbot: Any, focus: Focus, late: str) -> None:
    capture = Capture()
    steps = [
        published(type_, f"{type_} {n}", "long", START - 600 * SECOND, producer=by, fanout=0)
        for type_, by in (("stock.reserved", "stock"), ("payment.processed", "payment"))
        for n in range(700)
    ]
    last = published(late, "last", "long", START - 600 * SECOND, producer="other", fanout=0)
    capture.feed([*steps, last], START - 600 * SECOND)
    view = opened(qtbot, capture, focus)
    view._session.traces.summary("long", START)
    view.refresh()
    trace, (summary,) = view.pages.trace, capture.traces.recent()
    told = trace.outcome.state(summary.state) if trace.outcome else None
    assert told is not None
    assert told is capture.sagas.state(summary)
    assert view.head._state.text().split()[1] == str(told)
    left = {node.title for node in trace.nodes if node.left}
    assert left <= set(trace.outcome.left if trace.outcome else ())
