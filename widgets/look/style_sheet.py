"""The style sheet: what QPalette cannot say. Flat, one-pixel lines, slim scroll bars, a visible focus ring."""

from __future__ import annotations

from dataclasses import asdict
from string import Template
from typing import Final

from widgets.look.palette import Palette

__all__ = ["style_sheet"]

_WINDOW: Final = """
QMainWindow, QDialog { background: $panel; }
QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
CommandPalette, #popup { border: 1px solid $edge; }
QMainWindow::separator { background: $line; width: 1px; height: 1px; }
QMainWindow::separator:hover { background: $accent; }
QSplitter::handle { background: $line; }
QSplitter::handle:horizontal { width: 1px; }
QSplitter::handle:vertical { height: 1px; }
QSplitter::handle:hover { background: $accent; }
QDockWidget { titlebar-close-icon: none; titlebar-normal-icon: none; color: $muted; }
QDockWidget::title { background: $panel; padding: 6px 8px; text-align: left; border-bottom: 1px solid $line; }
QStatusBar { background: $panel; border-top: 1px solid $line; color: $muted; }
QStatusBar::item { border: none; }
QToolBar { background: $panel; border: none; border-bottom: 1px solid $line; padding: 4px 8px; spacing: 4px; }
QToolTip { background: $background; color: $text; border: 1px solid $edge; padding: 4px 8px; }
"""

_BUTTONS: Final = """
QToolButton { background: transparent; border: 1px solid transparent; border-radius: 4px; padding: 3px; }
QToolButton:hover { background: $raised; }
QToolButton:pressed, QToolButton:checked { background: $raised; border-color: $line; }
QToolButton:focus { border-color: $accent; }
QToolButton:disabled { color: $edge; }
QToolButton::menu-indicator { image: none; }
QPushButton { background: $background; border: 1px solid $edge; border-radius: 4px; padding: 5px 12px; }
QPushButton:hover { background: $raised; }
QPushButton:pressed { background: $line; }
QPushButton:focus { border-color: $accent; outline: none; }
QPushButton:disabled { color: $edge; border-color: $line; }
QPushButton:default { background: $accent; border-color: $accent; color: $on_accent; }
QPushButton:default:focus { border-color: $text; }
QPushButton:flat { background: transparent; border-color: transparent; }
QPushButton:flat:hover { background: $raised; }
QPushButton:flat:focus { border-color: $accent; }
"""

_INPUTS: Final = """
QLineEdit, QSpinBox, QDoubleSpinBox, QComboBox, QPlainTextEdit {
    background: $background; color: $text; border: 1px solid $edge; border-radius: 4px; padding: 3px 6px;
    selection-background-color: $selection; selection-color: $text; }
QLineEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QComboBox:focus, QPlainTextEdit:focus {
    border-color: $accent; }
QLineEdit[wrong="true"], QComboBox[wrong="true"] { border-color: $critical; }
QLineEdit:disabled, QAbstractSpinBox:disabled, QComboBox:disabled { color: $edge; border-color: $line; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { border: none; width: 0; }
QComboBox::drop-down { border: none; width: 24px; }
QCheckBox::indicator { width: 13px; height: 13px; border: 1px solid $edge; border-radius: 3px;
    background: $background; }
QCheckBox::indicator:checked { background: $accent; border-color: $accent; }
QCheckBox::indicator:focus { border-color: $accent; }
QCheckBox::indicator:checked:focus { border-color: $text; }
QCheckBox::indicator:disabled { background: $line; border-color: $line; }
QPlainTextEdit[frameless="true"] { border: none; border-radius: 0; }
"""

_LISTS: Final = """
QAbstractItemView { background: $background; color: $text; border: none; outline: none;
    selection-background-color: $selection; selection-color: $text; }
QHeaderView { background: $panel; border: none; }
QTableCornerButton::section { background: $panel; border: none; border-bottom: 1px solid $line; }
QHeaderView::section { background: $panel; color: $muted; border: none; border-bottom: 1px solid $line;
    border-right: 1px solid $line; padding: 3px 8px; }
QHeaderView::section:hover { color: $text; background: $raised; }
QMenu { background: $background; border: 1px solid $edge; padding: 4px; }
QMenu::item { padding: 4px 24px 4px 8px; border-radius: 4px; }
QMenu::icon { padding-left: 4px; }
QMenu::item:selected { background: $selection; color: $text; }
QMenu::item:disabled { color: $edge; }
QMenu::separator { height: 1px; background: $line; margin: 4px 8px; }
QMenuBar { background: $panel; border-bottom: 1px solid $line; }
QMenuBar::item { padding: 4px 8px; background: transparent; border-radius: 4px; }
QMenuBar::item:selected { background: $raised; }
"""

_TABS: Final = """
QTabWidget::pane { border: none; border-top: 1px solid $line; }
QTabBar { background: $panel; qproperty-drawBase: 0; }
QTabBar::tab { background: transparent; color: $muted; border: none; border-bottom: 2px solid transparent;
    padding: 5px 12px 4px 12px; }
QTabBar::tab:hover { color: $text; }
QTabBar::tab:selected { color: $text; border-bottom-color: $accent; }
QTabBar::tab:focus { color: $accent; background: $raised; }
"""

_SCROLL_BARS: Final = """
QScrollBar { background: transparent; border: none; margin: 0; }
QScrollBar:vertical { width: 10px; }
QScrollBar:horizontal { height: 10px; }
QScrollBar::handle { background: $edge; border-radius: 3px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::handle:hover { background: $muted; }
QScrollBar::handle:disabled { background: transparent; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QAbstractScrollArea::corner { background: transparent; border: none; }
QProgressBar { background: transparent; border: none; max-height: 2px; }
QProgressBar::chunk { background: $accent; }
"""

_ROLES: Final = """
QLabel[role="strong"] { color: $text; font-weight: 600; }
QLabel[role="muted"] { color: $muted; }
QLabel[role="empty"] { color: $muted; padding: 24px; }
QLabel[role="hint"] { color: $muted; }
QLabel[role="error"] { color: $critical; }
QLabel[role="title"] { color: $text; font-size: 20pt; font-weight: 600; }
QLabel[role="heading"] { color: $text; font-size: 11pt; font-weight: 600; }
QLabel[role="number"] { color: $muted; font-family: "$mono"; }
QLabel[role="code"] { background: $background; color: $text; font-family: "$mono";
    border: 1px solid $line; border-radius: 4px; padding: 8px 12px; }
QLabel[role="key"] { color: $text; font-family: "$mono"; }
QLabel[role="badge"] { color: $muted; background: $background; border: 1px solid $line; border-radius: 4px;
    padding: 3px 6px; }
QLabel[role="warning"] { color: $critical; background: $tint_failed; border: 1px solid $critical;
    border-radius: 4px; padding: 3px 6px; }
QLabel[tone="ok"] { color: $ok; }
QLabel[tone="high"] { color: $high; }
QLabel[tone="critical"] { color: $critical; }
"""

_PARTS: Final = """
#filterbar { background: $panel; border-bottom: 1px solid $line; }
#filter { padding: 4px 6px; }
#pill { border-radius: 11px; padding: 3px 12px; min-height: 14px; text-align: left; border: 1px solid transparent; }
#pill:focus { border-color: $text; }
#pill[state="following"] { background: $accent; color: $on_accent; }
#pill[state="scrolled-back"] { background: $high; color: $on_accent; }
#pill[state="sorted"] { background: $high; color: $on_accent; }
#pill[state="paused"] { background: $text; color: $background; }
#pill[state="stopped"] { background: $panel; color: $muted; border-color: $edge; }
#record { border-color: transparent; background: transparent; padding: 3px 6px; }
#record:hover { background: $raised; }
#record:focus { border-color: $accent; }
#banner { background: $tint_retried; border-bottom: 1px solid $line; }
#card { background: $background; border: 1px solid $line; border-radius: 6px; }
#choice { text-align: left; border-color: $line; border-radius: 6px; }
#choice:hover { border-color: $accent; background: $background; }
#choice:focus { border-color: $accent; }
#fold { border-color: transparent; background: transparent; font-weight: 600; }
#fold:hover { background: $raised; }
#fold:focus { border-color: $accent; }
#offers::item { padding: 0 5px; }
#line { background: $line; }
#link { background: transparent; border-color: transparent; color: $accent; padding: 2px 4px; }
#link:hover { text-decoration: underline; }
#link:focus { border-color: $accent; }
"""

_ALL: Final = Template(_WINDOW + _BUTTONS + _INPUTS + _LISTS + _TABS + _SCROLL_BARS + _ROLES + _PARTS)


def style_sheet(palette: Palette, mono: str) -> str:
    """The style sheet of the whole application in the colours of `palette`; `mono` is a font family."""
    return _ALL.substitute(asdict(palette), mono=mono)
