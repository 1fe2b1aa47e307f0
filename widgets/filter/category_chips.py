"""Category chips: one chip for each category seen, by which the filter's text is written with a click."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QMenu, QWidget

from widgets.filter.category_clause import CategoryChoice, read, write
from widgets.filter.chip import Chip, Choice
from widgets.look.flow_layout import FlowLayout
from widgets.look.tools import keep_place, tool

__all__ = ["CategoryChips"]

MOST_CHIPS: Final = 24
"""The first categories get chips; the filter's text reaches the others."""
MOST_LINES: Final = 2
"""Lines of chips that are shown unasked, half of them in a low window: rows need the room."""
LOW_PX: Final = 680
UNLIMITED: Final = 16_777_215
"""What Qt takes for no limit of a height."""

HINT: Final = "Click: only this category. Ctrl + click: add it. Alt + click: exclude it. Right-click: all of these."


class CategoryChips(QWidget):
    """Chips in the order in which categories were first seen, so that none changes its place.

    `more` is a button, placed elsewhere, that shows those for which there is no room.
    """

    text_changed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("categories")
        self.chips: dict[str, Chip] = {}
        self._text = ""
        self._choice = CategoryChoice()
        self._flow = FlowLayout(self)
        self.more = tool("", "Show all categories", "chevron-down", checkable=True)
        keep_place(self.more)
        self.more.hide()
        self.more.toggled.connect(lambda _: self._fit())

    def show_counts(self, counts: Mapping[str, int]) -> bool:
        """Update the counts, and add chips for categories that are new; whether any was added.

        After a clearing none is left to count.
        """
        before = len(self.chips)
        for name in self.chips.keys() - counts.keys():
            self.chips[name].set_count(0)
        for name, count in counts.items():
            chip = self.chips.get(name)
            if chip is None:
                if len(self.chips) >= MOST_CHIPS:
                    continue
                chip = self._add(name)
            chip.set_count(count)
        return len(self.chips) > before

    def show_text(self, text: str) -> None:
        """Show the choice that the filter's text states."""
        self._text = text
        self._choice = read(text)
        for name in self.chips:
            self._show_choice(name)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A chip that is gone to by the keyboard is shown."""
        if event.type() == QEvent.Type.FocusIn and isinstance(watched, Chip) and watched.y() >= self.height():
            self.more.setChecked(True)
        return super().eventFilter(watched, event)

    def _fit(self) -> None:
        """Take no more than the lines that are shown unasked, unless all are asked for."""
        line = next(iter(self.chips.values())).sizeHint().height() if self.chips else 0
        lines = MOST_LINES if self.window().height() >= LOW_PX else MOST_LINES // 2
        most = lines * line + (lines - 1) * self._flow.spacing()
        self.more.setVisible(self._flow.heightForWidth(self.width()) > most)
        self.setMaximumHeight(UNLIMITED if self.more.isChecked() else most)

    def _add(self, name: str) -> Chip:
        chip = self.chips[name] = Chip(name, parent=self)
        chip.setToolTip(HINT)
        chip.chosen.connect(partial(self._choose, CategoryChoice.only, name))
        chip.added.connect(partial(self._choose, CategoryChoice.toggled, name))
        chip.excluded.connect(partial(self._choose, CategoryChoice.banned, name))
        chip.menu_asked.connect(partial(self._open_menu, name))
        chip.installEventFilter(self)
        self._flow.addWidget(chip)
        chip.show()
        self._fit()
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
