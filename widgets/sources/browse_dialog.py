"""The browse dialog: topics, exchanges and the like of a source, with live figures, to be picked from."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QModelIndex, Qt, Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QPushButton,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from app.display import display
from app.tasks import spawn
from eventscope.connector import Connector, ConnectorError, Offer
from widgets.look.text import label
from widgets.look.tools import tool
from widgets.sources.check_steps import Complete
from widgets.sources.offers import OfferModel

__all__ = ["BrowseDialog"]

log = logging.getLogger(__name__)

Flag = QItemSelectionModel.SelectionFlag

ASKING: Final = "Asking for what there is…"
NOTHING: Final = "There is nothing to pick here."
ALL_HIDDEN: Final = "Nothing here has such a name, or all of it is internal."


class BrowseDialog(QDialog):
    """`picked` tells the texts of options that the picked offers stand for. Closing it ends the looking."""

    picked = Signal(object)  # dict[str, str]

    def __init__(self, connector: Connector, complete: Complete | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Pick what to read")
        self.resize(720, 480)
        self._connector = connector
        self._complete = complete
        self._offers: Sequence[Offer] = ()
        self._task: asyncio.Task[None] | None = None
        self.model = OfferModel(self)
        self._search = QLineEdit()
        self._internal = tool("Internal", "Show also what the broker keeps for itself", "eye", checkable=True)
        self._table = self._make_table()
        self._empty = label(ASKING, "empty", wrap=True)
        self._pages = QStackedWidget()
        self._message = label("", "muted", wrap=True)
        self._pick = QPushButton("Pick")
        self._lay_out()

    def open(self) -> None:
        """Show it, and look."""
        super().open()
        self._task = spawn(self._look(), name="browse a source")

    def show_offers(self, offers: Sequence[Offer]) -> None:
        """Show what there is now; what is selected stays selected."""
        self._offers = offers
        wanted = self._search.text().lower()
        shown = [
            offer
            for offer in offers
            if wanted in offer.name.lower() and (self._internal.isChecked() or not offer.internal)
        ]
        self.model.show(shown)
        self._empty.setText(ALL_HIDDEN if offers else NOTHING)
        self._pages.setCurrentIndex(1 if shown else 0)

    def selected(self) -> list[Offer]:
        """What is selected, in the order of the list."""
        rows = sorted(index.row() for index in self._table.selectionModel().selectedRows())
        return [self.model.items[row] for row in rows]

    def pick(self) -> None:
        """Tell what is selected, and close."""
        chosen = self.selected()
        if chosen:
            texts = {offer.option: "" for offer in self._offers}
            names = [offer.name for offer in chosen]
            self.picked.emit(texts | {chosen[0].option: ",".join(names)})
            self.accept()

    def hideEvent(self, event: QHideEvent) -> None:
        if self._task is not None and not event.spontaneous():
            self._task.cancel()

    async def _look(self) -> None:
        try:
            connector = await self._complete(self._connector) if self._complete else self._connector
            async with contextlib.aclosing(connector.browse()) as looks:
                async for offers in looks:
                    self.show_offers(offers)
        except ConnectorError as error:
            self._say(str(error))
        except Exception as error:
            log.warning("the list of %s broke off", self._connector.label, exc_info=True)
            self._say(f"The list broke off: {error or type(error).__name__}; the log has the details.")

    def _say(self, sentence: str) -> None:
        """Say why there is no list, or why it does not change any more."""
        told = display(sentence, limit=600)
        self._empty.setText(told)
        if self.model.items:
            self._message.setText(told)

    def _keep_alike(self, selected: QItemSelection, _: QItemSelection) -> None:
        """Only offers for the same option can be picked together, and only one where that takes one."""
        model = self._table.selectionModel()
        if newest := selected.indexes():
            one = self.model.items[newest[-1].row()]
            for index in model.selectedRows():
                other = self.model.items[index.row()]
                if other != one and (other.option != one.option or not one.many):
                    model.select(
                        index, QItemSelectionModel.SelectionFlag.Deselect | QItemSelectionModel.SelectionFlag.Rows
                    )
        chosen = self.selected()
        self._pick.setEnabled(bool(chosen))
        self._message.setText(display(", ".join(offer.name for offer in chosen)))

    def _make_table(self) -> QTableView:
        table = QTableView()
        table.setModel(self.model)
        table.setAccessibleName("what can be picked")
        table.setObjectName("offers")
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.MultiSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setShowGrid(False)
        table.setTabKeyNavigation(False)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(24)
        table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for column, width in ((1, 90), (2, 130), (3, 90), (4, 110)):
            table.horizontalHeader().resizeSection(column, width)
        table.selectionModel().selectionChanged.connect(self._keep_alike)
        table.doubleClicked.connect(self._pick_one)
        return table

    def _pick_one(self, index: QModelIndex) -> None:
        """A double click means this one too, also if its second half took the selection away."""
        self._table.selectionModel().select(index, Flag.Select | Flag.Rows)
        self.pick()

    def _lay_out(self) -> None:
        self._search.setPlaceholderText("Search by name")
        self._search.setAccessibleName("search by name")
        self._search.textChanged.connect(lambda: self.show_offers(self._offers))
        self._internal.toggled.connect(lambda: self.show_offers(self._offers))
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._pages.addWidget(self._empty)
        self._pages.addWidget(self._table)
        cancel = QPushButton("Cancel")
        cancel.clicked.connect(self.reject)
        cancel.setAutoDefault(False)
        self._pick.setDefault(True)
        self._pick.setEnabled(False)
        self._pick.clicked.connect(self.pick)
        top, bottom = QHBoxLayout(), QHBoxLayout()
        top.addWidget(self._search, 1)
        top.addWidget(self._internal)
        bottom.addWidget(self._message, 1)
        bottom.addWidget(cancel)
        bottom.addWidget(self._pick)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(8)
        column.addLayout(top)
        column.addWidget(self._pages, 1)
        column.addLayout(bottom)
