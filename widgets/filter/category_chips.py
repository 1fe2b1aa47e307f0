"""Category chips: one chip for each category seen, by which the filter's text is written with a click."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QMenu, QWidget

from widgets.filter.category_clause import CategoryChoice, read, write
from widgets.filter.chip import Chip, Choice
from widgets.look.flow_layout import FlowLayout

__all__ = ["CategoryChips"]

MOST_CHIPS: Final = 24
"""The first categories get chips; the filter's text reaches the others."""

HINT: Final = "Click: only this category. Ctrl + click: add it. Alt + click: exclude it. Right-click: all of these."


class CategoryChips(QWidget):
    """Chips in the order in which categories were first seen, so that none changes its place."""

    text_changed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("categories")
        self.chips: dict[str, Chip] = {}
        self._text = ""
        self._choice = CategoryChoice()
        self._flow = FlowLayout(self)

    def show_counts(self, counts: Mapping[str, int]) -> None:
        """Update the counts, and add chips for categories that are new; after a clearing none is left to count."""
        for name in self.chips.keys() - counts.keys():
            self.chips[name].set_count(0)
        for name, count in counts.items():
            chip = self.chips.get(name)
            if chip is None:
                if len(self.chips) >= MOST_CHIPS:
                    continue
                chip = self._add(name)
            chip.set_count(count)

    def show_text(self, text: str) -> None:
        """Show the choice that the filter's text states."""
        self._text = text
        self._choice = read(text)
        for name in self.chips:
            self._show_choice(name)

    def _add(self, name: str) -> Chip:
        chip = self.chips[name] = Chip(name, parent=self)
        chip.setToolTip(HINT)
        chip.chosen.connect(partial(self._choose, CategoryChoice.only, name))
        chip.added.connect(partial(self._choose, CategoryChoice.toggled, name))
        chip.excluded.connect(partial(self._choose, CategoryChoice.banned, name))
        chip.menu_asked.connect(partial(self._open_menu, name))
        self._flow.addWidget(chip)
        chip.show()
        self._show_choice(name)
        return chip

    def _choose(self, change: Callable[[CategoryChoice, str], CategoryChoice], name: str) -> None:
        self.text_changed.emit(write(self._text, change(self._choice, name)))

    def _open_menu(self, name: str, at: QPoint) -> None:
        self.menu_of(name).popup(at)

    def menu_of(self, name: str) -> QMenu:
        """What a chip can do, each with the click that does it at once."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        choice = self.chips[name].choice
        include = "Take back" if choice is Choice.INCLUDED else "Include as well"
        ban = "Let in again" if choice is Choice.EXCLUDED else "Exclude"
        for text, change in (
            ("Only this category\tClick", CategoryChoice.only),
            (f"{include}\tCtrl+Click", CategoryChoice.toggled),
            (f"{ban}\tAlt+Click", CategoryChoice.banned),
        ):
            menu.addAction(text, partial(self._choose, change, name))
        menu.addSeparator()
        every = menu.addAction("All categories", lambda: self.text_changed.emit(write(self._text, CategoryChoice())))
        every.setEnabled(self._choice != CategoryChoice())
        return menu

    def _show_choice(self, name: str) -> None:
        included, excluded = self._choice.included, self._choice.excluded
        choice = Choice.INCLUDED if name in included else Choice.EXCLUDED if name in excluded else Choice.OPEN
        self.chips[name].set_choice(choice)
