"""The changes view: in what the event differs from another one, field by field."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHeaderView, QStackedWidget, QTreeView, QVBoxLayout, QWidget

from app.detail.comparison import Comparison, Other, compare
from app.detail.detail import Detail
from app.detail.tape import GivenUp
from app.display import display
from app.marks import Mark
from app.session import Session
from app.tasks import spawn
from widgets.detail.changes_model import ChangesModel
from widgets.look.choice import ChoiceBox
from widgets.look.fonts import mono_font
from widgets.look.text import label

__all__ = ["ChangesView"]

SEARCHING: Final = "Looking for the event to compare with…"
SAME: Final = "Both carry the same. Ids and times are not compared."
MOST_MARKED: Final = 20

Others = Callable[[], list[tuple[str, int]]]


class ChangesView(QWidget):
    """Compares when it is looked at. `others` gives the events that the reader chose elsewhere, and what they are.

    Emits `field_wanted` with the path of a change that was activated.
    """

    field_wanted = Signal(str)

    def __init__(self, session: Session, others: Others, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._others = others
        self._detail: Detail | None = None
        self._ticket = object()
        self.choice = ChoiceBox()
        self.choice.setAccessibleName("compare with")
        self.told = label("", "muted", wrap=True)
        self.empty = label("", "empty", wrap=True)
        self.rows = ChangesModel(self)
        self.list = QTreeView()
        self._pages = QStackedWidget()
        self._lay_out()
        self.choice.activated.connect(lambda _: self._compare())
        self.list.activated.connect(lambda index: self.field_wanted.emit(self.rows.change(index.row()).field))

    def show_event(self, detail: Detail | None) -> None:
        """Another event is shown, or none any more."""
        self._ticket = object()
        self._detail = detail
        self._offer()
        if self.isVisible():
            self._compare()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._offer()
        self._compare()

    def show_comparison(self, found: Comparison) -> None:
        """Show what was found."""
        self.rows.show(found.changes)
        self.told.setText(display(found.told, limit=500) if found.other is not None else "")
        self.empty.setText(SAME if found.other is not None else found.told)
        self._pages.setCurrentIndex(0 if found.changes else 1)

    @property
    def _other(self) -> Other:
        chosen: Other = self.choice.currentData()
        return chosen

    def _offer(self) -> None:
        """Fill the choice; what was chosen stays if it is still there."""
        marked = self._session.marks.rows(Mark.MARKED)[-MOST_MARKED:].tolist()
        offers: list[tuple[str, Other]] = [("the previous of this type", "type"), ("the previous with this key", "key")]
        offers += [*self._others(), *((f"marked #{seq:,}", seq) for seq in reversed(marked))]
        before = self._other
        self.choice.clear()
        for text, other in offers:
            self.choice.addItem(f"Compare with {display(text, limit=80)}", other)
        self.choice.setCurrentIndex(max(self.choice.findData(before), 0))

    def _compare(self) -> None:
        if self._detail is None:
            return
        self._ticket = object()
        self.show_comparison(Comparison(SEARCHING))
        spawn(self._compare_aside(self._detail, self._other, self._ticket), name="compare events")

    async def _compare_aside(self, detail: Detail, other: Other, ticket: object) -> None:
        def unless_outdated(done: float) -> None:
            if ticket is not self._ticket:
                raise GivenUp

        session = self._session
        work = partial(compare, session.store, detail, other, list(session.sources), unless_outdated)
        try:
            found = await asyncio.to_thread(work)
        except GivenUp:
            return
        if ticket is self._ticket:
            self.show_comparison(found)

    def _lay_out(self) -> None:
        self.list.setModel(self.rows)
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.list.setFont(mono_font())
        self.list.setAccessibleName("changes")
        header = self.list.header()
        header.setFont(self.font())
        header.setMinimumSectionSize(16)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        for section, width in enumerate((24, 130, 90)):
            header.resizeSection(section, width)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._pages.addWidget(self.list)
        self._pages.addWidget(self.empty)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 8, 0)
        column.setSpacing(4)
        column.addWidget(self.choice)
        column.addWidget(self.told)
        column.addWidget(self._pages, 1)
