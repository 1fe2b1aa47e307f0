"""The dialog "Add column": any field by its name, offered from what events have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QDialog, QDialogButtonBox, QLineEdit, QVBoxLayout, QWidget

from app.columns.fields import FIELDS, field_of
from app.columns.observed import observed_places
from widgets.look.noted_rows import NotedList, NotedModel
from widgets.look.text import label

if TYPE_CHECKING:
    from widgets.table.column_header import ColumnHeader

__all__ = ["AddColumnDialog"]

HINT: Final = "A field such as channel, a header as header.NAME, or a place in the payload as payload.items[0].sku."
STEPS: Final = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


class AddColumnDialog(QDialog):
    """Adds a column to the left of column `before`; with -1 to the left of Info."""

    def __init__(self, parent: QWidget, header: ColumnHeader, before: int = -1) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Add column")
        self._header = header
        self._before = before if before >= 0 else None
        self._offered = self._offers()
        self.edit = QLineEdit()
        self.edit.setPlaceholderText("type, header.NAME or payload.PATH")
        self.edit.setAccessibleName("field of the new column")
        self.edit.textEdited.connect(self._offer)
        self.edit.installEventFilter(self)
        self._model = NotedModel(self)
        self.list = NotedList("fields", mono=True)
        self.list.setModel(self._model)
        self.list.clicked.connect(self._take)
        self.list.doubleClicked.connect(self.accept)
        self._trouble = label("", "error", wrap=True)
        self._lay_out()
        self._offer("")

    def accept(self) -> None:
        try:
            self._header.add(self._name(), self._before)
        except ValueError as error:
            self._trouble.setText(str(error))
            self._trouble.show()
        else:
            super().accept()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Up and down in the line walk through the list."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() in STEPS:
            QApplication.sendEvent(self.list, event)
            self._take(self.list.currentIndex())
            return True
        return super().eventFilter(watched, event)

    def _offers(self) -> list[tuple[str, str]]:
        """Fields that are no column yet: places in events, then those with a name of their own."""
        store, shown = self._header.session.store, {column.key for column in self._header.model.columns}
        names = [*observed_places(store), *FIELDS]
        return [(name, field_of(name).meaning) for name in names if name not in shown]

    def _offer(self, text: str) -> None:
        wanted = text.strip().casefold()
        self._model.show_all([offer for offer in self._offered if wanted in offer[0].casefold()])
        self._trouble.hide()

    def _name(self) -> str:
        """What was written; if that is no field, the first that is offered for it."""
        written = self.edit.text().strip()
        try:
            return field_of(written).name
        except ValueError:
            return next(iter(self._model.texts), written) if written else written

    def _take(self, index: QModelIndex) -> None:
        if index.isValid():
            self.edit.setText(str(index.data(Qt.ItemDataRole.EditRole)))

    def _lay_out(self) -> None:
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        buttons.addButton("Add column", QDialogButtonBox.ButtonRole.AcceptRole).setDefault(True)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(self.edit)
        column.addWidget(self.list, 1)
        column.addWidget(label(HINT, "muted", wrap=True))
        column.addWidget(self._trouble)
        column.addWidget(buttons)
        self.resize(460, 420)
