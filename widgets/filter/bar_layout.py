"""The layout of the filter bar: where its parts stand."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

if TYPE_CHECKING:
    from widgets.filter.bar import FilterBar

__all__ = ["in_order", "lay_out"]


def lay_out(bar: FilterBar) -> QWidget:
    """Place all parts; the row of saved filters, which is hidden while it is empty."""
    bar.setObjectName("filterbar")
    bar.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    line = QHBoxLayout()
    line.setSpacing(12)
    line.addWidget(bar.edit, 1)
    line.addWidget(bar.found)
    line.addWidget(bar.modes)
    row = saved_row(bar)
    column = QVBoxLayout(bar)
    column.setContentsMargins(8, 8, 12, 6)
    column.setSpacing(2)
    column.addLayout(line)
    column.addWidget(bar.found.bar)
    column.addWidget(row)
    column.addLayout(lower_row(bar))
    return row


def saved_row(bar: FilterBar) -> QWidget:
    """Saved filters, what they are together with the line, and the muted types."""
    made = QWidget()
    row = QHBoxLayout(made)
    row.setContentsMargins(0, 2, 0, 2)
    row.setSpacing(12)
    row.addWidget(bar.saved)
    row.addWidget(bar.whole, 1)
    row.addWidget(bar.muted)
    made.hide()
    return made


def lower_row(bar: FilterBar) -> QGridLayout:
    """Chips, and over them the note if there is one: the table below must not move while one types."""
    row = QGridLayout()
    row.setContentsMargins(0, 2, 0, 0)
    row.setHorizontalSpacing(12)
    row.setColumnStretch(0, 1)
    row.addWidget(bar.chips, 0, 0)
    row.addWidget(bar.chips.more, 0, 1, Qt.AlignmentFlag.AlignTop)
    row.addWidget(bar.phases, 0, 2, Qt.AlignmentFlag.AlignTop)
    row.addWidget(bar.note, 0, 0, 1, 3)
    return row


def in_order(bar: FilterBar) -> None:
    """Have Tab go through the parts as one reads them; buttons that came later would come last."""
    above = [bar.edit, *bar.modes.findChildren(QToolButton), *bar.saved.chips, bar.saved.more, bar.muted]
    below = [*bar.chips.chips.values(), bar.chips.more, *bar.phases.buttons.values()]
    for before, after in pairwise([*above, *below]):
        QWidget.setTabOrder(before, after)
