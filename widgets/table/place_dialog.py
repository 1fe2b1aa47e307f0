"""The question where to go in the table: to a row's number, or to a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLineEdit, QVBoxLayout, QWidget

from app.landmarks import since
from app.place import Place, place
from widgets.look.text import label

if TYPE_CHECKING:
    from widgets.table.event_table import EventTable

__all__ = ["PlaceDialog"]

Button: Final = QDialogButtonBox.StandardButton


class PlaceDialog(QDialog):
    """Closes when it has led there; says why when it cannot."""

    def __init__(self, table: EventTable, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Go to")
        self._table = table
        self.line = QLineEdit(placeholderText="4711, 14:02:07, or 5m for five minutes ago")
        self.line.setAccessibleName("number or time to go to")
        self.message = label("", "error", wrap=True)
        buttons = QDialogButtonBox(Button.Cancel)
        buttons.addButton("Go", QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.accepted.connect(self._go)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(self.line)
        column.addWidget(self.message)
        column.addWidget(buttons)
        table.hunt.found.connect(self.accept)
        table.hunt.failed.connect(self._nothing_later)
        self.rejected.connect(table.hunt.give_up)
        self.resize(400, 120)

    def _go(self) -> None:
        try:
            wanted = place(self.line.text())
        except ValueError as error:
            return self.message.setText(str(error))
        if wanted.at is not None:
            return self._table.hunt.begin(self._table.jumps.search(-1, 1, since(wanted.at)))
        return self._go_to_row(wanted)

    def _go_to_row(self, wanted: Place) -> None:
        store, row = self._table.session.store, self._table.jumps.row_of(wanted.seq)
        if row is not None:
            self._table.go_to(row)
            self.accept()
        elif store.keeps(wanted.seq or 0):
            self.message.setText(f"Row {wanted.seq:,} is hidden by the filter.")
        else:
            last = store.next_seq - 1
            self.message.setText(f"Row {wanted.seq:,} is not kept; the kept rows are {store.oldest_seq:,} to {last:,}.")

    def _nothing_later(self) -> None:
        self.message.setText("No row that is shown happened then or later.")
