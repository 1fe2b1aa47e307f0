"""The theme: Fusion in our own colours, light or dark, by choice or as the system has it.

Qt colours what it draws from the QPalette and the style sheet set here. What paints itself (table, plots, map)
asks `current_palette()` and listens to `theme().changed`.
"""

from __future__ import annotations

from functools import cache
from typing import Final, Literal

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from widgets.look.fonts import mono_font
from widgets.look.palette import DARK, LIGHT, Palette
from widgets.look.style_sheet import style_sheet

__all__ = ["Choice", "Theme", "apply_theme", "current_palette", "theme"]

Choice = Literal["system", "light", "dark"]


class Theme(QObject):
    """Which palette is shown now; `changed` tells those that paint with it."""

    changed = Signal(object)  # Palette

    def __init__(self) -> None:
        super().__init__()
        self.choice: Choice = "system"
        self.palette = LIGHT
        self._styled: QApplication | None = None
        self._followed: QGuiApplication | None = None

    def apply(self, app: QApplication, choice: Choice) -> None:
        """Colour the whole application; with "system" also whenever the system changes its mind."""
        self.choice = choice
        self._follow(app)
        self._show(app, self._chosen(app))

    def _chosen(self, app: QApplication) -> Palette:
        if self.choice == "system":
            return DARK if app.styleHints().colorScheme() == Qt.ColorScheme.Dark else LIGHT
        return DARK if self.choice == "dark" else LIGHT

    def _follow(self, app: QApplication) -> None:
        if self._followed is not app:
            self._followed = app
            app.styleHints().colorSchemeChanged.connect(self._system_changed)

    def _system_changed(self) -> None:
        app = QApplication.instance()
        if self.choice == "system" and isinstance(app, QApplication):
            self._show(app, self._chosen(app))

    def _show(self, app: QApplication, palette: Palette) -> None:
        self.palette = palette
        if self._styled is not app:
            self._styled = app
            app.setStyle("Fusion")  # takes as long as all that follows, and stays
        app.setPalette(qt_palette(palette))
        app.setStyleSheet(style_sheet(palette, mono_font().family()))
        self.changed.emit(palette)


@cache
def theme() -> Theme:
    """The one theme of this application."""
    return Theme()


def apply_theme(app: QApplication, choice: Choice) -> None:
    """Colour `app` by `choice`; may be called again at any time."""
    theme().apply(app, choice)


def current_palette() -> Palette:
    """The colours in use now."""
    return theme().palette


Role = QPalette.ColorRole
_ROLES: Final = {
    Role.Window: "panel",
    Role.WindowText: "text",
    Role.Base: "background",
    Role.AlternateBase: "panel",
    Role.Text: "text",
    Role.PlaceholderText: "muted",
    Role.Button: "panel",
    Role.ButtonText: "text",
    Role.BrightText: "on_accent",
    Role.ToolTipBase: "background",
    Role.ToolTipText: "text",
    Role.Highlight: "selection",
    Role.HighlightedText: "text",
    Role.Accent: "accent",
    Role.Link: "accent",
    Role.LinkVisited: "accent",
    Role.Light: "raised",
    Role.Midlight: "raised",
    Role.Mid: "line",
    Role.Dark: "line",
    Role.Shadow: "line",
}


def qt_palette(tokens: Palette) -> QPalette:
    """Our tokens as Qt's roles."""
    palette = QPalette()
    for role, token in _ROLES.items():
        palette.setColor(role, QColor(getattr(tokens, token)))
    for role in (Role.WindowText, Role.Text, Role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(tokens.edge))
    return palette
