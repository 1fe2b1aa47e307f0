"""The row of whoever looks for something: the line, what is told of the search, and the buttons from hit to hit."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QHBoxLayout, QWidget

from widgets.look.tools import tool

__all__ = ["lay_out_search"]


def lay_out_search(
    bar: QWidget, edit: QWidget, told: QWidget, step: Callable[[int], None], close: Callable[[], None]
) -> QHBoxLayout:
    """Lay out a bar, which is hidden until something is looked for. `step` is called with 1 or -1."""
    before, after = tool("↑", "Previous hit (Shift+Enter)"), tool("↓", "Next hit (Enter)")
    end = tool("", "End the search (Esc)", "x")
    before.setAccessibleName("previous hit")
    after.setAccessibleName("next hit")
    before.clicked.connect(lambda: step(-1))
    after.clicked.connect(lambda: step(1))
    end.clicked.connect(lambda: close())
    row = QHBoxLayout(bar)
    row.setSpacing(4)
    row.addWidget(edit, 1)
    for part in (told, before, after, end):
        row.addWidget(part)
    bar.hide()
    return row
