"""The button of the muted types: says how many are never shown, and lets them in again."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from app.display import display
from widgets.look.icons import icon

__all__ = ["MutedButton"]

LISTED = 30


class MutedButton(QToolButton):
    """Hidden while nothing is muted. `unmuted` tells which types are to be shown again."""

    unmuted = Signal(object)  # tuple[str, ...]

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._types: tuple[str, ...] = ()
        self.setIcon(icon("eye-off", "muted"))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setToolTip("Types that are never shown. Click to show them again; Ctrl+M mutes the type of a row.")
        self.clicked.connect(lambda: self.menu_of_types().popup(self.mapToGlobal(QPoint(0, self.height()))))
        self.hide()

    def show_types(self, types: Sequence[str]) -> None:
        """Say how many are muted."""
        self._types = tuple(types)
        count = len(self._types)
        self.setText(f" {count:,} type{'s' if count != 1 else ''} muted")
        self.setAccessibleName(self.text().strip())
        self.setVisible(bool(self._types))

    def menu_of_types(self) -> QMenu:
        """Each muted type, to be shown again by a click."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for type_ in self._types[:LISTED]:
            menu.addAction(f"Show {display(type_, limit=60)}".replace("&", "&&"), partial(self.unmuted.emit, (type_,)))
        if len(self._types) > LISTED:
            menu.addAction(f"and {len(self._types) - LISTED:,} more").setEnabled(False)
        menu.addSeparator()
        menu.addAction("Show all of them", partial(self.unmuted.emit, self._types))
        return menu
