"""The menu of the header: which columns there are, how one of them is shown, and what times count from."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QTableView

from app.table_setup import Align
from widgets.table.column_dialog import AddColumnDialog
from widgets.table.sorting import Sorting
from widgets.table.times import TimeMode
from widgets.window.dialogs import ask_text

if TYPE_CHECKING:
    from widgets.table.column_header import ColumnHeader

__all__ = ["menu_of_header"]

ALIGNMENTS: tuple[tuple[str, Align], ...] = (
    ("Automatic", ""),
    ("Left", "left"),
    ("Centre", "centre"),
    ("Right", "right"),
)


def menu_of_header(header: ColumnHeader, table: QTableView, number: int) -> QMenu:
    """The menu for the column that was clicked on, -1 for none."""
    menu = QMenu(table)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    if number >= 0:
        add_for_column(menu, header, table, number)
        menu.addSeparator()
    menu.addAction("Add column…", lambda: AddColumnDialog(table, header, number).open())
    add_columns(menu.addMenu("Columns"), header)
    add_times(menu.addMenu("Times"), header)
    menu.addAction("Reset columns", header.reset)
    return menu


def add_for_column(menu: QMenu, header: ColumnHeader, table: QTableView, number: int) -> None:
    """What can be done with one column."""
    column = header.model.columns[number]
    for text, wanted in (("Sort ascending", Sorting(column.key)), ("Sort descending", Sorting(column.key, True))):
        check(menu.addAction(text, partial(header.sort_wanted.emit, wanted.text)), header.sorting == wanted)
    check(menu.addAction("Order of arrival", partial(header.sort_wanted.emit, "")), not header.sorting.field)
    menu.addSeparator()
    align = menu.addMenu("Align")
    for text, side in ALIGNMENTS:
        chosen = column.choice.align == side
        text = f"{text} ({column.align})" if chosen and not side else text
        check(align.addAction(text, partial(header.align, number, side)), chosen)
    if column.field.identifier:
        whole = menu.addAction("Show ids whole", lambda: header.resolve(number, whole=not column.choice.whole))
        check(whole, column.choice.whole)
    menu.addAction("Fit width to contents", partial(header.fit, number))
    menu.addAction("Rename…", partial(ask_title, header, table, number))
    menu.addAction("Hide" if column.is_default else "Remove", partial(header.remove, number))


def add_columns(menu: QMenu, header: ColumnHeader) -> None:
    """Each column, to be shown or hidden."""
    for number, column in enumerate(header.model.columns):
        action = menu.addAction("Number" if column.title == "#" else plain(column.title))
        check(action, header.is_shown(number))
        action.toggled.connect(lambda shown, key=column.key: header.show_column(key, shown=shown))


def add_times(menu: QMenu, header: ColumnHeader) -> None:
    """What times count from."""
    for mode in TimeMode:
        action = menu.addAction(f"{mode.label[0].upper()}{mode.label[1:]}", partial(header.count_times, mode))
        check(action, mode is header.model.time_mode)


def check(action: QAction, checked: bool) -> None:
    """Show whether something is so."""
    action.setCheckable(True)
    action.setChecked(checked)


def ask_title(header: ColumnHeader, table: QTableView, number: int) -> None:
    """Ask for another title."""
    column = header.model.columns[number]
    ask_text(table, "Rename column", "Title, or nothing for its own", column.title, partial(header.rename, number))


def plain(text: str) -> str:
    """A title in a menu, where `&` would underline."""
    return text.replace("&", "&&")
