"""The find line: what to look for among the rows without hiding the others, and the way from hit to hit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from app.filter.query import Filter, parse
from app.store.store import Store
from widgets.filter.edit import ENTER, FilterEdit, Suggest
from widgets.filter.verdict import Edge, judged
from widgets.look.hits import lay_out_search
from widgets.look.text import label

__all__ = ["FindLine"]

PAUSE_MS: Final = 150
HINT: Final = "Find: words, or a filter such as payload.total>100; the other rows stay"


class FindEdit(FilterEdit):
    """The line itself. Enter and Shift+Enter go from hit to hit; Esc ends the search."""

    stepped = Signal(object)  # 1 or -1

    def __init__(self, suggest: Suggest, parent: QWidget | None = None) -> None:
        super().__init__(suggest, lambda: False, parent)
        self.setObjectName("find")
        self.setPlaceholderText(HINT)
        self.setAccessibleName("find in the table")
        self.textChanged.connect(lambda _: self._keep.setVisible(False))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._is_for_suggestions(event.key()):
            event.ignore()
        elif event.key() in ENTER:
            self.stepped.emit(-1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
        else:
            super().keyPressEvent(event)

    def _escape(self) -> None:
        self.left.emit()


class FindLine(QWidget):
    """Emits `wanted` with a Filter, or None when nothing is looked for, and `stepped` with 1 or -1.

    Hidden until it is opened; `left` says that it was closed.
    """

    wanted = Signal(object)  # Filter | None
    stepped = Signal(object)  # 1 or -1
    left = Signal()

    def __init__(self, suggest: Suggest, store: Callable[[], Store], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("filterbar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._store = store
        self._told: Filter | None = None
        self.edit = FindEdit(suggest)
        self.note = label("", "number")
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self._look)
        self.edit.textChanged.connect(self._typed)
        self.edit.taken.connect(self._look)
        self.edit.stepped.connect(self._step)
        self.edit.left.connect(self.close_line)
        lay_out_search(self, self.edit, self.note, self._step, self.close_line).setContentsMargins(8, 4, 12, 4)

    def open(self) -> None:
        """Show the line, ready to be written in; what was looked for last is found again."""
        self.show()
        self.edit.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.edit.selectAll()
        self._look()

    def close_line(self) -> None:
        """Look for nothing any more."""
        self.hide()
        self._pause.stop()
        self._tell(None)
        self.left.emit()

    def _typed(self, text: str) -> None:
        self.edit.show_verdict(judged(text, self._store()))
        self._pause.start()

    def _look(self) -> None:
        """Look for what is written; while that is wrong, for what was written before."""
        self._pause.stop()
        verdict = judged(self.edit.text(), self._store())
        self.edit.show_verdict(verdict)
        if verdict.edge is Edge.EMPTY:
            self._tell(None)
            self.note.setText("")
        elif verdict.edge is Edge.WRONG:
            self.note.setText(verdict.told)
        elif self._told is None or self._told.text != self.edit.text():
            self._tell(parse(self.edit.text()))

    def _tell(self, wanted: Filter | None) -> None:
        self._told = wanted
        self.wanted.emit(wanted)

    def _step(self, step: int) -> None:
        self._look()
        self.stepped.emit(step)
