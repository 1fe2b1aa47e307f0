"""The saved filters: a row of buttons above the table, toggled and combined, kept in the order that the user gave."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

from msgspec.structs import replace
from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QMenu, QSizePolicy, QWidget

from app.display import display
from app.filter.effective import complaint
from app.table_setup import MOST_LETTERS, SavedFilter
from widgets.filter.chip import HEIGHT, Choice
from widgets.filter.name_line import NameLine
from widgets.filter.saved_chip import SavedChip
from widgets.look.tools import tool

__all__ = ["SavedFilters"]

GAP: Final = 4
MOST: Final = 200
MORE_WIDTH: Final = 88
"""Pixels of the button for the rest, so that it keeps its place whatever it counts."""

SIGNS: Final = {Choice.OPEN: "", Choice.INCLUDED: "✓ ", Choice.EXCLUDED: "✕ "}
"""Before the names of filters in the menu, as the buttons show it by colour."""


class SavedFilters(QWidget):
    """Emits `changed` with what is to be kept; buttons that find no room are in the menu at the right."""

    changed = Signal(object)  # tuple[SavedFilter, ...]
    written = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("saved filters")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.chips: list[SavedChip] = []
        self._filters: tuple[SavedFilter, ...] = ()
        self._line = ""
        self.name_line = NameLine(self)
        self.more = tool("»", "Saved filters that find no room here")
        self.more.setParent(self)
        self.more.clicked.connect(lambda: self.menu_of_more().popup(self.more.mapToGlobal(QPoint(0, HEIGHT))))

    def show_filters(self, filters: Sequence[SavedFilter]) -> None:
        """Show these, in this order."""
        if tuple(filters) == self._filters:
            return
        self._filters = tuple(filters)
        for chip in self.chips:
            chip.hide()
            chip.deleteLater()
        self.chips = [self._chip(saved) for saved in self._filters]
        self._arrange()

    def show_line(self, text: str) -> None:
        """What the filter line says now."""
        self._line = text.strip()

    def ask_to_keep(self) -> None:
        """Ask, in place, for the name under which the line's filter is to be kept."""
        taken = next((saved.name for saved in self._filters if saved.filter == self._line), "")
        self.name_line.ask(taken or display(self._line, limit=40), self._keep)
        self._arrange()

    def menu_of(self, saved: SavedFilter) -> QMenu:
        """All that can be done with a saved filter."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._fill(menu, saved, "\tClick", "\tAlt+Click")
        return menu

    def menu_of_more(self) -> QMenu:
        """The filters that find no room, each with all that can be done with it."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for chip in self._outside():
            self._fill(menu.addMenu(f"{SIGNS[chip.choice]}{chip.shown_name.replace('&', '&&')}"), chip.saved)
        return menu

    def _fill(self, menu: QMenu, saved: SavedFilter, click: str = "", alt_click: str = "") -> None:
        right, at = not complaint(saved), self._filters.index(saved)
        entries = (
            (("Take off" if saved.on else "Apply") + click, partial(self._toggle, saved), right),
            ("Apply only this", partial(self._only, saved), right),
            (f"Hide what it selects{alt_click}", partial(self._negate, saved), right),
            ("", None, False),
            ("Write it into the line", partial(self.written.emit, saved.filter), True),
            ("Change it to what the line says", partial(self._rewrite, saved), bool(self._line)),
            ("Rename…", partial(self._rename, saved), True),
            ("Move to the left", partial(self._move, saved, at - 1), at > 0),
            ("Move to the right", partial(self._move, saved, at + 1), at < len(self._filters) - 1),
            ("Move to the front", partial(self._move, saved, 0), at > 1),
            ("", None, False),
            ("Delete", partial(self._put, saved, None), True),
        )
        for text, act, enabled in entries:
            if act is None:
                menu.addSeparator()
            else:
                menu.addAction(text, act).setEnabled(enabled)

    def _outside(self) -> list[SavedChip]:
        """The buttons that find no room."""
        return [chip for chip in self.chips if chip.isHidden()]

    def sizeHint(self) -> QSize:
        return QSize(sum(chip.sizeHint().width() + GAP for chip in self._row()), HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(self.name_line.sizeHint().width() if not self.name_line.isHidden() else 40, HEIGHT)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _row(self) -> list[QWidget]:
        """What stands in the row, from the left."""
        return [*([] if self.name_line.isHidden() else [self.name_line]), *self.chips]

    def _arrange(self) -> None:
        self.setVisible(bool(self._row()))
        self.updateGeometry()
        row, left = self._row(), 0
        wanted = sum(each.sizeHint().width() + GAP for each in row) - GAP
        room = self.width() - (0 if wanted <= self.width() else MORE_WIDTH + GAP)
        for each in row:
            width = each.sizeHint().width()
            each.setGeometry(left, 0, width, HEIGHT)
            each.setVisible(left + width <= room or each is self.name_line)
            left = left + width + GAP if left + width <= room else room + 1
        self._count_outside()
        self.more.setVisible(wanted > self.width())
        self.more.setGeometry(self.width() - MORE_WIDTH, 0, MORE_WIDTH, HEIGHT)

    def _count_outside(self) -> None:
        """Say how many find no room, and whether any of them acts."""
        outside = self._outside()
        acting = sum(chip.choice is not Choice.OPEN for chip in outside)
        told = f"{len(outside)} more saved filters" + (f", {acting} of them on" if acting else "")
        self.more.setText(f"» {len(outside)} · {acting} on" if acting else f"» {len(outside)} more")
        self.more.setToolTip(told)
        self.more.setAccessibleName(told)

    def _chip(self, saved: SavedFilter) -> SavedChip:
        chip = SavedChip(saved, self)
        chip.chosen.connect(partial(self._toggle, saved))
        chip.added.connect(partial(self._toggle, saved))
        chip.excluded.connect(partial(self._negate, saved))
        chip.menu_asked.connect(lambda at: self.menu_of(saved).popup(at))
        chip.dragged.connect(partial(self._drag, chip))
        chip.dropped.connect(lambda: self._keep_all(tuple(chip.saved for chip in self.chips)))
        return chip

    def _drag(self, chip: SavedChip, x: int) -> None:
        others = [other for other in self.chips if other is not chip and not other.isHidden()]
        place = sum(other.geometry().center().x() < x for other in others)
        if self.chips.index(chip) != place:
            self.chips.remove(chip)
            self.chips.insert(place, chip)
            self._arrange()

    def _toggle(self, saved: SavedFilter) -> None:
        if not complaint(saved):
            self._put(saved, replace(saved, on=not saved.on, negated=False))

    def _negate(self, saved: SavedFilter) -> None:
        hidden = saved.on and saved.negated
        if not complaint(saved):
            self._put(saved, replace(saved, on=not hidden, negated=not hidden))

    def _only(self, saved: SavedFilter) -> None:
        self._keep_all(tuple(replace(other, on=other is saved, negated=False) for other in self._filters))

    def _rewrite(self, saved: SavedFilter) -> None:
        self._put(saved, replace(saved, filter=self._line))

    def _rename(self, saved: SavedFilter) -> None:
        self.name_line.ask(saved.name, lambda name: self._put(saved, replace(saved, name=name)))
        self._arrange()

    def _move(self, saved: SavedFilter, place: int) -> None:
        others = [other for other in self._filters if other is not saved]
        self._keep_all((*others[:place], saved, *others[place:]))

    def _keep(self, name: str) -> None:
        """Keep what the line says under a name; one that has the name already is changed."""
        made = SavedFilter(name[:MOST_LETTERS], self._line, on=True)
        same = next((saved for saved in self._filters if saved.name == made.name), None)
        if same is not None:
            self._put(same, made)
        else:
            self._keep_all((*self._filters, made)[-MOST:])
        self.written.emit("")

    def _put(self, saved: SavedFilter, other: SavedFilter | None) -> None:
        """Replace one by another, or by nothing."""
        changed = (other if each is saved else each for each in self._filters)
        self._keep_all(tuple(each for each in changed if each is not None))

    def _keep_all(self, filters: tuple[SavedFilter, ...]) -> None:
        self.changed.emit(filters)
        self._arrange()
