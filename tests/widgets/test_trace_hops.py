"""An event that was passed on to other systems is one event in the trace view, with its hops below it."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from eventscope.connector import Record
from tests.widgets.capture import MS, START, Capture
from widgets.focus import Focus
from widgets.trace.model import TraceColumn
from widgets.trace.view import TraceView


def test_a_hop_is_a_line_that_says_where_the_event_came_by(qtbot: Any) -> None:
    capture, focus = Capture(), Focus()
    event = Record(type="order.created", id="1", correlation_id="c", producer="shop", priority=2)
    capture.feed([event._replace(channel="shop/shop", fanout=0, occurred_at=START)], START, "tap")
    capture.feed([event._replace(channel="orders[0]@7", occurred_at=START + 4 * MS)], START, "kafka")
    view = TraceView(capture, focus)  # type: ignore[arg-type]
    qtbot.addWidget(view)
    view.resize(1_400, 400)
    view.show()
    focus.select_trace("c")
    lines = view.table.lines
    assert [lines.index(row, TraceColumn.EVENT).data() for row in range(lines.rowCount())] == ["order.created"] * 2
    assert [lines.index(row, TraceColumn.HOP).data() for row in range(lines.rowCount())] == ["shop/shop", "orders[0]@7"]
    tip = lines.index(1, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert "order.created (hop)" in tip
    assert "by shop" in tip
    assert "on orders[0]@7" in tip
    assert "1 event · 1 hop · " in "\n".join(found.text() for found in view.findChildren(QLabel))
    assert not view.grab().isNull()
